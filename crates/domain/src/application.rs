//! Applications: what an organisation asks for in answer to a call.

mod content;
mod steps;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

pub use content::{BudgetLine, CallAnswer, CostCategory, FunctionalPart};
pub use steps::{
    ApplicationEvent, ApplicationStatus, ApplicationStep, ApplicationTransition, Applications, MOST_STEPS,
};

use crate::area::{AreaId, AreaRef, RegionCode};
use crate::call::CallFacts;
use crate::contact::Contact;
use crate::date::RoughDate;
use crate::id::Id;
use crate::invalid::{Invalid, Violation};
use crate::key::Key;
use crate::money::Money;
use crate::noun::{Noun, NounName, Writable};
use crate::organisation::{OrganisationId, OrganisationRef};
use crate::pilot::PilotTask;
use crate::support::{TargetGroup, everyone_alone};
use crate::text::{Descriptions, Names};
use crate::validity::{at_most, distinct};
use crate::version::Version;

/// An application, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ApplicationFacts::check, skip_on_field_errors = false))]
pub struct ApplicationFacts {
    /// The call that it answers; an application stays with it.
    pub call: Key,
    /// The organisation that applies; an application stays with it.
    pub applicant: OrganisationId,
    /// What the applicant calls it.
    #[validate(nested)]
    pub names: Names,
    /// How to reach the applicant in this matter, or null.
    pub contact: Option<Contact>,
    /// The organisations that would take part.
    #[schema(value_type = BTreeSet<OrganisationId>, max_items = 50)]
    #[validate(length(max = 50), custom(function = distinct))]
    pub partners: Vec<OrganisationId>,
    /// The areas that it covers; needed to submit.
    #[schema(value_type = BTreeSet<AreaId>, max_items = 400)]
    #[validate(length(max = 400), custom(function = distinct))]
    pub areas: Vec<AreaId>,
    /// When the work would begin, or null.
    #[validate(nested)]
    pub starts: Option<RoughDate>,
    /// When it would end, or null.
    #[validate(nested)]
    pub ends: Option<RoughDate>,
    /// In a few words, or null.
    #[validate(nested)]
    pub summaries: Option<Descriptions>,
    /// What it aims at.
    #[schema(max_items = 20)]
    #[validate(nested)]
    pub objectives: Vec<Descriptions>,
    /// What would be done.
    #[schema(max_items = 20)]
    #[validate(nested)]
    pub tasks: Vec<PilotTask>,
    /// Whom it would reach. `everyone` excludes all others.
    #[schema(value_type = BTreeSet<TargetGroup>, max_items = 13)]
    #[validate(length(max = 13), custom(function = distinct), custom(function = everyone_alone))]
    pub customer_groups: Vec<TargetGroup>,
    /// Which parts of digital support it would build up.
    #[schema(value_type = BTreeSet<FunctionalPart>, max_items = 10)]
    #[validate(length(max = 10), custom(function = distinct))]
    pub functional_parts: Vec<FunctionalPart>,
    /// What it answers to the questions of the call.
    #[schema(max_items = 100)]
    #[validate(nested)]
    pub answers: Vec<CallAnswer>,
    /// What it would cost, by kind of cost.
    #[schema(max_items = 50)]
    #[validate(nested)]
    pub budget: Vec<BudgetLine>,
    /// The money that is asked for; null where none is, or where it is not known.
    #[validate(nested)]
    pub requested: Option<Money>,
    /// Whether the national developer and the ministry may read the draft; the developer, to comment on it.
    pub open_for_comments: bool,
}

impl ApplicationFacts {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(20, &self.objectives, "objectives")?;
        at_most(20, &self.tasks, "tasks")?;
        at_most(100, &self.answers, "answers")?;
        at_most(50, &self.budget, "budget")?;
        // What a decision makes of it is held to the same.
        RoughDate::check_order(self.starts.as_ref(), self.ends.as_ref())
    }

    /// What does not fit the form of its call.
    pub fn strange(&self, call: &CallFacts) -> Vec<Violation> {
        let known = || call.questions.iter().map(|question| question.key.to_string()).collect();
        let mut faults = Vec::new();
        for (index, answer) in self.answers.iter().enumerate() {
            let place = format!("/answers/{index}/question");
            if !call.questions.iter().any(|question| question.key == answer.question) {
                let invalid = Invalid::UnknownValue { value: answer.question.to_string(), allowed: known() };
                faults.push(Violation::pointer(&place, invalid));
            } else if self.answers[..index].iter().any(|before| before.question == answer.question) {
                let value = answer.question.to_string();
                faults.push(Violation::pointer(&place, Invalid::RepeatedValue { value }));
            }
        }
        faults
    }

    /// What it lacks to be submitted.
    pub fn missing(&self, call: &CallFacts) -> Vec<Violation> {
        let mut faults = Vec::new();
        let mut lacks = |place: &str, invalid| faults.push(Violation::pointer(place, invalid));
        if self.areas.is_empty() {
            lacks("/areas", Invalid::NeededToSubmit { what: None });
        }
        for question in call.questions.iter().filter(|question| question.required) {
            if !self.answers.iter().any(|answer| answer.question == question.key) {
                lacks("/answers", Invalid::NeededToSubmit { what: Some(question.key.to_string()) });
            }
        }
        let total = self.budget.iter().map(|line| line.amount.cents).fold(0_i64, i64::saturating_add);
        if !self.budget.is_empty() && self.requested.is_some_and(|requested| requested.cents > total) {
            lacks("/requested", Invalid::Contradictory);
        }
        faults
    }
}

