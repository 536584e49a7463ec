//! What every operation that writes has in common: its headers and the faults that it can meet.

use digituki_domain::policy::{Access, Scope};
use digituki_domain::problem::Code;
use serde_json::{Value, json};

use super::complete::header_parameter;
use crate::http::idempotency;

/// How an operation writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Adds an object.
    Creation,
    /// Does something to an object that is more than a change of its fields.
    Action,
    /// Replaces an object, or changes some of its fields.
    Change,
    /// Creates or replaces the object that another system calls so.
    Push,
    /// Creates or replaces the objects that another system calls so.
    PushOfMany,
    /// Removes an object.
    Removal,
}

impl Kind {
    /// How an operation at a method and a path writes; none for one that only reads. Which those are, the table of who may
    /// do what says: a POST to which reading is enough writes nothing, and one that is open to all writes no object.
    pub(super) fn of(method: &str, path: &str, operation_id: &str) -> Option<Self> {
        if matches!(Access::to(operation_id), Some(Access::Open | Access::Scope(Scope::Read))) {
            return None;
        }
        Some(match method {
            "post" if path.contains("/by-source/") => Self::PushOfMany,
            "post" if path.contains('{') => Self::Action,
            "post" => Self::Creation,
            "put" if path.contains("/by-source/") => Self::Push,
            "put" | "patch" => Self::Change,
            "delete" => Self::Removal,
            _ => return None,
        })
    }

    /// The faults that it can meet beyond those of a read.
    pub(super) fn faults(self) -> Vec<Code> {
        let mut faults = match self {
            Self::Creation => vec![Code::Conflict, Code::IdempotencyKeyReused],
            Self::Action => vec![Code::Conflict, Code::IdempotencyKeyReused, Code::PreconditionFailed],
            Self::Change | Self::Push => vec![Code::Conflict, Code::PreconditionFailed, Code::PreconditionRequired],
            Self::PushOfMany => vec![Code::Conflict, Code::IdempotencyKeyReused, Code::PreconditionRequired],
            Self::Removal => vec![Code::InUse, Code::PreconditionFailed, Code::PreconditionRequired],
        };
        faults.extend([Code::RequestTimeout, Code::InsufficientStorage]);
        faults
    }

    /// The headers that it takes.
    pub(super) fn parameters(self) -> Vec<Value> {
        match self {
            Self::Creation | Self::PushOfMany => vec![key()],
            Self::Action => {
                let about = "The ETag of the object that you have seen; left out, whatever it is now.";
                vec![key(), precondition(about, false)]
            }
            Self::Push => {
                let about = "The ETag of the object that you have seen; needed when another client has changed it.";
                let absent = "`*`: only if there is no such object yet.";
                vec![precondition(about, false), header_parameter("If-None-Match", absent)]
            }
            Self::Change | Self::Removal => {
                let about = "The ETag of the object that you have seen: 412 when it has changed since.";
                vec![precondition(about, true)]
            }
        }
    }
}

fn key() -> Value {
    let about = "Names this request: sent again with the same key within 24 hours, it is answered as the first time \
                 and not done again. Up to 255 visible characters but quotes, such as a UUID.";
    let mut key = header_parameter(idempotency::HEADER, about);
    key["schema"]["minLength"] = json!(1);
    key["schema"]["pattern"] = json!(idempotency::PATTERN);
    key
}

fn precondition(about: &str, required: bool) -> Value {
    let mut parameter = header_parameter("If-Match", about);
    parameter["required"] = json!(required);
    if required {
        // Where it may be left out, Swagger UI would send it all the same.
        parameter["example"] = json!("*");
    }
    parameter
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::bounds::longest;

    #[test]
    fn a_post_that_only_reads_is_no_write() {
        let path = "/v1/calls/{key}/portfolio-simulations";
        assert_eq!(Kind::of("post", path, "simulate_portfolio"), None);
        assert_eq!(Kind::of("post", "/v1/calls", "create_call"), Some(Kind::Creation));
        assert_eq!(Kind::of("post", "/oauth2/token", "issue_token"), None);
        assert_eq!(Kind::of("post", "/v1/calls/{key}/none", "unknown"), Some(Kind::Action));
    }

    #[test]
    fn every_header_of_a_write_is_bounded() {
        for name in ["If-Match", idempotency::HEADER] {
            assert!(longest(name) > 0, "{name}");
        }
    }
}
