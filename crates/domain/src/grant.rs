//! Grants: state money for regional coordination. What becomes of the money is a ledger; nothing in it is overwritten.

mod ledger;
mod steps;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

pub use ledger::{EntryType, GrantEntry, GrantEntryFacts, GrantFigures, Ledger, MAX_ENTRIES, Unfit};
pub use steps::{GrantEvent, GrantExtension, GrantSpell, GrantStatus, GrantStep, GrantTransition, Grants};

use crate::application::{ApplicationFacts, ApplicationId};
use crate::area::{AreaId, AreaRef, RegionCode};
use crate::call::CallFacts;
use crate::change_request::ChangeRequestId;
use crate::date;
use crate::id::Id;
use crate::invalid::{Invalid, Violation};
use crate::key::Key;
use crate::money::Money;
use crate::noun::{Noun, NounName, Writable};
use crate::organisation::{OrganisationId, OrganisationRef};
use crate::role::Role;
use crate::state_machine::{Refusal, StateMachine as _};
use crate::validity::distinct;
use crate::version::Version;

/// How many steps, and how many extensions, a grant has at most.
const MAX_STEPS: usize = 1_000;

/// A grant, as it is written. What becomes of the money is written by entries and steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = GrantFacts::check, skip_on_field_errors = false))]
pub struct GrantFacts {
    /// The programme that it belongs to: that of its call.
    pub programme: Key,
    /// The call that it came of; a grant stays with it.
    pub call: Key,
    /// The organisation that receives it; a grant stays with it.
    pub beneficiary: OrganisationId,
    /// The organisations that take part.
    #[serde(default)]
    #[schema(value_type = BTreeSet<OrganisationId>, max_items = 50)]
    #[validate(length(max = 50), custom(function = distinct))]
    pub partners: Vec<OrganisationId>,
    /// The areas in which the work is done.
    #[schema(value_type = BTreeSet<AreaId>, max_items = 400)]
    #[validate(length(max = 400), custom(function = distinct))]
    pub areas: Vec<AreaId>,
    /// The application that it came of, or null; a grant stays with it.
    #[serde(default)]
    pub application: Option<ApplicationId>,
    /// The first day on which the money may be used, or null.
    #[serde(default, deserialize_with = "date::day")]
    pub usable_from: Option<NaiveDate>,
    /// The last day on which the money may be used as it was decided first, or null. A change request extends it.
    #[serde(default, deserialize_with = "date::day")]
    pub usable_to: Option<NaiveDate>,
    /// The budget of the whole work, whoever pays for it; null where it is not known.
    #[serde(default)]
    #[validate(nested)]
    pub budgeted: Option<Money>,
}

impl GrantFacts {
    /// The grant that an application to a call asks for.
    pub fn of_application(call: &CallFacts, id: ApplicationId, application: &ApplicationFacts) -> Self {
        Self {
            programme: call.programme.clone(),
            call: application.call.clone(),
            beneficiary: application.applicant,
            partners: application.partners.clone(),
            areas: application.areas.clone(),
            application: Some(id),
            usable_from: call.usable_from,
            usable_to: call.usable_to,
            budgeted: Money::sum(application.budget.iter().map(|line| Some(line.amount))),
        }
    }

    fn check(&self) -> Result<(), ValidationError> {
        match (self.usable_from, self.usable_to) {
            (Some(from), Some(to)) if to < from => Err(Invalid::EndsBeforeStart.at("usable_to")),
            _ => Ok(()),
        }
    }
}

/// A grant, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: GrantFacts,
    /// The ledger.
    #[serde(default)]
    pub entries: Vec<GrantEntry>,
    /// What has happened to it, oldest first.
    #[serde(default)]
    pub steps: Vec<GrantStep>,
    /// By what its last day was moved, oldest first.
    #[serde(default)]
    pub extensions: Vec<GrantExtension>,
    /// How a grant stood that was stored before grants had steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_status: Option<GrantStatus>,
}

impl GrantRecord {
    /// A grant of which nothing is entered yet.
    pub fn new(facts: GrantFacts) -> Self {
        Self { facts, entries: Vec::new(), steps: Vec::new(), extensions: Vec::new(), grant_status: None }
    }

    /// A grant that was awarded on a day; an amount that is not known is none.
    pub fn awarded(facts: GrantFacts, amount: Option<Money>, day: NaiveDate) -> Self {
        let entry_type = EntryType::Award;
        let award = GrantEntryFacts { entry_type, day: Some(day), amount, remarks: None, replaces: None };
        Self { entries: vec![GrantEntry::new(1, award, None)], ..Self::new(facts) }
    }

