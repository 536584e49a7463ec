use std::collections::{BTreeMap, HashMap, HashSet};

use validator::Validate as _;

use super::*;
use crate::duplicate::are_near;
use crate::freshness::Freshness;
use crate::service::ServiceFacts;
use crate::support::{DeliveryMode, ServiceAreaMode, SupportForm};
use crate::text::Language;

const MUNICIPALITIES: &str = include_str!("../../../persistence/data/municipalities.csv");
const MEMBERSHIPS: &str = include_str!("../../../persistence/data/memberships.csv");
const POPULATIONS: &str = include_str!("../../../persistence/data/populations.csv");

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// The municipalities of the day.
fn grounds() -> Vec<Ground> {
    let rows = |csv: &'static str| csv.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let regions: HashMap<_, _> =
        rows(MEMBERSHIPS).filter(|row| row[1] == "region" && row[4].is_empty()).map(|row| (row[0], row[2])).collect();
    // The last year of each stands last.
    let populations: HashMap<_, _> = rows(POPULATIONS).map(|row| (row[0], row[2])).collect();
    let name = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    rows(MUNICIPALITIES)
        .filter(|row| row[5].is_empty())
        .map(|row| Ground {
            code: row[0].parse().unwrap(),
            names: Names { fi: name(row[1]), sv: name(row[2]), en: name(row[3]) },
            language_status: row[7].parse().unwrap(),
            urban_rural: row[8].parse().unwrap(),
            point: Point { lat: row[9].parse().unwrap(), lon: row[10].parse().unwrap() },
            population: populations[row[0]].parse().unwrap(),
            region: regions[row[0]].parse().unwrap(),
            organisation: OrganisationId::of_key(&format!("municipality-{}", row[0])),
        })
        .collect()
}

fn demonstration(points: usize) -> Demonstration {
    Demonstration::new(7, points, grounds(), now())
}

fn as_json(batch: &Batch) -> String {
    serde_json::to_string(&(&batch.provider, &batch.locations, &batch.services)).unwrap()
}

fn services(batches: &[Batch]) -> impl Iterator<Item = &ServiceFacts> {
    batches.iter().flat_map(|batch| &batch.services).map(|(_, record)| &record.facts)
}

fn locations(batches: &[Batch]) -> impl Iterator<Item = (&LocationId, &LocationRecord)> {
    batches.iter().flat_map(|batch| &batch.locations).map(|(id, record)| (id, record))
}

/// Whether a share lies between two, in percent.
fn assert_share(what: &str, of: usize, all: usize, expected: std::ops::RangeInclusive<usize>) {
    let (low, high) = (expected.start() * all, expected.end() * all);
    assert!((low..=high).contains(&(of * 100)), "{what}: {of} of {all}, expected {expected:?} %");
}

#[test]
fn the_same_seed_makes_the_same_objects() {
    let some = |seed| -> Vec<String> {
        let mut turned = grounds();
        turned.reverse();
        Demonstration::new(seed, 2_000, turned, now()).take(40).map(|batch| as_json(&batch)).collect()
    };
    assert_eq!(some(7), demonstration(2_000).take(40).map(|batch| as_json(&batch)).collect::<Vec<_>>());
    assert!(some(7).iter().zip(some(8)).all(|(one, other)| *one != other));
}

