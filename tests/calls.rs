//! Calls: dates, documents and where each stands.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Database, Registry};

#[rstest]
fn the_call_of_2018_is_told_as_it_was(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let call = registry.json("/v1/calls/county-pilots-2018");
    // From 5 April to the end of 8 May 2018 in Helsinki.
    assert_eq!(call["opens_at"], "2018-04-04T21:00:00Z");
    assert_eq!(call["closes_at"], "2018-05-08T21:00:00Z");
    assert_eq!(
        call["events"],
        json!([{
            "event_type": "briefing", "first_day": "2018-04-05", "last_day": "2018-04-05", "starts_at": null,
            "ends_at": null, "names": null, "url": null
        }])
    );
    assert_eq!(
        call["documents"],
        json!([
            {"document_type": "call_letter", "titles": null, "languages": ["fi"], "url": null},
            {"document_type": "application_form", "titles": null, "languages": ["fi"], "url": null}
        ])
    );
    let eligible = json!(["regional_council", "hospital_district", "special_care_district"]);
    assert_eq!(call["eligible_organisation_types"], eligible);
    let figures = ["applications_received", "counties_represented", "selected"].map(|name| call[name].clone());
    assert_eq!(figures, [10, 10, 5]);
    assert!(["fi", "sv", "en"].iter().all(|language| call["selection_grounds"][language].is_string()));
    for unknown in ["budgeted", "awarded", "unused", "usable_from", "usable_to"] {
        assert_eq!(call[unknown], json!(null), "{unknown}");
    }
    assert_eq!(call["organiser"]["names"]["fi"], "Väestörekisterikeskus");
}

#[rstest]
fn the_call_of_2019_closed_at_a_quarter_past_four(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let call = registry.json("/v1/calls/regional-coordination-2019");
    assert_eq!((&call["opens_at"], &call["closes_at"]), (&json!(null), &json!("2019-10-15T13:15:00Z")));
    assert_eq!(call["budgeted"], json!({"cents": 240_000_000, "currency": "EUR", "approximate": false}));
    assert_eq!((&call["usable_from"], &call["usable_to"]), (&json!("2019-10-01"), &json!("2020-10-31")));
    for unknown in
        ["awarded", "unused", "applications_received", "counties_represented", "selected", "selection_grounds"]
    {
        assert_eq!(call[unknown], json!(null), "{unknown}");
    }
}

#[rstest]
fn the_call_of_2020_had_up_to_3_3_million(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let call = registry.json("/v1/calls/regional-coordination-2020");
    assert_eq!(call["opens_at"], "2020-06-10T21:00:00Z");
    assert_eq!(call["closes_at"], "2020-09-15T21:00:00Z");
    assert_eq!(call["budgeted"], json!({"cents": 330_000_000, "currency": "EUR", "approximate": true}));
    assert_eq!(call["awarded"], json!({"cents": 160_000_000, "currency": "EUR", "approximate": true}));
    assert_eq!(call["unused"], json!(null), "what is not known is not computed");
    assert_eq!((&call["usable_from"], &call["usable_to"]), (&json!("2020-10-01"), &json!("2021-10-31")));
    assert_eq!(
        call["events"],
        json!([{
            "event_type": "comment_round", "first_day": "2020-08-20", "last_day": "2020-09-03", "starts_at": null,
            "ends_at": null, "names": null, "url": null
        }])
    );
    assert_eq!(call["organiser"]["names"]["fi"], "Digi- ja väestötietovirasto");
}

#[rstest]
#[case("county-pilots-2018", "2018-04-04T00:00:00+03:00", "upcoming")]
#[case("county-pilots-2018", "2018-04-04T23:00:00+03:00", "upcoming")]
#[case("county-pilots-2018", "2018-04-05T00:00:00+03:00", "open")]
#[case("county-pilots-2018", "2018-05-08T23:00:00+03:00", "open")]
#[case("county-pilots-2018", "2018-05-09T00:00:00+03:00", "decided")]
#[case("county-pilots-2018", "2026-11-22T12:00:00Z", "closed")]
#[case("regional-coordination-2019", "2019-09-30T12:00:00+03:00", "upcoming")]
#[case("regional-coordination-2019", "2019-10-15T15:30:00+03:00", "open")]
#[case("regional-coordination-2019", "2019-10-15T16:15:00+03:00", "decided")]
#[case("regional-coordination-2019", "2020-11-01T00:00:00+02:00", "closed")]
#[case("regional-coordination-2020", "2020-06-11T00:00:00+03:00", "open")]
#[case("regional-coordination-2020", "2021-10-31T12:00:00+02:00", "decided")]
#[case("regional-coordination-2020", "2021-11-01T00:00:00+02:00", "closed")]
fn a_call_status_follows_the_clock(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] key: &str,
    #[case] clock: &str,
    #[case] status: &str,
) {
    let registry = Registry::start_with(database, &["--clock", clock]);
    assert_eq!(registry.json(&format!("/v1/calls/{key}"))["call_status"], status);
    for listed in ["upcoming", "open", "evaluation", "decided", "closed", "draft", "cancelled"] {
        let found = registry.items(&format!("/v1/calls?call_status={listed}"));
        assert_eq!(found.iter().any(|call| call["key"] == key), listed == status, "{listed}");
    }
}

#[rstest]
fn the_etag_of_a_call_changes_with_its_status_and_its_version_does_not(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let at = |clock| {
        let registry = Registry::start_with(database, &["--clock", clock]);
        let answer = registry.get("/v1/calls/county-pilots-2018");
        (answer.header("etag").unwrap(), answer.json()["version"].take())
    };
    let (upcoming, open) = (at("2018-04-01T00:00:00Z"), at("2018-04-10T00:00:00Z"));
    assert_ne!(upcoming.0, open.0);
    assert_eq!(upcoming.1, open.1);
}

#[rstest]
fn calls_are_found_by_programme(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let keys = |query: &str| -> Vec<Value> {
        registry.items(&format!("/v1/calls?{query}")).into_iter().map(|mut each| each["key"].take()).collect()
    };
    let all = ["county-pilots-2018", "regional-coordination-2019", "regional-coordination-2020"];
    assert_eq!(keys(""), all);
    assert_eq!(keys("programme=regional-coordination-2019"), all[1..2]);
    assert_eq!(keys("programme=regional-coordination-2019&programme=county-pilots-2018"), all[..2]);
    assert_eq!(keys("programme=permanent-2022"), Vec::<Value>::new());
    registry.get("/v1/calls/no-such-call").problem(404, "not_found");
}
