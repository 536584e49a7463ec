//! Reads JSON strictly: what two readers could take for two things, or a database could not keep, is
//! refused.

use std::fmt;

use digituki_domain::invalid::{Invalid, Violation};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::http::pointer;

/// The greatest whole number that every reader of JSON keeps (RFC 7493): those of JavaScript hold no more.
pub(crate) const GREATEST: i64 = 9_007_199_254_740_991;

/// Reads a body, or says what is wrong with it and where. It must be UTF-8 without a byte order mark.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, Violation> {
    let mut fault = Fault::default();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = Strict(&mut fault).deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    read.map_err(|error| {
        let syntax = Invalid::MalformedJson { line: error.line().max(1), column: error.column().max(1) };
        Violation::pointer(&fault.pointer(), fault.invalid.unwrap_or(syntax))
    })
}

/// What is wrong, when it is more than a matter of syntax. The steps to it are noted on the way out.
#[derive(Default)]
struct Fault {
    invalid: Option<Invalid>,
    steps: Vec<String>,
}

impl Fault {
    fn is<E: serde::de::Error>(&mut self, invalid: Invalid) -> E {
        self.invalid = Some(invalid);
        E::custom("")
    }

    fn below(&mut self, step: impl FnOnce() -> String) {
        if self.invalid.is_some() {
            self.steps.push(step());
        }
    }

    fn pointer(&self) -> String {
        let mut place = String::new();
        self.steps.iter().rev().for_each(|step| pointer::push(&mut place, step));
        pointer::shown(place)
    }
}

/// Reads one value. `serde_json` bounds the depth, hence the stack that this and dropping the value take.
struct Strict<'a>(&'a mut Fault);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() <= GREATEST.unsigned_abs() {
            Ok(value.into())
        } else {
            Err(self.0.is(out_of_range(value.to_string())))
        }
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Err(self.0.is(out_of_range(value.to_string()))),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "whole numbers of this size are exact in both types"
    )]
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        if value.abs() > GREATEST as f64 {
            Err(self.0.is(out_of_range(format!("{value:e}"))))
        } else if value.fract() == 0.0 {
            // 1.0 and 1e0 are 1 for whoever does not tell whole numbers from others.
            Ok((value as i64).into())
        } else {
            Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
        }
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        // PostgreSQL stores no NUL.
        if value.contains('\0') { Err(self.0.is(Invalid::ForbiddenCharacter)) } else { Ok(Value::String(value)) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            match elements.next_element_seed(Strict(&mut *self.0)) {
                Ok(Some(element)) => list.push(element),
                Ok(None) => return Ok(Value::Array(list)),
                Err(error) => {
                    self.0.below(|| list.len().to_string());
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let refused = if name.contains('\0') {
                Some(Invalid::ForbiddenCharacter)
            } else {
                object.contains_key(&name).then_some(Invalid::RepeatedField)
            };
            let value = match refused {
                Some(invalid) => Err(self.0.is(invalid)),
                None => fields.next_value_seed(Strict(&mut *self.0)),
            };
            match value {
                Ok(value) => drop(object.insert(name, value)),
                Err(error) => {
                    self.0.below(|| name);
                    return Err(error);
                }
            }
        }
        Ok(Value::Object(object))
    }
}

fn out_of_range(value: String) -> Invalid {
    Invalid::OutOfRange { value, min: (-GREATEST).to_string(), max: GREATEST.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fault(body: impl AsRef<[u8]>) -> (String, &'static str) {
        let violation = read(body.as_ref()).expect_err("a fault");
        (violation.place.to_string(), violation.invalid.code().as_str())
    }

    #[test]
    fn json_is_read_as_it_stands() {
        let body = r#" {"a": [1, -2, 0.5, 1.0, 1e3, -0, true, null, "ä\n\ud83d\ude00"], "": {}} "#;
        let expected = json!({"a": [1, -2, 0.5, 1, 1000, 0, true, null, "ä\n😀"], "": {}});
        assert_eq!(read(body.as_bytes()), Ok(expected));
        assert_eq!(read(b"9007199254740991"), Ok(json!(GREATEST)));
    }

    #[test]
    fn what_is_not_json_is_refused_where_it_breaks() {
        let table: [&[u8]; 22] = [
            b"",
            b" ",
            b"{",
            b"[1,]",
            b"{\"a\":1,}",
            b"{a:1}",
            b"{'a':1}",
            b"01",
            b"+1",
            b"NaN",
            b"Infinity",
            b"1e400",
            b"{} {}",
            b"{}x",
            b"// {}",
            b"\xEF\xBB\xBF{}",
            b"\xFF\xFE{\0}\0",
            b"{}\0",
            b"\"a\nb\"",
            b"\"\xC3\x28\"",
            br#""\ud800""#,
            br#""\udc00\ud800""#,
        ];
        for body in table {
            assert_eq!(fault(body), (String::new(), "malformed_json"), "{}", String::from_utf8_lossy(body));
        }
        let broken = read(b"{\n  \"a\": x\n}").expect_err("a fault");
        assert_eq!(broken.invalid, Invalid::MalformedJson { line: 2, column: 8 });
    }

    #[test]
    fn a_name_stands_once_in_an_object() {
        assert_eq!(fault(r#"{"a": 1, "b": [{}, {"c/d": 1, "c/d": 1}]}"#), ("/b/1/c~1d".into(), "repeated_field"));
        assert_eq!(fault(r#"{"a": 1, "\u0061": 1}"#), ("/a".into(), "repeated_field"));
    }

    #[test]
    fn a_nul_is_refused_wherever_it_stands() {
        assert_eq!(fault(r#"{"a": ["", "x\u0000"]}"#), ("/a/1".into(), "forbidden_character"));
        assert_eq!(fault(r#"{"a\u0000": 1}"#), ("/a\0".into(), "forbidden_character"));
    }

    #[test]
    fn a_number_that_some_readers_would_change_is_refused() {
        for number in ["9007199254740992", "-9007199254740992", "18446744073709551616", "1e300", "9007199254740993.0"] {
            assert_eq!(fault(format!("[{number}]")), ("/0".into(), "out_of_range"), "{number}");
        }
    }

    #[test]
    fn the_depth_is_bounded() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(read(deep(100).as_bytes()).is_ok());
            assert_eq!(fault(deep(500_000)), (String::new(), "malformed_json"));
            assert_eq!(fault(open.repeat(500_000)), (String::new(), "malformed_json"));
        }
    }

    #[test]
    fn a_pointer_is_no_longer_than_the_contract_says() {
        let (pointer, _) = fault(format!("{{\"{}\": \"\\u0000\"}}", "ab".repeat(100_000)));
        assert_eq!(pointer.chars().count(), 1_000);
    }
}
