use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::area::RegionCode;

/// The levels of each subject, criterion by criterion; none where it gave none.
type Levels = Vec<Vec<Option<i32>>>;

/// Four criteria: the first two belong to one goal, the third to another one alone, the fourth to a third one alone.
const GOALS: [(Goal, &[usize]); 3] =
    [(Goal::ActiveNetwork, &[0, 1]), (Goal::SituationalPicture, &[2]), (Goal::ProvisionMeetsNeed, &[3])];
const WEIGHTS: [i32; 4] = [30, 20, 50, 10];

fn framework(key: &str, predecessor: Option<&str>, codes: &[&str], mapping: &Value) -> AssessmentFrameworkFacts {
    let criterion = |index: &usize| {
        let names = json!({"fi": "Kriteeri"});
        json!({
            "code": codes[*index], "names": names, "guidance": names, "weight": WEIGHTS[*index], "levels": [],
            "metrics": []
        })
    };
    let goal = |(goal, criteria): &(Goal, &[usize])| {
        let criteria: Vec<Value> = criteria.iter().filter(|index| **index < codes.len()).map(criterion).collect();
        json!({"goal": goal, "criteria": criteria})
    };
    let goals: Vec<Value> = GOALS.iter().map(goal).collect();
    serde_json::from_value(json!({
        "key": key, "assessment_kind": "self", "names": {"fi": "Periaatteet"}, "descriptions": null, "proposal": true,
        "predecessor": predecessor, "goals": goals, "mapping": mapping
    }))
    .unwrap_or_else(|error| panic!("{error}"))
}

fn subject(number: usize) -> SubjectId {
    let code: Result<RegionCode, _> = format!("{number:02}").parse();
    SubjectId::Region(code.unwrap_or_else(|_| panic!("a region")))
}

