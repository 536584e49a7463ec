//! A turn to write: what those who share its transaction leave to its end.

use crate::connection::AnyConnection;
use crate::error::Result;
use crate::log::Head;
use crate::service_point::Outdated;

/// A turn, as far as it has come.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    /// The end of the log, as it is going to be.
    pub(crate) head: Head,
    /// The service points that are to be written anew.
    pub(crate) outdated: Outdated,
    began_at: i64,
}

impl Turn {
    /// Takes the turn: whoever comes second waits here.
    pub(crate) fn take(db: &mut AnyConnection) -> Result<Self> {
        let head = Head::take(db)?;
        Ok(Self { began_at: head.seq, outdated: Outdated::none(), head })
    }

    /// The number of the last change, if there was any in this turn.
    pub(crate) fn last_change(&self) -> Option<i64> {
        (self.head.seq != self.began_at).then_some(self.head.seq)
    }

    /// Writes what was left to the end, before the caller commits.
    pub(crate) fn end(&mut self, db: &mut AnyConnection) -> Result<()> {
        self.outdated.write(db)?;
        if self.last_change().is_some() { self.head.store(db) } else { Ok(()) }
    }
}
