//! Decisions: what is decided on the applications to a call, all of them at once.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::application::{ApplicationEvent, ApplicationId};
use crate::date;
use crate::grant::GrantId;
use crate::id::Id;
use crate::invalid::{Invalid, Violation};
use crate::key::Key;
use crate::money::Money;
use crate::noun::{Noun, NounName};
use crate::organisation::{OrganisationId, OrganisationRef};
use crate::pilot::PilotId;
use crate::text::{Descriptions, Names};
use crate::validity::at_most;
use crate::version::Version;
use crate::vocabulary::vocabulary;

/// On how many applications is decided at once, at most.
const MOST: usize = 1_000;

vocabulary! {
    /// What was decided on an application.
    pub enum DecisionResult = "decision_result" {
        Granted = "granted" ["myönnetty", "beviljad", "granted"],
        PartiallyGranted = "partially_granted" ["osittain myönnetty", "delvis beviljad", "partially granted"],
        Rejected = "rejected" ["hylätty", "avslagen", "rejected"],
    }
}

impl DecisionResult {
    /// The step that it means for the application.
    pub fn event(self) -> ApplicationEvent {
        match self {
            Self::Granted => ApplicationEvent::Grant,
            Self::PartiallyGranted => ApplicationEvent::GrantPartially,
            Self::Rejected => ApplicationEvent::Reject,
        }
    }

    /// Whether something comes of the application.
    pub fn is_favourable(self) -> bool {
        self != Self::Rejected
    }
}

/// What is decided on one application, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewDecision {
    /// The application.
    pub application: ApplicationId,
    /// What is decided on it.
    pub decision_result: DecisionResult,
    /// The money that is granted; null where none is, or where it is not known.
    #[validate(nested)]
    pub amount: Option<Money>,
    /// Why.
    #[validate(nested)]
    pub reasons: Descriptions,
}

/// What is decided on a call: on every application that waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = CallDecision::check, skip_on_field_errors = false))]
pub struct CallDecision {
    /// The day of the decision: today or earlier, and not before the call closed (or opened, where it has no `closes_at`).
    #[serde(deserialize_with = "date::needed_day")]
    pub decided_on: NaiveDate,
    /// On what grounds the selected ones were selected as a set, or null.
    #[validate(nested)]
    pub selection_grounds: Option<Descriptions>,
    /// How to appeal, or null where one cannot.
    #[validate(nested)]
    pub appeal_instructions: Option<Descriptions>,
    /// What is decided on each application.
    #[schema(max_items = 1_000)]
    #[validate(nested)]
    pub decisions: Vec<NewDecision>,
}

/// What a decision has to know of an application.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The application.
    pub application: ApplicationId,
    /// The money that it asks for.
    pub requested: Option<Money>,
}

impl CallDecision {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(MOST, &self.decisions, "decisions")
    }

    /// What is wrong with it, given the applications that wait for a decision and the days on which it can have been made:
    /// each is decided on once, and the money fits what is said of it.
    pub fn faults(&self, pending: &[Pending], possible: RangeInclusive<NaiveDate>) -> Vec<Violation> {
        let mut faults = Vec::new();
        let mut fault = |place: String, invalid| faults.push(Violation::pointer(&place, invalid));
        if !possible.contains(&self.decided_on) {
            let [value, min, max] = [&self.decided_on, possible.start(), possible.end()].map(ToString::to_string);
            fault("/decided_on".into(), Invalid::OutOfRange { value, min, max });
        }
        for (index, decision) in self.decisions.iter().enumerate() {
            let place = |field: &str| format!("/decisions/{index}/{field}");
            let value = decision.application.to_string();
            let known = pending.iter().find(|pending| pending.application == decision.application);
            let Some(Pending { requested, .. }) = known else {
                let allowed = pending.iter().map(|pending| pending.application.to_string()).collect();
                fault(place("application"), Invalid::UnknownValue { value, allowed });
                continue;
            };
            if self.decisions[..index].iter().any(|before| before.application == decision.application) {
                fault(place("application"), Invalid::RepeatedValue { value });
            }
            if let Some(invalid) = decision.amount_fault(*requested) {
                fault(place("amount"), invalid);
            }
        }
        let decided = |pending: &&Pending| !self.decisions.iter().any(|one| one.application == pending.application);
        for left_out in pending.iter().filter(decided) {
            fault("/decisions".into(), Invalid::Needs { other: left_out.application.to_string() });
        }
        faults
    }
}

impl NewDecision {
    fn amount_fault(&self, requested: Option<Money>) -> Option<Invalid> {
        let amount = self.amount?;
        if self.decision_result == DecisionResult::Rejected {
            return Some(Invalid::Excludes { other: "decision_result: rejected".into() });
        }
        let requested = requested.filter(|requested| !requested.approximate && !amount.approximate)?;
        let in_full = amount.cents >= requested.cents;
        (in_full != (self.decision_result == DecisionResult::Granted)).then_some(Invalid::Contradictory)
    }
}

