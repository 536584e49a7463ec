//! Reads a query: every value parsed, every fault collected, nothing unknown passed over.

use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, NaiveDate, Utc};
use digituki_domain::area::{AreaId, AreaKind};
use digituki_domain::date::{parse_day, parse_instant};
use digituki_domain::invalid::{Form, Invalid, Violation, echo};
use digituki_domain::text::Label;
use digituki_domain::validity::Dated;
use percent_encoding::percent_decode;

use crate::http::problem::{self, Problem};

/// How many parameters a query holds at most: more would make a large answer out of a small question.
pub(crate) const MAX_PAIRS: usize = 1_000;

/// How many values a repeated parameter takes.
pub(crate) const MAX_VALUES: usize = 100;

/// How many characters are looked for or compared at most.
pub(crate) const LONGEST_TEXT: usize = 100;

/// What can be read from a query. `read` asks for each parameter by name; what it did not ask for is
/// unknown to the operation.
pub(crate) trait FromQuery: Sized {
    /// Reads itself. Faults stay with the reader, which refuses the request if there is one.
    fn read(query: &mut Reader) -> Self;
}

/// An operation without query parameters.
impl FromQuery for () {
    fn read(_: &mut Reader) -> Self {}
}

/// Two things that a query says.
impl<T: FromQuery, U: FromQuery> FromQuery for (T, U) {
    fn read(query: &mut Reader) -> Self {
        (T::read(query), U::read(query))
    }
}

/// The parameters of a query, as they came and as they were asked for.
pub(crate) struct Reader {
    given: Vec<(String, String)>,
    asked: Vec<&'static str>,
    violations: Vec<Violation>,
}

