//! Calls: when one may apply, who may, and what came of it.

mod form;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

pub use form::{CallCriterion, CallDocument, CallDocumentType, CallEvent, CallEventType, CallQuestion};

use crate::client::CallerName;
use crate::contact::Contact;
use crate::date;
use crate::invalid::{Invalid, Violation};
use crate::key::Key;
use crate::money::Money;
use crate::noun::{Kept, Noun, NounName, Writable};
use crate::organisation::{OrganisationId, OrganisationRef, OrganisationType};
use crate::role::Role;
use crate::state_machine::{Refusal, StateMachine, StateMachineName, Step};
use crate::text::{Descriptions, Label, Names};
use crate::validity::{at_most, distinct};
use crate::version::Version;
use crate::vocabulary::{Vocabulary as _, vocabulary};

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
    /// What comes of an application that is granted.
    pub enum CallOutcome = "call_outcome" {
        Pilot = "pilot" ["pilotti", "pilotförsök", "pilot"],
        Grant = "grant" ["valtionavustus", "statsunderstöd", "grant"],
    }
}

vocabulary! {
    /// What happens to a call. `publish` and `cancel` are changes of its fields of these names.
    pub enum CallEventName = "call_step" {
        Publish = "publish" ["julkaista", "publicera", "publish"],
        Cancel = "cancel" ["peruuttaa", "ställa in", "cancel"],
        Open = "open" ["avautua", "öppnas", "open"],
        Close = "close" ["sulkeutua", "stängas", "close"],
        Decide = "decide" ["ratkaista", "avgöra", "decide"],
        End = "end" ["päättyä", "avslutas", "end"],
    }
}

/// The steps of a call.
#[derive(Debug)]
pub struct Calls;

impl StateMachine for Calls {
    type State = CallStatus;
    type Event = CallEventName;

    const NAME: StateMachineName = StateMachineName::Call;
    const INITIAL: CallStatus = CallStatus::Draft;
    const STEPS: &'static [Step<CallStatus, CallEventName>] = {
        use CallEventName::{Cancel, Close, Decide, End, Open as Opens, Publish};
        use CallStatus::{Cancelled, Closed, Decided, Draft, Evaluation, Open, Upcoming};
        const DEVELOPER: &[Role] = &[Role::NationalDeveloper];
        const OPENS: Label = Label { fi: "hakuajan alkaessa", sv: "när ansökningstiden börjar", en: "at opens_at" };
        const CLOSES: Label =
            Label { fi: "hakuajan päättyessä", sv: "när ansökningstiden slutar", en: "at closes_at" };
        const ENDLESS: Label = Label {
            fi: "avoinna olevassa haussa vain, jos sen päättymistä ei ole asetettu",
            sv: "i en öppen ansökningsomgång bara om dess slut inte har bestämts",
            en: "of an open call only where it has no closes_at",
        };
        const ENDED: Label = Label {
            fi: "kun kaikki sen pilotit ja avustukset ovat päättyneet",
            sv: "när alla dess pilotförsök och understöd har avslutats",
            en: "when all its pilots and grants have ended",
        };
        &[
            Step { from: &[Draft], event: Publish, by: DEVELOPER, to: Upcoming, when: None },
            Step { from: &[Upcoming], event: Opens, by: &[], to: Open, when: Some(OPENS) },
            Step { from: &[Open], event: Close, by: &[], to: Evaluation, when: Some(CLOSES) },
            Step { from: &[Open, Evaluation], event: Decide, by: DEVELOPER, to: Decided, when: Some(ENDLESS) },
            Step { from: &[Decided], event: End, by: &[], to: Closed, when: Some(ENDED) },
            Step {
                from: &[Draft, Upcoming, Open, Evaluation],
                event: Cancel,
                by: DEVELOPER,
                to: Cancelled,
                when: None,
            },
        ]
    };
}

