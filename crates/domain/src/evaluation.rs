//! Evaluations: what one evaluator says of one application, by the criteria of its call.

mod score;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

pub use score::{Millionths, Score, mean_of};

use crate::application::ApplicationId;
use crate::call::CallFacts;
use crate::client::CallerName;
use crate::id::Id;
use crate::invalid::{Invalid, Violation};
use crate::key::Key;
use crate::noun::{Noun, NounName, Writable};
use crate::text::Descriptions;
use crate::validity::at_most;
use crate::version::Version;

/// What an evaluator gives for one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CriterionScore {
    /// The key of the criterion.
    pub criterion: Key,
    /// From 1, not at all, to 5, fully.
    #[schema(minimum = 1, maximum = 5, example = 4)]
    #[validate(custom(function = CriterionScore::check_score))]
    pub score: i32,
    /// Why, or null.
    #[validate(nested)]
    pub reasons: Option<Descriptions>,
}

impl CriterionScore {
    fn check_score(score: i32) -> Result<(), ValidationError> {
        crate::invalid::within(score, 1, 5)
    }
}

/// How much a criterion counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionWeight {
    /// The key of the criterion.
    pub criterion: Key,
    /// How much it counts beside the others.
    pub weight: i32,
}

/// An evaluation, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = EvaluationFacts::check, skip_on_field_errors = false))]
pub struct EvaluationFacts {
    /// The application; an evaluation stays with it.
    pub application: ApplicationId,
    /// Whether the evaluator has a conflict of interest. Who has one gives no scores, and what is declared stays so.
    pub conflict_of_interest: bool,
    /// What the conflict of interest is; needed with one, and not taken without.
    #[validate(nested)]
    pub conflict_reasons: Option<Descriptions>,
    /// What is given for the criteria of the call, each once; criteria may be left out.
    #[schema(max_items = 50)]
    #[validate(nested)]
    pub scores: Vec<CriterionScore>,
    /// What is said of the application as a whole, or null.
    #[validate(nested)]
    pub remarks: Option<Descriptions>,
}

impl EvaluationFacts {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(50, &self.scores, "scores")
    }

    /// What does not fit a conflict of interest, or the form of the call. Not among the rules that the body is held to
    /// by itself: that a declared conflict stays goes before.
    pub fn strange(&self, call: &CallFacts) -> Vec<Violation> {
        let mut faults = Vec::new();
        let excluded_by = |declared: bool| Invalid::Excludes { other: format!("conflict_of_interest: {declared}") };
        match (self.conflict_of_interest, self.conflict_reasons.is_some()) {
            (true, false) => faults.push(Violation::pointer("/conflict_reasons", Invalid::MissingField)),
            (false, true) => faults.push(Violation::pointer("/conflict_reasons", excluded_by(false))),
            _ => (),
        }
        if self.conflict_of_interest && !self.scores.is_empty() {
            faults.push(Violation::pointer("/scores", excluded_by(true)));
            return faults;
        }
        let known = || call.criteria.iter().map(|criterion| criterion.key.to_string()).collect();
        for (index, score) in self.scores.iter().enumerate() {
            let place = format!("/scores/{index}/criterion");
            if !call.criteria.iter().any(|criterion| criterion.key == score.criterion) {
                let invalid = Invalid::UnknownValue { value: score.criterion.to_string(), allowed: known() };
                faults.push(Violation::pointer(&place, invalid));
            } else if self.scores[..index].iter().any(|before| before.criterion == score.criterion) {
                let value = score.criterion.to_string();
                faults.push(Violation::pointer(&place, Invalid::RepeatedValue { value }));
            }
        }
        faults
    }

    /// What is in conflict with the evaluator's working for an organisation that applies: it has a conflict of
    /// interest, which it has to declare, and gives no scores.
    pub fn partial(&self) -> Vec<Violation> {
        let places = [("/scores", !self.scores.is_empty()), ("/conflict_of_interest", !self.conflict_of_interest)];
        let broken = places.into_iter().filter(|(_, is_broken)| *is_broken);
        broken.map(|(place, _)| Violation::pointer(place, Invalid::ConflictOfInterest)).collect()
    }

    /// Whether it takes back a conflict of interest that was declared, or scores in spite of it.
    pub fn takes_back(&self, before: &Self) -> bool {
        before.conflict_of_interest && !(self.conflict_of_interest && self.scores.is_empty())
    }
}

