//! Pushes of many objects at once, by the ids of the system that pushes them.

use utoipa::IntoParams;

use crate::vocabulary::vocabulary;

/// How many objects are pushed at once at most.
pub const MOST_ROWS: usize = 500;

vocabulary! {
    /// What becomes of a push where a row of it is at fault.
    pub enum PushMode = "push_mode" {
        Atomic = "atomic" ["kaikki tai ei mitään", "allt eller inget", "all or nothing"],
        Partial = "partial" ["virheettömät rivit", "rader utan fel", "the rows without faults"],
    }
}

vocabulary! {
    /// What became of a row of a push.
    pub enum PushOutcome = "push_outcome" {
        Created = "created" ["luotu", "skapad", "created"],
        Replaced = "replaced" ["korvattu", "ersatt", "replaced"],
        Unchanged = "unchanged" ["ennallaan", "oförändrad", "unchanged"],
        Refused = "refused" ["hylätty", "avvisad", "refused"],
    }
}

/// How a push goes.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PushOptions {
    /// What becomes of the push where a row of it is at fault; `atomic` if left out.
    #[param(value_type = Option<PushMode>)]
    pub mode: PushMode,
}
