//! Creating, replacing, changing, deleting.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::sample::organisation;
use crate::support::session::{ANY, PROVIDERS, association, id, provider, with};
use crate::support::{Database, Registry};

/// A provider of which everything is known, as it is written.
fn complete(organisation: &str) -> Value {
    json!({
        "organisation": organisation,
        "provider_type": "library",
        "names": {"fi": "Kirjasto", "sv": "Bibliotek", "en": null},
        "descriptions": {"fi": "Neuvoja.\nMyös iltaisin.", "sv": null, "en": "Advice."},
        "contact": {"email": "digituki@kunta.example", "phone": "+358295000", "website": "https://kunta.example/digi"},
        "languages": ["fi", "sv", "smn"],
        "municipality": "091",
        "regions": ["01", "02"],
        "origin": "new",
        "offer_status": "temporarily_closed",
        "external_ids": [{"source": "ptv", "source_id": "a/b c"}, {"source": "ptv", "source_id": "2"}],
        "valid_from": "2019-01-01",
        "valid_to": "2100-12-31"
    })
}

/// What was written, as it is read: with the names of what it refers to.
fn as_written(read: &Value) -> Value {
    let mut written = read.clone();
    let fields = written.as_object_mut().unwrap();
    for name in ["id", "version", "verified_at", "freshness", "demonstration", "notices"] {
        assert!(fields.remove(name).is_some(), "{name} is absent: {read}");
    }
    written["organisation"] = read["organisation"]["id"].clone();
    written["municipality"] = read["municipality"]["code"].clone();
    written["regions"] = read["regions"].as_array().unwrap().iter().map(|region| region["code"].clone()).collect();
    written
}

#[rstest]
fn what_is_created_is_read_back_whole_at_its_location(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&organisation(&developer));
    let answer = developer.write("POST", PROVIDERS, &[], &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let created = answer.json();
    assert_eq!(as_written(&created), body);
    assert_eq!(created["organisation"]["names"]["fi"], "Yhdistys ry");
    assert_eq!(created["municipality"]["names"]["sv"], "Helsingfors");
    assert_eq!(created["regions"][0]["names"]["en"], "Uusimaa");
    assert_eq!((&created["version"], &created["verified_at"]), (&json!(1), &Value::Null));
    assert_eq!(created["freshness"], "outdated");

    let location = answer.header("location").unwrap();
    assert_eq!(location, registry.url(&format!("{PROVIDERS}/{}", id(&created))));
    let read = registry.get(&location);
    assert_eq!(read.body, answer.body);
    assert_eq!(read.header("etag"), answer.header("etag"));
    assert!(read.header("etag").unwrap().starts_with("\"1."));
}

#[rstest]
fn the_least_that_is_written_leaves_the_rest_null_or_empty(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let least = json!({
        "organisation": organisation, "provider_type": "other", "names": {"sv": "Stöd"}, "offer_status": "published"
    });
    let created = developer.create(PROVIDERS, &least);
    let expected = json!({
        "organisation": organisation, "provider_type": "other", "names": {"fi": null, "sv": "Stöd", "en": null},
        "descriptions": null, "contact": null, "languages": [], "municipality": null, "regions": [], "origin": null,
        "offer_status": "published", "external_ids": [], "valid_from": null, "valid_to": null
    });
    assert_eq!(as_written(&created), expected);

    // Replacing by as little takes everything else away.
    let path = developer.add(PROVIDERS, &complete(&organisation));
    let answer = developer.write("PUT", &path, &[ANY], &least);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(as_written(&answer.json()), expected);
    assert_eq!(registry.json(&path), answer.json());
    assert_eq!(registry.items(&format!("{PROVIDERS}?source=ptv")), Vec::<Value>::new());
    assert_eq!(registry.items(&format!("{PROVIDERS}?region=01")), Vec::<Value>::new());
}

