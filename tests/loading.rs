//! What an installation starts with, and what an upgrade does to it.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::contract::Operation;
use crate::support::database::Place;
use crate::support::registry::{PATIENCE, migrate};
use crate::support::{Contract, Database, Registry};

/// Every row that can be asked for, as JSON.
fn everything(registry: &Registry) -> Vec<Value> {
    let mut lists: Vec<_> = Contract::of(registry).collections().iter().map(Operation::least_target).collect();
    lists.extend(["2018-06-01", "2020-06-01", "2022-06-01"].map(|day| format!("/v1/municipalities?as_of={day}")));
    lists.iter().flat_map(|path| registry.items(path)).collect()
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
    pretend_that_it_was_shipped_otherwise(&place, "Region", "18");
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
    pretend_that_it_was_shipped_otherwise(&place, "Region", "18");
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
        "DELETE FROM memberships WHERE municipality = '291'; DELETE FROM populations WHERE municipality = '291'",
    );
    pretend_that_it_was_shipped_otherwise(&place, "Municipality", "291");
    let registry = Registry::on(place, &[]);
    let kuhmoinen = registry.json("/v1/municipalities/291?as_of=2020-12-31");
    assert_eq!((&kuhmoinen["region"]["code"], &kuhmoinen["version"]), (&json!("13"), &json!(2)));
    assert_eq!(kuhmoinen["populations"].as_array().map(Vec::len), Some(6));
}

#[rstest]
fn the_other_nouns_follow_an_upgrade_too(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let place = database.loaded();
    place.execute("UPDATE shipped_rows SET digest = 'older'");
    let before = Registry::on(database.loaded(), &[]);
    let after = Registry::on(place, &[]);
    let without_version = |mut item: Value, version: i64| {
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
