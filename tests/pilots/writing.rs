//! A pilot is written as it was planned, with what comes of it as it goes on.

use rstest::rstest;
use serde_json::{Value, json};

use super::{CALL, PILOTS, lead_of, pilot, season};
use crate::support::registry::PATIENCE;
use crate::support::session::{ANY, ORGANISATIONS, association, id, named, with};
use crate::support::{Database, Registry, program};

fn progress(task_type: &str, status: &str, day: &str) -> Value {
    json!({
        "task_type": task_type, "progress_status": status, "observed_on": day,
        "descriptions": {"fi": "Verkosto kokoontui.", "sv": null, "en": null},
        "evidence": [{"names": {"fi": "Sivu", "sv": null, "en": null}, "url": "https://pilotti.example/verkosto"}]
    })
}

#[rstest]
fn what_is_written_of_a_pilot_is_read(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let partner = id(&developer.create(ORGANISATIONS, &association("Yhdistys ry", "region:19"))).to_owned();
    let tasks = json!([{"task_type": "network", "descriptions": {"fi": "Koota verkosto.", "sv": null, "en": null}}]);
    let observations = json!([{
        "observed_on": "2026-11-01", "model_part": "remote_support",
        "descriptions": {"fi": "Etätuella ei ole vastuutahoa.", "sv": null, "en": null}
    }]);
    let body = with(
        &pilot(&lead_of(&registry, "19"), &["region:19", "municipality:698"]),
        &json!({
            "partners": [partner], "tasks": tasks, "observations": observations,
            "progress": [progress("network", "in_progress", "2026-11-20")],
            "ends": {"precision": "year", "season": null, "earliest": "2019-01-01", "latest": "2019-12-31"}
        }),
    );
    let created = developer.create(PILOTS, &body);
    for field in ["programme", "call", "names", "starts", "ends", "objectives", "tasks", "progress", "observations"] {
        assert_eq!(created[field], body[field], "{field}");
    }
    assert_eq!((&created["lead"]["id"], &created["partners"][0]["id"]), (&body["lead"], &body["partners"][0]));
    let areas: Vec<_> = created["areas"].as_array().unwrap().iter().map(|area| &area["code"]).collect();
    assert_eq!(areas, ["19", "698"]);
    assert_eq!((&created["pilot_status"], &created["steps"]), (&json!("planned"), &json!([])));
    assert_eq!(created["origin"], json!({"application": null, "decision": null}));
    let path = format!("{PILOTS}/{}", id(&created));
    assert_eq!(registry.json(&path), created);
    assert!(registry.items(PILOTS).contains(&created), "everyone sees it");

    // In full again, in part, and nothing where nothing is new.
    let again = developer.write("PUT", &path, &[("If-Match", "\"1\"")], &body);
    assert_eq!((again.status, again.json()), (200, created.clone()));
    let done = json!({"progress": [progress("network", "done", "2026-11-22")], "partners": null});
    let changed = developer.patch(&path, &done);
    assert_eq!((&changed["progress"], &changed["partners"]), (&done["progress"], &json!([])));
    assert_eq!((&changed["observations"], &changed["version"]), (&created["observations"], &json!(2)));
    developer.write("PUT", &path, &[("If-Match", "\"1\"")], &body).problem(412, "precondition_failed");
    developer.write("PUT", &path, &[], &body).problem(428, "precondition_required");
}

#[rstest]
fn a_season_stays_a_season(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(PILOTS, &pilot(&lead_of(&registry, "01"), &["region:01"]));
    assert_eq!(registry.json(&path)["starts"], season());
    let month = json!({"precision": "month", "season": null, "earliest": "2018-10-01", "latest": "2018-10-31"});
    assert_eq!(developer.patch(&path, &json!({"starts": month}))["starts"], month);
    developer.patch(&path, &json!({"starts": season()}));
    assert_eq!(registry.json(&path)["starts"], season());
    // A day within it says no more of the season than what it is.
    let step = json!({"event": "start", "day": "2018-09-17"});
    let started = developer.write("POST", &format!("{path}/transitions"), &[], &step).json();
    assert_eq!((&started["starts"], &started["steps"][0]["day"]), (&season(), &json!("2018-09-17")));
}

#[rstest]
fn the_past_of_a_pilot_is_told_as_it_was(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let place = database.loaded();
    let at = |clock: &str| {
        let registry = Registry::begin(place.url(), &["--public-url", "https://registry.example", "--clock", clock]);
        registry.wait_until_ready(PATIENCE);
        registry
    };
    let first = at("2026-11-01T12:00:00Z");
    let client = first.client("national_developer", &[], None);
    let created =
        first.sign_in_as(&client).create(PILOTS, &pilot(&lead_of(&first, "15"), &["region:15", "municipality:905"]));
    let path = format!("{PILOTS}/{}", id(&created));
    let second = at("2026-11-02T12:00:00Z");
    let started =
        second.sign_in_as(&client).write("POST", &format!("{path}/transitions"), &[], &json!({"event": "start"}));
    assert_eq!(started.status, 200, "{}", started.text());
    let started = started.json();
    assert_eq!(started["steps"], json!([{"event": "start", "day": "2026-11-02", "remarks": null}]));
    let third = at("2026-11-03T12:00:00Z");
    let renamed = third.sign_in_as(&client).patch(&path, &json!({"names": {"fi": "Uusi nimi"}}));
    let known_at = |instant: &str| third.get(&format!("{path}?known_at={instant}"));
    known_at("2026-11-01T11:00:00Z").problem(404, "not_found");
    for (instant, then) in
        [("2026-11-01T13:00:00Z", &created), ("2026-11-02T13:00:00Z", &started), ("2026-11-03T13:00:00Z", &renamed)]
    {
        assert_eq!(known_at(instant).json(), *then, "{instant}");
    }
    let history = third.items(&format!("{path}/history"));
    let data: Vec<_> = history.iter().map(|change| &change["data"]).collect();
    assert_eq!(data, [&created, &started, &renamed]);
    assert!(history.iter().all(|change| change["noun"] == "pilot" && change["id"] == created["id"]));
    let operations: Vec<_> = history.iter().map(|change| &change["operation"]).collect();
    assert_eq!(operations, ["created", "updated", "updated"]);
}

