//! What can be wrong with a value from outside. Each fault carries its parameters and says, in the
//! reader's language, what the value was and what is allowed.

mod form;
mod message;
mod violation;

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

pub use form::Form;
pub use violation::{Place, Violation};

use crate::problem::Code;

/// The longest piece of a caller's value that an answer repeats, in characters.
const ECHO: usize = 60;

/// A rule that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Invalid {
    /// A name that the operation does not know.
    UnknownParameter {
        /// The names that it does know.
        allowed: Vec<String>,
    },
    /// A parameter that takes one value came more than once.
    RepeatedParameter,
    /// A parameter without which the operation has no answer.
    MissingParameter,
    /// A NUL or another control character, or bytes that are not UTF-8.
    ForbiddenCharacter,
    /// Not of the form that the parameter takes.
    Malformed {
        /// What came.
        value: String,
        /// What should have come.
        expected: Form,
    },
    /// Outside its range.
    OutOfRange {
        /// What came.
        value: String,
        /// The least that is allowed.
        min: String,
        /// The most that is allowed.
        max: String,
    },
    /// None of the values that are allowed.
    UnknownValue {
        /// What came.
        value: String,
        /// What is allowed.
        allowed: Vec<String>,
    },
    /// Of the right form, but the registry holds nothing by that name.
    NoSuch {
        /// What came.
        value: String,
    },
    /// Longer than it may be.
    TooLong {
        /// The most characters that are allowed.
        max: usize,
    },
    /// Longer than it may be, counted as it comes.
    TooLarge {
        /// The most bytes that are allowed.
        max: usize,
    },
    /// More values than an operation takes.
    TooMany {
        /// The most that it takes.
        max: usize,
    },
    /// A line of a table with fewer fields than the first line names.
    TooFew {
        /// How many that one names.
        needed: usize,
    },
    /// A field of a table that begins with a quotation mark and has none at its end.
    Unclosed,
    /// A cursor that was changed, or that belongs to other filters.
    InvalidCursor,
    /// The body is no JSON.
    MalformedJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A field that the body may not have.
    UnknownField {
        /// The fields that it may have.
        allowed: Vec<String>,
    },
    /// A field came more than once.
    RepeatedField,
    /// A field without which the body says too little.
    MissingField,
    /// JSON of another kind than the field takes.
    WrongType {
        /// What should have come.
        expected: Form,
    },
    /// A text without a letter or a digit.
    Blank,
    /// A text in no language.
    NoLanguage,
    /// A Finnish personal identity code: the registry holds nobody's.
    PersonalIdentityCode,
    /// The same value twice in a list of different ones.
    RepeatedValue {
        /// What came twice.
        value: String,
    },
    /// A number whose check digit does not follow from the others.
    WrongCheckDigit {
        /// What came.
        value: String,
    },
    /// A last day before the first.
    EndsBeforeStart,
    /// Of a list of times of which no two may have a day in common, one that has.
    Overlapping {
        /// The time.
        value: String,
    },
    /// It closes when it opens.
    NoTime,
    /// Opening hours without hours.
    NoHours,
    /// Opening hours that the registry can read, but not keep.
    UnsupportedHours {
        /// The part of them that it cannot keep.
        part: String,
    },
    /// It says something else than the fields beside it.
    Contradictory,
    /// What goes together is not given together.
    Needs {
        /// The field that is needed with this one.
        other: String,
    },
    /// What cannot be given together is.
    Excludes {
        /// The field or parameter that this one cannot stand beside.
        other: String,
    },
    /// A published object needs it.
    NeededToPublish,
    /// A criterion of which a mapping that is published is to say what became.
    NotMapped {
        /// Its code.
        value: String,
        /// On which side of the mapping it is missing.
        side: String,
    },
    /// A published object refers to one that is not.
    Unpublished {
        /// What is not published.
        value: String,
    },
    /// Only the registry itself writes it.
    Reserved {
        /// What came.
        value: String,
    },
    /// Another object of the registry has it already.
    Taken {
        /// What came.
        value: String,
    },
    /// What is submitted needs it.
    NeededToSubmit {
        /// Which part of it, where it has several.
        what: Option<String>,
    },
    /// An organisation of a type that may not apply.
    NotEligible {
        /// Its type.
        value: String,
        /// The types that may.
        allowed: Vec<String>,
    },
    /// Who has a conflict of interest gives no scores, and a declared one stays.
    ConflictOfInterest,
    /// A step that the object cannot take as it stands, or not any more.
    NotNow {
        /// How it stands.
        state: String,
        /// The steps that the caller can take now.
        legal: Vec<String>,
    },
    /// The area did not exist on the day asked about.
    NotValidAt {
        /// The area.
        value: String,
        /// The day.
        day: chrono::NaiveDate,
    },
}

