//! Assessments: what subjects answer, who reads it on the way, and what becomes of it in the next cycle.

use digituki_domain::role::Role;
use digituki_domain::vocabulary::Vocabulary as _;
use rstest::rstest;
use serde_json::{Value, json};

use crate::assessment_frameworks::{framework, published, successor};
use crate::assessment_rounds::{ASSESSMENTS, answers, asked, assessment, faults, regions, round, step, submit};
use crate::availability::{TODAY, by_code, demonstrated, value};
use crate::support::session::{ANY, ORGANISATIONS, PROVIDERS, Session, association, id, named, provider, with};
use crate::support::{Contract, Database, Registry};

const CRITERIA: [&str; 4] = ["membership", "picture", "reach", "activity"];

fn all_at(level: i64) -> Value {
    answers(&CRITERIA.map(|criterion| (criterion, level)))
}

/// A round that is open, by a framework of its own.
#[track_caller]
fn open(developer: &Session, subjects: &[String]) -> String {
    let framework = published(developer, &framework("own-1", &CRITERIA));
    asked(developer, &round(&framework, subjects))
}

#[rstest]
fn each_fault_of_what_is_answered_is_named_by_pointer(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = registry.sign_in("regional_coordinator", &["region:01"], None);
    let round = open(&developer, &regions(&["01"]));
    let path = assessment(&own, &round, "region:01");
    own.write("PUT", &path, &[ANY], &all_at(3)).problem(409, "conflict");
    step(&own, &path, "submit").problem(409, "conflict");
    assert_eq!(step(&own, &path, "start").json()["assessment_status"], "in_progress");
    let answer = |fields: Value| {
        let good = json!({"criterion": "reach", "answer": "level", "level": 3, "reasoning": null, "evidence": []});
        json!({"answers": [with(&good, &fields)], "improvement_actions": []})
    };
    let action = json!({
        "key": "more-points", "names": {"fi": "Lisää pisteitä"}, "owner": {"fi": "Liitto"}, "due_on": null,
        "action_status": "planned"
    });
    let table = [
        (answer(json!({"level": 0})), vec!["/answers/0/level out_of_range"]),
        (answer(json!({"level": 6})), vec!["/answers/0/level out_of_range"]),
        (answer(json!({"level": null})), vec!["/answers/0/level missing_field"]),
        (answer(json!({"answer": "not_known"})), vec!["/answers/0/level excluded"]),
        (answer(json!({"answer": "perhaps"})), vec!["/answers/0/answer unknown_value"]),
        (answer(json!({"criterion": "of_another_version"})), vec!["/answers/0/criterion unknown_value"]),
        (
            answer(json!({"criterion": "of_another_version", "level": 6})),
            vec!["/answers/0/criterion unknown_value", "/answers/0/level out_of_range"],
        ),
        (
            answer(json!({"reasoning": {"fi": "Kysy: 131052-308T"}})),
            vec!["/answers/0/reasoning/fi personal_identity_code"],
        ),
        (answers(&[("reach", 3), ("picture", 2), ("reach", 3)]), vec!["/answers/2/criterion repeated_value"]),
        (
            json!({"answers": [], "improvement_actions": [action, action]}),
            vec!["/improvement_actions/1/key repeated_value"],
        ),
        (
            json!({"answers": [], "improvement_actions": [with(&action, &json!({"action_status": "late"}))]}),
            vec!["/improvement_actions/0/action_status unknown_value"],
        ),
        (json!({"answers": [], "improvement_actions": [], "subject": "region:02"}), vec!["/subject unknown_field"]),
    ];
    let before = own.json(&path);
    for (body, expected) in table {
        let answer = own.write("PUT", &path, &[ANY], &body);
        assert_eq!(
            (answer.status, faults(&answer)),
            (400, expected.into_iter().map(str::to_owned).collect()),
            "{body}"
        );
    }
    assert_eq!(own.json(&path), before);
    own.patch(&path, &answer(json!({})));
    let answer = step(&own, &path, "submit");
    let missing = vec!["/answers needed_to_submit".to_owned(); 3];
    let expected = [missing, vec!["/answers/0/reasoning needed_to_submit".to_owned()]].concat();
    assert_eq!((answer.status, faults(&answer)), (400, expected));
    assert!(answer.text().contains("activity"), "what is missing is named: {}", answer.text());
    let remarks = json!({"event": "return"});
    let answer = developer.write("POST", &format!("{path}/transitions"), &[], &remarks);
    assert_eq!((answer.status, faults(&answer)), (400, vec!["/remarks missing_field".to_owned()]));
}

