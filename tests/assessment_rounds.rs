//! Rounds of assessments: who is asked, who has answered in time, and what was promised to those who are asked.

use rstest::rstest;
use serde_json::{Value, json};

use crate::assessment_frameworks::{framework, published, taken_to};
use crate::story::Story;
use crate::support::session::{ANY, PROVIDERS, Session, association, id, named, provider, with};
use crate::support::sign_in::Credentials;
use crate::support::{Answer, Database, Registry};

pub(crate) const ROUNDS: &str = "/v1/assessment-rounds";
pub(crate) const ASSESSMENTS: &str = "/v1/assessments";
/// The regions of 2020.
const REGIONS: [&str; 14] = ["01", "02", "04", "06", "07", "08", "09", "10", "11", "12", "13", "14", "16", "17"];

/// A round by a framework that is open from the day of the tests' clock, as it is written.
pub(crate) fn round(framework: &str, asked: &[String]) -> Value {
    json!({
        "framework": named(framework), "names": {"fi": "Kierros", "sv": null, "en": null}, "first_day": "2025-11-01",
        "last_day": "2026-10-31", "opens_on": "2026-11-22", "due_on": "2026-12-15", "reminders": [], "asked": asked
    })
}

pub(crate) fn regions(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| format!("region:{code}")).collect()
}

pub(crate) fn step(session: &Session, path: &str, event: &str) -> Answer {
    session.write("POST", &format!("{path}/transitions"), &[], &json!({"event": event}))
}

/// Adds a round and publishes it; gives its address.
#[track_caller]
pub(crate) fn asked(developer: &Session, body: &Value) -> String {
    let path = developer.add(ROUNDS, body);
    let answer = step(developer, &path, "publish");
    assert_eq!(answer.status, 200, "{}", answer.text());
    path
}

/// The address of a subject's assessment in a round.
#[track_caller]
pub(crate) fn assessment(session: &Session, round: &str, subject: &str) -> String {
    let found = session.items(&format!("{ASSESSMENTS}?round={}&subject={subject}", named(round)));
    assert_eq!(found.len(), 1, "{subject}");
    format!("{ASSESSMENTS}/{}", id(&found[0]))
}

/// Answers: of each criterion its level, with its grounds.
pub(crate) fn answers(levels: &[(&str, i64)]) -> Value {
    let answer = |(criterion, level): &(&str, i64)| {
        json!({
            "criterion": criterion, "answer": "level", "level": level, "reasoning": {"fi": "Näin on."},
            "evidence": [{"names": {"fi": "Kysely"}, "url": null}]
        })
    };
    json!({"answers": levels.iter().map(answer).collect::<Vec<_>>(), "improvement_actions": []})
}

/// The places of an answer's faults, each with its code.
pub(crate) fn faults(answer: &Answer) -> Vec<String> {
    let told = answer.json();
    let errors = told["errors"].as_array().cloned().unwrap_or_default();
    let told =
        |error: &Value| format!("{} {}", error["pointer"].as_str().unwrap_or("?"), error["code"].as_str().unwrap());
    errors.iter().map(told).collect()
}

#[track_caller]
fn done(answer: &Answer, status: &str) {
    assert_eq!((answer.status, &answer.json()["assessment_status"]), (200, &json!(status)), "{}", answer.text());
}

/// Starts, answers and submits an assessment.
#[track_caller]
pub(crate) fn submit(session: &Session, path: &str, body: &Value) {
    done(&step(session, path, "start"), "in_progress");
    session.patch(path, body);
    done(&step(session, path, "submit"), "submitted");
}

