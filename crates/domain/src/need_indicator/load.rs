//! Loads: what came in at once, and what became of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::IndicatorCode;
use super::row::MOST_ROWS;
use super::text::IndicatorSource;
use crate::id::Id;
use crate::noun::{Noun, NounName};
use crate::version::Version;

/// How many different sources, and how many different methods, one load names at most.
pub const MOST_TEXTS: usize = 100;

/// The id of a load.
pub type NeedIndicatorLoadId = Id<NeedIndicatorLoad>;

/// Rows of need indicators that came in at once. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NeedIndicatorLoad {
    /// Its id, which its rows name.
    pub id: NeedIndicatorLoadId,
    /// How many rows came.
    #[schema(minimum = 1, maximum = 200_000, example = 3_708)]
    pub rows: i32,
    /// How many of them said what was not known.
    #[schema(minimum = 0, maximum = 200_000, example = 3_699)]
    pub inserted: i32,
    /// How many took the place of a row that said something else.
    #[schema(minimum = 0, maximum = 200_000, example = 9)]
    pub replaced: i32,
    /// How many said what was known already. They stay with the load that said it first: where that one is erased by law, they
    /// go with it.
    #[schema(minimum = 0, maximum = 200_000, example = 0)]
    pub unchanged: i32,
    /// The SHA-256 of the rows, whatever the order and the format in which they came: in the order of municipality,
    /// indicator and day, each a JSON list of municipality, indicator, date, value, uncertainty (or null), source and method,
    /// in UTF-8 with a line feed behind it. There is no space in the list; in texts only `"` and `\` are escaped. Numbers
    /// have a point (`17.0`) and as few digits as tell them from others; below 0.00001 they have an exponent (`1.5e-6`).
    #[schema(
        min_length = 64,
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )]
    pub digest: String,
    /// The earliest day of its rows.
    #[schema(example = "2024-12-31")]
    pub first_date: NaiveDate,
    /// The latest day of its rows.
    #[schema(example = "2025-12-31")]
    pub last_date: NaiveDate,
    /// The indicators of its rows.
    #[schema(min_items = 1, max_items = 100)]
    pub indicators: Vec<IndicatorCode>,
    /// The sources of its rows, in the order of their letters.
    #[schema(min_items = 1, max_items = 100)]
    pub sources: Vec<IndicatorSource>,
    /// When it came.
    pub loaded_at: DateTime<Utc>,
    /// Whether it is made up, for demonstrations.
    pub demonstration: bool,
    /// Counts the changes of this object.
    pub version: Version,
}

/// A load, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedIndicatorLoadRecord {
    /// How many rows came.
    pub rows: i32,
    /// How many of them said what was not known.
    pub inserted: i32,
    /// How many took the place of a row that said something else.
    pub replaced: i32,
    /// How many said what was known already.
    pub unchanged: i32,
    /// The digest of the rows.
    pub digest: String,
    /// The earliest day of its rows.
    pub first_date: NaiveDate,
    /// The latest day of its rows.
    pub last_date: NaiveDate,
    /// The indicators of its rows.
    pub indicators: Vec<IndicatorCode>,
    /// The sources of its rows.
    pub sources: Vec<IndicatorSource>,
    /// When it came.
    pub loaded_at: DateTime<Utc>,
    /// Whether it is made up.
    pub demonstration: bool,
}

impl Noun for NeedIndicatorLoad {
    const NOUN: NounName = NounName::NeedIndicatorLoad;
    type Id = NeedIndicatorLoadId;
    type Record = NeedIndicatorLoadRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl NeedIndicatorLoadRecord {
    /// The load as it is published.
    pub fn published(self, id: NeedIndicatorLoadId, version: Version) -> NeedIndicatorLoad {
        NeedIndicatorLoad {
            id,
            rows: self.rows,
            inserted: self.inserted,
            replaced: self.replaced,
            unchanged: self.unchanged,
            digest: self.digest,
            first_date: self.first_date,
            last_date: self.last_date,
            indicators: self.indicators,
            sources: self.sources,
            loaded_at: self.loaded_at,
            demonstration: self.demonstration,
            version,
        }
    }
}

const _: () = assert!(MOST_ROWS == 200_000 && MOST_TEXTS == 100, "what the schema says");
