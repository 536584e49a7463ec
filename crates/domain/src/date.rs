//! Days, and dates that are known only roughly.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::invalid::{Form, Invalid};
use crate::schema::published_as_string;
use crate::vocabulary::vocabulary;

/// The first year that a day may have.
pub const FIRST_YEAR: i32 = 1900;
/// The last year that a day may have.
pub const LAST_YEAR: i32 = 2100;
/// The first day that the registry knows.
pub fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).unwrap_or_default()
}

/// The last day that the registry knows.
pub fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).unwrap_or_default()
}

/// The same years as a pattern for the beginning of a day or an instant.
pub const YEARS: &str = "^(19[0-9]{2}|20[0-9]{2}|2100)-";

/// Reads a day, `YYYY-MM-DD`, from 1900-01-01 to 2100-12-31: what both databases can compare and
/// what a registry of this century can mean.
pub fn parse_day(value: &str) -> Result<NaiveDate, Invalid> {
    let day = NaiveDate::parse_from_str(value, "%Y-%m-%d")
        .map_err(|_| Invalid::Malformed { value: value.to_owned(), expected: Form::Day })?;
    if !(FIRST_YEAR..=LAST_YEAR).contains(&day.year()) {
        return Err(Invalid::OutOfRange {
            value: value.to_owned(),
            min: format!("{FIRST_YEAR}-01-01"),
            max: format!("{LAST_YEAR}-12-31"),
        });
    }
    if value.len() != "YYYY-MM-DD".len() {
        return Err(Invalid::Malformed { value: value.to_owned(), expected: Form::Day });
    }
    Ok(day)
}

/// A month of a year, `YYYY-MM`, within the years that a day may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: i32,
    month: u32,
}

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// A number that is the greater the later the month is: 202611.
    pub fn number(self) -> u32 {
        self.year.unsigned_abs() * 100 + self.month
    }
}

impl FromStr for Month {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let day = parse_day(&format!("{value}-01")).map_err(|invalid| match invalid {
            Invalid::OutOfRange { .. } => Invalid::OutOfRange {
                value: value.to_owned(),
                min: format!("{FIRST_YEAR}-01"),
                max: format!("{LAST_YEAR}-12"),
            },
            _ => Invalid::Malformed { value: value.to_owned(), expected: Form::Month },
        })?;
        Ok(Self::of(day))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.month)
    }
}

impl TryFrom<String> for Month {
    type Error = Invalid;

    fn try_from(value: String) -> Result<Self, Invalid> {
        value.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

published_as_string!(Month, "A month as YYYY-MM.", 7, 7, "^(19[0-9]{2}|20[0-9]{2}|2100)-(0[1-9]|1[0-2])$", "2026-11");

/// Reads an instant, RFC 3339 with any offset, within the years that a day may have.
pub fn parse_instant(value: &str) -> Result<DateTime<Utc>, Invalid> {
    let malformed = || Invalid::Malformed { value: value.to_owned(), expected: Form::Instant };
    let separated = value.as_bytes().get(10).is_some_and(|byte| byte.eq_ignore_ascii_case(&b'T'));
    let instant = DateTime::parse_from_rfc3339(value).ok().filter(|_| separated).ok_or_else(malformed)?.to_utc();
    parse_day(&instant.format("%Y-%m-%d").to_string())?;
    Ok(instant)
}

/// Reads a day of a body by the same rules as a day of a query.
pub(crate) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let value = Option::<String>::deserialize(deserializer)?;
    value.map(|value| parse_day(&value)).transpose().map_err(serde::de::Error::custom)
}

/// Reads an instant of a body by the same rules as an instant of a query.
pub(crate) fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let value = Option::<String>::deserialize(deserializer)?;
    value.map(|value| parse_instant(&value)).transpose().map_err(serde::de::Error::custom)
}