/// An application, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: ApplicationFacts,
    /// Where it stands.
    pub application_status: ApplicationStatus,
    /// When it was submitted.
    pub submitted_at: Option<DateTime<Utc>>,
    /// The version of the call's form that it answers.
    pub form_version: i32,
    /// What has happened to it.
    pub steps: Vec<ApplicationStep>,
}

impl ApplicationRecord {
    /// Whether only the applicant sees it.
    pub fn is_private(&self) -> bool {
        !self.is_submitted() && !self.facts.open_for_comments
    }

    /// Whether it was ever submitted.
    pub fn is_submitted(&self) -> bool {
        self.submitted_at.is_some()
    }
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// The call that it answers.
    pub call: Key,
    /// The organisation that applies.
    pub applicant: OrganisationRef,
    /// What the applicant calls it.
    pub names: Names,
    /// Where it stands.
    pub application_status: ApplicationStatus,
    /// When it was submitted, or null.
    pub submitted_at: Option<DateTime<Utc>>,
    /// The version of the call's form that it answers.
    #[schema(minimum = 1, maximum = 1_000_000, example = 1)]
    pub form_version: i32,
    /// How to reach the applicant in this matter, or null.
    pub contact: Option<Contact>,
    /// The organisations that would take part.
    #[schema(max_items = 100)]
    pub partners: Vec<OrganisationRef>,
    /// The areas that it covers.
    #[schema(max_items = 400)]
    pub areas: Vec<AreaRef>,
    /// When the work would begin, or null.
    pub starts: Option<RoughDate>,
    /// When it would end, or null.
    pub ends: Option<RoughDate>,
    /// In a few words, or null.
    pub summaries: Option<Descriptions>,
    /// What it aims at.
    #[schema(max_items = 20)]
    pub objectives: Vec<Descriptions>,
    /// What would be done.
    #[schema(max_items = 20)]
    pub tasks: Vec<PilotTask>,
    /// Whom it would reach.
    #[schema(max_items = 100)]
    pub customer_groups: Vec<TargetGroup>,
    /// Which parts of digital support it would build up.
    #[schema(max_items = 100)]
    pub functional_parts: Vec<FunctionalPart>,
    /// What it answers to the questions of the call.
    #[schema(max_items = 100)]
    pub answers: Vec<CallAnswer>,
    /// What it would cost, by kind of cost.
    #[schema(max_items = 100)]
    pub budget: Vec<BudgetLine>,
    /// The money that is asked for, or null.
    pub requested: Option<Money>,
    /// Whether the national developer and the ministry may read the draft.
    #[schema(example = false)]
    pub open_for_comments: bool,
    /// What has happened to it, oldest first.
    #[schema(max_items = 1_000)]
    pub steps: Vec<ApplicationStep>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one application.
pub type ApplicationId = Id<Application>;

impl Noun for Application {
    const NOUN: NounName = NounName::Application;
    type Id = ApplicationId;
    type Record = ApplicationRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Application {
    type Facts = ApplicationFacts;

    fn facts(record: &ApplicationRecord) -> &ApplicationFacts {
        &record.facts
    }
}

/// Which applications a list shows, of those that the caller may read, alphabetically by name.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ApplicationFilter {
    /// Those to any of these calls.
    #[param(value_type = Option<Vec<Key>>, max_items = 100)]
    pub call: Vec<Key>,
    /// Those of any of these organisations.
    #[param(value_type = Option<Vec<OrganisationId>>, max_items = 100)]
    pub applicant: Vec<OrganisationId>,
    /// Those that cover any of these regions.
    #[param(value_type = Option<Vec<RegionCode>>, max_items = 100)]
    pub region: Vec<AreaId>,
    /// Those that stand so.
    #[param(value_type = Option<Vec<ApplicationStatus>>, max_items = 100)]
    pub application_status: Vec<ApplicationStatus>,
}
