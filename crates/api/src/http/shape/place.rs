//! One place of a body, as serde reads it.

use digituki_domain::invalid::{Form, Invalid};
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::absent::Absent;
use super::{Error, Fault, Found, names};
use crate::http::pointer;

/// The way to a place. A pointer is made of it only where somebody needs one.
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Field(&'a str),
    Element(usize),
}

impl<'a> Path<'a> {
    fn below(&'a self, step: Step<'a>) -> Self {
        Path { parent: Some(self), step }
    }

    pub(super) fn pointer(&self) -> String {
        let mut place = self.parent.map(Path::pointer).unwrap_or_default();
        match self.step {
            _ if self.parent.is_none() => (),
            Step::Field(name) => pointer::push(&mut place, name),
            Step::Element(index) => pointer::push(&mut place, &index.to_string()),
        }
        place
    }

    /// Whether it is left out, for its fault is known.
    fn is_left_out(&self, found: &Found) -> bool {
        !found.left_out.is_empty() && found.left_out.contains(&self.pointer())
    }
}

/// A value and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    value: &'a Value,
    at: &'a Path<'a>,
    found: &'a Found,
}

impl<'a> Place<'a> {
    pub(super) fn root(value: &'a Value, found: &'a Found) -> Self {
        const ROOT: &Path<'_> = &Path { parent: None, step: Step::Field("") };
        Self::new(value, ROOT, found)
    }

    fn new(value: &'a Value, at: &'a Path<'a>, found: &'a Found) -> Self {
        found.visits.set(found.visits.get() + 1);
        Self { value, at, found }
    }

    fn is(&self, invalid: Invalid) -> Error {
        Error { at: Some(self.at.pointer()), fault: Fault::Rule(invalid) }
    }

    /// Not what was expected; null in the place of a value is no value.
    fn is_not(&self, expected: Form) -> Error {
        let is_missing = self.value.is_null() && self.at.parent.is_some() && !matches!(expected, Form::List);
        self.is(if is_missing { Invalid::MissingField } else { Invalid::WrongType { expected } })
    }

    /// What a visitor made of the value; its own fault is one of this place.
    fn made<T>(&self, made: Result<T, Error>, expected: Form) -> Result<T, Error> {
        made.map_err(|error| error.expecting(expected).at(|| self.at.pointer()))
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::String(text) => self.made(visitor.visit_str(text), Form::Text),
            _ => Err(self.is_not(Form::Text)),
        }
    }

    fn decimal<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value.as_f64() {
            Some(number) => self.made(visitor.visit_f64(number), Form::Decimal),
            None => Err(self.is_not(Form::Decimal)),
        }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V, needs_all: bool) -> Result<V::Value, Error> {
        match self.value {
            Value::Array(list) => {
                self.made(visitor.visit_seq(Elements { place: self, list, next: 0, needs_all }), Form::List)
            }
            _ => Err(self.is_not(Form::List)),
        }
    }

    /// Notes every field that the type does not know: nothing is passed over in silence.
    fn note_unknown(&self, object: &Map<String, Value>, known: &[&str]) {
        for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
            if self.found.is_full() {
                return;
            }
            let place = self.at.below(Step::Field(name)).pointer();
            self.found.note(place, Invalid::UnknownField { allowed: names(known) });
        }
    }
}

