//! What a statement can come to. The caller of a query says what "not found" means; the rest is here.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use digituki_domain::invalid::{Place, Violation};
use digituki_domain::state_machine::Refusal;

/// The answer of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the store has no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The database cannot be used now: worth another try.
    #[error("the database is {0}")]
    Unavailable(Unavailability),
    /// The question names what the registry does not hold.
    #[error("the question is refused")]
    Refused(Vec<Violation>),
    /// The object is not the caller's to change.
    #[error("the caller may not do this")]
    Forbidden,
    /// Other objects refer to the object.
    #[error("the object is in use")]
    InUse,
    /// What was asked is in conflict with how things stand: another object has what no two have, or the object cannot
    /// take the step.
    #[error("in conflict with how things stand")]
    Conflict(Vec<Violation>),
    /// A fault of ours. Its text is for the log, never for an answer.
    #[error("{0}")]
    Unforeseen(String),
}

/// Refuses a question for its faults, if it has any.
pub(crate) fn refuse(violations: Vec<Violation>) -> Result<()> {
    if violations.is_empty() { Ok(()) } else { Err(Error::Refused(violations)) }
}

/// Refuses what is in conflict with how things stand, if anything is.
pub(crate) fn refuse_conflicts(violations: Vec<Violation>) -> Result<()> {
    if violations.is_empty() { Ok(()) } else { Err(Error::Conflict(violations)) }
}

/// Several checks in one: refuses for the faults of all of them.
pub(crate) fn together(checks: impl IntoIterator<Item = Result<()>>) -> Result<()> {
    let mut violations = Vec::new();
    for check in checks {
        match check {
            Err(Error::Refused(found)) => violations.extend(found),
            other => other?,
        }
    }
    violations.sort_by_cached_key(Violation::order);
    refuse(violations)
}

/// The values of a parameter, each with its place.
pub(crate) fn in_query<T: Clone>(parameter: &str, values: &[T]) -> Vec<(Place, T)> {
    values.iter().map(|value| (Place::Parameter(parameter.to_owned()), value.clone())).collect()
}

/// The values of a field, each with its place.
pub(crate) fn in_body<T: Clone>(pointer: &str, values: &[T]) -> Vec<(Place, T)> {
    let place = |index: usize| Place::Pointer(format!("{pointer}/{index}"));
    values.iter().enumerate().map(|(index, value)| (place(index), value.clone())).collect()
}

/// Why the database cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unavailability {
    /// Not reached, or the connection was lost.
    #[error("not reachable")]
    Lost,
    /// Locked, or all connections are taken.
    #[error("busy")]
    Busy,
    /// Out of space.
    #[error("full")]
    Full,
    /// Refusing writes.
    #[error("read-only")]
    ReadOnly,
}

impl Error {
    /// The error of a step that is not taken.
    pub(crate) fn of_step(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotYours => Self::Forbidden,
            Refusal::NotNow(invalid) => Self::Conflict(vec![Violation::pointer("/event", invalid)]),
        }
    }

    /// The error of a removal: the database refuses it while other rows refer to the row.
    pub(crate) fn in_use(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Self::InUse,
            other => other.into(),
        }
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => {
                Self::Unavailable(Unavailability::Lost)
            }
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
                Self::Unavailable(Unavailability::Busy)
            }
            DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => {
                Self::Unavailable(Unavailability::ReadOnly)
            }
            // A transaction that a lost connection left behind.
            DieselError::BrokenTransactionManager => Self::Unavailable(Unavailability::Lost),
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => {
                by_message(information.message()).map_or_else(|| Self::Unforeseen(error.to_string()), Self::Unavailable)
            }
            _ => Self::Unforeseen(error.to_string()),
        }
    }
}

/// Diesel reports SQLite's lock and disk errors, and most of PostgreSQL's, as `Unknown`: their fixed
/// message texts are all that tells them apart.
fn by_message(message: &str) -> Option<Unavailability> {
    const KNOWN: [(&str, Unavailability); 14] = [
        ("database is locked", Unavailability::Busy),
        ("database table is locked", Unavailability::Busy),
        ("database schema is locked", Unavailability::Busy),
        ("canceling statement due to", Unavailability::Busy),
        ("too many clients already", Unavailability::Busy),
        ("remaining connection slots", Unavailability::Busy),
        ("database or disk is full", Unavailability::Full),
        ("No space left on device", Unavailability::Full),
        ("attempt to write a readonly database", Unavailability::ReadOnly),
        ("unable to open database file", Unavailability::Lost),
        ("disk I/O error", Unavailability::Lost),
        ("terminating connection", Unavailability::Lost),
        ("the database system is", Unavailability::Lost),
        ("server closed the connection", Unavailability::Lost),
    ];
    KNOWN.iter().find(|(text, _)| message.contains(text)).map(|(_, kind)| *kind)
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Unforeseen(format!("a stored JSON value does not fit its type: {error}"))
    }
}