    /// The ledger.
    pub fn ledger(&self) -> Ledger<'_> {
        Ledger { entries: &self.entries, usable_from: self.facts.usable_from }
    }

    /// Its figures on a day.
    pub fn figures(&self, day: NaiveDate) -> GrantFigures {
        self.ledger().figures(day, self.facts.budgeted)
    }

    /// The last day on which the money may be used, as it was decided by a day.
    pub fn usable_to(&self, day: NaiveDate) -> Option<NaiveDate> {
        let extended = self.extensions.iter().rev().find(|extension| extension.day <= day);
        extended.map(|extension| extension.usable_to).or(self.facts.usable_to)
    }

    /// What has happened to it; of a grant that was stored before grants had steps, what it followed from.
    fn steps(&self) -> Cow<'_, [GrantStep]> {
        let legacy = self.grant_status.filter(|_| self.steps.is_empty());
        let event = legacy.and_then(|status| match status {
            GrantStatus::Active => None,
            GrantStatus::Suspended => Some(GrantEvent::Suspend),
            GrantStatus::Completed => Some(GrantEvent::Complete),
            GrantStatus::Terminated => Some(GrantEvent::Terminate),
            GrantStatus::Recovered => Some(GrantEvent::Recover),
        });
        match event {
            Some(event) => Cow::Owned(vec![GrantStep { event, day: None, remarks: None }]),
            None => Cow::Borrowed(&self.steps),
        }
    }

    /// From which day a step holds: until its money is over a grant was active, where the day is not known.
    fn day_of(&self, step: &GrantStep) -> NaiveDate {
        let over = || self.usable_to(NaiveDate::MAX).and_then(|last| last.succ_opt());
        step.day.or_else(over).unwrap_or_else(date::first_day)
    }

    /// What had happened to it by a day.
    pub fn steps_by(&self, day: NaiveDate) -> Vec<GrantStep> {
        self.steps().iter().filter(|step| self.day_of(step) <= day).cloned().collect()
    }

    /// How it stands in the course of time, from the first day that the registry knows to the last.
    pub fn spells(&self) -> Vec<GrantSpell> {
        let last = date::last_day();
        let mut spells =
            vec![GrantSpell { first_day: date::first_day(), last_day: last, grant_status: Grants::INITIAL }];
        for step in self.steps().iter() {
            let to = Grants::STEPS.iter().find(|line| line.event == step.event).map(|line| line.to);
            let (Some(to), first_day) = (to, self.day_of(step)) else { continue };
            // Of two steps on one day the second says how it stood.
            spells.retain(|spell| spell.first_day < first_day);
            if let (Some(before), Some(eve)) = (spells.last_mut(), first_day.pred_opt()) {
                before.last_day = eve;
            }
            spells.push(GrantSpell { first_day, last_day: last, grant_status: to });
        }
        spells.retain(|spell| spell.first_day <= spell.last_day);
        spells
    }

    /// Where it stands on a day.
    pub fn status(&self, day: NaiveDate) -> GrantStatus {
        let spells = self.spells();
        let so = spells.iter().find(|spell| spell.first_day <= day && day <= spell.last_day);
        so.map_or(Grants::INITIAL, |spell| spell.grant_status)
    }

    /// Where it stands after all that has happened to it.
    pub fn last_status(&self) -> GrantStatus {
        self.status(date::last_day())
    }

    /// Adds an entry to the ledger.
    pub fn enter(
        &mut self,
        facts: GrantEntryFacts,
        change_request: Option<ChangeRequestId>,
        today: NaiveDate,
    ) -> Result<(), Unfit> {
        let entry = self.ledger().admit(facts, change_request, today)?;
        let status = self.status(self.ledger().day_of(&entry).max(date::first_day()));
        if entry.entry_type == EntryType::Payment && !status.is_paid() {
            let invalid = Invalid::NotNow { state: status.to_string(), legal: Vec::new() };
            return Err(Unfit::Conflicting(Violation::pointer("/entry_type", invalid)));
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Takes a step, on a day that is neither before the award or the step before nor yet to come.
    pub fn take(&mut self, step: GrantTransition, role: Role, today: NaiveDate) -> Result<(), StepRefusal> {
        let GrantTransition { event, day, remarks } = step;
        Grants::step(self.last_status(), event, role).map_err(StepRefusal::Step)?;
        if self.steps.len() >= MAX_STEPS {
            let invalid = Invalid::TooMany { max: MAX_STEPS };
            return Err(StepRefusal::Wrong(Violation::pointer("", invalid)));
        }
        let steps = self.steps();
        let before = steps.last().map(|step| self.day_of(step));
        let begins = before.or_else(|| self.ledger().awarded_on()).unwrap_or_else(date::first_day);
        let (begins, day) = (begins.max(date::first_day()), day.unwrap_or(today));
        if !(begins..=today).contains(&day) {
            let invalid = ledger::outside_days(Some(day), begins, today);
            return Err(StepRefusal::Wrong(Violation::pointer("/day", invalid)));
        }
        self.steps = steps.into_owned();
        self.grant_status = None;
        self.steps.push(GrantStep { event, day: Some(day), remarks });
        Ok(())
    }

    /// Moves the last day on which the money may be used to a later one.
    pub fn extend(&mut self, extension: GrantExtension) -> Result<(), Unfit> {
        if self.extensions.len() >= MAX_STEPS {
            return Err(Unfit::Conflicting(Violation::pointer("", Invalid::TooMany { max: MAX_STEPS })));
        }
        if let Some(violation) = self.not_later(extension.usable_to) {
            return Err(Unfit::Conflicting(violation));
        }
        self.extensions.push(extension);
        Ok(())
    }

    /// What is wrong with a last day that is no later than the present one.
    pub fn not_later(&self, usable_to: NaiveDate) -> Option<Violation> {
        let present = self.usable_to(NaiveDate::MAX).or(self.facts.usable_from);
        let earliest = present.and_then(|last| last.succ_opt()).unwrap_or_else(date::first_day);
        let invalid = || ledger::outside_days(Some(usable_to), earliest, date::last_day());
        (usable_to < earliest).then(|| Violation::pointer("/usable_to", invalid()))
    }

    /// What it says when other facts take the place of its own; or which of them are in conflict with what has come of it.
    pub fn with(&self, mut facts: GrantFacts) -> Result<Self, Vec<Violation>> {
        let before = &self.facts;
        // Who writes back what was read writes the last day as it was extended: that is no other decision.
        if !self.extensions.is_empty() && facts.usable_to == self.usable_to(NaiveDate::MAX) {
            facts.usable_to = before.usable_to;
        }
        let undated = self.entries.iter().any(|entry| entry.day.is_none());
        let extended = !self.extensions.is_empty() && before.usable_to != facts.usable_to;
        let moved = [
            ("/application", before.application != facts.application),
            ("/beneficiary", before.beneficiary != facts.beneficiary),
            ("/call", before.call != facts.call),
            // Entries without a day count from there.
            ("/usable_from", undated && before.usable_from != facts.usable_from),
            ("/usable_to", extended),
        ];
        let not_now = Invalid::NotNow { state: self.last_status().to_string(), legal: Vec::new() };
        let conflicts = Violation::wherever(moved, &not_now);
        if conflicts.is_empty() { Ok(Self { facts, ..self.clone() }) } else { Err(conflicts) }
    }
}

/// Why a step of a grant is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepRefusal {
    /// Its table does not let it be taken.
    Step(Refusal),
    /// What is said of it is wrong.
    Wrong(Violation),
}

