//! The audit: who did or was denied what, and nothing that is nobody's business.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::session::{ANY, ORGANISATIONS, PROVIDERS, Session, association, id, provider, with};
use crate::support::{Database, Registry};

const AUDIT: &str = "/v1/audit";

/// What a line says, but for when and by which request.
fn told(line: &Value) -> Value {
    let mut told = line.clone();
    for name in ["id", "recorded_at", "request_id"] {
        assert!(told.as_object_mut().unwrap().remove(name).is_some_and(|value| value.is_string()), "{name}: {line}");
    }
    told
}

/// The lines that clients of this test made.
fn lines(session: &Session, query: &str) -> Vec<Value> {
    let all = session.items(&format!("{AUDIT}?{query}"));
    all.iter().map(told).collect()
}

fn done(session: &Session, role: &str, operation: &str, noun: &str, object: &str, seq: i64) -> Value {
    json!({
        "client": session.client_id, "role": role, "operation": operation, "outcome": "done", "code": null,
        "noun": noun, "object": object, "seq": seq
    })
}

#[rstest]
fn every_write_has_its_line_with_its_change(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = id(&developer.create(ORGANISATIONS, &association("Yhdistys ry", "region:01"))).to_owned();
    let editor = registry.sign_in("provider_editor", &[], Some(&organisation));
    let seq = registry.last_seq();
    let created = editor.create(PROVIDERS, &provider("Tuki", &organisation, "01"));
    let path = format!("{PROVIDERS}/{}", id(&created));
    editor.patch(&path, &json!({"origin": "new"}));
    // What changes nothing, and what is answered again, does nothing.
    editor.patch(&path, &json!({"origin": "new"}));
    let key = ("Idempotency-Key", "1");
    for _ in 0..2 {
        assert_eq!(editor.send("POST", &format!("{path}/verify"), &[key], "").status, 200);
    }
    let body = provider("Tuki", &organisation, "01");
    assert_eq!(editor.write("PUT", &path, &[ANY], &body).status, 200);
    editor.delete(&path);
    let pushed = editor.write("PUT", "/v1/providers/by-source/ptv/1", &[], &body).json();

    let auditor = registry.sign_in("auditor", &[], None);
    let by = |operation: &str, object: &Value, number: i64| {
        done(&editor, "provider_editor", operation, "provider", id(object), seq + number)
    };
    let expected = [
        by("create_provider", &created, 1),
        by("change_provider", &created, 2),
        by("verify_provider", &created, 3),
        by("replace_provider", &created, 4),
        by("delete_provider", &created, 5),
        by("put_provider_by_source", &pushed, 6),
    ];
    assert_eq!(lines(&auditor, &format!("client={}", editor.client_id)), expected);
    assert_eq!(lines(&developer, &format!("client={}", editor.client_id)), expected);
    // The line names the request as the answer did.
    let answer = editor.send("DELETE", &format!("{PROVIDERS}/{}", id(&pushed)), &[ANY], "");
    let last = auditor.items(&format!("{AUDIT}?operation=delete_provider&object={}", id(&pushed))).pop().unwrap();
    assert_eq!(last["request_id"].as_str().map(str::to_owned), answer.header("x-request-id"));
}

#[rstest]
fn who_was_denied_an_object_is_noted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [own, foreign] = ["Oma ry", "Vieras ry"]
        .map(|name| id(&developer.create(ORGANISATIONS, &association(name, "region:01"))).to_owned());
    let path = developer.add(PROVIDERS, &provider("Tuki", &foreign, "02"));
    let editor = registry.sign_in("provider_editor", &[], Some(&own));
    let coordinator = registry.sign_in("regional_coordinator", &["region:01"], None);
    editor.write("PATCH", &path, &[ANY], &json!({"origin": "new"})).problem(403, "forbidden");
    editor.write("POST", PROVIDERS, &[], &provider("Tuki", &foreign, "02")).problem(403, "forbidden");
    editor.send("POST", &format!("{path}/verify"), &[], "").problem(403, "forbidden");
    coordinator.send("DELETE", &path, &[ANY], "").problem(403, "forbidden");
    let auditor = registry.sign_in("auditor", &[], None);
    let denied = |session: &Session, role: &str, operation: &str, noun: Value, object: Value| {
        json!({
            "client": session.client_id, "role": role, "operation": operation, "outcome": "denied", "code": "forbidden",
            "noun": noun, "object": object, "seq": null
        })
    };
    let object = json!(path.rsplit('/').next().unwrap());
    let expected = [
        denied(&editor, "provider_editor", "change_provider", json!("provider"), object.clone()),
        denied(&editor, "provider_editor", "create_provider", json!("provider"), Value::Null),
        denied(&editor, "provider_editor", "verify_provider", json!("provider"), object.clone()),
        denied(&coordinator, "regional_coordinator", "delete_provider", json!("provider"), object),
    ];
    assert_eq!(lines(&auditor, "outcome=denied"), expected);
    // What never was, or is hidden, is denied to nobody; neither is what was only done wrongly.
    editor.write("PATCH", &path.replace(&path[path.len() - 4..], "0000"), &[ANY], &json!({})).problem(404, "not_found");
    editor.write("POST", PROVIDERS, &[], &json!({})).problem(400, "invalid_request");
    assert_eq!(lines(&auditor, "outcome=denied").len(), 4);
}