#[rstest]
fn a_patch_changes_what_it_names_and_null_takes_away(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&organisation(&developer));
    let path = developer.add(PROVIDERS, &body);
    let steps = [
        (json!({"origin": null, "valid_to": null}), json!({"origin": null, "valid_to": null})),
        (
            json!({"names": {"sv": null, "en": "Library"}}),
            json!({"names": {"fi": "Kirjasto", "sv": null, "en": "Library"}}),
        ),
        (json!({"languages": ["en"], "external_ids": []}), json!({"languages": ["en"], "external_ids": []})),
        (json!({"regions": null}), json!({"regions": []})),
        (json!({"contact": {"phone": null}}), json!({"contact": with(&body["contact"], &json!({"phone": null}))})),
        (
            json!({"contact": null, "descriptions": null, "municipality": null}),
            json!({"contact": null, "descriptions": null, "municipality": null}),
        ),
        (
            json!({"contact": {"email": "a@b.example", "phone": null}}),
            json!({"contact": {"email": "a@b.example", "phone": null, "website": null}}),
        ),
        (
            json!({"descriptions": {"en": "Once more."}}),
            json!({"descriptions": {"fi": null, "sv": null, "en": "Once more."}}),
        ),
    ];
    let mut expected = body;
    for (number, (patch, change)) in steps.iter().enumerate() {
        expected = with(&expected, change);
        let changed = developer.patch(&path, patch);
        assert_eq!(as_written(&changed), expected, "{patch}");
        assert_eq!(changed["version"], number + 2, "{patch}");
        assert_eq!(registry.json(&path), changed, "{patch}");
    }
    // What says nothing new is no change.
    let before = registry.last_seq();
    for patch in [json!({}), json!({"regions": []}), json!({"names": {"en": "Library"}}), json!({"origin": null})] {
        assert_eq!(developer.patch(&path, &patch)["version"], steps.len() + 1, "{patch}");
    }
    assert_eq!(registry.last_seq(), before);
}

#[rstest]
fn a_patch_that_makes_a_faulty_whole_is_refused_where_the_fault_is(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(PROVIDERS, &complete(&organisation(&developer)));
    let before = registry.get(&path).text();
    let table = [
        (json!({"names": null}), "/names", "missing_field"),
        (json!({"names": {"fi": null, "sv": null}}), "/names", "blank"),
        (json!({"names": {"fi": " "}}), "/names/fi", "blank"),
        (json!({"names": "Kirjasto"}), "/names", "wrong_type"),
        (json!({"names": {"de": "Bibliothek"}}), "/names/de", "unknown_field"),
        (json!({"organisation": null}), "/organisation", "missing_field"),
        (json!({"provider_type": "cinema"}), "/provider_type", "unknown_value"),
        (json!({"languages": ["fi", "fi"]}), "/languages", "repeated_value"),
        (json!({"languages": ["fi", "xx"]}), "/languages/1", "unknown_value"),
        (json!({"regions": ["01", "99"]}), "/regions/1", "unknown_value"),
        (json!({"municipality": "999"}), "/municipality", "unknown_value"),
        (json!({"contact": {"email": "a"}}), "/contact/email", "malformed_value"),
        (json!({"valid_to": "2018-12-31"}), "/valid_to", "ends_before_start"),
        (json!({"valid_to": "2101-01-01"}), "/valid_to", "out_of_range"),
        (json!({"id": "x"}), "/id", "unknown_field"),
        (json!({"version": 7}), "/version", "unknown_field"),
        (json!({"verified_at": "2026-11-22T12:00:00Z"}), "/verified_at", "unknown_field"),
    ];
    for (patch, pointer, code) in table {
        let answer = developer.write("PATCH", &path, &[ANY], &patch);
        let problem = answer.problem(400, "invalid_request");
        let found: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|fault| (&fault["pointer"], &fault["code"])).collect();
        assert_eq!(found, [(&json!(pointer), &json!(code))], "{patch}");
    }
    assert_eq!(registry.get(&path).text(), before);
}

#[rstest]
fn what_is_deleted_is_gone_and_leaves_its_external_ids_to_others(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&organisation(&developer));
    let path = developer.add(PROVIDERS, &body);
    let answer = developer.write("POST", PROVIDERS, &[], &body);
    let problem = answer.problem(409, "conflict");
    assert_eq!(problem["errors"][0]["pointer"], "/external_ids/0");
    assert_eq!(answer.codes_of_faults(), ["taken", "taken"]);
    assert!(problem["errors"][0]["message"].as_str().unwrap().contains("ptv/a/b c"), "{problem}");

    developer.delete(&path);
    registry.get(&path).problem(404, "not_found");
    developer.get(&path).problem(404, "not_found");
    assert!(registry.items(PROVIDERS).iter().all(|each| !path.ends_with(id(each))));
    for method in ["PUT", "PATCH"] {
        developer.write(method, &path, &[ANY], &body).problem(404, "not_found");
    }
    developer.send("DELETE", &path, &[ANY], "").problem(404, "not_found");
    developer.send("POST", &format!("{path}/verify"), &[], "").problem(404, "not_found");
    developer.create(PROVIDERS, &body);
}

