//! Grants: state money for regional coordination.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::area::{AreaId, AreaRef, RegionCode};
use crate::id::Id;
use crate::key::Key;
use crate::money::Money;
use crate::noun::{Noun, NounName};
use crate::organisation::{OrganisationId, OrganisationRef};
use crate::version::Version;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a grant stands.
    pub enum GrantStatus = "grant_status" {
        Active = "active" ["käytössä", "pågående", "active"],
        Suspended = "suspended" ["maksatus keskeytetty", "utbetalningen avbruten", "suspended"],
        Completed = "completed" ["päättynyt", "slutfört", "completed"],
        Terminated = "terminated" ["maksatus lopetettu", "utbetalningen upphört", "terminated"],
        Recovered = "recovered" ["peritty takaisin", "återkrävt", "recovered"],
    }
}

impl GrantStatus {
    /// The status on a day: until its money is over, a grant is active, whatever came later.
    #[must_use]
    pub fn on(self, day: NaiveDate, usable_to: Option<NaiveDate>) -> Self {
        let running = usable_to.is_some_and(|last| day <= last);
        if self == Self::Completed && running { Self::Active } else { self }
    }

    /// Whether it has not ended.
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Active | Self::Suspended)
    }
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
    /// The areas in which the work is done.
    #[schema(max_items = 400)]
    pub areas: Vec<AreaRef>,
    /// What was granted; null where it is not known.
    pub amount: Option<Money>,
    /// Where it stands.
    pub grant_status: GrantStatus,
    /// The first day on which the money may be used, or null.
    pub usable_from: Option<NaiveDate>,
    /// The last day on which the money may be used, or null.
    pub usable_to: Option<NaiveDate>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one grant.
pub type GrantId = Id<Grant>;

/// A grant, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantRecord {
    /// The programme that it belongs to.
    pub programme: Key,
    /// The call that it came of.
    pub call: Key,
    /// The organisation that receives it.
    pub beneficiary: OrganisationId,
    /// The areas in which the work is done.
    pub areas: Vec<AreaId>,
    /// What was granted.
    pub amount: Option<Money>,
    /// Where it stands, whatever the day.
    pub grant_status: GrantStatus,
    /// The first day on which the money may be used.
    pub usable_from: Option<NaiveDate>,
    /// The last day on which the money may be used.
    pub usable_to: Option<NaiveDate>,
}

impl Noun for Grant {
    const NOUN: NounName = NounName::Grant;
    type Id = GrantId;
    type Record = GrantRecord;

    fn version(&self) -> Version {
        self.version
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
}