/// Reads a day that a body cannot do without.
pub(crate) fn needed_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    parse_day(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

/// Reads days of a body.
pub(crate) fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NaiveDate>, D::Error> {
    #[derive(Deserialize)]
    struct Needed(#[serde(deserialize_with = "needed_day")] NaiveDate);

    Ok(Vec::<Needed>::deserialize(deserializer)?.into_iter().map(|Needed(day)| day).collect())
}

vocabulary! {
    /// How exactly a date is known.
    pub enum Precision = "precision" {
        Day = "day" ["päivä", "dag", "day"],
        Month = "month" ["kuukausi", "månad", "month"],
        Season = "season" ["vuodenaika", "årstid", "season"],
        Year = "year" ["vuosi", "år", "year"],
    }
}

vocabulary! {
    /// A season of the year, as a source names it.
    pub enum Season = "season" {
        Spring = "spring" ["kevät", "vår", "spring"],
        Summer = "summer" ["kesä", "sommar", "summer"],
        Autumn = "autumn" ["syksy", "höst", "autumn"],
        Winter = "winter" ["talvi", "vinter", "winter"],
    }
}

/// A date as exactly as it is known, and no more exactly: "autumn 2018" stays a season.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = RoughDate::check, skip_on_field_errors = false))]
pub struct RoughDate {
    /// How exactly the date is known.
    pub precision: Precision,
    /// The season, when that is what is known.
    pub season: Option<Season>,
    /// The first day that it can mean.
    #[serde(deserialize_with = "needed_day")]
    #[schema(example = "2018-09-01")]
    pub earliest: NaiveDate,
    /// The last day that it can mean.
    #[serde(deserialize_with = "needed_day")]
    #[schema(example = "2018-11-30")]
    pub latest: NaiveDate,
}

impl RoughDate {
    /// The longest season, in days: a source may count a month more or less to it.
    const LONGEST_SEASON: i64 = 124;

    fn check(&self) -> Result<(), ValidationError> {
        if self.latest < self.earliest {
            return Err(Invalid::EndsBeforeStart.at("latest"));
        }
        if self.season.is_some() != (self.precision == Precision::Season) {
            let is_missing = self.season.is_none();
            let fault = if is_missing { Invalid::MissingField } else { Invalid::Contradictory };
            return Err(fault.at("season"));
        }
        let (first, last) = (self.earliest, self.latest);
        let next = last.succ_opt().unwrap_or(last);
        let fits = match self.precision {
            Precision::Day => first == last,
            Precision::Month => {
                first.day() == 1 && next.day() == 1 && (first.year(), first.month()) == (last.year(), last.month())
            }
            Precision::Season => (last - first).num_days() <= Self::LONGEST_SEASON,
            Precision::Year => first.ordinal() == 1 && next.ordinal() == 1 && first.year() == last.year(),
        };
        if fits { Ok(()) } else { Err(Invalid::Contradictory.at("latest")) }
    }

    /// Refuses an end that lies before the start, for the schema rule of whatever says `starts` and `ends`. "Autumn 2018"
    /// may end what began in October 2018: only what ends before it can have begun is wrong.
    pub(crate) fn check_order(starts: Option<&Self>, ends: Option<&Self>) -> Result<(), ValidationError> {
        match (starts, ends) {
            (Some(starts), Some(ends)) if ends.latest < starts.earliest => Err(Invalid::EndsBeforeStart.at("ends")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way_and_lies_within_two_centuries() {
        assert!(parse_day("2020-02-29").is_ok());
        for bad in ["2021-02-29", "2020-2-9", "-5000-01-01", "99999-01-01", "1899-12-31", "2101-01-01", "today", ""] {
            assert!(parse_day(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rough_date_is_as_long_as_it_is_exact() {
        let season = Some(Season::Autumn);
        let table = [
            (Precision::Day, None, "2018-09-01", "2018-09-01", true),
            (Precision::Day, None, "2018-09-01", "2018-09-02", false),
            (Precision::Month, None, "2020-02-01", "2020-02-29", true),
            (Precision::Month, None, "2020-02-01", "2020-02-28", false),
            (Precision::Season, season, "2018-09-01", "2018-11-30", true),
            (Precision::Season, None, "2018-09-01", "2018-11-30", false),
            (Precision::Season, season, "2018-09-01", "2019-11-30", false),
            (Precision::Year, None, "2018-01-01", "2018-12-31", true),
            (Precision::Year, season, "2018-01-01", "2018-12-31", false),
            (Precision::Year, None, "2018-01-01", "2019-12-31", false),
            (Precision::Day, None, "2018-09-02", "2018-09-01", false),
        ];
        for (precision, season, earliest, latest, good) in table {
            let (Ok(earliest), Ok(latest)) = (parse_day(earliest), parse_day(latest)) else { unreachable!("days") };
            let date = RoughDate { precision, season, earliest, latest };
            assert_eq!(date.validate().is_ok(), good, "{date:?}");
        }
    }

    #[test]
    fn a_month_is_written_in_one_way() {
        for good in ["2026-11", "1900-01", "2100-12"] {
            assert_eq!(good.parse::<Month>().map(|month| month.to_string()), Ok(good.to_owned()));
        }
        for bad in ["2026-13", "2026-1", "2026", "2026-11-01", "1899-12", "2101-01", "now", ""] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }
}
