//! Service points: what a person finds. What filters, orders and counts mean is held to a plain search through an
//! export of everything; what one needs a small world for, to a world made by hand.

mod brute_force;
mod formats;
pub(crate) mod geodesic;
mod hand_made;
mod near;
mod open;
mod oracle;
mod orders;
mod parameters;
mod walks;

use serde_json::Value;

/// The id of a service point.
#[track_caller]
fn id(point: &Value) -> String {
    crate::support::session::id(point).to_owned()
}

/// The Finnish names of the services of some points.
fn names(points: &[Value]) -> Vec<&str> {
    points.iter().map(|point| point["service"]["names"]["fi"].as_str().unwrap()).collect()
}
