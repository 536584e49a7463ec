//! What is known of applications and of the country, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use super::objective::{Objective, customer_groups};
use super::question::BestQuestion;
use super::search::{Bits, Search};
use super::{
    BestSet, CustomerGroupCovered, CustomerGroupsCovered, Days, FunctionalPartCovered, FunctionalPartsCovered,
    LanguageGroupShare, MunicipalityTypeShare, Portfolio, PortfolioApplication, PortfolioMoney, PortfolioOverlap,
    PortfolioSimulation,
};
use crate::application::{ApplicationId, FunctionalPart};
use crate::area::AreaRef;
use crate::coverage::{Coverage, Figures, Inhabitants, cover, ratio};
use crate::key::Key;
use crate::money::{Currency, Money};
use crate::municipality::{LanguageStatus, UrbanRural};
use crate::organisation::OrganisationRef;
use crate::support::TargetGroup;
use crate::text::Names;
use crate::vocabulary::Vocabulary;

/// What a simulation knows of an application.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The application.
    pub id: ApplicationId,
    /// The organisation that applies.
    pub applicant: OrganisationRef,
    /// What the applicant calls it.
    pub names: Names,
    /// The money that it asks for.
    pub requested: Option<Money>,
    /// What evaluators think of it, 1 to 5.
    pub score: Option<f64>,
    /// Whom it would reach.
    pub customer_groups: Vec<TargetGroup>,
    /// Which parts of digital support it would build up.
    pub functional_parts: Vec<FunctionalPart>,
    /// The codes of the municipalities of its areas.
    pub municipalities: BTreeSet<String>,
}

impl Candidate {
    /// Whether it would reach a customer group.
    pub(super) fn reaches(&self, group: TargetGroup) -> bool {
        self.customer_groups.iter().any(|own| *own == group || *own == TargetGroup::Everyone)
    }
}

/// What a simulation knows of a municipality.
#[derive(Debug, Clone)]
pub struct Place {
    /// The languages of its administration.
    pub language_status: LanguageStatus,
    /// How urban it is.
    pub urban_rural: UrbanRural,
    /// The region in which it lies on the day whose borders hold.
    pub region: Option<AreaRef>,
}

/// What a simulation knows of the country.
#[derive(Debug, Clone)]
pub struct Country {
    /// The days that were asked for.
    pub days: Days,
    /// The areas of all applications, each with the codes of its municipalities.
    pub areas: Vec<(AreaRef, BTreeSet<String>)>,
    /// Its inhabitants.
    pub inhabitants: Vec<Inhabitants>,
    /// Its municipalities by code.
    pub places: BTreeMap<String, Place>,
}

/// A question with all that its answer follows from.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// The call.
    pub call: Key,
    /// What the call has to give.
    pub budgeted: Option<Money>,
    /// The applications of the set.
    pub candidates: Vec<Candidate>,
    /// What is known of the country.
    pub country: Country,
    /// Which best sets are asked for.
    pub best: Option<BestQuestion>,
}

/// What is known of the country, to be looked up.
pub(super) struct Known<'a> {
    figures: Figures<'a>,
    places: &'a BTreeMap<String, Place>,
}

impl<'a> Known<'a> {
    fn new(country: &'a Country) -> Self {
        Self { figures: Figures::new(&country.inhabitants, country.days.as_of), places: &country.places }
    }

    pub(super) fn country_population(&self) -> i64 {
        self.figures.of_all()
    }

    /// The inhabitants of a municipality, by a figure of its own.
    pub(super) fn people(&self, code: &str) -> Option<i64> {
        self.figures.own(code)
    }

    pub(super) fn place(&self, code: &str) -> Option<&'a Place> {
        self.places.get(code)
    }

    fn region(&self, code: &str) -> Option<&'a AreaRef> {
        self.place(code)?.region.as_ref()
    }

    fn share(&self, population: Option<i64>) -> Option<f64> {
        population.map(|people| ratio(people, self.country_population()))
    }

    /// The regions in which municipalities lie, by code.
    fn regions(&self, codes: &BTreeSet<&str>) -> Vec<AreaRef> {
        let regions = codes.iter().filter_map(|code| self.region(code));
        let by_code: BTreeMap<&str, &AreaRef> = regions.map(|region| (region.code.as_str(), region)).collect();
        by_code.into_values().cloned().collect()
    }

    /// How many municipalities of a union are of a kind, and their inhabitants.
    fn part(&self, union: &BTreeSet<&str>, is_of_it: impl Fn(&Place) -> bool) -> (i32, Option<i64>) {
        let of_it = union.iter().copied().filter(|code| self.place(code).is_some_and(&is_of_it));
        let part: BTreeSet<&str> = of_it.collect();
        (i32::try_from(part.len()).unwrap_or(i32::MAX), self.figures.part_of_union(&part, union))
    }
}

