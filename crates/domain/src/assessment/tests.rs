use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use validator::Validate as _;

use super::*;
use crate::assessment_framework::{AssessmentFrameworkFacts, CriterionChange, Lineage};
use crate::assessment_round::RoundStatus;
use crate::invalid::{Violation, violations};
use crate::role::Role;
use crate::state_machine::StateMachine;
use crate::vocabulary::Vocabulary as _;

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}"))
}

/// A framework of two goals, by turns: of each criterion its code and its weight.
fn framework(
    key: &str,
    predecessor: Option<&str>,
    criteria: &[(&str, i32)],
    mapping: &Value,
) -> AssessmentFrameworkFacts {
    let criterion = |(code, weight): &(&str, i32)| json!({"code": code, "names": {"fi": code}, "guidance": {"fi": "ohje"}, "weight": weight, "levels": [], "metrics": []});
    let of_turn = |turn: usize| criteria.iter().skip(turn).step_by(2).map(criterion).collect::<Vec<_>>();
    read(json!({
        "key": key, "assessment_kind": "self", "names": {"fi": "Periaatteet"}, "proposal": true, "predecessor": predecessor,
        "goals": [
            {"goal": "active_network", "criteria": of_turn(0)}, {"goal": "situational_picture", "criteria": of_turn(1)}
        ],
        "mapping": mapping
    }))
}

/// Answers: of each criterion its level, 0 for not applicable and -1 for not known.
fn answers(given: &[(&str, i32)]) -> AssessmentFacts {
    let answer = |(code, level): &(&str, i32)| match level {
        0 => json!({"criterion": code, "answer": "not_applicable", "reasoning": null, "evidence": []}),
        -1 => json!({"criterion": code, "answer": "not_known", "reasoning": null, "evidence": []}),
        level => {
            json!({"criterion": code, "answer": "level", "level": level, "reasoning": {"fi": "Syy"}, "evidence": []})
        }
    };
    read(json!({"answers": given.iter().map(answer).collect::<Vec<_>>(), "improvement_actions": []}))
}

fn record(framework: &str, facts: AssessmentFacts) -> AssessmentRecord {
    let round: AssessmentRoundRecord = read(json!({
        "framework": framework, "names": {"fi": "Kierros"}, "first_day": "2026-01-01", "last_day": "2026-12-31",
        "opens_on": "2027-01-11", "due_on": "2027-02-12", "asked": ["region:01"], "assessment_kind": "self",
        "round_status": "upcoming"
    }));
    let id = AssessmentRoundId::of_key("round");
    AssessmentRecord { facts, ..AssessmentRecord::asked(id, &round, round.facts.asked[0].clone()) }
}

fn previous(framework: &str, facts: AssessmentFacts) -> Previous {
    Previous { id: AssessmentId::of_key("previous"), record: record(framework, facts) }
}

fn told(faults: &[Violation]) -> Vec<String> {
    faults.iter().map(|fault| format!("{} {}", fault.place, fault.invalid.code().as_str())).collect()
}

#[test]
fn each_fault_of_an_answer_is_named_at_its_place() {
    let good = json!({"criterion": "network", "answer": "level", "level": 3, "reasoning": null, "evidence": []});
    let table = [
        (json!({}), &[][..]),
        (json!({"level": 1}), &[]),
        (json!({"level": 5}), &[]),
        (json!({"level": 0}), &["/answers/0/level out_of_range"]),
        (json!({"level": 6}), &["/answers/0/level out_of_range"]),
        (json!({"level": null}), &["/answers/0/level missing_field"]),
        (json!({"answer": "not_known"}), &["/answers/0/level excluded"]),
        (json!({"answer": "not_applicable"}), &["/answers/0/level excluded"]),
        (json!({"answer": "not_known", "level": null}), &[]),
        (json!({"reasoning": {"fi": " "}}), &["/answers/0/reasoning/fi blank"]),
        (json!({"criterion": "reach"}), &["/answers/0/criterion unknown_value"]),
    ];
    let framework = framework("one", None, &[("network", 1)], &json!([]));
    for (fields, expected) in table {
        let mut answer = good.clone();
        for (name, value) in fields.as_object().into_iter().flatten() {
            answer[name] = value.clone();
        }
        let facts: AssessmentFacts = read(json!({"answers": [answer], "improvement_actions": []}));
        let mut faults = facts.validate().err().map(|errors| violations(&errors)).unwrap_or_default();
        faults.extend(facts.strange(&framework));
        assert_eq!(told(&faults), expected, "{fields}");
    }
}

