//! What integrators push by their own ids.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::sample::{Sample, organisation};
use crate::support::session::{ANY, Session, id, with};
use crate::support::{Answer, Database, Registry};

fn push(sample: Sample, session: &Session, external: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    session.write("PUT", &format!("{}/{external}", sample.by_source()), headers, body)
}

#[rstest]
fn a_push_creates_then_changes_and_says_nothing_when_it_says_nothing_new(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = organisation(&developer);
    let integrator = registry.sign_in("integrator", &[], Some(&own));
    let body = sample.body(&developer, &own);

    let first = push(sample, &integrator, "ptv/a%2Fb%20c", &[], &body);
    assert_eq!(first.status, 201, "{}", first.text());
    let created = first.json();
    assert_eq!(created["external_ids"], json!([{"source": "ptv", "source_id": "a/b c"}]));
    let path = format!("{}/{}", sample.collection(), id(&created));
    assert_eq!(first.header("location"), Some(registry.url(&path)));
    for read in [registry.get(&path), registry.get(&format!("{}/ptv/a%2Fb%20c", sample.by_source()))] {
        assert_eq!((&read.body, read.header("etag")), (&first.body, first.header("etag")));
    }

    let seq = registry.last_seq();
    let named = with(&body, &json!({"external_ids": [{"source": "ptv", "source_id": "a/b c"}]}));
    for body in [&body, &named] {
        let again = push(sample, &integrator, "ptv/a%2Fb%20c", &[], body);
        assert_eq!((again.status, &again.body, again.header("etag")), (200, &first.body, first.header("etag")));
        assert_eq!(again.header("location"), None);
    }
    assert_eq!(registry.last_seq(), seq, "what says nothing new is no change");

    let changed = push(sample, &integrator, "ptv/a%2Fb%20c", &[], &with(&body, &json!({"names": {"en": "New"}})));
    assert_eq!((changed.status, &changed.json()["version"]), (200, &json!(2)));
    assert_eq!(id(&changed.json()), id(&created));
    assert_eq!(registry.last_seq(), seq + 1);
    registry.get(&format!("{}/ptv/other", sample.by_source())).problem(404, "not_found");
    registry.get(&format!("{}/other/a%2Fb%20c", sample.by_source())).problem(404, "not_found");
}

#[rstest]
fn what_somebody_else_has_changed_is_not_overwritten_unseen(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = organisation(&developer);
    let integrator = registry.sign_in("integrator", &[], Some(&own));
    let body = sample.body(&developer, &own);
    let created = push(sample, &integrator, "ptv/1", &[], &body);
    let path = format!("{}/{}", sample.collection(), id(&created.json()));
    let changed = developer.patch(&path, &json!({"names": {"sv": "Rådgivning"}}));

    push(sample, &integrator, "ptv/1", &[], &body).problem(428, "precondition_required");
    let stale = created.header("etag").unwrap();
    push(sample, &integrator, "ptv/1", &[("If-Match", &stale)], &body).problem(412, "precondition_failed");
    assert_eq!(registry.json(&path), changed);

    let seen = registry.get(&path).header("etag").unwrap();
    let answer = push(sample, &integrator, "ptv/1", &[("If-Match", &seen)], &body);
    assert_eq!((answer.status, &answer.json()["names"]["sv"]), (200, &Value::Null));
    // It is the last again.
    assert_eq!(push(sample, &integrator, "ptv/1", &[], &with(&body, &json!({"names": {"en": "New"}}))).status, 200);
    push(sample, &integrator, "ptv/2", &[ANY], &body).problem(412, "precondition_failed");
    push(sample, &integrator, "ptv/2", &[("If-Match", "\"1\"")], &body).problem(412, "precondition_failed");
    registry.get(&format!("{}/ptv/2", sample.by_source())).problem(404, "not_found");
}

#[rstest]
fn two_objects_do_not_share_an_external_id(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let first = push(sample, &developer, "ptv/1", &[], &body).json();
    let second = push(sample, &developer, "ptv/2", &[], &body).json();
    let both = with(
        &body,
        &json!({"external_ids": [{"source": "own", "source_id": "x"}, {"source": "ptv", "source_id": "1"}]}),
    );
    let seq = registry.last_seq();
    for answer in [
        push(sample, &developer, "ptv/2", &[], &both),
        developer.write("PUT", &format!("{}/{}", sample.collection(), id(&second)), &[ANY], &both),
        developer.write("PATCH", &format!("{}/{}", sample.collection(), id(&second)), &[ANY], &both),
        developer.write("POST", sample.collection(), &[], &both),
        push(sample, &developer, "own/y", &[], &both),
    ] {
        let problem = answer.problem(409, "conflict");
        assert_eq!(problem["errors"][0]["pointer"], "/external_ids/1");
        assert_eq!(answer.codes_of_faults(), ["taken"]);
    }
    assert_eq!(registry.last_seq(), seq);
    // Pushed by a name that nobody has, it would take one that the first has.
    push(sample, &developer, "own/x", &[], &both).problem(409, "conflict");
    assert_eq!(registry.last_seq(), seq);
    // The first may be pushed by either of its names.
    developer.patch(&format!("{}/{}", sample.collection(), id(&first)), &json!({"external_ids": both["external_ids"]}));
    assert_eq!(id(&push(sample, &developer, "own/x", &[], &both).json()), id(&first));
    // The source calls it otherwise now: the id is free for another.
    developer.patch(&format!("{}/{}", sample.collection(), id(&first)), &json!({"external_ids": []}));
    assert_eq!(push(sample, &developer, "ptv/1", &[], &body).status, 201);
}

