//! Pilots: a region tries out how digital support is organised.

mod progress;
mod steps;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

pub use progress::{PilotEvidence, PilotObservation, PilotProgress, PilotTask, PilotTaskType, ProgressStatus};
pub use steps::{PilotEvent, PilotStatus, PilotStep, PilotTransition, Pilots};

use crate::application::{ApplicationFacts, ApplicationId};
use crate::area::{AreaId, AreaRef, RegionCode};
use crate::date::RoughDate;
use crate::id::Id;
use crate::invalid::{Invalid, Violation};
use crate::key::Key;
use crate::merge::ObjectId;
use crate::noun::{Noun, NounName, Writable};
use crate::organisation::{OrganisationId, OrganisationRef};
use crate::state_machine::StateMachine as _;
use crate::text::{Descriptions, Names};
use crate::validity::{at_most, distinct};
use crate::version::Version;

/// A pilot, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = PilotFacts::check, skip_on_field_errors = false))]
pub struct PilotFacts {
    /// The programme that it belongs to, which is its call's; a pilot stays with it.
    pub programme: Key,
    /// The call that it came of; a pilot stays with it.
    pub call: Key,
    /// Its names.
    #[validate(nested)]
    pub names: Names,
    /// The organisation that leads it.
    pub lead: OrganisationId,
    /// The organisations that take part.
    #[serde(default)]
    #[schema(value_type = BTreeSet<OrganisationId>, max_items = 50)]
    #[validate(length(max = 50), custom(function = distinct))]
    pub partners: Vec<OrganisationId>,
    /// The areas that it is responsible for, at least one.
    #[schema(value_type = BTreeSet<AreaId>, min_items = 1, max_items = 400)]
    #[validate(length(max = 400), custom(function = at_least_one), custom(function = distinct))]
    pub areas: Vec<AreaId>,
    /// When it begins or began, as exactly as it is known; null where it is not.
    #[validate(nested)]
    pub starts: Option<RoughDate>,
    /// When it ends or ended, as exactly as it is known; null where it is not.
    #[validate(nested)]
    pub ends: Option<RoughDate>,
    /// What it aims at.
    #[schema(max_items = 20)]
    #[validate(nested)]
    pub objectives: Vec<Descriptions>,
    /// What it does.
    #[schema(max_items = 20)]
    #[validate(nested)]
    pub tasks: Vec<PilotTask>,
    /// How far it has come with its tasks, each at most once.
    #[serde(default)]
    #[schema(max_items = 20)]
    #[validate(nested)]
    pub progress: Vec<PilotProgress>,
    /// What it has seen of the operating model.
    #[serde(default)]
    #[schema(max_items = 200)]
    #[validate(nested)]
    pub observations: Vec<PilotObservation>,
}

impl PilotFacts {
    /// The pilot that an application asks for.
    pub fn of_application(programme: Key, application: &ApplicationFacts) -> Self {
        Self {
            programme,
            call: application.call.clone(),
            names: application.names.clone(),
            lead: application.applicant,
            partners: application.partners.clone(),
            areas: application.areas.clone(),
            starts: application.starts.clone(),
            ends: application.ends.clone(),
            objectives: application.objectives.clone(),
            tasks: application.tasks.clone(),
            progress: Vec::new(),
            observations: Vec::new(),
        }
    }

    fn check(&self) -> Result<(), ValidationError> {
        at_most(20, &self.objectives, "objectives")?;
        at_most(20, &self.tasks, "tasks")?;
        at_most(20, &self.progress, "progress")?;
        at_most(200, &self.observations, "observations")?;
        PilotProgress::check_distinct(&self.progress)?;
        RoughDate::check_order(self.starts.as_ref(), self.ends.as_ref())
    }

    /// What it says to have seen on a day that is still to come.
    pub fn ahead_of(&self, today: NaiveDate) -> Vec<Violation> {
        let progress = self.progress.iter().map(|progress| progress.observed_on).enumerate();
        let observations = self.observations.iter().map(|observation| observation.observed_on).enumerate();
        let progress = progress.map(|(index, day)| (format!("/progress/{index}/observed_on"), day));
        let observations = observations.map(|(index, day)| (format!("/observations/{index}/observed_on"), day));
        let fault = |(place, day): (String, NaiveDate)| {
            steps::check_day(day, None, today).err().map(|invalid| Violation::pointer(&place, invalid))
        };
        progress.chain(observations).filter_map(fault).collect()
    }
}

/// A pilot is published as soon as there is one.
fn at_least_one(areas: &[AreaId]) -> Result<(), ValidationError> {
    if areas.is_empty() { Err(Invalid::NeededToPublish.into()) } else { Ok(()) }
}

/// What a pilot came of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PilotOrigin {
    /// The application that asked for it, or null.
    pub application: Option<ApplicationId>,
    /// The decision that made it, or null.
    pub decision: Option<ObjectId>,
}

