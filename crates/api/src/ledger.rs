//! The log, as whoever runs the registry keeps it: looked through, and relieved of what the law forbids to keep.

use digituki_domain::noun::NounName;
use digituki_domain::policy::{Permit, Scope};
use digituki_domain::role::Caller;
use digituki_persistence::verify::{Report, verify as look_through};
use digituki_persistence::write::Author;
use digituki_persistence::{Error as StoreError, Store, erase as persistence};

use crate::client::Failure;
use crate::settings::Settings;

/// Looks through the whole log.
pub(crate) async fn verify(settings: &Settings) -> Result<Report, Failure> {
    Ok(Store::open(settings.store()).look_through(look_through).await?)
}

/// Erases an object with all that the log holds of it, or one version's payload. Says how many payloads went.
pub(crate) async fn erase(
    settings: &Settings,
    noun: NounName,
    object: String,
    version: Option<i64>,
) -> Result<usize, Failure> {
    let store = crate::client::open(settings)?;
    let permit = Permit::new(Caller::operator(), Scope::ProvidersWrite).ok_or(StoreError::Forbidden)?;
    let author = Author { permit, operation: "erase".into(), request_id: None, moment: settings.clock().moment() };
    let erased = store.write(author, move |tx| persistence::erase(tx, noun, &object, version)).await?;
    store.tidy().await?;
    Ok(erased)
}
