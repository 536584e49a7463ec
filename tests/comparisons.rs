//! Comparison: the regions of a round side by side, and what has changed since the round before.

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::{Value, json};

use crate::assessment_frameworks::{framework, published, successor};
use crate::support::session::{ANY, Session, id, named};
use crate::support::{Database, Registry};

const COMPARISONS: &str = "/v1/comparisons";
const ROUNDS: &str = "/v1/assessment-rounds";
/// The regions of coordination.
const REGIONS: [&str; 14] = ["01", "02", "04", "06", "07", "08", "09", "10", "11", "12", "13", "14", "16", "17"];

/// What each region answers: its levels, criterion by criterion.
type Answers<'a> = BTreeMap<&'a str, Vec<(&'a str, Option<i64>)>>;

/// Those who take part in a round.
struct Stage<'a> {
    developer: Session<'a>,
    coordinator: Session<'a>,
}

impl<'a> Stage<'a> {
    fn on(registry: &'a Registry) -> Self {
        let areas: Vec<String> = REGIONS.iter().map(|region| format!("region:{region}")).collect();
        let areas: Vec<&str> = areas.iter().map(String::as_str).collect();
        Self { developer: registry.developer(), coordinator: registry.sign_in("regional_coordinator", &areas, None) }
    }

    /// Asks all regions; gives the address of the round.
    #[track_caller]
    fn round(&self, framework: &str, opens_on: &str, due_on: &str) -> String {
        let asked: Vec<String> = REGIONS.iter().map(|region| format!("region:{region}")).collect();
        let path = self.developer.add(
            ROUNDS,
            &json!({
                "framework": framework, "names": {"fi": "Kierros"}, "first_day": "2026-01-01",
                "last_day": "2026-06-30", "opens_on": opens_on, "due_on": due_on, "reminders": [], "asked": asked
            }),
        );
        Self::step(&self.developer, &path, "publish");
        path
    }

    #[track_caller]
    fn step(session: &Session, path: &str, event: &str) -> Value {
        let answer = session.write("POST", &format!("{path}/transitions"), &[], &json!({"event": event}));
        assert_eq!(answer.status, 200, "{path} {event}: {}", answer.text());
        answer.json()
    }

    /// Has regions answer; the first so many of them are confirmed.
    fn answer(&self, round: &str, answers: &Answers, confirmed: usize) {
        let assessments = self.developer.items(&format!("/v1/assessments?round={}", named(round)));
        let of_region = |region: &str| {
            let found = assessments.iter().find(|each| each["subject"]["id"] == region);
            format!("/v1/assessments/{}", id(found.unwrap_or_else(|| panic!("{region}"))))
        };
        for (number, (region, levels)) in answers.iter().enumerate() {
            let path = of_region(region);
            Self::step(&self.coordinator, &path, "start");
            let answers: Vec<Value> = levels.iter().map(|(criterion, level)| answer(criterion, *level)).collect();
            let written = self.coordinator.write("PATCH", &path, &[ANY], &json!({"answers": answers}));
            assert_eq!(written.status, 200, "{}", written.text());
            Self::step(&self.coordinator, &path, "submit");
            if number < confirmed {
                Self::step(&self.developer, &path, "confirm");
            }
        }
    }
}

fn answer(criterion: &str, level: Option<i64>) -> Value {
    let kind = if level.is_some() { "level" } else { "not_known" };
    json!({
        "criterion": criterion, "answer": kind, "level": level,
        "reasoning": {"fi": "Perustelu", "sv": null, "en": null}, "evidence": []
    })
}

/// A quartile by a plain computation: sorted values, linear interpolation between two.
fn quartile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let number = |index: usize| f64::from(u32::try_from(index).unwrap());
    let place = share * number(sorted.len() - 1);
    let below = (0..sorted.len()).rev().find(|index| number(*index) <= place).unwrap();
    let above = sorted.get(below + 1).copied().unwrap_or(sorted[below]);
    sorted[below] + (above - sorted[below]) * (place - number(below))
}

#[track_caller]
fn close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{found} instead of {expected}"));
    assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
}

