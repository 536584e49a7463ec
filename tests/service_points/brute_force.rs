//! Every filter alone and each pair of filters, against a plain search through the whole collection.

use std::collections::{BTreeMap, BTreeSet};

use rstest::rstest;
use serde_json::{Value, json};

use super::oracle::{Filter, PLAIN, TODAY, Verdict, World, at_noon, lines, query};
use crate::support::database::DEMONSTRATED;
use crate::support::{Database, Registry};

const POINTS: &str = "/v1/service-points";
const COUNTED: [(&str, &str); 1] = [("Prefer", "return=total-count")];
/// Filters that find more are not walked through one by one: what they find is counted.
const MANY: usize = 2_500;

/// The fields by which one filters.
fn fields() -> Vec<&'static str> {
    let others = ["municipality", "region", "near", "bbox"];
    PLAIN.iter().map(|(name, _)| *name).chain(others).collect()
}

/// The ids that a whole walk gives, in its order.
pub(super) fn walk(registry: &Registry, query: &str) -> Vec<String> {
    walk_of(registry, &format!("{query}&fields=id")).into_iter().map(|item| super::id(&item)).collect()
}

/// The points that a whole walk gives.
pub(super) fn walk_of(registry: &Registry, query: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut page = registry.json(&format!("{POINTS}?{query}&limit=500{cursor}"));
        let Value::Array(items) = page["items"].take() else { panic!("{page}") };
        found.extend(items);
        let Some(next) = page["next"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

/// Fails unless a walk finds exactly what the filters mean, each once.
fn assert_found(registry: &Registry, world: &World, filters: &[Filter], sort: &str) {
    let asked = format!("{}{}&sort={sort}", world.as_of(), query(filters));
    let mut found = walk(registry, &asked);
    found.sort_unstable();
    let verdicts: BTreeMap<&str, Verdict> =
        world.points.iter().map(|known| known.id.as_str()).zip(world.verdicts(filters)).collect();
    let is_sure = |id: &str| verdicts.get(id) != Some(&Verdict::Unsure);
    let found: Vec<&str> = found.iter().map(String::as_str).filter(|id| is_sure(id)).collect();
    let meant: Vec<&str> =
        verdicts.iter().filter(|(_, verdict)| **verdict == Verdict::Yes).map(|(id, _)| *id).collect();
    assert_eq!(found, meant, "{asked}");
}

/// The orders that a list can have, one after the other.
fn order(number: usize, filters: &[Filter]) -> &'static str {
    let is_near = filters.iter().any(|filter| matches!(filter, Filter::Near(..)));
    ["name", "verified_at", "distance"][number % if is_near { 3 } else { 2 }]
}

#[rstest]
fn an_export_holds_every_point_of_the_demonstration_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = at_noon(database);
    let world = World::now(database, &registry);
    let all = registry.get_with(&format!("{POINTS}?limit=1"), &COUNTED).json()["total"].as_u64().unwrap();
    assert_eq!(world.points.len() as u64, all);
    let ended = DEMONSTRATED - world.points.len();
    assert!((1..DEMONSTRATED / 50).contains(&ended), "{ended} are not there today");
    assert!(lines(&registry, POINTS).iter().all(|line| line.contains("\"demonstration\":true")));
}

#[rstest]
fn every_filter_alone_finds_what_a_plain_search_finds(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = at_noon(database);
    let world = World::now(database, &registry);
    for (number, field) in fields().into_iter().enumerate() {
        let (rare, other) = chosen(world, &[field], number * 1_009);
        for filters in [rare, other] {
            // What finds much is counted, and not walked through.
            let verdicts = world.verdicts(&filters);
            let hits = verdicts.iter().filter(|verdict| **verdict == Verdict::Yes).count();
            if !verdicts.contains(&Verdict::Unsure) {
                let counted = registry.get_with(&format!("{POINTS}?{}&limit=1", query(&filters)), &COUNTED).json();
                assert_eq!(counted["total"], hits, "{filters:?}");
            }
            for number in (0..3).filter(|_| hits <= MANY) {
                assert_found(&registry, world, &filters, order(number, &filters));
            }
        }
    }
    let everything: BTreeSet<String> = walk(&registry, "sort=verified_at").into_iter().collect();
    assert!(everything.iter().eq(world.points.iter().map(|known| &known.id)));
}