#[test]
fn what_is_said_twice_and_what_is_missing_is_named() {
    let framework = framework("one", None, &[("network", 1), ("reach", 1), ("need", 1)], &json!([]));
    let mut facts = answers(&[("network", 3), ("reach", -1), ("network", 2)]);
    assert_eq!(told(&facts.repeated()), ["/answers/2/criterion repeated_value"]);
    assert_eq!(told(&facts.missing(&framework)), ["/answers needed_to_submit"]);
    facts.answers[0].reasoning = None;
    assert_eq!(
        told(&facts.missing(&framework)),
        ["/answers needed_to_submit", "/answers/0/reasoning needed_to_submit"]
    );
    assert_eq!(answers(&[("network", 0), ("reach", -1), ("need", 1)]).missing(&framework), []);
    let action =
        json!({"key": "more-points", "names": {"fi": "Lisää"}, "owner": {"fi": "Liitto"}, "action_status": "planned"});
    let facts: AssessmentFacts = read(json!({"answers": [], "improvement_actions": [action, action]}));
    assert_eq!(told(&facts.repeated()), ["/improvement_actions/1/key repeated_value"]);
}

#[test]
fn a_score_is_the_weighted_mean_over_what_has_a_level_beside_the_share_that_is_answered() {
    type Given = &'static [(&'static str, i32)];
    let framework = framework("one", None, &[("network", 50), ("reach", 25), ("need", 25)], &json!([]));
    let table: [(Given, Option<f64>, Option<f64>); 7] = [
        (&[], None, Some(0.0)),
        (&[("network", 4), ("reach", 4), ("need", 4)], Some(4.0), Some(1.0)),
        (&[("network", 5), ("reach", 3)], Some(4.333_333), Some(0.75)),
        (&[("network", 5), ("reach", 3), ("need", -1)], Some(4.333_333), Some(0.75)),
        (&[("network", 5), ("reach", 3), ("need", 0)], Some(4.333_333), Some(1.0)),
        (&[("network", 0), ("reach", 2), ("need", -1)], Some(2.0), Some(0.5)),
        (&[("network", 0), ("reach", 0), ("need", 0)], None, None),
    ];
    for (given, value, share) in table {
        let score = AssessmentScore::of(&answers(given), &framework);
        assert_eq!((score.value, score.share_answered), (value, share), "{given:?}");
    }
    let score = AssessmentScore::of(&answers(&[("network", 5), ("reach", 3), ("need", 2)]), &framework);
    assert_eq!(score.goals.iter().map(|goal| goal.value).collect::<Vec<_>>(), [Some(4.0), Some(3.0)]);
}

