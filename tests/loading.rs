//! What an installation starts with, and what an upgrade does to it.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::contract::Operation;
use crate::support::database::Place;
use crate::support::registry::{PATIENCE, migrate};
use crate::support::{Contract, Database, Registry, Stage};

/// Every object that anyone can ask for, as JSON.
fn everything(registry: &Registry) -> Vec<Value> {
    let mut collections = Contract::of(registry).collections();
    collections.retain(|operation| operation.parameter("Prefer").is_some() && operation.is_public());
    collections.retain(|operation| operation.in_place("path").next().is_none());
    assert!(collections.len() > 10, "{collections:?}");
    let mut lists: Vec<_> = collections.iter().map(Operation::least_target).collect();
    lists.extend(["2018-06-01", "2020-06-01", "2022-06-01"].map(|day| format!("/v1/municipalities?as_of={day}")));
    lists.iter().flat_map(|path| registry.items(path)).collect()
}

/// How many entries the log holds, how many of them are of this operation, and how many lines the audit.
fn logged(place: &Place, operation: &str) -> [i64; 3] {
    let count = |rest: &str| place.number(&format!("SELECT count(*) AS value FROM {rest}"));
    [count("changes"), count(&format!("changes WHERE operation = '{operation}'")), count("audit_entries")]
}

/// As if an older release had said otherwise. What is published of assessment frameworks follows no upgrade.
const OLDER: &str = "UPDATE shipped_rows SET digest = 'older' WHERE noun <> 'assessment_framework'";

fn shipped(place: &Place) -> i64 {
    place.number("SELECT count(*) AS value FROM shipped_rows")
}

fn name_of_region(place: &Place, code: &str) -> (String, i64) {
    let row = format!("FROM areas WHERE kind = 'region' AND code = '{code}'");
    let name = place.texts(&format!("SELECT names AS value {row}")).pop().unwrap();
    let name: Value = serde_json::from_str(&name).unwrap();
    let version = place.number(&format!("SELECT version AS value {row}"));
    (name["fi"].as_str().unwrap().to_owned(), version)
}

/// As if an older release had shipped other facts.
fn pretend_that_it_was_shipped_otherwise(place: &Place, noun: &str, id: &str) {
    let changed = format!("UPDATE shipped_rows SET digest = 'older' WHERE noun = '{noun}' AND id = '{id}'");
    place.execute(&changed);
    let noted = format!("SELECT count(*) AS value FROM shipped_rows WHERE digest = 'older' AND id = '{id}'");
    assert_eq!(place.number(&noted), 1);
}

#[rstest]
fn a_first_start_loads_reference_data_and_history(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::on(database.empty(), &[]);
    let counts = ["/v1/regions", "/v1/municipalities?as_of=2018-06-01", "/v1/programmes", "/v1/pilots", "/v1/grants"]
        .map(|path| registry.items(path).len());
    assert_eq!(counts, [19, 311, 4, 5, 14]);
}

#[rstest]
fn a_first_start_logs_one_entry_for_each_object_and_a_second_none(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.empty();
    migrate(place.url(), &[]);
    let objects = shipped(&place);
    assert!(objects > 700, "{objects}");
    for _ in 0..2 {
        assert_eq!(logged(&place, "created"), [objects; 3]);
        let count = |rest: &str| place.number(&format!("SELECT count(*) AS value FROM {rest}"));
        let of_the_registry = "WHERE actor = 'registry' AND version = 1 AND published";
        assert_eq!(
            count(&format!("(SELECT DISTINCT noun, object FROM changes {of_the_registry}) AS entries")),
            objects
        );
        assert_eq!(count("audit_entries WHERE client = 'registry' AND operation = 'load'"), objects);
        // Without gaps, up to where the head says that the log ends.
        assert_eq!(place.number("SELECT max(seq) AS value FROM changes"), objects);
        assert_eq!(place.number("SELECT seq AS value FROM log_head"), objects);
        migrate(place.url(), &[]);
    }
}

#[rstest]
fn a_second_start_keeps_data_and_versions(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let place = database.loaded();
    let before = {
        let registry = Registry::begin(place.url(), &[]);
        registry.wait_until_ready(PATIENCE);
        everything(&registry)
    };
    let registry = Registry::on(place, &[]);
    assert_eq!(everything(&registry), before);
}