#[rstest]
fn an_assessment_shows_to_its_subject_until_it_is_confirmed_and_then_to_everyone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = |name: &str, region: &str| {
        named(&developer.add(ORGANISATIONS, &association(name, &format!("region:{region}")))).to_owned()
    };
    let (own, foreign) = (organisation("Oma ry", "01"), organisation("Vieras ry", "02"));
    let giver = developer.add(PROVIDERS, &provider("Neuvonta", &own, "01"));
    let pilot = |lead: &str, area: &str| {
        let body = json!({
            "programme": "regional-coordination-2020", "call": "regional-coordination-2020",
            "names": {"fi": "Pilotti"}, "lead": lead, "areas": [area]
        });
        format!("pilot:{}", named(&developer.add("/v1/pilots", &body)))
    };
    let kinds = [
        (regions(&["01"]), ["regional_coordinator"].as_slice()),
        // Helsinki lies in Uusimaa.
        (vec![pilot(&own, "municipality:091")], &["regional_coordinator", "applicant", "integrator"]),
        (vec![pilot(&own, "wellbeing_services_county:90")], &["regional_coordinator", "applicant", "integrator"]),
        (
            vec![format!("provider:{}", named(&giver))],
            &["regional_coordinator", "applicant", "integrator", "provider_editor"],
        ),
    ];
    let sessions = |region: &str, organisation: &str| -> Vec<(&'static str, Session)> {
        let of_role = |role: &'static str| {
            let area = format!("region:{region}");
            let areas = if role.starts_with("regional") { vec![area.as_str()] } else { Vec::new() };
            (role, registry.sign_in(role, &areas, (!role.starts_with("regional")).then_some(organisation)))
        };
        ["regional_coordinator", "regional_expert", "applicant", "integrator", "provider_editor"].map(of_role).into()
    };
    let (ours, theirs) = (sessions("01", &own), sessions("02", &foreign));
    let framework = published(&developer, &framework("own-1", &CRITERIA));
    for (subjects, writers) in kinds {
        let body = round(&framework, &subjects);
        let round = asked(&developer, &body);
        let path = assessment(&developer, &round, &subjects[0]);
        let list = format!("{ASSESSMENTS}?round={}", named(&round));
        let is_ours = |role: &str| match subjects[0].split_once(':').unwrap().0 {
            "region" => role.starts_with("regional"),
            _ => true,
        };
        for (role, session) in &ours {
            let sees = is_ours(role);
            assert_eq!(session.get(&path).status, if sees { 200 } else { 404 }, "{role} {subjects:?}");
            assert_eq!(session.items(&list).len(), usize::from(sees), "{role} {subjects:?}");
            assert_eq!(session.get(&format!("{path}/history")).status, if sees { 200 } else { 404 }, "{role}");
        }
        let ministry = registry.sign_in("ministry", &[], None);
        assert_eq!((ministry.items(&list).len(), ministry.get(&path).status), (1, 200));
        step(&ministry, &path, "start").problem(403, "forbidden");
        step(&developer, &path, "start").problem(403, "forbidden");
        let others = theirs.iter().map(|(_, session)| session.clone()).chain([registry.public()]);
        let others: Vec<Session> = others.chain([registry.sign_in("auditor", &[], None)]).collect();
        for session in &others {
            session.get(&path).problem(404, "not_found");
            assert_eq!(session.items(&list), Vec::<Value>::new());
        }
        step(&theirs[0].1, &path, "start").problem(404, "not_found");
        for role in writers {
            let (_, session) = ours.iter().find(|(known, _)| known == role).unwrap();
            let status = if *role == writers[0] { "start" } else { "refresh" };
            assert_eq!(step(session, &path, status).status, 200, "{role} {subjects:?}");
            session.patch(&path, &all_at(4));
        }
        for (method, body) in [("PATCH", json!({"improvement_actions": [], "answers": []})), ("PUT", all_at(1))] {
            developer.write(method, &path, &[ANY], &body).problem(403, "forbidden");
            ministry.write(method, &path, &[ANY], &body).problem(403, "forbidden");
        }
        let writer = &ours.iter().find(|(known, _)| *known == writers[0]).unwrap().1;
        assert_eq!(step(writer, &path, "submit").status, 200);
        step(writer, &path, "confirm").problem(403, "forbidden");
        for session in &others {
            session.get(&path).problem(404, "not_found");
        }
        assert_eq!(step(&developer, &path, "confirm").json()["assessment_status"], "confirmed");
        for session in &others {
            assert_eq!((session.get(&path).status, session.items(&list).len()), (200, 1));
        }
    }
}

