//! Brings JSON into the shape of a type, and lists everything that is wrong with it at once, each
//! fault with its place.
//!
//! serde stops at the first fault. So the reading starts again after each, and leaves out the place
//! that was at fault: an option becomes none, an element of a list is passed over, and where there is
//! no going on without a value, the whole that it stands in is left out in turn. What is left of the
//! body is then held to the rules of its type.
//!
//! A field that is absent is null for an option, empty for a list, and missing for anything else;
//! `#[serde(default)]` adds nothing to that, and `flatten` and `alias` are not supported.

mod absent;
mod place;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use digituki_domain::invalid::{self, Form, Invalid, Place as Where, Violation};
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

use crate::http::{pointer, problem};
use place::Place;

/// How many faults of shape are listed at most: each costs another reading.
const MAX_FAULTS: usize = 100;
/// How many places all readings of a body may visit together, before no other one is begun.
const MAX_VISITS: usize = 500_000;

/// What a body says.
#[derive(Debug)]
pub(crate) enum Draft<T> {
    /// It keeps the rules of its type.
    Sound(T),
    /// It does not: what is left of it without the places that are at fault, which is not to be stored.
    Faulty(T, Box<Faults>),
}

impl<T> Draft<T> {
    /// How many faults it has, before the registry is asked.
    pub(crate) fn count_faults(&self) -> usize {
        match self {
            Self::Sound(_) => 0,
            Self::Faulty(_, faults) => faults.violations.len(),
        }
    }
}

/// What is wrong with a body.
#[derive(Debug)]
pub(crate) struct Faults {
    body: Value,
    found: Found,
    violations: Vec<Violation>,
}

impl Faults {
    /// Whether what is left of the body is no more than a good one can be: whoever looks at it takes no longer.
    pub(crate) fn leave_little(&self) -> bool {
        !self.violations.iter().any(|violation| matches!(violation.invalid, Invalid::TooMany { .. }))
    }

    /// All of them, with what others found wrong with what was left of the body.
    pub(crate) fn and(self, with_the_rest: Vec<Violation>) -> Vec<Violation> {
        let Self { body, found, mut violations } = self;
        violations.extend(with_the_rest.into_iter().filter_map(|violation| found.judge(&body, violation)));
        in_order(violations)
    }
}

/// Reads a value of a type and holds it to the rules of the type.
pub(crate) fn read<T: DeserializeOwned + Validate>(value: &Value) -> Result<T, Vec<Violation>> {
    match draft(value, Vec::new())? {
        Draft::Sound(whole) => Ok(whole),
        Draft::Faulty(_, faults) => Err(faults.violations),
    }
}

/// Reads as much of a value as makes one of the type; fails where nothing does. What is known to be wrong already
/// counts too.
pub(crate) fn draft<T: DeserializeOwned + Validate>(
    value: &Value,
    mut violations: Vec<Violation>,
) -> Result<Draft<T>, Vec<Violation>> {
    let mut found = Found::default();
    let whole = loop {
        match T::deserialize(Place::root(value, &found)) {
            Ok(whole) => break Some(whole),
            Err(fault) => {
                if !found.learn(fault) || found.is_enough() {
                    break None;
                }
            }
        }
    };
    let broken = whole.as_ref().and_then(|whole| whole.validate().err());
    let broken = broken.iter().flat_map(invalid::violations);
    violations.extend(broken.filter_map(|violation| found.judge(value, violation)));
    let faults = found.faults.take();
    violations.extend(faults.into_iter().map(|(place, invalid)| Violation::pointer(&pointer::shown(place), invalid)));
    let violations = in_order(violations);
    match whole {
        Some(whole) if violations.is_empty() => Ok(Draft::Sound(whole)),
        Some(rest) => Ok(Draft::Faulty(rest, Box::new(Faults { body: value.clone(), found, violations }))),
        None => Err(violations),
    }
}

fn in_order(mut violations: Vec<Violation>) -> Vec<Violation> {
    violations.sort_by_cached_key(Violation::order);
    violations.dedup();
    violations.truncate(problem::MAX_ERRORS);
    violations
}

/// The fields of a merge patch that its type does not know. Merging passes over those that are null.
pub(crate) fn unknown_fields<T: DeserializeOwned + Validate>(patch: &Value) -> Vec<Violation> {
    let mut violations = read::<T>(patch).err().unwrap_or_default();
    violations.retain(|violation| matches!(violation.invalid, Invalid::UnknownField { .. }));
    violations
}

/// What is known of a body that is being read.
#[derive(Debug, Default)]
struct Found {
    /// The faults by their places.
    faults: RefCell<BTreeMap<String, Invalid>>,
    /// The places that are left out from now on.
    left_out: BTreeSet<String>,
    visits: Cell<usize>,
}