#[rstest]
fn each_pair_of_filters_finds_what_a_plain_search_finds(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = at_noon(database);
    let world = World::now(database, &registry);
    let fields = fields();
    let mut tried = 0;
    for (number, one) in fields.iter().enumerate() {
        for other in &fields[number + 1..] {
            let (alone, either) = chosen(world, &[one, other], tried * 617);
            for filters in [alone, either] {
                assert_found(&registry, world, &filters, order(tried, &filters));
                tried += 1;
            }
        }
    }
    assert_eq!(tried, fields.len() * (fields.len() - 1));
}

/// Filters by some fields that all find some point, few others beside it, and the same for what either of two points
/// has.
fn chosen(world: &World, fields: &[&'static str], from: usize) -> (Vec<Filter>, Vec<Filter>) {
    const FEW: f64 = 0.015;
    let among = world.points.iter().cycle().skip(from).take(world.points.len()).step_by(7);
    let weighed = among.filter_map(|known| {
        let filters = fields.iter().map(|field| world.filter(field, known)).collect::<Option<Vec<_>>>()?;
        let share: f64 = filters.iter().map(|filter| world.share(filter, known)).product();
        Some((share, filters))
    });
    let mut weighed: Vec<_> = weighed.take(300).collect();
    weighed.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    // Neither the rarest, which finds one point only, nor what finds all.
    let few = weighed.partition_point(|(share, _)| *share <= FEW);
    let first = &weighed[few.saturating_sub(1)].1;
    let second = &weighed[few / 2].1;
    (first.clone(), first.iter().zip(second).map(|(one, other)| one.or(other)).collect())
}

#[rstest]
fn filters_by_area_and_by_code_ask_about_the_country_of_the_day(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = at_noon(database);
    let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    for day in ["2019-06-01", "2020-12-31"] {
        let world = World::on(&registry, day);
        let finnish = Filter::Plain("support_form", codes(&["remote"]));
        for (number, filters) in [
            // Valtimo is a part of Nurmes since 2020, Kuhmoinen of Pirkanmaa since 2021.
            vec![Filter::Municipality(codes(&["911"]))],
            vec![Filter::Municipality(codes(&["541", "911"])), finnish.clone()],
            vec![Filter::Municipality(codes(&["291"]))],
            vec![Filter::Region(codes(&["13"])), finnish.clone()],
            vec![Filter::Region(codes(&["06"])), Filter::Plain("language", codes(&["sv", "en"]))],
            vec![Filter::Region(codes(&["21"]))],
            vec![Filter::Plain("postcode", codes(&["00100"])), finnish],
            vec![Filter::Box([24.0, 60.0, 24.7, 60.3]), Filter::Plain("fee", codes(&["paid"]))],
        ]
        .into_iter()
        .enumerate()
        {
            assert_found(&registry, &world, &filters, order(number, &filters));
        }
        let total = registry.get_with(&format!("{POINTS}?as_of={day}&limit=1"), &COUNTED).json()["total"].take();
        assert_eq!(total, world.points.len(), "{day}");
    }
    for (filter, place) in [("near=60.17,24.94", "near"), ("open_at=now", "open_at")] {
        let answer = registry.get(&format!("{POINTS}?as_of={TODAY}&{filter}"));
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["parameter"], place);
        assert!(problem["errors"][0]["message"].as_str().unwrap().contains("as_of"), "{problem}");
    }
}

