//! What holds for every request, whatever it asks.

mod caching;
mod cors;
mod headers;
mod language;
mod rate_limit;
mod swagger;