impl Found {
    /// Notes a fault. Nothing more can be learned when the body as a whole is at fault.
    fn learn(&mut self, Error { at, fault }: Error) -> bool {
        let mut place = at.unwrap_or_default();
        match fault {
            Fault::Rule(invalid) => self.note(place.clone(), invalid),
            Fault::Other => self.note(place.clone(), Invalid::WrongType { expected: Form::Value }),
            Fault::LeftOut => (),
        }
        // What is left out already, and needed all the same, takes its whole along.
        while !self.left_out.insert(place.clone()) {
            match pointer::parent(&place) {
                Some(parent) => place = parent.to_owned(),
                None => return false,
            }
        }
        !place.is_empty()
    }

    fn note(&self, place: String, invalid: Invalid) {
        self.faults.borrow_mut().entry(place).or_insert(invalid);
    }

    fn is_full(&self) -> bool {
        self.faults.borrow().len() >= MAX_FAULTS
    }

    fn is_enough(&self) -> bool {
        self.is_full() || self.visits.get() > MAX_VISITS
    }

    /// A broken rule at its place in the body as it came; none when what was left out may have broken it.
    fn judge(&self, body: &Value, violation: Violation) -> Option<Violation> {
        let Where::Pointer(place) = violation.place else { return None };
        let place = self.in_the_body(body, &place);
        if self.left_out.iter().any(|out| pointer::is_within(&place, out)) {
            return None;
        }
        // What says that something lacks may speak of what was left out.
        let out = |whole: &str| self.left_out.iter().any(|out| pointer::is_within(out, whole));
        let unsure = match violation.invalid {
            Invalid::Needs { .. } => out(pointer::parent(&place).unwrap_or_default()),
            Invalid::NoLanguage | Invalid::NoHours | Invalid::MissingField | Invalid::NeededToPublish => out(&place),
            _ => false,
        };
        (!unsure).then(|| Violation::pointer(&pointer::shown(place), violation.invalid))
    }

    /// The place as the caller knows it: elements that were left out count too.
    fn in_the_body(&self, body: &Value, place: &str) -> String {
        let mut real = String::new();
        for step in place.split('/').skip(1) {
            let index = step.parse().ok().filter(|_| body.pointer(&real).is_some_and(Value::is_array));
            let index = index.map(|index: usize| {
                let out = self.elements_left_out(&real);
                out.into_iter().fold(index, |index, out| if out <= index { index + 1 } else { index })
            });
            pointer::push(&mut real, &index.map_or_else(|| step.to_owned(), |index| index.to_string()));
        }
        real
    }

    /// The indices of a list's elements that are left out, in their order.
    fn elements_left_out(&self, list: &str) -> BTreeSet<usize> {
        let start = format!("{list}/");
        let below = self.left_out.range(start.clone()..).map_while(|place| place.strip_prefix(&start));
        below.filter_map(|step| step.parse().ok()).collect()
    }
}

/// Why a value could not be read.
#[derive(Debug)]
struct Error {
    /// The place, once it is known.
    at: Option<String>,
    fault: Fault,
}

#[derive(Debug)]
enum Fault {
    /// It breaks a rule.
    Rule(Invalid),
    /// It is needed, but it was left out, for its fault is known already.
    LeftOut,
    /// Something that serde says in words.
    Other,
}

impl Error {
    fn rule(invalid: Invalid) -> Self {
        Self { at: None, fault: Fault::Rule(invalid) }
    }

    /// Gives it its place, unless it has one further down.
    fn at(mut self, place: impl FnOnce() -> String) -> Self {
        self.at.get_or_insert_with(place);
        self
    }

    /// What is only known to be wrong is of the wrong type.
    fn expecting(mut self, expected: Form) -> Self {
        if matches!(self.fault, Fault::Other) {
            self.fault = Fault::Rule(Invalid::WrongType { expected });
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.fault, formatter)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    /// Our own parsers send their fault as text.
    fn custom<M: fmt::Display>(message: M) -> Self {
        let fault = Invalid::carried(&message.to_string()).map_or(Fault::Other, Fault::Rule);
        Self { at: None, fault }
    }

    fn unknown_variant(value: &str, allowed: &'static [&'static str]) -> Self {
        Self::rule(Invalid::UnknownValue { value: value.to_owned(), allowed: names(allowed) })
    }

    fn missing_field(_: &'static str) -> Self {
        Self::rule(Invalid::MissingField)
    }

    fn unknown_field(_: &str, allowed: &'static [&'static str]) -> Self {
        Self::rule(Invalid::UnknownField { allowed: names(allowed) })
    }
}

fn names(allowed: &[&str]) -> Vec<String> {
    allowed.iter().map(|&name| name.to_owned()).collect()
}

#[cfg(test)]
mod tests;
