//! Who is asked to assess: regions, pilots and providers, with one statement for each kind.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::{AreaId, AreaKind, RegionCode};
use digituki_domain::assessment_round::{SubjectId, SubjectKind, SubjectRef};
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::pilot::{Pilot, PilotRecord};
use digituki_domain::policy::{Permit, Reach, Sight};
use digituki_domain::provider::{Provider, ProviderId};
use digituki_domain::text::{Label, Names};
use digituki_domain::vocabulary::Vocabulary as _;

use crate::connection::AnyConnection;
use crate::error::{Result, refuse, together};
use crate::noun::{self, Referred, Stored, records};
use crate::schema::{pilot_areas, pilots};
use crate::{area, merge, municipality, provider};

/// What a pilot is called of which even the log has been erased.
const ERASED: Label = Label { fi: "poistettu pilotti", sv: "raderat pilotförsök", en: "erased pilot" };

/// What subjects are called.
pub(crate) struct Named {
    regions: area::Named,
    pilots: HashMap<String, PilotRecord>,
    providers: provider::Named,
}

impl Named {
    pub(crate) fn load<'a>(db: &mut AnyConnection, wanted: impl Iterator<Item = &'a SubjectId>) -> Result<Self> {
        let wanted: BTreeSet<&SubjectId> = wanted.collect();
        let regions: Vec<AreaId> = wanted.iter().filter_map(|subject| region(subject)).collect();
        let pilots = wanted.iter().filter_map(|subject| match subject {
            SubjectId::Pilot(id) => Some(*id),
            SubjectId::Region(_) | SubjectId::Provider(_) => None,
        });
        let providers = wanted.iter().filter_map(|subject| match subject {
            SubjectId::Provider(id) => Some(*id),
            SubjectId::Region(_) | SubjectId::Pilot(_) => None,
        });
        Ok(Self {
            regions: area::Named::load(db, &regions)?,
            pilots: records::<Pilot>(db, pilots)?,
            providers: provider::Named::load(db, providers)?,
        })
    }

    pub(crate) fn get(&self, subject: &SubjectId) -> Result<SubjectRef> {
        let names = match subject {
            SubjectId::Region(code) => self.regions.get(&code.id())?.names,
            SubjectId::Pilot(id) => {
                let known = self.pilots.get(&id.to_string());
                known.map_or_else(|| Names::from(ERASED), |record| record.facts.names.clone())
            }
            SubjectId::Provider(id) => self.providers.get(*id).names,
        };
        Ok(SubjectRef::of(subject, names))
    }

    /// Several subjects, in their order.
    pub(crate) fn all<'a>(&self, subjects: impl IntoIterator<Item = &'a SubjectId>) -> Result<Vec<SubjectRef>> {
        subjects.into_iter().map(|subject| self.get(subject)).collect()
    }
}

fn region(subject: &SubjectId) -> Option<AreaId> {
    match subject {
        SubjectId::Region(code) => Some(code.id()),
        SubjectId::Pilot(_) | SubjectId::Provider(_) => None,
    }
}

/// Refuses subjects that the registry does not hold.
pub(crate) fn require_known(db: &mut AnyConnection, asked: Vec<(Place, SubjectId)>) -> Result<()> {
    let (mut regions, mut pilots, mut providers) = (Vec::new(), Vec::new(), Vec::new());
    for (place, subject) in asked {
        match subject {
            SubjectId::Region(code) => regions.push((place, code.id())),
            SubjectId::Pilot(id) => pilots.push((place, id)),
            SubjectId::Provider(id) => providers.push((place, id)),
        }
    }
    together([area::require(db, regions), noun::require::<Pilot>(db, pilots), noun::require::<Provider>(db, providers)])
}