#[rstest]
fn a_draft_begins_with_the_figures_that_are_shown_elsewhere(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = demonstrated(database);
    let developer = registry.developer();
    let framework = "/v1/assessment-frameworks/regional-availability-assessment-1";
    let round = asked(&developer, &round(framework, &regions(&["19"])));
    let coordinator = registry.sign_in("regional_coordinator", &["region:19"], None);
    let path = assessment(&coordinator, &round, "region:19");
    assert_eq!(coordinator.json(&path)["figures"], json!([]));
    let started = step(&coordinator, &path, "start").json();
    let framework = registry.json(framework);
    let criteria = framework["goals"].as_array().unwrap().iter().flat_map(|goal| goal["criteria"].as_array().unwrap());
    let wanted: Vec<(&Value, &Value)> = criteria
        .flat_map(|criterion| {
            criterion["metrics"].as_array().unwrap().iter().map(|metric| (&criterion["code"], metric))
        })
        .collect();
    let figures = started["figures"].as_array().unwrap();
    let told: Vec<_> = figures.iter().map(|one| (&one["criterion"], &one["figure"]["metric"])).collect();
    assert_eq!(told, wanted);
    let region = registry.json("/v1/availability?area=region:19")["items"][0].take();
    let towns = by_code(&registry.json("/v1/availability?area=region:19&area_kind=municipality"));
    let gaps = registry.json("/v1/gaps?area=region:19");
    for told in figures {
        let (figure, metric) = (&told["figure"], told["figure"]["metric"].as_str().unwrap());
        assert_eq!(told["as_of"], TODAY);
        assert_eq!(told["source"], registry.json(&format!("/v1/metrics/{metric}"))["source"]);
        if metric == "gap" {
            let (mut sum, mut people) = (0.0, 0.0);
            for item in gaps["items"].as_array().unwrap() {
                let inhabitants = value(&towns[item["municipality"]["code"].as_str().unwrap()], "population").unwrap();
                if let Some(gap) = item["gap"].as_f64() {
                    (sum, people) = (sum + gap * inhabitants, people + inhabitants);
                }
            }
            assert_eq!(figure["value"].as_f64().is_some(), people > 0.0);
            assert!((figure["value"].as_f64().unwrap_or(0.0) - sum / f64::max(people, 1.0)).abs() < 1e-9, "{figure}");
        } else {
            let shown = region["figures"].as_array().unwrap().iter().find(|shown| shown["metric"] == metric);
            assert_eq!(Some(figure), shown);
        }
    }
}

