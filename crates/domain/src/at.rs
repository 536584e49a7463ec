//! An instant of a query, or `now`.

use std::str::FromStr;

use chrono::{DateTime, Utc};

use crate::clock::Moment;
use crate::date::parse_instant;
use crate::invalid::{Form, Invalid};
use crate::schema::published_as_string;

/// An instant of a query, or `now`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The present instant, by the registry's clock.
    Now,
    /// Another instant.
    Instant(DateTime<Utc>),
}

impl At {
    /// The instant that is meant.
    pub fn instant(self, moment: Moment) -> DateTime<Utc> {
        match self {
            Self::Now => moment.now,
            Self::Instant(instant) => instant,
        }
    }
}

impl FromStr for At {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        if value == "now" {
            return Ok(Self::Now);
        }
        parse_instant(value).map(Self::Instant).map_err(|invalid| match invalid {
            Invalid::Malformed { value, .. } => Invalid::Malformed { value, expected: Form::NowOrInstant },
            invalid => invalid,
        })
    }
}

published_as_string!(
    At,
    "`now`, or an instant (RFC 3339, any offset).",
    3,
    35,
    "^(now|(19[0-9]{2}|20[0-9]{2}|2100)-(0[1-9]|1[0-2])-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-][01][0-9]:[0-5][0-9]))$",
    "now"
);
