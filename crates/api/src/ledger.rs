//! The log, as whoever runs the registry keeps it: looked through, and relieved of what the law forbids to keep.

use std::time::{Duration, Instant};

use digituki_domain::noun::NounName;
use digituki_domain::policy::Permit;
use digituki_domain::role::Caller;
use digituki_persistence::verify::Report;
use digituki_persistence::write::{Author, Tx};
use digituki_persistence::{Store, erase as erasure, service_point, suggestion, verify as verification};

use crate::client::{Failure, open_existing};
use crate::settings::Settings;

/// How long readers may keep the erased from being cleared away.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// Looks through the whole log.
pub(crate) async fn verify(settings: &Settings) -> Result<Report, Failure> {
    Ok(open_existing(settings)?.look_through(verification::verify).await?)
}

/// Erases an object with all that the log holds of it, or one version's payload. Says how many payloads went.
pub(crate) async fn erase(
    settings: &Settings,
    noun: NounName,
    object: String,
    version: Option<i64>,
) -> Result<usize, Failure> {
    if settings.read_only() {
        return Err(Failure::read_only());
    }
    let store = open_existing(settings)?;
    let permit = Permit::unlimited(Caller::operator());
    let author = Author { permit, operation: "erase".into(), request_id: None, clock: settings.clock() };
    let erased = store.write(author, move |tx| erasure::erase(tx, noun, &object, version)).await?;
    if clear_away(&store).await { Ok(erased) } else { Err(uncleared(erased)) }
}

/// Writes the service points and the suggestions anew from what they are made of. Says of how many services.
pub(crate) async fn rebuild(settings: &Settings) -> Result<usize, Failure> {
    if settings.read_only() {
        return Err(Failure::read_only());
    }
    let store = open_existing(settings)?;
    let permit = Permit::unlimited(Caller::operator());
    let author = Author { permit, operation: "rebuild".into(), request_id: None, clock: settings.clock() };
    let rebuild = |tx: &mut Tx| {
        suggestion::rebuild(tx)?;
        service_point::rebuild(tx)
    };
    Ok(store.write(author, rebuild).await?)
}

async fn clear_away(store: &Store) -> bool {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if store.tidy().await.unwrap_or(false) {
            return true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}

fn uncleared(erased: usize) -> Failure {
    Failure::Impossible(format!(
        "erased {erased} payloads, but readers keep the file's log from being cleared: what was erased still stands there \
         until they are done and the file is checkpointed"
    ))
}
