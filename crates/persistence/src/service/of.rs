//! The services of a provider, and those at a location.

use diesel::prelude::*;
use digituki_domain::location::LocationId;
use digituki_domain::noun::Kept;
use digituki_domain::provider::ProviderId;
use digituki_domain::service::{Service, ServiceId};

use crate::column;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::noun::kept;
use crate::schema::{service_locations, services};

/// The services of a provider.
pub(crate) fn of_provider(db: &mut AnyConnection, id: &ProviderId) -> Result<Vec<ServiceId>> {
    let ids: Vec<String> =
        services::table.filter(services::provider_id.eq(id.to_string())).select(services::id).load(db)?;
    ids.iter().map(|id| column::parse(id)).collect()
}

/// The services that are given at a location.
pub(crate) fn at_location(db: &mut AnyConnection, id: &LocationId) -> Result<Vec<ServiceId>> {
    let there = service_locations::table.filter(service_locations::location_id.eq(id.to_string()));
    let ids: Vec<String> = there.select(service_locations::service_id).load(db)?;
    ids.iter().map(|id| column::parse(id)).collect()
}

/// The services of a provider, as they are kept.
pub(crate) fn kept_of_provider(db: &mut AnyConnection, id: &ProviderId) -> Result<Vec<Kept<Service>>> {
    let query = services::table.filter(services::provider_id.eq(id.to_string())).order(services::id);
    kept(query.select((services::id, services::record, services::version)).load(db)?)
}

/// The services that are given at a location, as they are kept.
pub(crate) fn kept_at_location(db: &mut AnyConnection, id: &LocationId) -> Result<Vec<Kept<Service>>> {
    let there = service_locations::table.filter(service_locations::location_id.eq(id.to_string()));
    let query = services::table.filter(services::id.eq_any(there.select(service_locations::service_id)));
    kept(query.order(services::id).select((services::id, services::record, services::version)).load(db)?)
}

/// Whether a provider has a service that everyone may see.
pub(crate) fn has_published(db: &mut AnyConnection, id: &ProviderId) -> Result<bool> {
    let published = services::table.filter(services::provider_id.eq(id.to_string())).filter(services::published);
    Ok(published.select(services::id).first::<String>(db).optional()?.is_some())
}
