//! What a field reads that is not there.

use std::fmt;

use digituki_domain::invalid::Invalid;
use serde::de::value::SeqDeserializer;
use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::place::Path;
use super::{Error, Fault};

/// A field without a value: null for an option, empty for a list.
pub(super) struct Absent<'a> {
    pub(super) at: &'a Path<'a>,
    /// It came, but was at fault.
    pub(super) left_out: bool,
}

impl<'de> Deserializer<'de> for Absent<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        let fault = if self.left_out { Fault::LeftOut } else { Fault::Rule(Invalid::MissingField) };
        Err(Error { at: Some(self.at.to_string()), fault })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_none()
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let nothing = SeqDeserializer::<_, Error>::new(std::iter::empty::<bool>());
        visitor.visit_seq(nothing).map_err(|error| error.at(|| self.at.to_string()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        tuple tuple_struct map struct enum identifier
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.pointer())
    }
}
