//! What can be wrong with a value from outside. Each fault carries its parameters and says, in the
//! reader's language, what the value was and what is allowed.

use std::fmt::{self, Write as _};

use crate::problem::Code;
use crate::text::{Label, TextLanguage};

/// The longest piece of a caller's value that an answer repeats, in characters.
const ECHO: usize = 60;

/// A rule that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalid {
    /// A name that the operation does not know.
    UnknownParameter {
        /// The names that it does know.
        allowed: Vec<&'static str>,
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
        allowed: Vec<&'static str>,
    },
    /// None of the values that the registry holds.
    NotAmong {
        /// What came.
        value: String,
        /// What the registry holds.
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
    /// More values than an operation takes.
    TooMany {
        /// The most that it takes.
        max: usize,
    },
    /// A cursor that was changed, or that belongs to other filters.
    InvalidCursor,
    /// The area did not exist on the day asked about.
    NotValidAt {
        /// The area.
        value: String,
        /// The day.
        day: chrono::NaiveDate,
    },
}

/// The form that a value takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A calendar day.
    Day,
    /// A whole number.
    Number,
    /// A UUID in its hyphenated form.
    Uuid,
    /// A key such as `county-pilots-2018`.
    Key,
    /// A reference to an area such as `region:06`.
    Area,
    /// The code of an area such as `06`.
    AreaCode {
        /// Its number of digits.
        digits: usize,
    },
    /// A business id such as `0245458-3`.
    BusinessId,
}

impl Form {
    fn label(self) -> Label {
        match self {
            Self::Day => {
                Label {
                    fi: "päivä muodossa VVVV-KK-PP", sv: "en dag i formen ÅÅÅÅ-MM-DD", en: "a day as YYYY-MM-DD"
                }
            }
            Self::Number => Label { fi: "kokonaisluku", sv: "ett heltal", en: "a whole number" },
            Self::Uuid => Label {
                fi: "UUID muodossa 8-4-4-4-12",
                sv: "en UUID i formen 8-4-4-4-12",
                en: "a UUID as 8-4-4-4-12 hexadecimal digits",
            },
            Self::Key => Label {
                fi: "avain: pieniä kirjaimia a–z, numeroita ja yhdysviivoja, enintään 64 merkkiä",
                sv: "en nyckel: små bokstäver a–z, siffror och bindestreck, högst 64 tecken",
                en: "a key: small letters a to z, digits and hyphens, at most 64 characters",
            },
            Self::Area => Label {
                fi: "alue muodossa laji:koodi, esimerkiksi region:06",
                sv: "ett område i formen slag:kod, till exempel region:06",
                en: "an area as kind:code, for example region:06",
            },
            Self::AreaCode { digits: 3 } => {
                Label { fi: "kolminumeroinen koodi", sv: "en kod med tre siffror", en: "a code of three digits" }
            }
            Self::AreaCode { .. } => {
                Label { fi: "kaksinumeroinen koodi", sv: "en kod med två siffror", en: "a code of two digits" }
            }
            Self::BusinessId => Label {
                fi: "Y-tunnus muodossa 1234567-8, tarkistusnumero oikein",
                sv: "ett FO-nummer i formen 1234567-8 med rätt kontrollsiffra",
                en: "a business id as 1234567-8 with the right check digit",
            },
        }
    }
}

impl Invalid {
    /// The code in the registry of problems.
    pub fn code(&self) -> Code {
        match self {
            Self::UnknownParameter { .. } => Code::UnknownParameter,
            Self::RepeatedParameter => Code::RepeatedParameter,
            Self::MissingParameter => Code::MissingParameter,
            Self::ForbiddenCharacter => Code::ForbiddenCharacter,
            Self::Malformed { .. } => Code::MalformedValue,
            Self::OutOfRange { .. } => Code::OutOfRange,
            Self::UnknownValue { .. } | Self::NotAmong { .. } | Self::NoSuch { .. } => Code::UnknownValue,
            Self::TooLong { .. } => Code::TooLong,
            Self::TooMany { .. } => Code::TooManyValues,
            Self::InvalidCursor => Code::InvalidCursor,
            Self::NotValidAt { .. } => Code::NotValidAt,
        }
    }

