//! Choosing a set of applications: whom a set would reach together, what it would cost, and which sets are best.

mod objective;
mod question;
mod search;
mod simulation;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

pub use question::{BestQuestion, MOST_APPLICATIONS, PortfolioQuestion, PortfolioWeights};
pub use search::MOST_CANDIDATES;
pub use simulation::{Candidate, Country, Place, Simulation};

use crate::application::{ApplicationId, FunctionalPart};
use crate::area::AreaRef;
use crate::coverage::Coverage;
use crate::key::Key;
use crate::money::Money;
use crate::municipality::{LanguageStatus, UrbanRural};
use crate::organisation::OrganisationRef;
use crate::support::TargetGroup;
use crate::text::Names;

/// What a set of applications would come to, and which sets would be best. Nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PortfolioSimulation {
    /// The call.
    pub call: Key,
    /// The set that was asked about.
    pub set: Portfolio,
    /// The best sets of these applications, best first; none where none were asked for, or where no set keeps the conditions.
    #[schema(max_items = 10)]
    pub best: Vec<BestSet>,
    /// Whether there is no better set: every one was compared. Always true, since more applications than can be compared
    /// so are refused.
    #[schema(example = true)]
    pub exact: bool,
    /// The applications that say no amount. They are in no best set for a budget, since nobody can show that they fit.
    #[schema(max_items = 100)]
    pub without_amount: Vec<ApplicationId>,
}

/// What a set of applications would come to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Portfolio {
    /// The applications of the set, each by itself, by id.
    #[schema(max_items = 100)]
    pub applications: Vec<PortfolioApplication>,
    /// The inhabitants of the union of their areas.
    pub coverage: Coverage,
    /// The regions in which municipalities of the union lie, by code.
    #[schema(max_items = 100)]
    pub regions: Vec<AreaRef>,
    /// The municipalities of the union by how urban they are.
    #[schema(max_items = 10)]
    pub municipality_types: Vec<MunicipalityTypeShare>,
    /// The municipalities of the union by the languages of their administration.
    #[schema(max_items = 10)]
    pub language_groups: Vec<LanguageGroupShare>,
    /// The municipalities that more than one application covers, by code.
    #[schema(max_items = 1_000)]
    pub overlaps: Vec<PortfolioOverlap>,
    /// What is asked for against what there is.
    pub money: PortfolioMoney,
    /// The mean of the scores of those applications that have one; null when none has.
    #[schema(minimum = 1.0, maximum = 5.0, example = 3.5)]
    pub score: Option<f64>,
    /// Whom the set would reach.
    pub customer_groups: CustomerGroupsCovered,
    /// Which parts of digital support the set would build up.
    pub functional_parts: FunctionalPartsCovered,
}

/// An application of a set, by itself.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PortfolioApplication {
    /// The application.
    pub application: ApplicationId,
    /// The organisation that applies.
    pub applicant: OrganisationRef,
    /// What the applicant calls it.
    pub names: Names,
    /// The inhabitants of its areas; null when a member's figure is not known.
    #[schema(minimum = 0, maximum = 10_000_000, example = 176_494)]
    pub population: Option<i64>,
    /// `population` as a share of all inhabitants of Finland, unrounded.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.0325)]
    pub share: Option<f64>,
    /// The money that it asks for, or null.
    pub requested: Option<Money>,
    /// The mean of its evaluations, 1 to 5, weighted as the criteria of the call are; null when it has none, and for
    /// those who do not see all evaluations.
    #[schema(minimum = 1.0, maximum = 5.0, example = 3.5)]
    pub score: Option<f64>,
    /// Whom it would reach.
    #[schema(max_items = 100)]
    pub customer_groups: Vec<TargetGroup>,
    /// Which parts of digital support it would build up.
    #[schema(max_items = 100)]
    pub functional_parts: Vec<FunctionalPart>,
}

/// How many municipalities of a kind a set covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MunicipalityTypeShare {
    /// How urban they are.
    pub urban_rural: UrbanRural,
    /// How many they are.
    #[schema(minimum = 0, maximum = 1_000, example = 12)]
    pub municipalities: i32,
    /// Their inhabitants; who is counted in the figure of another municipality counts with that one. Null when a member's
    /// figure is not known.
    #[schema(minimum = 0, maximum = 10_000_000, example = 176_494)]
    pub population: Option<i64>,
}

