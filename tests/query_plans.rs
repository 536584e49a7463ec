//! How the databases look for what is asked, over 20,000 service points: by an index wherever one can serve.

use rstest::rstest;
use serde_json::Value;

use crate::need_indicators::NEEDS;
use crate::support::database::Place;
use crate::support::session::{DUPLICATES, LOCATIONS, POINTS, SERVICES};
use crate::support::{Database, Registry, statements};

/// The tables that grow with the registry.
const LARGE: [&str; 14] = [
    "service_points",
    "service_point_bodies",
    "service_point_areas",
    "service_point_terms",
    "service_point_words",
    "service_point_texts",
    "services",
    "locations",
    "service_locations",
    "external_ids",
    "changes",
    "suggestions",
    "suggestion_words",
    "need_indicators",
];

/// Filters of service points that find few of them.
const SELECTIVE: [&str; 23] = [
    "municipality=890",
    "municipality=890&municipality=148",
    "region=21",
    "postcode=99800",
    "language=se",
    "language=smn&language=sms",
    "delivery_mode=video",
    "support_form=remote&municipality=837",
    "special_support=sign_language&region=19",
    "fee=paid&municipality=837",
    "access_mode=no_public_access",
    "remote=true&municipality=837",
    "topic=tax&municipality=890",
    "target_group=everyone&municipality=890",
    "open_at=now&municipality=890",
    "freshness=verify&municipality=890",
    "near=60.17,24.94&radius_km=2",
    "near=69.9,27.0&radius_km=30&language=se",
    "bbox=26,69.5,28,70",
    "as_of=2020-12-31&municipality=291",
    "q=inarinsaame",
    "q=puhelin&municipality=890",
    "q=puhelin&near=69.9,27.0&radius_km=30",
];

/// Filters that find a large part of all.
const BROAD: [&str; 19] = [
    "",
    "language=fi",
    "support_form=in_person",
    "delivery_mode=service_point",
    "topic=email",
    "target_group=everyone",
    "fee=free",
    "access_mode=walk_in",
    "remote=false",
    "freshness=current",
    "open_at=now",
    "near=60.17,24.94",
    "region=01",
    "as_of=2020-12-31",
    "q=puhelin",
    "q=puhelin+tietokone",
    "q=puhelin+utsjoki",
    "q=puhelmi+tukinen",
    "q=puhelin&language=fi",
];

/// Questions about the other lists; without letters anywhere in a name, which no index finds.
const OTHERS: [&str; 10] = [
    "?",
    "?municipality=890",
    "?region=21",
    "?postcode=99800",
    "?organisation=6ce13e44-92a6-5284-a207-48785ec11b3e",
    "?source=demonstration",
    "?freshness=outdated",
    "?as_of=2020-12-31",
    "?open_state_at=now",
    "?freshness=watch&region=19",
];

fn start(database: Database) -> Registry {
    statements::watch();
    let registry = Registry::on(database.demonstrated(), &[]);
    if database == Database::Postgres {
        // A plan can be read, but not selected from. Of tables that fit into memory PostgreSQL rightly reads more than it
        // needs, now and then: it is asked whether an index could serve.
        registry.place().execute(
            "CREATE FUNCTION explain(question TEXT) RETURNS SETOF TEXT LANGUAGE plpgsql SET enable_seqscan = off AS \
             'BEGIN RETURN QUERY EXECUTE ''EXPLAIN '' || question; END'",
        );
    }
    registry
}

/// The orders that a list of service points can have under some filters.
fn orders(filters: &str) -> &'static [&'static str] {
    match (filters.contains("near="), filters.contains("q=")) {
        (true, false) => &["name", "verified_at", "distance"],
        (true, true) => &["name", "verified_at", "distance", "relevance"],
        (false, true) => &["name", "verified_at", "relevance"],
        (false, false) => &["name", "verified_at"],
    }
}

