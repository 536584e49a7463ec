//! Calls: when one may apply, who may, and what came of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::key::Key;
use crate::money::Money;
use crate::noun::{Noun, NounName};
use crate::organisation::{OrganisationId, OrganisationRef, OrganisationType};
use crate::text::{Descriptions, Language, Names};
use crate::version::Version;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a call stands.
    pub enum CallStatus = "call_status" {
        Draft = "draft" ["luonnos", "utkast", "draft"],
        Cancelled = "cancelled" ["peruutettu", "inställd", "cancelled"],
        Upcoming = "upcoming" ["tulossa", "kommande", "upcoming"],
        Open = "open" ["avoinna", "öppen", "open"],
        Evaluation = "evaluation" ["arvioitavana", "under utvärdering", "under evaluation"],
        Decided = "decided" ["ratkaistu", "avgjord", "decided"],
        Closed = "closed" ["päättynyt", "avslutad", "closed"],
    }
}

vocabulary! {
    /// What kind of occasion belongs to a call.
    pub enum CallEventType = "call_event_type" {
        Briefing = "briefing" ["infotilaisuus", "informationsmöte", "information briefing"],
        CommentRound = "comment_round" ["kommentointikierros", "kommentarsrunda", "comment round"],
    }
}

vocabulary! {
    /// What kind of document belongs to a call.
    pub enum CallDocumentType = "call_document_type" {
        CallLetter = "call_letter" ["hakukirje", "utlysningsbrev", "call letter"],
        ApplicationForm = "application_form" ["hakulomake", "ansökningsblankett", "application form"],
    }
}

/// An occasion of a call; one day or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallEvent {
    /// What kind of occasion it is.
    pub event_type: CallEventType,
    /// The first day.
    #[schema(example = "2018-04-05")]
    pub first_day: NaiveDate,
    /// The last day, inclusive.
    #[schema(example = "2018-04-05")]
    pub last_day: NaiveDate,
}

/// A document of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallDocument {
    /// What kind of document it is.
    pub document_type: CallDocumentType,
    /// The languages in which it exists; `["fi"]` means in Finnish only.
    #[schema(min_items = 1, max_items = 100)]
    pub languages: Vec<Language>,
    /// Where it is published, or null where the address is not known.
    #[schema(max_length = 2_000, example = json!(null))]
    pub url: Option<String>,
}

/// A call for applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Call {
    /// Its key.
    pub key: Key,
    /// The programme that it belongs to.
    pub programme: Key,
    /// Its names.
    pub names: Names,
    /// The organisation that runs it.
    pub organiser: OrganisationRef,
    /// Where it stands now: it follows the clock, the decision and what came of it.
    pub call_status: CallStatus,
    /// From this instant applications are taken; null where it is not known.
    pub opens_at: Option<DateTime<Utc>>,
    /// Until this instant, exclusive, applications are taken.
    pub closes_at: Option<DateTime<Utc>>,
    /// The types of organisation that may apply; null where they are not recorded.
    #[schema(max_items = 100)]
    pub eligible_organisation_types: Option<Vec<OrganisationType>>,
    /// What the call had to give; null where it is not known.
    pub budgeted: Option<Money>,
    /// What was awarded.
    pub awarded: Option<Money>,
    /// What was not used of it.
    pub unused: Option<Money>,
    /// The first day on which the money may be used, or null.
    pub usable_from: Option<NaiveDate>,
    /// The last day on which the money may be used, or null.
    pub usable_to: Option<NaiveDate>,
    /// Its briefings and comment rounds.
    #[schema(max_items = 100)]
    pub events: Vec<CallEvent>,
    /// Its documents.
    #[schema(max_items = 100)]
    pub documents: Vec<CallDocument>,
    /// How many applications came, or null where it is not recorded.
    #[schema(minimum = 0, maximum = 10_000, example = 10)]
    pub applications_received: Option<i32>,
    /// From how many counties they came, or null.
    #[schema(minimum = 0, maximum = 100, example = 10)]
    pub counties_represented: Option<i32>,
    /// How many were selected, or null.
    #[schema(minimum = 0, maximum = 10_000, example = 5)]
    pub selected: Option<i32>,
    /// On what grounds they were selected, or null.
    pub selection_grounds: Option<Descriptions>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// A call, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// The programme that it belongs to.
    pub programme: Key,
    /// Its names.
    pub names: Names,
    /// The organisation that runs it.
    pub organiser: OrganisationId,
    /// Published for all to read.
    pub published: bool,
    /// Called off.
    pub cancelled: bool,
    /// From this instant applications are taken.
    pub opens_at: Option<DateTime<Utc>>,
    /// Until this instant, exclusive, applications are taken.
    pub closes_at: Option<DateTime<Utc>>,
    /// Whether the decision has been made.
    pub decided: bool,
    /// The types of organisation that may apply.
    pub eligible_organisation_types: Option<Vec<OrganisationType>>,
    /// What the call had to give.
    pub budgeted: Option<Money>,
    /// What was awarded.
    pub awarded: Option<Money>,
    /// What was not used of it.
    pub unused: Option<Money>,
    /// The first day on which the money may be used.
    pub usable_from: Option<NaiveDate>,
    /// The last day on which the money may be used.
    pub usable_to: Option<NaiveDate>,
    /// Its briefings and comment rounds.
    pub events: Vec<CallEvent>,
    /// Its documents.
    pub documents: Vec<CallDocument>,
    /// How many applications came.
    pub applications_received: Option<i32>,
    /// From how many counties they came.
    pub counties_represented: Option<i32>,
    /// How many were selected.
    pub selected: Option<i32>,
    /// On what grounds they were selected.
    pub selection_grounds: Option<Descriptions>,
}

