//! Whether something is open, and until or from when.

use chrono::{DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Europe::Helsinki;
use serde::Serialize;
use utoipa::ToSchema;

use super::{HolidayRule, Interval, MonthDay, OpeningHours, PublicHoliday, TimeOfDay, WeeklyHours};

/// How far it is looked ahead, in days.
const HORIZON: i64 = 400;

/// Whether something is open at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenState {
    /// Whether it is open then. Hours by appointment alone do not count.
    pub open_now: bool,
    /// When it opens next; null while it is open, and where it does not open within 400 days.
    pub opens_at: Option<DateTime<Utc>>,
    /// When it closes next; null while it is closed, and where it stays open for 400 days.
    pub closes_at: Option<DateTime<Utc>>,
    /// The public holiday that the day of the instant is, or null.
    pub public_holiday: Option<PublicHoliday>,
}

impl OpeningHours {
    /// Whether it is open at an instant, and until or from when.
    pub fn state_at(&self, at: DateTime<Utc>) -> OpenState {
        let today = day_of(at);
        let state =
            OpenState { open_now: false, opens_at: None, closes_at: None, public_holiday: PublicHoliday::on(today) };
        let horizon = at.checked_add_signed(TimeDelta::days(HORIZON)).unwrap_or(DateTime::<Utc>::MAX_UTC);
        // While it is open: until when, as far as is known.
        let mut open_until: Option<DateTime<Utc>> = None;
        let mut runs = Vec::new();
        for day in days_from(today).take_while(|day| *day <= day_of(horizon)) {
            runs.clear();
            runs.extend(self.intervals_on(day).filter_map(|interval| instants(day, interval)));
            runs.sort_unstable();
            for (opens, closes) in runs.iter().copied().filter(|(_, closes)| *closes > at) {
                match open_until {
                    None if opens > at && opens <= horizon => return OpenState { opens_at: Some(opens), ..state },
                    None if opens > at => return state,
                    None => open_until = Some(closes),
                    Some(until) if opens <= until => open_until = Some(until.max(closes)),
                    Some(until) => return OpenState { open_now: true, closes_at: Some(until), ..state },
                }
            }
            // The next day's beginning may still touch it, a later one's may not.
            if let Some(until) = open_until.filter(|until| day_of(*until) < day) {
                return OpenState { open_now: true, closes_at: Some(until), ..state };
            }
        }
        let closes_at = open_until.filter(|until| *until <= horizon);
        OpenState { open_now: open_until.is_some(), closes_at, ..state }
    }

    /// Whether it is open at an instant.
    pub fn is_open_at(&self, at: DateTime<Utc>) -> bool {
        // No interval is longer than a day, so that none from before yesterday is still open.
        days_from(day_of(at)).take(2).any(|day| {
            self.intervals_on(day)
                .filter_map(|interval| instants(day, interval))
                .any(|(opens, closes)| opens <= at && at < closes)
        })
    }

    /// The intervals that open on a day.
    pub(super) fn intervals_on(&self, day: NaiveDate) -> impl Iterator<Item = Interval> {
        let exception = self.exceptions.iter().find(|exception| exception.holds(day));
        let rule = self.public_holidays.filter(|rule| *rule != HolidayRule::AsUsual);
        let holiday = rule.filter(|_| PublicHoliday::on(day).is_some());
        let week = match (exception, holiday) {
            (Some(_), _) | (None, Some(HolidayRule::Closed)) => &[],
            _ => self.week_of(MonthDay::of(day)),
        };
        // A holiday on a working day has none of the hours of that day.
        let as_sunday = holiday.is_some() && day.weekday() != chrono::Weekday::Sun;
        let holds =
            move |hours: &&WeeklyHours| if as_sunday { hours.holds_as_on_sunday(day) } else { hours.holds(day) };
        let own = exception.map_or(&[][..], |exception| &exception.hours);
        let weekly = week.iter().filter(holds).map(|hours| Interval { opens: hours.opens, closes: hours.closes });
        own.iter().copied().chain(weekly)
    }

    /// The week that holds on a day of the year.
    fn week_of(&self, day: MonthDay) -> &[WeeklyHours] {
        self.seasons.iter().find(|season| season.holds(day)).map_or(&self.weekly, |season| &season.weekly)
    }
}

/// The day on which an instant lies in Helsinki.
fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Helsinki).date_naive()
}

/// The day before a day, the day, and those that follow.
fn days_from(day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    day.pred_opt().unwrap_or(day).iter_days()
}

/// When an interval that opens on a day begins and ends; none where the clock skips all of it.
fn instants(day: NaiveDate, interval: Interval) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let closing_day = if interval.closes > interval.opens { Some(day) } else { day.succ_opt() };
    let (opens, closes) = (instant(day, interval.opens), instant(closing_day?, interval.closes));
    (opens < closes).then_some((opens, closes))
}

/// When a time of a day is, as RFC 5545 (3.3.5) reads it: of a time that comes twice, the first; a time that the clock
/// skips, by the offset that held before.
fn instant(day: NaiveDate, time: TimeOfDay) -> DateTime<Utc> {
    let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(time.minutes().into());
    match local.and_local_timezone(Helsinki) {
        MappedLocalTime::Single(instant) | MappedLocalTime::Ambiguous(instant, _) => instant.to_utc(),
        MappedLocalTime::None => {
            let day = TimeDelta::days(1);
            let before = (local - day).and_local_timezone(Helsinki).earliest();
            before.map_or_else(|| local.and_utc(), |before| before.to_utc() + day)
        }
    }
}
