use std::collections::{BTreeMap, BTreeSet, HashMap};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::invalid::violations;

fn level(level: i32) -> Value {
    json!({"level": level, "anchors": {"fi": "taso", "sv": "nivå", "en": "level"}})
}

fn criterion(code: &str) -> Value {
    let levels: Vec<Value> = (1..=5).map(level).collect();
    json!({
        "code": code, "names": {"fi": code}, "guidance": {"fi": "ohje"}, "weight": 10, "levels": levels,
        "metrics": ["service_points"]
    })
}

fn facts(key: &str, predecessor: Option<&str>, codes: &[&str], mapping: &Value) -> Value {
    let criteria: Vec<Value> = codes.iter().map(|code| criterion(code)).collect();
    json!({
        "key": key, "assessment_kind": "self", "names": {"fi": "Periaatteet"}, "descriptions": null, "proposal": true,
        "predecessor": predecessor, "goals": [{"goal": "active_network", "criteria": criteria}], "mapping": mapping
    })
}

fn read(facts: &Value) -> AssessmentFrameworkFacts {
    AssessmentFrameworkFacts::deserialize(facts).unwrap_or_else(|error| panic!("{error}"))
}

fn told(faults: &[Violation]) -> Vec<String> {
    let mut told: Vec<String> =
        faults.iter().map(|fault| format!("{} {}", fault.place, fault.invalid.code().as_str())).collect();
    told.sort();
    told
}

/// All that is wrong with facts by themselves.
fn faults(facts: &Value) -> Vec<String> {
    let facts = read(facts);
    let mut faults = facts.validate().err().map(|errors| violations(&errors)).unwrap_or_default();
    faults.extend(facts.strange());
    told(&faults)
}

fn mapped(change: &str, from: &[&str], to: &[&str]) -> Value {
    json!({"change": change, "from": from, "to": to})
}

#[test]
fn each_fault_of_goals_criteria_and_levels_is_named_at_its_place() {
    let table: [(&str, Value, &[&str]); 12] = [
        ("/proposal", json!(false), &[]),
        ("/goals", json!([]), &["/goals needed_to_publish"]),
        ("/goals/0/criteria", json!([]), &["/goals/0/criteria needed_to_publish"]),
        ("/goals/1/goal", json!("active_network"), &["/goals/1/goal repeated_value"]),
        ("/goals/1/criteria/0/code", json!("one"), &["/goals/1/criteria/0/code repeated_value"]),
        ("/goals/0/criteria/0/weight", json!(0), &["/goals/0/criteria/0/weight out_of_range"]),
        ("/goals/0/criteria/1/weight", json!(101), &["/goals/0/criteria/1/weight out_of_range"]),
        ("/goals/0/criteria/0/levels/0/level", json!(0), &["/goals/0/criteria/0/levels/0/level out_of_range"]),
        ("/goals/0/criteria/0/levels/4/level", json!(6), &["/goals/0/criteria/0/levels/4/level out_of_range"]),
        (
            "/goals/0/criteria/0/levels/4",
            level(1),
            &["/goals/0/criteria/0/levels missing_field", "/goals/0/criteria/0/levels/4/level repeated_value"],
        ),
        (
            "/goals/0/criteria/1/levels",
            json!([level(1), level(2), level(4), level(5)]),
            &["/goals/0/criteria/1/levels missing_field"],
        ),
        ("/goals/0/criteria/0/metrics", json!(["gap", "gap"]), &["/goals/0/criteria/0/metrics repeated_value"]),
    ];
    for (place, value, expected) in table {
        let mut facts = facts("first", None, &["one", "two"], &json!([]));
        let other = json!({"goal": "situational_picture", "criteria": [criterion("three")]});
        facts["goals"].as_array_mut().unwrap_or_else(|| panic!("a list")).push(other);
        *facts.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value;
        assert_eq!(faults(&facts), expected, "{place}");
    }
}

#[test]
fn a_code_is_small_letters_digits_and_single_underscores_after_a_letter() {
    for good in ["ab", "remote_support", "level_2"] {
        assert!(good.parse::<CriterionCode>().is_ok(), "{good}");
    }
    for bad in ["", "a", "2a", "_ab", "ab_", "a__b", "Ab", "ä_ö", "a-b", &"a".repeat(65)] {
        assert!(bad.parse::<CriterionCode>().is_err(), "{bad}");
    }
}

#[test]
fn each_change_of_a_mapping_has_its_number_of_criteria() {
    let sides: [&[&str]; 3] = [&[], &["one"], &["one", "two"]];
    let legal = [("kept", 1, 1), ("split", 1, 2), ("joined", 2, 1), ("dropped", 1, 0), ("new", 0, 1)];
    for (change, from, to) in legal {
        for (given_from, given_to) in (0..3).flat_map(|from| (0..3).map(move |to| (from, to))) {
            let mapping = json!([mapped(change, sides[given_from], sides[given_to])]);
            let mut expected = Vec::new();
            if given_from != from {
                expected.push("/mapping/0/from out_of_range");
            }
            if given_to != to {
                expected.push("/mapping/0/to out_of_range");
            }
            let found = faults(&facts("second", Some("first"), &["one", "two"], &mapping));
            assert_eq!(found, expected, "{change} {given_from} {given_to}");
        }
    }
    let alone = facts("second", None, &["one"], &json!([mapped("kept", &["one"], &["one"])]));
    assert_eq!(faults(&alone), ["/mapping excluded"]);
}