#[rstest]
fn what_is_confirmed_changes_by_no_role_and_no_operation(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = registry.sign_in("regional_coordinator", &["region:01"], None);
    let round = open(&developer, &regions(&["01", "02"]));
    let path = assessment(&own, &round, "region:01");
    submit(&own, &path, &all_at(4));
    assert_eq!(step(&developer, &path, "confirm").status, 200);
    let confirmed = registry.public().json(&path);
    let history = registry.public().items(&format!("{path}/history")).len();
    let operations = Contract::of(&registry).operations();
    let about: Vec<_> =
        operations.iter().filter(|one| one.path.starts_with(ASSESSMENTS) && one.method != "get").collect();
    assert_eq!(about.len(), 3, "replace, change and take steps");
    let council = id(&registry.items("/v1/organisations?organisation_type=regional_council")[0]).to_owned();
    let roles = Role::VALUES.iter().filter(|role| **role != Role::Public);
    let sessions: Vec<Session> = roles
        .map(|role| {
            let areas: &[&str] = if role.needs_regions() { &["region:01"] } else { &[] };
            registry.sign_in(role.code(), areas, role.needs_organisation().then_some(council.as_str()))
        })
        .chain([registry.public()])
        .collect();
    for session in &sessions {
        for operation in &about {
            let target = operation.path.replace("{id}", named(&path));
            let events = ["start", "refresh", "submit", "return", "confirm"];
            let bodies = match operation.id.as_str() {
                "transition_assessment" => {
                    events.map(|event| json!({"event": event, "remarks": {"fi": "Syy"}})).to_vec()
                }
                "replace_assessment" => vec![all_at(5), json!({"answers": [], "improvement_actions": []})],
                _ => vec![
                    json!({"answers": []}),
                    json!({"improvement_actions": [{
                        "key": "later", "names": {"fi": "Jotain"}, "owner": {"fi": "Liitto"}, "action_status": "planned"
                    }]}),
                ],
            };
            for body in bodies {
                let answer = session.write(&operation.method.to_uppercase(), &target, &[ANY], &body);
                assert!([401, 403, 409].contains(&answer.status), "{}: {body}: {}", operation.id, answer.text());
            }
        }
        assert_eq!(session.send("DELETE", &path, &[ANY], "").status, 405);
    }
    developer.patch(&round, &json!({"names": {"fi": "Toinen nimi"}, "asked": ["region:01", "region:02", "region:04"]}));
    assert_eq!(registry.public().json(&path), confirmed);
    developer.patch(&round, &json!({"due_on": "2026-12-31"}));
    let prolonged = with(&confirmed, &json!({"due_on": "2026-12-31"}));
    assert_eq!(registry.public().json(&path), prolonged, "the round's day is prolonged for all");
    assert_eq!(registry.public().items(&format!("{path}/history")).len(), history);
}

