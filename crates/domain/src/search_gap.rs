//! Search gaps: what people look for and do not find, by month, area, language and topic. Nothing is kept of the words,
//! of who asked, or of when exactly.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::area::{AreaId, AreaRef, MunicipalityCode, RegionCode};
use crate::date::Month;
use crate::support::Topic;
use crate::text::Language;

/// How many searches for service points found nothing that holds all their words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SearchGap {
    /// The month, in Helsinki.
    pub month: Month,
    /// Where it was looked for: a municipality, a region, or the country where none was named.
    pub area: AreaRef,
    /// The language in which it was looked for, or else that of the support; null where neither is known.
    pub language: Option<Language>,
    /// What it was about, or null. A search that was about several topics counts for each.
    pub topic: Option<Topic>,
    /// How many searches. Small numbers stand as they are: nothing personal is in them.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991i64, example = 3)]
    pub count: i64,
}

/// A search that found nothing that holds all its words, as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The month, in Helsinki.
    pub month: Month,
    /// Where it was looked for.
    pub area: AreaId,
    /// The language in which it was looked for, or that of the support.
    pub language: Option<Language>,
    /// What it was about.
    pub topics: Vec<Topic>,
}

impl Miss {
    /// What it counts for: each topic, or none.
    pub fn gaps(self) -> Vec<Gap> {
        let about: Vec<Option<Topic>> =
            if self.topics.is_empty() { vec![None] } else { self.topics.iter().copied().map(Some).collect() };
        let gap = |topic| Gap { month: self.month, area: self.area.clone(), language: self.language, topic };
        about.into_iter().map(gap).collect()
    }
}

/// What searches are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The month, in Helsinki.
    pub month: Month,
    /// Where it was looked for.
    pub area: AreaId,
    /// The language in which it was looked for, or that of the support.
    pub language: Option<Language>,
    /// What it was about.
    pub topic: Option<Topic>,
}

/// Which gaps a list shows: the latest month first, then by area, language and topic.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchGapFilter {
    /// Those of this month and later.
    #[param(value_type = Option<Month>)]
    pub first_month: Option<Month>,
    /// Those of this month and earlier.
    #[param(value_type = Option<Month>)]
    pub last_month: Option<Month>,
    /// Those of any of these regions, and of the municipalities that lie there.
    #[param(value_type = Option<Vec<RegionCode>>, max_items = 100)]
    pub region: Vec<RegionCode>,
    /// Those of any of these municipalities.
    #[param(value_type = Option<Vec<MunicipalityCode>>, max_items = 100)]
    pub municipality: Vec<MunicipalityCode>,
    /// Those in any of these languages.
    #[param(value_type = Option<Vec<Language>>, max_items = 100)]
    pub language: Vec<Language>,
    /// Those about any of these topics.
    #[param(value_type = Option<Vec<Topic>>, max_items = 100)]
    pub topic: Vec<Topic>,
}