#[test]
fn what_a_seed_makes_never_changes() {
    let ground = |code: &str, (fi, sv): (&str, &str), language_status, (lat, lon), population| Ground {
        code: code.parse().unwrap(),
        names: Names { fi: Some(fi.to_owned()), sv: Some(sv.to_owned()), en: Some(fi.to_owned()) },
        language_status,
        urban_rural: if population > 50_000 { UrbanRural::Urban } else { UrbanRural::Rural },
        point: Point { lat, lon },
        population,
        region: "19".parse().unwrap(),
        organisation: OrganisationId::of_key(code),
    };
    let grounds = vec![
        ground("091", ("Helsinki", "Helsingfors"), LanguageStatus::BilingualFinnishMajority, (60.17, 24.94), 664_000),
        ground("148", ("Inari", "Enare"), LanguageStatus::Finnish, (68.91, 27.03), 7_000),
        ground("478", ("Maarianhamina", "Mariehamn"), LanguageStatus::Swedish, (60.1, 19.94), 11_700),
    ];
    // FNV-1a. Whoever changes it changes what every demonstration holds.
    let digest = |digest: u64, byte| (digest ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    let bytes = Demonstration::new(7, 500, grounds, now()).flat_map(|batch| as_json(&batch).into_bytes());
    assert_eq!(format!("{:016x}", bytes.fold(0xcbf2_9ce4_8422_2325, digest)), "1aed49296e1d7539");
}

#[test]
fn there_are_exactly_as_many_points_as_asked_for() {
    for points in [0, 1, 2, 39, 100, 617, 2_000, 20_000] {
        let mut made = 0;
        for batch in demonstration(points) {
            let of = |facts: &ServiceFacts| facts.locations.len() + usize::from(facts.comes_to_you());
            let counted: usize = batch.services.iter().map(|(_, record)| of(&record.facts)).sum();
            assert_eq!(counted, batch.points);
            made += counted;
        }
        assert_eq!(made, points);
    }
    assert_eq!(Demonstration::new(7, 100, Vec::new(), now()).count(), 0);
}

#[test]
fn everything_keeps_the_rules() {
    for batch in demonstration(6_000) {
        let (_, provider) = &batch.provider;
        assert!(provider.facts.validate().is_ok(), "{:?}", provider.facts.validate());
        for (_, location) in &batch.locations {
            assert!(location.facts.validate().is_ok(), "{:?}", location.facts.validate());
        }
        let own: HashSet<_> = batch.locations.iter().map(|(id, _)| *id).collect();
        let (mut used, mut names) = (HashSet::new(), HashSet::new());
        for (_, service) in &batch.services {
            let facts = &service.facts;
            assert!(facts.validate().is_ok(), "{:?}", facts.validate());
            assert!(facts.faults().is_empty(), "{:?} {facts:?}", facts.faults());
            assert_eq!(facts.provider, batch.provider.0);
            assert!(facts.offer_status.is_published());
            assert!(facts.valid_from >= provider.facts.valid_from);
            assert!(names.insert(facts.names.clone()), "{:?}", facts.names);
            used.extend(facts.location_ids());
        }
        assert_eq!(used, own, "each location is used, and only those of the provider are");
    }
}

#[test]
fn every_object_has_an_id_of_its_own_that_comes_from_the_seed() {
    let batches: Vec<_> = demonstration(2_000).collect();
    let (id, record) = &batches[0].provider;
    assert_eq!(*id, ProviderId::of_key("demonstration:7:provider:1"));
    assert_eq!(record.facts.external_ids[0].source_id.as_str(), "7:provider:1");
    let providers = batches.iter().map(|batch| (batch.provider.0.to_string(), &batch.provider.1.facts.external_ids));
    let places = locations(&batches).map(|(id, record)| (id.to_string(), &record.facts.external_ids));
    let services = batches.iter().flat_map(|batch| &batch.services);
    let services = services.map(|(id, record)| (id.to_string(), &record.facts.external_ids));
    let mut seen = HashSet::new();
    for (id, external_ids) in providers.chain(places).chain(services) {
        assert!(seen.insert(id));
        assert!(external_ids.len() == 1 && external_ids[0].is_of_demonstration());
    }
}

#[test]
fn every_municipality_has_a_point_of_two_thousand() {
    for points in [2_000, 20_000] {
        let mut left: BTreeMap<_, _> = grounds().into_iter().map(|ground| (ground.code, ground.organisation)).collect();
        for batch in demonstration(points) {
            let facts = batch.provider.1.facts;
            let organisation = facts.municipality.and_then(|code| left.remove(&code));
            assert!(organisation.is_none_or(|organisation| organisation == facts.organisation));
        }
        assert_eq!(left.len(), 0, "{left:?}");
    }
}

#[test]
fn places_lie_around_their_municipality_and_no_two_at_one_point() {
    let centres: HashMap<_, _> = grounds().into_iter().map(|ground| (ground.code, ground.point)).collect();
    let batches: Vec<_> = demonstration(20_000).collect();
    let (mut seen, mut nowhere) = (HashSet::new(), 0);
    for (_, record) in locations(&batches) {
        let Some(point) = record.facts.point() else {
            nowhere += 1;
            continue;
        };
        assert!(point.distance(centres[&record.facts.address.municipality]) < 25_000.0);
        assert!(seen.insert((point.lat.to_bits(), point.lon.to_bits())), "{point:?}");
    }
    assert_share("without a point", nowhere, seen.len() + nowhere, 1..=3);
}

#[test]
fn one_place_in_five_hundred_or_so_is_there_twice() {
    let batches: Vec<_> = demonstration(20_000).collect();
    let mut twice = 0;
    for batch in &batches {
        for (index, (_, one)) in batch.locations.iter().enumerate() {
            twice += usize::from(batch.locations[..index].iter().any(|(_, other)| {
                let apart = one.facts.point().zip(other.facts.point()).map(|(one, other)| one.distance(other));
                apart.is_some_and(|apart| apart < 100.0) && are_near(&one.facts.names, &other.facts.names)
            }));
        }
    }
    let all = locations(&batches).count();
    assert!((all / 1_000..=all / 250).contains(&twice), "{twice} of {all}");
}

#[test]
fn freshness_is_shared_as_in_a_registry_that_is_looked_after() {
    let mut shares = BTreeMap::new();
    let mut all = 0;
    for batch in demonstration(20_000) {
        for (_, record) in &batch.services {
            *shares.entry(Freshness::of(record.verified_at, now())).or_insert(0) += 1;
            all += 1;
        }
    }
    assert_share("current", shares[&Freshness::Current], all, 53..=57);
    assert_share("watch", shares[&Freshness::Watch], all, 18..=22);
    assert_share("verify", shares[&Freshness::Verify], all, 8..=12);
    assert_share("outdated", shares[&Freshness::Outdated], all, 13..=17);
}

#[test]
fn languages_are_those_of_the_people() {
    let batches: Vec<_> = demonstration(20_000).collect();
    let all = services(&batches).count();
    let given = |language| services(&batches).filter(|facts| facts.languages.contains(&language)).count();
    assert_share("fi", given(Language::Fi), all, 90..=100);
    assert_share("sv", given(Language::Sv), all, 10..=40);
    assert_share("en", given(Language::En), all, 15..=40);
    for language in [Language::Ru, Language::Ar, Language::So, Language::Uk, Language::Et] {
        assert_share("of immigrants", given(language), all, 1..=9);
    }
    for batch in &batches {
        let home = ["047", "148", "758", "890"].map(|code| code.parse().ok());
        let sami = [Language::Se, Language::Smn, Language::Sms];
        let speaks = batch.provider.1.facts.languages.iter().any(|language| sami.contains(language));
        assert!(!speaks || home.contains(&batch.provider.1.facts.municipality));
    }
    assert!(given(Language::Se) > given(Language::Smn) && given(Language::Sms) > 0);
    assert!((1..all / 50).contains(&given(Language::Fse)) && given(Language::Fss) > 0);
}

#[test]
fn names_are_written_in_the_languages_of_the_municipality() {
    let statuses: HashMap<_, _> = grounds().into_iter().map(|ground| (ground.code, ground.language_status)).collect();
    for (_, record) in locations(&demonstration(6_000).collect::<Vec<_>>()) {
        let Names { fi, sv, .. } = &record.facts.names;
        let expected = match statuses[&record.facts.address.municipality] {
            LanguageStatus::Finnish => (true, false),
            LanguageStatus::Swedish => (false, true),
            _ => (true, true),
        };
        assert_eq!((fi.is_some(), sv.is_some()), expected, "{:?}", record.facts.names);
    }
}

#[test]
fn support_comes_by_every_means_and_about_forty_services_are_for_the_whole_country() {
    for points in [2_000, 20_000] {
        let batches: Vec<_> = demonstration(points).collect();
        let national = |facts: &&ServiceFacts| {
            let mode = facts.service_area.as_ref().map(|area| area.mode);
            matches!(mode, Some(ServiceAreaMode::Nationwide | ServiceAreaMode::NationwideExceptAland))
        };
        assert_eq!(services(&batches).filter(national).count(), 40);
        let means: HashSet<_> = services(&batches).flat_map(|facts| facts.delivery_modes.iter().copied()).collect();
        assert_eq!(means.len(), DeliveryMode::VALUES.len());
        let forms: HashSet<_> = services(&batches).map(|facts| facts.support_form).collect();
        assert_eq!(forms.len(), SupportForm::VALUES.len());
    }
    let batches: Vec<_> = demonstration(20_000).collect();
    let measured = |facts: &&ServiceFacts| facts.service_area.as_ref().is_some_and(|area| area.radius_km.is_some());
    assert!(services(&batches).filter(measured).count() > 3);
}

#[test]
fn there_are_some_hundreds_of_different_hours() {
    let batches: Vec<_> = demonstration(20_000).collect();
    let at_places = locations(&batches).filter_map(|(_, record)| record.facts.opening_hours.as_ref());
    let of_services = services(&batches).flat_map(|facts| {
        let places = facts.locations.iter().filter_map(|place| place.opening_hours.as_ref());
        places.chain(facts.channels.iter().filter_map(|channel| channel.opening_hours.as_ref()))
    });
    let hours: HashSet<_> = at_places.chain(of_services).map(|hours| serde_json::to_string(hours).unwrap()).collect();
    assert!((200..=2_000).contains(&hours.len()), "{}", hours.len());
}

#[test]
fn nothing_lies_in_the_future_of_an_early_clock() {
    let early: DateTime<Utc> = "2018-04-05T00:00:00Z".parse().unwrap();
    let batches: Vec<_> = Demonstration::new(7, 1_000, grounds(), early).collect();
    assert!(services(&batches).all(|facts| facts.validate().is_ok()));
    assert!(services(&batches).all(|facts| facts.valid_from.is_none_or(|first| first <= Moment::at(early).today)));
}