#[rstest]
fn who_was_denied_an_operation_is_noted_and_who_is_nobody_is_not(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let ministry = registry.sign_in("ministry", &[], None);
    let auditor = registry.sign_in("auditor", &[], None);
    ministry.write("POST", PROVIDERS, &[], &json!({})).problem(403, "forbidden");
    ministry.get(AUDIT).problem(403, "forbidden");
    registry.public().get(AUDIT).problem(401, "unauthenticated");
    registry.public().write("POST", PROVIDERS, &[], &json!({})).problem(401, "unauthenticated");
    let denied = lines(&auditor, "outcome=denied");
    let seen: Vec<_> = denied.iter().map(|line| (&line["client"], &line["operation"], &line["code"])).collect();
    let (client, code) = (json!(ministry.client_id), json!("forbidden"));
    let [create, list] = [json!("create_provider"), json!("list_audit_entries")];
    assert_eq!(seen, [(&client, &create, &code), (&client, &list, &code)]);
}

#[rstest]
fn the_audit_is_read_by_auditors_and_the_national_developer(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let own = id(&registry.developer().create(ORGANISATIONS, &association("Oma ry", "region:01"))).to_owned();
    for (role, areas, organisation) in [
        ("ministry", &[][..], None),
        ("regional_coordinator", &["region:01"], None),
        ("regional_expert", &["region:01"], None),
        ("provider_editor", &[], Some(own.as_str())),
        ("integrator", &[], Some(&own)),
        ("applicant", &[], Some(&own)),
        ("evaluator", &[], None),
    ] {
        let session = registry.sign_in(role, areas, organisation);
        session.get(AUDIT).problem(403, "forbidden");
        assert_eq!(session.send("HEAD", AUDIT, &[], "").status, 403, "{role}");
    }
    registry.get(AUDIT).problem(401, "unauthenticated");
    assert_eq!(registry.sign_in("auditor", &[], None).get(AUDIT).status, 200);
}

#[rstest]
fn the_audit_holds_no_secret_and_nothing_of_what_was_written(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let client = registry.client("national_developer", &[], None);
    let developer = registry.sign_in_as(&client);
    let organisation = id(&developer.create(ORGANISATIONS, &association("Salanimi ry", "region:01"))).to_owned();
    let contact = json!({"contact": {"email": "salainen@b.example", "phone": "+358295123"}});
    let body = with(&provider("Salanimi", &organisation, "01"), &contact);
    developer.write("POST", PROVIDERS, &[("Idempotency-Key", "salainen-avain")], &body);
    developer.write("POST", PROVIDERS, &[], &with(&body, &json!({"names": {"fi": "131052-308T"}})));
    let text = developer.get(&format!("{AUDIT}?limit=500&client={}", client.client_id)).text();
    for word in
        ["Salanimi", "salainen", "+358295123", "131052-308T", &client.client_secret, "Bearer", "eyJ", "127.0.0.1"]
    {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[rstest]
fn lines_are_found_by_every_filter_in_pages_oldest_first(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(ORGANISATIONS, &association("Yhdistys ry", "region:01"));
    let object = path.rsplit('/').next().unwrap();
    let of_provider = developer.add(PROVIDERS, &provider("Tuki", object, "01"));
    developer.patch(&path, &json!({"names": {"sv": "Rf"}}));
    let editor = registry.sign_in("provider_editor", &[], Some(object));
    editor.patch(&of_provider, &json!({"origin": "new"}));
    let (one, two) = (&developer.client_id, &editor.client_id);
    let count = |query: &str| developer.items(&format!("{AUDIT}?{query}")).len();
    for (query, expected) in [
        (format!("client={one}"), 3),
        (format!("client={one}&client={two}"), 4),
        (format!("client={two}&operation=change_provider"), 1),
        ("operation=change_provider&operation=change_organisation".into(), 2),
        (format!("object={object}"), 2),
        (format!("object={object}&noun=provider"), 0),
        (format!("client={one}&noun=organisation&noun=provider"), 3),
        (format!("client={one}&outcome=denied"), 0),
        (format!("client={one}&outcome=done&first_day=2026-11-22&last_day=2026-11-22"), 3),
        (format!("client={one}&last_day=2026-11-21"), 0),
        (format!("client={one}&first_day=2026-11-23"), 0),
        ("client=nobody".into(), 0),
    ] {
        assert_eq!(count(&query), expected, "{query}");
    }
    let all = developer.items(&format!("{AUDIT}?client={one}&client={two}"));
    let times: Vec<_> = all.iter().map(|line| line["recorded_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    let mut walked = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = developer.json(&format!("{AUDIT}?client={one}&client={two}&limit=1{cursor}"));
        walked.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(walked, all);
    for bad in ["outcome=x", "noun=x", "first_day=x", "client=", "colour=red", "object=%00"] {
        developer.get(&format!("{AUDIT}?{bad}")).problem(400, "invalid_request");
    }
}

#[rstest]
fn the_days_of_the_audit_are_days_in_helsinki(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    // Half past midnight there, in winter and in summer.
    for (clock, day, before) in
        [("2026-01-10T22:30:00Z", "2026-01-11", "2026-01-10"), ("2026-07-10T21:30:00Z", "2026-07-11", "2026-07-10")]
    {
        let registry = Registry::start_with(database, &["--clock", clock]);
        let developer = registry.developer();
        developer.create(ORGANISATIONS, &association("Yhdistys ry", "region:01"));
        let client = &developer.client_id;
        let count = |days: &str| developer.items(&format!("{AUDIT}?client={client}&outcome=done&{days}")).len();
        assert_eq!(count(&format!("first_day={day}")), 1, "{clock}");
        assert_eq!(count(&format!("last_day={day}")), 1, "{clock}");
        assert_eq!(count(&format!("last_day={before}")), 0, "{clock}");
    }
}
