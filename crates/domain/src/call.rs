//! Calls: when one may apply, who may, and what came of it.

mod form;
mod status;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

pub use form::{CallCriterion, CallDocument, CallDocumentType, CallEvent, CallEventType, CallQuestion};
pub use status::{CallCircumstances, CallEventName, CallStatus, Calls};

use crate::client::CallerName;
use crate::contact::Contact;
use crate::date;
use crate::invalid::{Invalid, Violation};
use crate::key::Key;
use crate::money::Money;
use crate::noun::{Kept, Noun, NounName, Writable};
use crate::organisation::{OrganisationId, OrganisationRef, OrganisationType};
use crate::state_machine::Refusal;
use crate::text::{Descriptions, Names};
use crate::validity::{at_most, distinct};
use crate::version::Version;
use crate::vocabulary::{Vocabulary as _, vocabulary};

vocabulary! {
    /// What comes of an application that is granted.
    pub enum CallOutcome = "call_outcome" {
        Pilot = "pilot" ["pilotti", "pilotförsök", "pilot"],
        Grant = "grant" ["valtionavustus", "statsunderstöd", "grant"],
    }
}

/// A call, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = CallFacts::check, skip_on_field_errors = false))]
pub struct CallFacts {
    /// Its key, which it keeps for good.
    #[serde(default = "Key::placeholder")]
    pub key: Key,
    /// The programme that it belongs to.
    pub programme: Key,
    /// Its names.
    #[validate(nested)]
    pub names: Names,
    /// What it is for, or null.
    #[serde(default)]
    #[validate(nested)]
    pub purposes: Option<Descriptions>,
    /// The organisation that runs it.
    pub organiser: OrganisationId,
    /// Whether everyone may read it. What is published stays so.
    pub published: bool,
    /// Whether it was called off, which is final.
    pub cancelled: bool,
    /// What comes of an application that is granted.
    #[serde(default)]
    #[schema(value_type = BTreeSet<CallOutcome>, max_items = 2)]
    #[validate(length(max = 2), custom(function = distinct))]
    pub outcomes: Vec<CallOutcome>,
    /// The types of organisation that may apply; null where they are not recorded, and any may.
    #[schema(value_type = Option<BTreeSet<OrganisationType>>, max_items = 20)]
    pub eligible_organisation_types: Option<Vec<OrganisationType>>,
    /// From this instant applications are taken; needed to publish.
    #[serde(default, deserialize_with = "date::instant")]
    pub opens_at: Option<DateTime<Utc>>,
    /// Until this instant, exclusive, applications are taken; null where they are until the call is decided.
    #[serde(default, deserialize_with = "date::instant")]
    pub closes_at: Option<DateTime<Utc>>,
    /// What the call has to give; null where it is not known.
    #[validate(nested)]
    pub budgeted: Option<Money>,
    /// The first day on which the money may be used, or null.
    #[serde(default, deserialize_with = "date::day")]
    pub usable_from: Option<NaiveDate>,
    /// The last day on which the money may be used, or null.
    #[serde(default, deserialize_with = "date::day")]
    pub usable_to: Option<NaiveDate>,
    /// Its briefings, question hours and comment rounds.
    #[schema(max_items = 100)]
    #[validate(nested)]
    pub events: Vec<CallEvent>,
    /// Its documents.
    #[schema(max_items = 100)]
    #[validate(nested)]
    pub documents: Vec<CallDocument>,
    /// The questions of its form, which do not change once it is open.
    #[serde(default)]
    #[schema(max_items = 100)]
    #[validate(nested)]
    pub questions: Vec<CallQuestion>,
    /// By what applications are judged, which does not change once it is open.
    #[serde(default)]
    #[schema(max_items = 50)]
    #[validate(nested)]
    pub criteria: Vec<CallCriterion>,
    /// How to reach whoever answers questions, or null.
    #[serde(default)]
    pub contact: Option<Contact>,
}

