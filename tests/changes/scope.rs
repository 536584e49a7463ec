//! Who sees which changes.

use rstest::rstest;
use serde_json::{Value, json};

use super::{told, walk};
use crate::support::session::{
    LOCATIONS, ORGANISATIONS, PROVIDERS, SERVICES, association, id, location_in, named, provider, service, with,
};
use crate::support::{Database, Registry};

fn operations(changes: &[Value]) -> Vec<String> {
    told(changes).into_iter().map(|(operation, _)| operation).collect()
}

#[rstest]
fn to_the_public_publishing_creates_and_withdrawing_deletes(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = id(&developer.create(ORGANISATIONS, &association("Yhdistys ry", "region:01"))).to_owned();
    let another = id(&developer.create(ORGANISATIONS, &association("Hakija ry", "region:01"))).to_owned();
    let after = registry.last_seq();
    let draft = with(&provider("Tuki", &organisation, "01"), &json!({"offer_status": "draft"}));
    let path = developer.add(PROVIDERS, &draft);
    let never = developer.add(PROVIDERS, &draft);
    developer.patch(&path, &json!({"origin": "new"}));
    let published = developer.patch(&path, &json!({"offer_status": "published"}));
    let closed = developer.patch(&path, &json!({"offer_status": "temporarily_closed"}));
    developer.patch(&path, &json!({"offer_status": "withdrawn"}));
    developer.patch(&path, &json!({"origin": null}));
    developer.delete(&path);
    developer.delete(&never);

    let public = walk(&registry.public(), after, 500, "");
    assert_eq!(operations(&public), ["created", "updated", "deleted"]);
    assert_eq!((&public[0]["data"], &public[1]["data"], &public[2]["data"]), (&published, &closed, &Value::Null));
    assert_eq!(operations(&walk(&developer, after, 500, "")).len(), 9);
    for role in ["applicant", "evaluator", "auditor"] {
        let own = (role == "applicant").then_some(another.as_str());
        assert_eq!(walk(&registry.sign_in(role, &[], own), after, 500, ""), public, "{role}");
    }
    let own = registry.sign_in("applicant", &[], Some(&organisation));
    assert_eq!(operations(&walk(&own, after, 500, "")).len(), 9, "of its own organisation");
    assert_eq!(operations(&walk(&registry.sign_in("ministry", &[], None), after, 500, "")).len(), 9);
}

#[rstest]
fn an_object_that_moves_comes_to_one_region_and_goes_from_the_other(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [one, two] = ["Yksi ry", "Kaksi ry"]
        .map(|name| id(&developer.create(ORGANISATIONS, &association(name, "region:01"))).to_owned());
    let after = registry.last_seq();
    let draft = with(&provider("Tuki", &one, "01"), &json!({"offer_status": "draft"}));
    let path = developer.add(PROVIDERS, &draft);
    developer.patch(&path, &json!({"regions": ["01", "02"]}));
    let moved = developer.patch(&path, &json!({"regions": ["02"], "organisation": two}));
    developer.patch(&path, &json!({"regions": [], "municipality": "091"}));
    developer.delete(&path);
    let seen = |role: &str, areas: &[&str], organisation: Option<&str>| {
        walk(&registry.sign_in(role, areas, organisation), after, 500, "")
    };
    let uusimaa = seen("regional_coordinator", &["region:01"], None);
    assert_eq!(operations(&uusimaa), ["created", "updated", "deleted", "created", "deleted"]);
    assert!(uusimaa[2]["data"].is_null() && uusimaa[4]["data"].is_null());
    let southwest = seen("regional_expert", &["region:02"], None);
    assert_eq!(operations(&southwest), ["created", "updated", "deleted"]);
    assert_eq!(southwest[1]["data"], moved);
    let both = seen("regional_expert", &["region:02", "region:01"], None);
    assert_eq!(operations(&both), ["created", "updated", "updated", "updated", "deleted"]);
    assert_eq!(operations(&seen("regional_expert", &["region:19"], None)), Vec::<String>::new());
    assert_eq!(operations(&seen("provider_editor", &[], Some(&one))), ["created", "updated", "deleted"]);
    let new_owner = seen("integrator", &[], Some(&two));
    assert_eq!(operations(&new_owner), ["created", "updated", "deleted"]);
    assert_eq!(new_owner[0]["data"], moved);
    assert_eq!(seen("evaluator", &[], None), Vec::<Value>::new());
}

#[rstest]
fn a_draft_of_a_service_goes_where_its_provider_goes(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [one, two] = ["Yksi ry", "Kaksi ry"]
        .map(|name| id(&developer.create(ORGANISATIONS, &association(name, "region:01"))).to_owned());
    let giver = developer.add(PROVIDERS, &provider("Antaja", &one, "01"));
    let place = developer.add(LOCATIONS, &location_in("Talo", &one, "091"));
    let [draft, published] = ["draft", "published"].map(|status| {
        let body = service("Digituki", named(&giver), &[named(&place)]);
        developer.add(SERVICES, &with(&body, &json!({"offer_status": status})))
    });
    let after = registry.last_seq();
    developer.patch(&giver, &json!({"organisation": two, "regions": ["02"]}));
    let seen = |role: &str, areas: &[&str], organisation: Option<&str>| {
        told(&walk(&registry.sign_in(role, areas, organisation), after, 500, "&noun=service"))
    };
    let happened = |operation: &str| vec![(operation.to_owned(), named(&draft).to_owned())];
    assert_eq!(seen("integrator", &[], Some(&one)), happened("deleted"));
    assert_eq!(seen("integrator", &[], Some(&two)), happened("created"));
    assert_eq!(seen("regional_expert", &["region:01"], None), happened("deleted"));
    assert_eq!(seen("regional_expert", &["region:02"], None), happened("created"));
    assert_eq!(seen("ministry", &[], None), happened("updated"));
    assert_eq!(told(&walk(&registry.public(), after, 500, "&noun=service")), Vec::<(String, String)>::new());
    // What everyone sees has not changed, and what says the same belongs where it belonged.
    assert_eq!([&draft, &published].map(|path| developer.json(path)["version"].clone()), [json!(2), json!(1)]);
    developer.patch(&giver, &json!({"names": {"en": "Giver"}}));
    assert_eq!(developer.json(&draft)["version"], 2);
}
