//! Programmes: the phases of regional coordination, and which regions took part in each.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::area::{AreaId, AreaKind, AreaRef, RegionCode};
use crate::date::{self, RoughDate};
use crate::invalid::Invalid;
use crate::key::Key;
use crate::money::Money;
use crate::noun::{Noun, NounName, Writable};
use crate::organisation::{OrganisationId, OrganisationRef};
use crate::text::{Descriptions, Names};
use crate::validity::{at_most, distinct};
use crate::version::Version;
use crate::vocabulary::vocabulary;

/// A programme: one phase of the work, with what followed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Programme {
    /// Its key.
    pub key: Key,
    /// Its names.
    pub names: Names,
    /// What it is about.
    pub descriptions: Option<Descriptions>,
    /// The goals set for it; empty where none are recorded.
    #[schema(max_items = 20)]
    pub goals: Vec<Descriptions>,
    /// The organisations that led it nationally, one after the other.
    #[schema(min_items = 1, max_items = 20)]
    pub coordinators: Vec<Coordinator>,
    /// The phase before it, or null.
    pub previous: Option<Key>,
    /// When it began.
    pub starts: RoughDate,
    /// When it ended or will end, or null.
    pub ends: Option<RoughDate>,
    /// The areas that it covers.
    #[schema(max_items = 400)]
    pub areas: Vec<AreaRef>,
    /// The state grants awarded in it together, or null where the sum is not known.
    pub grants_total: Option<Money>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// A programme, as it is written and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ProgrammeFacts::check, skip_on_field_errors = false))]
pub struct ProgrammeFacts {
    /// Its key, which it keeps for good.
    #[serde(default = "Key::placeholder")]
    pub key: Key,
    /// Its names.
    #[validate(nested)]
    pub names: Names,
    /// What it is about, or null.
    #[validate(nested)]
    pub descriptions: Option<Descriptions>,
    /// The goals set for it; empty where none are recorded.
    #[schema(max_items = 20)]
    #[validate(nested)]
    pub goals: Vec<Descriptions>,
    /// The organisations that led it nationally, one after the other.
    #[schema(min_items = 1, max_items = 20)]
    #[validate(nested)]
    pub coordinators: Vec<CoordinatorFacts>,
    /// The phase before it, or null.
    pub previous: Option<Key>,
    /// When it began.
    #[validate(nested)]
    pub starts: RoughDate,
    /// When it ended or will end, or null.
    #[validate(nested)]
    pub ends: Option<RoughDate>,
    /// The areas that it covers.
    #[schema(value_type = BTreeSet<AreaId>, max_items = 400)]
    #[validate(length(max = 400), custom(function = distinct))]
    pub areas: Vec<AreaId>,
    /// The state grants awarded in it together, or null where the sum is not known.
    #[validate(nested)]
    pub grants_total: Option<Money>,
}

impl ProgrammeFacts {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(20, &self.goals, "goals")?;
        at_most(20, &self.coordinators, "coordinators")?;
        if self.coordinators.is_empty() {
            return Err(Invalid::NeededToPublish.at("coordinators"));
        }
        match &self.ends {
            Some(ends) if ends.latest < self.starts.earliest => Err(Invalid::EndsBeforeStart.at("ends")),
            _ => Ok(()),
        }
    }
}

/// Who led a programme, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = CoordinatorFacts::check, skip_on_field_errors = false))]
pub struct CoordinatorFacts {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its first day; null from the beginning of the programme.
    #[serde(default, deserialize_with = "date::day")]
    pub first_day: Option<NaiveDate>,
    /// Its last day, inclusive; null to the end of the programme.
    #[serde(default, deserialize_with = "date::day")]
    pub last_day: Option<NaiveDate>,
}

impl CoordinatorFacts {
    fn check(&self) -> Result<(), ValidationError> {
        match (self.first_day, self.last_day) {
            (Some(first), Some(last)) if last < first => Err(Invalid::EndsBeforeStart.at("last_day")),
            _ => Ok(()),
        }
    }
}

impl Noun for Programme {
    const NOUN: NounName = NounName::Programme;
    type Id = Key;
    type Record = ProgrammeFacts;

    fn version(&self) -> Version {
        self.version
    }
}

/// Who led a programme, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coordinator {
    /// The organisation.
    pub organisation: OrganisationRef,
    /// Its first day; null from the beginning of the programme.
    pub first_day: Option<NaiveDate>,
    /// Its last day, inclusive; null to the end of the programme.
    pub last_day: Option<NaiveDate>,
}

impl Writable for Programme {
    type Facts = ProgrammeFacts;

