use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::atlas::Atlas;
use crate::coverage::Inhabitants;
use crate::municipality::MunicipalityRecord;
use crate::point::{Planar, Point};
use crate::validity::Validity;
use crate::vocabulary::Vocabulary as _;

const TODAY: &str = "2026-11-22";
const BOTH: [Language; 2] = [Language::Fi, Language::Sv];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Two municipalities in Uusimaa, one in Åland, one that was joined to the first.
fn land() -> Land {
    let municipality = |code: &str, region: &str, lat: Option<f64>, people: Option<i64>, successor: Option<&str>| {
        let ended = successor.map(|_| "2019-12-31");
        let record: MunicipalityRecord = serde_json::from_value(json!({
            "names": {"fi": code, "sv": null, "en": null}, "valid_from": null, "valid_to": ended, "successor": successor,
            "language_status": "finnish", "urban_rural": "urban", "point": lat.map(|lat| json!({"lat": lat, "lon": 25.0})),
            "memberships": [{"area": format!("region:{region}"), "valid_from": null, "valid_to": ended}], "populations": []
        }))
        .unwrap();
        let inhabitants = Inhabitants {
            municipality: AreaRef { kind: AreaKind::Municipality, code: code.into(), names: record.area.names.clone() },
            validity: Validity { from: None, to: ended.map(day) },
            successor: successor.map(Into::into),
            population: people,
        };
        ((code.parse().unwrap(), record), inhabitants)
    };
    let (records, inhabitants): (Vec<_>, Vec<_>) = [
        municipality("001", "01", Some(60.0), Some(20_000), None),
        municipality("002", "01", Some(61.0), Some(5_000), None),
        municipality("003", "21", None, None, None),
        municipality("004", "01", Some(60.5), None, Some("001")),
    ]
    .into_iter()
    .unzip();
    let atlas = Arc::new(Atlas::new(["region:01".parse().unwrap()], records));
    Land { as_of: day(TODAY), population_date: day("2025-12-31"), inhabitants, atlas }
}

fn standing(municipality: &str, support_form: SupportForm, languages: &[Language], points: i64) -> Standing {
    Standing {
        municipality: municipality.into(),
        support_form,
        languages: Language::bits(languages),
        points,
        current: points / 2,
    }
}

fn roaming(serving: i64, support_form: SupportForm, languages: &[Language], points: i64) -> Roaming {
    let remote = support_form != SupportForm::InPerson;
    Roaming { serving: Some(serving), support_form, remote, languages: Language::bits(languages), points }
}

fn serving(lists: &[(i64, &[&str])]) -> std::collections::HashMap<i64, Vec<String>> {
    lists.iter().map(|(id, terms)| (*id, terms.iter().map(ToString::to_string).collect())).collect()
}

/// The values of the figures of some municipalities.
fn values(supply: &Supply, codes: &[&str]) -> Vec<Option<f64>> {
    let land = land();
    Overview::new(&land, supply).figures(codes.iter().copied()).iter().map(|figure| figure.value).collect()
}

fn value(supply: &Supply, codes: &[&str], metric: MetricCode) -> Option<f64> {
    FIGURES.iter().zip(values(supply, codes)).find(|(known, _)| **known == metric).unwrap().1
}

#[test]
fn points_count_where_they_lie_and_those_of_what_has_ended_where_that_went() {
    let supply = Supply {
        standing: vec![
            standing("001", SupportForm::InPerson, &BOTH, 4),
            standing("001", SupportForm::Training, &[Language::Fi], 2),
            standing("004", SupportForm::InPerson, &[Language::Sv], 2),
            standing("999", SupportForm::InPerson, &BOTH, 50),
        ],
        ..Supply::default()
    };
    let half = Some(0.5);
    assert_eq!(
        values(&supply, &["001"]),
        [Some(20_000.0), Some(8.0), Some(4.0), Some(1.0), Some(0.0), half, None, Some(0.0), half]
    );
    assert_eq!(
        values(&supply, &["002"]),
        [Some(5_000.0), Some(0.0), Some(0.0), Some(1.0), Some(1.0), None, None, Some(0.0), None]
    );
    // 003 has no figure of inhabitants: neither has a union with it.
    assert_eq!(
        values(&supply, &["001", "003"]),
        [None, Some(8.0), None, Some(2.0), Some(1.0), half, None, Some(0.0), half]
    );
    assert_eq!(value(&supply, &["004"], MetricCode::Municipalities), Some(0.0), "it is no municipality of the day");
}

#[test]
fn what_comes_to_people_is_in_person_support_too() {
    let supply = |terms: &[&str]| Supply {
        standing: vec![standing("001", SupportForm::Remote, &BOTH, 1)],
        roaming: vec![roaming(7, SupportForm::InPerson, &BOTH, 1)],
        serving: serving(&[(7, terms)]),
        ..Supply::default()
    };
    let without = |terms: &[&str]| {
        value(&supply(terms), &["001", "002", "003"], MetricCode::MunicipalitiesWithoutInPersonSupport)
    };
    let table: [(&[&str], f64); 8] = [
        (&[], 3.0),
        (&["serves:municipality:002"], 2.0),
        (&["serves:region:01"], 1.0),
        (&["serves:mainland"], 1.0),
        (&["serves:country:FI"], 0.0),
        (&["reaches:municipality:001", "reaches:municipality:002"], 1.0),
        (&["serves:municipality:004"], 2.0),
        (&["serves:region:19"], 3.0),
    ];
    for (terms, expected) in table {
        assert_eq!(without(terms), Some(expected), "{terms:?}");
    }
}