/// An evaluation, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: EvaluationFacts,
    /// The call that the application answers.
    pub call: Key,
    /// The client that evaluates.
    pub evaluator: CallerName,
    /// The version of the call's form whose criteria are scored.
    pub form_version: i32,
    /// The criteria of that version, with their weights: what the score is calculated with, now and later.
    pub weights: Vec<CriterionWeight>,
}

impl EvaluationRecord {
    /// What it comes to.
    pub fn score(&self) -> Score {
        Score::of(&self.facts.scores, &self.weights)
    }
}

/// What an evaluator says of an application.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Evaluation {
    /// Its id.
    pub id: EvaluationId,
    /// The application.
    pub application: ApplicationId,
    /// The call that the application answers.
    pub call: Key,
    /// The client that evaluates.
    pub evaluator: CallerName,
    /// Whether the evaluator has a conflict of interest.
    #[schema(example = false)]
    pub conflict_of_interest: bool,
    /// What the conflict of interest is, or null.
    pub conflict_reasons: Option<Descriptions>,
    /// What is given for the criteria of the call.
    #[schema(max_items = 50)]
    pub scores: Vec<CriterionScore>,
    /// The sum of score times weight over the criteria that are scored, divided by the sum of their weights; rounded
    /// half up to six decimals. Null where nothing is scored.
    #[schema(minimum = 1.0, maximum = 5.0, example = 4.333_333)]
    pub weighted_score: Option<f64>,
    /// The sum of the weights that are scored, divided by the sum of all weights; rounded half up to six decimals. Null
    /// where the call has no criteria.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.75)]
    pub answered_weight: Option<f64>,
    /// What is said of the application as a whole, or null.
    pub remarks: Option<Descriptions>,
    /// The version of the call's form whose criteria are scored.
    #[schema(minimum = 1, maximum = 1_000_000, example = 1)]
    pub form_version: i32,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one evaluation.
pub type EvaluationId = Id<Evaluation>;

impl Noun for Evaluation {
    const NOUN: NounName = NounName::Evaluation;
    type Id = EvaluationId;
    type Record = EvaluationRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Evaluation {
    type Facts = EvaluationFacts;

    fn facts(record: &EvaluationRecord) -> &EvaluationFacts {
        &record.facts
    }
}

/// Which evaluations a list shows, of those that the caller may read, oldest first.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EvaluationFilter {
    /// Those of any of these applications.
    #[param(value_type = Option<Vec<ApplicationId>>, max_items = 100)]
    pub application: Vec<ApplicationId>,
    /// Those of applications to any of these calls.
    #[param(value_type = Option<Vec<Key>>, max_items = 100)]
    pub call: Vec<Key>,
    /// Those by any of these clients.
    #[param(value_type = Option<Vec<CallerName>>, max_items = 100)]
    pub evaluator: Vec<CallerName>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::invalid::violations;
    use crate::organisation::OrganisationId;

    fn call() -> CallFacts {
        let criterion = |key: &str| json!({"key": key, "names": {"fi": key}, "descriptions": null, "weight": 50});
        serde_json::from_value(json!({
            "key": "one-call", "programme": "one-programme", "names": {"fi": "Haku"},
            "organiser": OrganisationId::of_key("dvv"), "published": true, "cancelled": false,
            "eligible_organisation_types": null, "opens_at": "2026-01-01T00:00:00Z", "budgeted": null, "events": [],
            "documents": [], "criteria": [criterion("need"), criterion("network")]
        }))
        .unwrap_or_else(|error| panic!("{error}"))
    }

