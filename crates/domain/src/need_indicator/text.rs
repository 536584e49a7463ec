//! Where a figure comes from and how it was found, in the words of whoever loads it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::external_id::Source;
use crate::invalid::Invalid;
use crate::schema::text_value;
use crate::text::Text;

/// A text of one line with its longest form.
macro_rules! line {
    ($(#[doc = $about:literal])* $type:ident, $max:literal, $example:literal) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// Its longest form, in characters.
            pub const MAX: usize = $max;
        }

        impl FromStr for $type {
            type Err = Invalid;

            fn from_str(value: &str) -> Result<Self, Invalid> {
                Text::<$max>::fault(value).map_or_else(|| Ok(Self(value.to_owned())), Err)
            }
        }

        text_value!(
            $type,
            concat!($($about,)*).trim_start(),
            1,
            $max,
            r"^[^\x00-\x1f\x7f-\x9f]*$",
            $example
        );
    };
}

line! {
    /// Where a figure comes from, in the words of whoever loaded it.
    IndicatorSource, 200, "Statistics Finland, population structure"
}
line! {
    /// How a figure was found, in the words of whoever loaded it.
    IndicatorMethod, 500, "Register of all inhabitants"
}

impl IndicatorSource {
    /// Whether it says that the figure is made up, however it is written.
    pub fn is_demonstration(&self) -> bool {
        self.0.trim().eq_ignore_ascii_case(Source::DEMONSTRATION)
    }
}
