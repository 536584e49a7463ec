//! The commands that keep clients and keys, beside a running server.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::database::Place;
use crate::support::program::run;
use crate::support::sign_in::Credentials;
use crate::support::{Database, Registry};

/// Runs a command that succeeds; what it said on its standard output.
#[track_caller]
fn said(place: &Place, arguments: &[&str]) -> String {
    let output = run(arguments, &[("DATABASE_URL", place.url())]);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn one_line(said: &str) -> Value {
    assert_eq!((said.lines().count(), said.ends_with('\n')), (1, true), "{said:?}");
    serde_json::from_str(said).unwrap()
}

fn credentials(shown: &Value) -> Credentials {
    let text = |name: &str| shown[name].as_str().unwrap().to_owned();
    Credentials { client_id: text("client_id"), client_secret: text("client_secret") }
}

#[rstest]
fn a_client_is_added_listed_rotated_and_revoked_beside_a_running_server(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let place = registry.place();
    let add = ["client", "add", "--name", "Uusimaa", "--role", "regional_coordinator"];
    let areas = ["--area", "region:01", "--area", "region:02", "--json"];
    let added = said(place, &[&add[..], &areas[..]].concat());
    let shown = one_line(&added);
    let first = credentials(&shown);
    let expected = format!(
        "{{\"client_id\":\"{}\",\"client_secret\":\"{}\",\"role\":\"regional_coordinator\",\
         \"areas\":[\"region:01\",\"region:02\"],\"organisation_id\":null}}\n",
        first.client_id, first.client_secret
    );
    assert_eq!(added, expected);
    let token = registry.token(&first);

    let listed = one_line(&said(place, &["client", "list", "--json"]))["items"].take();
    assert_eq!((&listed[0]["client_id"], &listed[0]["name"]), (&json!(first.client_id), &json!("Uusimaa")));
    assert_eq!((&listed[0]["areas"], &listed[0]["revoked_at"]), (&json!(["region:01", "region:02"]), &Value::Null));
    assert!(!said(place, &["client", "list"]).contains(&first.client_secret));

    let second = credentials(&one_line(&said(place, &["client", "rotate", &first.client_id, "--json"])));
    assert_eq!(second.client_id, first.client_id);
    assert_eq!(registry.ask_for_token(&first.fields()).status, 401);
    assert_eq!(registry.ask_for_token(&second.fields()).status, 200);

    assert_eq!(registry.get_as("/v1/regions", &token).status, 200);
    said(place, &["client", "revoke", &first.client_id]);
    assert_eq!(registry.get_as("/v1/regions", &token).status, 401);
    assert_eq!(registry.ask_for_token(&second.fields()).status, 401);
    let listed = one_line(&said(place, &["client", "list", "--json"]))["items"].take();
    assert!(listed[0]["revoked_at"].is_string(), "{listed}");
}

#[rstest]
fn a_client_may_work_for_an_organisation(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let organisation = registry.json("/v1/organisations?limit=1")["items"][0]["id"].as_str().unwrap().to_owned();
    let add = ["client", "add", "--name", "Nuotta", "--role", "integrator", "--organisation", &organisation, "--json"];
    let shown = one_line(&said(registry.place(), &add));
    assert_eq!((&shown["organisation_id"], &shown["areas"]), (&json!(organisation), &json!([])));
    let scope = registry.ask_for_token(&credentials(&shown).fields()).json()["scope"].take();
    assert_eq!(scope, "read providers:write locations:write services:write organisations:write assessments:write");
}

#[rstest]
fn a_key_is_rotated_beside_a_running_server(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let published = || registry.json("/.well-known/jwks.json")["keys"].as_array().unwrap().len();
    assert_eq!(published(), 1);
    let named = said(registry.place(), &["key", "rotate"]);
    let kid = registry.json("/.well-known/jwks.json")["keys"][0]["kid"].as_str().unwrap().to_owned();
    assert!(named.contains(&kid), "{named}");
    // The tests' clock is not the command's: the one before may be published still or be dead already.
    assert!((1..=2).contains(&published()));
}

#[rstest]
#[case(&["--role", "king"], "\"king\"")]
#[case(&["--role", "public"], "\"public\"")]
#[case(&["--role", "regional_expert"], "--area")]
#[case(&["--role", "regional_expert", "--area", "region:99"], "\"region:99\"")]
#[case(&["--role", "regional_expert", "--area", "region:1"], "region:1")]
#[case(&["--role", "regional_expert", "--area", "municipality:091"], "region:01")]
#[case(&["--role", "integrator"], "--organisation")]
#[case(&["--role", "integrator", "--organisation", "x"], "\"x\"")]
#[case(&["--role", "integrator", "--organisation", "019ac0de-0000-7000-8000-000000000000"], "019ac0de")]
#[case(&["--role", "auditor", "--name", ""], "--name")]
#[case(&["--role", "auditor", "--name", "a\nb"], "--name")]
fn a_wrong_argument_is_refused_in_one_sentence(#[case] arguments: &[&str], #[case] named: &str) {
    let place = Database::Sqlite.loaded();
    let name: &[&str] = if arguments.contains(&"--name") { &[] } else { &["--name", "A client"] };
    let output = run(&[&["client", "add", "--json"], name, arguments].concat(), &[("DATABASE_URL", place.url())]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty());
    let said = said.lines().filter(|line| !line.contains(" INFO ")).collect::<Vec<_>>();
    assert!(said.len() == 1 && said[0].contains(named) && !said[0].contains('{'), "{said:?}");
    assert_eq!(place.number("SELECT count(*) AS value FROM clients"), 0);
}

#[rstest]
#[case("revoke")]
#[case("rotate")]
fn a_client_that_nobody_knows_is_said_to_be_none(#[case] command: &str) {
    let place = Database::Sqlite.loaded();
    let id = "019ac0de-0000-7000-8000-000000000000";
    let output = run(&["client", command, id], &[("DATABASE_URL", place.url())]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("there is no client {id}")), "{said}");
}

#[test]
fn a_registry_that_takes_no_changes_takes_no_clients() {
    let place = Database::Sqlite.loaded();
    let add = ["client", "add", "--name", "A", "--role", "auditor"];
    let output = run(&add, &[("DATABASE_URL", place.url()), ("DIGITUKI_READ_ONLY", "true")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("DIGITUKI_READ_ONLY"));
}
