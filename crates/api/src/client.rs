//! Clients and keys, as whoever runs the registry keeps them: from the command line and in tests.

use std::fmt;

use digituki_domain::client::{Client, ClientFacts, ClientId};
use digituki_domain::invalid::Violation;
use digituki_domain::text::TextLanguage;
use digituki_persistence::{Error as StoreError, Store, client, signing_key};

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
    open(settings)?.keep(move |db| client::add(db, &added, &hash)).await?;
    Ok(Credentials { client, secret })
}

/// Every client.
pub async fn list(settings: &Settings) -> Result<Vec<Client>, Failure> {
    Ok(Store::open(settings.store()).read(client::list).await?)
}

/// Revokes a client: its next request fails, also with a token that has not expired.
pub async fn revoke(settings: &Settings, id: ClientId) -> Result<Client, Failure> {
    let now = settings.clock().now();
    let revoked = open(settings)?.keep(move |db| client::revoke(db, id, now)).await?;
    revoked.ok_or_else(|| unknown(id))
}

/// Gives a client another secret in the place of the one that it had.
pub async fn rotate(settings: &Settings, id: ClientId) -> Result<Credentials, Failure> {
    let secret = Secret::generate()?;
    let hash = secret.hash();
    let client = open(settings)?.keep(move |db| client::change_secret(db, id, &hash)).await?;
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
    open(settings)?.keep(move |db| signing_key::rotate(db, next, forgotten)).await?;
    Ok(kid)
}

fn open(settings: &Settings) -> Result<Store, Failure> {
    if settings.read_only() {
        return Err(Failure::Impossible("the registry takes no changes: DIGITUKI_READ_ONLY is set".into()));
    }
    Ok(Store::open(settings.store()))
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
