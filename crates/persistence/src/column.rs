//! Columns that hold domain types as text: values of a vocabulary, identifiers, and JSON of what is
//! only ever read whole.

use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// A column of text that stands for a `T`.
macro_rules! column_of {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Debug, AsExpression, FromSqlRow)]
        #[diesel(sql_type = Text)]
        pub(crate) struct $name<T: 'static> {
            text: String,
            of: PhantomData<fn() -> T>,
        }

        impl<T> $name<T> {
            pub(crate) fn from_text(text: String) -> Self {
                Self { text, of: PhantomData }
            }

            /// The text as it is kept.
            pub(crate) fn text(&self) -> &str {
                &self.text
            }
        }

        impl<T, DB> FromSql<Text, DB> for $name<T>
        where
            DB: Backend,
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                Ok(Self::from_text(String::from_sql(bytes)?))
            }
        }

        impl<T, DB> ToSql<Text, DB> for $name<T>
        where
            T: std::fmt::Debug,
            DB: Backend,
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                str::to_sql(&self.text, out)
            }
        }
    };
}

column_of! {
    /// A value kept as JSON: what is only ever read whole.
    Json
}

column_of! {
    /// A value kept as it is written: an identifier, a value of a vocabulary.
    Plain
}

impl<T: Serialize + DeserializeOwned> Json<T> {
    /// Keeps a value.
    pub(crate) fn of(value: &T) -> Result<Self> {
        Ok(Self::from_text(serde_json::to_string(value)?))
    }

    /// Reads the value.
    pub(crate) fn read(&self) -> Result<T> {
        Ok(serde_json::from_str(&self.text)?)
    }
}

impl<T: Display> Plain<T> {
    /// Keeps a value.
    pub(crate) fn of(value: &T) -> Self {
        Self::from_text(value.to_string())
    }
}

impl<T: FromStr> Plain<T> {
    /// Reads the value.
    pub(crate) fn read(&self) -> Result<T> {
        parse(&self.text)
    }
}

/// Reads a stored text as what it stands for.
pub(crate) fn parse<T: FromStr>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|_| Error::Unforeseen(format!("the stored value {text:?} is no {}", std::any::type_name::<T>())))
}

/// An instant as both databases keep it: UTC, cut to milliseconds.
pub(crate) fn stored_instant(instant: DateTime<Utc>) -> NaiveDateTime {
    DateTime::from_timestamp_millis(instant.timestamp_millis()).unwrap_or(instant).naive_utc()
}

/// Restricts a boxed query to rows whose column holds one of the values; without values, not at all.
macro_rules! any_of {
    ($query:ident, $column:expr, $values:expr) => {
        if !$values.is_empty() {
            let wanted: Vec<String> = $values.iter().map(ToString::to_string).collect();
            $query = $query.filter($column.eq_any(wanted));
        }
    };
}
pub(crate) use any_of;

/// Restricts a boxed query to rows of the wanted freshness, by the column that says when they were verified last; `$kept`
/// makes an instant what the column holds.
macro_rules! fresh {
    ($query:ident, $column:expr, $wanted:expr, $moment:expr, $kept:expr) => {
        for unwanted in <digituki_domain::freshness::Freshness as digituki_domain::vocabulary::Vocabulary>::VALUES
            .iter()
            .filter(|known| !$wanted.is_empty() && !$wanted.contains(known))
        {
            let after = unwanted.verified_after($moment.now).map($kept);
            let until = unwanted.verified_until($moment.now).map($kept);
            $query = match (after, until) {
                (Some(after), Some(until)) => {
                    let so_fresh = diesel::BoolExpressionMethods::and($column.gt(after), $column.le(until));
                    $query.filter($column.is_null().or(diesel::dsl::not(so_fresh)))
                }
                (Some(after), None) => $query.filter($column.is_null().or($column.le(after))),
                (None, Some(until)) => $query.filter($column.gt(until)),
                (None, None) => $query,
            };
        }
    };
}
pub(crate) use fresh;