/// The item of a criterion, or of a goal as a whole.
#[track_caller]
fn item<'a>(comparison: &'a Value, goal: &str, criterion: Option<&str>) -> &'a Value {
    let items = comparison["items"].as_array().unwrap();
    let found = items.iter().find(|item| item["goal"] == goal && item["criterion"].as_str() == criterion);
    found.unwrap_or_else(|| panic!("no {goal} {criterion:?}: {comparison}"))
}

#[rstest]
fn regions_stand_side_by_side_and_compare_with_the_round_before_as_far_as_criteria_were_kept(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let stage = Stage::on(&registry);
    // The fifth belongs to the goal of the first.
    published(&stage.developer, &framework("own-1", &["network", "picture", "provision", "messages", "meetings"]));
    let next = successor(
        "own-2",
        "own-1",
        &["network", "picture", "remote", "in_person", "meetings"],
        &[
            ("kept", &["network"], &["network"]),
            ("kept", &["picture"], &["picture"]),
            ("split", &["provision"], &["remote", "in_person"]),
            ("dropped", &["messages"], &[]),
            ("kept", &["meetings"], &["meetings"]),
        ],
    );
    published(&stage.developer, &next);

    let first = stage.round("own-1", "2026-01-10", "2026-02-10");
    let then: Answers = (0..)
        .zip(REGIONS)
        .map(|(number, region)| {
            let level = |shift: i64| Some((number + shift) % 5 + 1);
            let levels = [
                ("network", level(0)),
                ("picture", level(1)),
                ("provision", level(2)),
                ("messages", level(3)),
                ("meetings", level(4)),
            ];
            (region, levels.to_vec())
        })
        .collect();
    stage.answer(&first, &then, 14);
    let second = stage.round("own-2", "2026-11-02", "2026-12-15");
    let now: Answers = (0..)
        .zip(REGIONS)
        .take(13)
        .map(|(number, region)| {
            let level = |shift: i64| Some((number * 2 + shift) % 5 + 1);
            // In person so few have a level that it is not shown.
            let few = if number < 4 { level(1) } else { None };
            let levels = [
                ("network", level(0)),
                ("picture", level(3)),
                ("remote", level(2)),
                ("in_person", few),
                ("meetings", level(1)),
            ];
            (region, levels.to_vec())
        })
        .collect();
    stage.answer(&second, &now, 12);

    let comparison = registry.public().json(&format!("{COMPARISONS}?round={}", named(&second)));
    assert_eq!(comparison["previous_round"], named(&first));
    assert_eq!((&comparison["framework"], &comparison["previous_framework"]), (&json!("own-2"), &json!("own-1")));
    assert_eq!(comparison["smallest_group"], 5);
    let ended: Vec<_> =
        comparison["ended"].as_array().unwrap().iter().map(|one| (&one["criterion"], &one["change"])).collect();
    let words = ["messages", "dropped", "provision", "split"].map(|word| json!(word));
    assert_eq!(ended, [(&words[0], &words[1]), (&words[2], &words[3])]);

    let level = |answers: &Answers, region: &str, criterion: &str| -> Option<f64> {
        let level = answers[region].iter().find(|(code, _)| *code == criterion)?.1?;
        Some(f64::from(i32::try_from(level).unwrap()))
    };
    let confirmed: Vec<&str> = now.keys().copied().take(12).collect();
    for (goal, criterion, comparability) in [
        ("active_network", "network", "kept"),
        ("situational_picture", "picture", "kept"),
        ("provision_meets_need", "remote", "split"),
        ("active_network", "meetings", "kept"),
    ] {
        let found = item(&comparison, goal, Some(criterion));
        let values: Vec<f64> = confirmed.iter().filter_map(|region| level(&now, region, criterion)).collect();
        assert_eq!(
            (&found["asked"], &found["answered"], &found["suppressed"]),
            (&json!(14), &json!(12), &json!(false))
        );
        for (name, share) in [("lower_quartile", 0.25), ("median", 0.5), ("upper_quartile", 0.75)] {
            close(&found[name], quartile(&values, share));
        }
        assert_eq!(found["comparability"], comparability);
        let told = found["values"].as_array().unwrap();
        let regions: Vec<&str> = told.iter().map(|value| value["subject"]["id"].as_str().unwrap()).collect();
        assert_eq!(regions, confirmed, "the thirteenth is not confirmed, the fourteenth not there");
        let mut changes = Vec::new();
        for (value, region) in told.iter().zip(&confirmed) {
            let current = level(&now, region, criterion).unwrap();
            close(&value["value"], current);
            if comparability == "kept" {
                let change = current - level(&then, region, criterion).unwrap();
                close(&value["change"], change);
                changes.push(change);
            } else {
                assert_eq!(value["change"], Value::Null);
            }
        }
        match comparability {
            "kept" => close(&found["median_change"], quartile(&changes, 0.5)),
            _ => assert_eq!((&found["median_change"], &found["previous_criterion"]), (&Value::Null, &Value::Null)),
        }
    }
    let picture = item(&comparison, "situational_picture", Some("picture"));
    assert_eq!(
        (&picture["compared"], &item(&comparison, "provision_meets_need", Some("remote"))["compared"]),
        (&json!(12), &json!(0))
    );
    let few = item(&comparison, "sufficient_communication", Some("in_person"));
    assert_eq!((&few["answered"], &few["suppressed"], &few["values"]), (&json!(4), &json!(true), &json!([])));
    assert_eq!(item(&comparison, "sufficient_communication", None)["suppressed"], true, "it has no other criterion");

    // A goal as a whole is the score that the assessments tell.
    let of_goal = item(&comparison, "active_network", None);
    let assessments = registry.public().items(&format!("/v1/assessments?round={}", named(&second)));
    assert_eq!(assessments.len(), 12, "what is confirmed is public");
    let scores: BTreeMap<String, f64> = assessments
        .iter()
        .map(|each| {
            let goals = each["score"]["goals"].as_array().unwrap();
            let score = goals.iter().find(|goal| goal["goal"] == "active_network").unwrap()["value"].as_f64().unwrap();
            (each["subject"]["id"].as_str().unwrap().to_owned(), score)
        })
        .collect();
    for value in of_goal["values"].as_array().unwrap() {
        close(&value["value"], scores[value["subject"]["id"].as_str().unwrap()]);
    }
    close(&of_goal["median"], quartile(&scores.values().copied().collect::<Vec<_>>(), 0.5));
    close(&of_goal["share_comparable"], 1.0);
    close(&item(&comparison, "provision_meets_need", None)["share_comparable"], 0.0);

    let asked = |query: &str| registry.public().get(&format!("{COMPARISONS}?round={}&{query}", named(&second)));
    let told = asked("goal=active_network").json();
    let rows: Vec<&Value> = told["items"].as_array().unwrap().iter().map(|item| &item["criterion"]).collect();
    assert_eq!(rows, [&Value::Null, &json!("network"), &json!("meetings")]);
    let told = asked("criterion=picture&criterion=remote").json();
    assert_eq!((told["items"].as_array().unwrap().len(), &told["ended"]), (2, &json!([])));
    assert_eq!(
        told["items"][0],
        *item(&comparison, "situational_picture", Some("picture")),
        "a filter changes nothing else"
    );
    assert_eq!(asked(&format!("previous_round={}", named(&first))).json(), comparison);
    asked("criterion=messages").problem(400, "invalid_request");
    asked(&format!("previous_round={}", named(&second))).problem(400, "invalid_request");
    asked("previous_round=00000000-0000-4000-8000-000000000000").problem(400, "invalid_request");
    registry.public().get(COMPARISONS).problem(400, "invalid_request");

    // A round that came between, in which nobody was confirmed, is not what is compared with.
    let between = stage.round("own-1", "2026-03-01", "2026-04-01");
    assert_eq!(registry.public().json(&format!("{COMPARISONS}?round={}", named(&second))), comparison);
    let asked_for = asked(&format!("previous_round={}", named(&between))).json();
    assert_eq!(asked_for["previous_round"], named(&between));
    assert!(asked_for["items"].as_array().unwrap().iter().all(|item| item["compared"] == 0));

    let alone = registry.public().json(&format!("{COMPARISONS}?round={}", named(&first)));
    assert_eq!((&alone["previous_round"], &alone["ended"]), (&Value::Null, &json!([])));
    assert!(alone["items"].as_array().unwrap().iter().all(|item| item["comparability"].is_null()));
}
