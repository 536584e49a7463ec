//! The OpenAPI document: what it says, and whether the server keeps to it.

mod bodies;
mod document;
mod examples;
mod parameters;
mod schemas;
mod writes;