/// A pilot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pilot {
    /// Its id.
    pub id: PilotId,
    /// The programme that it belongs to.
    pub programme: Key,
    /// The call that it came of.
    pub call: Key,
    /// Its names.
    pub names: Names,
    /// Where it stands.
    pub pilot_status: PilotStatus,
    /// The organisation that leads it.
    pub lead: OrganisationRef,
    /// The organisations that take part.
    #[schema(max_items = 50)]
    pub partners: Vec<OrganisationRef>,
    /// The areas that it is responsible for.
    #[schema(max_items = 400)]
    pub areas: Vec<AreaRef>,
    /// When it begins or began, as exactly as it is known; null where it is not.
    pub starts: Option<RoughDate>,
    /// When it ends or ended, as exactly as it is known; null where it is not.
    pub ends: Option<RoughDate>,
    /// What it aims at.
    #[schema(max_items = 20)]
    pub objectives: Vec<Descriptions>,
    /// What it does.
    #[schema(max_items = 20)]
    pub tasks: Vec<PilotTask>,
    /// How far it has come with its tasks.
    #[schema(max_items = 20)]
    pub progress: Vec<PilotProgress>,
    /// What it has seen of the operating model.
    #[schema(max_items = 200)]
    pub observations: Vec<PilotObservation>,
    /// What it came of.
    pub origin: PilotOrigin,
    /// The steps that it has taken, oldest first; none where they are not recorded.
    #[schema(max_items = 20)]
    pub steps: Vec<PilotStep>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one pilot.
pub type PilotId = Id<Pilot>;

/// A pilot, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PilotRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: PilotFacts,
    /// Where it stands, whatever the day.
    pub pilot_status: PilotStatus,
    /// The steps that it has taken. History has none: it knows that a pilot ended, and not on which day.
    #[serde(default)]
    pub steps: Vec<PilotStep>,
    /// What it came of.
    #[serde(default)]
    pub origin: PilotOrigin,
}

impl PilotRecord {
    /// A pilot that has not begun.
    pub fn planned(facts: PilotFacts, origin: PilotOrigin) -> Self {
        Self { facts, pilot_status: Pilots::INITIAL, steps: Vec::new(), origin }
    }

    /// The first day on which it can have begun, for [`PilotStatus::on`]; none where its steps tell how it stands.
    pub fn begins(&self) -> Option<NaiveDate> {
        if self.steps.is_empty() { self.earliest_start() } else { None }
    }

    fn earliest_start(&self) -> Option<NaiveDate> {
        self.facts.starts.as_ref().map(|starts| starts.earliest)
    }

    /// Refuses a step on a day that is still to come, before the pilot can have begun or before the step before it.
    /// What has not begun can be given up at any time.
    pub fn check_day(&self, event: PilotEvent, day: NaiveDate, today: NaiveDate) -> Result<(), Invalid> {
        let given_up = self.pilot_status == PilotStatus::Planned && event == PilotEvent::Discontinue;
        let earliest = match self.steps.last() {
            Some(step) => Some(step.day),
            None if given_up => None,
            None => self.earliest_start(),
        };
        steps::check_day(day, earliest, today)
    }

    /// Whether facts say of the start what the steps do not: that it cannot have been as early.
    pub fn starts_too_late(&self, facts: &PilotFacts) -> bool {
        let started = self.steps.iter().find(|step| step.event == PilotEvent::Start);
        facts.starts.as_ref().zip(started).is_some_and(|(starts, step)| step.day < starts.earliest)
    }
}

impl Noun for Pilot {
    const NOUN: NounName = NounName::Pilot;
    type Id = PilotId;
    type Record = PilotRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Pilot {
    type Facts = PilotFacts;

    fn facts(record: &PilotRecord) -> &PilotFacts {
        &record.facts
    }
}

/// Which pilots a list shows, alphabetically by name.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PilotFilter {
    /// Those of any of these programmes.
    #[param(value_type = Option<Vec<Key>>, max_items = 100)]
    pub programme: Vec<Key>,
    /// Those that came of any of these calls.
    #[param(value_type = Option<Vec<Key>>, max_items = 100)]
    pub call: Vec<Key>,
    /// Those responsible for any of these regions.
    #[param(value_type = Option<Vec<RegionCode>>, max_items = 100)]
    pub region: Vec<AreaId>,
    /// Those that any of these organisations leads.
    #[param(value_type = Option<Vec<OrganisationId>>, max_items = 100)]
    pub lead: Vec<OrganisationId>,
    /// Those that stand so.
    #[param(value_type = Option<Vec<PilotStatus>>, max_items = 100)]
    pub pilot_status: Vec<PilotStatus>,
}

#[cfg(test)]
mod tests;
