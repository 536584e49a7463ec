//! The locations that come into the registry together with a service.

use digituki_domain::external_id::ExternalId;
use digituki_domain::invalid::Violation;
use digituki_domain::location::{Location, LocationFacts, LocationId};
use digituki_domain::organisation::OrganisationId;
use digituki_domain::policy::Scope;
use digituki_domain::service::{ServiceFacts, ServiceRecord};

use crate::error::{Error, Result, refuse};
use crate::noun::{Pushed as _, Referred as _, Stored as _, Written as _};
use crate::write::{self, Tx};

/// What of the new locations does not agree with the registry, each fault at its place in the service.
pub(super) fn check(tx: &mut Tx, facts: &ServiceFacts) -> Result<()> {
    let mut faults = Vec::new();
    for (index, facts) in new(facts) {
        let found = match known(tx, &facts)? {
            Some(_) => continue,
            None => write::faults::<Location>(tx, facts, None)?,
        };
        faults.extend(found.into_iter().map(|violation| within(index, violation)));
    }
    refuse(faults)
}

/// Puts the locations that are new into the registry, and what is known already in the place of what says the same.
pub(super) fn settle(
    tx: &mut Tx,
    facts: &mut ServiceFacts,
    organisation: Option<OrganisationId>,
    before: Option<&ServiceRecord>,
) -> Result<()> {
    let new = new(facts);
    let own: Vec<String> = match before {
        Some(before) if !new.is_empty() => before.facts.location_ids().map(|id| id.to_string()).collect(),
        _ => Vec::new(),
    };
    let own = if own.is_empty() { Vec::new() } else { Location::find_many(tx.db(), &own)? };
    for (index, mut new) in new {
        new.organisation = new.organisation.or(organisation);
        let same = own.iter().find(|kept| kept.record.facts == new).map(|kept| kept.id);
        let id = match same {
            Some(id) => id,
            None => put(tx, new).map_err(|error| placed(index, error))?,
        };
        if let Some(place) = facts.locations.get_mut(index) {
            place.location = Some(id);
            place.new_location = None;
        }
    }
    // Two that came to the same are one.
    let mut seen = Vec::new();
    facts.locations.retain(|place| {
        let is_new = !seen.contains(&place.location);
        seen.push(place.location);
        is_new
    });
    Ok(())
}

fn put(tx: &mut Tx, facts: LocationFacts) -> Result<LocationId> {
    // A token for services alone writes no locations.
    if !tx.author().permit.caller.scopes.contains(&Scope::LocationsWrite) {
        return Err(Error::Forbidden);
    }
    let Some(id) = known(tx, &facts)? else {
        let id = Location::new_id(&facts);
        let record = Location::compose(tx, &id, facts, None)?;
        return Ok(tx.create::<Location>(id, record)?.id);
    };
    if let Some(before) = Location::find(tx.db(), &id)? {
        // Whoever may change it does; to others it is as it is.
        let sight = tx.sight(&before)?;
        if tx.author().permit.covers(&sight) {
            write::replace::<Location>(tx, before, facts)?;
        }
    }
    Ok(id)
}

/// The location that one of the sources named calls so already.
fn known(tx: &mut Tx, facts: &LocationFacts) -> Result<Option<LocationId>> {
    let external: Option<&ExternalId> = facts.external_ids.first();
    match external {
        Some(external) => Ok(Location::by_source(tx.db(), external)?.map(|kept| kept.id)),
        None => Ok(None),
    }
}

fn new(facts: &ServiceFacts) -> Vec<(usize, LocationFacts)> {
    let places = facts.locations.iter().enumerate();
    places.filter_map(|(index, place)| Some((index, place.new_location.clone()?))).collect()
}

fn within(index: usize, violation: Violation) -> Violation {
    violation.within(&format!("/locations/{index}/new_location"))
}

fn placed(index: usize, error: Error) -> Error {
    let all = |violations: Vec<Violation>| violations.into_iter().map(|violation| within(index, violation)).collect();
    match error {
        Error::Refused(violations) => Error::Refused(all(violations)),
        Error::Conflict(violations) => Error::Conflict(all(violations)),
        other => other,
    }
}
