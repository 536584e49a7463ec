//! What a simulation is asked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::application::ApplicationId;
use crate::date;
use crate::invalid::{Invalid, within};
use crate::money::Money;
use crate::validity::distinct;

/// As many applications as a set can have.
pub const MOST_APPLICATIONS: usize = 100;

/// Which set is asked about, and which best sets are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PortfolioQuestion {
    /// The applications of the set: submitted to the call and not withdrawn. All of those that the caller may read, when
    /// left out.
    #[schema(value_type = BTreeSet<ApplicationId>, max_items = 100)]
    #[validate(length(max = 100), custom(function = distinct))]
    pub applications: Vec<ApplicationId>,
    /// The day of the figures of inhabitants, the last of a year; the latest known when left out.
    #[serde(default, deserialize_with = "date::day")]
    #[schema(example = "2017-12-31")]
    pub population_date: Option<NaiveDate>,
    /// The day whose borders hold; the day of the figures when left out.
    #[serde(default, deserialize_with = "date::day")]
    #[schema(example = "2017-12-31")]
    pub as_of: Option<NaiveDate>,
    /// Asks also for the best sets of these applications, of which there may be at most 25 then.
    #[validate(nested)]
    pub best: Option<BestQuestion>,
}

/// Which best sets are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = BestQuestion::check, skip_on_field_errors = false))]
pub struct BestQuestion {
    /// The money that there is; what the call has to give when left out, and no limit where that is not known.
    #[validate(nested)]
    pub budget: Option<Money>,
    /// The least applications of a set; 1 when left out.
    #[schema(minimum = 1, maximum = 25, example = 3)]
    #[validate(custom(function = BestQuestion::check_count))]
    pub min_count: Option<i32>,
    /// The most applications of a set; 25 when left out.
    #[schema(minimum = 1, maximum = 25, example = 5)]
    #[validate(custom(function = BestQuestion::check_count))]
    pub max_count: Option<i32>,
    /// The applications that every set has.
    #[schema(value_type = BTreeSet<ApplicationId>, max_items = 25)]
    #[validate(length(max = 25), custom(function = distinct))]
    pub must_include: Vec<ApplicationId>,
    /// The applications that no set has.
    #[schema(value_type = BTreeSet<ApplicationId>, max_items = 100)]
    #[validate(length(max = 100), custom(function = distinct))]
    pub exclude: Vec<ApplicationId>,
    /// The least regions in which a set covers municipalities; 0 when left out.
    #[schema(minimum = 0, maximum = 30, example = 5)]
    #[validate(custom(function = BestQuestion::check_regions))]
    pub min_regions: Option<i32>,
    /// How many sets are answered at most; 3 when left out.
    #[schema(minimum = 1, maximum = 10, example = 3)]
    #[validate(custom(function = BestQuestion::check_limit))]
    pub limit: Option<i32>,
    /// How much each of five shares counts in what a set is worth. When left out: population 40, score 20, customer groups
    /// and functional parts 15 each, language groups 10.
    #[validate(nested)]
    pub weights: Option<PortfolioWeights>,
}

impl BestQuestion {
    const MOST: i32 = 25;

    fn check_count(count: i32) -> Result<(), ValidationError> {
        within(count, 1, Self::MOST)
    }

    fn check_regions(regions: i32) -> Result<(), ValidationError> {
        within(regions, 0, 30)
    }

    fn check_limit(limit: i32) -> Result<(), ValidationError> {
        within(limit, 1, 10)
    }

    fn check(&self) -> Result<(), ValidationError> {
        if self.must_include.iter().any(|id| self.exclude.contains(id)) {
            return Err(Invalid::Contradictory.at("must_include"));
        }
        match (self.min_count, self.max_count) {
            (Some(least), Some(most)) if most < least => Err(Invalid::Contradictory.at("max_count")),
            _ => Ok(()),
        }
    }

    /// The least and the most applications of a set.
    pub(super) fn count(&self) -> (u32, u32) {
        let or = |count: Option<i32>, otherwise: i32| count.unwrap_or(otherwise).unsigned_abs();
        (or(self.min_count, 1), or(self.max_count, Self::MOST))
    }

    /// How many sets are answered at most.
    pub(super) fn limit(&self) -> usize {
        usize::try_from(self.limit.unwrap_or(3)).unwrap_or(1)
    }

    /// The least regions of a set.
    pub(super) fn min_regions(&self) -> u32 {
        self.min_regions.unwrap_or(0).unsigned_abs()
    }

