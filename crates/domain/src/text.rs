//! Texts in Finnish, Swedish and English: never a silent fallback from one to another.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use validator::{Validate, ValidationErrors};

use crate::invalid::Invalid;
use crate::personal;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// A language in which the registry itself speaks.
    pub enum TextLanguage = "text_language" {
        Fi = "fi" ["suomi", "finska", "Finnish"],
        Sv = "sv" ["ruotsi", "svenska", "Swedish"],
        En = "en" ["englanti", "engelska", "English"],
    }
}

vocabulary! {
    /// A language in which support is given or a document is written.
    pub enum Language = "language" {
        Fi = "fi" ["suomi", "finska", "Finnish"],
        Sv = "sv" ["ruotsi", "svenska", "Swedish"],
        En = "en" ["englanti", "engelska", "English"],
        Se = "se" ["pohjoissaame", "nordsamiska", "Northern Sámi"],
        Smn = "smn" ["inarinsaame", "enaresamiska", "Inari Sámi"],
        Sms = "sms" ["koltansaame", "skoltsamiska", "Skolt Sámi"],
        Ru = "ru" ["venäjä", "ryska", "Russian"],
        Et = "et" ["viro", "estniska", "Estonian"],
        Ar = "ar" ["arabia", "arabiska", "Arabic"],
        So = "so" ["somali", "somaliska", "Somali"],
        Uk = "uk" ["ukraina", "ukrainska", "Ukrainian"],
        Fse = "fse" ["suomalainen viittomakieli", "finskt teckenspråk", "Finnish Sign Language"],
        Fss = "fss" ["suomenruotsalainen viittomakieli", "finlandssvenskt teckenspråk", "Finland-Swedish Sign Language"],
    }
}

impl Language {
    /// Some languages as one number, with a bit for each.
    pub fn bits<'a>(languages: impl IntoIterator<Item = &'a Self>) -> i64 {
        languages.into_iter().fold(0, |bits, language| bits | (1 << (*language as u32)))
    }
}

impl From<TextLanguage> for Language {
    fn from(language: TextLanguage) -> Self {
        match language {
            TextLanguage::Fi => Self::Fi,
            TextLanguage::Sv => Self::Sv,
            TextLanguage::En => Self::En,
        }
    }
}

/// A text of the project's own, complete in the three languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// In Finnish.
    pub fi: &'static str,
    /// In Swedish.
    pub sv: &'static str,
    /// In English.
    pub en: &'static str,
}

impl Label {
    /// The text in one language.
    pub fn in_language(self, language: TextLanguage) -> &'static str {
        match language {
            TextLanguage::Fi => self.fi,
            TextLanguage::Sv => self.sv,
            TextLanguage::En => self.en,
        }
    }
}

/// A text in up to three languages of at most `MAX` characters each; null where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text<const MAX: usize> {
    /// In Finnish, or null.
    pub fi: Option<String>,
    /// In Swedish, or null.
    pub sv: Option<String>,
    /// In English, or null.
    pub en: Option<String>,
}

/// A name: up to 200 characters a language.
pub type Names = Text<200>;
/// A longer text: up to 5,000 characters a language.
pub type Descriptions = Text<5_000>;

impl<const MAX: usize> Text<MAX> {
    /// The text in one language, if it has one.
    pub fn get(&self, language: TextLanguage) -> Option<&str> {
        match language {
            TextLanguage::Fi => self.fi.as_deref(),
            TextLanguage::Sv => self.sv.as_deref(),
            TextLanguage::En => self.en.as_deref(),
        }
    }

    /// The first language that has a text, Finnish before Swedish before English: what a list is
    /// sorted by.
    pub fn first(&self) -> &str {
        self.fi.as_deref().or(self.sv.as_deref()).or(self.en.as_deref()).unwrap_or_default()
    }
}

impl<const MAX: usize> Text<MAX> {
    /// Whether a text of this length may have several lines.
    const LINES: bool = MAX > 500;

    /// What its length does not say: no control characters.
    const PATTERN: &str = if Self::LINES { r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$" } else { r"^[^\x00-\x1f\x7f-\x9f]*$" };

    /// What is wrong with a text, if anything is.
    pub(crate) fn fault(text: &str) -> Option<Invalid> {
        let forbidden =
            |letter: char| (letter.is_control() && !(Self::LINES && letter == '\n')) || is_invisible(letter);
        if text.chars().any(forbidden) {
            Some(Invalid::ForbiddenCharacter)
        } else if !text.chars().any(char::is_alphanumeric) {
            Some(Invalid::Blank)
        } else if text.chars().count() > MAX {
            Some(Invalid::TooLong { max: MAX })
        } else if personal::holds_identity_code(text) {
            Some(Invalid::PersonalIdentityCode)
        } else {
            None
        }
    }
}

/// Characters that show nothing and turn a text into something else than it seems: fillers, marks of
/// direction, and what is left over of other encodings. Not the joiners, which some scripts need.
pub(crate) fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
            | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}'
            | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFD}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