impl Noun for Call {
    const NOUN: NounName = NounName::Call;
    type Id = Key;
    type Record = CallRecord;

    fn version(&self) -> Version {
        self.version
    }
}

/// Which calls a list shows, by key.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallFilter {
    /// Those of any of these programmes.
    #[param(value_type = Option<Vec<Key>>, max_items = 100)]
    pub programme: Vec<Key>,
    /// Those that stand so now.
    #[param(value_type = Option<Vec<CallStatus>>, max_items = 100)]
    pub call_status: Vec<CallStatus>,
}

/// The facts that a call's status follows from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallCircumstances {
    /// Published for all to read.
    pub published: bool,
    /// Called off.
    pub cancelled: bool,
    /// When it opens.
    pub opens_at: Option<DateTime<Utc>>,
    /// When it closes, exclusive.
    pub closes_at: Option<DateTime<Utc>>,
    /// Whether the decision has been made.
    pub decided: bool,
    /// The pilots and grants that came of it.
    pub outcomes: usize,
    /// Those of them that have not ended.
    pub unfinished: usize,
    /// The first day on which its money may be used.
    pub usable_from: Option<NaiveDate>,
    /// The last day on which its money may be used.
    pub usable_to: Option<NaiveDate>,
}

impl CallCircumstances {
    /// The status at an instant, which is the day `today` in Helsinki.
    pub fn status(&self, now: DateTime<Utc>, today: NaiveDate) -> CallStatus {
        if self.cancelled {
            return CallStatus::Cancelled;
        }
        if !self.published {
            return CallStatus::Draft;
        }
        let closed = self.closes_at.map_or(self.decided, |closes| closes <= now);
        // Where the opening is not known, the call is not said to be open before its money is.
        let opened = match self.opens_at {
            Some(opens) => opens <= now,
            None => closed || self.usable_from.is_none_or(|first| first <= today),
        };
        match (opened, closed) {
            (false, _) => return CallStatus::Upcoming,
            (true, false) => return CallStatus::Open,
            (true, true) if !self.decided => return CallStatus::Evaluation,
            (true, true) => (),
        }
        let money_over = self.usable_to.is_some_and(|last| last < today);
        let all_ended = if self.outcomes == 0 { money_over } else { self.unfinished == 0 };
        if all_ended { CallStatus::Closed } else { CallStatus::Decided }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn a_status_follows_the_clock_the_decision_and_what_came_of_it() {
        let day = |text| crate::date::parse_day(text).ok();
        let at = |month, day| Utc.with_ymd_and_hms(2018, month, day, 21, 0, 0).single();
        let call = CallCircumstances {
            published: true,
            opens_at: at(4, 4),
            closes_at: at(5, 8),
            ..CallCircumstances::default()
        };
        let decided = CallCircumstances { decided: true, outcomes: 5, unfinished: 5, ..call };
        let money = CallCircumstances { decided: true, usable_to: day("2018-06-30"), ..call };
        let table = [
            (call, 4, 3, CallStatus::Upcoming),
            (call, 4, 4, CallStatus::Open),
            (call, 5, 7, CallStatus::Open),
            (call, 5, 8, CallStatus::Evaluation),
            (decided, 4, 5, CallStatus::Open),
            (decided, 6, 1, CallStatus::Decided),
            (CallCircumstances { unfinished: 0, ..decided }, 6, 1, CallStatus::Closed),
            (money, 6, 30, CallStatus::Decided),
            (money, 7, 1, CallStatus::Closed),
            (CallCircumstances { opens_at: None, usable_from: day("2018-05-01"), ..call }, 4, 20, CallStatus::Upcoming),
            (CallCircumstances { opens_at: None, usable_from: day("2018-05-01"), ..call }, 5, 2, CallStatus::Open),
            (
                CallCircumstances { opens_at: None, usable_from: day("2018-07-01"), ..call },
                6,
                1,
                CallStatus::Evaluation,
            ),
            (CallCircumstances { closes_at: None, ..decided }, 6, 1, CallStatus::Decided),
            (CallCircumstances { closes_at: None, ..call }, 6, 1, CallStatus::Open),
            (CallCircumstances { cancelled: true, ..decided }, 6, 1, CallStatus::Cancelled),
            (CallCircumstances { published: false, ..call }, 4, 5, CallStatus::Draft),
        ];
        for (facts, month, day, expected) in table {
            let now = at(month, day).unwrap_or_default();
            assert_eq!(facts.status(now, now.date_naive()), expected, "{facts:?} on {now}");
        }
    }
}
