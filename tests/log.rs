//! The log as whoever runs the registry keeps it: looked through, and relieved of what the law forbids to keep.

use std::fs;
use std::io::ErrorKind;
use std::process::Output;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::program;
use crate::support::registry::PATIENCE;
use crate::support::sample::Sample;
use crate::support::session::{SERVICES, id, named, with};
use crate::support::writer::{self, Writer};
use crate::support::{Database, Registry, poll};

fn run(arguments: &[&str], url: &str) -> Output {
    program::run(arguments, &[("DATABASE_URL", url)])
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn writer(registry: &Registry) -> Writer {
    Writer::sign_in(registry.address, &writer::credentials(registry.database_url()))
}

#[rstest]
fn a_log_as_it_was_written_passes(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let writer = writer(&registry);
    writer.create("Kirjasto");
    let entries = writer.last_seq();
    let verified = run(&["verify"], registry.database_url());
    assert!(verified.status.success());
    assert_eq!(said(&verified), format!("{entries} entries, each as it was written\n"));
}

#[rstest]
#[case::edited("UPDATE changes SET version = 7 WHERE seq = 100", "entry 100 is not what was written after entry 99\n")]
#[case::of_another(
    "UPDATE changes SET actor = 'nobody' WHERE seq = 5",
    "entry 5 is not what was written after entry 4\n"
)]
#[case::hidden(
    "UPDATE changes SET published = NOT published WHERE seq = 9",
    "entry 9 is not what was written after entry 8\n"
)]
#[case::other_contents(
    "UPDATE payloads SET data = REPLACE(data, 'Lappi', 'Lapua')",
    "the payload of entry 19 is not what was written\n"
)]
#[case::half_erased("UPDATE payloads SET data = NULL WHERE seq = 3", "the payload of entry 3 is only half there\n")]
#[case::emptied(
    "UPDATE payloads SET salt = NULL, data = NULL WHERE seq = 3",
    "the payload of entry 3 is gone, and no erasure took it\n"
)]
#[case::without_contents("DELETE FROM payloads WHERE seq = 3", "the payload of entry 3 is missing\n")]
#[case::missing(
    "DELETE FROM payloads WHERE seq IN (50, 51, 70); DELETE FROM changes WHERE seq IN (50, 51, 70)",
    "entries 50 to 51 are missing\nentry 70 is missing\n"
)]
#[case::cut_off(
    "DELETE FROM payloads WHERE seq > 700; DELETE FROM changes WHERE seq > 700",
    "entries 701 to 757 are missing\n"
)]
#[case::reordered(
    "INSERT INTO changes SELECT 1000, recorded_at, noun, object, operation, version, actor, seen_before, seen_after, \
     published, payload_digest, digest FROM changes WHERE seq = 20; \
     UPDATE payloads SET seq = 1000 WHERE seq = 20; DELETE FROM changes WHERE seq = 20; \
     INSERT INTO changes SELECT 20, recorded_at, noun, object, operation, version, actor, seen_before, seen_after, \
     published, payload_digest, digest FROM changes WHERE seq = 21; \
     UPDATE payloads SET seq = 20 WHERE seq = 21; DELETE FROM changes WHERE seq = 21; \
     INSERT INTO changes SELECT 21, recorded_at, noun, object, operation, version, actor, seen_before, seen_after, \
     published, payload_digest, digest FROM changes WHERE seq = 1000; \
     UPDATE payloads SET seq = 21 WHERE seq = 1000; DELETE FROM changes WHERE seq = 1000",
    "entry 20 is not what was written after entry 19\nentry 21 is not what was written after entry 20\n\
     entry 22 is not what was written after entry 21\n"
)]
fn what_was_done_to_the_log_is_found_and_named(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] tampering: &str,
    #[case] found: &str,
) {
    let place = database.loaded();
    place.execute(tampering);
    let verified = run(&["verify"], place.url());
    assert_eq!(verified.status.code(), Some(1));
    assert!(said(&verified).starts_with(found), "{}", said(&verified));
}

/// Every text that the registry keeps and somebody wrote.
const TEXTS: [&str; 17] = [
    "SELECT COALESCE(data, '') AS value FROM payloads",
    "SELECT record || folded_names || sort_name AS value FROM providers",
    "SELECT record || folded_names || sort_name AS value FROM locations",
    "SELECT record || folded_names || sort_name AS value FROM services",
    "SELECT sort_name AS value FROM service_points",
    "SELECT body AS value FROM service_point_bodies",
    "SELECT area || sort_name AS value FROM service_point_areas",
    "SELECT value || COALESCE(names, '') || sort_name AS value FROM suggestions",
    "SELECT word_key || bare_key AS value FROM suggestion_words",
    "SELECT term AS value FROM service_point_terms",
    "SELECT hours AS value FROM hours_patterns",
    "SELECT first || second || reasons AS value FROM likely_duplicates",
    "SELECT id || survivor AS value FROM merged_objects",
    "SELECT source || source_id AS value FROM external_ids",
    "SELECT record AS value FROM organisations",
    "SELECT object AS value FROM audit_entries WHERE object IS NOT NULL",
    "SELECT body AS value FROM idempotency_keys",
];