#[test]
fn only_what_was_kept_compares_with_the_last_cycle() {
    let older = framework("one", None, &[("network", 1), ("reach", 1), ("need", 1), ("media", 1)], &json!([]));
    let mapping = json!([
        {"change": "kept", "from": ["network"], "to": ["cooperation"]},
        {"change": "split", "from": ["reach"], "to": ["reach_in_person", "reach_remote"]},
        {"change": "dropped", "from": ["media"], "to": []},
        {"change": "kept", "from": ["need"], "to": ["need"]},
        {"change": "new", "from": [], "to": ["insight"]}
    ]);
    let criteria = [("cooperation", 60), ("need", 20), ("reach_in_person", 10), ("reach_remote", 5), ("insight", 5)];
    let newer = framework("two", Some("one"), &criteria, &mapping);
    let versions = HashMap::from([(older.key.clone(), older.clone()), (newer.key.clone(), newer.clone())]);
    let lineage = Lineage::between(&versions, &older.key, &newer.key).unwrap();
    let before = previous("one", answers(&[("network", 2), ("reach", 3), ("need", 4), ("media", 5)]));
    let now = answers(&[("cooperation", 4), ("need", 3), ("reach_in_person", 2), ("reach_remote", 2), ("insight", 1)]);
    let found = AssessmentDifference::since(&before, &now, &newer, &lineage);
    assert_eq!((found.previous_value, found.value, found.difference), (Some(2.5), Some(3.75), Some(1.25)));
    assert_eq!(found.share_compared, Some(0.8));
    let told: HashMap<_, _> = found
        .criteria
        .iter()
        .map(|of| {
            let code = of.criterion.as_ref().or(of.previous_criterion.as_ref()).map(ToString::to_string);
            (code.unwrap_or_default(), (of.comparability, of.previous_level, of.level, of.difference))
        })
        .collect();
    let expected = [
        ("cooperation", (CriterionChange::Kept, Some(2), Some(4), Some(2))),
        ("need", (CriterionChange::Kept, Some(4), Some(3), Some(-1))),
        ("reach_in_person", (CriterionChange::Split, None, Some(2), None)),
        ("reach_remote", (CriterionChange::Split, None, Some(2), None)),
        ("insight", (CriterionChange::New, None, Some(1), None)),
        ("reach", (CriterionChange::Split, Some(3), None, None)),
        ("media", (CriterionChange::Dropped, Some(5), None, None)),
    ];
    assert_eq!(told, expected.map(|(code, told)| (code.to_owned(), told)).into());
}

#[test]
fn what_is_left_to_do_is_carried_over_and_not_forgotten() {
    let action = |key: &str, status: &str| json!({"key": key, "names": {"fi": key}, "owner": {"fi": "Liitto"}, "due_on": "2027-06-30", "action_status": status});
    let statuses = [("planned-one", "planned"), ("begun", "in_progress"), ("finished", "done"), ("left", "dropped")];
    let actions: Vec<Value> = statuses.iter().map(|(key, status)| action(key, status)).collect();
    let before = previous("one", read(json!({"answers": [], "improvement_actions": actions})));
    let told = [action("left", "planned"), action("finished", "planned"), action("oldest", "planned")];
    let long_before = previous("one", read(json!({"answers": [], "improvement_actions": told})));
    let mut now = record("one", AssessmentFacts::default());
    for _ in 0..2 {
        now.carry_over([&before, &long_before]);
    }
    let carried: Vec<_> =
        now.improvement_actions().into_iter().map(|one| (one.key.to_string(), one.carried_from)).collect();
    let expected = [("planned-one", before.id), ("begun", before.id), ("oldest", long_before.id)];
    assert_eq!(carried, expected.map(|(key, from)| (key.to_owned(), Some(from))));
    assert_eq!(now.forgotten(&now.facts).count(), 0);
    let without =
        AssessmentFacts { improvement_actions: now.facts.improvement_actions[1..].to_vec(), ..now.facts.clone() };
    let mut shortened = AssessmentRecord { facts: without.clone(), ..now.clone() };
    shortened.carry_over([&before]);
    assert_eq!(shortened.facts, without, "what was taken out is not put back in silence");
    assert_eq!(now.forgotten(&without).map(ToString::to_string).collect::<Vec<_>>(), ["planned-one"]);
}

#[test]
fn what_is_carried_over_leaves_no_more_actions_than_an_assessment_has() {
    let actions = |name: &str, count: usize| {
        let action = |number| json!({"key": format!("{name}-{number}"), "names": {"fi": "Tehdä"}, "owner": {"fi": "Liitto"}, "due_on": null, "action_status": "planned"});
        read(json!({"answers": [], "improvement_actions": (0..count).map(action).collect::<Vec<_>>()}))
    };
    let mut now = record("one", actions("own", 60));
    now.carry_over([&previous("one", actions("later", 30)), &previous("one", actions("earlier", 70))]);
    assert_eq!((now.facts.improvement_actions.len(), now.carried.len()), (100, 40));
    assert!(now.facts.validate().is_ok(), "it can be written as it is");
}