#[rstest]
fn counts_by_every_field_are_those_of_the_points_that_the_filters_find(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    const FIELDS: [&str; 12] = [
        "municipality",
        "region",
        "language",
        "support_form",
        "delivery_mode",
        "topic",
        "target_group",
        "special_support",
        "fee",
        "access_mode",
        "freshness",
        "remote",
    ];
    let registry = at_noon(database);
    let world = World::now(database, &registry);
    let plain = |name, values: &[&str]| Filter::Plain(name, values.iter().map(|value| (*value).to_owned()).collect());
    let town = |code: &str| Filter::Municipality(vec![code.to_owned()]);
    let around = |place, radii: [f64; 5]| world.sure(radii.map(|radius| Filter::Near(place, Some(radius))));
    for filters in [
        vec![],
        vec![world.sure(["091", "049", "837", "564", "853", "297", "398", "152", "478", "890"].map(town))],
        vec![Filter::Region(vec!["21".into(), "19".into()]), plain("delivery_mode", &["service_point", "phone"])],
        vec![plain("language", &["sv", "se"]), plain("freshness", &["current", "outdated"])],
        vec![plain("open_at", &["true"]), plain("access_mode", &["walk_in"])],
        vec![around((65.01, 25.47), [7.3, 3.1, 1.7, 1.1, 0.7]), plain("topic", &["tax", "email"])],
        vec![Filter::Near((69.907, 27.03), None), plain("fee", &["paid"])],
        vec![Filter::Box([22.0, 60.2, 22.6, 60.7]), plain("target_group", &["everyone"])],
    ] {
        let meant = world.found(&filters);
        assert!(!meant.is_empty(), "{filters:?}");
        let asked = FIELDS.map(|field| format!("facets={field}")).join("&");
        let page = registry.get_with(&format!("{POINTS}?{}&{asked}&limit=1", query(&filters)), &COUNTED).json();
        assert_eq!(page["total"], meant.len(), "{filters:?}: {page}");
        let facets = page["facets"].as_array().unwrap();
        assert_eq!(facets.len(), FIELDS.len());
        for (field, facet) in FIELDS.into_iter().zip(facets) {
            let mut counts: Vec<_> = world.counts(field, &meant).into_iter().collect();
            counts.sort_by_key(|(_, count)| -count);
            let counts: Vec<Value> =
                counts.into_iter().map(|(value, count)| json!({"value": value, "count": count})).collect();
            assert_eq!(*facet, json!({"field": field, "values": counts}), "{filters:?}");
        }
    }
}

#[rstest]
fn a_filter_by_an_instant_finds_what_is_open_then(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let place = database.demonstrated();
    let noon = at_noon_on(&place);
    for instant in ["2026-12-05T16:30:00Z", "2026-12-06T10:30:00Z", "2027-03-27T23:40:00Z"] {
        let then = Registry::begin(place.url(), &["--clock", instant]);
        then.wait_until_ready(crate::support::registry::PATIENCE);
        let states = walk_of(&then, "fields=open_state");
        let open = |item: &Value| item["open_state"]["open_now"] == true;
        let mut meant: Vec<String> = states.iter().filter(|item| open(item)).map(super::id).collect();
        meant.sort_unstable();
        assert!(!meant.is_empty() && meant.len() < states.len() / 2, "{instant}: {}", meant.len());

        let asked = walk_of(&noon, &format!("open_at={instant}&fields=open_state"));
        assert!(asked.iter().all(open), "{instant}");
        let found: BTreeSet<String> = asked.iter().map(super::id).collect();
        assert_eq!(found.len(), asked.len(), "{instant}");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), meant, "{instant}");
    }
}

fn at_noon_on(place: &crate::support::database::Place) -> Registry {
    let registry = Registry::begin(place.url(), &["--clock", super::oracle::NOON]);
    registry.wait_until_ready(crate::support::registry::PATIENCE);
    registry
}
