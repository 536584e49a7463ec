//! The services whose points do not say any more what is true. Those who share a transaction change one source after the
//! other; the points are written anew once, before it ends.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use digituki_domain::noun::Kept;
use digituki_domain::service::{Service, ServiceId};

use super::{Extent, rewrite};
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::noun::Referred as _;

/// So many services' records are in memory at a time.
const STRIDE: usize = 200;

/// Services, in the order in which they were named, each with what of its points is to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outdated {
    services: Vec<ServiceId>,
    extents: HashMap<ServiceId, Extent>,
}

impl Outdated {
    /// Nothing.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// The points of some services, to the same extent.
    pub(crate) fn of(services: impl IntoIterator<Item = ServiceId>, extent: Extent) -> Self {
        let mut outdated = Self::none();
        services.into_iter().for_each(|service| outdated.add(service, extent));
        outdated
    }

    /// Adds others.
    pub(crate) fn join(&mut self, others: Self) {
        for service in others.services {
            if let Some(extent) = others.extents.get(&service) {
                self.add(service, *extent);
            }
        }
    }

    /// Of a service that is there already, whatever is to be written by either.
    fn add(&mut self, service: ServiceId, extent: Extent) {
        match self.extents.entry(service) {
            Entry::Occupied(mut known) => {
                let extent = extent.max(*known.get());
                known.insert(extent);
            }
            Entry::Vacant(place) => {
                place.insert(extent);
                self.services.push(service);
            }
        }
    }

    /// Writes them; then there are none left. A service that is no more has no points either.
    pub(crate) fn write(&mut self, db: &mut AnyConnection) -> Result<()> {
        let Self { services, extents } = std::mem::take(self);
        let same = |one: &ServiceId, next: &ServiceId| extents.get(one) == extents.get(next);
        for some in services.chunk_by(same).flat_map(|some| some.chunks(STRIDE)) {
            let Some(extent) = some.first().and_then(|first| extents.get(first)) else { continue };
            let ids: Vec<String> = some.iter().map(ToString::to_string).collect();
            let kept = Service::find_many(db, &ids)?;
            let mut kept: HashMap<ServiceId, Kept<Service>> = kept.into_iter().map(|kept| (kept.id, kept)).collect();
            // What came first is numbered first.
            let kept: Vec<Kept<Service>> = some.iter().filter_map(|service| kept.remove(service)).collect();
            rewrite(db, &kept, *extent)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_service_with_no_points_yet_all_is_to_be_written_whatever_comes_behind_it() {
        let service = ServiceId::new();
        let mut outdated = Outdated::none();
        for extent in [Extent::Texts, Extent::Everything, Extent::Texts, Extent::NewServices, Extent::Everything] {
            outdated.join(Outdated::of([service], extent));
        }
        assert_eq!(outdated, Outdated::of([service], Extent::NewServices));
    }
}