#[rstest]
fn a_shipped_row_that_a_user_has_changed_is_left_alone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.loaded();
    let names = json!({"fi": "Käyttäjän Kainuu", "sv": null, "en": null});
    place.execute(&format!(
        "UPDATE areas SET names = '{names}', version = version + 1 WHERE kind = 'region' AND code = '18'"
    ));
    pretend_that_it_was_shipped_otherwise(&place, "area", "region:18");
    for _ in 0..2 {
        migrate(place.url(), &[]);
        assert_eq!(name_of_region(&place, "18"), ("Käyttäjän Kainuu".to_owned(), 2));
    }
    let registry = Registry::on(place, &[]);
    assert_eq!(registry.json("/v1/regions/18")["names"], names);
}

#[rstest]
fn a_shipped_row_that_nobody_has_changed_follows_an_upgrade(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.loaded();
    let names = json!({"fi": "Vanha nimi", "sv": null, "en": null});
    place.execute(&format!("UPDATE areas SET names = '{names}' WHERE kind = 'region' AND code = '18'"));
    pretend_that_it_was_shipped_otherwise(&place, "area", "region:18");
    for _ in 0..2 {
        migrate(place.url(), &[]);
        assert_eq!(name_of_region(&place, "18"), ("Kainuu".to_owned(), 2), "updated once");
    }
    assert_eq!(name_of_region(&place, "19"), ("Lappi".to_owned(), 1), "no other is touched");
}

#[rstest]
fn a_municipality_is_replaced_with_all_that_belongs_to_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.loaded();
    place.execute(
        "DELETE FROM memberships WHERE municipality = '291'; DELETE FROM populations WHERE municipality = '291'; \
         UPDATE municipalities SET record = replace(record, '\"valid_from\":\"2021-01-01\"', '\"valid_from\":null') \
         WHERE code = '291'",
    );
    pretend_that_it_was_shipped_otherwise(&place, "municipality", "291");
    let registry = Registry::on(place, &[]);
    let kuhmoinen = registry.json("/v1/municipalities/291?as_of=2020-12-31");
    assert_eq!((&kuhmoinen["region"]["code"], &kuhmoinen["version"]), (&json!("13"), &json!(2)));
    assert_eq!(kuhmoinen["populations"].as_array().map(Vec::len), Some(6));
}

#[rstest]
fn every_noun_follows_an_upgrade_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let place = database.loaded();
    place.execute(OLDER);
    // An older release knew other names, and other days of grants.
    let renamed = |column: &str| {
        format!("{column} = replace(replace({column}, '\"fi\":\"', '\"fi\":\"Vanha '), '\"sv\":\"', '\"sv\":\"Vanha ')")
    };
    for table in ["municipalities", "organisations", "programmes", "calls", "pilots"] {
        place.execute(&format!("UPDATE {table} SET {}", renamed("record")));
    }
    place.execute(&format!("UPDATE areas SET {} WHERE kind <> 'municipality'", renamed("names")));
    place.execute("UPDATE grants SET record = replace(record, '2021-10-31', '2021-10-30')");
    let (all, objects) =
        (shipped(&place), place.number("SELECT count(*) AS value FROM shipped_rows WHERE digest = 'older'"));
    for _ in 0..2 {
        migrate(place.url(), &[]);
        assert_eq!(logged(&place, "updated"), [all + objects, objects, all + objects]);
        let read_back = "SELECT count(*) AS value FROM changes JOIN payloads ON payloads.seq = changes.seq \
                         WHERE operation = 'updated' AND version = 2 AND data NOT LIKE '%Vanha%'";
        assert_eq!(place.number(read_back), objects);
    }
    let before = Registry::on(database.loaded(), &[]);
    let after = Registry::on(place, &[]);
    let without_version = |mut item: Value, version: i64| {
        // A definition has a version of its own.
        let is_followed = item.get("framework_status").is_none() && item.get("definition").is_none();
        let version = if is_followed { version } else { 1 };
        if let Some(found) = item.get_mut("version") {
            assert_eq!(found.take(), version, "{item}");
        }
        item
    };
    let before: Vec<_> = everything(&before).into_iter().map(|item| without_version(item, 1)).collect();
    let after: Vec<_> = everything(&after).into_iter().map(|item| without_version(item, 2)).collect();
    assert_eq!(before, after);
}

#[rstest]
fn an_upgrade_that_says_the_same_in_other_words_changes_nothing(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.loaded();
    place.execute(OLDER);
    let before = logged(&place, "updated");
    migrate(place.url(), &[]);
    assert_eq!(logged(&place, "updated"), before);
    assert_eq!(place.number("SELECT count(*) AS value FROM shipped_rows WHERE digest = 'older'"), 0);
    assert_eq!(place.number("SELECT max(version) AS value FROM shipped_rows"), 1);
}

