//! What holds for every noun that callers write and other systems push.

mod by_source;
mod history;
mod preconditions;
mod pushes;
mod repeated;