#[rstest]
fn what_does_not_fit_is_named_with_its_place(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let draft = json!({
        "key": "draft-call", "programme": "county-pilots-2018", "names": {"fi": "Luonnos"},
        "organiser": lead_of(&registry, "01"), "published": false, "cancelled": false
    });
    assert_eq!(developer.write("POST", "/v1/calls", &[], &draft).status, 201);
    let body = pilot(&lead_of(&registry, "01"), &["region:01"]);
    let nobody = "00000000-0000-4000-8000-000000000000";
    let day = |text: &str| json!({"precision": "day", "season": null, "earliest": text, "latest": text});
    let table = [
        (json!({"programme": "no-such"}), "/programme unknown_value"),
        (json!({"programme": "regional-coordination-2019"}), "/programme contradictory"),
        (json!({"call": "no-such"}), "/call unknown_value"),
        (json!({"call": "draft-call"}), "/call unknown_value"),
        (json!({"lead": nobody}), "/lead unknown_value"),
        (json!({"partners": [body["lead"], nobody]}), "/partners/1 unknown_value"),
        (json!({"partners": [body["lead"], body["lead"]]}), "/partners repeated_value"),
        (json!({"partners": vec![nobody; 51]}), "/partners repeated_value, /partners too_many_values"),
        (json!({"areas": []}), "/areas needed_to_publish"),
        (json!({"areas": ["region:99"]}), "/areas/0 unknown_value"),
        (json!({"areas": ["region:1"]}), "/areas/0 malformed_value"),
        (json!({"ends": day("2018-08-31")}), "/ends ends_before_start"),
        (json!({"starts": with(&season(), &json!({"season": null}))}), "/starts/season missing_field"),
        (json!({"starts": "autumn 2018"}), "/starts wrong_type"),
        (json!({"names": {"fi": "Soita 131052-308T"}}), "/names/fi personal_identity_code"),
        (
            json!({"progress": [progress("network", "done", "2026-11-20"), progress("network", "done", "2026-11-20")]}),
            "/progress/1/task_type repeated_value",
        ),
        (json!({"progress": [progress("network", "done", "2026-11-23")]}), "/progress/0/observed_on out_of_range"),
        (
            json!({"progress": [progress("network", "almost", "2026-11-20")]}),
            "/progress/0/progress_status unknown_value",
        ),
        (
            json!({"observations": [{"observed_on": "2027-01-01", "descriptions": {"fi": "Ennuste."}}]}),
            "/observations/0/observed_on out_of_range",
        ),
        (json!({"pilot_status": "active"}), "/pilot_status unknown_field"),
        (json!({"origin": {"application": nobody}}), "/origin unknown_field"),
    ];
    let seq = registry.last_seq();
    for (fields, expected) in table {
        let answer = developer.write("POST", PILOTS, &[], &with(&body, &fields));
        let errors = answer.problem(400, "invalid_request")["errors"].take();
        let told: Vec<String> = errors.as_array().unwrap().iter().map(told).collect();
        assert_eq!(told.join(", "), expected, "{fields}");
    }
    assert_eq!(registry.last_seq(), seq, "nothing was stored");
}

fn told(fault: &Value) -> String {
    format!("{} {}", fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap())
}

#[rstest]
fn a_pilot_stays_with_its_call(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(PILOTS, &pilot(&lead_of(&registry, "01"), &["region:01"]));
    let other = "regional-coordination-2019";
    for (fields, places) in [
        (json!({"call": other}), vec!["/call"]),
        (json!({"programme": other}), vec!["/programme"]),
        (json!({"call": other, "programme": other}), vec!["/call", "/programme"]),
    ] {
        let problem = developer.write("PATCH", &path, &[ANY], &fields).problem(409, "conflict");
        let mut told: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
        told.sort_unstable();
        assert_eq!(told, places, "{fields}");
    }
    assert_eq!(registry.json(&path)["call"], CALL);
}

#[rstest]
fn history_is_written_on(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let before = registry.items("/v1/pilots?region=19").remove(0);
    let path = format!("{PILOTS}/{}", id(&before));
    assert_eq!(registry.items(&format!("{path}/history")).len(), 1);
    let council = registry.sign_in("regional_expert", &["region:19"], None);
    let after = council.patch(&path, &json!({"progress": [progress("assessment", "done", "2019-06-30")]}));
    assert_eq!((&after["version"], &after["pilot_status"]), (&json!(2), &json!("completed")));
    let same = ["objectives", "tasks", "starts", "ends", "lead", "areas", "origin", "steps"];
    assert!(same.iter().all(|field| after[field] == before[field]));
}

#[rstest]
fn a_pilot_is_erased_by_law(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let place = database.loaded();
    let registry = Registry::begin(place.url(), &[]);
    registry.wait_until_ready(PATIENCE);
    let developer = registry.developer();
    let path = developer.add(PILOTS, &pilot(&lead_of(&registry, "01"), &["region:01"]));
    developer.patch(&path, &json!({"names": {"sv": "Pilotförsöket"}}));
    let erased = program::run(&["erase", "pilot", named(&path)], &[("DATABASE_URL", place.url())]);
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    registry.get(&path).problem(404, "not_found");
    assert!(registry.items(&format!("{path}/history")).iter().all(|change| change["data"].is_null()));
}
