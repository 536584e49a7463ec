//! Clients: who signs in. Their secrets come and go as hashes only.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use digituki_domain::area::{AreaId, RegionCode};
use digituki_domain::client::{Client, ClientFacts, ClientId};
use digituki_domain::role::Role;

use crate::among::among;
use crate::column::{self, Json, Plain, stored_instant};
use crate::connection::AnyConnection;
use crate::error::{Result, in_query};
use crate::schema::clients;
use crate::store::Lookups;
use crate::{area, organisation};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = clients)]
struct Row {
    id: String,
    name: String,
    role: Plain<Role>,
    regions: Json<Vec<RegionCode>>,
    organisation_id: Option<String>,
    secret_hash: String,
    created_at: NaiveDateTime,
    revoked_at: Option<NaiveDateTime>,
}

/// Adds a client; refused when it works for what the registry does not hold.
pub fn add(db: &mut AnyConnection, client: &Client, secret_hash: &str) -> Result<()> {
    let ClientFacts { name, role, regions, organisation } = &client.facts;
    let areas: Vec<AreaId> = regions.iter().map(AreaId::region).collect();
    area::require(db, in_query("area", &areas))?;
    organisation::require(db, in_query("organisation", organisation.as_slice()))?;
    let row = Row {
        id: client.id.to_string(),
        name: name.clone(),
        role: Plain::of(role),
        regions: Json::of(regions)?,
        organisation_id: organisation.map(|id| id.to_string()),
        secret_hash: secret_hash.to_owned(),
        created_at: stored_instant(client.created_at),
        revoked_at: client.revoked_at.map(stored_instant),
    };
    diesel::insert_into(clients::table).values(row).execute(db)?;
    Ok(())
}

/// One client.
pub(crate) fn get(db: &mut AnyConnection, id: ClientId) -> Result<Option<Client>> {
    Ok(with_secrets(db, &[id])?.remove(&id).map(|(client, _)| client))
}

/// Looks up clients by their ids, each with the hash of its secret.
pub fn lookups() -> Lookups<ClientId, Option<(Client, String)>> {
    Lookups::new(|db, ids: &[ClientId]| {
        let found = with_secrets(db, ids)?;
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    })
}

fn with_secrets(db: &mut AnyConnection, ids: &[ClientId]) -> Result<HashMap<ClientId, (Client, String)>> {
    let asked = clients::table.filter(among(clients::id, ids.iter().map(ToString::to_string)));
    let rows: Vec<Row> = asked.select(Row::as_select()).load(db)?;
    let read = |mut row: Row| {
        let secret_hash = std::mem::take(&mut row.secret_hash);
        let client = row.client()?;
        Ok((client.id, (client, secret_hash)))
    };
    rows.into_iter().map(read).collect()
}

/// Every client, in the order in which they came.
pub fn list(db: &mut AnyConnection) -> Result<Vec<Client>> {
    let rows: Vec<Row> = clients::table.order((clients::created_at, clients::id)).select(Row::as_select()).load(db)?;
    rows.into_iter().map(Row::client).collect()
}

/// Revokes a client from now on; none when there is no such client.
pub fn revoke(db: &mut AnyConnection, id: ClientId, now: DateTime<Utc>) -> Result<Option<Client>> {
    let standing = clients::table.find(id.to_string()).filter(clients::revoked_at.is_null());
    diesel::update(standing).set(clients::revoked_at.eq(stored_instant(now))).execute(db)?;
    get(db, id)
}

/// Gives a client that was not revoked another secret; none when there is no such client.
pub fn change_secret(db: &mut AnyConnection, id: ClientId, secret_hash: &str) -> Result<Option<Client>> {
    let standing = clients::table.find(id.to_string()).filter(clients::revoked_at.is_null());
    diesel::update(standing).set(clients::secret_hash.eq(secret_hash)).execute(db)?;
    get(db, id)
}

impl Row {
    fn client(self) -> Result<Client> {
        Ok(Client {
            id: column::parse(&self.id)?,
            facts: ClientFacts {
                name: self.name,
                role: self.role.read()?,
                regions: self.regions.read()?,
                organisation: self.organisation_id.as_deref().map(column::parse).transpose()?,
            },
            created_at: self.created_at.and_utc(),
            revoked_at: self.revoked_at.map(|at| at.and_utc()),
        })
    }
}
