//! Nobody takes what is others', or gives away what must stay.

use rstest::rstest;
use serde_json::{Value, json};

use super::World;
use crate::support::session::{
    ANY, LOCATIONS, ORGANISATIONS, PROVIDERS, SERVICES, association, id, location_in, provider, with,
};
use crate::support::{Answer, Database, Registry};

#[rstest]
fn a_write_must_lie_within_reach_before_and_after(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let world = World::of(&registry);
    let editor = registry.sign_in("provider_editor", &[], Some(&world.own));
    let coordinator = registry.sign_in("regional_coordinator", &["region:01"], None);
    let (own, foreign) = (world.published(PROVIDERS, "own"), world.published(PROVIDERS, "foreign"));
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

#[rstest]
fn a_service_goes_with_its_provider(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let world = World::of(&registry);
    let editor = registry.sign_in("provider_editor", &[], Some(&world.own));
    let coordinator = registry.sign_in("regional_coordinator", &["region:01"], None);
    let (own, foreign) = (world.published(SERVICES, "own"), world.published(SERVICES, "foreign"));
    let (mine, theirs) = (&own.body["provider"], &foreign.body["provider"]);
    let seq = registry.last_seq();
    let denied = [
        // To take over, to give away, in somebody else's name.
        editor.write("PATCH", &foreign.path, &[ANY], &json!({"provider": mine})),
        editor.write("PATCH", &own.path, &[ANY], &json!({"provider": theirs})),
        coordinator.write("PATCH", &own.path, &[ANY], &json!({"provider": theirs})),
        editor.write("POST", SERVICES, &[], &with(&own.body, &json!({"provider": theirs, "external_ids": []}))),
        editor.write("PUT", "/v1/services/by-source/walk/foreign%20draft", &[ANY], &own.body),
        editor.write("PUT", "/v1/services/by-source/walk/new", &[], &with(&foreign.body, &json!({"external_ids": []}))),
    ];
    for (number, answer) in denied.iter().enumerate() {
        assert_eq!(answer.status, 403, "{number}: {}", answer.text());
        answer.problem(403, "forbidden");
    }
    assert_eq!(registry.last_seq(), seq);
    // Where it is given does not decide: everyone may give support in anyone's house.
    let house = &foreign.body["locations"];
    assert_eq!(editor.patch(&own.path, &json!({"locations": house}))["version"], 2);
    // What becomes of its provider becomes of it.
    let provider = format!("{PROVIDERS}/{}", mine.as_str().unwrap());
    world.developer.patch(&provider, &json!({"organisation": world.foreign, "regions": ["02"]}));
    for session in [&editor, &coordinator] {
        session.write("PATCH", &own.path, &[ANY], &json!({"origin": "new"})).problem(403, "forbidden");
    }
    let new_owner = registry.sign_in("integrator", &[], Some(&world.foreign));
    assert_eq!(new_owner.patch(&own.path, &json!({"origin": "new"}))["version"], 3);
}

#[rstest]
fn a_location_is_changed_by_who_keeps_it_and_in_the_region_where_it_lies(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let world = World::of(&registry);
    let editor = registry.sign_in("provider_editor", &[], Some(&world.own));
    let coordinator = registry.sign_in("regional_coordinator", &["region:01"], None);
    let (own, foreign) = (world.published(LOCATIONS, "own"), world.published(LOCATIONS, "foreign"));
    let nobodys =
        |municipality: &str| with(&location_in("Tori", &world.own, municipality), &json!({"organisation": null}));
    let seq = registry.last_seq();
    let denied = [
        editor.write("PATCH", &foreign.path, &[ANY], &json!({"organisation": world.own})),
        coordinator.write("PATCH", &foreign.path, &[ANY], &json!({"address": {"municipality": "091"}})),
        editor.write("PATCH", &own.path, &[ANY], &json!({"organisation": world.foreign})),
        editor.write("PATCH", &own.path, &[ANY], &json!({"organisation": null})),
        coordinator.write("PATCH", &own.path, &[ANY], &json!({"address": {"municipality": "853"}})),
        editor.write("POST", LOCATIONS, &[], &nobodys("091")),
        coordinator.write("POST", LOCATIONS, &[], &nobodys("853")),
    ];
    for (number, answer) in denied.iter().enumerate() {
        assert_eq!(answer.status, 403, "{number}: {}", answer.text());
        answer.problem(403, "forbidden");
    }
    assert_eq!(registry.last_seq(), seq);
    // What nobody keeps is its region's.
    let path = coordinator.add(LOCATIONS, &nobodys("091"));
    editor.write("PATCH", &path, &[ANY], &json!({"phone": "+358295000"})).problem(403, "forbidden");
    assert_eq!(coordinator.patch(&path, &json!({"organisation": world.own}))["version"], 2);
    assert_eq!(editor.patch(&path, &json!({"address": {"municipality": "853"}}))["version"], 3);
    coordinator.write("PATCH", &path, &[ANY], &json!({"phone": "+358295000"})).problem(403, "forbidden");
}

#[rstest]
fn a_location_that_comes_with_a_service_is_written_by_whom_it_would_be_alone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let world = World::of(&registry);
    let coordinator = registry.sign_in("regional_coordinator", &["region:01"], None);
    let editor = registry.sign_in("provider_editor", &[], Some(&world.own));
    let (own, foreign) = (world.published(LOCATIONS, "own"), world.published(LOCATIONS, "foreign"));
    let base = with(&world.published(SERVICES, "own").body, &json!({"external_ids": []}));
    let at = |new: Value| with(&base, &json!({"locations": [{"new_location": new}]}));
    let seq = registry.last_seq();
    let denied = [
        coordinator.write("POST", SERVICES, &[], &at(location_in("Torppa", &world.own, "853"))),
        editor.write("POST", SERVICES, &[], &at(location_in("Torppa", &world.foreign, "091"))),
    ];
    for answer in denied {
        answer.problem(403, "forbidden");
    }
    assert_eq!(registry.last_seq(), seq);
    // One that another organisation keeps already is as that says; one's own is as the service says.
    for (known, renamed) in [(foreign, false), (own, true)] {
        let new = with(&known.body, &json!({"names": {"fi": "Uusi nimi"}}));
        let created = editor.create(SERVICES, &at(new));
        assert_eq!(created["locations"][0]["location"]["id"], id(&registry.json(&known.path)));
        assert_eq!(registry.json(&known.path)["names"]["fi"] == "Uusi nimi", renamed);
    }
}
