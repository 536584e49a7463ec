//! Change requests: what a beneficiary asks to be changed of its grant. What is accepted acts on the grant.

mod steps;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

pub use steps::{ChangeRequestEvent, ChangeRequestStatus, ChangeRequestStep, ChangeRequestTransition, ChangeRequests};

use crate::date;
use crate::grant::{EntryType, GrantEntryFacts, GrantExtension, GrantId, GrantRecord, Unfit};
use crate::id::Id;
use crate::invalid::{Invalid, Place, Violation};
use crate::money::Money;
use crate::noun::{Noun, NounName, Writable};
use crate::organisation::{OrganisationId, OrganisationRef};
use crate::text::Descriptions;
use crate::validity::distinct;
use crate::version::Version;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What is asked to be changed of a grant.
    pub enum ChangeRequestType = "change_request_type" {
        Extension = "extension" ["käyttöajan jatkaminen", "förlängning av användningstiden", "extension"],
        Budget = "budget" ["talousarvio", "budget", "budget"],
        Content = "content" ["sisältö", "innehåll", "content"],
        Partner = "partner" ["kumppanit", "partner", "partners"],
    }
}

vocabulary! {
    /// Which way an amount changes.
    pub enum BudgetChangeType = "budget_change_type" {
        Increase = "increase" ["korotus", "höjning", "increase"],
        Decrease = "decrease" ["vähennys", "minskning", "decrease"],
    }
}

/// More money, or less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct BudgetChange {
    /// Which way.
    pub budget_change_type: BudgetChangeType,
    /// By how much.
    #[validate(nested)]
    pub amount: Money,
}

/// What is to change: the field that belongs to the type of the request, and no other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ChangeTerms {
    /// The last day on which the money may be used then (`extension`), or null.
    #[serde(default, deserialize_with = "date::day")]
    pub usable_to: Option<NaiveDate>,
    /// By how much the grant changes (`budget`), or null.
    #[validate(nested)]
    pub budget: Option<BudgetChange>,
    /// What is done then (`content`), or null.
    #[validate(nested)]
    pub contents: Option<Descriptions>,
    /// All organisations that take part then (`partner`); empty where none does.
    #[schema(value_type = BTreeSet<OrganisationId>, max_items = 50)]
    #[validate(length(max = 50), custom(function = distinct))]
    pub partners: Vec<OrganisationId>,
}

impl ChangeTerms {
    /// What they lack for a type of request, or say beyond it.
    pub fn faults(&self, change_request_type: ChangeRequestType) -> Vec<(&'static str, Invalid)> {
        use ChangeRequestType::{Budget, Content, Extension, Partner};
        let fields = [
            ("budget", Budget, self.budget.is_some()),
            ("contents", Content, self.contents.is_some()),
            ("partners", Partner, !self.partners.is_empty()),
            ("usable_to", Extension, self.usable_to.is_some()),
        ];
        let fault = |(field, of, is_given): (&'static str, ChangeRequestType, bool)| {
            if of != change_request_type && is_given {
                Some((field, Invalid::Excludes { other: change_request_type.to_string() }))
            } else if of == change_request_type && of != Partner && !is_given {
                Some((field, Invalid::MissingField))
            } else {
                None
            }
        };
        fields.into_iter().filter_map(fault).collect()
    }

