//! Providers: what is written is what is read.

mod filters;
mod writing;
