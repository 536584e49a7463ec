//! The registry's clock: the real one, or one that starts at a chosen instant for tests and
//! demonstrations.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::Helsinki;

/// Tells the time everywhere; nothing else asks the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    ahead: TimeDelta,
}

impl Clock {
    /// A clock that shows `instant` now and runs on from there.
    pub fn starting_at(instant: DateTime<Utc>) -> Self {
        Self { ahead: instant - Utc::now() }
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.ahead
    }

    /// The present day in Helsinki.
    pub fn today(&self) -> NaiveDate {
        self.now().with_timezone(&Helsinki).date_naive()
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