/// A state grant to one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The programme that it belongs to.
    pub programme: Key,
    /// The call that it came of.
    pub call: Key,
    /// The organisation that receives it.
    pub beneficiary: OrganisationRef,
    /// The organisations that take part.
    #[schema(max_items = 100)]
    pub partners: Vec<OrganisationRef>,
    /// The areas in which the work is done.
    #[schema(max_items = 400)]
    pub areas: Vec<AreaRef>,
    /// The application that it came of, or null.
    pub application: Option<ApplicationId>,
    /// What is granted, as `figures.awarded` says it; null where it is not known.
    pub amount: Option<Money>,
    /// Where it stands.
    pub grant_status: GrantStatus,
    /// The first day on which the money may be used, or null.
    pub usable_from: Option<NaiveDate>,
    /// The last day on which the money may be used, with its extensions, or null.
    pub usable_to: Option<NaiveDate>,
    /// The last day on which the money may be used as it was decided first, or null.
    pub first_usable_to: Option<NaiveDate>,
    /// What is budgeted, awarded, paid, recovered and unused.
    pub figures: GrantFigures,
    /// The ledger that the figures follow from, by number.
    #[schema(max_items = 1_000)]
    pub entries: Vec<GrantEntry>,
    /// By what the last day was moved, oldest first.
    #[schema(max_items = 1_000)]
    pub extensions: Vec<GrantExtension>,
    /// What has happened to it, oldest first.
    #[schema(max_items = 1_000)]
    pub steps: Vec<GrantStep>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one grant.
pub type GrantId = Id<Grant>;

impl Noun for Grant {
    const NOUN: NounName = NounName::Grant;
    type Id = GrantId;
    type Record = GrantRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Grant {
    type Facts = GrantFacts;

    fn facts(record: &GrantRecord) -> &GrantFacts {
        &record.facts
    }
}

/// Which grants a list shows, alphabetically by beneficiary.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GrantFilter {
    /// Those of any of these programmes.
    #[param(value_type = Option<Vec<Key>>, max_items = 100)]
    pub programme: Vec<Key>,
    /// Those that came of any of these calls.
    #[param(value_type = Option<Vec<Key>>, max_items = 100)]
    pub call: Vec<Key>,
    /// Those for work in any of these regions.
    #[param(value_type = Option<Vec<RegionCode>>, max_items = 100)]
    pub region: Vec<AreaId>,
    /// Those to any of these organisations.
    #[param(value_type = Option<Vec<OrganisationId>>, max_items = 100)]
    pub beneficiary: Vec<OrganisationId>,
    /// Those that stand so.
    #[param(value_type = Option<Vec<GrantStatus>>, max_items = 100)]
    pub grant_status: Vec<GrantStatus>,
    /// The day whose figures, status and last day are asked for; today when left out.
    pub as_of: Option<NaiveDate>,
}