    /// Does to a grant what they say. Whatever is at fault stands at its place in the terms.
    pub fn apply(&self, grant: &mut GrantRecord, of: ChangeRequestId, today: NaiveDate) -> Result<(), Unfit> {
        if let Some(usable_to) = self.usable_to {
            grant.extend(GrantExtension { day: today, usable_to, change_request: of })?;
        }
        if let Some(BudgetChange { budget_change_type, amount }) = self.budget {
            let entry_type = match budget_change_type {
                BudgetChangeType::Increase => EntryType::Increase,
                BudgetChangeType::Decrease => EntryType::Decrease,
            };
            let amount = Some(amount);
            let entry = GrantEntryFacts { entry_type, day: Some(today), amount, remarks: None, replaces: None };
            let placed = |Violation { place, invalid }: Violation| match place {
                Place::Pointer(place) => Violation::pointer(&format!("/budget{place}"), invalid),
                place @ Place::Parameter(_) => Violation { place, invalid },
            };
            grant.enter(entry, Some(of), today).map_err(|unfit| match unfit {
                Unfit::Wrong(violation) => Unfit::Wrong(placed(violation)),
                Unfit::Conflicting(violation) => Unfit::Conflicting(placed(violation)),
            })?;
        }
        Ok(())
    }
}

/// A change request, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ChangeRequestFacts::check, skip_on_field_errors = false))]
pub struct ChangeRequestFacts {
    /// The grant that is to change.
    pub grant: GrantId,
    /// What is to change of it.
    pub change_request_type: ChangeRequestType,
    /// Why.
    #[validate(nested)]
    pub reasons: Descriptions,
    /// What is asked for.
    #[validate(nested)]
    pub terms: ChangeTerms,
}

impl ChangeRequestFacts {
    fn check(&self) -> Result<(), ValidationError> {
        match self.terms.faults(self.change_request_type).into_iter().next() {
            Some((field, invalid)) => Err(invalid.at(&format!("terms/{field}"))),
            None => Ok(()),
        }
    }
}

/// A change request, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRequestRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: ChangeRequestFacts,
    /// Where it stands.
    pub change_request_status: ChangeRequestStatus,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// What was accepted of it.
    pub accepted: Option<ChangeTerms>,
    /// What has happened to it.
    pub steps: Vec<ChangeRequestStep>,
}

/// What is to change, as it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublishedTerms {
    /// The last day on which the money may be used then, or null.
    pub usable_to: Option<NaiveDate>,
    /// By how much the grant changes, or null.
    pub budget: Option<BudgetChange>,
    /// What is done then, or null.
    pub contents: Option<Descriptions>,
    /// All organisations that take part then.
    #[schema(max_items = 100)]
    pub partners: Vec<OrganisationRef>,
}

/// What a beneficiary asks to be changed of its grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangeRequest {
    /// Its id.
    pub id: ChangeRequestId,
    /// The grant that is to change.
    pub grant: GrantId,
    /// What is to change of it.
    pub change_request_type: ChangeRequestType,
    /// Where it stands.
    pub change_request_status: ChangeRequestStatus,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// Why.
    pub reasons: Descriptions,
    /// What is asked for.
    pub terms: PublishedTerms,
    /// What was accepted of it; null where nothing was, or nothing yet.
    pub accepted: Option<PublishedTerms>,
    /// What has happened to it, oldest first.
    #[schema(max_items = 100)]
    pub steps: Vec<ChangeRequestStep>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one change request.
pub type ChangeRequestId = Id<ChangeRequest>;

impl Noun for ChangeRequest {
    const NOUN: NounName = NounName::ChangeRequest;
    type Id = ChangeRequestId;
    type Record = ChangeRequestRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for ChangeRequest {
    type Facts = ChangeRequestFacts;

    fn facts(record: &ChangeRequestRecord) -> &ChangeRequestFacts {
        &record.facts
    }
}

/// Which change requests a list shows, of those that the caller may read, oldest first.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangeRequestFilter {
    /// Those of any of these grants.
    #[param(value_type = Option<Vec<GrantId>>, max_items = 100)]
    pub grant: Vec<GrantId>,
    /// Those of any of these types.
    #[param(value_type = Option<Vec<ChangeRequestType>>, max_items = 100)]
    pub change_request_type: Vec<ChangeRequestType>,
    /// Those that stand so.
    #[param(value_type = Option<Vec<ChangeRequestStatus>>, max_items = 100)]
    pub change_request_status: Vec<ChangeRequestStatus>,
}
