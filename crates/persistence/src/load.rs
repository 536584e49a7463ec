//! Loads what every installation starts with: the reference data and the history that ship with the
//! program. Run again, it changes nothing; run by a newer program, it updates the rows that the new
//! data changed, except those that a user has changed since.

mod history;
mod reference;
mod shipped;

use crate::connection::AnyConnection;
use crate::error::Result;
use shipped::Ledger;

/// What to load on first start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// Areas, populations and organisations.
    Reference,
    /// These, and the story: programmes, calls, pilots and grants.
    History,
}

/// Loads, inside the caller's transaction.
pub(crate) fn load(db: &mut AnyConnection, what: Load) -> Result<()> {
    let mut ledger = Ledger::open(db)?;
    reference::load(db, &mut ledger)?;
    if what == Load::History {
        history::load(db, &mut ledger)?;
    }
    ledger.report();
    Ok(())
}
