//! Opening hours: a few patterns for each kind of place and support, each with some variation.

use chrono::{Datelike, Days, NaiveDate};

use super::chance::Chance;
use crate::opening_hours::{
    EveryWeeks, ExceptionalHours, HolidayRule, Interval, OpeningHours, SeasonalHours, TimeOfDay, WeekParity, Weekday,
    WeeklyHours,
};
use crate::provider::ProviderType;
use crate::support::DeliveryMode;
use crate::text::{Label, Names};

const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
const TO_THURSDAY: [Weekday; 4] = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday];
const EVERY_DAY: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// When places of a provider of a type are open; none for one in eight.
pub(super) fn of_place(provider_type: ProviderType, today: NaiveDate, chance: &mut Chance) -> Option<OpeningHours> {
    if chance.percent(12) {
        return None;
    }
    match provider_type {
        ProviderType::Library => library(today, chance),
        ProviderType::Municipality | ProviderType::JointServicePoint => office(chance),
        ProviderType::AdultEducationCentre | ProviderType::School => school(chance),
        ProviderType::Association if chance.percent(3) => night_cafe(chance),
        ProviderType::Association => weekly(chance, 24).map(without_summer),
        ProviderType::Parish => weekly(chance, 18),
        ProviderType::Project if chance.percent(50) => Some(by_appointment()),
        ProviderType::Company => shop(chance),
        _ => weekly(chance, 20),
    }
}

/// When support is given at a place, where that differs from when the place is open.
pub(super) fn of_service(mode: DeliveryMode, today: NaiveDate, chance: &mut Chance) -> Option<OpeningHours> {
    let share = match mode {
        DeliveryMode::ServicePoint => 25,
        DeliveryMode::HomeVisit => 30,
        DeliveryMode::MobileUnit => 95,
        DeliveryMode::Course | DeliveryMode::Workshop => 50,
        _ => 75,
    };
    if !chance.percent(share) {
        return None;
    }
    match mode {
        DeliveryMode::ServicePoint => weekly(chance, 24),
        DeliveryMode::PeerSupport => now_and_then(chance),
        DeliveryMode::DropInEvent => monthly(chance),
        DeliveryMode::MobileUnit => in_turn(today, chance),
        DeliveryMode::SelfServicePoint => always(chance),
        DeliveryMode::Course | DeliveryMode::Workshop => weekly(chance, 32).map(without_summer),
        _ => Some(by_appointment()),
    }
}

/// When support from afar answers; none where nobody said.
pub(super) fn of_channel(chance: &mut Chance) -> Option<OpeningHours> {
    let week = match chance.weighed(&[(0, 45), (1, 15), (2, 10), (3, 6), (4, 4), (5, 20)]) {
        0 => vec![on(&WORKDAYS, 18, 30)?],
        1 => vec![on(&WORKDAYS, 18, chance.one_of(&[28, 32, 34]))?],
        2 => vec![on(&WORKDAYS, 16, 32)?],
        3 => vec![on(&WORKDAYS, 16, 40)?, on(&[Weekday::Saturday, Weekday::Sunday], 20, 32)?],
        // Answers past midnight.
        4 => vec![on(&WORKDAYS, 34, 2)?],
        _ => return None,
    };
    Some(usual(week, HolidayRule::Closed))
}

fn library(today: NaiveDate, chance: &mut Chance) -> Option<OpeningHours> {
    let opens = chance.one_of(&[18, 20, 22]);
    let mut week = vec![on(&TO_THURSDAY, opens, chance.one_of(&[36, 38, 40]))?];
    week.push(on(&[Weekday::Friday], opens, chance.one_of(&[32, 36]))?);
    let saturday = chance.one_of(&[None, Some((20, 28)), Some((20, 30))]);
    if let Some((opens, closes)) = saturday {
        week.push(on(&[Weekday::Saturday], opens, closes)?);
    }
    let summer = vec![on(&WORKDAYS, opens, chance.one_of(&[32, 34]))?];
    let mut hours = usual(week, HolidayRule::Closed);
    hours.seasons.push(season("06-01", "08-15", summer)?);
    if chance.percent(50) {
        hours.exceptions = exceptions(today.year())?;
    }
    Some(hours)
}

