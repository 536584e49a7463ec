//! Who may write which pilots.

use rstest::rstest;
use serde_json::{Value, json};

use super::{PILOTS, lead_of, pilot};
use crate::support::session::{ANY, Session, id, with};
use crate::support::{Database, Registry};

fn may_start(session: &Session<'_>, path: &str) -> u16 {
    session.write("POST", &format!("{path}/transitions"), &[], &json!({"event": "start"})).status
}

fn may_change(session: &Session<'_>, path: &str, names: &Value) -> u16 {
    session.write("PATCH", path, &[ANY], &json!({"names": names})).status
}

#[rstest]
fn a_pilot_is_written_by_its_lead_and_in_its_regions(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let (lead, other) = (lead_of(&registry, "01"), lead_of(&registry, "02"));
    let path = developer.add(PILOTS, &pilot(&lead, &["region:01"]));
    let table = [
        ("national_developer", None, None, 200),
        ("ministry", None, None, 403),
        ("regional_coordinator", Some("region:01"), None, 200),
        ("regional_coordinator", Some("region:02"), None, 403),
        ("regional_expert", Some("region:01"), None, 200),
        ("regional_expert", Some("region:02"), None, 403),
        ("applicant", None, Some(&lead), 200),
        ("applicant", None, Some(&other), 403),
        ("provider_editor", None, Some(&lead), 403),
        ("integrator", None, Some(&lead), 403),
        ("evaluator", None, None, 403),
        ("auditor", None, None, 403),
    ];
    for (number, (role, region, organisation, status)) in table.into_iter().enumerate() {
        let regions: Vec<&str> = region.into_iter().collect();
        let session = registry.sign_in(role, &regions, organisation.map(String::as_str));
        let told = format!("{role} of {region:?} and {organisation:?}");
        let seq = registry.last_seq();
        let names = json!({"fi": format!("Pilotti {number}")});
        assert_eq!(may_change(&session, &path, &names), status, "{told}");
        let created = session.write("POST", PILOTS, &[], &pilot(&lead, &["region:01"])).status;
        // Decisions make pilots; by hand the national developer does.
        let creates = role == "national_developer";
        assert_eq!(created, if creates { 201 } else { 403 }, "{told}");
        let fresh = developer.add(PILOTS, &pilot(&lead, &["region:01"]));
        assert_eq!(may_start(&session, &fresh), status, "{told}");
        assert_eq!(
            registry.last_seq() - seq,
            1 + i64::from(creates) + if status == 200 { 2 } else { 0 },
            "{told}: what is refused changes nothing"
        );
        assert_eq!(session.get(&path).status, 200, "{told}");
        assert_eq!(session.items(&format!("{path}/history")).len(), session.json(&path)["version"], "{told}");
    }
    let public = registry.public();
    public.write("POST", PILOTS, &[], &pilot(&lead, &["region:01"])).problem(401, "unauthenticated");
    public.write("PATCH", &path, &[ANY], &json!({})).problem(401, "unauthenticated");
    public
        .write("POST", &format!("{path}/transitions"), &[], &json!({"event": "start"}))
        .problem(401, "unauthenticated");
}

#[rstest]
fn a_pilot_is_discontinued_by_the_developer_alone(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let lead = lead_of(&registry, "01");
    let path = developer.add(PILOTS, &pilot(&lead, &["region:01"]));
    let transitions = format!("{path}/transitions");
    for session in [
        registry.sign_in("regional_coordinator", &["region:01"], None),
        registry.sign_in("applicant", &[], Some(&lead)),
    ] {
        session.write("POST", &transitions, &[], &json!({"event": "discontinue"})).problem(403, "forbidden");
        // Neither is it named to them as what they could do.
        let refused = session.write("POST", &transitions, &[], &json!({"event": "complete"}));
        let message = refused.problem(409, "conflict")["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("start") && !message.contains("discontinue"), "{message}");
    }
    let answer = developer.write("POST", &transitions, &[], &json!({"event": "discontinue"}));
    assert_eq!(answer.json()["pilot_status"], "discontinued");
}

#[rstest]
fn nobody_takes_or_gives_away_a_pilot(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let (lead, other) = (lead_of(&registry, "01"), lead_of(&registry, "02"));
    let (own, foreign) = (pilot(&lead, &["region:01"]), pilot(&other, &["region:02"]));
    let path = developer.add(PILOTS, &own);
    let theirs = developer.add(PILOTS, &foreign);
    let coordinator = registry.sign_in("regional_coordinator", &["region:01"], None);
    let applicant = registry.sign_in("applicant", &[], Some(&lead));
    let seq = registry.last_seq();
    let denied = [
        coordinator.write("PATCH", &path, &[ANY], &json!({"areas": ["region:02"]})),
        coordinator.write("PATCH", &theirs, &[ANY], &json!({"areas": ["region:01"]})),
        coordinator.write("PUT", &theirs, &[ANY], &own),
        coordinator.write("POST", PILOTS, &[], &foreign),
        coordinator.write("POST", PILOTS, &[], &pilot(&lead, &["country:FI"])),
        applicant.write("PATCH", &path, &[ANY], &json!({"lead": other})),
        applicant.write("PATCH", &theirs, &[ANY], &json!({"lead": lead})),
        applicant.write("POST", PILOTS, &[], &with(&foreign, &json!({"partners": [lead]}))),
    ];
    for (number, answer) in denied.iter().enumerate() {
        assert_eq!(answer.status, 403, "{number}: {}", answer.text());
        answer.problem(403, "forbidden");
    }
    assert_eq!(registry.last_seq(), seq);
    // Within reach.
    assert_eq!(coordinator.patch(&path, &json!({"areas": ["region:02", "region:01"], "lead": other}))["version"], 2);
    applicant.write("PATCH", &path, &[ANY], &json!({"lead": lead})).problem(403, "forbidden");
    let neighbour = registry.sign_in("regional_coordinator", &["region:02"], None);
    assert_eq!(neighbour.patch(&path, &json!({"areas": ["region:02"]}))["version"], 3);
    coordinator.write("PATCH", &path, &[ANY], &json!({"names": {"fi": "Oma"}})).problem(403, "forbidden");
}

#[rstest]
fn the_region_of_a_municipality_or_a_county_counts_as_a_region(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let lead = lead_of(&registry, "01");
    let [lapland, southwest] =
        ["region:19", "region:02"].map(|region| registry.sign_in("regional_expert", &[region], None));
    // Rovaniemi; Turku; the county of Lapland.
    for (number, (areas, in_lapland, in_southwest)) in [
        (vec!["municipality:698"], 200, 403),
        (vec!["municipality:698", "municipality:853"], 200, 200),
        (vec!["municipality:853"], 403, 200),
        (vec!["wellbeing_services_county:21"], 200, 403),
        (vec!["country:FI"], 403, 403),
    ]
    .into_iter()
    .enumerate()
    {
        let path = format!("{PILOTS}/{}", id(&developer.create(PILOTS, &pilot(&lead, &areas))));
        let names = json!({"fi": format!("Pilotti {number}")});
        let found = (may_change(&lapland, &path, &names), may_change(&southwest, &path, &names));
        assert_eq!(found, (in_lapland, in_southwest), "{areas:?}");
    }
}
