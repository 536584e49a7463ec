//! Many who write at once, also by several processes: nobody's change is lost, and the log has one order.

use std::sync::mpsc;
use std::thread;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::program::{self, Serving};
use crate::support::sample::Sample;
use crate::support::session::{LOCATIONS, POINTS, PROVIDERS, SERVICES, id, service, with};
use crate::support::writer::{self, Writer};
use crate::support::{Database, Registry};

fn writer(registry: &Registry) -> Writer {
    Writer::sign_in(registry.address, &writer::credentials(registry.database_url()))
}

fn seqs(changes: &[Value]) -> Vec<i64> {
    changes.iter().map(|change| change["seq"].as_i64().unwrap()).collect()
}

/// What so many threads come to that do something at the same time, each knowing its number.
fn at_once<T: Send>(count: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let act = &act;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|number| scope.spawn(move || act(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Reads the feed by its waits until it has seen so many changes, while they are made.
fn follow(writer: &Writer, mut after: i64, expected: usize) -> Vec<i64> {
    let mut seen = Vec::new();
    while seen.len() < expected {
        let page = writer.json(&format!("/v1/changes?after={after}&limit=7&wait=30"));
        let items = page["items"].as_array().unwrap();
        assert!(!items.is_empty(), "a wait of thirty seconds ended without a change");
        seen.extend(seqs(items));
        after = page["last_seq"].as_i64().unwrap();
    }
    seen
}

#[rstest]
fn of_fifty_who_change_the_same_version_one_wins(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let created = developer.write("POST", sample.collection(), &[], &sample.of_anyone(&developer));
    let path = format!("{}/{}", sample.collection(), id(&created.json()));
    let etag = created.header("etag").unwrap();
    let seen = [("If-Match", etag.as_str())];
    let (developer, path) = (&developer, &path);
    let statuses = at_once(50, |number| {
        let change = json!({"names": {"sv": format!("Bibliotek {number}")}});
        developer.write("PATCH", path, &seen, &change).status
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 49, "{statuses:?}");
    assert_eq!(registry.json(path)["version"], 2);
    assert_eq!(registry.items(&format!("{path}/history")).len(), 2);
}

/// A published service of a provider at one new location, as it is written.
fn with_new_location(provider: &str, name: &str, source_id: &str) -> Value {
    let new = json!({
        "names": {"fi": name}, "address": {"municipality": "091"},
        "external_ids": [{"source": "own", "source_id": source_id}]
    });
    with(&service(name, provider, &[]), &json!({"locations": [{"new_location": new}]}))
}

#[rstest]
fn services_that_come_at_once_with_their_locations_are_all_there(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let giver = id(&developer.create(PROVIDERS, &Sample::Provider.of_anyone(&developer))).to_owned();
    let start = registry.last_seq();
    let developer = &developer;
    let answers = at_once(40, |number| {
        let body = with_new_location(&giver, &format!("Digituki {number}"), &number.to_string());
        developer.write("POST", SERVICES, &[], &body)
    });
    assert!(answers.iter().all(|answer| answer.status == 201));
    // Each with its location, and no change of another one between the two.
    let changes = registry.json(&format!("/v1/changes?after={start}&limit=500"))["items"].take();
    let changes = changes.as_array().unwrap();
    assert_eq!(seqs(changes), (start + 1..=start + 80).collect::<Vec<_>>());
    for two in changes.chunks(2) {
        assert_eq!((&two[0]["noun"], &two[1]["noun"]), (&json!("location"), &json!("service")));
        assert_eq!(two[1]["data"]["locations"][0]["location"]["id"], two[0]["id"]);
    }
    assert_eq!((registry.items(LOCATIONS).len(), registry.items(POINTS).len()), (40, 40));
}

#[rstest]
fn who_asks_for_a_point_while_others_ask_for_theirs_is_told_of_that_one(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let giver = id(&developer.create(PROVIDERS, &Sample::Provider.of_anyone(&developer))).to_owned();
    for number in 0..8 {
        let name = format!("Digituki {number}");
        developer.create(SERVICES, &with_new_location(&giver, &name, &number.to_string()));
    }
    let points = registry.items(POINTS);
    assert_eq!(points.len(), 8);
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    let answers = at_once(80, |number| match points.get(number % 10) {
        Some(point) => {
            let answer = registry.get(&format!("{POINTS}/{}", id(point)));
            (answer.status, answer.json()["service"]["names"]["fi"] == point["service"]["names"]["fi"])
        }
        // Two of ten ask for what is not there.
        None => (registry.get(&format!("{POINTS}/{nobody}")).status, false),
    });
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer, if number % 10 < 8 { (200, true) } else { (404, false) });
    }
}

#[rstest]
fn of_one_location_that_comes_with_many_services_at_once_there_is_one(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let giver = id(&developer.create(PROVIDERS, &Sample::Provider.of_anyone(&developer))).to_owned();
    let developer = &developer;
    let answers =
        at_once(20, |_| developer.write("POST", SERVICES, &[], &with_new_location(&giver, "Digituki", "the same")));
    assert!(answers.iter().all(|answer| answer.status == 201));
    assert_eq!((registry.items(LOCATIONS).len(), registry.items(POINTS).len()), (1, 20));
}

#[rstest]
fn of_many_at_once_those_that_are_refused_leave_nothing_behind(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let giver = id(&developer.create(PROVIDERS, &Sample::Provider.of_anyone(&developer))).to_owned();
    developer.create(SERVICES, &with_new_location(&giver, "Digituki", "taken"));
    let start = registry.last_seq();
    let developer = &developer;
    let statuses = at_once(20, |number| {
        let mut body = with_new_location(&giver, &format!("Digituki {number}"), &number.to_string());
        if number % 2 == 1 {
            // What is wrong with the second location is found when the first one has been written.
            let mut second = body["locations"][0].clone();
            second["new_location"]["external_ids"] = json!([{"source": "own", "source_id": format!("other {number}")}, {"source": "own", "source_id": "taken"}]);
            body["locations"].as_array_mut().unwrap().push(second);
        }
        developer.write("POST", SERVICES, &[], &body).status
    });
    assert_eq!(statuses, [201, 409].repeat(10));
    assert_eq!((registry.items(LOCATIONS).len(), registry.items(POINTS).len()), (11, 11));
    let changes = registry.json(&format!("/v1/changes?after={start}&limit=500"))["items"].take();
    assert_eq!(seqs(changes.as_array().unwrap()), (start + 1..=start + 20).collect::<Vec<_>>());
    let verified = program::run(&["verify"], &[("DATABASE_URL", registry.database_url())]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn what_cannot_be_committed_is_acknowledged_to_nobody() {
    let registry = Registry::start(Database::Postgres);
    let writer = &writer(&registry);
    registry.place().execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN RAISE EXCEPTION ''No space left on device''; END'; \
         CREATE CONSTRAINT TRIGGER refusal AFTER INSERT ON providers DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW WHEN (NEW.folded_names = 'raskas') EXECUTE FUNCTION refuse()",
    );
    let answers = at_once(30, |number| {
        let name = if number % 10 == 3 { "Raskas".to_owned() } else { format!("Kirjasto {number}") };
        (name.clone(), writer.try_create(&format!("key-{number}"), &name).unwrap())
    });
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|(_, answer)| answer.status == 201);
    assert!(done.iter().all(|(name, _)| name != "Raskas"));
    for (_, answer) in &refused {
        answer.problem(507, "insufficient_storage");
    }
    assert_eq!(registry.place().number("SELECT COUNT(*) AS value FROM providers"), i64::try_from(done.len()).unwrap());
    let verified = program::run(&["verify"], &[("DATABASE_URL", registry.database_url())]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn of_one_location_that_comes_by_two_processes_there_is_one() {
    let place = Database::Postgres.loaded();
    let servers = [Serving::start_quietly(place.url()), Serving::start_quietly(place.url())];
    let first = Writer::sign_in(servers[0].address, &writer::credentials(place.url()));
    let second = first.at(servers[1].address);
    let giver = id(&first.create("Antaja").json()).to_owned();
    let json = [("Content-Type", "application/json")];
    let statuses = at_once(20, |number| {
        let writer = if number % 2 == 0 { &first } else { &second };
        let body = with_new_location(&giver, "Digituki", "the same").to_string();
        writer.try_send("POST", SERVICES, &json, body).unwrap().status
    });
    assert_eq!(statuses, [201; 20]);
    assert_eq!(place.number("SELECT COUNT(*) AS value FROM locations"), 1);
    assert_eq!(place.number("SELECT COUNT(*) AS value FROM service_points"), 20);
}

#[rstest]
fn of_two_that_are_merged_into_each_other_at_once_one_remains(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let paths = ["Yksi", "Toinen"]
        .map(|name| developer.add(sample.collection(), &with(&body, &json!({"names": {"fi": name}}))));
    let (developer, paths) = (&developer, &paths);
    let mut statuses = at_once(10, |number| developer.merge(&paths[number % 2], &paths[(number + 1) % 2]).status);
    statuses.sort_unstable();
    assert_eq!(statuses, [[200].as_slice(), &[409; 9]].concat());
    let mut found = paths.each_ref().map(|path| registry.get(path).status);
    found.sort_unstable();
    assert_eq!(found, [200, 301]);
}

#[rstest]
fn two_hundred_at_once_are_all_created_and_the_feed_misses_none(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let writer = writer(&registry);
    let start = writer.last_seq();
    let seen = thread::scope(|scope| {
        let reader = scope.spawn(|| follow(&writer, start, 200));
        for number in 0..200 {
            let writer = &writer;
            scope.spawn(move || writer.create(&format!("Kirjasto {number}")));
        }
        reader.join().unwrap()
    });
    assert_eq!(seen, (start + 1..=start + 200).collect::<Vec<_>>());
    assert_eq!(registry.place().number("SELECT COUNT(*) AS value FROM providers"), 200);
}

#[test]
fn two_processes_over_one_postgresql_keep_one_order() {
    let place = Database::Postgres.loaded();
    let servers = [Serving::start_quietly(place.url()), Serving::start_quietly(place.url())];
    let first = Writer::sign_in(servers[0].address, &writer::credentials(place.url()));
    let second = first.at(servers[1].address);
    let start = first.last_seq();
    let (seen, seen_by_other) = thread::scope(|scope| {
        let reader = scope.spawn(|| follow(&first, start, 200));
        let other = scope.spawn(|| follow(&second, start, 200));
        for number in 0..200 {
            let writer = if number % 2 == 0 { &first } else { &second };
            scope.spawn(move || writer.create(&format!("Kirjasto {number}")));
        }
        (reader.join().unwrap(), other.join().unwrap())
    });
    let all: Vec<i64> = (start + 1..=start + 200).collect();
    assert_eq!((seen, seen_by_other), (all.clone(), all));
    let verified = program::run(&["verify"], &[("DATABASE_URL", place.url())]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[rstest]
fn the_same_request_at_the_same_time_is_done_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let writer = writer(&registry);
    let answers: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..20).map(|_| scope.spawn(|| writer.try_create("the-same-key", "Kirjasto").unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let created: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!created.is_empty());
    assert!(created.iter().all(|answer| answer.body == created[0].body));
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "request_in_progress");
    }
    assert_eq!(registry.place().number("SELECT COUNT(*) AS value FROM providers"), 1);
}

#[test]
fn readers_go_on_while_a_writer_waits_for_a_locked_file() {
    let registry = Registry::start(Database::Sqlite);
    let writer = writer(&registry);
    let mut other = registry.place().sqlite();
    diesel::connection::SimpleConnection::batch_execute(&mut other, "BEGIN IMMEDIATE").unwrap();
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| tell.send(writer.create("Kirjasto").status).unwrap());
        for _ in 0..20 {
            assert_eq!(registry.get("/v1/regions").status, 200);
        }
        diesel::connection::SimpleConnection::batch_execute(&mut other, "COMMIT").unwrap();
        assert_eq!(told.recv().unwrap(), 201);
    });
}
