//! Loads what every installation starts with: the reference data and the history that ship with the
//! program. Run again, it changes nothing; run by a newer program, it updates the rows that the new
//! data changed, except those that a user has changed since.

mod frameworks;
mod history;
mod reference;
mod shipped;

use digituki_domain::clock::Clock;
use digituki_domain::policy::Permit;
use digituki_domain::role::Caller;

use crate::connection::AnyConnection;
use crate::error::Result;
use crate::turn::Turn;
use crate::write::{Author, Tx};
use shipped::Ledger;

/// What to load on first start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// Areas, populations and organisations.
    Reference,
    /// These, and the story: programmes, calls, pilots and grants; and the first assessment frameworks.
    History,
}

/// Loads, inside the caller's transaction, by the road of every write: the registry itself is the author.
pub(crate) fn load(db: &mut AnyConnection, what: Load, clock: Clock) -> Result<()> {
    let permit = Permit::unlimited(Caller::registry());
    let author = Author { permit, operation: "load".into(), request_id: None, clock };
    let mut turn = Turn::take(db)?;
    let mut tx = Tx::begin(db, &author, &mut turn);
    let mut ledger = Ledger::open(&mut tx)?;
    reference::load(&mut tx, &mut ledger)?;
    if what == Load::History {
        history::load(&mut tx, &mut ledger)?;
        frameworks::load(&mut tx, &mut ledger)?;
    }
    ledger.report();
    turn.end(db)
}