/// How many municipalities with the same languages a set covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LanguageGroupShare {
    /// The languages of their administration.
    pub language_status: LanguageStatus,
    /// How many they are.
    #[schema(minimum = 0, maximum = 1_000, example = 12)]
    pub municipalities: i32,
    /// Their inhabitants, counted as those of municipality types are.
    #[schema(minimum = 0, maximum = 10_000_000, example = 176_494)]
    pub population: Option<i64>,
}

/// A municipality that more than one application covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PortfolioOverlap {
    /// The municipality.
    pub municipality: AreaRef,
    /// Its inhabitants; null when it has no figure of its own.
    #[schema(minimum = 0, maximum = 10_000_000, example = 2_000)]
    pub population: Option<i64>,
    /// The applications that cover it.
    #[schema(max_items = 100)]
    pub applications: Vec<ApplicationId>,
}

/// What a set asks for against what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PortfolioMoney {
    /// What the applications ask for together; null when one of them says no amount.
    pub requested: Option<Money>,
    /// The money that there is: as asked, else what the call has to give; null where that is not known.
    pub budget: Option<Money>,
    /// What would be left of it; null when more is asked for, or when either is not known.
    pub left: Option<Money>,
    /// What would be lacking; null when nothing is, or when either is not known.
    pub lacking: Option<Money>,
}

/// Which customer groups a set would reach. An application for everyone reaches each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerGroupsCovered {
    /// Those that it would reach, and by which applications.
    #[schema(max_items = 100)]
    pub covered: Vec<CustomerGroupCovered>,
    /// Those that it would not.
    #[schema(max_items = 100)]
    pub open: Vec<TargetGroup>,
}

/// A customer group that a set would reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerGroupCovered {
    /// The group.
    pub customer_group: TargetGroup,
    /// The applications that would reach it.
    #[schema(max_items = 100)]
    pub applications: Vec<ApplicationId>,
}

/// Which parts of digital support a set would build up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FunctionalPartsCovered {
    /// Those that it would build up, and by which applications.
    #[schema(max_items = 100)]
    pub covered: Vec<FunctionalPartCovered>,
    /// Those that it would not.
    #[schema(max_items = 100)]
    pub open: Vec<FunctionalPart>,
}

/// A part of digital support that a set would build up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FunctionalPartCovered {
    /// The part.
    pub functional_part: FunctionalPart,
    /// The applications that would build it up.
    #[schema(max_items = 100)]
    pub applications: Vec<ApplicationId>,
}

/// One of the best sets.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BestSet {
    /// Its applications, by id.
    #[schema(max_items = 25)]
    pub applications: Vec<ApplicationId>,
    /// What it is worth: the mean of five shares, weighted as asked. They are the share of Finland's inhabitants in its union
    /// of areas; its scores, added up, of those of all the applications; and of all customer groups, functional parts and
    /// language groups the shares that it covers. What is not known adds nothing.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.71)]
    pub value: f64,
    /// The inhabitants of its union of areas; null when a member's figure is not known.
    #[schema(minimum = 0, maximum = 10_000_000, example = 2_590_634)]
    pub population: Option<i64>,
    /// `population` as a share of all inhabitants of Finland, unrounded.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.469_902_578_027_80)]
    pub share: Option<f64>,
    /// What its applications ask for together; null when one of them says no amount.
    pub requested: Option<Money>,
    /// The mean of the scores of those applications that have one; null when none has.
    #[schema(minimum = 1.0, maximum = 5.0, example = 3.5)]
    pub score: Option<f64>,
    /// The regions that it reaches, by code.
    #[schema(max_items = 100)]
    pub regions: Vec<AreaRef>,
    /// The customer groups that it would reach.
    #[schema(max_items = 100)]
    pub customer_groups: Vec<TargetGroup>,
    /// The parts of digital support that it would build up.
    #[schema(max_items = 100)]
    pub functional_parts: Vec<FunctionalPart>,
    /// The language groups of which it covers municipalities.
    #[schema(max_items = 10)]
    pub language_groups: Vec<LanguageStatus>,
}

/// On which day inhabitants are counted, and on which borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The day of the figures.
    pub population_date: NaiveDate,
    /// The day whose borders hold.
    pub as_of: NaiveDate,
}