/// Each stands in what is erased; its names are much like those of another one, which is not.
const SECRETS: [&str; 3] = ["salainennimi", "toinensalaisuus", "kolmasjuttu"];

/// An object that speaks of secrets wherever it can, as it is written.
fn secretive(sample: Sample, body: &Value) -> Value {
    let hours = json!({
        "weekly": [], "seasons": [], "public_holidays": "closed", "by_appointment": true,
        "exceptions": [{
            "first_day": "2026-12-28", "last_day": "2026-12-30", "hours": [], "reason": {"fi": "Kolmasjuttu"}
        }]
    });
    let fields = match sample {
        Sample::Provider => json!({"descriptions": {"fi": "Kolmasjuttu"}}),
        Sample::Location => json!({
            "directions": {"fi": "Kolmasjuttu"}, "opening_hours": hours, "point": {"lat": 60.1699, "lon": 24.9384}
        }),
        Sample::Service => json!({
            "descriptions": {"fi": "Kolmasjuttu"},
            "locations": [with(&body["locations"][0], &json!({"opening_hours": hours}))],
            "channels": [{"channel": "phone", "number": "+358295000", "url": null, "opening_hours": hours}]
        }),
    };
    let named = json!({
        "names": {"fi": "Salainennimi"}, "external_ids": [{"source": "own", "source_id": "salainennimi"}]
    });
    with(&with(body, &fields), &named)
}

#[rstest]
fn an_erased_object_leaves_the_chain_whole_and_nothing_else(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let place = database.loaded();
    let registry = Registry::begin(place.url(), &[]);
    registry.wait_until_ready(PATIENCE);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let secret = secretive(sample, &body);
    let created = developer.write("POST", sample.collection(), &[("Idempotency-Key", "a-key")], &secret);
    assert_eq!(created.status, 201, "{}", created.text());
    let created = created.json();
    let (id, path) = (id(&created), format!("{}/{}", sample.collection(), id(&created)));
    let typing_error = json!({"names": {"fi": "Salainenimi"}, "point": secret["point"]});
    let typing_error = if sample == Sample::Location { typing_error } else { json!({"names": typing_error["names"]}) };
    let twin = developer.create(sample.collection(), &with(&body, &typing_error));
    assert_eq!(twin["notices"][0]["other"], id);
    if sample == Sample::Location {
        // Where a service is found for a while, and its points speak of it.
        let organisation = body["organisation"].as_str().unwrap();
        let given = Sample::Service.body(&developer, organisation);
        let here = json!({"locations": [{"location": id}]});
        let answer = developer.write("POST", SERVICES, &[("Idempotency-Key", "another")], &with(&given, &here));
        assert_eq!(answer.status, 201, "{}", answer.text());
        let refused = run(&["erase", "location", id], place.url());
        let reason = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!((refused.status.code(), reason.trim().lines().count()), (Some(1), 1), "{reason}");
        let service = format!("{SERVICES}/{}", answer.json()["id"].as_str().unwrap());
        developer.patch(&service, &json!({"locations": given["locations"]}));
    }
    developer.patch(&path, &json!({"names": {"sv": "Toinensalaisuus"}}));
    let told = |text: &str| SECRETS.iter().any(|secret| text.to_lowercase().contains(secret));
    assert!(TEXTS.iter().filter(|query| place.texts(query).iter().any(|text| told(text))).count() >= 4);

    let erased = run(&["erase", sample.noun(), id], place.url());
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    assert_eq!(said(&erased), "erased 2 payloads; the chain of the log is whole\n");
    assert!(run(&["verify"], place.url()).status.success());

    registry.get(&path).problem(404, "not_found");
    let history = registry.items(&format!("{path}/history"));
    let operations: Vec<_> = history.iter().map(|change| &change["operation"]).collect();
    assert_eq!(operations, ["created", "updated", "deleted"]);
    assert!(history.iter().all(|change| change["data"].is_null()));
    let read = registry.json(&format!("{}/{}", sample.collection(), twin["id"].as_str().unwrap()));
    assert_eq!(read["notices"], json!([]));
    for query in TEXTS {
        for text in place.texts(query) {
            assert!(!told(&text), "{query}: {text}");
        }
    }
    for query in ["SELECT first || second AS value FROM likely_duplicates", "SELECT id AS value FROM service_points"] {
        assert!(place.texts(query).iter().all(|text| !text.contains(id)), "{query}");
    }
    drop(registry);
    if database == Database::Sqlite {
        for file in fs::read_dir(place.folder()).unwrap() {
            let path = file.unwrap().path();
            // The last connection takes the write-ahead log with it.
            let bytes = match fs::read(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                read => read.unwrap(),
            };
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            for secret in SECRETS {
                assert!(!text.contains(secret), "{secret} stands in {}", path.display());
            }
        }
    }
}

