//! Entity tags, and answers that the caller has already.

use rstest::rstest;

use crate::support::{Database, Registry, Stage};

#[rstest]
fn every_resource_has_a_strong_etag_that_stands_for_its_body(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database);
    for operation in stage.contract.reads() {
        let target = operation.example_target();
        let (first, second) = (stage.get(&target), stage.get(&target));
        let etag = first.header("etag").unwrap_or_else(|| panic!("{target} has no ETag"));
        assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 20, "{target}: {etag}");
        assert_eq!(second.header("etag").as_ref(), Some(&etag), "{target}");
        assert_eq!(first.header("cache-control").as_deref(), Some("no-cache"), "{target}");
    }
    let registry = &stage.registry;
    let one = registry.get("/v1/regions/06").header("etag").unwrap();
    assert!(one.starts_with("\"1."), "an object's begins with its version: {one}");
    assert_ne!(Some(one), registry.get("/v1/regions/07").header("etag"));
}

#[rstest]
fn what_the_caller_has_is_not_sent_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    for operation in stage.contract.reads() {
        let target = operation.example_target();
        let etag = stage.get(&target).header("etag").unwrap();
        let having =
            [etag.clone(), "*".into(), format!("W/{etag}"), format!("\"other\", {etag}"), format!("\"a,b\",W/{etag}")];
        for have in having {
            let answer = stage.get_with(&target, &[("If-None-Match", &have)]);
            assert_eq!((answer.status, answer.body.len()), (304, 0), "{target} {have}");
            assert_eq!(answer.header("etag").as_ref(), Some(&etag), "{target} {have}");
        }
        let bare = etag.trim_matches('"');
        for have in ["\"other\"", "", bare, "\"*\""] {
            assert_eq!(stage.get_with(&target, &[("If-None-Match", have)]).status, 200, "{target} {have:?}");
        }
    }
}

#[rstest]
fn a_refusal_comes_before_304(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let have = [("If-None-Match", "*")];
    registry.get_with("/v1/regions/99", &have).problem(404, "not_found");
    registry.get_with("/v1/regions?x=1", &have).problem(400, "invalid_request");
}