impl Reader {
    /// Takes a query apart. A name or value that is not UTF-8 or holds a control character is a fault.
    pub(crate) fn new(query: &str) -> Self {
        let mut reader = Self { given: Vec::new(), asked: Vec::new(), violations: Vec::new() };
        for (number, pair) in query.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            if number == MAX_PAIRS {
                reader.refuse(&echo(pair), Invalid::TooMany { max: MAX_PAIRS });
                break;
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => reader.given.push((name, value)),
                (decoded, _) => {
                    let name = decoded.as_deref().unwrap_or(name);
                    reader.violations.push(Violation::parameter(&echo(name), Invalid::ForbiddenCharacter));
                }
            }
        }
        reader
    }

    /// Every value of a repeatable parameter.
    pub(crate) fn each<T: FromStr<Err = Invalid>>(&mut self, name: &'static str) -> Vec<T> {
        self.each_with(name, MAX_VALUES, str::parse)
    }

    /// Every value of a repeatable parameter that is compared as it is: 1 to 100 characters.
    pub(crate) fn each_text(&mut self, name: &'static str) -> Vec<String> {
        self.each_with(name, MAX_VALUES, text)
    }

    /// Every code of a parameter that names areas of one kind.
    pub(crate) fn each_area(&mut self, name: &'static str, kind: AreaKind) -> Vec<AreaId> {
        self.each_with(name, MAX_VALUES, |code| AreaId::new(kind, code))
    }

    /// Every value of a repeatable parameter, at most `max` of them.
    pub(crate) fn each_with<T>(
        &mut self,
        name: &'static str,
        max: usize,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Vec<T> {
        self.asked.push(name);
        let values: Vec<String> =
            self.given.iter().filter(|(given, _)| given == name).map(|(_, value)| value.clone()).collect();
        if values.len() > max {
            self.refuse(name, Invalid::TooMany { max });
            return Vec::new();
        }
        values.iter().filter_map(|value| parse(value).map_err(|invalid| self.refuse(name, invalid)).ok()).collect()
    }

    /// The value of a parameter that is given once or not at all.
    pub(crate) fn one_with<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<T> {
        if self.given.iter().filter(|(given, _)| given == name).count() > 1 {
            self.asked.push(name);
            self.refuse(name, Invalid::RepeatedParameter);
            return None;
        }
        self.each_with(name, 1, parse).pop()
    }

    /// The value of a parameter that is given once or not at all.
    pub(crate) fn one<T: FromStr<Err = Invalid>>(&mut self, name: &'static str) -> Option<T> {
        self.one_with(name, str::parse)
    }

    /// A day.
    pub(crate) fn day(&mut self, name: &'static str) -> Option<NaiveDate> {
        self.one_with(name, parse_day)
    }

    /// An instant (RFC 3339, any offset).
    pub(crate) fn instant(&mut self, name: &'static str) -> Option<DateTime<Utc>> {
        self.one_with(name, parse_instant)
    }

    /// Letters to look for: 1 to 100 characters.
    pub(crate) fn letters(&mut self, name: &'static str) -> Option<String> {
        self.one_with(name, text)
    }

    /// A whole number within a range.
    pub(crate) fn number(&mut self, name: &'static str, min: usize, max: usize) -> Option<usize> {
        self.one_with(name, |value| {
            let digits = !value.is_empty() && value.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
            match value.parse() {
                Ok(number) => within(number, min, max),
                Err(_) if digits => {
                    Err(Invalid::OutOfRange { value: value.to_owned(), min: min.to_string(), max: max.to_string() })
                }
                Err(_) => Err(Invalid::Malformed { value: value.to_owned(), expected: Form::Number }),
            }
        })
    }

    /// A number that need not be whole, within a range.
    pub(crate) fn decimal(&mut self, name: &'static str, min: f64, max: f64) -> Option<f64> {
        self.one_with(name, |value| {
            let digits = value.strip_prefix('-').unwrap_or(value);
            let plain = digits.len() <= 20 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            match value.parse::<f64>().ok().filter(|_| plain) {
                None => Err(Invalid::Malformed { value: value.to_owned(), expected: Form::Decimal }),
                Some(number) if (min..=max).contains(&number) => Ok(number),
                Some(_) => {
                    Err(Invalid::OutOfRange { value: value.to_owned(), min: min.to_string(), max: max.to_string() })
                }
            }
        })
    }

    /// True or false.
    pub(crate) fn truth(&mut self, name: &'static str) -> Option<bool> {
        self.one_with(name, |value| {
            value.parse().map_err(|_| Invalid::Malformed { value: value.to_owned(), expected: Form::Boolean })
        })
    }

    /// Notes what does not go together.
    pub(crate) fn refuse_all(&mut self, violations: Vec<Violation>) {
        self.violations.extend(violations);
    }

    /// Says that a parameter is needed.
    pub(crate) fn require(&mut self, name: &'static str) {
        if !self.given.iter().any(|(given, _)| given == name) {
            self.refuse(name, Invalid::MissingParameter);
        }
    }

    /// Notes a fault.
    pub(crate) fn refuse(&mut self, name: &str, invalid: Invalid) {
        self.violations.push(Violation::parameter(name, invalid));
    }

    /// Ends the reading: refuses the request if anything was at fault or unknown.
    pub(crate) fn finish(mut self) -> Result<Vec<(String, String)>, Problem> {
        let unknown: BTreeSet<String> = self
            .given
            .iter()
            .filter(|(name, _)| !self.asked.contains(&name.as_str()))
            .map(|(name, _)| echo(name))
            .collect();
        for name in unknown.into_iter().take(MAX_VALUES) {
            self.refuse(
                &name,
                Invalid::UnknownParameter { allowed: self.asked.iter().map(ToString::to_string).collect() },
            );
        }
        // No more than the contract lets a problem list.
        self.violations.truncate(problem::MAX_ERRORS);
        if self.violations.is_empty() { Ok(self.given) } else { Err(Problem::invalid(self.violations)) }
    }
}

/// A text of 1 to 100 characters.
fn text(value: &str) -> Result<String, Invalid> {
    match value.chars().count() {
        0 => Err(Invalid::Blank),
        1..=LONGEST_TEXT => Ok(value.to_owned()),
        _ => Err(Invalid::TooLong { max: LONGEST_TEXT }),
    }
}