    /// How much each share counts.
    pub(super) fn weights(&self) -> PortfolioWeights {
        self.weights.unwrap_or(PortfolioWeights::USUAL)
    }
}

/// How much each share counts in what a set is worth. What is left out counts nothing; something must count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = PortfolioWeights::check_sum, skip_on_field_errors = true))]
pub struct PortfolioWeights {
    /// The share of Finland's inhabitants in the union of areas.
    #[schema(minimum = 0, maximum = 100, example = 40)]
    #[validate(custom(function = PortfolioWeights::check))]
    pub population: Option<i32>,
    /// The scores, added up, of those of all the applications.
    #[schema(minimum = 0, maximum = 100, example = 20)]
    #[validate(custom(function = PortfolioWeights::check))]
    pub score: Option<i32>,
    /// The share of all customer groups that is reached.
    #[schema(minimum = 0, maximum = 100, example = 15)]
    #[validate(custom(function = PortfolioWeights::check))]
    pub customer_groups: Option<i32>,
    /// The share of all functional parts that is built up.
    #[schema(minimum = 0, maximum = 100, example = 15)]
    #[validate(custom(function = PortfolioWeights::check))]
    pub functional_parts: Option<i32>,
    /// The share of all language groups of which municipalities are covered.
    #[schema(minimum = 0, maximum = 100, example = 10)]
    #[validate(custom(function = PortfolioWeights::check))]
    pub language_groups: Option<i32>,
}

impl PortfolioWeights {
    /// Those that hold where none are given.
    const USUAL: Self = Self {
        population: Some(40),
        score: Some(20),
        customer_groups: Some(15),
        functional_parts: Some(15),
        language_groups: Some(10),
    };

    fn check(weight: i32) -> Result<(), ValidationError> {
        within(weight, 0, 100)
    }

    fn check_sum(&self) -> Result<(), ValidationError> {
        let Self { population, score, customer_groups, functional_parts, language_groups } = self;
        let all = [population, score, customer_groups, functional_parts, language_groups];
        within(all.into_iter().flatten().sum::<i32>(), 1, 500)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invalid::{Violation, violations};

    fn faults(best: BestQuestion) -> Vec<Violation> {
        let question = PortfolioQuestion { best: Some(best), ..PortfolioQuestion::default() };
        question.validate().err().map(|errors| violations(&errors)).unwrap_or_default()
    }

    #[test]
    fn a_question_is_held_to_its_bounds_each_at_its_place() {
        let id = ApplicationId::of_key("a");
        let weigh = |weight| PortfolioWeights { population: Some(weight), ..PortfolioWeights::default() };
        let best = BestQuestion::default;
        let table = [
            (best(), None),
            (BestQuestion { min_count: Some(3), max_count: Some(3), ..best() }, None),
            (BestQuestion { weights: Some(weigh(1)), ..best() }, None),
            (BestQuestion { min_count: Some(0), ..best() }, Some("/best/min_count")),
            (BestQuestion { max_count: Some(26), ..best() }, Some("/best/max_count")),
            (BestQuestion { min_count: Some(3), max_count: Some(2), ..best() }, Some("/best/max_count")),
            (BestQuestion { min_regions: Some(-1), ..best() }, Some("/best/min_regions")),
            (BestQuestion { limit: Some(11), ..best() }, Some("/best/limit")),
            (BestQuestion { weights: Some(weigh(101)), ..best() }, Some("/best/weights/population")),
            (BestQuestion { weights: Some(weigh(0)), ..best() }, Some("/best/weights")),
            (BestQuestion { must_include: vec![id, id], ..best() }, Some("/best/must_include")),
            (BestQuestion { must_include: vec![id], exclude: vec![id], ..best() }, Some("/best/must_include")),
        ];
        for (question, place) in table {
            let places: Vec<_> = faults(question.clone()).iter().map(|fault| fault.place.to_string()).collect();
            assert_eq!(places, place.into_iter().collect::<Vec<_>>(), "{question:?}");
        }
    }

    #[test]
    fn the_usual_weights_make_a_hundred() {
        let PortfolioWeights { population, score, customer_groups, functional_parts, language_groups } =
            BestQuestion::default().weights();
        let all = [population, score, customer_groups, functional_parts, language_groups];
        assert_eq!(all.into_iter().flatten().sum::<i32>(), 100);
    }
}
