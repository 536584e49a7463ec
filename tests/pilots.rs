//! Pilots: those of history, and those that are written.

mod reach;
mod steps;
mod writing;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::session::id;
use crate::support::{Database, Registry};

const PILOTS: &str = "/v1/pilots";
const CALL: &str = "county-pilots-2018";

/// As exactly as a source says it.
fn season() -> Value {
    json!({"precision": "season", "season": "autumn", "earliest": "2018-09-01", "latest": "2018-11-30"})
}

/// The regional council of a region.
fn lead_of(registry: &Registry, region: &str) -> String {
    let councils =
        registry.items(&format!("/v1/organisations?area=region:{region}&organisation_type=regional_council"));
    id(&councils[0]).to_owned()
}

/// A pilot, as it is written, that is to begin in autumn 2018.
fn pilot(lead: &str, areas: &[&str]) -> Value {
    json!({
        "programme": CALL, "call": CALL, "names": {"fi": "Pilotti", "sv": null, "en": null}, "lead": lead,
        "partners": [], "areas": areas, "starts": season(), "ends": null,
        "objectives": [{"fi": "Selkeämpi toimintamalli.", "sv": null, "en": null}],
        "tasks": [], "progress": [], "observations": []
    })
}

fn regions(pilots: &[Value]) -> Vec<String> {
    let mut regions: Vec<_> =
        pilots.iter().map(|pilot| pilot["areas"][0]["code"].as_str().unwrap().to_owned()).collect();
    regions.sort();
    regions
}

#[rstest]
fn five_pilots_were_selected_in_2018(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let pilots = registry.items("/v1/pilots?programme=county-pilots-2018");
    assert_eq!(regions(&pilots), ["01", "12", "15", "17", "19"]);
    for pilot in &pilots {
        assert_eq!(pilot["call"], "county-pilots-2018");
        assert_eq!((&pilot["starts"]["season"], &pilot["ends"]), (&json!("autumn"), &json!(null)));
        assert_eq!(pilot["objectives"].as_array().map(Vec::len), Some(5));
        let tasks: Vec<_> = pilot["tasks"].as_array().unwrap().iter().map(|task| &task["task_type"]).collect();
        assert_eq!(tasks, ["network", "communication", "assessment", "model_development"]);
        for text in pilot["objectives"].as_array().unwrap() {
            assert!(["fi", "sv", "en"].iter().all(|language| text[language].is_string()), "{text}");
        }
    }
}

#[rstest]
fn the_hospital_district_leads_in_lapland_and_the_councils_elsewhere(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for pilot in registry.items("/v1/pilots") {
        let area = &pilot["areas"][0];
        let lead = registry.json(&format!("/v1/organisations/{}", pilot["lead"]["id"].as_str().unwrap()));
        let (kind, of) = match area["code"].as_str() {
            Some("19") => ("hospital_district", json!(["hospital_district", "21"])),
            Some(code) => ("regional_council", json!(["region", code])),
            None => panic!("{pilot}"),
        };
        assert_eq!(area["kind"], "region");
        assert_eq!(lead["organisation_type"], kind);
        assert_eq!(json!([lead["area"]["kind"], lead["area"]["code"]]), of);
    }
}

#[rstest]
fn pilots_are_found_by_every_filter(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let pilots = registry.items("/v1/pilots");
    let lead = pilots[0]["lead"]["id"].as_str().unwrap();
    let table = [
        ("programme=county-pilots-2018".to_owned(), 5),
        ("programme=regional-coordination-2020".to_owned(), 0),
        ("call=county-pilots-2018".to_owned(), 5),
        ("call=regional-coordination-2019".to_owned(), 0),
        ("region=01&region=19".to_owned(), 2),
        ("region=02".to_owned(), 0),
        (format!("lead={lead}"), 1),
        ("pilot_status=completed".to_owned(), 5),
        ("pilot_status=planned&pilot_status=discontinued".to_owned(), 0),
        ("region=01&region=19&pilot_status=active".to_owned(), 0),
    ];
    for (filters, expected) in table {
        assert_eq!(registry.items(&format!("/v1/pilots?{filters}")).len(), expected, "{filters}");
    }
}

#[rstest]
fn before_autumn_2018_the_pilots_are_planned(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start_with(database, &["--clock", "2018-06-01T12:00:00+03:00"]);
    let pilots = registry.items("/v1/pilots?pilot_status=planned");
    assert_eq!(pilots.len(), 5);
    assert!(pilots.iter().all(|pilot| pilot["pilot_status"] == "planned"));
}

#[rstest]
fn a_pilot_is_found_by_its_id(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    for pilot in registry.items("/v1/pilots") {
        assert_eq!(registry.json(&format!("/v1/pilots/{}", pilot["id"].as_str().unwrap())), pilot);
    }
    registry.get("/v1/pilots/00000000-0000-0000-0000-000000000000").problem(404, "not_found");
}
