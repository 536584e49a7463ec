//! The registry's clock: the real one, or one that starts at a chosen instant for tests and
//! demonstrations.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::Helsinki;

use crate::date::parse_instant;
use crate::invalid::Invalid;

/// Tells the time everywhere; nothing else asks the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    ahead: TimeDelta,
}

impl Clock {
    /// Reads the instant to start at (RFC 3339), within the years that the registry knows.
    pub fn parse(value: &str) -> Result<DateTime<Utc>, String> {
        let instant = parse_instant(value).map_err(|invalid| match invalid {
            Invalid::OutOfRange { .. } => "it is not within the years 1900 to 2100",
            _ => "it is not an RFC 3339 instant such as 2018-04-05T00:00:00+03:00",
        })?;
        Ok(instant)
    }

    /// A clock that shows `instant` now and runs on from there.
    pub fn starting_at(instant: DateTime<Utc>) -> Self {
        Self { ahead: instant - Utc::now() }
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.ahead
    }

    /// The present instant with its day.
    pub fn moment(&self) -> Moment {
        let now = self.now();
        let now = DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now);
        Moment::at(now)
    }

    /// The present day in Helsinki.
    pub fn today(&self) -> NaiveDate {
        self.now().with_timezone(&Helsinki).date_naive()
    }
}

/// One instant, and the day that it is in Helsinki.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The instant, cut to the milliseconds that are kept.
    pub now: DateTime<Utc>,
    /// The day. A walk through a collection keeps the day that it began on.
    pub today: NaiveDate,
}

impl Moment {
    /// An instant, and its day in Helsinki.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { now, today: now.with_timezone(&Helsinki).date_naive() }
    }

    /// The instant at which a day begins in Helsinki.
    pub fn beginning_of(day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(chrono::NaiveTime::MIN);
        // Clocks change there at night, but never at midnight.
        midnight.and_local_timezone(Helsinki).earliest().map_or_else(|| midnight.and_utc(), |begins| begins.to_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn the_day_changes_at_midnight_in_helsinki() {
        let evening = Utc.with_ymd_and_hms(2018, 4, 4, 21, 0, 0).single();
        let clock = evening.map(Clock::starting_at).unwrap_or_default();
        assert_eq!(clock.today().to_string(), "2018-04-05");
    }
}