/// A whole number, within the range of its type.
macro_rules! whole_numbers {
    ($($method:ident $type:ident $visit:ident,)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let number = self.value.as_i64().map(i128::from).or_else(|| self.value.as_u64().map(i128::from));
            let number = number.ok_or_else(|| self.is_not(Form::Number))?;
            match $type::try_from(number) {
                Ok(number) => self.made(visitor.$visit(number), Form::Number),
                Err(_) => Err(self.is(Invalid::OutOfRange {
                    value: number.to_string(),
                    min: $type::MIN.to_string(),
                    max: $type::MAX.to_string(),
                })),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Place<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => self.made(visitor.visit_unit(), Form::Value),
            Value::Bool(value) => self.made(visitor.visit_bool(*value), Form::Value),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => self.made(visitor.visit_i64(whole), Form::Value),
                (None, Some(decimal)) => self.made(visitor.visit_f64(decimal), Form::Value),
                (None, None) => Err(self.is_not(Form::Number)),
            },
            Value::String(text) => self.made(visitor.visit_str(text), Form::Value),
            Value::Array(_) => self.list(visitor, false),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Bool(value) => self.made(visitor.visit_bool(*value), Form::Boolean),
            _ => Err(self.is_not(Form::Boolean)),
        }
    }

    whole_numbers! {
        deserialize_i8 i8 visit_i8,
        deserialize_i16 i16 visit_i16,
        deserialize_i32 i32 visit_i32,
        deserialize_i64 i64 visit_i64,
        deserialize_u8 u8 visit_u8,
        deserialize_u16 u16 visit_u16,
        deserialize_u32 u32 visit_u32,
        deserialize_u64 u64 visit_u64,
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.decimal(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.decimal(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        let made = visitor.visit_newtype_struct(self);
        self.made(made, Form::Value)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.list(visitor, false)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.list(visitor, true)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.list(visitor, true)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Object(object) => {
                let entries = Entries { place: self, left: object.iter(), current: None };
                self.made(visitor.visit_map(entries), Form::Object)
            }
            _ => Err(self.is_not(Form::Object)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::Object(object) => {
                self.note_unknown(object, fields);
                self.made(visitor.visit_map(Fields::new(self, object, fields)), Form::Object)
            }
            _ => Err(self.is_not(Form::Object)),
        }
    }

    /// The contract's enumerations are texts.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::String(text) => self.made(visitor.visit_enum(StrDeserializer::new(text)), Form::Text),
            _ => Err(self.is_not(Form::Text)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

/// The elements of a list.
struct Elements<'a> {
    place: Place<'a>,
    list: &'a [Value],
    next: usize,
    /// A tuple has no place for fewer.
    needs_all: bool,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        while let Some(value) = self.list.get(self.next) {
            let at = self.place.at.below(Step::Element(self.next));
            self.next += 1;
            if !at.is_left_out(self.place.found) {
                let element = Place::new(value, &at, self.place.found);
                return seed.deserialize(element).map_err(|error| error.at(|| at.pointer())).map(Some);
            }
            if self.needs_all {
                return Err(Error { at: Some(at.pointer()), fault: Fault::LeftOut });
            }
        }
        Ok(None)
    }
}

/// The entries of an object whose names are not known beforehand.
struct Entries<'a> {
    place: Place<'a>,
    left: serde_json::map::Iter<'a>,
    current: Option<(&'a String, &'a Value)>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        for (name, value) in self.left.by_ref() {
            let at = self.place.at.below(Step::Field(name));
            if !at.is_left_out(self.place.found) {
                self.current = Some((name, value));
                let key = StrDeserializer::<Error>::new(name);
                return seed
                    .deserialize(key)
                    .map_err(|error| error.expecting(Form::Text).at(|| at.pointer()))
                    .map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let Some((name, value)) = self.current.take() else { return Err(self.place.is_not(Form::Object)) };
        let at = self.place.at.below(Step::Field(name));
        let entry = Place::new(value, &at, self.place.found);
        seed.deserialize(entry).map_err(|error| error.at(|| at.pointer()))
    }
}

/// The fields of a struct: first those that came, then those that did not, and last those that are left
/// out, so that every other fault is found before the whole is given up for one of them.
struct Fields<'a> {
    place: Place<'a>,
    left: std::vec::IntoIter<(Came<'a>, &'static str)>,
    current: Option<(Came<'a>, &'static str)>,
}

#[derive(Clone, Copy)]
enum Came<'a> {
    With(&'a Value),
    Not,
    LeftOut,
}

impl<'a> Fields<'a> {
    fn new(place: Place<'a>, object: &'a Map<String, Value>, fields: &[&'static str]) -> Self {
        let came = |name: &'static str| {
            if place.at.below(Step::Field(name)).is_left_out(place.found) {
                Came::LeftOut
            } else {
                object.get(name).map_or(Came::Not, Came::With)
            }
        };
        let mut fields: Vec<_> = fields.iter().map(|name| (came(name), *name)).collect();
        fields.sort_by_key(|(came, _)| match came {
            Came::With(_) => 0,
            Came::Not => 1,
            Came::LeftOut => 2,
        });
        Self { place, left: fields.into_iter(), current: None }
    }
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.current = self.left.next();
        let Some((_, name)) = self.current else { return Ok(None) };
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let Some((came, name)) = self.current.take() else { return Err(self.place.is_not(Form::Object)) };
        let at = self.place.at.below(Step::Field(name));
        let value = match came {
            Came::With(value) => seed.deserialize(Place::new(value, &at, self.place.found)),
            Came::Not => seed.deserialize(Absent { at: &at, left_out: false }),
            Came::LeftOut => seed.deserialize(Absent { at: &at, left_out: true }),
        };
        value.map_err(|error| error.at(|| at.pointer()))
    }
}