/// Two organisations of the reference data with their business ids.
fn two_with_business_ids(place: &Place) -> [(String, String); 2] {
    let select = |column: &str| {
        let rows = "FROM organisations WHERE business_id IS NOT NULL ORDER BY id LIMIT 2";
        place.texts(&format!("SELECT {column} AS value {rows}"))
    };
    let mut pairs = select("id").into_iter().zip(select("business_id"));
    [pairs.next().unwrap(), pairs.next().unwrap()]
}

/// As if an organisation had had another business id in an older release, or none.
fn pretend_that_it_had(place: &Place, id: &str, now: &str, then: Option<&str>) {
    let json = |business_id: Option<&str>| json!({"business_id": business_id}).to_string().replace(['{', '}'], "");
    place.execute(&format!(
        "UPDATE organisations SET business_id = {}, record = replace(record, '{}', '{}') WHERE id = '{id}'",
        then.map_or("NULL".to_owned(), |then| format!("'{then}'")),
        json(Some(now)),
        json(then),
    ));
    pretend_that_it_was_shipped_otherwise(place, "organisation", id);
}

#[rstest]
fn two_organisations_that_swap_business_ids_do_not_stop_the_start(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.loaded();
    let [(one, ones), (other, others)] = two_with_business_ids(&place);
    place.execute(&format!("UPDATE organisations SET business_id = NULL WHERE id = '{one}'"));
    pretend_that_it_had(&place, &other, &others, Some(&ones));
    place.execute(&format!("UPDATE organisations SET business_id = '{others}' WHERE id = '{one}'"));
    pretend_that_it_had(&place, &one, &ones, Some(&others));

    let registry = Registry::on(place, &[]);
    for (id, business_id) in [(&one, &ones), (&other, &others)] {
        let organisation = registry.json(&format!("/v1/organisations/{id}"));
        assert_eq!(organisation["business_id"], business_id.as_str());
        assert!(organisation["version"].as_i64().is_some_and(|version| version > 1), "{organisation}");
    }
    let before = logged(registry.place(), "updated");
    migrate(registry.database_url(), &[]);
    assert_eq!(logged(registry.place(), "updated"), before, "a second start has nothing left to do");
}

#[rstest]
fn a_users_own_organisation_keeps_the_business_id_that_an_upgrade_ships(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database);
    let place = stage.registry.place();
    let [(shipped, business_id), _] = two_with_business_ids(place);
    pretend_that_it_had(place, &shipped, &business_id, None);
    stage.change("change_organisation", &json!({"business_id": business_id}));
    let own = format!("/v1/organisations?business_id={business_id}");
    let id = stage.registry.items(&own)[0]["id"].clone();
    assert_ne!(id, shipped.as_str());

    for _ in 0..2 {
        migrate(place.url(), &[]);
        let found = stage.registry.items(&own);
        assert_eq!((found.len(), &found[0]["id"]), (1, &id));
        assert_eq!(stage.registry.json(&format!("/v1/organisations/{shipped}"))["business_id"], Value::Null);
    }
    // Once it is free again, the next start gives it to whom it belongs.
    stage.change("change_organisation", &json!({"business_id": null}));
    migrate(place.url(), &[]);
    assert_eq!(stage.registry.items(&own)[0]["id"], json!(shipped));
}

#[rstest]
fn two_that_start_together_load_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let place = database.empty();
    let both = [Registry::begin(place.url(), &[]), Registry::begin(place.url(), &[])];
    for registry in &both {
        registry.wait_until_ready(PATIENCE);
    }
    assert_eq!(everything(&both[0]), everything(&both[1]));
    assert_eq!(both[0].items("/v1/municipalities?as_of=2018-06-01").len(), 311);
    assert_eq!(place.number("SELECT max(version) AS value FROM shipped_rows"), 1);
    drop(both);
    drop(place);
}

#[rstest]
fn reference_data_alone_can_be_loaded_and_the_history_later(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.empty();
    {
        let registry = Registry::begin(place.url(), &["--load", "reference"]);
        registry.wait_until_ready(PATIENCE);
        assert_eq!(registry.items("/v1/municipalities?as_of=2018-06-01").len(), 311);
        for path in ["/v1/programmes", "/v1/calls", "/v1/pilots", "/v1/grants"] {
            assert!(registry.items(path).is_empty(), "{path}");
        }
    }
    let registry = Registry::on(place, &["--load", "history"]);
    let counts = ["/v1/programmes", "/v1/calls", "/v1/pilots", "/v1/grants"].map(|path| registry.items(path).len());
    assert_eq!(counts, [4, 3, 5, 14]);
    let reference = registry.place().number("SELECT max(version) AS value FROM areas");
    assert_eq!(reference, 1);
}