/// The plans of the statements that a request sends, each with its statement.
fn plans(registry: &Registry, target: &str) -> Vec<(String, Vec<String>)> {
    let place = registry.place();
    let heard = statements::heard(place, || {
        registry.json(target);
    });
    assert!(!heard.is_empty(), "{target}: no statement was heard");
    heard.into_iter().map(|statement| (plan(place, &statement), statement)).map(|(plan, of)| (of, plan)).collect()
}

/// How the database would answer a statement, as it was heard with its values.
fn plan(place: &Place, heard: &str) -> Vec<String> {
    let (statement, values) = heard.rsplit_once(" -- binds: ").unwrap_or_else(|| panic!("{heard}"));
    if place.url().starts_with("sqlite:") {
        return place.plan(&format!("EXPLAIN QUERY PLAN {statement}"));
    }
    // From the last to the first: `$1` begins `$10` too.
    let values = literals(values);
    let numbered = values.iter().enumerate().rev();
    let whole =
        numbered.fold(statement.to_owned(), |text, (index, value)| text.replace(&format!("${}", index + 1), value));
    place.texts(&format!("SELECT plan AS value FROM explain($plan${whole}$plan$) AS plan"))
}

/// The values of a statement as literals of SQL.
fn literals(values: &str) -> Vec<String> {
    let inner = values.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap();
    let (mut found, mut quoted, mut depth) = (vec![String::new()], false, 0);
    for letter in inner.chars() {
        match letter {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => (),
        }
        found.last_mut().unwrap().push(letter);
    }
    found.iter().map(|value| literal(value.trim())).collect()
}

fn literal(value: &str) -> String {
    if let Some(list) = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return format!("ARRAY[{}]", literals(&format!("[{list}]")).join(", "));
    }
    if let Ok(text) = serde_json::from_str::<String>(value) {
        return format!("'{text}'");
    }
    let is_plain = value.parse::<f64>().is_ok() || ["true", "false"].contains(&value);
    if is_plain { value.to_owned() } else { format!("'{value}'") }
}

/// The steps of a plan that look through all of a large table without an index.
fn scans(plan: &[String]) -> Vec<&String> {
    let through = |step: &str, table: &str| {
        let step = format!("{step} ");
        step.contains(&format!("Seq Scan on {table} "))
            || (step.starts_with(&format!("SCAN {table} ")) && !step.contains("USING"))
    };
    plan.iter().filter(|step| LARGE.iter().any(|table| through(step, table))).collect()
}

/// The steps that go through all of a large table, be it by an index.
fn walks(plan: &[String]) -> Vec<&String> {
    let through = |step: &str, table: &str| format!("{step} ").starts_with(&format!("SCAN {table} "));
    plan.iter().filter(|step| LARGE.iter().any(|table| through(step, table))).collect()
}