fn confirmed(framework: &AssessmentFrameworkFacts, levels: &Levels) -> Confirmed {
    let codes: Vec<&CriterionCode> = framework.criteria().map(|criterion| &criterion.code).collect();
    let answers = |levels: &Vec<Option<i32>>| -> AssessmentFacts {
        let given = codes.iter().zip(levels).filter_map(|(code, level)| Some((code, (*level)?)));
        let given: Vec<Value> = given
            .map(|(code, level)| {
                json!({"criterion": code, "answer": "level", "level": level, "reasoning": null, "evidence": []})
            })
            .collect();
        serde_json::from_value(json!({"answers": given, "improvement_actions": []}))
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let of = levels.iter().enumerate().map(|(number, levels)| (subject(number), answers(levels)));
    Confirmed { framework: framework.clone(), asked: levels.len() + 1, answers: of.collect() }
}

fn earlier(older: &AssessmentFrameworkFacts, newer: &AssessmentFrameworkFacts, levels: &Levels) -> Earlier {
    let lineage = if older == newer { Lineage::of_chain(&[newer]) } else { Lineage::of_chain(&[older, newer]) };
    Earlier { confirmed: confirmed(older, levels), lineage: lineage.unwrap_or_else(|| panic!("a chain")) }
}

fn published(row: Row) -> ComparedItem {
    let named = |subject: &SubjectId| {
        let names = serde_json::from_value(json!({"fi": subject.to_string(), "sv": null, "en": null}));
        names.map(|names| SubjectRef::of(subject, names))
    };
    row.published(named).unwrap_or_else(|error| panic!("{error}"))
}

fn items(now: &Confirmed, earlier: Option<&Earlier>) -> Vec<ComparedItem> {
    compare(&ComparisonQuestion::default(), now, earlier).into_iter().map(published).collect()
}

/// The item of a criterion, or of a goal as a whole.
fn item(items: &[ComparedItem], goal: Goal, criterion: Option<&str>) -> ComparedItem {
    let found =
        items.iter().find(|item| item.goal == goal && item.criterion.as_ref().map(CriterionCode::as_str) == criterion);
    found.cloned().unwrap_or_else(|| panic!("{goal} {criterion:?}"))
}

/// Levels in which each criterion was answered by the first so many subjects.
fn answered(by: &[usize], subjects: usize) -> Levels {
    let level = |subject: usize, criterion: usize| i32::try_from((subject + criterion) % 5 + 1).unwrap_or(1);
    (0..subjects)
        .map(|subject| {
            let of = by.iter().enumerate();
            of.map(|(criterion, count)| (subject < *count).then(|| level(subject, criterion))).collect()
        })
        .collect()
}

fn quartiles(values: &[i32]) -> [Option<f64>; 3] {
    let of = values.iter().enumerate().map(|(number, value)| {
        (subject(number), Millionths::ratio(i64::from(*value), 1).unwrap_or_else(|| panic!("{value}")))
    });
    let Quartiles { lower, median, upper } = Group::of(of).quartiles();
    [lower, median, upper].map(|figure| figure.map(Millionths::number))
}

#[test]
fn quartiles_lie_between_two_values_by_linear_interpolation() {
    let table: [(&[i32], [f64; 3]); 6] = [
        (&[3], [3.0, 3.0, 3.0]),
        (&[1, 5], [2.0, 3.0, 4.0]),
        (&[5, 1, 3], [2.0, 3.0, 4.0]),
        (&[1, 2, 3, 4], [1.75, 2.5, 3.25]),
        (&[1, 2, 3, 4, 5], [2.0, 3.0, 4.0]),
        (&[1, 1, 2, 4, 5, 5], [1.25, 3.0, 4.75]),
    ];
    for (values, expected) in table {
        assert_eq!(quartiles(values), expected.map(Some), "{values:?}");
    }
    assert_eq!(quartiles(&[]), [None; 3]);
}

#[test]
fn figures_are_shown_from_five_answers_on() {
    let codes = ["one", "two", "three", "four"];
    let now = confirmed(&framework("first", None, &codes, &json!([])), &answered(&[9, 5, 4, 0], 9));
    let items = items(&now, None);
    let shown = |goal, criterion| {
        let item = item(&items, goal, criterion);
        assert_eq!(item.suppressed, item.median.is_none() && item.values.is_empty(), "{item:?}");
        assert_eq!(item.lower_quartile.is_some(), item.upper_quartile.is_some());
        (item.answered, !item.suppressed, item.values.len())
    };
    assert_eq!(shown(Goal::ActiveNetwork, Some("one")), (9, true, 9));
    assert_eq!(shown(Goal::ActiveNetwork, Some("two")), (5, true, 5));
    assert_eq!(shown(Goal::ActiveNetwork, None), (9, true, 9));
    assert_eq!(shown(Goal::SituationalPicture, Some("three")), (4, false, 0));
    assert_eq!(shown(Goal::SituationalPicture, None), (4, false, 0), "the only criterion of its goal");
    assert_eq!(shown(Goal::ProvisionMeetsNeed, Some("four")), (0, false, 0));
    assert!(
        items.iter().all(|item| item.asked == 10 && item.comparability.is_none() && item.share_comparable.is_none())
    );
}

#[test]
fn a_goal_does_not_give_away_a_criterion_that_few_have_answered() {
    let framework = framework("first", None, &["one", "two"], &json!([]));
    for (few, is_shown) in [(0, true), (1, false), (4, false), (5, true)] {
        let items = items(&confirmed(&framework, &answered(&[9, few], 9)), None);
        assert_eq!(!item(&items, Goal::ActiveNetwork, None).suppressed, is_shown, "{few}");
        assert!(!item(&items, Goal::ActiveNetwork, Some("one")).suppressed);
    }
}

#[test]
fn a_change_is_shown_where_both_rounds_show_what_it_is_made_of() {
    let framework = framework("first", None, &["one", "two"], &json!([]));
    let now = confirmed(&framework, &answered(&[9, 9], 9));
    // How many answered then; whether the change of the first criterion is shown, of the second, of the goal.
    let table = [
        ([9, 9], [true, true, true]),
        ([9, 5], [true, true, true]),
        ([9, 4], [true, false, false]),
        ([9, 0], [true, false, true]),
        ([4, 0], [false, false, false]),
    ];
    for (then, expected) in table {
        let items = items(&now, Some(&earlier(&framework, &framework, &answered(&then, 9))));
        let shown = [Some("one"), Some("two"), None].map(|criterion| {
            let item = item(&items, Goal::ActiveNetwork, criterion);
            assert_eq!(item.share_comparable, Some(1.0));
            let is_shown = item.median_change.is_some();
            assert_eq!(item.values.iter().any(|value| value.change.is_some()), is_shown);
            is_shown
        });
        assert_eq!(shown, expected, "{then:?}");
    }
    // Five answered then and five now, but only four both times.
    let (mut then, mut now) = (answered(&[6, 0], 6), answered(&[6, 0], 6));
    (then[0][0], now[5][0]) = (None, None);
    let items = items(&confirmed(&framework, &now), Some(&earlier(&framework, &framework, &then)));
    let item = item(&items, Goal::ActiveNetwork, Some("one"));
    assert_eq!((item.suppressed, item.median_change), (false, None));
}

#[test]
fn only_what_was_kept_compares_and_the_rest_says_why_it_does_not() {
    let older = framework("first", None, &["one", "old", "gone"], &json!([]));
    let mapping = json!([
        {"change": "kept", "from": ["one"], "to": ["uno"]},
        {"change": "split", "from": ["old"], "to": ["two", "three"]},
        {"change": "dropped", "from": ["gone"], "to": []},
        {"change": "new", "from": [], "to": ["four"]}
    ]);
    let newer = framework("second", Some("first"), &["uno", "two", "three", "four"], &mapping);
    let mut then = answered(&[6, 6, 6], 6);
    for levels in &mut then {
        levels[0] = Some(2);
    }
    let mut levels = answered(&[6, 6, 6, 6], 6);
    for levels in &mut levels {
        levels[0] = Some(5);
    }
    let earlier = earlier(&older, &newer, &then);
    let items = items(&confirmed(&newer, &levels), Some(&earlier));
    let told = |goal, criterion| {
        let item = item(&items, goal, criterion);
        let previous = item.previous_criterion.as_ref().map(ToString::to_string);
        (item.comparability.map(|change| change.to_string()), previous, item.share_comparable, item.median_change)
    };
    let (is, share) = (|text: &str| Some(text.to_owned()), Some(0.0));
    assert_eq!(told(Goal::ActiveNetwork, Some("uno")), (is("kept"), is("one"), Some(1.0), Some(3.0)));
    assert_eq!(told(Goal::ActiveNetwork, Some("two")), (is("split"), None, share, None));
    assert_eq!(told(Goal::SituationalPicture, Some("three")), (is("split"), None, share, None));
    assert_eq!(told(Goal::ProvisionMeetsNeed, Some("four")), (is("new"), None, share, None));
    assert_eq!(told(Goal::ActiveNetwork, None), (None, None, Some(0.6), Some(3.0)), "over what compares");
    assert_eq!(told(Goal::SituationalPicture, None), (None, None, share, None));

    let question = |goal: &[Goal]| ComparisonQuestion { goal: goal.to_vec(), ..ComparisonQuestion::default() };
    let ended = |goal: &[Goal]| -> Vec<(Goal, String, String)> {
        let ended = ended(&question(goal), &earlier).into_iter();
        ended.map(|each| (each.goal, each.criterion.to_string(), each.change.to_string())).collect()
    };
    let gone = (Goal::SituationalPicture, "gone".to_owned(), "dropped".to_owned());
    let old = (Goal::ActiveNetwork, "old".to_owned(), "split".to_owned());
    assert_eq!(ended(&[]), [gone.clone(), old]);
    assert_eq!(ended(&[Goal::SituationalPicture]), [gone]);
}

#[test]
fn a_question_asks_for_goals_criteria_or_both() {
    let now = confirmed(&framework("first", None, &["one", "two", "three"], &json!([])), &answered(&[5, 5, 5], 5));
    let asked = |goals: &[Goal], criteria: &[&str]| -> Vec<String> {
        let criterion = criteria.iter().filter_map(|code| code.parse().ok()).collect();
        let question = ComparisonQuestion { goal: goals.to_vec(), criterion, ..ComparisonQuestion::default() };
        let rows = compare(&question, &now, None).into_iter();
        rows.map(|row| row.criterion.map_or_else(|| row.goal.to_string(), |code| code.to_string())).collect()
    };
    let whole = ["active_network", "one", "two", "situational_picture", "three", "provision_meets_need"];
    assert_eq!(asked(&[], &[]), whole);
    assert_eq!(asked(&[Goal::ActiveNetwork], &[]), ["active_network", "one", "two"]);
    assert_eq!(asked(&[], &["two", "three"]), ["two", "three"]);
    assert_eq!(asked(&[Goal::ActiveNetwork], &["two", "three"]), ["two"]);
}

/// Changes the levels of every criterion that some have answered, but too few to be shown.
fn disturbed(levels: &Levels) -> Levels {
    let criteria = levels.first().map_or(0, Vec::len);
    let few = |criterion: usize| {
        let count = levels.iter().filter(|levels| levels[criterion].is_some()).count();
        (1..SMALLEST_GROUP).contains(&count)
    };
    let few: Vec<bool> = (0..criteria).map(few).collect();
    let other = |level: i32| level % 5 + 1;
    let disturb = |levels: &Vec<Option<i32>>| {
        let of = levels.iter().zip(&few);
        of.map(|(level, few)| if *few { level.map(other) } else { *level }).collect()
    };
    levels.iter().map(disturb).collect()
}

fn levels(criteria: usize) -> impl Strategy<Value = Levels> {
    // Few answer the one, most the other.
    let one = || prop_oneof![2 => Just(None), 1 => (1..=5_i32).prop_map(Some)];
    let other = || prop_oneof![1 => Just(None), 6 => (1..=5_i32).prop_map(Some)];
    let level = move |criterion: usize| if criterion.is_multiple_of(2) { other().boxed() } else { one().boxed() };
    prop::collection::vec((0..criteria).map(level).collect::<Vec<_>>(), 1..12)
}

proptest! {
    #[test]
    fn nothing_that_is_shown_depends_on_what_too_few_have_answered(
        then in levels(4),
        now in levels(4),
        is_renewed in any::<bool>(),
    ) {
        let codes = ["one", "two", "three", "four"];
        let older = framework("first", None, &codes, &json!([]));
        let mapping = json!([
            {"change": "kept", "from": ["one"], "to": ["four"]},
            {"change": "kept", "from": ["two"], "to": ["one"]},
            {"change": "kept", "from": ["three"], "to": ["two"]},
            {"change": "dropped", "from": ["four"], "to": []},
            {"change": "new", "from": [], "to": ["three"]}
        ]);
        let newer = if is_renewed { framework("second", Some("first"), &codes, &mapping) } else { older.clone() };
        let told = |now: &Levels, then: &Levels| items(&confirmed(&newer, now), Some(&earlier(&older, &newer, then)));
        let shown = told(&now, &then);
        prop_assert_eq!(&told(&disturbed(&now), &then), &shown);
        prop_assert_eq!(&told(&now, &disturbed(&then)), &shown);
        for item in &shown {
            prop_assert!(item.suppressed || item.answered >= SMALLEST_GROUP);
            let changed = item.values.iter().filter(|value| value.change.is_some()).count();
            prop_assert!(changed == 0 || changed >= SMALLEST_GROUP);
        }
    }

    #[test]
    fn quartiles_agree_with_a_plain_computation(values in prop::collection::vec(1..=5_i32, 1..60)) {
        let mut sorted: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
        sorted.sort_by(f64::total_cmp);
        let plain = |quarters: usize| {
            let place = quarters * (sorted.len() - 1);
            let (below, above) = (sorted[place / 4], sorted[place.div_ceil(4)]);
            below + (above - below) * [0.0, 0.25, 0.5, 0.75][place % 4]
        };
        let found = quartiles(&values);
        for (found, quarters) in found.into_iter().zip([1, 2, 3]) {
            prop_assert!(found.is_some_and(|found| (found - plain(quarters)).abs() < 1e-6), "{:?}", values);
        }
    }
}