#[rstest]
fn an_unknown_organisation_or_area_is_refused_at_its_place(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = with(
        &provider("Kirjasto", "00000000-0000-4000-8000-000000000000", "01"),
        &json!({"regions": ["01", "77", "02", "78"], "municipality": "998"}),
    );
    let before = registry.last_seq();
    let faults = |body: &Value| -> Vec<String> {
        let problem = developer.write("POST", PROVIDERS, &[], body).problem(400, "invalid_request");
        let errors = problem["errors"].as_array().unwrap();
        errors.iter().map(|fault| fault["pointer"].as_str().unwrap().to_owned()).collect()
    };
    // All of them at once.
    assert_eq!(faults(&body), ["/municipality", "/organisation", "/regions/1", "/regions/3"]);
    assert_eq!(registry.last_seq(), before);
}

#[rstest]
fn names_follow_when_the_organisation_is_renamed_and_versions_do_not(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let path = developer.add(PROVIDERS, &provider("Neuvonta", &organisation, "01"));
    let before = registry.get(&path);
    let renamed = with(&association("Uusi nimi ry", "region:01"), &json!({"organisation_type": "company"}));
    let put = developer.write("PUT", &format!("/v1/organisations/{organisation}"), &[ANY], &renamed);
    assert_eq!(put.status, 200, "{}", put.text());
    let after = registry.get(&path);
    assert_eq!(after.json()["organisation"]["names"]["fi"], "Uusi nimi ry");
    assert_eq!(after.json()["organisation"]["organisation_type"], "company");
    assert_eq!(after.json()["version"], before.json()["version"]);
    // Another answer, the same version: what a reader has is stale, what a writer has seen is not.
    assert_ne!(after.header("etag"), before.header("etag"));
    let stale = before.header("etag").unwrap();
    assert_eq!(registry.get_with(&path, &[("If-None-Match", &stale)]).status, 200);
    assert_eq!(developer.write("PATCH", &path, &[("If-Match", &stale)], &json!({"origin": "new"})).status, 200);
}

#[rstest]
fn what_breaks_a_rule_and_what_the_registry_does_not_hold_are_refused_together(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let good = provider("Neuvonta", &organisation(&developer), "01");
    let path = developer.add(PROVIDERS, &good);
    let faults = json!({
        "names": {"fi": null, "sv": null, "en": null},
        "contact": {"email": "nobody", "phone": "9", "website": null},
        "municipality": "999",
        // An element that is left out for its own fault counts where the others stand.
        "regions": ["xx", "01", "99"],
        "valid_from": "2024-02-01",
        "valid_to": "2024-01-31"
    });
    let body = with(&good, &faults);
    let expected = [
        ("/contact/email", "malformed_value"),
        ("/contact/phone", "malformed_value"),
        ("/municipality", "unknown_value"),
        ("/names", "blank"),
        ("/regions/0", "malformed_value"),
        ("/regions/2", "unknown_value"),
        ("/valid_to", "ends_before_start"),
    ];
    let seq = registry.last_seq();
    for (method, path, headers, body) in [
        ("POST", PROVIDERS, &[][..], &body),
        ("PUT", path.as_str(), &[ANY], &body),
        ("PATCH", path.as_str(), &[ANY], &faults),
        ("PUT", "/v1/providers/by-source/own/1", &[], &body),
    ] {
        let problem = developer.write(method, path, headers, body).problem(400, "invalid_request");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let found: Vec<_> = problem["errors"].as_array().unwrap().iter().collect();
        let found: Vec<_> = found.iter().map(|fault| (text(&fault["pointer"]), text(&fault["code"]))).collect();
        let found: Vec<_> = found.iter().map(|(place, code)| (place.as_str(), code.as_str())).collect();
        assert_eq!(found, expected, "{method} {path}");
    }
    assert_eq!(registry.last_seq(), seq, "nothing was stored");
}
