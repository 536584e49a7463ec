//! The public holidays of Finland.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What holds on public holidays.
    pub enum HolidayRule = "holiday_rule" {
        Closed = "closed" ["suljettu", "stängt", "closed"],
        AsSunday = "as_sunday" ["kuten sunnuntaina", "som på söndagar", "as on Sundays"],
        AsUsual = "as_usual" ["kuten arkena", "som vanligt", "as usual"],
    }
}

vocabulary! {
    /// A day that counts as a public holiday: the church's and the national holidays of Finland, and the eves of
    /// Midsummer and Christmas, on which offices are closed by law and custom. New Year's Eve does not count.
    pub enum PublicHoliday = "public_holiday" {
        NewYearsDay = "new_years_day" ["uudenvuodenpäivä", "nyårsdagen", "New Year's Day"],
        Epiphany = "epiphany" ["loppiainen", "trettondagen", "Epiphany"],
        GoodFriday = "good_friday" ["pitkäperjantai", "långfredagen", "Good Friday"],
        EasterSunday = "easter_sunday" ["pääsiäispäivä", "påskdagen", "Easter Sunday"],
        EasterMonday = "easter_monday" ["toinen pääsiäispäivä", "annandag påsk", "Easter Monday"],
        MayDay = "may_day" ["vappu", "första maj", "May Day"],
        AscensionDay = "ascension_day" ["helatorstai", "Kristi himmelsfärdsdag", "Ascension Day"],
        WhitSunday = "whit_sunday" ["helluntaipäivä", "pingstdagen", "Whit Sunday"],
        MidsummerEve = "midsummer_eve" ["juhannusaatto", "midsommarafton", "Midsummer Eve"],
        MidsummerDay = "midsummer_day" ["juhannuspäivä", "midsommardagen", "Midsummer Day"],
        AllSaintsDay = "all_saints_day" ["pyhäinpäivä", "alla helgons dag", "All Saints' Day"],
        IndependenceDay = "independence_day" ["itsenäisyyspäivä", "självständighetsdagen", "Independence Day"],
        ChristmasEve = "christmas_eve" ["jouluaatto", "julafton", "Christmas Eve"],
        ChristmasDay = "christmas_day" ["joulupäivä", "juldagen", "Christmas Day"],
        BoxingDay = "boxing_day" ["tapaninpäivä", "annandag jul", "Boxing Day"],
    }
}

impl PublicHoliday {
    /// The holiday on a day, if it is one. May Day goes before the Ascension Day on which it may fall.
    pub fn on(day: NaiveDate) -> Option<Self> {
        let holiday = match (day.month(), day.day()) {
            (1, 1) => Self::NewYearsDay,
            (1, 6) => Self::Epiphany,
            (5, 1) => Self::MayDay,
            (6, 19..=25) if day.weekday() == Weekday::Fri => Self::MidsummerEve,
            (6, 20..=26) if day.weekday() == Weekday::Sat => Self::MidsummerDay,
            (10, 31) | (11, 1..=6) if day.weekday() == Weekday::Sat => Self::AllSaintsDay,
            (12, 6) => Self::IndependenceDay,
            (12, 24) => Self::ChristmasEve,
            (12, 25) => Self::ChristmasDay,
            (12, 26) => Self::BoxingDay,
            (3..=6, _) => return Self::by_easter(day),
            _ => return None,
        };
        Some(holiday)
    }

    fn by_easter(day: NaiveDate) -> Option<Self> {
        let easter = easter_sunday(day.year())?;
        let holidays = [
            (easter - Days::new(2), Self::GoodFriday),
            (easter, Self::EasterSunday),
            (easter + Days::new(1), Self::EasterMonday),
            (easter + Days::new(39), Self::AscensionDay),
            (easter + Days::new(49), Self::WhitSunday),
        ];
        holidays.into_iter().find_map(|(date, holiday)| (date == day).then_some(holiday))
    }
}

/// Easter Sunday of a year, by the anonymous Gregorian rule (Nature, 20 April 1876).
#[expect(clippy::many_single_char_names, reason = "the letters of the published rule")]
fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let year_of_rule = u32::try_from(year).ok()?;
    let a = year_of_rule % 19;
    let (b, c) = (year_of_rule / 100, year_of_rule % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b + 15 - d - g) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l + 114 - 7 * m;
    NaiveDate::from_ymd_opt(year, n / 31, n % 31 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_day;

    #[test]
    fn the_holidays_of_a_year_are_those_of_the_almanac() {
        // The University Almanac Office's calendars.
        let almanac = [
            ("2018", "01-01 01-06 03-30 04-01 04-02 05-01 05-10 05-20 06-22 06-23 11-03 12-06 12-24 12-25 12-26"),
            ("2020", "01-01 01-06 04-10 04-12 04-13 05-01 05-21 05-31 06-19 06-20 10-31 12-06 12-24 12-25 12-26"),
            ("2026", "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-19 06-20 10-31 12-06 12-24 12-25 12-26"),
            ("2027", "01-01 01-06 03-26 03-28 03-29 05-01 05-06 05-16 06-25 06-26 11-06 12-06 12-24 12-25 12-26"),
        ];
        for (year, expected) in almanac {
            let first = parse_day(&format!("{year}-01-01")).unwrap();
            let days = first.iter_days().take_while(|day| day.year() == first.year());
            let found: Vec<_> = days.filter(|day| PublicHoliday::on(*day).is_some()).collect();
            let found: Vec<_> = found.iter().map(|day| day.format("%m-%d").to_string()).collect();
            assert_eq!(found.join(" "), expected, "{year}");
        }
    }

    #[test]
    fn easter_keeps_its_earliest_and_its_latest_days() {
        for (year, expected) in [(1913, "1913-03-23"), (1943, "1943-04-25"), (2008, "2008-03-23"), (2038, "2038-04-25")]
        {
            assert_eq!(easter_sunday(year).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn may_day_goes_before_ascension_day() {
        assert_eq!(PublicHoliday::on(parse_day("2008-05-01").unwrap()), Some(PublicHoliday::MayDay));
        assert_eq!(PublicHoliday::on(parse_day("2026-12-31").unwrap()), None);
    }
}