/// Shorter or no hours before Midsummer and around Christmas, in the order of the days.
fn exceptions(year: i32) -> Option<Vec<ExceptionalHours>> {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let short = |first| Some(Interval { opens: time(20)?, closes: time(first)? });
    // Midsummer Eve is the Friday of 19 to 25 June.
    let after = Days::new(u64::from(
        (chrono::Weekday::Fri.number_from_monday() + 7 - day(6, 19)?.weekday().number_from_monday()) % 7,
    ));
    let eve = day(6, 19)? + after;
    let christmas = Label { fi: "Joulu", sv: "Jul", en: "Christmas" };
    let midsummer = Label { fi: "Juhannus", sv: "Midsommar", en: "Midsummer" };
    let new_year = Label { fi: "Uudenvuodenaatto", sv: "Nyårsafton", en: "New Year's Eve" };
    let exception = |first_day, last_day, hours, reason: Label| ExceptionalHours {
        first_day,
        last_day,
        hours,
        reason: Some(Names::from(reason)),
    };
    let before = eve - Days::new(1);
    Some(vec![
        exception(before, before, vec![short(30)?], midsummer),
        exception(eve, eve + Days::new(2), Vec::new(), midsummer),
        exception(day(12, 23)?, day(12, 23)?, vec![short(28)?], christmas),
        exception(day(12, 24)?, day(12, 26)?, Vec::new(), christmas),
        exception(day(12, 31)?, day(12, 31)?, vec![short(28)?], new_year),
    ])
}

fn office(chance: &mut Chance) -> Option<OpeningHours> {
    let (opens, closes) = (chance.one_of(&[16, 17, 18]), chance.one_of(&[30, 31, 32]));
    let week = match chance.weighed(&[(0, 5), (1, 3), (2, 2), (3, 2)]) {
        0 => vec![on(&WORKDAYS, opens, closes)?],
        1 => vec![on(&TO_THURSDAY, opens, closes)?, on(&[Weekday::Friday], opens, 28)?],
        2 => vec![on(&WORKDAYS, opens, 23)?, on(&WORKDAYS, 25, closes)?],
        _ => vec![on(&[Weekday::Monday, Weekday::Wednesday, Weekday::Thursday], opens, closes)?],
    };
    let mut hours = usual(week, HolidayRule::Closed);
    hours.by_appointment = chance.percent(15);
    if chance.percent(25) {
        hours.seasons.push(season("07-01", "07-31", Vec::new())?);
    }
    Some(hours)
}

fn school(chance: &mut Chance) -> Option<OpeningHours> {
    let opens = chance.one_of(&[16, 18, 20]);
    let evening = on(&TO_THURSDAY, opens, chance.one_of(&[36, 40, 41]))?;
    let week = vec![evening, on(&[Weekday::Friday], opens, chance.one_of(&[28, 30]))?];
    Some(without_summer(usual(week, HolidayRule::Closed)))
}

fn shop(chance: &mut Chance) -> Option<OpeningHours> {
    let mut week = vec![on(&WORKDAYS, chance.one_of(&[18, 20]), chance.one_of(&[34, 36, 40]))?];
    week.push(on(&[Weekday::Saturday], 20, chance.one_of(&[28, 32, 36]))?);
    let sundays = chance.percent(40);
    if sundays {
        week.push(on(&[Weekday::Sunday], 24, 32)?);
    }
    Some(usual(week, if sundays { HolidayRule::AsSunday } else { HolidayRule::Closed }))
}

/// Fridays and Saturdays until after midnight.
fn night_cafe(chance: &mut Chance) -> Option<OpeningHours> {
    let week = vec![on(&[Weekday::Friday, Weekday::Saturday], 36, chance.one_of(&[1, 2, 4]))?];
    Some(usual(week, HolidayRule::AsUsual))
}

/// One or two days a week, for two or three hours from about a time.
fn weekly(chance: &mut Chance, about: usize) -> Option<OpeningHours> {
    let count = chance.weighed(&[(1, 3), (2, 1)]);
    let days = chance.several(&WORKDAYS, count);
    let opens = about + chance.below(4);
    let week = vec![on(&days, opens, opens + chance.one_of(&[4, 6]))?];
    Some(usual(week, HolidayRule::Closed))
}

