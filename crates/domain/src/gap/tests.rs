use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::json;

use super::*;
use crate::area::AreaKind;
use crate::atlas::Atlas;
use crate::availability::{Land, Roaming, Standing, Supply};
use crate::coverage::Inhabitants;
use crate::municipality::MunicipalityRecord;
use crate::need_index::{self, Figures, Weights};
use crate::need_indicator::IndicatorCode;
use crate::support::SupportForm;
use crate::text::Names;
use crate::validity::Validity;

/// Municipalities with so many inhabitants each.
fn land(people: &[(&str, i64)]) -> Land {
    let named = |code: &str| Names { fi: Some(code.to_owned()), sv: None, en: None };
    let record = |code: &str| -> MunicipalityRecord {
        serde_json::from_value(json!({
            "names": named(code), "valid_from": null, "valid_to": null, "successor": null, "language_status": "finnish",
            "urban_rural": "urban", "point": null, "memberships": [], "populations": []
        }))
        .unwrap()
    };
    let day: NaiveDate = "2026-11-22".parse().unwrap();
    let inhabitants = people.iter().map(|(code, people)| Inhabitants {
        municipality: AreaRef { kind: AreaKind::Municipality, code: (*code).into(), names: named(code) },
        validity: Validity { from: None, to: None },
        successor: None,
        population: Some(*people),
    });
    let records = people.iter().map(|(code, _)| (code.parse().unwrap(), record(code)));
    Land {
        as_of: day,
        population_date: day,
        inhabitants: inhabitants.collect(),
        atlas: Arc::new(Atlas::new([], records)),
    }
}

fn standing(code: &str, points: i64) -> Standing {
    Standing { municipality: code.into(), support_form: SupportForm::InPerson, languages: 1, points, current: points }
}

fn gaps(land: &Land, supply: &Supply, known: &[(&str, f64)], weights: &[&str]) -> Vec<MunicipalityGap> {
    let overview = Overview::new(land, supply);
    let figure = |value: f64| need_index::Figure { value, date: land.as_of, source: "Lähde".parse().unwrap() };
    let figures: Figures = known
        .iter()
        .map(|(code, value)| (((*code).to_owned(), IndicatorCode::OftenNeedsSupport), figure(*value)))
        .collect();
    let needs = need_index::compare(overview.municipalities().cloned().collect(), &figures, &Weights::default());
    let asked: Vec<AskedAvailabilityWeight> = weights.iter().map(|text| text.parse().unwrap()).collect();
    compare(&overview, needs, &AvailabilityWeights::asked(&asked).unwrap())
}

fn short(gaps: &[MunicipalityGap]) -> Vec<(&str, Option<f64>)> {
    gaps.iter().map(|gap| (gap.municipality.code.as_str(), gap.gap)).collect()
}

#[test]
fn the_widest_gap_comes_first_and_what_is_not_known_last() {
    let land = land(&[("001", 10_000), ("002", 10_000), ("003", 10_000), ("004", 10_000)]);
    let supply = Supply { standing: vec![standing("001", 9), standing("002", 3)], ..Supply::default() };
    let points_alone = ["nearest_point_km:0", "remote_alternatives:0", "share_current:0"];
    let gaps = gaps(&land, &supply, &[("001", 10.0), ("002", 20.0), ("003", 30.0)], &points_alone);
    // Need is ranked among three; support among four, of which two have none.
    let need = [100.0 / 6.0, 50.0, 500.0 / 6.0];
    assert_eq!(
        short(&gaps),
        [("003", Some(need[2] - 25.0)), ("002", Some(need[1] - 62.5)), ("001", Some(need[0] - 87.5)), ("004", None)]
    );
    let last = &gaps[3];
    assert_eq!(
        (last.need.index, last.availability.index, last.availability.share_known),
        (None, Some(25.0), Some(1.0))
    );
    assert_eq!(last.availability.components.len(), 1);
}

#[test]
fn a_figure_that_is_not_known_is_left_out_and_said() {
    let land = land(&[("001", 10_000), ("002", 10_000)]);
    let supply = Supply { standing: vec![standing("001", 9)], ..Supply::default() };
    let gaps = gaps(&land, &supply, &[("001", 10.0), ("002", 10.0)], &[]);
    assert_eq!(short(&gaps).iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["002", "001"]);
    let availability = &gaps[0].availability;
    let values: Vec<_> =
        availability.components.iter().map(|one| (one.metric.to_string(), one.value, one.scaled)).collect();
    let expected = [
        ("service_points_per_10000".to_owned(), Some(0.0), Some(25.0)),
        ("nearest_point_km".to_owned(), None, None),
        ("remote_alternatives".to_owned(), Some(0.0), Some(50.0)),
        ("share_current".to_owned(), None, None),
    ];
    assert_eq!(values, expected);
    assert_eq!(availability.share_known, Some(4.0 / 7.0));
    assert_eq!(availability.index, Some((25.0 * 3.0 + 50.0) / 4.0));
}

#[test]
fn the_alternative_from_afar_is_told_in_each_language() {
    let land = land(&[("001", 10_000), ("002", 10_000)]);
    let roaming = |languages: &[Language], points| Roaming {
        serving: Some(1),
        support_form: SupportForm::Remote,
        remote: true,
        languages: Language::bits(languages),
        points,
    };
    let supply = Supply {
        roaming: vec![roaming(&[Language::Fi, Language::Sv], 2), roaming(&[Language::Fi, Language::Se], 3)],
        serving: HashMap::from([(1, vec!["serves:municipality:002".to_owned()])]),
        ..Supply::default()
    };
    let gaps = gaps(&land, &supply, &[], &[]);
    let told = |code: &str| {
        let gap = gaps.iter().find(|gap| gap.municipality.code == code).unwrap();
        gap.remote_alternatives.iter().map(|one| (one.language.to_string(), one.service_points)).collect::<Vec<_>>()
    };
    assert_eq!(told("001"), []);
    assert_eq!(told("002"), [("fi".to_owned(), 5), ("sv".to_owned(), 2), ("se".to_owned(), 3)]);
}

#[test]
fn without_any_weight_there_is_no_availability_and_no_gap() {
    let land = land(&[("001", 10_000)]);
    let none = ["service_points_per_10000:0", "nearest_point_km:0", "remote_alternatives:0", "share_current:0"];
    let gaps = gaps(&land, &Supply::default(), &[("001", 1.0)], &none);
    let GapAvailability { index, share_known, components } = gaps[0].availability.clone();
    assert_eq!((gaps[0].gap, index, share_known, components.len()), (None, None, None, 0));
}