impl CallFacts {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(100, &self.events, "events")?;
        at_most(100, &self.documents, "documents")?;
        at_most(100, &self.questions, "questions")?;
        at_most(50, &self.criteria, "criteria")?;
        let types = self.eligible_organisation_types.as_deref().unwrap_or_default();
        at_most(20, types, "eligible_organisation_types")?;
        let repeated = |keys: Vec<&Key>, field: &str| match distinct(&keys) {
            Err(_) => Err(Invalid::RepeatedValue { value: field.to_owned() }.at(field)),
            Ok(()) => Ok(()),
        };
        repeated(self.questions.iter().map(|question| &question.key).collect(), "questions")?;
        repeated(self.criteria.iter().map(|criterion| &criterion.key).collect(), "criteria")?;
        if distinct(types).is_err() {
            let value = "eligible_organisation_types".to_owned();
            return Err(Invalid::RepeatedValue { value }.at("eligible_organisation_types"));
        }
        if self.published && self.opens_at.is_none() {
            return Err(Invalid::NeededToPublish.at("opens_at"));
        }
        match (self.opens_at, self.closes_at) {
            (Some(opens), Some(closes)) if closes <= opens => return Err(Invalid::EndsBeforeStart.at("closes_at")),
            _ => (),
        }
        match (self.usable_from, self.usable_to) {
            (Some(from), Some(to)) if to < from => Err(Invalid::EndsBeforeStart.at("usable_to")),
            _ => Ok(()),
        }
    }

    /// Whether organisations of a type may apply.
    pub fn takes(&self, organisation_type: OrganisationType) -> bool {
        self.eligible_organisation_types.as_ref().is_none_or(|types| types.contains(&organisation_type))
    }
}

/// A call, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: CallFacts,
    /// Counts the changes of its questions and criteria, from 1.
    #[serde(default = "CallRecord::first_form")]
    pub form_version: i32,
    /// The clients that may evaluate the applications.
    #[serde(default)]
    pub evaluators: Vec<CallerName>,
    /// Whether the decision has been made.
    pub decided: bool,
    /// What was awarded.
    pub awarded: Option<Money>,
    /// How many applications came.
    pub applications_received: Option<i32>,
    /// From how many counties they came.
    pub counties_represented: Option<i32>,
    /// How many were selected.
    pub selected: Option<i32>,
    /// On what grounds they were selected.
    pub selection_grounds: Option<Descriptions>,
}

impl CallRecord {
    fn first_form() -> i32 {
        1
    }

    /// A call as it is when nothing has come of it yet.
    pub fn new(facts: CallFacts) -> Self {
        Self {
            facts,
            form_version: Self::first_form(),
            evaluators: Vec::new(),
            decided: false,
            awarded: None,
            applications_received: None,
            counties_represented: None,
            selected: None,
            selection_grounds: None,
        }
    }

    /// Which changes are in conflict with where the call stands: a published call stays published, a cancelled one
    /// cancelled, and once it is open, its form and who may apply are settled.
    pub fn conflicts(
        &self,
        facts: &CallFacts,
        status: CallStatus,
        step: impl Fn(CallEventName) -> Result<CallStatus, Refusal>,
    ) -> Vec<Violation> {
        let before = &self.facts;
        let mut conflicts = Vec::new();
        let not_now = Invalid::NotNow { state: status.code().to_owned(), legal: Vec::new() };
        let switches = [
            ("/published", before.published, facts.published, CallEventName::Publish),
            ("/cancelled", before.cancelled, facts.cancelled, CallEventName::Cancel),
        ];
        for (place, was, is, event) in switches {
            match (was, is) {
                (false, true) => {
                    if let Err(Refusal::NotNow(invalid)) = step(event) {
                        conflicts.push(Violation::pointer(place, invalid));
                    }
                }
                (true, false) => conflicts.push(Violation::pointer(place, not_now.clone())),
                _ => (),
            }
        }
        let settled = !matches!(status, CallStatus::Draft | CallStatus::Upcoming);
        let over = !matches!(status, CallStatus::Draft | CallStatus::Upcoming | CallStatus::Open);
        let rules = [
            ("/opens_at", settled && before.opens_at != facts.opens_at),
            ("/closes_at", over && before.closes_at != facts.closes_at),
            ("/outcomes", over && before.outcomes != facts.outcomes),
            ("/programme", settled && before.programme != facts.programme),
            ("/questions", settled && before.questions != facts.questions),
            ("/criteria", settled && before.criteria != facts.criteria),
            (
                "/eligible_organisation_types",
                settled && before.eligible_organisation_types != facts.eligible_organisation_types,
            ),
        ];
        conflicts.extend(Violation::wherever(rules, &not_now));
        conflicts
    }

    /// What its status follows from, with what came of it.
    pub fn circumstances(&self, outcomes: usize, unfinished: usize) -> CallCircumstances {
        let facts = &self.facts;
        CallCircumstances {
            published: facts.published,
            cancelled: facts.cancelled,
            opens_at: facts.opens_at,
            closes_at: facts.closes_at,
            decided: self.decided,
            outcomes,
            unfinished,
            usable_from: facts.usable_from,
            usable_to: facts.usable_to,
        }
    }
}

