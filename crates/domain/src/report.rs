//! Reports: what a beneficiary tells of the use of its grant, by when, and what is made of it.

mod steps;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

pub use steps::{ReportEvent, ReportStatus, ReportStep, ReportTransition, Reports};

use crate::application::BudgetLine;
use crate::date;
use crate::grant::GrantId;
use crate::id::Id;
use crate::invalid::Invalid;
use crate::money::Money;
use crate::noun::{Noun, NounName, Writable};
use crate::text::Descriptions;
use crate::version::Version;
use crate::vocabulary::vocabulary;

/// How many steps a report takes at most.
pub const MAX_STEPS: usize = 1_000;

vocabulary! {
    /// What kind of report it is.
    pub enum ReportType = "report_type" {
        Interim = "interim" ["väliselvitys", "mellanredovisning", "interim report"],
        Final = "final" ["loppuselvitys", "slutredovisning", "final report"],
    }
}

/// A report, as it is asked for. What it tells comes with the step `submit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ReportFacts::check, skip_on_field_errors = false))]
pub struct ReportFacts {
    /// The grant on which it reports; a report stays with it.
    pub grant: GrantId,
    /// What kind of report it is.
    pub report_type: ReportType,
    /// The first day of the period.
    #[serde(deserialize_with = "date::needed_day")]
    #[schema(example = "2026-01-01")]
    pub first_day: NaiveDate,
    /// The last day of the period.
    #[serde(deserialize_with = "date::needed_day")]
    #[schema(example = "2026-12-31")]
    pub last_day: NaiveDate,
    /// The last day on which it is in time.
    #[serde(deserialize_with = "date::needed_day")]
    #[schema(example = "2027-02-28")]
    pub due_on: NaiveDate,
}

impl ReportFacts {
    fn check(&self) -> Result<(), ValidationError> {
        if self.last_day < self.first_day { Err(Invalid::EndsBeforeStart.at("last_day")) } else { Ok(()) }
    }
}

/// A report, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRecord {
    /// What is asked for.
    #[serde(flatten)]
    pub facts: ReportFacts,
    /// Where it stands, whatever the day: never overdue.
    pub report_status: ReportStatus,
    /// When it was submitted last.
    pub submitted_at: Option<DateTime<Utc>>,
    /// What was done.
    pub texts: Option<Descriptions>,
    /// How much was used.
    pub used: Option<Money>,
    /// The same by kind of cost.
    pub costs: Vec<BudgetLine>,
    /// What has happened to it.
    pub steps: Vec<ReportStep>,
}

impl ReportRecord {
    /// A report that is awaited.
    pub fn new(facts: ReportFacts) -> Self {
        let report_status = ReportStatus::Due;
        Self { facts, report_status, submitted_at: None, texts: None, used: None, costs: Vec::new(), steps: Vec::new() }
    }

    /// Where it stands on a day: after the day on which it is due, what is still awaited is overdue.
    pub fn status(&self, day: NaiveDate) -> ReportStatus {
        match self.report_status {
            ReportStatus::Due if self.facts.due_on < day => ReportStatus::Overdue,
            status => status,
        }
    }
}

/// What a beneficiary reports of the use of its grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// The grant on which it reports.
    pub grant: GrantId,
    /// What kind of report it is.
    pub report_type: ReportType,
    /// The first day of the period.
    pub first_day: NaiveDate,
    /// The last day of the period.
    pub last_day: NaiveDate,
    /// The last day on which it is in time.
    pub due_on: NaiveDate,
    /// Where it stands now: it is overdue by the clock.
    pub report_status: ReportStatus,
    /// When it was submitted last, or null.
    pub submitted_at: Option<DateTime<Utc>>,
    /// What was done in the period, or null.
    pub texts: Option<Descriptions>,
    /// How much of the grant was used in the period; null where it is not known.
    pub used: Option<Money>,
    /// The same by kind of cost: what adds up to it.
    #[schema(max_items = 50)]
    pub costs: Vec<BudgetLine>,
    /// What has happened to it, oldest first.
    #[schema(max_items = 1_000)]
    pub steps: Vec<ReportStep>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one report.
pub type ReportId = Id<Report>;

impl Noun for Report {
    const NOUN: NounName = NounName::Report;
    type Id = ReportId;
    type Record = ReportRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Report {
    type Facts = ReportFacts;

    fn facts(record: &ReportRecord) -> &ReportFacts {
        &record.facts
    }
}

/// Which reports a list shows, of those that the caller may read, those that are due first first.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportFilter {
    /// Those on any of these grants.
    #[param(value_type = Option<Vec<GrantId>>, max_items = 100)]
    pub grant: Vec<GrantId>,
    /// Those of any of these kinds.
    #[param(value_type = Option<Vec<ReportType>>, max_items = 100)]
    pub report_type: Vec<ReportType>,
    /// Those that stand so.
    #[param(value_type = Option<Vec<ReportStatus>>, max_items = 100)]
    pub report_status: Vec<ReportStatus>,
}
