//! Where a call stands: what moves it, and what its status follows from.

use chrono::{DateTime, NaiveDate, Utc};

use crate::role::Role;
use crate::state_machine::{StateMachine, StateMachineName, Step};
use crate::text::Label;
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

    #[test]
    fn a_call_is_open_to_the_last_second_and_no_longer() {
        let instant = |text| crate::date::parse_instant(text);
        let (Ok(opens_at), Ok(closes_at)) =
            (instant("2018-04-05T00:00:00+03:00"), instant("2018-05-09T00:00:00+03:00"))
        else {
            unreachable!("both are instants")
        };
        let call = CallCircumstances {
            published: true,
            opens_at: Some(opens_at),
            closes_at: Some(closes_at),
            ..CallCircumstances::default()
        };
        let status = |at: DateTime<Utc>| call.status(at, at.date_naive());
        let a_second = chrono::TimeDelta::seconds(1);
        assert_eq!(status(opens_at - a_second), CallStatus::Upcoming);
        assert_eq!(status(opens_at), CallStatus::Open);
        assert_eq!(status(closes_at - a_second), CallStatus::Open);
        assert_eq!(status(closes_at), CallStatus::Evaluation);
    }
}