/// A call, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = CallFacts::check, skip_on_field_errors = false))]
pub struct CallFacts {
    /// Its key, which it keeps for good.
    #[serde(default = "Key::placeholder")]
    pub key: Key,
    /// The programme that it belongs to.
    pub programme: Key,
    /// Its names.
    #[validate(nested)]
    pub names: Names,
    /// What it is for, or null.
    #[serde(default)]
    #[validate(nested)]
    pub purposes: Option<Descriptions>,
    /// The organisation that runs it.
    pub organiser: OrganisationId,
    /// Whether everyone may read it. What is published stays so.
    pub published: bool,
    /// Whether it was called off, which is final.
    pub cancelled: bool,
    /// What comes of an application that is granted.
    #[serde(default)]
    #[schema(value_type = BTreeSet<CallOutcome>, max_items = 2)]
    #[validate(length(max = 2), custom(function = distinct))]
    pub outcomes: Vec<CallOutcome>,
    /// The types of organisation that may apply; null where they are not recorded, and any may.
    #[schema(value_type = Option<BTreeSet<OrganisationType>>, max_items = 20)]
    pub eligible_organisation_types: Option<Vec<OrganisationType>>,
    /// From this instant applications are taken; needed to publish.
    #[serde(default, deserialize_with = "date::instant")]
    pub opens_at: Option<DateTime<Utc>>,
    /// Until this instant, exclusive, applications are taken; null where they are until the call is decided.
    #[serde(default, deserialize_with = "date::instant")]
    pub closes_at: Option<DateTime<Utc>>,
    /// What the call has to give; null where it is not known.
    #[validate(nested)]
    pub budgeted: Option<Money>,
    /// The first day on which the money may be used, or null.
    #[serde(default, deserialize_with = "date::day")]
    pub usable_from: Option<NaiveDate>,
    /// The last day on which the money may be used, or null.
    #[serde(default, deserialize_with = "date::day")]
    pub usable_to: Option<NaiveDate>,
    /// Its briefings, question hours and comment rounds.
    #[schema(max_items = 100)]
    #[validate(nested)]
    pub events: Vec<CallEvent>,
    /// Its documents.
    #[schema(max_items = 100)]
    #[validate(nested)]
    pub documents: Vec<CallDocument>,
    /// The questions of its form, which do not change once it is open.
    #[serde(default)]
    #[schema(max_items = 100)]
    #[validate(nested)]
    pub questions: Vec<CallQuestion>,
    /// By what applications are judged, which does not change once it is open.
    #[serde(default)]
    #[schema(max_items = 50)]
    #[validate(nested)]
    pub criteria: Vec<CallCriterion>,
    /// How to reach whoever answers questions, or null.
    #[serde(default)]
    pub contact: Option<Contact>,
}

impl CallFacts {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(100, &self.events, "events")?;
        at_most(100, &self.documents, "documents")?;
        at_most(100, &self.questions, "questions")?;
        at_most(50, &self.criteria, "criteria")?;
        let types = self.eligible_organisation_types.as_deref().unwrap_or_default();
        at_most(20, types, "eligible_organisation_types")?;
        let repeated = |keys: Vec<&Key>, field: &str| match distinct(&keys) {
            Err(_) => Err(Invalid::RepeatedValue { value: field.to_owned() }.at(field)),
            Ok(()) => Ok(()),
        };
        repeated(self.questions.iter().map(|question| &question.key).collect(), "questions")?;
        repeated(self.criteria.iter().map(|criterion| &criterion.key).collect(), "criteria")?;
        if distinct(types).is_err() {
            let value = "eligible_organisation_types".to_owned();
            return Err(Invalid::RepeatedValue { value }.at("eligible_organisation_types"));
        }
        if self.published && self.opens_at.is_none() {
            return Err(Invalid::NeededToPublish.at("opens_at"));
        }
        match (self.opens_at, self.closes_at) {
            (Some(opens), Some(closes)) if closes <= opens => return Err(Invalid::EndsBeforeStart.at("closes_at")),
            _ => (),
        }
        match (self.usable_from, self.usable_to) {
            (Some(from), Some(to)) if to < from => Err(Invalid::EndsBeforeStart.at("usable_to")),
            _ => Ok(()),
        }
    }

    /// Whether organisations of a type may apply.
    pub fn takes(&self, organisation_type: OrganisationType) -> bool {
        self.eligible_organisation_types.as_ref().is_none_or(|types| types.contains(&organisation_type))
    }
}

/// A call, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: CallFacts,
    /// Counts the changes of its questions and criteria, from 1.
    #[serde(default = "CallRecord::first_form")]
    pub form_version: i32,
    /// The clients that may evaluate the applications.
    #[serde(default)]
    pub evaluators: Vec<CallerName>,
    /// Whether the decision has been made.
    pub decided: bool,
    /// What was awarded.
    pub awarded: Option<Money>,
    /// What was not used of it.
    pub unused: Option<Money>,
    /// How many applications came.
    pub applications_received: Option<i32>,
    /// From how many counties they came.
    pub counties_represented: Option<i32>,
    /// How many were selected.
    pub selected: Option<i32>,
    /// On what grounds they were selected.
    pub selection_grounds: Option<Descriptions>,
}

impl CallRecord {
    fn first_form() -> i32 {
        1
    }

    /// A call as it is when nothing has come of it yet.
    pub fn new(facts: CallFacts) -> Self {
        Self {
            facts,
            form_version: Self::first_form(),
            evaluators: Vec::new(),
            decided: false,
            awarded: None,
            unused: None,
            applications_received: None,
            counties_represented: None,
            selected: None,
            selection_grounds: None,
        }
    }

