//! Need indicators that are made up: what could be known of each municipality at the end of the last two years.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};

use super::Ground;
use super::chance::Chance;
use crate::area::MunicipalityCode;
use crate::external_id::Source;
use crate::municipality::{LanguageStatus, UrbanRural};
use crate::need_indicator::{Cell, Cells, Column, IndicatorCode, IndicatorUnit, Loaded, Rows};
use crate::validity::Validity;
use crate::vocabulary::Vocabulary as _;

/// Apart from the numbers that providers draw from.
const APART: usize = 1 << 40;
const METHOD: &str = "Made up for demonstrations";

/// Figures of every indicator for each of these municipalities that exists on the days; none where there are none.
pub fn need_indicators(
    seed: u64,
    grounds: &[Ground],
    municipalities: BTreeMap<MunicipalityCode, Validity>,
    today: NaiveDate,
) -> Option<Loaded> {
    let last_days = [2, 1].map(|years| NaiveDate::from_ymd_opt(today.year() - years, 12, 31));
    let validities = municipalities.clone();
    let mut rows = Rows::new(municipalities, today).of_demonstration();
    for ground in grounds {
        let code: usize = ground.code.as_str().parse().unwrap_or_default();
        let mut chance = Chance::new(seed, APART + code);
        for indicator in IndicatorCode::VALUES {
            let mut tenths = first(*indicator, ground, &mut chance);
            for date in last_days.iter().flatten() {
                let exists = validities.get(&ground.code).is_some_and(|validity| validity.holds_on(*date));
                if exists {
                    take(&mut rows, ground, *indicator, *date, tenths);
                }
                // A year later it is a little more or less.
                tenths = (tenths + chance.between(0, tenths / 20)).saturating_sub(tenths / 40);
            }
        }
    }
    rows.finish().ok()
}

fn take(rows: &mut Rows, ground: &Ground, indicator: IndicatorCode, date: NaiveDate, tenths: usize) {
    let (date, is_survey) = (date.to_string(), is_of_survey(indicator));
    let value = match indicator.unit() {
        IndicatorUnit::Persons => (tenths / 10).to_string(),
        IndicatorUnit::Percent => {
            format!("{}.{}", tenths.min(1_000) / 10, if tenths < 1_000 { tenths % 10 } else { 0 })
        }
    };
    let mut cells = Cells::default();
    for (column, text) in [
        (Column::Municipality, ground.code.as_str()),
        (Column::Indicator, indicator.code()),
        (Column::Date, &date),
        (Column::Value, &value),
        (Column::Source, Source::DEMONSTRATION),
        (Column::Method, METHOD),
        (Column::Uncertainty, if is_survey { "3" } else { "" }),
    ] {
        cells.set(column, Cell::Written(text));
    }
    rows.take(&cells);
}

/// Whether people are asked, and not all of them.
fn is_of_survey(indicator: IndicatorCode) -> bool {
    matches!(
        indicator,
        IndicatorCode::NeverUsesInternet
            | IndicatorCode::OftenNeedsSupport
            | IndicatorCode::NoStrongIdentification
            | IndicatorCode::WeakDigitalSkills
            | IndicatorCode::NoSuitableDevice
    )
}

/// A figure as it could be, in tenths: where fewer people live, they are older.
fn first(indicator: IndicatorCode, ground: &Ground, chance: &mut Chance) -> usize {
    let age = match ground.urban_rural {
        UrbanRural::Urban => 0,
        UrbanRural::SemiUrban => 40,
        UrbanRural::Rural => 90,
    };
    let (least, most) = match indicator {
        IndicatorCode::Share65Plus => (190 + age, 260 + age),
        IndicatorCode::Share75Plus => (90 + age / 2, 130 + age / 2),
        IndicatorCode::LivingAlone75Plus => {
            let people = usize::try_from(ground.population).unwrap_or_default();
            (people * 4 / 10, people * 7 / 10)
        }
        IndicatorCode::ShareSwedishSpeakers => match ground.language_status {
            LanguageStatus::Finnish => (0, 10),
            LanguageStatus::BilingualFinnishMajority => (40, 400),
            LanguageStatus::BilingualSwedishMajority => (520, 850),
            LanguageStatus::Swedish => (860, 930),
        },
        IndicatorCode::ShareSamiSpeakers => (0, if ground.region.as_str() == "19" { 80 } else { 1 }),
        IndicatorCode::ShareForeignLanguageSpeakers => (15, 150 - age),
        IndicatorCode::ShareLowEducation => (200 + age / 2, 280 + age),
        IndicatorCode::NeverUsesInternet => (30 + age / 2, 80 + age / 2),
        IndicatorCode::OftenNeedsSupport => (80 + age / 2, 180 + age / 2),
        IndicatorCode::NoStrongIdentification => (40 + age / 3, 110 + age / 3),
        IndicatorCode::WeakDigitalSkills => (120 + age / 2, 240 + age),
        IndicatorCode::NoSuitableDevice => (30, 90 + age / 3),
    };
    chance.between(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::OrganisationId;
    use crate::point::Point;
    use crate::text::Names;

    fn grounds() -> Vec<Ground> {
        let ground = |code: &str, population: i64, region: &str| {
            Some(Ground {
                code: code.parse().ok()?,
                names: Names { fi: Some(code.into()), sv: None, en: None },
                language_status: LanguageStatus::Finnish,
                urban_rural: UrbanRural::Rural,
                point: Point { lat: 60.0, lon: 25.0 },
                population,
                region: region.parse().ok()?,
                organisation: OrganisationId::of_key(code),
            })
        };
        [ground("005", 9_000, "14"), ground("890", 1_200, "19")].into_iter().flatten().collect()
    }

    fn made(seed: u64, from: Option<NaiveDate>) -> Option<Loaded> {
        let validity = Validity { from, to: None };
        let municipalities = grounds().into_iter().map(|ground| (ground.code, validity)).collect();
        need_indicators(seed, &grounds(), municipalities, NaiveDate::from_ymd_opt(2026, 11, 22)?)
    }

    #[test]
    fn the_same_seed_makes_the_same_figures_of_every_indicator() {
        let some = made(1, None);
        assert_eq!(some, made(1, None));
        assert_ne!(some, made(2, None));
        let rows = some.as_ref().map(|loaded| loaded.rows().len());
        assert_eq!(rows, Some(2 * 2 * IndicatorCode::VALUES.len()));
        assert!(some.is_some_and(|loaded| loaded.is_demonstration()));
    }

    #[test]
    fn there_is_nothing_of_a_time_before_a_municipality() {
        let of_one_year = made(1, NaiveDate::from_ymd_opt(2025, 1, 1));
        assert_eq!(of_one_year.map(|loaded| loaded.rows().len()), Some(2 * IndicatorCode::VALUES.len()));
        assert_eq!(made(1, NaiveDate::from_ymd_opt(2026, 1, 1)), None);
    }
}