impl Invalid {
    /// The code in the registry of problems.
    pub fn code(&self) -> Code {
        match self {
            Self::UnknownParameter { .. } => Code::UnknownParameter,
            Self::RepeatedParameter => Code::RepeatedParameter,
            Self::MissingParameter => Code::MissingParameter,
            Self::ForbiddenCharacter => Code::ForbiddenCharacter,
            Self::Malformed { .. } | Self::Unclosed => Code::MalformedValue,
            Self::OutOfRange { .. } | Self::NoTime => Code::OutOfRange,
            Self::UnknownValue { .. } | Self::NoSuch { .. } => Code::UnknownValue,
            Self::TooLong { .. } | Self::TooLarge { .. } => Code::TooLong,
            Self::TooMany { .. } => Code::TooManyValues,
            Self::InvalidCursor => Code::InvalidCursor,
            Self::NotValidAt { .. } => Code::NotValidAt,
            Self::NeededToSubmit { .. } => Code::NeededToSubmit,
            Self::NotEligible { .. } => Code::NotEligible,
            Self::ConflictOfInterest => Code::ConflictOfInterest,
            Self::NotNow { .. } => Code::IllegalStep,
            Self::MalformedJson { .. } => Code::MalformedJson,
            Self::UnknownField { .. } => Code::UnknownField,
            Self::RepeatedField => Code::RepeatedField,
            Self::Overlapping { .. } => Code::Overlapping,
            Self::UnsupportedHours { .. } => Code::UnsupportedHours,
            Self::Contradictory => Code::Contradictory,
            Self::MissingField | Self::Needs { .. } | Self::NoHours | Self::TooFew { .. } => Code::MissingField,
            Self::WrongType { .. } => Code::WrongType,
            Self::Blank | Self::NoLanguage => Code::Blank,
            Self::PersonalIdentityCode => Code::PersonalIdentityCode,
            Self::Excludes { .. } => Code::Excluded,
            Self::NeededToPublish | Self::NotMapped { .. } | Self::Unpublished { .. } => Code::NeededToPublish,
            Self::Reserved { .. } => Code::Reserved,
            Self::RepeatedValue { .. } => Code::RepeatedValue,
            Self::WrongCheckDigit { .. } => Code::WrongCheckDigit,
            Self::EndsBeforeStart => Code::EndsBeforeStart,
            Self::Taken { .. } => Code::Taken,
        }
    }
}

/// As JSON: serde and the validator carry nothing but text and values from a parser to whoever reads a
/// body, and the fault is read back there with [`Invalid::carried`].
impl fmt::Display for Invalid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(self).unwrap_or_default())
    }
}

impl Invalid {
    /// Reads a fault that a parser sent through serde.
    pub fn carried(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl From<Invalid> for ValidationError {
    fn from(invalid: Invalid) -> Self {
        let mut error = Self::new(invalid.code().as_str());
        error.add_param(CARRIED.into(), &invalid);
        error
    }
}

impl Invalid {
    /// The fault of one field that only the whole shows.
    pub(crate) fn at(self, field: &str) -> ValidationError {
        let mut error = ValidationError::from(self);
        error.add_param(FIELD.into(), &field);
        error
    }
}

/// Refuses a number outside a range.
pub(crate) fn within<T: PartialOrd + fmt::Display + Copy>(value: T, min: T, max: T) -> Result<(), ValidationError> {
    if min <= value && value <= max {
        return Ok(());
    }
    Err(Invalid::OutOfRange { value: value.to_string(), min: min.to_string(), max: max.to_string() }.into())
}

/// Under this name a validator's error carries the fault itself.
const CARRIED: &str = "invalid";
/// Under this name it says which field of the whole is at fault.
const FIELD: &str = "field";
/// The name by which a validator's errors speak of the whole they stand in.
const WHOLE: &str = "__all__";

/// Every rule that a validated body breaks, each with its place, in the order of the places.
pub fn violations(errors: &ValidationErrors) -> Vec<Violation> {
    let mut found = Vec::new();
    collect(errors, "", &mut found);
    found.sort_by_cached_key(Violation::order);
    found
}

fn collect(errors: &ValidationErrors, at: &str, found: &mut Vec<Violation>) {
    for (name, kind) in errors.errors() {
        let place = if name == WHOLE { at.to_owned() } else { format!("{at}/{name}") };
        match kind {
            ValidationErrorsKind::Struct(nested) => collect(nested, &place, found),
            ValidationErrorsKind::List(items) => {
                for (index, nested) in items {
                    collect(nested, &format!("{place}/{index}"), found);
                }
            }
            ValidationErrorsKind::Field(errors) => {
                found.extend(errors.iter().map(|error| {
                    let field = error.params.get(FIELD).and_then(serde_json::Value::as_str);
                    let place = field.map_or_else(|| place.clone(), |field| format!("{place}/{field}"));
                    Violation::pointer(&place, carried_by(error))
                }));
            }
        }
    }
}

fn carried_by(error: &ValidationError) -> Invalid {
    let number = |name: &str| error.params.get(name).and_then(serde_json::Value::as_u64);
    let carried = error.params.get(CARRIED).and_then(|value| serde_json::from_value(value.clone()).ok());
    // The validator's own rule is `length`, of lists: texts know their longest form themselves.
    carried.unwrap_or_else(|| Invalid::TooMany { max: number("max").and_then(|max| max.try_into().ok()).unwrap_or(0) })
}

/// A caller's value, cut and with control characters made visible: safe to repeat in an answer.
pub fn echo(value: &str) -> String {
    let mut shown = String::new();
    for character in value.chars().take(ECHO) {
        if character.is_control() {
            let _ = write!(shown, "{}", character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if value.chars().nth(ECHO).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::TextLanguage;
    use crate::vocabulary::Vocabulary;

    #[test]
    fn an_echo_is_short_and_shows_control_characters() {
        assert_eq!(echo("a\u{0}b\u{7}"), "a\\u{0}b\\u{7}");
        assert_eq!(echo(&"ä".repeat(10_000)).chars().count(), ECHO + 1);
    }

    #[test]
    fn a_message_names_the_value_and_what_is_allowed_in_every_language() {
        let invalid = Invalid::UnknownValue { value: "blue".into(), allowed: vec!["red".into(), "green".into()] };
        for language in TextLanguage::VALUES {
            let message = invalid.message(*language);
            assert!(message.contains("blue") && message.contains("red, green"), "{message}");
        }
    }
}