/// What a region answers, otherwise than the next one.
fn levels(number: usize) -> [(&'static str, i64); 4] {
    let level = |turn: usize| i64::try_from(1 + (number * turn + number / 3) % 5).unwrap();
    [("membership", level(1)), ("activity", level(2)), ("picture", level(3)), ("reach", level(4))]
}

fn counts(round: &Value, names: &[&str]) -> Vec<u64> {
    names.iter().map(|name| round["completeness"][name].as_u64().unwrap()).collect()
}

const STATUSES: [&str; 5] = ["not_started", "in_progress", "submitted", "returned", "confirmed"];
const TIMES: [&str; 4] = ["answered", "on_time", "late", "missing"];

#[rstest]
fn of_fourteen_regions_twelve_answer_in_time_one_late_and_one_not(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let mut story = Story::begin(database);
    let registry = story.at("2027-01-04T09:00:00+02:00");
    let developer_client = registry.client("national_developer", &[], None);
    let clients: Vec<Credentials> = REGIONS
        .iter()
        .map(|code| registry.client("regional_coordinator", &[&format!("region:{code}")], None))
        .collect();
    let developer = registry.sign_in_as(&developer_client);
    let criteria = ["membership", "picture", "reach", "activity"];
    let framework = taken_to(&developer, &framework("own-1", &criteria), &["open_for_comments"]);
    let said = json!({"region": "06", "criterion": "reach", "texts": {"fi": "Mistä tieto saadaan?"}});
    let region = registry.sign_in_as(&clients[3]);
    assert_eq!(region.write("POST", &format!("{framework}/comments"), &[], &said).status, 200);
    for event in ["revise", "open_for_comments", "publish"] {
        let answer = step(&developer, &framework, event);
        assert_eq!((answer.status, answer.json()["comments"].as_array().unwrap().len()), (200, 1));
    }
    let body = with(
        &round(&framework, &regions(&REGIONS)),
        &json!({
            "opens_on": "2027-01-11", "due_on": "2027-02-12", "first_day": "2026-01-01", "last_day": "2026-12-31",
            "reminders": ["2027-02-05", "2027-02-19"]
        }),
    );
    let path = developer.add(ROUNDS, &body);
    registry.public().get(&path).problem(404, "not_found");
    assert_eq!(developer.items(ASSESSMENTS), Vec::<Value>::new(), "nobody is asked by a draft");
    let round = step(&developer, &path, "publish").json();
    assert_eq!(round["round_status"], "upcoming");
    assert_eq!(counts(&round, &STATUSES), [14, 0, 0, 0, 0]);
    assert_eq!((&round["next_reminder_on"], &round["to_remind"]), (&json!("2027-02-05"), &json!([])));
    assert_eq!(registry.public().json(&path), round);
    assert_eq!(
        round["asked"][0],
        json!({
            "subject_kind": "region", "id": "01", "names": registry.public().json("/v1/regions/01")["names"]
        })
    );
    let paths: Vec<String> =
        REGIONS.iter().map(|code| assessment(&developer, &path, &format!("region:{code}"))).collect();
    let early = step(&registry.sign_in_as(&clients[0]), &paths[0], "start");
    early.problem(409, "conflict");
    assert_eq!(faults(&early), ["/event illegal_step"]);

    let registry = story.at("2027-01-11T00:00:00+02:00");
    let developer = registry.sign_in_as(&developer_client);
    assert_eq!(developer.json(&path)["round_status"], "open");
    for number in 0..12 {
        submit(&registry.sign_in_as(&clients[number]), &paths[number], &answers(&levels(number)));
    }
    done(&step(&registry.sign_in_as(&clients[12]), &paths[12], "start"), "in_progress");
    let round = developer.json(&path);
    assert_eq!(counts(&round, &STATUSES), [1, 1, 12, 0, 0]);
    assert_eq!(counts(&round, &TIMES), [12, 12, 0, 0]);
    assert_eq!(step(&developer, &paths[3], "return").status, 400, "it says why");
    let why = json!({"event": "return", "remarks": {"fi": "Perustele verkoston taso."}});
    done(&developer.write("POST", &format!("{}/transitions", paths[3]), &[], &why), "returned");
    assert_eq!(counts(&developer.json(&path), &TIMES), [11, 12, 0, 0], "what was returned is not answered");

    let registry = story.at("2027-02-05T08:00:00+02:00");
    let developer = registry.sign_in_as(&developer_client);
    let to_remind = |round: &Value| -> Vec<Value> {
        round["to_remind"].as_array().unwrap().iter().map(|subject| subject["id"].clone()).collect()
    };
    let round = developer.json(&path);
    assert_eq!(
        (to_remind(&round), &round["next_reminder_on"]),
        (vec![json!("06"), json!("16"), json!("17")], &json!("2027-02-19"))
    );
    let own = registry.sign_in_as(&clients[3]);
    assert_eq!(own.json(&paths[3])["steps"][2]["remarks"]["fi"], "Perustele verkoston taso.");
    own.patch(&paths[3], &answers(&[("membership", 5), ("activity", 4), ("picture", 3), ("reach", 2)]));
    done(&step(&own, &paths[3], "submit"), "submitted");

    let registry = story.at("2027-02-12T23:59:30+02:00");
    let developer = registry.sign_in_as(&developer_client);
    assert_eq!(developer.json(&path)["round_status"], "open", "to the last minute in Helsinki");
    let registry = story.at("2027-02-13T00:00:30+02:00");
    let developer = registry.sign_in_as(&developer_client);
    let own = registry.sign_in_as(&clients[12]);
    own.patch(&paths[12], &answers(&levels(12)));
    done(&step(&own, &paths[12], "submit"), "submitted");
    let round = developer.json(&path);
    assert_eq!(round["round_status"], "past_due");
    assert_eq!(counts(&round, &STATUSES), [1, 0, 13, 0, 0]);
    assert_eq!(counts(&round, &TIMES), [13, 12, 1, 1]);
    assert_eq!(round["completeness"]["share_answered"], json!(13.0 / 14.0));
    assert_eq!(to_remind(&round), ["17"]);
    let late = developer.items(&format!("{ASSESSMENTS}?round={}&late=true", named(&path)));
    assert_eq!(late.iter().map(|one| &one["subject"]["id"]).collect::<Vec<_>>(), ["16"]);
    assert_eq!(developer.items(&format!("{ASSESSMENTS}?late=false")).len(), 13);
    for confirmed in &paths[..12] {
        done(&step(&developer, confirmed, "confirm"), "confirmed");
    }
    assert_eq!(step(&developer, &path, "close").json()["round_status"], "closed");
    assert_eq!(faults(&step(&developer, &path, "close")), ["/event illegal_step"]);
    step(&registry.sign_in_as(&clients[13]), &paths[13], "start").problem(409, "conflict");
    developer.write("POST", &format!("{}/transitions", paths[12]), &[], &why).problem(409, "conflict");
    done(&step(&developer, &paths[12], "confirm"), "confirmed");
    let round = registry.public().json(&path);
    assert_eq!((counts(&round, &STATUSES), counts(&round, &TIMES)), (vec![1, 0, 0, 0, 13], vec![13, 12, 1, 1]));
    assert_eq!((to_remind(&round), &round["next_reminder_on"]), (vec![], &Value::Null));
    scores_follow_from_what_is_published(&registry.public(), &framework);
    regions_compare_as_what_is_published_says(&registry.public(), &path);
}

/// Each criterion by a plain computation: the levels of all, sorted, and straight lines between two of them.
fn regions_compare_as_what_is_published_says(anyone: &Session, round: &str) {
    let confirmed = anyone.items(ASSESSMENTS);
    let comparison = anyone.json(&format!("/v1/comparisons?round={}", named(round)));
    assert_eq!(comparison["previous_round"], Value::Null);
    for code in ["membership", "picture", "reach", "activity"] {
        let level = |assessment: &Value| {
            let answers = assessment["answers"].as_array().unwrap().clone();
            answers.iter().find(|answer| answer["criterion"] == code).unwrap()["level"].as_f64().unwrap()
        };
        let mut levels: Vec<f64> = confirmed.iter().map(level).collect();
        levels.sort_by(f64::total_cmp);
        let items = comparison["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["criterion"] == code).unwrap();
        // Of thirteen the quartiles are the fourth, the seventh and the tenth.
        let figures = ["lower_quartile", "median", "upper_quartile"].map(|name| item[name].clone());
        assert_eq!(figures, [3, 6, 9].map(|number| json!(levels[number])), "{code}");
        assert_eq!((&item["asked"], &item["answered"]), (&json!(14), &json!(13)));
    }
}

/// By another formula than the registry's own: criterion by criterion, in floating point.
fn scores_follow_from_what_is_published(anyone: &Session, framework: &str) {
    let goals = anyone.json(framework)["goals"].clone();
    let weight = |code: &Value| {
        let criteria = goals.as_array().unwrap().iter().flat_map(|goal| goal["criteria"].as_array().unwrap());
        criteria.into_iter().find(|known| known["code"] == *code).unwrap()["weight"].as_f64().unwrap()
    };
    let confirmed = anyone.items(ASSESSMENTS);
    assert_eq!(confirmed.len(), 13, "what is confirmed is public");
    for assessment in &confirmed {
        let of = |answer: &Value| (weight(&answer["criterion"]), answer["level"].as_f64().unwrap());
        let levels: Vec<(f64, f64)> = assessment["answers"].as_array().unwrap().iter().map(of).collect();
        let whole: f64 = levels.iter().map(|(weight, _)| weight).sum();
        let expected = levels.iter().map(|(weight, level)| weight * level).sum::<f64>() / whole;
        let value = assessment["score"]["value"].as_f64().unwrap();
        assert!((value - expected).abs() < 1e-6, "{value} is not {expected}: {assessment}");
        assert_eq!(assessment["score"]["share_answered"], json!(1.0));
    }
}

#[rstest]
fn what_was_promised_to_those_who_are_asked_stays(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let framework = published(&developer, &framework("own-1", &["membership"]));
    let body = round(&framework, &regions(&["01", "02"]));
    let path = developer.add(ROUNDS, &body);
    let draft =
        developer.patch(&path, &json!({"asked": ["region:01"], "due_on": "2026-12-01", "last_day": "2026-09-30"}));
    assert_eq!((&draft["round_status"], draft["completeness"]["asked"].as_u64()), (&json!("draft"), Some(1)));
    developer.patch(&path, &body);
    step(&developer, &path, "publish");
    let table = [
        (json!({"framework": "regional-need-assessment-1"}), vec!["/framework illegal_step"]),
        (json!({"asked": ["region:01"]}), vec!["/asked illegal_step"]),
        (json!({"due_on": "2026-12-14"}), vec!["/due_on illegal_step"]),
        (json!({"opens_on": "2026-11-23"}), vec!["/opens_on illegal_step"]),
        (
            json!({"first_day": "2025-01-01", "last_day": "2026-11-01"}),
            vec!["/first_day illegal_step", "/last_day illegal_step"],
        ),
    ];
    for (fields, expected) in table {
        let answer = developer.write("PATCH", &path, &[ANY], &fields);
        assert_eq!(
            (answer.status, faults(&answer)),
            (409, expected.into_iter().map(str::to_owned).collect()),
            "{fields}"
        );
    }
    developer.send("DELETE", &path, &[ANY], "").problem(409, "conflict");
    step(&developer, &path, "publish").problem(409, "conflict");
    step(&developer, &path, "close").problem(409, "conflict");
    step(&developer, &path, "prolong").problem(403, "forbidden");
    let grown =
        developer.patch(&path, &json!({"asked": ["region:04", "region:02", "region:01"], "due_on": "2027-01-15"}));
    assert_eq!((grown["completeness"]["asked"].as_u64(), &grown["due_on"]), (Some(3), &json!("2027-01-15")));
    assessment(&developer, &path, "region:04");
    assert_eq!(developer.items(&format!("{ASSESSMENTS}?round={}", named(&path))).len(), 3, "nobody is asked twice");
    let created = developer.items(&format!("/v1/changes?noun=assessment&after={}", registry.last_seq() - 2));
    assert_eq!(created.iter().map(|change| &change["operation"]).collect::<Vec<_>>(), ["created"]);
}

#[rstest]
fn a_round_says_whom_it_asks_by_which_framework_and_what_is_wrong_with_that(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let framework_path = published(&developer, &framework("own-1", &["membership"]));
    crate::assessment_frameworks::add(&developer, &framework("own-2", &["membership"]));
    let organisation = developer.add("/v1/organisations", &association("Yhdistys ry", "region:01"));
    let hidden = with(&provider("Neuvonta", named(&organisation), "01"), &json!({"offer_status": "draft"}));
    let hidden = format!("provider:{}", named(&developer.add(PROVIDERS, &hidden)));
    let nobody = "provider:00000000-0000-4000-8000-000000000000";
    let good = round(&framework_path, &regions(&["01"]));
    let table = [
        (json!({"framework": "own-2"}), vec!["/framework needed_to_publish"]),
        (json!({"framework": "own-3"}), vec!["/framework unknown_value"]),
        (json!({"asked": []}), vec!["/asked needed_to_publish"]),
        (json!({"asked": ["region:01", "region:01"]}), vec!["/asked repeated_value"]),
        (json!({"asked": ["region:01", "region:99"]}), vec!["/asked/1 unknown_value"]),
        (json!({"asked": ["region:01", "municipality:091"]}), vec!["/asked/1 unknown_value"]),
        (json!({"asked": [nobody]}), vec!["/asked/0 unknown_value"]),
        (json!({"asked": [hidden]}), vec!["/asked/0 needed_to_publish"]),
        (json!({"asked": ["region:01", hidden]}), vec!["/asked/1 contradictory", "/asked/1 needed_to_publish"]),
        (json!({"due_on": "2026-11-21"}), vec!["/due_on ends_before_start"]),
        (json!({"last_day": "2025-10-31"}), vec!["/last_day ends_before_start"]),
        (json!({"reminders": ["2026-11-21"]}), vec!["/reminders/0 out_of_range"]),
        (
            json!({"framework": "own-3", "last_day": "2025-10-31", "reminders": ["2026-11-21", "2026-12-01", "2028-01-01"]}),
            vec![
                "/framework unknown_value",
                "/last_day ends_before_start",
                "/reminders/0 out_of_range",
                "/reminders/2 out_of_range",
            ],
        ),
        (json!({"reminders": ["2026-12-01", "2026-13-01"]}), vec!["/reminders/1 malformed_value"]),
        (json!({"round_status": "open"}), vec!["/round_status unknown_field"]),
    ];
    for (fields, expected) in table {
        let answer = developer.write("POST", ROUNDS, &[], &with(&good, &fields));
        assert_eq!(
            (answer.status, faults(&answer)),
            (400, expected.into_iter().map(str::to_owned).collect()),
            "{fields}"
        );
    }
    let path = developer.add(ROUNDS, &good);
    developer.delete(&path);
    developer.get(&path).problem(404, "not_found");
    let path = developer.add(ROUNDS, &good);
    crate::assessment_frameworks::step(&developer, &framework_path, "retire");
    let retired = step(&developer, &path, "publish");
    assert_eq!((retired.status, faults(&retired)), (400, vec!["/event needed_to_publish".to_owned()]));
}

#[rstest]
fn rounds_are_found_by_every_filter_and_drafts_by_those_who_lead_them(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let framework = published(&developer, &framework("own-1", &["membership"]));
    let body = round(&framework, &regions(&["01"]));
    developer.add(ROUNDS, &body);
    let days = [
        ("2026-11-23", "2026-12-24"),
        ("2026-11-22", "2026-12-20"),
        ("2026-11-01", "2026-11-22"),
        ("2026-11-01", "2026-11-21"),
    ];
    for (opens_on, due_on) in days {
        asked(&developer, &with(&body, &json!({"opens_on": opens_on, "due_on": due_on})));
    }
    let past = asked(&developer, &with(&body, &json!({"opens_on": "2026-10-01", "due_on": "2026-10-30"})));
    step(&developer, &past, "close");
    let found = |session: &Session, query: &str| session.items(&format!("{ROUNDS}?{query}")).len();
    let table = [
        ("", 6, 5),
        ("round_status=draft", 1, 0),
        ("round_status=upcoming", 1, 1),
        ("round_status=open", 2, 2),
        ("round_status=past_due", 1, 1),
        ("round_status=closed", 1, 1),
        ("round_status=open&round_status=closed", 3, 3),
        ("assessment_kind=self", 6, 5),
        ("assessment_kind=need", 0, 0),
        ("subject_kind=region", 6, 5),
        ("subject_kind=pilot&subject_kind=provider", 0, 0),
        ("framework=own-1", 6, 5),
    ];
    for (query, all, public) in table {
        assert_eq!((found(&developer, query), found(&registry.public(), query)), (all, public), "{query}");
    }
    let due: Vec<Value> = developer.items(ROUNDS).into_iter().map(|mut round| round["due_on"].take()).collect();
    assert_eq!(due, ["2026-10-30", "2026-11-21", "2026-11-22", "2026-12-15", "2026-12-20", "2026-12-24"]);
    developer.get(&format!("{ROUNDS}?framework=nothing")).problem(400, "invalid_request");
    developer.get(&format!("{ROUNDS}?round_status=over")).problem(400, "invalid_request");
}