    /// What is wrong and what is allowed, in one sentence.
    pub fn message(&self, language: TextLanguage) -> String {
        let say = |fi: String, sv: String, en: String| match language {
            TextLanguage::Fi => fi,
            TextLanguage::Sv => sv,
            TextLanguage::En => en,
        };
        match self {
            Self::UnknownParameter { allowed } => {
                let allowed = allowed.join(", ");
                say(
                    format!("Tuntematon parametri. Sallitut: {allowed}."),
                    format!("Okänd parameter. Tillåtna: {allowed}."),
                    format!("Unknown parameter. Allowed: {allowed}."),
                )
            }
            Self::RepeatedParameter => say(
                "Parametrin voi antaa vain kerran.".into(),
                "Parametern kan anges bara en gång.".into(),
                "The parameter can be given only once.".into(),
            ),
            Self::MissingParameter => say(
                "Parametri on pakollinen.".into(),
                "Parametern är obligatorisk.".into(),
                "The parameter is required.".into(),
            ),
            Self::ForbiddenCharacter => say(
                "Arvossa on ohjausmerkki tai tavuja, jotka eivät ole UTF-8:aa.".into(),
                "Värdet innehåller ett styrtecken eller byte som inte är UTF-8.".into(),
                "The value holds a control character or bytes that are not UTF-8.".into(),
            ),
            Self::Malformed { value, expected } => {
                let (value, expected) = (echo(value), expected.label().in_language(language));
                say(
                    format!("\"{value}\" ei kelpaa. Odotettu: {expected}."),
                    format!("\"{value}\" är ogiltigt. Förväntat: {expected}."),
                    format!("\"{value}\" is not valid. Expected: {expected}."),
                )
            }
            Self::OutOfRange { value, min, max } => {
                let value = echo(value);
                say(
                    format!("{value} ei ole sallitulla välillä {min}–{max}."),
                    format!("{value} ligger utanför det tillåtna intervallet {min}–{max}."),
                    format!("{value} is outside the allowed range {min} to {max}."),
                )
            }
            Self::UnknownValue { value, allowed } => unknown_value(value, &allowed.join(", "), language),
            Self::NotAmong { value, allowed } => unknown_value(value, &allowed.join(", "), language),
            Self::NoSuch { value } => {
                let value = echo(value);
                say(
                    format!("Rekisteristä ei löydy arvoa \"{value}\"."),
                    format!("\"{value}\" finns inte i registret."),
                    format!("The registry holds no \"{value}\"."),
                )
            }
            Self::TooLong { max } => say(
                format!("Liian pitkä, enintään {max} merkkiä on sallittu."),
                format!("För långt, högst {max} tecken är tillåtna."),
                format!("Too long, at most {max} characters are allowed."),
            ),
            Self::TooMany { max } => say(
                format!("Liikaa arvoja, enintään {max} on sallittu."),
                format!("För många värden, högst {max} är tillåtna."),
                format!("Too many values, at most {max} are allowed."),
            ),
            Self::InvalidCursor => say(
                "Kursoria on muutettu tai se kuuluu muihin suodattimiin. Aloita alusta ilman kursoria.".into(),
                "Markören har ändrats eller hör till andra filter. Börja om utan markör.".into(),
                "The cursor was changed or belongs to other filters. Start again without one.".into(),
            ),
            Self::NotValidAt { value, day } => {
                let value = echo(value);
                say(
                    format!("{value} ei ollut olemassa {day}."),
                    format!("{value} fanns inte {day}."),
                    format!("{value} did not exist on {day}."),
                )
            }
        }
    }
}

fn unknown_value(value: &str, allowed: &str, language: TextLanguage) -> String {
    let value = echo(value);
    match language {
        TextLanguage::Fi => format!("Tuntematon arvo \"{value}\". Sallitut: {allowed}."),
        TextLanguage::Sv => format!("Okänt värde \"{value}\". Tillåtna: {allowed}."),
        TextLanguage::En => format!("Unknown value \"{value}\". Allowed: {allowed}."),
    }
}

/// A rule that is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where the value stands.
    pub place: Place,
    /// What is wrong with it.
    pub invalid: Invalid,
}

/// Where a value stands in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the query or in the path, under this name.
    Parameter(String),
    /// In the body, at this JSON Pointer (RFC 6901).
    Pointer(String),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Parameter(place) | Self::Pointer(place)) = self;
        formatter.write_str(place)
    }
}

impl Violation {
    /// A rule broken by a parameter.
    pub fn parameter(name: &str, invalid: Invalid) -> Self {
        Self { place: Place::Parameter(name.to_owned()), invalid }
    }
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
    use crate::vocabulary::Vocabulary;

    #[test]
    fn an_echo_is_short_and_shows_control_characters() {
        assert_eq!(echo("a\u{0}b\u{7}"), "a\\u{0}b\\u{7}");
        assert_eq!(echo(&"ä".repeat(10_000)).chars().count(), ECHO + 1);
    }

    #[test]
    fn a_message_names_the_value_and_what_is_allowed_in_every_language() {
        let invalid = Invalid::UnknownValue { value: "blue".into(), allowed: vec!["red", "green"] };
        for language in TextLanguage::VALUES {
            let message = invalid.message(*language);
            assert!(message.contains("blue") && message.contains("red, green"), "{message}");
        }
    }
}