/// A call for applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Call {
    /// Its key.
    pub key: Key,
    /// The programme that it belongs to.
    pub programme: Key,
    /// Its names.
    pub names: Names,
    /// What it is for, or null.
    pub purposes: Option<Descriptions>,
    /// The organisation that runs it.
    pub organiser: OrganisationRef,
    /// Whether everyone may read it.
    #[schema(example = true)]
    pub published: bool,
    /// Whether it was called off.
    #[schema(example = false)]
    pub cancelled: bool,
    /// Where it stands now: it follows the clock, the decision and what came of it.
    pub call_status: CallStatus,
    /// What comes of an application that is granted.
    #[schema(max_items = 100)]
    pub outcomes: Vec<CallOutcome>,
    /// From this instant applications are taken; null where it is not known.
    pub opens_at: Option<DateTime<Utc>>,
    /// Until this instant, exclusive, applications are taken.
    pub closes_at: Option<DateTime<Utc>>,
    /// The types of organisation that may apply; null where they are not recorded.
    #[schema(max_items = 100)]
    pub eligible_organisation_types: Option<Vec<OrganisationType>>,
    /// What the call had to give; null where it is not known.
    pub budgeted: Option<Money>,
    /// What was awarded.
    pub awarded: Option<Money>,
    /// What is awarded and not with the beneficiaries today: the sum over its grants; null where one of them is not known, and
    /// where there are none.
    pub unused: Option<Money>,
    /// The first day on which the money may be used, or null.
    pub usable_from: Option<NaiveDate>,
    /// The last day on which the money may be used, or null.
    pub usable_to: Option<NaiveDate>,
    /// Its briefings, question hours and comment rounds.
    #[schema(max_items = 100)]
    pub events: Vec<CallEvent>,
    /// Its documents.
    #[schema(max_items = 100)]
    pub documents: Vec<CallDocument>,
    /// Counts the changes of its questions and criteria, from 1.
    #[schema(minimum = 1, maximum = 1_000_000, example = 1)]
    pub form_version: i32,
    /// The questions of its form.
    #[schema(max_items = 100)]
    pub questions: Vec<CallQuestion>,
    /// By what applications are judged.
    #[schema(max_items = 100)]
    pub criteria: Vec<CallCriterion>,
    /// How to reach whoever answers questions, or null.
    pub contact: Option<Contact>,
    /// How many applications came, or null where it is not recorded.
    #[schema(minimum = 0, maximum = 10_000, example = 10)]
    pub applications_received: Option<i32>,
    /// From how many counties they came, or null.
    #[schema(minimum = 0, maximum = 100, example = 10)]
    pub counties_represented: Option<i32>,
    /// How many were selected, or null.
    #[schema(minimum = 0, maximum = 10_000, example = 5)]
    pub selected: Option<i32>,
    /// On what grounds they were selected, or null.
    pub selection_grounds: Option<Descriptions>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// Who may evaluate the applications to a call, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EvaluatorsFacts {
    /// The clients, by their ids.
    #[schema(value_type = BTreeSet<CallerName>, max_items = 100)]
    #[validate(length(max = 100), custom(function = distinct))]
    pub clients: Vec<CallerName>,
}

/// Who may evaluate the applications to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Evaluators {
    /// The call.
    pub call: Key,
    /// The clients, by their ids.
    #[schema(max_items = 100)]
    pub clients: Vec<CallerName>,
    /// Counts the changes of the call.
    pub version: Version,
}

impl From<Kept<Call>> for Evaluators {
    fn from(call: Kept<Call>) -> Self {
        Self { call: call.id, clients: call.record.evaluators, version: call.version }
    }
}

impl Noun for Call {
    const NOUN: NounName = NounName::Call;
    type Id = Key;
    type Record = CallRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Call {
    type Facts = CallFacts;

    fn facts(record: &CallRecord) -> &CallFacts {
        &record.facts
    }
}

/// Which calls a list shows, by key.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallFilter {
    /// Those of any of these programmes.
    #[param(value_type = Option<Vec<Key>>, max_items = 100)]
    pub programme: Vec<Key>,
    /// Those that stand so now.
    #[param(value_type = Option<Vec<CallStatus>>, max_items = 100)]
    pub call_status: Vec<CallStatus>,
}