impl<const MAX: usize> Validate for Text<MAX> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        let languages = [("fi", &self.fi), ("sv", &self.sv), ("en", &self.en)];
        if languages.iter().all(|(_, text)| text.is_none()) {
            errors.add("__all__", Invalid::NoLanguage.into());
        }
        for (language, text) in languages {
            if let Some(invalid) = text.as_deref().and_then(Self::fault) {
                errors.add(language, invalid.into());
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl<const MAX: usize> From<Label> for Text<MAX> {
    fn from(label: Label) -> Self {
        Self { fi: Some(label.fi.to_owned()), sv: Some(label.sv.to_owned()), en: Some(label.en.to_owned()) }
    }
}

impl<const MAX: usize> utoipa::PartialSchema for Text<MAX> {
    fn schema() -> RefOr<Schema> {
        let language = |about: &str| {
            ObjectBuilder::new()
                .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
                .description(Some(about))
                .min_length(Some(1))
                .max_length(Some(MAX))
                .pattern(Some(Self::PATTERN))
        };
        ObjectBuilder::new()
            .description(Some(format!(
                "A text in Finnish, Swedish and English, at most {MAX} characters each. At least one is set; \
                 the others are null, and nothing stands in for them."
            )))
            .property("fi", language("In Finnish, or null."))
            .property("sv", language("In Swedish, or null."))
            .property("en", language("In English, or null."))
            .required("fi")
            .required("sv")
            .required("en")
            .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(false)))
            .build()
            .into()
    }
}

impl<const MAX: usize> utoipa::ToSchema for Text<MAX> {
    fn name() -> Cow<'static, str> {
        match MAX {
            200 => "Names".into(),
            5_000 => "Descriptions".into(),
            other => format!("Text{other}").into(),
        }
    }
}

/// A text in all three languages, of at most `MAX` characters each: whoever reads it in one reads what is said in another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WholeText<const MAX: usize> {
    /// In Finnish.
    pub fi: String,
    /// In Swedish.
    pub sv: String,
    /// In English.
    pub en: String,
}

impl<const MAX: usize> Validate for WholeText<MAX> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        for (language, text) in [("fi", &self.fi), ("sv", &self.sv), ("en", &self.en)] {
            if let Some(invalid) = Text::<MAX>::fault(text) {
                errors.add(language, invalid.into());
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl<const MAX: usize> utoipa::PartialSchema for WholeText<MAX> {
    fn schema() -> RefOr<Schema> {
        let language = |about: &str| {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some(about))
                .min_length(Some(1))
                .max_length(Some(MAX))
                .pattern(Some(Text::<MAX>::PATTERN))
        };
        let about =
            format!("A text in Finnish, Swedish and English, at most {MAX} characters each. All three are set.");
        ObjectBuilder::new()
            .description(Some(about))
            .property("fi", language("In Finnish."))
            .property("sv", language("In Swedish."))
            .property("en", language("In English."))
            .required("fi")
            .required("sv")
            .required("en")
            .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(false)))
            .build()
            .into()
    }
}

impl<const MAX: usize> utoipa::ToSchema for WholeText<MAX> {
    fn name() -> Cow<'static, str> {
        format!("WholeText{MAX}").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stands_in_for_a_missing_language() {
        let text = Names { fi: Some("Lappi".into()), sv: None, en: None };
        assert_eq!(text.get(TextLanguage::Sv), None);
        assert_eq!(text.first(), "Lappi");
    }

    #[test]
    fn a_text_says_something_and_hides_nothing() {
        let fault = |text: &str| Names::fault(text).map(|invalid| invalid.code().as_str());
        let table = [
            ("Kirjasto", None),
            ("مكتبة", None),
            ("Ääkkönen 2", None),
            ("", Some("blank")),
            (" - ", Some("blank")),
            ("a\r\nb", Some("forbidden_character")),
            ("a\nb", Some("forbidden_character")),
            ("a\u{0}", Some("forbidden_character")),
            ("\u{200B}\u{2060}", Some("forbidden_character")),
            ("Kirjasto\u{202E}otsajriK", Some("forbidden_character")),
            ("\u{61C}Kirjasto", Some("forbidden_character")),
            ("\u{FFA0}", Some("forbidden_character")),
            ("131052-308T", Some("personal_identity_code")),
        ];
        for (text, expected) in table {
            assert_eq!(fault(text), expected, "{text:?}");
        }
        assert_eq!(fault(&"ä".repeat(200)), None);
        assert_eq!(fault(&"ä".repeat(201)), Some("too_long"));
        assert_eq!(Descriptions::fault("One.\nTwo."), None);
        assert_eq!(Descriptions::fault("One.\r\nTwo."), Some(Invalid::ForbiddenCharacter));
    }
}