#[rstest]
fn the_next_cycle_begins_with_what_was_left_to_do_and_tells_what_compares(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = registry.sign_in("regional_coordinator", &["region:01"], None);
    let first_framework = published(&developer, &framework("own-1", &CRITERIA));
    let earlier = json!({"opens_on": "2026-11-01", "due_on": "2026-12-01"});
    let first = asked(&developer, &with(&round(&first_framework, &regions(&["01", "02"])), &earlier));
    let first_path = assessment(&own, &first, "region:01");
    let action = |key: &str, status: &str| json!({"key": key, "names": {"fi": "Tehdä"}, "owner": {"fi": "Liitto"}, "due_on": "2027-03-31", "action_status": status});
    let mut body = answers(&[("membership", 2), ("picture", 3), ("reach", 4), ("activity", 5)]);
    body["improvement_actions"] =
        json!([action("begun", "in_progress"), action("finished", "done"), action("next", "planned")]);
    submit(&own, &first_path, &body);
    let told = own.json(&first_path);
    assert_eq!(told["difference"], Value::Null, "there was none before");
    assert_eq!(told["improvement_actions"][0]["carried_from"], Value::Null);

    let mapping: [(&str, &[&str], &[&str]); 4] = [
        ("kept", &["membership"], &["network"]),
        ("kept", &["picture"], &["picture"]),
        ("split", &["reach"], &["reach_in_person", "reach_remote"]),
        ("dropped", &["activity"], &[]),
    ];
    let criteria = ["network", "picture", "reach_in_person", "reach_remote"];
    let second_framework = published(&developer, &successor("own-2", "own-1", &criteria, &mapping));
    let second = asked(&developer, &round(&second_framework, &regions(&["01", "02"])));
    let path = assessment(&own, &second, "region:01");
    let another = assessment(&developer, &second, "region:02");
    assert_eq!(own.json(&path)["difference"], Value::Null, "only what is confirmed is compared with");
    step(&developer, &first_path, "confirm");
    let started = step(&own, &path, "start").json();
    let actions: Vec<_> = started["improvement_actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["key"].as_str().unwrap(), one["carried_from"].as_str().unwrap()))
        .collect();
    assert_eq!(actions, [("begun", named(&first_path)), ("next", named(&first_path))]);
    let mut body = answers(&[("network", 5), ("picture", 3), ("reach_in_person", 1), ("reach_remote", 2)]);
    body["improvement_actions"] = json!([action("begun", "done")]);
    own.patch(&path, &body);
    let answer = step(&own, &path, "submit");
    assert_eq!((answer.status, faults(&answer)), (400, vec!["/improvement_actions needed_to_submit".to_owned()]));
    body["improvement_actions"] = json!([action("begun", "done"), action("next", "dropped"), action("new", "planned")]);
    own.patch(&path, &body);
    assert_eq!(step(&own, &path, "submit").status, 200);
    let told = own.json(&path);
    assert_eq!(told["improvement_actions"][2]["carried_from"], Value::Null);
    let difference = &told["difference"];
    assert_eq!(difference["previous"], named(&first_path));
    assert_eq!(
        (&difference["previous_round"], &difference["previous_framework"]),
        (&json!(named(&first)), &json!("own-1"))
    );
    assert_eq!(
        ["previous_value", "value", "difference", "share_compared"].map(|name| &difference[name]),
        [&json!(2.5), &json!(4.0), &json!(1.5), &json!(0.5)]
    );
    let criteria: Vec<Value> = difference["criteria"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            json!([
                one["criterion"],
                one["previous_criterion"],
                one["comparability"],
                one["previous_level"],
                one["level"],
                one["difference"]
            ])
        })
        .collect();
    let expected = [
        json!(["network", "membership", "kept", 2, 5, 3]),
        json!(["picture", "picture", "kept", 3, 3, 0]),
        json!(["reach_in_person", null, "split", null, 1, null]),
        json!(["reach_remote", null, "split", null, 2, null]),
        json!([null, "activity", "dropped", 5, null, null]),
        json!([null, "reach", "split", 4, null, null]),
    ];
    assert_eq!(criteria, expected);
    assert_eq!(developer.json(&another)["difference"], Value::Null);
    let criteria_of_the_first = registry.public().json(&first_path)["difference"].clone();
    assert_eq!(criteria_of_the_first, Value::Null, "a later cycle is none before");
}

