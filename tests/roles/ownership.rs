//! Nobody takes what is others', or gives away what must stay.

use rstest::rstest;
use serde_json::{Value, json};

use super::World;
use crate::support::session::{ANY, ORGANISATIONS, PROVIDERS, association, provider, with};
use crate::support::{Answer, Database, Registry};

#[rstest]
fn a_write_must_lie_within_reach_before_and_after(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let world = World::of(&registry);
    let editor = registry.sign_in("provider_editor", &[], Some(&world.own));
    let coordinator = registry.sign_in("regional_coordinator", &["region:01"], None);
    let find = |kind: &str| world.providers.iter().find(|thing| thing.kind == kind && thing.sight.published).unwrap();
    let (own, foreign) = (find("own"), find("foreign"));
    let theirs: Value = with(&foreign.body, &json!({"organisation": world.own}));
    let seq = registry.last_seq();
    let denied: Vec<Answer> = vec![
        // To take over, in one go.
        editor.write("PATCH", &foreign.path, &[ANY], &json!({"organisation": world.own})),
        editor.write("PUT", &foreign.path, &[ANY], &theirs),
        editor.write("PUT", "/v1/providers/by-source/walk/foreign%20published", &[ANY], &theirs),
        editor.write("PUT", "/v1/providers/by-source/walk/foreign%20published", &[], &theirs),
        editor.write("PUT", "/v1/providers/by-source/walk/foreign%20draft", &[], &theirs),
        coordinator.write("PATCH", &foreign.path, &[ANY], &json!({"regions": ["01"]})),
        coordinator.write("PATCH", &foreign.path, &[ANY], &json!({"municipality": "091"})),
        // To give away.
        editor.write("PATCH", &own.path, &[ANY], &json!({"organisation": world.foreign})),
        coordinator.write("PATCH", &own.path, &[ANY], &json!({"regions": ["02"]})),
        coordinator.write("PATCH", &own.path, &[ANY], &json!({"regions": []})),
        // In somebody else's name.
        editor.write("POST", PROVIDERS, &[], &provider("Vieras", &world.foreign, "01")),
        editor.write("PUT", "/v1/providers/by-source/walk/new", &[], &provider("Vieras", &world.foreign, "01")),
        coordinator.write("POST", PROVIDERS, &[], &provider("Vieras", &world.foreign, "02")),
        // Whose it is comes before what was seen of it.
        editor.write("PATCH", &foreign.path, &[("If-Match", "\"77\"")], &json!({})),
        editor.send("DELETE", &foreign.path, &[("If-Match", "\"77\"")], ""),
        editor.send("POST", &format!("{}/verify", foreign.path), &[("If-Match", "\"77\"")], ""),
    ];
    for (number, answer) in denied.iter().enumerate() {
        assert_eq!(answer.status, 403, "{number}: {}", answer.text());
        answer.problem(403, "forbidden");
    }
    assert_eq!(registry.last_seq(), seq);
    assert_eq!(registry.json(&foreign.path)["organisation"]["id"], world.foreign);
    // Within reach.
    assert_eq!(editor.patch(&own.path, &json!({"regions": ["02"]}))["version"], 2);
    coordinator.write("PATCH", &own.path, &[ANY], &json!({"origin": "new"})).problem(403, "forbidden");
    assert_eq!(editor.patch(&own.path, &json!({"regions": [], "municipality": "091"}))["version"], 3);
    assert_eq!(coordinator.patch(&own.path, &json!({"regions": ["02"]}))["version"], 4);
}

#[rstest]
fn the_region_of_a_seat_counts_as_a_region(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let world = World::of(&registry);
    let expert = registry.sign_in("regional_expert", &["region:01", "region:19"], None);
    let seated = |municipality: &str| {
        with(
            &provider("Toimisto", &world.foreign, "02"),
            &json!({"regions": [], "municipality": municipality, "offer_status": "draft"}),
        )
    };
    let path = expert.add(PROVIDERS, &seated("698"));
    assert_eq!(expert.get(&path).status, 200);
    expert.write("POST", PROVIDERS, &[], &seated("853")).problem(403, "forbidden");
    let neighbour = registry.sign_in("regional_expert", &["region:02"], None);
    neighbour.get(&path).problem(404, "not_found");
    neighbour.send("DELETE", &path, &[ANY], "").problem(404, "not_found");
    world.developer.patch(&path, &json!({"municipality": "853"}));
    assert_eq!(neighbour.get(&path).status, 200);
    expert.get(&path).problem(404, "not_found");
}

#[rstest]
fn an_organisation_is_changed_in_its_region_and_by_itself(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let world = World::of(&registry);
    let coordinator = registry.sign_in("regional_coordinator", &["region:01"], None);
    let editor = registry.sign_in("provider_editor", &[], Some(&world.own));
    let own = format!("{ORGANISATIONS}/{}", world.own);
    for (session, body, status) in [
        (&coordinator, association("Maakunnan ry", "region:01"), 201),
        (&coordinator, association("Kunnan ry", "municipality:091"), 201),
        (&coordinator, association("Muualla ry", "region:02"), 403),
        (&coordinator, association("Muualla kunnassa ry", "municipality:853"), 403),
        (&coordinator, association("Piirin ry", "hospital_district:25"), 403),
        (&coordinator, with(&association("Missä ry", ""), &json!({"area": null})), 403),
        (&editor, association("Oma ry", "region:01"), 403),
    ] {
        let answer = session.write("POST", ORGANISATIONS, &[], &body);
        assert_eq!(answer.status, status, "{body} {}", answer.text());
    }
    assert_eq!(editor.patch(&own, &json!({"names": {"sv": "Egen rf"}}))["version"], 2);
    assert_eq!(coordinator.patch(&own, &json!({"names": {"en": "Own"}}))["version"], 3);
    coordinator.write("PATCH", &own, &[ANY], &json!({"area": "region:02"})).problem(403, "forbidden");
    editor.patch(&own, &json!({"area": "region:02"}));
    coordinator.write("PATCH", &own, &[ANY], &json!({"names": {"en": "Own"}})).problem(403, "forbidden");
}
