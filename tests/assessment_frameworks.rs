//! Assessment frameworks: how a version comes about, what becomes of criteria, and that what is published stays.

use digituki_domain::role::Role;
use digituki_domain::vocabulary::Vocabulary as _;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::session::{ANY, Session, association, id, with};
use crate::support::{Answer, Contract, Database, Registry};

pub(crate) const FRAMEWORKS: &str = "/v1/assessment-frameworks";

fn text(words: &str) -> Value {
    json!({"fi": words, "sv": words, "en": words})
}

fn criterion(code: &str) -> Value {
    let levels: Vec<Value> = (1..=5).map(|level| json!({"level": level, "anchors": text("Taso")})).collect();
    json!({
        "code": code, "names": text(code), "guidance": text("Ohje"), "weight": 10, "levels": levels,
        "metrics": ["service_points"]
    })
}

/// A framework of self-assessment, as it is written: its criteria belong to the goals one after the other.
pub(crate) fn framework(key: &str, criteria: &[&str]) -> Value {
    let goals = ["active_network", "situational_picture", "provision_meets_need", "sufficient_communication"];
    let of_goal = |number: usize| -> Vec<Value> {
        criteria.iter().skip(number).step_by(goals.len()).map(|code| criterion(code)).collect()
    };
    let goals = goals.iter().enumerate().map(|(number, goal)| json!({"goal": goal, "criteria": of_goal(number)}));
    let goals: Vec<Value> = goals.filter(|goal| goal["criteria"] != json!([])).collect();
    json!({
        "key": key, "assessment_kind": "self", "names": text("Periaatteet"), "descriptions": null, "proposal": true,
        "predecessor": null, "goals": goals, "mapping": []
    })
}

/// The version after another one; each line of the mapping is its change, where it goes from and where it leads.
pub(crate) fn successor(
    key: &str,
    predecessor: &str,
    criteria: &[&str],
    mapping: &[(&str, &[&str], &[&str])],
) -> Value {
    let mapping: Vec<Value> =
        mapping.iter().map(|(change, from, to)| json!({"change": change, "from": from, "to": to})).collect();
    with(&framework(key, criteria), &json!({"predecessor": predecessor, "mapping": mapping}))
}

/// Adds a framework; gives its address.
#[track_caller]
pub(crate) fn add(developer: &Session, body: &Value) -> String {
    format!("{FRAMEWORKS}/{}", developer.create(FRAMEWORKS, body)["key"].as_str().unwrap())
}

pub(crate) fn step(session: &Session, path: &str, event: &str) -> Answer {
    session.write("POST", &format!("{path}/transitions"), &[], &json!({"event": event}))
}

/// Adds a framework and takes steps with it; gives its address.
#[track_caller]
pub(crate) fn taken_to(developer: &Session, body: &Value, events: &[&str]) -> String {
    let path = add(developer, body);
    for event in events {
        let answer = step(developer, &path, event);
        assert_eq!(answer.status, 200, "{event}: {}", answer.text());
    }
    path
}

#[track_caller]
pub(crate) fn published(developer: &Session, body: &Value) -> String {
    taken_to(developer, body, &["open_for_comments", "publish"])
}

fn comment(session: &Session, path: &str, region: &str, criterion: Option<&str>) -> Answer {
    let body = json!({"region": region, "criterion": criterion, "texts": {"fi": "Tasot ovat lähellä toisiaan."}});
    session.write("POST", &format!("{path}/comments"), &[], &body)
}

/// The places of an answer's faults, each with its code.
fn faults(answer: &Answer) -> Vec<String> {
    let told = answer.json();
    let errors = told["errors"].as_array().cloned().unwrap_or_default();
    errors
        .iter()
        .map(|error| format!("{} {}", error["pointer"].as_str().unwrap_or("?"), error["code"].as_str().unwrap()))
        .collect()
}

