//! Clients and keys, as whoever runs the registry keeps them: from the command line and in tests.

use std::fmt;

use digituki_domain::client::{Client, ClientFacts, ClientId};
use digituki_domain::invalid::Violation;
use digituki_domain::role::Caller;
use digituki_domain::text::TextLanguage;
use digituki_persistence::audit::{self, Deed, Line};
use digituki_persistence::{AnyConnection, DatabaseUrl, Error as StoreError, Store, client, signing_key};

use crate::auth::keys;
use crate::auth::secret::Secret;
use crate::auth::token;
use crate::settings::Settings;

/// A client and its secret, which is not seen again.
#[derive(Debug)]
pub struct Credentials {
    /// The client.
    pub client: Client,
    /// Its secret.
    pub secret: Secret,
}

/// Why it was not done.
#[derive(Debug)]
pub enum Failure {
    /// What was asked for breaks rules.
    Refused(Vec<Violation>),
    /// It cannot be done.
    Impossible(String),
}

/// Adds a client to a registry that was prepared.
pub async fn add(settings: &Settings, facts: ClientFacts) -> Result<Credentials, Failure> {
    facts.check().map_err(Failure::Refused)?;
    let secret = Secret::generate()?;
    let created_at = settings.clock().now();
    let client = Client { id: ClientId::generate(), facts, created_at, revoked_at: None };
    let (added, hash) = (client.clone(), secret.hash());
    let work = move |db: &mut _| client::add(db, &added, &hash).map(|()| added);
    keep(settings, "client_add", work, |added| Some(added.id.to_string())).await?;
    Ok(Credentials { client, secret })
}

/// Every client.
pub async fn list(settings: &Settings) -> Result<Vec<Client>, Failure> {
    Ok(Store::open(settings.store()).read(client::list).await?)
}

/// Revokes a client: its next request fails, also with a token that has not expired.
pub async fn revoke(settings: &Settings, id: ClientId) -> Result<Client, Failure> {
    let now = settings.clock().now();
    let work = move |db: &mut _| client::revoke(db, id, now);
    let revoked =
        keep(settings, "client_revoke", work, |found| found.as_ref().map(|client| client.id.to_string())).await?;
    revoked.ok_or_else(|| unknown(id))
}

/// Gives a client another secret in the place of the one that it had.
pub async fn rotate(settings: &Settings, id: ClientId) -> Result<Credentials, Failure> {
    let secret = Secret::generate()?;
    let hash = secret.hash();
    let work = move |db: &mut _| client::change_secret(db, id, &hash);
    let alive = |found: &Option<Client>| {
        found.as_ref().filter(|client| client.revoked_at.is_none()).map(|client| client.id.to_string())
    };
    let client = keep(settings, "client_rotate", work, alive).await?;
    let client = client.ok_or_else(|| unknown(id))?;
    match client.revoked_at {
        Some(_) => Err(Failure::Impossible(format!("the client {id} was revoked: add another"))),
        None => Ok(Credentials { client, secret }),
    }
}

/// Signs with another key from now on, and says its name. The one that signed is published until the
/// tokens that it signed have expired.
pub async fn rotate_key(settings: &Settings) -> Result<String, Failure> {
    let now = settings.clock().now();
    let next = keys::generate(now)?;
    let kid = next.kid.clone();
    let forgotten = now - (token::dead_after(now) - now);
    let named = kid.clone();
    let work = move |db: &mut _| signing_key::rotate(db, next, forgotten);
    keep(settings, "key_rotate", work, move |()| Some(named)).await?;
    Ok(kid)
}

/// Does a command's work, and notes in the audit that it was done; `on` says on what, if on anything.
async fn keep<T: Send + 'static>(
    settings: &Settings,
    command: &'static str,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
    on: impl FnOnce(&T) -> Option<String> + Send + 'static,
) -> Result<T, Failure> {
    let at = settings.clock().now();
    let store = open(settings)?;
    let done = store.keep(move |db| {
        let done = work(db)?;
        if let Some(object) = on(&done) {
            let deed = Deed { caller: &Caller::operator(), operation: command, request_id: None, at };
            audit::append(db, &Line::done(deed, Some(&object)))?;
        }
        Ok::<_, StoreError>(done)
    });
    Ok(done.await?)
}

fn open(settings: &Settings) -> Result<Store, Failure> {
    if settings.read_only() { Err(Failure::read_only()) } else { Ok(Store::open(settings.store())) }
}

/// Opens a store that has to be there: a mistyped path should not make an empty one.
pub(crate) fn open_existing(settings: &Settings) -> Result<Store, Failure> {
    let options = settings.store();
    match &options.url {
        DatabaseUrl::Sqlite(path) if !path.exists() => {
            Err(Failure::Impossible(format!("there is no registry at {}", path.display())))
        }
        _ => Ok(Store::open(options)),
    }
}

impl Failure {
    /// Nothing is changed while the registry is read-only.
    pub(crate) fn read_only() -> Self {
        Self::Impossible("the registry takes no changes: DIGITUKI_READ_ONLY is set".into())
    }
}

fn unknown(id: ClientId) -> Failure {
    Failure::Impossible(format!("there is no client {id}"))
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(violations) => {
                let said = violations
                    .iter()
                    .map(|violation| format!("--{}: {}", violation.place, violation.invalid.message(TextLanguage::En)));
                formatter.write_str(&said.collect::<Vec<_>>().join(" "))
            }
            Self::Impossible(why) => formatter.write_str(why),
        }
    }
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self::Impossible(why)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(violations) => Self::Refused(violations),
            error => Self::Impossible(error.to_string()),
        }
    }
}
