use proptest::prelude::*;
use validator::Validate;

use super::*;
use crate::opening_hours::canonical::in_order;
use crate::opening_hours::week::all_weekdays;
use crate::opening_hours::{
    EveryWeeks, ExceptionalHours, HolidayRule, Interval, MonthDay, SeasonalHours, TimeOfDay, WeekParity, WeeklyHours,
};

/// What a text comes to, written anew; or the code of its fault.
fn anew(text: &str) -> String {
    let hours = text.parse::<OsmHours>().and_then(|osm| osm.hours());
    match hours {
        Ok(hours) => hours.told().osm.map_or("unsaid".into(), String::from),
        Err(Invalid::UnsupportedHours { part }) => format!("cannot keep {part}"),
        Err(invalid) => invalid.code().as_str().to_owned(),
    }
}

#[test]
fn each_text_has_one_meaning() {
    let table = [
        // Days and times.
        ("Mo-Fr 09:00-16:00", "Mo-Fr 09:00-16:00"),
        ("Mo,Tu,We,Th,Fr 9:00-16:00", "Mo-Fr 09:00-16:00"),
        ("mo-fr 09:00-16:00", "Mo-Fr 09:00-16:00"),
        ("Sa-Mo 10:00-12:00", "Mo,Sa,Su 10:00-12:00"),
        ("Mo 13:00-16:00,09:00-12:00", "Mo 09:00-12:00,13:00-16:00"),
        ("10:00-12:00", "Mo-Su 10:00-12:00"),
        ("Fr 22:00-02:00", "Fr 22:00-02:00"),
        ("Fr 22:00-26:00", "Fr 22:00-02:00"),
        ("Fr 22:00-00:00", "Fr 22:00-24:00"),
        ("Mo 00:00-00:00", "Mo 00:00-24:00"),
        ("24/7", "24/7"),
        ("Mo-Su 00:00-24:00", "24/7"),
        ("24/7; Su off", "Mo-Sa 00:00-24:00"),
        // One rule after another.
        ("Mo-Fr 09:00-16:00; We 10:00-12:00", "Mo,Tu,Th,Fr 09:00-16:00; We 10:00-12:00"),
        ("Mo-Fr 09:00-16:00, We 17:00-19:00", "Mo,Tu,Th,Fr 09:00-16:00; We 09:00-16:00,17:00-19:00"),
        ("Mo-Fr 09:00-16:00; We off", "Mo,Tu,Th,Fr 09:00-16:00"),
        ("Mo-Fr 09:00-16:00, We closed", "Mo,Tu,Th,Fr 09:00-16:00"),
        // Public holidays.
        ("Mo-Fr 09:00-16:00; PH off", "Mo-Fr 09:00-16:00; PH off"),
        ("Mo-Fr 09:00-16:00, PH off", "Mo-Fr 09:00-16:00; PH off"),
        ("Mo-Fr 09:00-16:00; Su,PH 12:00-15:00", "Mo-Fr 09:00-16:00; Su 12:00-15:00; PH 12:00-15:00"),
        ("Mo-Fr 09:00-16:00; PH,Su 12:00-15:00", "Mo-Fr 09:00-16:00; Su 12:00-15:00; PH 12:00-15:00"),
        ("Mo-Fr 09:00-16:00; Su 12:00-15:00; PH 12:00-15:00", "Mo-Fr 09:00-16:00; Su 12:00-15:00; PH 12:00-15:00"),
        ("Mo-Fr 09:00-16:00; Su,PH off", "Mo-Fr 09:00-16:00; PH off"),
        ("PH off; Mo-Su 09:00-16:00", "Mo-Su 09:00-16:00"),
        ("Mo-Fr 09:00-16:00; PH off; Jul off", "Mo-Fr 09:00-16:00; Jul off; PH off"),
        ("Sa; PH off", "Sa 00:00-24:00; PH off"),
        // Odd and even weeks, and the n-th weekday.
        ("week 1-53/2 Mo 10:00-12:00", "week 01-53/2 Mo 10:00-12:00"),
        ("week 2-53/2 Mo 10:00-12:00", "week 02-52/2 Mo 10:00-12:00"),
        ("week 1-53 Mo 10:00-12:00", "Mo 10:00-12:00"),
        ("Mo 10:00-12:00; week 1-53/2 Mo 14:00-16:00", "week 02-52/2 Mo 10:00-12:00, week 01-53/2 Mo 14:00-16:00"),
        ("We[1] 17:00-19:00", "We[1] 17:00-19:00"),
        ("We[3,1] 17:00-19:00", "We[1,3] 17:00-19:00"),
        ("We[1-2] 17:00-19:00", "We[1,2] 17:00-19:00"),
        ("We[-1] 17:00-19:00", "We[-1] 17:00-19:00"),
        ("We[1],Th[1] 17:00-19:00", "We[1],Th[1] 17:00-19:00"),
        ("We 10:00-12:00; We[1] off", "We[2,3,4,5] 10:00-12:00"),
        ("We 10:00-12:00; We[-1] 17:00-19:00", "We[-2,-3,-4,-5] 10:00-12:00, We[-1] 17:00-19:00"),
        // Seasons.
        ("Jun-Aug: Mo-Fr 10:00-15:00", "Jun-Aug Mo-Fr 10:00-15:00"),
        ("Jun 01-Aug 31 Mo-Fr 10:00-15:00", "Jun-Aug Mo-Fr 10:00-15:00"),
        ("Mo-Fr 09:00-16:00; Jun 01-Aug 15 Mo-Fr 10:00-15:00", "Mo-Fr 09:00-16:00; Jun 01-Aug 15 Mo-Fr 10:00-15:00"),
        (
            "Mo-Sa 09:00-16:00; Jun-Aug Mo-Fr 10:00-15:00",
            "Mo-Sa 09:00-16:00; Jun-Aug Mo-Fr 10:00-15:00; Jun-Aug Sa 09:00-16:00",
        ),
        ("Jun-Aug Mo-Fr 10:00-15:00; Mo-Fr 09:00-16:00", "Mo-Fr 09:00-16:00; Jun-Aug Mo-Fr 09:00-16:00"),
        ("Mo-Fr 09:00-16:00; Nov-Feb Mo-Fr 10:00-15:00", "Mo-Fr 09:00-16:00; Nov-Feb Mo-Fr 10:00-15:00"),
        (
            "Mo-Fr 09:00-16:00; Jun-Aug Mo-Fr 10:00-15:00; Jul 01-Jul 15 off",
            "Mo-Fr 09:00-16:00; Jun Mo-Fr 10:00-15:00; Jul 01-Jul 15 off; Jul 16-Aug 31 Mo-Fr 10:00-15:00",
        ),
        ("Mo-Fr 09:00-16:00; Dec 24 off", "Mo-Fr 09:00-16:00; Dec 24 off"),
        ("Jun Mo[1] 10:00-12:00", "Jun Mo[1] 10:00-12:00"),
        ("Jun Mo[1],Th[1] 10:00-12:00", "Jun Mo[1],Th[1] 10:00-12:00"),
        // Single days.
        ("Mo-Fr 09:00-16:00; 2026 Dec 24 off", "Mo-Fr 09:00-16:00; 2026 Dec 24 off"),
        ("Mo-Fr 09:00-16:00; 2026 Dec 24-26 off", "Mo-Fr 09:00-16:00; 2026 Dec 24-2026 Dec 26 off"),
        ("Mo-Fr 09:00-16:00; 2026 Dec 28-Jan 03 off", "Mo-Fr 09:00-16:00; 2026 Dec 28-2027 Jan 03 off"),
        ("2026 Dec 24 off; Mo-Fr 09:00-16:00", "Mo-Fr 09:00-16:00; 2026 Dec 24 09:00-16:00"),
        (
            "Mo-Fr 09:00-16:00; 2026 Dec 07-2026 Dec 13 Mo-Sa 10:00-12:00",
            "Mo-Fr 09:00-16:00; 2026 Dec 07-2026 Dec 12 10:00-12:00",
        ),
        (
            "Mo-Fr 09:00-16:00; 2026 Dec 07, 2026 Dec 08 off",
            "Mo-Fr 09:00-16:00; 2026 Dec 07 00:00-24:00; 2026 Dec 08 off",
        ),
        ("2026 Feb 10:00-12:00", "2026 Feb 01-2026 Feb 28 10:00-12:00"),
        ("2026 10:00-12:00", "2026 Jan 01-2026 Dec 31 10:00-12:00"),
        ("Mo-Fr 09:00-16:00; 2026 Apr 03 10:00-12:00; PH off", "Mo-Fr 09:00-16:00; PH off; 2026 Apr 03 off"),
        // By appointment.
        ("\"by appointment\"", "\"by appointment\""),
        ("unknown \"By appointment only\"", "\"by appointment\""),
        ("Mo 10:00-12:00 \"by appointment\"", "Mo 10:00-12:00 || \"by appointment\""),
        ("Mo 10:00-12:00; \"by appointment\"", "Mo 10:00-12:00 || \"by appointment\""),
        ("Mo 10:00-12:00; Sa \"by appointment\"", "Mo 10:00-12:00 || \"by appointment\""),
        ("Mo 10:00-12:00 || \"by appointment\"", "Mo 10:00-12:00 || \"by appointment\""),
    ];
    for (text, expected) in table {
        assert_eq!(anew(text), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_kept_is_named() {
    let table = [
        ("sunrise-sunset", "cannot keep sunrise-sunset"),
        ("Mo-Fr 09:00+", "cannot keep 09:00+"),
        ("Mo 10:00-16:00/01:30", "cannot keep 10:00-16:00/01:30"),
        ("Mo 10:00-10:00", "cannot keep 10:00-10:00"),
        ("Mo 08:00-34:00", "cannot keep 08:00-34:00"),
        ("Mo-Fr 09:00-16:00; Mo-Fr 12:00-13:00 off", "cannot keep Mo-Fr 12:00-13:00 closed"),
        ("Mo 10:00-12:00 unknown", "cannot keep Mo 10:00-12:00 unknown"),
        ("Mo 10:00-12:00 \"staff only\"", "cannot keep \"staff only\""),
        ("Mo 10:00-12:00 || Tu 10:00-12:00", "cannot keep || Tu 10:00-12:00"),
        ("week 10-20 Mo 10:00-12:00", "cannot keep week 10-20"),
        ("week 1-53/3 Mo 10:00-12:00", "cannot keep week 01-53/3"),
        ("SH 10:00-12:00", "cannot keep SH"),
        ("PH -1 day off", "cannot keep PH -1 days"),
        ("Mo-Fr 09:00-16:00; PH 10:00-12:00", "cannot keep PH"),
        ("PH off; Mo-Fr 09:00-16:00", "cannot keep Mo-Fr 09:00-16:00"),
        ("Mo-Fr 09:00-16:00, PH 10:00-12:00", "cannot keep PH 10:00-12:00"),
        ("PH Mo 10:00-12:00", "cannot keep ph"),
        ("Mo PH 10:00-12:00", "cannot keep mo"),
        ("easter off; Mo 10:00-12:00", "cannot keep easter"),
        ("Jun Mo[1]-Aug Mo[1] 10:00-12:00", "cannot keep Jun Mo[1]-Aug Mo[1]"),
        ("We 10:00-12:00; We[1,-1] off", "cannot keep We[1,-1] closed"),
        ("We[1] +1 day 10:00-12:00", "cannot keep We[1] +1 day"),
        ("Mo[3-1] 10:00-12:00", "cannot keep 3-1"),
        ("Feb 30 off; Mo 10:00-12:00", "cannot keep Feb 30"),
        ("2150 Jan 01 off; Mo 10:00-12:00", "cannot keep 2150 Jan 1"),
        ("2026 Dec 24-2026 Dec 20 off; Mo 10:00-12:00", "cannot keep 2026 Dec 24-2026 Dec 20 closed"),
        ("Jun,2026 Dec 24 10:00-12:00", "cannot keep Jun,2026 Dec 24 10:00-12:00"),
        ("2026+ Mo 10:00-12:00", "cannot keep 2026-9999 Mo 10:00-12:00"),
        ("2026-2029/2 Mo 10:00-12:00", "cannot keep 2026-2029/2 Mo 10:00-12:00"),
        // What is no opening hours, or says none.
        ("", "malformed_value"),
        ("always", "malformed_value"),
        ("Mo-Fr 9-16", "malformed_value"),
        ("Mo-Fr 09:00-16:00\n", "malformed_value"),
        ("off", "missing_field"),
        ("Mo-Fr off; PH off", "missing_field"),
        ("\"131052-308T\"", "personal_identity_code"),
        ("2020-2022 10:00-12:00", "out_of_range"),
        ("1990-2100 10:00-12:00", "cannot keep 1990-2100 10:00-12:00"),
    ];
    for (text, expected) in table {
        assert_eq!(anew(text), expected, "{text}");
    }
    assert_eq!(anew(&"Mo 10:00-12:00; ".repeat(200)), "too_long");
}

#[test]
fn no_text_keeps_the_parser_for_long() {
    let dates = vec!["Jan Mo[1]"; 150].join(",");
    let table = [
        format!("{dates} 10:00-12:00"),
        format!("{dates}-Feb Mo[1]"),
        "(".repeat(2_000),
        "Mo[1],".repeat(300),
        "2026 Jan-Dec,".repeat(150),
    ];
    for text in table {
        assert!(text.parse::<OsmHours>().is_err(), "{text}");
    }
}

fn an_interval() -> impl Strategy<Value = Interval> {
    let quarter = |quarters: u16| TimeOfDay::after_minutes(quarters * 15);
    let times = (0_u16..96, 0_u16..=96).prop_filter_map("no time", move |(opens, closes)| {
        (opens != closes).then_some(Interval { opens: quarter(opens)?, closes: quarter(closes)? })
    });
    // Few, so that they meet.
    let known = [("09:00", "16:00"), ("10:00", "14:00"), ("22:00", "02:00")];
    let known =
        known.map(|(opens, closes)| Interval { opens: opens.parse().unwrap(), closes: closes.parse().unwrap() });
    prop_oneof![times, proptest::sample::select(known.to_vec())]
}

fn a_week() -> impl Strategy<Value = Vec<WeeklyHours>> {
    let parity = prop_oneof![Just(None), Just(Some(WeekParity::OddWeeks)), Just(Some(WeekParity::EvenWeeks))];
    let nth = prop_oneof![
        2 => Just(Vec::new()),
        1 => proptest::sample::subsequence(vec![1, 2, 3, 4, 5, -1, -2, -3, -4, -5], 0..4),
    ];
    let days = proptest::sample::subsequence(all_weekdays().to_vec(), 1..=7);
    let entry = (days, an_interval(), parity, nth).prop_map(|(days, hours, week_parity, weeks_of_month)| WeeklyHours {
        days,
        opens: hours.opens,
        closes: hours.closes,
        week_parity,
        every_weeks: None,
        weeks_of_month,
    });
    proptest::collection::vec(entry, 0..4)
}

fn hours() -> impl Strategy<Value = OpeningHours> {
    let season = (1_u16..=366, 0_u16..120, a_week()).prop_filter_map("no day", |(begins, days, weekly)| {
        let ends = (begins + days - 1) % 366 + 1;
        Some(SeasonalHours {
            names: None,
            begins: MonthDay::numbered(begins)?,
            ends: MonthDay::numbered(ends)?,
            weekly,
        })
    });
    let first = (2020_i32..2040, 1_u32..=365)
        .prop_filter_map("no day", |(year, day)| chrono::NaiveDate::from_yo_opt(year, day));
    let exception = (first, 0_u64..30, proptest::collection::vec(an_interval(), 0..3));
    let exception = exception.prop_map(|(first_day, days, hours)| ExceptionalHours {
        first_day,
        last_day: first_day + chrono::Days::new(days),
        hours,
        reason: None,
    });
    let rule = prop_oneof![Just(HolidayRule::Closed), Just(HolidayRule::AsSunday), Just(HolidayRule::AsUsual)];
    let lists = (proptest::collection::vec(season, 0..3), proptest::collection::vec(exception, 0..4));
    let hours = (a_week(), lists, rule, any::<bool>());
    let hours = hours.prop_map(|(weekly, (seasons, exceptions), rule, by_appointment)| OpeningHours {
        weekly,
        seasons,
        exceptions,
        public_holidays: Some(rule),
        by_appointment,
        osm: None,
    });
    hours.prop_filter("what overlaps", |hours| hours.validate().is_ok())
}

/// Rules that override each other and add to each other.
fn rules() -> impl Strategy<Value = String> {
    let part = |parts: &'static [&'static str]| proptest::sample::select(parts);
    let season = part(&["", "", "", "Jun-Aug ", "Jul 15-Sep 30 ", "Nov 15-Feb 10 ", "2026 Jun 15-2026 Jul 10 "]);
    let weeks = part(&["", "", "", "week 01-53/2 ", "week 02-52/2 "]);
    let days = part(&["Mo-Su", "Mo-Fr", "Sa,Su", "We", "We[1]", "Mo[2,3]", "Fr[-1]", "PH", "Su,PH"]);
    let times = part(&["09:00-12:00", "13:00-15:00,16:00-18:00", "22:00-02:00", "off"]);
    let rule = (part(&["; ", "; ", ", "]), season, weeks, days, times);
    let rule =
        rule.prop_map(|(separator, season, weeks, days, times)| format!("{separator}{season}{weeks}{days} {times}"));
    proptest::collection::vec(rule, 1..6).prop_map(|rules| rules.concat()[2..].to_owned())
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(hours in hours()) {
        if let Some(osm) = OsmHours::telling(&hours) {
            let mut read = osm.as_str().parse::<OsmHours>().and_then(|osm| osm.hours()).unwrap();
            prop_assert!(read.says_the_same_as(&hours), "{osm}: {:?} is not {:?}", read.canonical(), hours.canonical());
            read.osm = Some(osm);
            prop_assert!(read.validate().is_ok());
        }
    }

    #[test]
    fn what_means_the_same_is_open_at_the_same_times(hours in hours(), minutes in 0_i64..10_000_000) {
        let at = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(365 * 50) + chrono::TimeDelta::minutes(minutes);
        let state = hours.state_at(at);
        prop_assert_eq!(&hours.canonical().state_at(at), &state);
        prop_assert_eq!(hours.is_open_at(at), state.open_now);
        for change in [state.opens_at, state.closes_at].into_iter().flatten() {
            prop_assert_eq!(hours.is_open_at(change), !state.open_now);
        }
    }

    #[test]
    fn the_fields_say_of_a_day_what_the_rules_say(rules in rules(), day in 0_u64..4_000) {
        let Ok(hours) = read::hours(&rules) else { return Ok(()) };
        let day = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Days::new(day);
        let found: Vec<_> = hours.intervals_on(day).collect();
        prop_assert_eq!(in_order(&found), read::hours_of(&rules, day), "{} on {}", rules, day);
    }

    #[test]
    fn no_text_is_too_much(text in "[MoTuSPHJan0-9:;,/ \\[\\]\"+-]{1,60}") {
        let _ = text.parse::<OsmHours>();
    }
}

#[test]
fn every_n_th_week_is_not_said() {
    let weeks = EveryWeeks { weeks: 2, starting: chrono::NaiveDate::MIN };
    let mut hours = "Mo 10:00-12:00".parse::<OsmHours>().unwrap().hours().unwrap();
    hours.weekly[0].every_weeks = Some(weeks);
    assert_eq!(hours.told().osm, None);
}