#[rstest]
fn a_framework_is_drafted_commented_on_by_regions_and_published(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let ministry = registry.sign_in("ministry", &[], None);
    let coordinator = registry.sign_in("regional_coordinator", &["region:01", "region:02"], None);
    let path = add(&developer, &framework("own-1", &["membership", "activity"]));
    for (session, sees) in [(&ministry, true), (&developer, true), (&coordinator, false), (&registry.public(), false)] {
        assert_eq!(session.get(&path).status, if sees { 200 } else { 404 });
        let listed = session.items(&format!("{FRAMEWORKS}?framework_status=draft"));
        assert_eq!(listed.len(), usize::from(sees), "a draft");
    }
    comment(&coordinator, &path, "01", None).problem(404, "not_found");
    let early = step(&developer, &path, "publish");
    early.problem(409, "conflict");
    assert_eq!(faults(&early), ["/event illegal_step"]);

    assert_eq!(step(&developer, &path, "open_for_comments").json()["framework_status"], "commented");
    let expert = registry.sign_in("regional_expert", &["region:19"], None);
    for (session, region, criterion) in
        [(&coordinator, "01", Some("activity")), (&coordinator, "02", None), (&expert, "19", Some("membership"))]
    {
        let answer = comment(session, &path, region, criterion);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let told = registry.public().json(&path);
    let comments = told["comments"].as_array().unwrap();
    let of: Vec<_> = comments.iter().map(|comment| (&comment["region"]["code"], &comment["criterion"])).collect();
    let (one, two) = (json!("activity"), json!("membership"));
    assert_eq!(of, [(&json!("01"), &one), (&json!("02"), &Value::Null), (&json!("19"), &two)]);
    assert_eq!(comments[0]["region"]["names"]["sv"], "Nyland");
    assert!(!told.to_string().contains(&coordinator.client_id), "who wrote it is not kept");
    let unknown = comment(&coordinator, &path, "01", Some("another"));
    assert_eq!((unknown.status, faults(&unknown)), (400, vec!["/criterion unknown_value".to_owned()]));
    comment(&coordinator, &path, "19", None).problem(403, "forbidden");
    comment(&coordinator, &path, "x", None).problem(400, "invalid_request");
    comment(&developer, &path, "01", None).problem(403, "forbidden");
    comment(&ministry, &path, "01", None).problem(403, "forbidden");
    comment(&registry.public(), &path, "01", None).problem(401, "unauthenticated");

    let version = |comment: &Value| comment["framework_version"].as_u64().unwrap();
    assert_eq!(comments.iter().map(version).collect::<Vec<_>>(), [2, 3, 4], "each says of which version it was said");
    for _ in 0..19 {
        assert_eq!(comment(&coordinator, &path, "02", None).status, 200);
    }
    let heard = comment(&coordinator, &path, "02", None);
    assert_eq!((heard.status, faults(&heard)), (409, vec!["/region too_many_values".to_owned()]));
    assert_eq!(comment(&coordinator, &path, "01", None).status, 200, "the others are heard");

    let changed = developer.write("PATCH", &path, &[ANY], &json!({"proposal": false}));
    assert_eq!((changed.status, faults(&changed)), (409, vec!["/proposal illegal_step".to_owned()]));
    developer.send("DELETE", &path, &[ANY], "").problem(409, "conflict");
    assert_eq!(step(&developer, &path, "revise").json()["framework_status"], "draft");
    registry.public().get(&path).problem(404, "not_found");
    assert_eq!(developer.patch(&path, &json!({"proposal": false}))["comments"].as_array().unwrap().len(), 23);
    step(&developer, &path, "open_for_comments");
    assert_eq!(step(&developer, &path, "publish").json()["framework_status"], "published");
    comment(&coordinator, &path, "01", None).problem(403, "forbidden");
    assert_eq!(step(&developer, &path, "retire").json()["framework_status"], "retired");
    let told = registry.public().json(&path);
    let events: Vec<_> = told["steps"].as_array().unwrap().iter().map(|step| step["event"].clone()).collect();
    assert_eq!(events, ["open_for_comments", "revise", "open_for_comments", "publish", "retire"]);
    assert_eq!(developer.items(&format!("{path}/history")).len(), 30);
}

#[rstest]
fn a_framework_takes_a_hundred_steps_and_no_more(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = add(&developer, &framework("own-1", &["membership"]));
    for event in ["open_for_comments", "revise"].iter().cycle().take(100) {
        assert_eq!(step(&developer, &path, event).status, 200);
    }
    let more = step(&developer, &path, "open_for_comments");
    assert_eq!((more.status, faults(&more)), (409, vec![" too_many_values".to_owned()]));
    assert_eq!(developer.json(&path)["steps"].as_array().unwrap().len(), 100);
}

#[rstest]
fn what_is_wrong_with_a_framework_is_named_by_pointer(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let whole = framework("own-1", &["membership", "activity", "sources", "plan", "meetings"]);
    let table: [(&str, Value, &[&str]); 14] = [
        ("/goals/0/criteria/0/levels/0/level", json!(0), &["/goals/0/criteria/0/levels/0/level out_of_range"]),
        ("/goals/0/criteria/0/levels/4/level", json!(6), &["/goals/0/criteria/0/levels/4/level out_of_range"]),
        (
            "/goals/0/criteria/0/levels/4/level",
            json!(1),
            &["/goals/0/criteria/0/levels missing_field", "/goals/0/criteria/0/levels/4/level repeated_value"],
        ),
        (
            "/goals/0/criteria/1/levels/2/anchors/sv",
            json!(null),
            &["/goals/0/criteria/1/levels/2/anchors/sv missing_field"],
        ),
        ("/goals/0/criteria/0/weight", json!(0), &["/goals/0/criteria/0/weight out_of_range"]),
        ("/goals/0/criteria/0/weight", json!(101), &["/goals/0/criteria/0/weight out_of_range"]),
        ("/goals/1/criteria/0/code", json!("membership"), &["/goals/1/criteria/0/code repeated_value"]),
        ("/goals/1/criteria/0/code", json!("Not a code"), &["/goals/1/criteria/0/code malformed_value"]),
        ("/goals/1/goal", json!("active_network"), &["/goals/1/goal repeated_value"]),
        ("/goals/1/goal", json!("another_goal"), &["/goals/1/goal unknown_value"]),
        ("/goals", json!([]), &["/goals needed_to_publish"]),
        ("/assessment_kind", json!("supply"), &["/assessment_kind unknown_value"]),
        ("/predecessor", json!("no-such-framework"), &["/predecessor unknown_value"]),
        ("/mapping", json!([{"change": "new", "from": [], "to": ["membership"]}]), &["/mapping excluded"]),
    ];
    for (place, value, expected) in table {
        let mut body = whole.clone();
        *body.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value;
        let answer = developer.write("POST", FRAMEWORKS, &[], &body);
        assert_eq!((answer.status, faults(&answer).as_slice()), (400, expected.map_to_strings().as_slice()), "{place}");
    }
    assert_eq!(developer.items(&format!("{FRAMEWORKS}?framework_status=draft")), Vec::<Value>::new());
    let path = add(&developer, &whole);
    let again = developer.write("POST", FRAMEWORKS, &[], &whole);
    assert_eq!((again.status, faults(&again)), (409, vec!["/key taken".to_owned()]));
    let renamed = developer.write("PUT", &path, &[ANY], &with(&whole, &json!({"key": "own-2"})));
    assert_eq!((renamed.status, faults(&renamed)), (400, vec!["/key unknown_value".to_owned()]));
    developer.delete(&path);
    developer.get(&path).problem(404, "not_found");
}

trait Strings {
    fn map_to_strings(&self) -> Vec<String>;
}

impl Strings for &[&str] {
    fn map_to_strings(&self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}

#[rstest]
fn a_version_says_what_became_of_each_criterion_before_it_is_published(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let first = framework("own-1", &["aa", "bb", "cc"]);
    let draft = add(&developer, &first);
    let next = successor("own-2", "own-1", &["aa", "b1", "b2"], &[("kept", &["aa"], &["aa"])]);
    let early = developer.write("POST", FRAMEWORKS, &[], &next);
    assert_eq!((early.status, faults(&early)), (400, vec!["/predecessor needed_to_publish".to_owned()]));
    for event in ["open_for_comments", "publish"] {
        assert_eq!(step(&developer, &draft, event).status, 200);
    }
    for (mapping, expected) in [
        (json!([{"change": "kept", "from": ["zz"], "to": ["aa"]}]), "/mapping/0/from/0 unknown_value"),
        (json!([{"change": "kept", "from": ["aa"], "to": ["cc"]}]), "/mapping/0/to/0 unknown_value"),
        (json!([{"change": "kept", "from": ["aa", "bb"], "to": ["aa"]}]), "/mapping/0/from out_of_range"),
        (json!([{"change": "split", "from": ["bb"], "to": ["b1"]}]), "/mapping/0/to out_of_range"),
        (
            json!([{"change": "kept", "from": ["aa"], "to": ["aa"]}, {"change": "dropped", "from": ["aa"], "to": []}]),
            "/mapping/1/from/0 repeated_value",
        ),
        (json!([{"change": "joined", "from": ["bb", "bb"], "to": ["b1"]}]), "/mapping/0/from repeated_value"),
    ] {
        let answer = developer.write("POST", FRAMEWORKS, &[], &with(&next, &json!({"mapping": mapping})));
        assert_eq!((answer.status, faults(&answer).first().map(String::as_str)), (400, Some(expected)), "{mapping}");
    }
    let of_another_kind = developer.write("POST", FRAMEWORKS, &[], &with(&next, &json!({"assessment_kind": "need"})));
    assert_eq!(
        (of_another_kind.status, faults(&of_another_kind)),
        (400, vec!["/assessment_kind contradictory".into()])
    );

    let path = taken_to(&developer, &next, &["open_for_comments"]);
    let incomplete = step(&developer, &path, "publish");
    assert_eq!(faults(&incomplete), vec!["/mapping needed_to_publish"; 4]);
    let told = incomplete.json()["errors"].to_string();
    assert!(["\\\"bb\\\"", "\\\"cc\\\"", "\\\"b1\\\"", "\\\"b2\\\""].iter().all(|code| told.contains(code)), "{told}");
    step(&developer, &path, "revise");
    let complete = successor(
        "own-2",
        "own-1",
        &["aa", "b1", "b2"],
        &[("kept", &["aa"], &["aa"]), ("split", &["bb"], &["b1", "b2"]), ("dropped", &["cc"], &[])],
    );
    let answer = developer.write("PUT", &path, &[ANY], &complete);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let rival = taken_to(&developer, &with(&complete, &json!({"key": "own-2b"})), &["open_for_comments"]);
    assert_eq!(developer.json(&draft)["successor"], Value::Null);
    for event in ["open_for_comments", "publish"] {
        assert_eq!(step(&developer, &path, event).status, 200);
    }
    let second = step(&developer, &rival, "publish");
    assert_eq!((second.status, faults(&second)), (409, vec!["/predecessor taken".to_owned()]));
    assert_eq!(developer.json(&draft)["successor"], "own-2");
    let followers = developer.items(&format!("{FRAMEWORKS}?predecessor=own-1"));
    assert_eq!(followers.iter().map(|each| each["key"].clone()).collect::<Vec<_>>(), ["own-2", "own-2b"]);
    registry.public().get(&format!("{FRAMEWORKS}?predecessor=no-such")).problem(400, "invalid_request");
}

#[rstest]
fn what_is_published_stays_for_every_role_and_through_every_operation(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = developer.create("/v1/organisations", &association("Yhdistys", "region:01"));
    let published = published(&developer, &framework("own-1", &["aa", "bb"]));
    let retired = taken_to(&developer, &framework("own-0", &["aa", "bb"]), &["open_for_comments", "publish", "retire"]);
    let operations = Contract::of(&registry).operations();
    let writes: Vec<_> = operations
        .iter()
        .filter(|operation| operation.path.starts_with(&format!("{FRAMEWORKS}/{{key}}")) && operation.method != "get")
        .collect();
    assert_eq!(writes.len(), 5);
    for path in [published, retired] {
        let before = developer.json(&path);
        let changed = with(&framework("own-1", &["aa"]), &json!({"key": before["key"]}));
        for role in Role::VALUES {
            let regions: &[&str] = if role.needs_regions() { &["region:01"] } else { &[] };
            let organisation = role.needs_organisation().then(|| id(&organisation));
            let session = match role {
                Role::Public => registry.public(),
                role => registry.sign_in(role.code(), regions, organisation),
            };
            for operation in &writes {
                let target = path.clone() + operation.path.trim_start_matches(&format!("{FRAMEWORKS}/{{key}}"));
                let bodies = match operation.id.as_str() {
                    "replace_framework" => vec![changed.clone()],
                    "change_framework" => vec![json!({"proposal": false}), json!({"names": {"sv": "Annat"}})],
                    "comment_on_framework" => vec![json!({"region": "01", "texts": {"fi": "Huomio"}})],
                    "transition_framework" => ["open_for_comments", "revise", "publish"]
                        .iter()
                        .chain((before["framework_status"] == "retired").then_some(&"retire"))
                        .map(|event| json!({"event": event}))
                        .collect(),
                    _ => vec![Value::Null],
                };
                for body in bodies {
                    let method = operation.method.to_uppercase();
                    let answer = session.write(&method, &target, &[ANY], &body);
                    assert!(matches!(answer.status, 401 | 403 | 409), "{role} {}: {}", operation.id, answer.text());
                }
            }
        }
        assert_eq!(developer.json(&path), before);
    }
}

#[rstest]
fn a_framework_of_each_kind_ships_as_a_proposal(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let shipped = registry.public().items(FRAMEWORKS);
    let told: Vec<_> =
        shipped.iter().map(|each| (each["key"].as_str().unwrap(), each["assessment_kind"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("regional-availability-assessment-1", "availability"),
            ("regional-need-assessment-1", "need"),
            ("regional-self-assessment-1", "self"),
        ]
    );
    for framework in &shipped {
        assert_eq!((&framework["framework_status"], &framework["proposal"]), (&json!("published"), &json!(true)));
        assert_eq!(framework["goals"].as_array().unwrap().len(), 4);
    }
    let of_need = registry.public().items(&format!("{FRAMEWORKS}?assessment_kind=need&assessment_kind=self"));
    assert_eq!(of_need.len(), 2);
    assert_eq!(registry.public().items(&format!("{FRAMEWORKS}?framework_status=retired")).len(), 0);
}