#[rstest]
fn no_selective_filter_goes_through_a_whole_table(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = start(database);
    let mut found = Vec::new();
    for filters in SELECTIVE {
        // What is near is looked for by distance; in another order, and counted, it is picked out of the whole.
        let is_near = filters.contains("near=");
        let (sorts, facets) =
            if is_near { (&["distance"][..], "") } else { (orders(filters), "&facets=language&facets=freshness") };
        for sort in sorts {
            let target = format!("{POINTS}?{filters}&sort={sort}{facets}");
            for (statement, plan) in plans(&registry, &target) {
                let bad = [scans(&plan), walks(&plan)].concat();
                if !bad.is_empty() {
                    found.push(format!("{filters} by {sort}: {bad:?}\n    of {plan:#?}\n    {statement}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[rstest]
fn a_page_of_what_is_found_broadly_walks_along_an_index_in_the_order_of_the_list(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = start(database);
    let mut found = Vec::new();
    for filters in BROAD {
        for sort in orders(filters) {
            let first = format!("{POINTS}?{filters}&sort={sort}&limit=20");
            let cursor = registry.json(&first)["next"].as_str().unwrap().to_owned();
            for target in [first.clone(), format!("{first}&cursor={cursor}")] {
                for (statement, plan) in plans(&registry, &target) {
                    let bad = scans(&plan);
                    if !bad.is_empty() {
                        found.push(format!("{target}: {bad:?}\n    of {plan:#?}\n    {statement}"));
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[rstest]
fn the_other_lists_look_by_their_indexes(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = start(database);
    let service = registry.json(&format!("{SERVICES}?limit=1"))["items"][0].take();
    let text = |place: &str| service.pointer(place).and_then(Value::as_str).unwrap().to_owned();
    let mut targets: Vec<String> = OTHERS.iter().map(|query| format!("{LOCATIONS}{query}")).collect();
    let of_services = OTHERS
        .iter()
        .filter(|query| !["municipality", "region", "postcode", "open_state"].iter().any(|name| query.contains(name)));
    targets.extend(of_services.map(|query| format!("{SERVICES}{query}")));
    targets.extend([
        format!("{SERVICES}?provider={}", text("/provider/id")),
        format!("{SERVICES}?location={}", text("/locations/0/location/id")),
        format!("{SERVICES}?language=se"),
        format!("{SERVICES}?support_form=remote"),
        format!("{SERVICES}/{}", text("/id")),
        format!("{SERVICES}/{}/history", text("/id")),
        format!("{DUPLICATES}?limit=20"),
        "/v1/changes?after=10&noun=service".into(),
        format!("{NEEDS}?limit=20"),
        format!("{NEEDS}?municipality=890"),
        format!("{NEEDS}?indicator=share_sami_speakers&last_date=2024-12-31"),
        format!("{NEEDS}?area=region:21&limit=20"),
        format!("{NEEDS}?municipality=890&as_of=2025-06-30"),
        format!("{NEEDS}?municipality=890&as_of=2025-06-30&known_at=2026-11-22T20:00:00Z"),
    ]);
    let mut found = Vec::new();
    for target in targets {
        for (statement, plan) in plans(&registry, &target) {
            let bad = scans(&plan);
            if !bad.is_empty() {
                found.push(format!("{target}: {bad:?}\n    of {plan:#?}\n    {statement}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[rstest]
fn what_is_typed_is_looked_for_along_an_index(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = start(database);
    let mut found = Vec::new();
    for typed in ["d", "digi", "hels", "001", "ab", "kirjasto%20h", "kaytto", "xyz"] {
        for (statement, plan) in plans(&registry, &format!("/v1/suggest?q={typed}")) {
            // In the order of the index: nothing is sorted that only its first are wanted of.
            let sorted =
                plan.iter().filter(|step| step.contains("TEMP B-TREE") || step.trim_start().starts_with("Sort"));
            let bad = [scans(&plan), walks(&plan), sorted.collect()].concat();
            if statement.contains("suggestion_words") && !bad.is_empty() {
                found.push(format!("{typed}: {bad:?}\n    of {plan:#?}\n    {statement}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[rstest]
fn the_number_of_statements_does_not_depend_on_how_much_is_asked_for(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    /// What is near is looked for in so many rings at most.
    const RINGS: usize = 11;
    const MOST: usize = 16;
    let registry = start(database);
    let price = |target: &str| {
        let before = statements::sent_to(registry.place());
        registry.json(target);
        statements::sent_to(registry.place()) - before
    };
    for filters in SELECTIVE.into_iter().chain(BROAD) {
        for sort in orders(filters) {
            // What is known from then on need not be asked again.
            registry.json(&format!("{POINTS}?{filters}&sort={sort}&limit=1"));
            let [one, few, many] =
                ["1", "20", "500"].map(|limit| price(&format!("{POINTS}?{filters}&sort={sort}&limit={limit}")));
            if ["distance", "relevance"].contains(sort) {
                assert!(
                    [one, few, many].iter().all(|price| price.abs_diff(one) < RINGS),
                    "{filters}: {one} {few} {many}"
                );
            } else {
                assert_eq!((one, one), (few, many), "{filters} by {sort}");
            }
            assert!(many <= MOST, "{filters} by {sort}: {many}");
        }
    }
}
