//! How fresh information is, by when somebody last saw that it is true.

use chrono::{DateTime, Months, Utc};

use crate::vocabulary::vocabulary;

vocabulary! {
    /// How fresh information is, by the months since somebody last saw that it is true: current before 6, to be watched
    /// before 12, to be verified before 18, then outdated, as what nobody ever verified.
    pub enum Freshness = "freshness" {
        Current = "current" ["ajantasainen", "aktuell", "current"],
        Watch = "watch" ["seurattava", "att bevaka", "to be watched"],
        Verify = "verify" ["tarkistettava", "att kontrollera", "to be verified"],
        Outdated = "outdated" ["vanhentunut", "föråldrad", "outdated"],
    }
}

impl Freshness {
    /// How fresh is what was verified at an instant, or never.
    pub fn of(verified_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let Some(verified_at) = verified_at else { return Self::Outdated };
        let steps = [Self::Current, Self::Watch, Self::Verify];
        let fresh = |step: &Self| step.verified_after(now).is_some_and(|after| verified_at > after);
        steps.into_iter().find(fresh).unwrap_or(Self::Outdated)
    }

    /// What is at least as fresh was verified after this instant; none for what is outdated.
    pub fn verified_after(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let months = match self {
            Self::Current => 6,
            Self::Watch => 12,
            Self::Verify => 18,
            Self::Outdated => return None,
        };
        now.checked_sub_months(Months::new(months))
    }

    /// What is fresher was verified after this instant; none when nothing is.
    pub fn verified_until(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Current => None,
            Self::Watch => Self::Current.verified_after(now),
            Self::Verify => Self::Watch.verified_after(now),
            Self::Outdated => Self::Verify.verified_after(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn freshness_changes_after_6_12_and_18_months() {
        let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap_or_default();
        let second = TimeDelta::seconds(1);
        let table = [
            ("2026-05-22T12:00:00Z", Freshness::Current, Freshness::Watch),
            ("2025-11-22T12:00:00Z", Freshness::Watch, Freshness::Verify),
            ("2025-05-22T12:00:00Z", Freshness::Verify, Freshness::Outdated),
        ];
        for (border, before, after) in table {
            let border: DateTime<Utc> = border.parse().unwrap_or_default();
            assert_eq!(Freshness::of(Some(border + second), now), before);
            assert_eq!(Freshness::of(Some(border), now), after);
            assert_eq!(before.verified_after(now), Some(border));
            assert_eq!(after.verified_until(now), Some(border));
        }
        assert_eq!(Freshness::of(None, now), Freshness::Outdated);
        assert_eq!(Freshness::of(Some(now + second), now), Freshness::Current);
    }
}