#[rstest]
fn an_id_of_the_path_counts_as_one_of_the_bodys(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let ids = |count: usize| -> Value {
        (0..count).map(|number| json!({"source": "own", "source_id": format!("{number}")})).collect()
    };
    let body = |count: usize| with(&sample.of_anyone(&developer), &json!({"external_ids": ids(count)}));
    let seq = |registry: &Registry| registry.items(sample.collection()).len();
    let before = seq(&registry);
    let answer = push(sample, &developer, "ptv/1", &[], &body(20));
    let problem = answer.problem(400, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/external_ids");
    assert_eq!(answer.codes_of_faults(), ["too_many_values"]);
    assert_eq!(seq(&registry), before);
    assert_eq!(push(sample, &developer, "own/3", &[], &body(20)).status, 201);
}

#[rstest]
fn a_source_and_its_ids_have_a_form(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let long = format!("ptv/{}", "x".repeat(201));
    let seq = registry.last_seq();
    for (external, parameter, code) in [
        ("PTV/1", "source", "malformed_value"),
        ("p/1", "source", "malformed_value"),
        ("1ptv/1", "source", "malformed_value"),
        ("a131052-308t/1", "source", "personal_identity_code"),
        ("ptv/%20", "source_id", "blank"),
        ("ptv/a%0D%0Ab", "source_id", "forbidden_character"),
        ("ptv/%00", "source_id", "forbidden_character"),
        ("ptv/%FF", "source_id", "forbidden_character"),
        ("ptv/%E2%80%AEa", "source_id", "forbidden_character"),
        ("ptv/%E2%80%8B", "source_id", "forbidden_character"),
        ("ptv/131052-308T", "source_id", "personal_identity_code"),
        (long.as_str(), "source_id", "too_long"),
    ] {
        for answer in [
            push(sample, &developer, external, &[], &body),
            developer.get(&format!("{}/{external}", sample.by_source())),
        ] {
            let problem = answer.problem(400, "invalid_request");
            assert_eq!(problem["errors"][0]["parameter"], parameter, "{external}");
            assert_eq!(answer.codes_of_faults(), [code], "{external}");
        }
    }
    assert_eq!(registry.last_seq(), seq);
    for external in ["ptv/%25", "ptv/..", "ptv/a%2F..%2Fb", "ptv/%2525", "ptv/%C3%A4", "ptv/+", "ptv/verify"] {
        let created = push(sample, &developer, external, &[], &body);
        assert_eq!(created.status, 201, "{external} {}", created.text());
        assert_eq!(registry.get(&format!("{}/{external}", sample.by_source())).body, created.body, "{external}");
    }
}

#[rstest]
fn a_verification_by_somebody_else_does_not_stop_the_next_push(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = organisation(&developer);
    let integrator = registry.sign_in("integrator", &[], Some(&own));
    let body = sample.body(&developer, &own);
    let created = push(sample, &integrator, "ptv/1", &[], &body).json();
    let verified = developer.send("POST", &format!("{}/{}/verify", sample.collection(), id(&created)), &[], "");
    assert_eq!(verified.status, 200, "{}", verified.text());
    let pushed = push(sample, &integrator, "ptv/1", &[], &with(&body, &json!({"names": {"en": "New"}})));
    assert_eq!((pushed.status, &pushed.json()["version"]), (200, &json!(3)));
    assert!(pushed.json()["verified_at"].is_string(), "a push does not undo a verification");
}

#[rstest]
fn what_is_only_to_be_made_is_not_replaced(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let absent = ("If-None-Match", "*");
    let created = push(sample, &developer, "ptv/1", &[absent], &body);
    assert_eq!(created.status, 201, "{}", created.text());
    push(sample, &developer, "ptv/1", &[absent], &with(&body, &json!({"names": {"en": "New"}})))
        .problem(412, "precondition_failed");
    let path = format!("{}/{}", sample.collection(), id(&created.json()));
    developer.write("PUT", &path, &[absent], &body).problem(412, "precondition_failed");
    assert_eq!(developer.json(&path)["version"], 1);
}

#[rstest]
fn what_only_the_registry_itself_writes_is_refused(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let path = developer.add(sample.collection(), &body);
    let marked = with(&body, &json!({"external_ids": [{"source": "demonstration", "source_id": "1"}]}));
    let seq = registry.last_seq();
    for answer in [
        developer.write("POST", sample.collection(), &[], &marked),
        developer.write("PUT", &path, &[ANY], &marked),
        developer.write("PATCH", &path, &[ANY], &json!({"external_ids": marked["external_ids"]})),
        push(sample, &developer, "own/1", &[], &marked),
        push(sample, &developer, "demonstration/1", &[], &body),
    ] {
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/external_ids/0/source");
        assert_eq!(answer.codes_of_faults(), ["reserved"]);
    }
    assert_eq!(registry.last_seq(), seq);
    registry.get(&format!("{}/demonstration/1", sample.by_source())).problem(404, "not_found");
}