fn within(number: usize, min: usize, max: usize) -> Result<usize, Invalid> {
    if (min..=max).contains(&number) {
        Ok(number)
    } else {
        Err(Invalid::OutOfRange { value: number.to_string(), min: min.to_string(), max: max.to_string() })
    }
}

/// A piece of a query, in which a plus is a space.
fn decode(text: &str) -> Option<String> {
    decode_path(&text.replace('+', " "))
}

/// What is left of a value when control characters are refused, as a pattern.
pub(crate) const PRINTABLE: &str = "^[^\\x00-\\x1f\\x7f-\\x9f]*$";

/// A piece of a path; none when it is not UTF-8 or holds a control character.
fn decode_path(text: &str) -> Option<String> {
    let bytes: Vec<u8> = percent_decode(text.as_bytes()).collect();
    String::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

/// The query of an operation that answers with one object.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: FromQuery + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reader = Reader::new(request.query_string());
        let value = T::read(&mut reader);
        ready(reader.finish().map(|_| Self(value)))
    }
}

/// The day that an object is asked about.
pub(crate) struct AsOf(pub(crate) Option<NaiveDate>);

impl AsOf {
    /// Refuses an object that did not exist on the day.
    pub(crate) fn check(&self, what: Label, id: &str, object: &impl Dated) -> Result<(), Problem> {
        match self.0 {
            Some(day) if !object.validity().holds_on(day) => {
                Err(Problem::not_valid_at(what, id, day).with_successor(object.successor()))
            }
            _ => Ok(()),
        }
    }
}

impl FromQuery for AsOf {
    fn read(query: &mut Reader) -> Self {
        Self(query.day("as_of"))
    }
}

/// Reads a parameter of the path.
pub(crate) fn path_value<T>(
    request: &HttpRequest,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, Invalid>,
) -> Result<T, Problem> {
    let raw = request.match_info().get(name).unwrap_or_default();
    decode_path(raw)
        .ok_or(Invalid::ForbiddenCharacter)
        .and_then(|value| parse(&value))
        .map_err(|invalid| Problem::invalid(vec![Violation::parameter(name, invalid)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(query: &str) -> Vec<&'static str> {
        let mut reader = Reader::new(query);
        reader.number("limit", 1, 500);
        reader.day("as_of");
        reader.each::<AreaId>("area");
        match reader.finish() {
            Ok(_) => Vec::new(),
            Err(problem) => {
                let body = problem.body(digituki_domain::text::TextLanguage::En, "", None);
                body.errors.iter().map(|fault| fault.code).collect()
            }
        }
    }

    #[test]
    fn all_faults_of_a_query_are_listed() {
        assert!(faults("limit=5&area=region:06&area=region:07&as_of=2020-01-01").is_empty());
        assert_eq!(faults("limit=0&as_of=x&area=region:6&colour=red").len(), 4);
        let table = [
            ("limit=", "malformed_value"),
            ("limit", "malformed_value"),
            ("limit=1&limit=2", "repeated_parameter"),
            ("limit[]=1", "unknown_parameter"),
            ("limit=99999999999999999999999999", "out_of_range"),
            ("limit=-1", "out_of_range"),
            ("limit=1e3", "malformed_value"),
            ("limit=%00", "forbidden_character"),
            ("as_of=%ff", "forbidden_character"),
            ("%ff=1", "forbidden_character"),
            ("as_of=-5000-01-01", "out_of_range"),
            ("as_of=1500-01-01", "out_of_range"),
            ("=", "unknown_parameter"),
        ];
        for (query, code) in table {
            assert_eq!(faults(query), [code], "{query}");
        }
    }

    #[test]
    fn a_query_of_nothing_but_faults_is_answered_within_bounds() {
        assert_eq!(faults(&"%00&".repeat(2_000)).len(), problem::MAX_ERRORS);
    }

    #[test]
    fn a_parameter_has_a_bounded_number_of_values() {
        assert_eq!(faults(&"area=region:06&".repeat(101)), ["too_many_values"]);
    }
}