    fn facts(record: &ProgrammeFacts) -> &ProgrammeFacts {
        record
    }
}

impl ProgrammeFacts {
    /// The regions that it covers, out of all regions there are: a country is all of its regions.
    pub fn regions(&self, all: &[AreaRef]) -> Vec<AreaRef> {
        let everywhere = self.areas.iter().any(|area| area.kind() == AreaKind::Country);
        all.iter().filter(|region| everywhere || self.areas.contains(&region.id())).cloned().collect()
    }
}

/// Which programmes a list shows, oldest first.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProgrammeFilter {
    /// Those that cover any of these regions.
    #[param(value_type = Option<Vec<RegionCode>>, max_items = 100)]
    pub region: Vec<AreaId>,
}

/// When the inhabitants of a programme's areas are counted.
#[derive(Debug, Clone, Copy, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProgrammeCoverageQuestion {
    /// The day of the figures, the last of a year; when left out, the last known one before the
    /// programme began.
    #[param(value_type = Option<NaiveDate>, example = "2017-12-31")]
    pub population_date: Option<NaiveDate>,
    /// The day whose borders hold; the day of the figures when left out.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
}

vocabulary! {
    /// How a region's part in a programme compares with the phase before.
    pub enum Participation = "participation" {
        New = "new" ["uusi", "nytt", "new"],
        Continuing = "continuing" ["jatkava", "fortsatt", "continuing"],
        Ended = "ended" ["päättynyt", "avslutat", "ended"],
    }
}

/// The regions of a programme against those of the phase before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgrammeParticipation {
    /// The programme.
    pub programme: Key,
    /// The phase before it, or null.
    pub previous: Option<Key>,
    /// The regions of either, by code.
    #[schema(max_items = 100)]
    pub items: Vec<RegionParticipation>,
    /// How many of each.
    pub counts: ParticipationCounts,
}

/// One region's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegionParticipation {
    /// The region.
    pub region: AreaRef,
    /// How its part compares with the phase before.
    pub participation: Participation,
}

/// How many regions are new, continue or ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParticipationCounts {
    /// In this phase, not in the one before.
    #[schema(minimum = 0, maximum = 100, example = 3)]
    pub new: usize,
    /// In both.
    #[schema(minimum = 0, maximum = 100, example = 11)]
    pub continuing: usize,
    /// In the one before, not in this one.
    #[schema(minimum = 0, maximum = 100, example = 3)]
    pub ended: usize,
}

/// Compares the regions of a programme with those of the phase before it.
pub fn participation(
    programme: Key,
    regions: &[AreaRef],
    previous: Option<(Key, Vec<AreaRef>)>,
) -> ProgrammeParticipation {
    let (previous, before) = previous.map_or((None, Vec::new()), |(key, regions)| (Some(key), regions));
    let mut found: BTreeMap<&str, (&AreaRef, Participation)> =
        before.iter().map(|region| (region.code.as_str(), (region, Participation::Ended))).collect();
    for region in regions {
        found
            .entry(&region.code)
            .and_modify(|(_, participation)| *participation = Participation::Continuing)
            .or_insert((region, Participation::New));
    }
    let mut counts = ParticipationCounts::default();
    for (_, participation) in found.values() {
        match participation {
            Participation::New => counts.new += 1,
            Participation::Continuing => counts.continuing += 1,
            Participation::Ended => counts.ended += 1,
        }
    }
    let items = found
        .into_values()
        .map(|(region, participation)| RegionParticipation { region: region.clone(), participation })
        .collect();
    ProgrammeParticipation { programme, previous, items, counts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(codes: &[&str]) -> Vec<AreaRef> {
        let names = Names { fi: Some("x".into()), sv: None, en: None };
        codes
            .iter()
            .map(|code| AreaRef { kind: AreaKind::Region, code: (*code).into(), names: names.clone() })
            .collect()
    }

    #[test]
    fn each_region_of_either_phase_is_new_continuing_or_ended() {
        let key = |text: &str| text.parse::<Key>();
        let (Ok(now), Ok(before)) = (key("now"), key("before")) else { unreachable!("both are keys") };
        let found = participation(now.clone(), &regions(&["02", "03"]), Some((before, regions(&["01", "02"]))));
        assert_eq!(found.counts, ParticipationCounts { new: 1, continuing: 1, ended: 1 });
        assert_eq!(found.items.iter().map(|item| item.region.code.as_str()).collect::<Vec<_>>(), ["01", "02", "03"]);

        let first = participation(now, &regions(&["02", "03"]), None);
        assert_eq!(first.counts, ParticipationCounts { new: 2, continuing: 0, ended: 0 });
    }
}