#[rstest]
fn what_was_merged_is_erased_and_leads_on_to_what_remains(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let [one, other] = ["Kirjasto", "Salainennimi"]
        .map(|name| developer.add(sample.collection(), &with(&body, &json!({"names": {"fi": name}}))));
    assert_eq!(developer.merge(&one, &other).status, 200);
    let erased = run(&["erase", sample.noun(), named(&other)], registry.database_url());
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    assert!(run(&["verify"], registry.database_url()).status.success());
    for query in TEXTS {
        assert!(
            registry.place().texts(query).iter().all(|text| !text.to_lowercase().contains("salainennimi")),
            "{query}"
        );
    }
    assert_eq!(registry.get(&other).header("location"), Some(registry.url(&one)));
    let history = registry.items(&format!("{other}/history"));
    let told = |name: &str| history.iter().map(|change| change[name].clone()).collect::<Vec<_>>();
    assert_eq!(told("operation"), ["created", "merged"]);
    assert_eq!(told("data"), [Value::Null, Value::Null]);
    assert_eq!(told("survivor"), [Value::Null, Value::Null]);
    assert_eq!(registry.json(&format!("/v1/changes?noun={}&limit=500", sample.noun()))["next"], Value::Null);
}

#[rstest]
fn one_version_is_erased_and_the_present_one_is_not(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let writer = writer(&registry);
    let created = writer.create("Salainennimi");
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/providers/{id}");
    let refused = run(&["erase", "provider", &id, "--version", "1"], registry.database_url());
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(
        writer.patch(&path, &created.header("etag").unwrap(), &json!({"names": {"fi": "Kirjasto"}})).status,
        200
    );
    assert!(run(&["erase", "provider", &id, "--version", "1"], registry.database_url()).status.success());
    assert!(run(&["verify"], registry.database_url()).status.success());
    let history = writer.json(&format!("{path}/history"));
    assert!(history["items"][0]["data"].is_null());
    assert_eq!(history["items"][1]["data"]["names"]["fi"], "Kirjasto");
    assert_eq!(writer.json(&path)["names"]["fi"], "Kirjasto");
}

#[rstest]
fn an_organisation_is_erased_also_from_answers_that_speak_of_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let association = json!({"organisation_type": "association", "names": {"fi": "Salainennimi"}});
    let organisation = developer.create("/v1/organisations", &association);
    let own = organisation["id"].as_str().unwrap();
    registry.revoke(&registry.client("integrator", &[], Some(own)));
    let mut body = writer::provider("Kirjasto");
    body["organisation"] = json!(own);
    let created = developer.write("POST", "/v1/providers", &[("Idempotency-Key", "a-key")], &body);
    let path = format!("/v1/providers/{}", created.json()["id"].as_str().unwrap());
    assert_eq!(developer.send("DELETE", &path, &[("If-Match", "*")], "").status, 204);

    let erased = run(&["erase", "organisation", own], registry.database_url());
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    for query in ["SELECT body AS value FROM idempotency_keys", "SELECT COALESCE(data, '') AS value FROM payloads"] {
        assert!(registry.place().texts(query).iter().all(|text| !text.contains("Salainennimi")), "{query}");
    }
    assert!(run(&["verify"], registry.database_url()).status.success());
    let history = developer.json(&format!("{path}/history"));
    assert_eq!(history["items"][0]["data"]["organisation"]["names"]["en"], "erased organisation");
}

#[test]
fn an_erasure_that_readers_keep_from_the_file_says_so_or_waits_for_them() {
    let registry = Registry::start(Database::Sqlite);
    let writer = writer(&registry);
    let id = writer.create("Salainennimi").json()["id"].as_str().unwrap().to_owned();
    let url = registry.database_url().to_owned();
    let mut reader = registry.place().sqlite();
    diesel::connection::SimpleConnection::batch_execute(&mut reader, "BEGIN; SELECT COUNT(*) FROM providers").unwrap();
    let erasing = std::thread::spawn(move || run(&["erase", "provider", &id], &url));
    let gone = || (registry.place().number("SELECT COUNT(*) AS value FROM providers") == 0).then_some(());
    poll::until("the erasure", PATIENCE, gone);
    diesel::connection::SimpleConnection::batch_execute(&mut reader, "COMMIT").unwrap();
    let erased = erasing.join().unwrap();
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    let log = fs::read(registry.place().folder().join("digituki.db-wal")).unwrap();
    assert!(!String::from_utf8_lossy(&log).contains("Salainennimi"));
}

#[test]
fn what_cannot_be_erased_is_said_in_one_sentence() {
    let place = Database::Sqlite.loaded();
    for (arguments, code) in [
        (&["erase", "provider", "00000000-0000-0000-0000-000000000000"][..], 1),
        (&["erase", "region", "06"], 2),
        (&["erase", "area", "region:06"], 1),
        (&["erase", "provider", "x"], 1),
        (&["erase", "organisation", writer::AGENCY], 1),
    ] {
        let refused = run(arguments, place.url());
        let reason = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(code), "{arguments:?}: {reason}");
        assert_eq!(reason.trim().lines().count(), 1, "{reason}");
    }
}