/// A decision, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// The call.
    pub call: Key,
    /// The application.
    pub application: ApplicationId,
    /// What the applicant called it.
    pub names: Names,
    /// The organisation that applied.
    pub applicant: OrganisationId,
    /// What was decided.
    pub decision_result: DecisionResult,
    /// On which day.
    pub decided_on: NaiveDate,
    /// The money that was granted.
    pub amount: Option<Money>,
    /// Why.
    pub reasons: Descriptions,
    /// How to appeal.
    pub appeal_instructions: Option<Descriptions>,
    /// The pilot that came of it.
    pub pilot: Option<PilotId>,
    /// The grant that came of it.
    pub grant: Option<GrantId>,
}

/// A decision on an application. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// The call.
    pub call: Key,
    /// The id of the application, which itself is not public.
    pub application: ApplicationId,
    /// What the applicant called it.
    pub names: Names,
    /// The organisation that applied.
    pub applicant: OrganisationRef,
    /// What was decided.
    pub decision_result: DecisionResult,
    /// On which day.
    pub decided_on: NaiveDate,
    /// The money that was granted; null where none was, or where it is not known.
    pub amount: Option<Money>,
    /// Why.
    pub reasons: Descriptions,
    /// How to appeal, or null.
    pub appeal_instructions: Option<Descriptions>,
    /// The pilot that came of it, or null.
    pub pilot: Option<PilotId>,
    /// The grant that came of it, or null.
    pub grant: Option<GrantId>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one decision.
pub type DecisionId = Id<Decision>;

impl Noun for Decision {
    const NOUN: NounName = NounName::Decision;
    type Id = DecisionId;
    type Record = DecisionRecord;

    fn version(&self) -> Version {
        self.version
    }
}

/// Which decisions a list shows, oldest first.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DecisionFilter {
    /// Those on any of these calls.
    #[param(value_type = Option<Vec<Key>>, max_items = 100)]
    pub call: Vec<Key>,
    /// Those on what any of these organisations applied for.
    #[param(value_type = Option<Vec<OrganisationId>>, max_items = 100)]
    pub applicant: Vec<OrganisationId>,
    /// Those that decided so.
    #[param(value_type = Option<Vec<DecisionResult>>, max_items = 100)]
    pub decision_result: Vec<DecisionResult>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn euros(cents: i64) -> Money {
        Money { cents, currency: Currency::Eur, approximate: false }
    }

    fn decision(application: ApplicationId, decision_result: DecisionResult, amount: Option<Money>) -> NewDecision {
        let reasons = Descriptions { fi: Some("Syy".into()), sv: None, en: None };
        NewDecision { application, decision_result, amount, reasons }
    }

    fn faults(decisions: Vec<NewDecision>, pending: &[Pending], day: &str) -> Vec<String> {
        let days = [day, "2018-05-09", "2018-06-15"].map(date::parse_day);
        let [Ok(decided_on), Ok(first), Ok(last)] = days else { unreachable!("all are days") };
        let whole = CallDecision { decided_on, selection_grounds: None, appeal_instructions: None, decisions };
        whole.faults(pending, first..=last).iter().map(|fault| fault.place.to_string()).collect()
    }

    #[test]
    fn every_application_that_waits_is_decided_on_once() {
        use DecisionResult::{Granted, Rejected};
        let [one, other, third] = [ApplicationId::new(), ApplicationId::new(), ApplicationId::new()];
        let pending = [one, other].map(|application| Pending { application, requested: None });
        let of = |application, result| decision(application, result, None);
        let day = "2018-06-15";
        assert!(faults(vec![of(one, Granted), of(other, Rejected)], &pending, day).is_empty());
        assert_eq!(faults(vec![of(one, Granted)], &pending, day), ["/decisions"]);
        let strange = vec![of(one, Granted), of(other, Granted), of(third, Granted)];
        assert_eq!(faults(strange, &pending, day), ["/decisions/2/application"]);
        let twice = vec![of(one, Granted), of(other, Granted), of(one, Rejected)];
        assert_eq!(faults(twice, &pending, day), ["/decisions/2/application"]);
        let all = || vec![of(one, Granted), of(other, Rejected)];
        assert_eq!(faults(all(), &pending, "2018-06-16"), ["/decided_on"]);
        assert_eq!(faults(all(), &pending, "2018-05-08"), ["/decided_on"]);
    }

    #[test]
    fn what_is_granted_in_full_is_all_that_was_asked_for() {
        use DecisionResult::{Granted, PartiallyGranted, Rejected};
        let application = ApplicationId::new();
        let table = [
            (Granted, Some(euros(100)), Some(euros(100)), true),
            (Granted, Some(euros(99)), Some(euros(100)), false),
            (Granted, None, Some(euros(100)), true),
            (Granted, Some(euros(99)), None, true),
            (PartiallyGranted, Some(euros(99)), Some(euros(100)), true),
            (PartiallyGranted, Some(euros(100)), Some(euros(100)), false),
            (Rejected, None, Some(euros(100)), true),
            (Rejected, Some(euros(0)), Some(euros(100)), false),
        ];
        for (result, amount, requested, good) in table {
            let pending = [Pending { application, requested }];
            let found = faults(vec![decision(application, result, amount)], &pending, "2018-06-15");
            assert_eq!(found.is_empty(), good, "{result} {amount:?} {requested:?}");
        }
    }
}
