//! What a call asks of those who apply, and what it tells them: its form, its occasions, its documents.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::contact::Website;
use crate::date;
use crate::invalid::Invalid;
use crate::key::Key;
use crate::text::{Descriptions, Language, Names};
use crate::validity::distinct;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What kind of occasion belongs to a call.
    pub enum CallEventType = "call_event_type" {
        Briefing = "briefing" ["infotilaisuus", "informationsmöte", "information briefing"],
        QuestionsAndAnswers = "questions_and_answers" ["kyselytunti", "frågestund", "questions and answers"],
        CommentRound = "comment_round" ["kommentointikierros", "kommentarsrunda", "comment round"],
    }
}

vocabulary! {
    /// What kind of document belongs to a call.
    pub enum CallDocumentType = "call_document_type" {
        CallLetter = "call_letter" ["hakukirje", "utlysningsbrev", "call letter"],
        Guidance = "guidance" ["ohje", "anvisning", "guidance"],
        Template = "template" ["mallipohja", "mall", "template"],
        Other = "other" ["muu", "annat", "other"],
        ApplicationForm = "application_form" ["hakulomake", "ansökningsblankett", "application form"],
    }
}

/// An occasion of a call; one day or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = CallEvent::check_days, skip_on_field_errors = false))]
pub struct CallEvent {
    /// What kind of occasion it is.
    pub event_type: CallEventType,
    /// The first day.
    #[serde(deserialize_with = "date::needed_day")]
    #[schema(example = "2018-04-05")]
    pub first_day: NaiveDate,
    /// The last day, inclusive.
    #[serde(deserialize_with = "date::needed_day")]
    #[schema(example = "2018-04-05")]
    pub last_day: NaiveDate,
    /// From which instant, where it is known.
    #[serde(default, deserialize_with = "date::instant")]
    pub starts_at: Option<DateTime<Utc>>,
    /// To which instant, where it is known.
    #[serde(default, deserialize_with = "date::instant")]
    pub ends_at: Option<DateTime<Utc>>,
    /// What it is called, or null.
    #[serde(default)]
    #[validate(nested)]
    pub names: Option<Names>,
    /// Where to take part or to read of it, or null.
    #[serde(default)]
    pub url: Option<Website>,
}

impl CallEvent {
    fn check_days(&self) -> Result<(), ValidationError> {
        match (self.starts_at, self.ends_at) {
            _ if self.last_day < self.first_day => Err(Invalid::EndsBeforeStart.at("last_day")),
            (Some(starts), Some(ends)) if ends < starts => Err(Invalid::EndsBeforeStart.at("ends_at")),
            _ => Ok(()),
        }
    }
}

/// A document of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CallDocument {
    /// What kind of document it is.
    pub document_type: CallDocumentType,
    /// Its title, or null.
    #[serde(default)]
    #[validate(nested)]
    pub titles: Option<Names>,
    /// The languages in which it exists; `["fi"]` means in Finnish only.
    #[schema(value_type = BTreeSet<Language>, min_items = 1, max_items = 13)]
    #[validate(length(max = 13), custom(function = distinct), custom(function = some))]
    pub languages: Vec<Language>,
    /// Where it is published, or null where the address is not known.
    #[schema(value_type = Option<String>, format = "uri", max_length = 2_000, pattern = "^https?://[^\\s]+$", example = json!(null))]
    pub url: Option<Website>,
}

/// A document is written in some language.
fn some(languages: &[Language]) -> Result<(), ValidationError> {
    if languages.is_empty() { Err(Invalid::NeededToPublish.into()) } else { Ok(()) }
}

/// A question of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CallQuestion {
    /// What an answer calls it.
    pub key: Key,
    /// What is asked.
    #[validate(nested)]
    pub texts: Descriptions,
    /// Whether an application needs an answer to be submitted.
    pub required: bool,
}

/// By what applications are judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CallCriterion {
    /// What a score calls it.
    pub key: Key,
    /// What it is called.
    #[validate(nested)]
    pub names: Names,
    /// What is looked at, or null.
    #[validate(nested)]
    pub descriptions: Option<Descriptions>,
    /// How much it counts beside the others, 1 to 100.
    #[schema(minimum = 1, maximum = 100, example = 25)]
    #[validate(custom(function = CallCriterion::check_weight))]
    pub weight: i32,
}

impl CallCriterion {
    fn check_weight(weight: i32) -> Result<(), ValidationError> {
        crate::invalid::within(weight, 1, 100)
    }
}