#[test]
fn a_mapping_names_known_criteria_once_and_in_the_end_all_of_them() {
    let first = read(&facts("first", None, &["one", "two", "three"], &json!([])));
    let mapping = json!([
        mapped("kept", &["one"], &["one"]),
        mapped("split", &["four"], &["one", "five"]),
        mapped("dropped", &["one"], &[])
    ]);
    let second = read(&facts("second", Some("first"), &["one", "two"], &mapping));
    let expected = [
        "/mapping/1/from/0 unknown_value",
        "/mapping/1/to/0 repeated_value",
        "/mapping/1/to/1 unknown_value",
        "/mapping/2/from/0 repeated_value",
    ];
    assert_eq!(told(&second.misfits(&first)), expected);
    let missing = |value: &str, side: &str| {
        Violation::pointer("/mapping", Invalid::NotMapped { value: value.into(), side: side.into() })
    };
    assert_eq!(second.unmapped(&first), [missing("three", "from"), missing("two", "from"), missing("two", "to")]);
    let other = AssessmentFrameworkFacts { assessment_kind: AssessmentKind::Need, mapping: vec![], ..second };
    assert_eq!(told(&other.misfits(&first)), ["/assessment_kind contradictory"]);
}

/// What became of each criterion of the newer version, in words: the older one's code, or why there is none.
fn lineage(of: &Lineage) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let word = |comparability: &Comparability| match comparability {
        Comparability::Comparable { older } => format!("={older}"),
        Comparability::Not { change } => change.to_string(),
    };
    let newer = of.newer().map(|(code, comparability)| (code.to_string(), word(comparability)));
    (newer.collect(), of.ended().map(|(code, change)| (code.to_string(), change.to_string())).collect())
}

fn words(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter().map(|(code, word)| ((*code).to_owned(), (*word).to_owned())).collect()
}

#[test]
fn what_is_kept_all_the_way_compares_and_what_is_not_says_why() {
    let first = read(&facts("first", None, &["aa", "bb", "cc", "dd", "ee", "ff"], &json!([])));
    let mapping = json!([
        mapped("kept", &["aa"], &["aa"]),
        mapped("kept", &["bb"], &["renamed"]),
        mapped("split", &["cc"], &["c1", "c2"]),
        mapped("joined", &["dd", "ee"], &["de"]),
        mapped("dropped", &["ff"], &[]),
        mapped("new", &[], &["ff"])
    ]);
    let second = read(&facts("second", Some("first"), &["aa", "renamed", "c1", "c2", "de", "ff"], &mapping));
    let one_on = Lineage::of_chain(&[&first, &second]).unwrap_or_else(|| panic!("a chain"));
    let newer = [("aa", "=aa"), ("renamed", "=bb"), ("c1", "split"), ("c2", "split"), ("de", "joined"), ("ff", "new")];
    let ended = [("cc", "split"), ("dd", "joined"), ("ee", "joined"), ("ff", "dropped")];
    assert_eq!(lineage(&one_on), (words(&newer), words(&ended)));

    let mapping = json!([
        mapped("kept", &["renamed"], &["aa"]),
        mapped("split", &["aa"], &["a1", "a2"]),
        mapped("kept", &["c1"], &["c1"]),
        mapped("joined", &["c2", "de"], &["cde"]),
        mapped("kept", &["ff"], &["ff"])
    ]);
    let third = read(&facts("third", Some("second"), &["aa", "a1", "a2", "c1", "cde", "ff"], &mapping));
    let two_on = Lineage::of_chain(&[&first, &second, &third]).unwrap_or_else(|| panic!("a chain"));
    let newer = [("aa", "=bb"), ("a1", "split"), ("a2", "split"), ("c1", "split"), ("cde", "joined"), ("ff", "new")];
    let ended = [("aa", "split"), ("cc", "split"), ("dd", "joined"), ("ee", "joined"), ("ff", "dropped")];
    assert_eq!(lineage(&two_on), (words(&newer), words(&ended)));

    let same = Lineage::of_chain(&[&third]).unwrap_or_else(|| panic!("a chain"));
    assert!(same.newer().all(|(code, comparability)| comparability.older() == Some(code)));
    assert_eq!(same.ended().count(), 0);
    assert_eq!(Lineage::of_chain(&[]), None);
    assert_eq!(Lineage::of_chain(&[&first, &third]), None, "no chain");
    assert_eq!(Lineage::of_chain(&[&second, &first]), None, "the wrong way round");

    let versions = HashMap::from([&first, &second, &third].map(|facts| (facts.key.clone(), facts.clone())));
    let between = |older: &AssessmentFrameworkFacts, newer: &AssessmentFrameworkFacts| {
        Lineage::between(&versions, &older.key, &newer.key)
    };
    assert_eq!(between(&first, &third), Some(two_on));
    assert_eq!(between(&third, &third), Some(same));
    assert_eq!(between(&third, &first), None);
    let round = AssessmentFrameworkFacts { predecessor: Some(third.key.clone()), ..first.clone() };
    let stranger = AssessmentFrameworkFacts { key: Key::placeholder(), ..first.clone() };
    let circle = HashMap::from([&round, &second, &third].map(|facts| (facts.key.clone(), facts.clone())));
    assert_eq!(Lineage::between(&circle, &stranger.key, &third.key), None, "a circle has no end");
}

