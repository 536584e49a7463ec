//! Providers: what is written is what is read.

mod by_source;
mod filters;
mod history;
mod preconditions;
mod repeated;
mod writing;

use crate::support::session::{ORGANISATIONS, Session, association, id};

/// An association in Uusimaa.
pub(super) fn organisation(developer: &Session) -> String {
    id(&developer.create(ORGANISATIONS, &association("Yhdistys ry", "region:01"))).to_owned()
}
