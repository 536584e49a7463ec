//! Grants.

use rstest::rstest;
use serde_json::json;

use crate::support::{Database, Registry};

const REGIONS: [&str; 14] = ["01", "02", "04", "06", "07", "08", "09", "10", "11", "12", "13", "14", "16", "17"];

#[rstest]
fn fourteen_councils_received_grants_in_2020_and_no_amount_is_invented(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let grants = registry.items("/v1/grants?programme=regional-coordination-2020");
    let mut regions: Vec<_> = grants.iter().map(|grant| grant["areas"][0]["code"].as_str().unwrap()).collect();
    regions.sort_unstable();
    assert_eq!(regions, REGIONS);
    for grant in &grants {
        assert_eq!(grant["amount"], json!(null));
        assert_eq!(grant["call"], "regional-coordination-2020");
        assert_eq!((&grant["usable_from"], &grant["usable_to"]), (&json!("2020-10-01"), &json!("2021-10-31")));
        assert_eq!(grant["beneficiary"]["organisation_type"], "regional_council");
        let council = registry.json(&format!("/v1/organisations/{}", grant["beneficiary"]["id"].as_str().unwrap()));
        assert_eq!(council["area"], grant["areas"][0]);
    }
    assert_eq!(registry.items("/v1/grants"), grants, "no other grants are known");
}

#[rstest]
fn grants_are_found_by_every_filter(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let beneficiary = registry.items("/v1/grants?region=13")[0]["beneficiary"]["id"].as_str().unwrap().to_owned();
    let table = [
        ("programme=county-pilots-2018".to_owned(), 0),
        ("call=regional-coordination-2020".to_owned(), 14),
        ("call=county-pilots-2018".to_owned(), 0),
        ("region=13&region=14&region=15".to_owned(), 2),
        (format!("beneficiary={beneficiary}"), 1),
        (format!("beneficiary={beneficiary}&region=14"), 0),
        ("grant_status=completed".to_owned(), 14),
        ("grant_status=active&grant_status=recovered".to_owned(), 0),
    ];
    for (filters, expected) in table {
        assert_eq!(registry.items(&format!("/v1/grants?{filters}")).len(), expected, "{filters}");
    }
}

#[rstest]
#[case("2021-10-31T12:00:00+02:00", "active")]
#[case("2021-11-01T00:00:00+02:00", "completed")]
fn a_grant_is_active_to_the_last_day_of_its_money(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] clock: &str,
    #[case] status: &str,
) {
    let registry = Registry::start_with(database, &["--clock", clock]);
    let grants = registry.items(&format!("/v1/grants?grant_status={status}"));
    assert_eq!(grants.len(), 14);
    assert!(grants.iter().all(|grant| grant["grant_status"] == status));
}

#[rstest]
fn a_grant_is_found_by_its_id(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    for grant in registry.items("/v1/grants") {
        assert_eq!(registry.json(&format!("/v1/grants/{}", grant["id"].as_str().unwrap())), grant);
    }
    registry.get("/v1/grants/00000000-0000-0000-0000-000000000000").problem(404, "not_found");
}