#[rstest]
fn what_an_earlier_cycle_left_to_do_is_carried_over_however_late_that_is_confirmed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = registry.sign_in("regional_coordinator", &["region:01"], None);
    let framework = published(&developer, &framework("own-1", &CRITERIA));
    let asked_from = |day: &str| {
        let days = json!({"opens_on": day, "due_on": "2026-12-15"});
        let round = asked(&developer, &with(&round(&framework, &regions(&["01"])), &days));
        assessment(&own, &round, "region:01")
    };
    let paths = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"].map(asked_from);
    let answered = |key: &str| {
        let mut body = all_at(4);
        body["improvement_actions"] = json!([{
            "key": key, "names": {"fi": "Tehdä"}, "owner": {"fi": "Liitto"}, "due_on": null, "action_status": "planned"
        }]);
        body
    };
    let carried = |path: &str| -> Vec<(String, String)> {
        let actions = own.json(path)["improvement_actions"].as_array().unwrap().clone();
        let of = |action: &Value, name: &str| action[name].as_str().unwrap_or_default().to_owned();
        actions.iter().map(|action| (of(action, "key"), of(action, "carried_from"))).collect()
    };
    let from = |key: &str, number: usize| (key.to_owned(), named(&paths[number]).to_owned());
    submit(&own, &paths[0], &answered("first"));
    // Nothing is confirmed yet when the second begins.
    assert_eq!(step(&own, &paths[1], "start").status, 200);
    step(&developer, &paths[0], "confirm");
    assert_eq!(step(&own, &paths[1], "refresh").status, 200);
    assert_eq!(carried(&paths[1]), [from("first", 0)]);
    // The third is submitted before the second is confirmed, so that the fourth finds what both have left.
    let mut second = answered("second");
    second["improvement_actions"].as_array_mut().unwrap().push(answered("first")["improvement_actions"][0].clone());
    own.patch(&paths[1], &second);
    assert_eq!(step(&own, &paths[1], "submit").status, 200);
    assert_eq!(step(&own, &paths[2], "start").status, 200);
    own.patch(&paths[2], &json!({"answers": all_at(5)["answers"]}));
    assert_eq!(step(&own, &paths[2], "submit").status, 200);
    assert_eq!(carried(&paths[2]), [from("first", 0)]);
    step(&developer, &paths[1], "confirm");
    step(&developer, &paths[2], "confirm");
    assert_eq!(step(&own, &paths[3], "start").status, 200);
    assert_eq!(carried(&paths[3]), [from("first", 2), from("second", 1)]);
}

#[rstest]
fn the_last_cycle_is_the_last_one_whose_framework_compares(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = registry.sign_in("regional_coordinator", &["region:01"], None);
    published(&developer, &framework("own-1", &CRITERIA));
    published(&developer, &framework("theme-1", &CRITERIA));
    let kept: Vec<(&str, &[&str], &[&str])> =
        CRITERIA.iter().map(|code| ("kept", std::slice::from_ref(code), std::slice::from_ref(code))).collect();
    published(&developer, &successor("own-2", "own-1", &CRITERIA, &kept));
    let answered = |framework: &str, day: &str, level: i64| {
        let days = json!({"opens_on": day, "due_on": "2026-12-15"});
        let round = asked(&developer, &with(&round(&format!("/{framework}"), &regions(&["01"])), &days));
        let path = assessment(&own, &round, "region:01");
        submit(&own, &path, &all_at(level));
        path
    };
    let confirmed = |path: &str| assert_eq!(step(&developer, path, "confirm").status, 200);
    let first = answered("own-1", "2026-11-01", 2);
    let theme = answered("theme-1", "2026-11-02", 5);
    let second = answered("own-2", "2026-11-03", 3);
    confirmed(&theme);
    assert_eq!(own.json(&second)["difference"], Value::Null, "neither framework comes of the other");
    confirmed(&first);
    let difference = own.json(&second)["difference"].clone();
    assert_eq!((&difference["previous"], &difference["difference"]), (&json!(named(&first)), &json!(1.0)));
    confirmed(&second);
    let between = answered("own-1", "2026-11-02", 5);
    confirmed(&between);
    assert_eq!(own.json(&second)["difference"], difference, "what is confirmed later changes nothing of it");
}