impl Simulation {
    /// The answer.
    pub fn run(mut self) -> PortfolioSimulation {
        self.candidates.sort_by_key(|candidate| candidate.id);
        let known = Known::new(&self.country);
        let budget = self.best.as_ref().and_then(|best| best.budget).or(self.budgeted);
        let best = self.best.as_ref().map(|best| self.best(best, budget, &known)).unwrap_or_default();
        let silent = self.candidates.iter().filter(|candidate| candidate.requested.is_none());
        PortfolioSimulation {
            set: self.set(budget, &known),
            best,
            exact: true,
            without_amount: silent.map(|candidate| candidate.id).collect(),
            call: self.call,
        }
    }

    fn coverage(&self) -> Coverage {
        let Days { population_date, as_of } = self.country.days;
        cover(&self.country.areas, &self.country.inhabitants, population_date, as_of)
    }

    fn set(&self, budget: Option<Money>, known: &Known) -> Portfolio {
        let all: Vec<&Candidate> = self.candidates.iter().collect();
        let union = union(&all);
        let types =
            UrbanRural::VALUES.iter().map(|kind| (*kind, known.part(&union, |place| place.urban_rural == *kind)));
        let languages = LanguageStatus::VALUES
            .iter()
            .map(|status| (*status, known.part(&union, |place| place.language_status == *status)));
        Portfolio {
            applications: all.iter().map(|candidate| alone(candidate, known)).collect(),
            coverage: self.coverage(),
            regions: known.regions(&union),
            municipality_types: types
                .map(|(urban_rural, (municipalities, population))| MunicipalityTypeShare {
                    urban_rural,
                    municipalities,
                    population,
                })
                .collect(),
            language_groups: languages
                .map(|(language_status, (municipalities, population))| LanguageGroupShare {
                    language_status,
                    municipalities,
                    population,
                })
                .collect(),
            overlaps: overlaps(&all, &union, known),
            money: money(requested(&all), budget),
            score: mean_score(&all),
            customer_groups: groups_covered(&all),
            functional_parts: parts_covered(&all),
        }
    }

    fn best(&self, question: &BestQuestion, budget: Option<Money>, known: &Known) -> Vec<BestSet> {
        let excluded = |id: &ApplicationId| question.exclude.contains(id);
        let candidates: Vec<&Candidate> = self.candidates.iter().filter(|candidate| !excluded(&candidate.id)).collect();
        let bits = |is_in: &dyn Fn(&Candidate) -> bool| -> Bits {
            let bits = candidates.iter().enumerate().filter(|(_, candidate)| is_in(candidate));
            bits.fold(0, |all, (bit, _)| all | 1 << bit)
        };
        let Objective { worth, whole } = Objective::new(&candidates, known, question.weights());
        let regions: BTreeMap<&str, Bits> = {
            let mut regions = BTreeMap::new();
            for (bit, candidate) in candidates.iter().enumerate() {
                for region in candidate.municipalities.iter().filter_map(|code| known.region(code)) {
                    *regions.entry(region.code.as_str()).or_default() |= 1 << bit;
                }
            }
            regions
        };
        let search = Search {
            costs: candidates.iter().map(|candidate| candidate.requested.map(|money| money.cents)).collect(),
            worth,
            regions: regions.into_values().collect(),
            budget: budget.map(|money| money.cents),
            count: question.count(),
            min_regions: question.min_regions(),
            must: bits(&|candidate| question.must_include.contains(&candidate.id)),
            limit: question.limit(),
        };
        let sets = search.run().sets.into_iter();
        sets.map(|set| {
            let is_member = |bit: &usize| set.members & (1 << bit) != 0;
            let members: Vec<&Candidate> =
                candidates.iter().enumerate().filter(|(bit, _)| is_member(bit)).map(|(_, member)| *member).collect();
            best_set(&members, whole.share(set.value), known)
        })
        .collect()
    }
}