    fn facts(conflict: bool, reasons: Option<&str>, scores: &Value) -> EvaluationFacts {
        serde_json::from_value(json!({
            "application": ApplicationId::of_key("one"), "conflict_of_interest": conflict,
            "conflict_reasons": reasons.map(|reasons| json!({"fi": reasons})), "scores": scores, "remarks": null
        }))
        .unwrap_or_else(|error| panic!("{error}"))
    }

    fn told(faults: &[Violation]) -> Vec<String> {
        faults.iter().map(|fault| format!("{} {}", fault.place, fault.invalid.code().as_str())).collect()
    }

    fn given(of: &[(&str, i32)]) -> Value {
        of.iter().map(|(criterion, score)| json!({"criterion": criterion, "score": score, "reasons": null})).collect()
    }

    #[test]
    fn scores_fit_the_criteria_and_conflicts_have_reasons_and_no_scores() {
        let table: [(bool, Option<&str>, Value, &[&str]); 9] = [
            (false, None, given(&[]), &[]),
            (false, None, given(&[("network", 1), ("need", 5)]), &[]),
            (false, None, given(&[("need", 1), ("price", 5)]), &["/scores/1/criterion unknown_value"]),
            (false, None, given(&[("need", 1), ("need", 1)]), &["/scores/1/criterion repeated_value"]),
            (false, Some("Jäävi"), given(&[]), &["/conflict_reasons excluded"]),
            (true, Some("Jäävi"), given(&[]), &[]),
            (true, None, given(&[]), &["/conflict_reasons missing_field"]),
            (true, Some("Jäävi"), given(&[("need", 1)]), &["/scores excluded"]),
            (true, None, given(&[("price", 1)]), &["/conflict_reasons missing_field", "/scores excluded"]),
        ];
        for (conflict, reasons, scores, expected) in table {
            let facts = facts(conflict, reasons, &scores);
            assert_eq!(told(&facts.strange(&call())), expected, "{facts:?}");
        }
    }

    #[test]
    fn an_unknown_criterion_is_named_with_those_that_are_known() {
        let faults = facts(false, None, &given(&[("price", 1)])).strange(&call());
        let allowed = vec!["need".to_owned(), "network".to_owned()];
        let expected = Invalid::UnknownValue { value: "price".into(), allowed };
        assert_eq!(faults, [Violation::pointer("/scores/0/criterion", expected)]);
    }

    #[test]
    fn a_score_is_1_to_5() {
        for score in -1..=7 {
            let errors = facts(false, None, &given(&[("need", score)])).validate().err();
            let faults = errors.map(|errors| told(&violations(&errors))).unwrap_or_default();
            let expected: &[&str] = if (1..=5).contains(&score) { &[] } else { &["/scores/0/score out_of_range"] };
            assert_eq!(faults, expected, "{score}");
        }
    }

    #[test]
    fn who_works_for_the_applicant_declares_it_and_scores_nothing() {
        let (free, declared) = ("/conflict_of_interest conflict_of_interest", "/scores conflict_of_interest");
        let table: [(bool, Value, &[&str]); 4] = [
            (true, given(&[]), &[]),
            (true, given(&[("need", 1)]), &[declared]),
            (false, given(&[]), &[free]),
            (false, given(&[("need", 1)]), &[declared, free]),
        ];
        for (conflict, scores, expected) in table {
            assert_eq!(told(&facts(conflict, None, &scores).partial()), expected);
        }
    }

    #[test]
    fn a_declared_conflict_is_final() {
        let (none, some) = (given(&[]), given(&[("need", 1)]));
        let table = [
            (false, false, &none, false),
            (false, false, &some, false),
            (false, true, &none, false),
            (true, true, &none, false),
            (true, true, &some, true),
            (true, false, &none, true),
            (true, false, &some, true),
        ];
        for (before, after, scores, is_taken_back) in table {
            let before = facts(before, None, &none);
            assert_eq!(facts(after, None, scores).takes_back(&before), is_taken_back, "{before:?} {after} {scores}");
        }
    }
}