/// The next version after some criteria: what becomes of each, by chance. Codes are never used again, so that where one
/// came from can be followed by its name alone.
fn next(version: usize, before: &[String], chances: &[u8]) -> (Vec<String>, Value) {
    let mut own = Vec::new();
    let mut mapping = Vec::new();
    let fresh = |own: &mut Vec<String>| {
        own.push(format!("v{version}_{}", own.len()));
        own.last().cloned().unwrap_or_default()
    };
    let mut left = before.iter();
    let mut chances = chances.iter().cycle();
    while let Some(code) = left.next() {
        let drawn = chances.next().copied().unwrap_or(0);
        let (change, from, to): (&str, Vec<&String>, Vec<String>) = match drawn % 5 {
            0 => ("split", vec![code], vec![fresh(&mut own), fresh(&mut own)]),
            1 => ("dropped", vec![code], vec![]),
            2 => match left.next() {
                Some(other) => ("joined", vec![code, other], vec![fresh(&mut own)]),
                None => ("dropped", vec![code], vec![]),
            },
            _ => ("kept", vec![code], vec![fresh(&mut own)]),
        };
        mapping.push(json!({"change": change, "from": from, "to": to}));
    }
    let new = fresh(&mut own);
    mapping.push(json!({"change": "new", "from": [], "to": [new]}));
    (own, json!(mapping))
}

fn texts(codes: &[String]) -> Vec<&str> {
    codes.iter().map(String::as_str).collect()
}

proptest! {
    #[test]
    fn every_criterion_old_and_new_is_told_of_once_and_steps_add_up(
        first in 1..8_usize,
        chances in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..8), 0..5),
    ) {
        let mut own: Vec<String> = (0..first).map(|index| format!("v0_{index}")).collect();
        let key = |version: usize| format!("version-{version}");
        let mut chain = vec![read(&facts(&key(0), None, &texts(&own), &json!([])))];
        for (version, chances) in chances.iter().enumerate() {
            let (newer, mapping) = next(version + 1, &own, chances);
            let facts = read(&facts(&key(version + 1), Some(&key(version)), &texts(&newer), &mapping));
            prop_assert_eq!(facts.strange(), []);
            prop_assert_eq!(facts.misfits(&chain[version]), []);
            prop_assert_eq!(facts.unmapped(&chain[version]), []);
            own = newer;
            chain.push(facts);
        }
        let chain: Vec<&AssessmentFrameworkFacts> = chain.iter().collect();
        let whole = Lineage::of_chain(&chain).unwrap_or_else(|| panic!("a chain: {own:?}"));

        let all = |facts: &AssessmentFrameworkFacts| -> BTreeSet<CriterionCode> {
            facts.criteria().map(|criterion| criterion.code.clone()).collect()
        };
        let newer: BTreeSet<_> = whole.newer().map(|(code, _)| code.clone()).collect();
        prop_assert_eq!(newer, all(chain[chain.len() - 1]), "each of the newer");
        let compared: Vec<_> = whole.newer().filter_map(|(_, comparability)| comparability.older().cloned()).collect();
        let ended: Vec<_> = whole.ended().map(|(code, _)| code.clone()).collect();
        let told: BTreeSet<_> = compared.iter().chain(&ended).cloned().collect();
        prop_assert_eq!(told.len(), compared.len() + ended.len(), "none of the older twice");
        prop_assert_eq!(told, all(chain[0]), "each of the older");

        // Version by version the same as at once.
        for (code, comparability) in whole.newer() {
            let mut at = code.clone();
            let mut stepwise = Comparability::Comparable { older: at.clone() };
            for pair in chain.windows(2).rev() {
                let step = Lineage::of_chain(pair).unwrap_or_else(|| panic!("a chain"));
                stepwise = step.of(&at).cloned().unwrap_or_else(|| panic!("{at}"));
                match &stepwise {
                    Comparability::Comparable { older } => at = older.clone(),
                    Comparability::Not { .. } => break,
                }
            }
            prop_assert_eq!(comparability, &stepwise, "{}", code);
        }
    }
}