#[test]
fn an_assessment_moves_while_its_round_takes_answers_and_is_confirmed_also_afterwards() {
    for event in AssessmentEvent::VALUES {
        for round in RoundStatus::VALUES {
            let expected = match round {
                RoundStatus::Open | RoundStatus::PastDue => true,
                RoundStatus::Closed => *event == AssessmentEvent::Confirm,
                RoundStatus::Draft | RoundStatus::Upcoming => false,
            };
            assert_eq!(event.happens_in(*round), expected, "{event} {round}");
        }
        for role in Role::VALUES {
            assert!(Assessments::step(AssessmentStatus::Confirmed, *event, *role).is_err(), "{event} by {role}");
        }
    }
    let returned =
        |remarks: Value| read::<AssessmentTransition>(json!({"event": "return", "remarks": remarks})).validate();
    assert!(returned(json!({"fi": "Perustelut puuttuvat."})).is_ok());
    assert!(returned(json!(null)).is_err());
}

proptest! {
    #[test]
    fn a_score_lies_between_the_levels_and_rises_with_each(
        given in prop::collection::vec((1..=100_i32, -1..=5_i32), 1..60),
        at in any::<prop::sample::Index>(),
    ) {
        let codes: Vec<String> = (0..given.len()).map(|number| format!("criterion_{number}")).collect();
        let of = |values: Vec<i32>| codes.iter().map(String::as_str).zip(values).collect::<Vec<_>>();
        let framework = framework("one", None, &of(given.iter().map(|(weight, _)| *weight).collect()), &json!([]));
        let levels: Vec<i32> = given.iter().map(|(_, level)| *level).collect();
        let whole = Score::of(&answers(&of(levels.clone())), framework.criteria());
        let known = levels.iter().copied().filter(|level| *level > 0);
        match (known.clone().min(), known.max(), whole.value) {
            (Some(least), Some(most), Some(value)) => {
                prop_assert!(f64::from(least) <= value.number() && value.number() <= f64::from(most));
            }
            (None, None, None) => (),
            other => prop_assert!(false, "{other:?}"),
        }
        prop_assert!(whole.share_answered.is_none_or(|share| (0.0..=1.0).contains(&share.number())));
        let applicable = levels.iter().any(|level| *level != 0);
        prop_assert_eq!(whole.share_answered.is_some(), applicable);
        let index = at.index(levels.len());
        if (1..5).contains(&levels[index]) {
            let mut better = levels;
            better[index] += 1;
            prop_assert!(Score::of(&answers(&of(better)), framework.criteria()).value > whole.value);
        }
    }

    #[test]
    fn by_one_framework_the_difference_is_that_of_the_scores_of_what_both_answered(
        given in prop::collection::vec((1..=100_i32, 1..=5_i32, 1..=5_i32), 1..30),
    ) {
        let codes: Vec<String> = (0..given.len()).map(|number| format!("criterion_{number}")).collect();
        let of = |value: fn(&(i32, i32, i32)) -> i32| -> Vec<(&str, i32)> {
            codes.iter().map(String::as_str).zip(given.iter().map(value)).collect()
        };
        let framework = framework("one", None, &of(|given| given.0), &json!([]));
        let lineage = Lineage::of_chain(&[&framework]).unwrap();
        let (then, now) = (answers(&of(|given| given.1)), answers(&of(|given| given.2)));
        let found = AssessmentDifference::since(&previous("one", then.clone()), &now, &framework, &lineage);
        prop_assert_eq!(found.previous_value, AssessmentScore::of(&then, &framework).value);
        prop_assert_eq!(found.value, AssessmentScore::of(&now, &framework).value);
        prop_assert_eq!(found.share_compared, Some(1.0));
    }
}
