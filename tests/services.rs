//! Services: what is written is what is read, and what a person finds follows it at once.

mod filters;
mod places;
mod points;
mod publishing;
mod writing;

use crate::support::session::{PROVIDERS, Session, named, provider};

/// A provider in Uusimaa, by its id.
fn giver(developer: &Session, organisation: &str) -> String {
    named(&developer.add(PROVIDERS, &provider("Antaja", organisation, "01"))).to_owned()
}