/// Every other week, or once a month.
fn now_and_then(chance: &mut Chance) -> Option<OpeningHours> {
    if chance.percent(40) {
        return monthly(chance);
    }
    let opens = chance.between(20, 28);
    let entry = on(&[chance.one_of(&WORKDAYS)], opens, opens + 4)?;
    let week_parity = Some(chance.one_of(&[WeekParity::OddWeeks, WeekParity::EvenWeeks]));
    Some(usual(vec![WeeklyHours { week_parity, ..entry }], HolidayRule::Closed))
}

/// On the first such day of the month, on the last, or on two.
fn monthly(chance: &mut Chance) -> Option<OpeningHours> {
    let opens = chance.one_of(&[20, 24, 26, 34]);
    let day = chance.weighed(&[
        (Weekday::Monday, 1),
        (Weekday::Tuesday, 3),
        (Weekday::Wednesday, 2),
        (Weekday::Thursday, 2),
        (Weekday::Saturday, 1),
    ]);
    let entry = on(&[day], opens, opens + 4)?;
    let weeks_of_month = match chance.below(4) {
        0 => vec![-1],
        1 => vec![1, 3],
        _ => vec![1],
    };
    Some(usual(vec![WeeklyHours { weeks_of_month, ..entry }], HolidayRule::Closed))
}

/// An hour in every n-th week, counted from one of the first weeks of the year before.
fn in_turn(today: NaiveDate, chance: &mut Chance) -> Option<OpeningHours> {
    let weekday = chance.below(WORKDAYS.len());
    let first = NaiveDate::from_isoywd_opt(today.year() - 1, 2, chrono::Weekday::Mon)?;
    let starting = first + Days::new(weekday as u64);
    let opens = chance.between(18, 34);
    let entry = on(&[WORKDAYS[weekday]], opens, opens + 2)?;
    let every_weeks = Some(EveryWeeks { weeks: chance.one_of(&[2, 3, 4, 6]), starting });
    Some(usual(vec![WeeklyHours { every_weeks, ..entry }], HolidayRule::Closed))
}

/// The whole day, or from early to late.
fn always(chance: &mut Chance) -> Option<OpeningHours> {
    let (opens, closes) = chance.weighed(&[((0, 48), 1), ((12, 44), 2), ((14, 42), 1)]);
    Some(usual(vec![on(&EVERY_DAY, opens, closes)?], HolidayRule::AsUsual))
}

fn by_appointment() -> OpeningHours {
    OpeningHours {
        weekly: Vec::new(),
        seasons: Vec::new(),
        exceptions: Vec::new(),
        public_holidays: None,
        by_appointment: true,
        osm: None,
    }
}

fn usual(weekly: Vec<WeeklyHours>, public_holidays: HolidayRule) -> OpeningHours {
    OpeningHours { weekly, public_holidays: Some(public_holidays), by_appointment: false, ..by_appointment() }
}

/// The same, closed in summer.
fn without_summer(mut hours: OpeningHours) -> OpeningHours {
    hours.seasons.extend(season("06-01", "08-15", Vec::new()));
    hours
}

fn season(begins: &str, ends: &str, weekly: Vec<WeeklyHours>) -> Option<SeasonalHours> {
    let summer = Label { fi: "Kesä", sv: "Sommar", en: "Summer" };
    Some(SeasonalHours { names: Some(summer.into()), begins: begins.parse().ok()?, ends: ends.parse().ok()?, weekly })
}

/// Hours of some days, in half hours of the day.
fn on(days: &[Weekday], opens: usize, closes: usize) -> Option<WeeklyHours> {
    Some(WeeklyHours {
        days: days.to_vec(),
        opens: time(opens)?,
        closes: time(closes)?,
        week_parity: None,
        every_weeks: None,
        weeks_of_month: Vec::new(),
    })
}

fn time(half_hours: usize) -> Option<TimeOfDay> {
    format!("{:02}:{:02}", half_hours / 2, half_hours % 2 * 30).parse().ok()
}