#[rstest]
fn what_a_provider_assesses_goes_where_the_provider_goes(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = |name: &str, region: &str| {
        named(&developer.add(ORGANISATIONS, &association(name, &format!("region:{region}")))).to_owned()
    };
    let (one, other) = (organisation("Yksi ry", "01"), organisation("Toinen ry", "02"));
    let giver = developer.add(PROVIDERS, &provider("Neuvonta", &one, "01"));
    let round = open(&developer, &[format!("provider:{}", named(&giver))]);
    let path = assessment(&developer, &round, &format!("provider:{}", named(&giver)));
    let editors = [&one, &other].map(|organisation| registry.sign_in("provider_editor", &[], Some(organisation)));
    let coordinators =
        ["01", "02"].map(|code| registry.sign_in("regional_coordinator", &[&format!("region:{code}")], None));
    let seen = || {
        let sees = |session: &Session| (session.get(&path).status == 200, session.items(ASSESSMENTS).len() == 1);
        [&editors[0], &editors[1], &coordinators[0], &coordinators[1]].map(sees)
    };
    assert_eq!(seen(), [(true, true), (false, false), (true, true), (false, false)]);
    let answer = developer.send("DELETE", &giver, &[ANY], "");
    answer.problem(409, "in_use");
    let before = registry.last_seq();
    developer.patch(&giver, &json!({"organisation": other, "regions": ["02"]}));
    assert_eq!(seen(), [(false, false), (true, true), (false, false), (true, true)]);
    let told = |session: &Session| -> Vec<Value> {
        let changes = session.items(&format!("/v1/changes?noun=assessment&after={before}"));
        changes.into_iter().map(|mut change| change["operation"].take()).collect()
    };
    assert_eq!(editors.each_ref().map(told), [vec![json!("deleted")], vec![json!("created")]]);

    let survivor = developer.add(PROVIDERS, &provider("Yhdistynyt", &one, "01"));
    assert_eq!(developer.merge(&survivor, &giver).status, 200);
    assert_eq!(seen(), [(true, true), (false, false), (true, true), (false, false)], "by its survivor");
    assert_eq!(editors[0].json(&path)["subject"]["names"]["fi"], "Neuvonta", "who was asked");
    assert_eq!(developer.json(&round)["asked"][0]["id"], named(&giver));
    submit(&editors[0], &path, &all_at(2));
}

#[rstest]
fn assessments_are_found_by_every_filter_and_known_as_they_were(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = registry.sign_in("regional_coordinator", &["region:01", "region:02"], None);
    let round = open(&developer, &regions(&["02", "01", "04"]));
    let path = assessment(&own, &round, "region:01");
    submit(&own, &path, &all_at(3));
    let found = |session: &Session, query: &str| -> Vec<Value> {
        let items = session.items(&format!("{ASSESSMENTS}?{query}"));
        items.into_iter().map(|mut one| one["subject"]["id"].take()).collect()
    };
    let table = [
        (String::new(), vec!["01", "02", "04"], vec!["01", "02"]),
        (format!("round={}", named(&round)), vec!["01", "02", "04"], vec!["01", "02"]),
        ("subject=region:02&subject=region:04".into(), vec!["02", "04"], vec!["02"]),
        ("subject=region:19".into(), vec![], vec![]),
        ("assessment_status=submitted".into(), vec!["01"], vec!["01"]),
        ("assessment_status=not_started&assessment_status=confirmed".into(), vec!["02", "04"], vec!["02"]),
        ("assessment_kind=self&late=false".into(), vec!["01", "02", "04"], vec!["01", "02"]),
        ("assessment_kind=need".into(), vec![], vec![]),
        ("late=true".into(), vec![], vec![]),
    ];
    for (query, all, mine) in table {
        assert_eq!(found(&developer, &query), all, "{query}");
        assert_eq!(found(&own, &query), mine, "{query}");
        assert_eq!(found(&registry.public(), &query), Vec::<Value>::new(), "{query}");
    }
    for wrong in
        ["round=00000000-0000-4000-8000-000000000000", "subject=region:99", "subject=01", "late=perhaps", "level=3"]
    {
        developer.get(&format!("{ASSESSMENTS}?{wrong}")).problem(400, "invalid_request");
    }
    let history = own.items(&format!("{path}/history"));
    let states: Vec<_> = history.iter().map(|change| change["data"]["assessment_status"].as_str().unwrap()).collect();
    assert_eq!(states, ["not_started", "in_progress", "in_progress", "submitted"]);
    let then = history[2]["recorded_at"].as_str().unwrap();
    let known = own.json(&format!("{path}?known_at={then}"));
    assert_eq!((&known["assessment_status"], &known["submitted_at"]), (&json!("in_progress"), &Value::Null));
}