#[test]
fn remote_support_counts_once_in_each_area_that_it_serves() {
    let supply = Supply {
        roaming: vec![
            roaming(1, SupportForm::Remote, &[Language::Fi], 3),
            roaming(1, SupportForm::Remote, &BOTH, 2),
            roaming(2, SupportForm::Training, &[Language::Sv], 10),
            roaming(3, SupportForm::InPerson, &BOTH, 100),
            Roaming { serving: None, ..roaming(1, SupportForm::Remote, &BOTH, 1_000) },
        ],
        serving: serving(&[
            (1, &["serves:municipality:001", "serves:region:01"]),
            (2, &["reaches:municipality:002", "reaches:municipality:003"]),
            (3, &["serves:country:FI"]),
        ]),
        ..Supply::default()
    };
    let remote = |codes: &[&str]| value(&supply, codes, MetricCode::RemoteAlternatives);
    assert_eq!(remote(&["001"]), Some(5.0));
    assert_eq!(remote(&["002"]), Some(15.0));
    assert_eq!(remote(&["003"]), Some(10.0));
    assert_eq!(remote(&["001", "002", "003"]), Some(15.0));
    let land = land();
    let overview = Overview::new(&land, &supply);
    assert_eq!(overview.remote_alternatives("001"), [(Language::Fi, 5), (Language::Sv, 2)]);
    assert_eq!(overview.remote_alternatives("003"), [(Language::Sv, 10)]);
    assert_eq!(overview.remote_alternatives("004"), []);
    // What says nobody whom it serves is still there.
    let own: Vec<_> = supply.figures().iter().map(|figure| figure.value).collect();
    assert_eq!(own, [None, Some(0.0), None, None, None, None, None, Some(1_015.0), None]);
}

#[test]
fn the_nearest_point_is_as_far_away_as_a_list_would_say_and_areas_have_the_mean_by_inhabitants() {
    let at = |lat: f64| Point { lat, lon: 25.0 }.planar().unwrap();
    let supply = Supply { in_person: vec![at(60.1), at(62.0), at(69.0)], ..Supply::default() };
    let alone = |code: &str| value(&supply, &[code], MetricCode::NearestPointKm);
    assert_eq!(alone("001"), Some(at(60.0).kilometres(at(60.1))));
    assert_eq!(alone("002"), Some(at(61.0).kilometres(at(60.1))));
    assert_eq!(alone("003"), None, "nobody knows where it is");
    let mean = (alone("001").unwrap() * 20_000.0 + alone("002").unwrap() * 5_000.0) / 25_000.0;
    assert_eq!(value(&supply, &["001", "002", "003"], MetricCode::NearestPointKm), Some(mean));
    assert_eq!(value(&supply, &[], MetricCode::NearestPointKm), None);
    assert_eq!(value(&Supply::default(), &["001"], MetricCode::NearestPointKm), None);
}

#[test]
fn freshness_is_counted_from_now_or_from_the_end_of_another_day() {
    let moment = Moment::at("2026-11-22T10:00:00Z".parse().unwrap());
    assert_eq!(seen_from(day(TODAY), moment), moment.now);
    assert_eq!(seen_from(day("2026-11-21"), moment).to_rfc3339(), "2026-11-21T22:00:00+00:00");
    assert_eq!(seen_from(day("2026-06-30"), moment).to_rfc3339(), "2026-06-30T21:00:00+00:00");
}

#[test]
fn every_figure_of_availability_is_defined_and_none_is_left_untold_without_a_reason() {
    let at = Planar { northing: 6_700_000.0, easting: 500_000.0 };
    let supply = Supply {
        standing: vec![standing("001", SupportForm::InPerson, &BOTH, 2)],
        in_person: vec![at],
        ..Supply::default()
    };
    assert!(values(&supply, &["001"]).iter().all(Option::is_some));
    assert!(FIGURES.iter().all(|metric| MetricCode::VALUES.contains(metric)));
}

proptest! {
    #[test]
    fn areas_without_a_municipality_in_common_add_up(
        counts in proptest::collection::vec((0_usize..2, 0_usize..3, 1_i64..50), 0..12)
    ) {
        let codes = ["001", "002"];
        let supply = Supply {
            standing: counts.iter().map(|(code, form, points)| standing(codes[*code], SupportForm::VALUES[*form], &BOTH, *points)).collect(),
            ..Supply::default()
        };
        for metric in [MetricCode::Population, MetricCode::ServicePoints, MetricCode::Municipalities, MetricCode::MunicipalitiesWithoutInPersonSupport] {
            let parts: f64 = codes.iter().filter_map(|code| value(&supply, &[code], metric)).sum();
            prop_assert_eq!(value(&supply, &codes, metric), Some(parts), "{}", metric);
        }
    }
}