fn best_set(members: &[&Candidate], value: f64, known: &Known) -> BestSet {
    let union = union(members);
    let population = known.figures.of(&union);
    let speaks = |status: &LanguageStatus| {
        union.iter().any(|code| known.place(code).is_some_and(|place| place.language_status == *status))
    };
    BestSet {
        applications: members.iter().map(|member| member.id).collect(),
        value,
        population,
        share: known.share(population),
        requested: requested(members),
        score: mean_score(members),
        regions: known.regions(&union),
        customer_groups: customer_groups()
            .filter(|group| members.iter().any(|member| member.reaches(*group)))
            .collect(),
        functional_parts: FunctionalPart::VALUES
            .iter()
            .copied()
            .filter(|part| members.iter().any(|member| member.functional_parts.contains(part)))
            .collect(),
        language_groups: LanguageStatus::VALUES.iter().copied().filter(speaks).collect(),
    }
}

fn union<'a>(members: &[&'a Candidate]) -> BTreeSet<&'a str> {
    members.iter().flat_map(|member| &member.municipalities).map(String::as_str).collect()
}

fn alone(candidate: &Candidate, known: &Known) -> PortfolioApplication {
    let population = known.figures.of(&union(&[candidate]));
    PortfolioApplication {
        application: candidate.id,
        applicant: candidate.applicant.clone(),
        names: candidate.names.clone(),
        population,
        share: known.share(population),
        requested: candidate.requested,
        score: candidate.score,
        customer_groups: candidate.customer_groups.clone(),
        functional_parts: candidate.functional_parts.clone(),
    }
}

fn overlaps(all: &[&Candidate], union: &BTreeSet<&str>, known: &Known) -> Vec<PortfolioOverlap> {
    let covering = |code: &str| -> Vec<ApplicationId> {
        all.iter().filter(|each| each.municipalities.contains(code)).map(|each| each.id).collect()
    };
    let covered_twice = |code: &&str| {
        let applications = covering(code);
        if applications.len() < 2 {
            return None;
        }
        let municipality = known.figures.named(code)?.clone();
        Some(PortfolioOverlap { municipality, population: known.people(code), applications })
    };
    union.iter().filter_map(covered_twice).collect()
}

/// What applications ask for together: none when one of them says no amount, or when no amount is as large.
fn requested(members: &[&Candidate]) -> Option<Money> {
    let nothing = Money { cents: 0, currency: Currency::Eur, approximate: false };
    Money::sum(std::iter::once(Some(nothing)).chain(members.iter().map(|member| member.requested)))
}

fn money(requested: Option<Money>, budget: Option<Money>) -> PortfolioMoney {
    let difference = requested.zip(budget).map(|(requested, budget)| Money {
        cents: budget.cents - requested.cents,
        currency: budget.currency,
        approximate: requested.approximate || budget.approximate,
    });
    let lacking = difference.map(|money| Money { cents: -money.cents, ..money });
    PortfolioMoney {
        requested,
        budget,
        left: difference.filter(|money| money.cents >= 0),
        lacking: lacking.filter(|money| money.cents > 0),
    }
}

/// The mean of the scores that there are.
#[expect(clippy::cast_precision_loss, reason = "at most a hundred")]
fn mean_score(members: &[&Candidate]) -> Option<f64> {
    let scores: Vec<f64> = members.iter().filter_map(|member| member.score).collect();
    (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
}

fn groups_covered(all: &[&Candidate]) -> CustomerGroupsCovered {
    let mut groups = CustomerGroupsCovered { covered: Vec::new(), open: Vec::new() };
    for customer_group in customer_groups() {
        let reaching = all.iter().filter(|each| each.reaches(customer_group));
        let applications: Vec<ApplicationId> = reaching.map(|each| each.id).collect();
        if applications.is_empty() {
            groups.open.push(customer_group);
        } else {
            groups.covered.push(CustomerGroupCovered { customer_group, applications });
        }
    }
    groups
}

fn parts_covered(all: &[&Candidate]) -> FunctionalPartsCovered {
    let mut parts = FunctionalPartsCovered { covered: Vec::new(), open: Vec::new() };
    for functional_part in FunctionalPart::VALUES.iter().copied() {
        let building = all.iter().filter(|each| each.functional_parts.contains(&functional_part));
        let applications: Vec<ApplicationId> = building.map(|each| each.id).collect();
        if applications.is_empty() {
            parts.open.push(functional_part);
        } else {
            parts.covered.push(FunctionalPartCovered { functional_part, applications });
        }
    }
    parts
}

#[cfg(test)]
mod tests;