    /// Which changes are in conflict with where the call stands: a published call stays published, a cancelled one
    /// cancelled, and once it is open, its form and who may apply are settled.
    pub fn conflicts(
        &self,
        facts: &CallFacts,
        status: CallStatus,
        step: impl Fn(CallEventName) -> Result<CallStatus, Refusal>,
    ) -> Vec<Violation> {
        let before = &self.facts;
        let mut conflicts = Vec::new();
        let not_now = || Invalid::NotNow { state: status.code().to_owned(), legal: Vec::new() };
        let switches = [
            ("/published", before.published, facts.published, CallEventName::Publish),
            ("/cancelled", before.cancelled, facts.cancelled, CallEventName::Cancel),
        ];
        for (place, was, is, event) in switches {
            match (was, is) {
                (false, true) => {
                    if let Err(Refusal::NotNow(invalid)) = step(event) {
                        conflicts.push(Violation::pointer(place, invalid));
                    }
                }
                (true, false) => conflicts.push(Violation::pointer(place, not_now())),
                _ => (),
            }
        }
        let settled = !matches!(status, CallStatus::Draft | CallStatus::Upcoming);
        let over = !matches!(status, CallStatus::Draft | CallStatus::Upcoming | CallStatus::Open);
        let rules = [
            ("/opens_at", settled && before.opens_at != facts.opens_at),
            ("/closes_at", over && before.closes_at != facts.closes_at),
            ("/outcomes", over && before.outcomes != facts.outcomes),
            ("/programme", settled && before.programme != facts.programme),
            ("/questions", settled && before.questions != facts.questions),
            ("/criteria", settled && before.criteria != facts.criteria),
            (
                "/eligible_organisation_types",
                settled && before.eligible_organisation_types != facts.eligible_organisation_types,
            ),
        ];
        let broken = rules.into_iter().filter(|(_, is_broken)| *is_broken);
        conflicts.extend(broken.map(|(place, _)| Violation::pointer(place, not_now())));
        conflicts
    }

    /// What its status follows from, with what came of it.
    pub fn circumstances(&self, outcomes: usize, unfinished: usize) -> CallCircumstances {
        let facts = &self.facts;
        CallCircumstances {
            published: facts.published,
            cancelled: facts.cancelled,
            opens_at: facts.opens_at,
            closes_at: facts.closes_at,
            decided: self.decided,
            outcomes,
            unfinished,
            usable_from: facts.usable_from,
            usable_to: facts.usable_to,
        }
    }
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
    /// What it is for, or null.
    pub purposes: Option<Descriptions>,
    /// The organisation that runs it.
    pub organiser: OrganisationRef,
    /// Whether everyone may read it.
    #[schema(example = true)]
    pub published: bool,
    /// Whether it was called off.
    #[schema(example = false)]
    pub cancelled: bool,
    /// Where it stands now: it follows the clock, the decision and what came of it.
    pub call_status: CallStatus,
    /// What comes of an application that is granted.
    #[schema(max_items = 100)]
    pub outcomes: Vec<CallOutcome>,
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
    /// Its briefings, question hours and comment rounds.
    #[schema(max_items = 100)]
    pub events: Vec<CallEvent>,
    /// Its documents.
    #[schema(max_items = 100)]
    pub documents: Vec<CallDocument>,
    /// Counts the changes of its questions and criteria, from 1.
    #[schema(minimum = 1, maximum = 1_000_000, example = 1)]
    pub form_version: i32,
    /// The questions of its form.
    #[schema(max_items = 100)]
    pub questions: Vec<CallQuestion>,
    /// By what applications are judged.
    #[schema(max_items = 100)]
    pub criteria: Vec<CallCriterion>,
    /// How to reach whoever answers questions, or null.
    pub contact: Option<Contact>,
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

/// Who may evaluate the applications to a call, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EvaluatorsFacts {
    /// The clients, by their ids.
    #[schema(value_type = BTreeSet<CallerName>, max_items = 100)]
    #[validate(length(max = 100), custom(function = distinct))]
    pub evaluators: Vec<CallerName>,
}

/// Who may evaluate the applications to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Evaluators {
    /// The call.
    pub call: Key,
    /// The clients, by their ids.
    #[schema(max_items = 100)]
    pub evaluators: Vec<CallerName>,
    /// Counts the changes of the call.
    pub version: Version,
}

impl From<Kept<Call>> for Evaluators {
    fn from(call: Kept<Call>) -> Self {
        Self { call: call.id, evaluators: call.record.evaluators, version: call.version }
    }
}

impl Noun for Call {
    const NOUN: NounName = NounName::Call;
    type Id = Key;
    type Record = CallRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Call {
    type Facts = CallFacts;

    fn facts(record: &CallRecord) -> &CallFacts {
        &record.facts
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

impl CallStatus {
    /// Whether applications can be submitted.
    pub fn takes_applications(self) -> bool {
        self == Self::Open
    }
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
