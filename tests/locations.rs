//! Locations: what is written is what is read.

mod filters;
mod hours;
mod points;
mod writing;