/// Refuses subjects that cannot be asked: those that the registry does not hold, and providers that do not show to everyone,
/// for a round tells whom it asks.
pub(crate) fn require(db: &mut AnyConnection, asked: Vec<(Place, SubjectId)>) -> Result<()> {
    require_known(db, asked.clone())?;
    let providers = asked.into_iter().filter_map(|(place, subject)| match subject {
        SubjectId::Provider(id) => Some((place, id)),
        SubjectId::Region(_) | SubjectId::Pilot(_) => None,
    });
    refuse_hidden(db, providers.collect())
}

fn refuse_hidden(db: &mut AnyConnection, asked: Vec<(Place, ProviderId)>) -> Result<()> {
    let ids: Vec<String> = asked.iter().map(|(_, id)| id.to_string()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let hidden = Provider::find_many(db, &ids)?.into_iter();
    let hidden: Vec<ProviderId> =
        hidden.filter(|kept| !kept.record.facts.offer_status.is_published()).map(|kept| kept.id).collect();
    let faults = asked.into_iter().filter(|(_, id)| hidden.contains(id));
    refuse(
        faults
            .map(|(place, id)| Violation { place, invalid: Invalid::Unpublished { value: id.to_string() } })
            .collect(),
    )
}

/// Whose something is that a subject writes, and to whom it shows before everyone sees it: the subject's. A provider that
/// was merged into another one goes on as that.
pub(crate) fn sight(db: &mut AnyConnection, subject: &SubjectId, today: NaiveDate) -> Result<Sight> {
    let own = match subject {
        SubjectId::Region(code) => Sight { regions: vec![code.clone()], ..Sight::default() },
        SubjectId::Pilot(id) => match Pilot::find(db, id)? {
            Some(pilot) => Pilot::sight(db, &pilot.id, &pilot.record, today)?,
            None => Sight::default(),
        },
        SubjectId::Provider(id) => {
            let found = match Provider::find(db, id)? {
                None => match merge::survivor::<Provider>(db, id)? {
                    Some(survivor) => Provider::find(db, &survivor)?,
                    None => None,
                },
                found => found,
            };
            match found {
                Some(provider) => Provider::sight(db, &provider.id, &provider.record, today)?,
                None => Sight::default(),
            }
        }
    };
    Ok(Sight { published: false, ..own })
}

/// What is the caller's own among regions and pilots: as `sight` says it. Providers may be many, and are asked for by a
/// condition.
pub(crate) fn own(db: &mut AnyConnection, permit: &Permit, today: NaiveDate) -> Result<Vec<String>> {
    let caller = &permit.caller;
    let (regions, pilots): (&[RegionCode], Vec<String>) = match (permit.reach(), caller.organisation) {
        (Reach::Regions, _) => {
            let areas = municipality::touching(db, &caller.regions, today)?;
            (&caller.regions, pilots_of(db, &areas)?)
        }
        (Reach::Organisation, Some(own)) => {
            let led = pilots::table.filter(pilots::lead_id.eq(own.to_string())).select(pilots::id);
            (&[], led.load(db)?)
        }
        _ => (&[], Vec::new()),
    };
    let regions = regions.iter().map(|code| SubjectId::Region(code.clone()).to_string());
    Ok(regions.chain(pilots.iter().map(|id| format!("{}:{id}", SubjectKind::Pilot.code()))).collect())
}

/// The pilots that are responsible for any of some areas.
fn pilots_of(db: &mut AnyConnection, areas: &[AreaId]) -> Result<Vec<String>> {
    if areas.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = pilot_areas::table.select(pilot_areas::pilot_id).distinct().into_boxed();
    let kinds: BTreeSet<AreaKind> = areas.iter().map(AreaId::kind).collect();
    for kind in kinds {
        let codes: Vec<String> =
            areas.iter().filter(|area| area.kind() == kind).map(|area| area.code().to_owned()).collect();
        query = query.or_filter(pilot_areas::kind.eq(kind.code()).and(pilot_areas::code.eq_any(codes)));
    }
    Ok(query.load(db)?)
}
