//! Enumerations of the contract: a closed set of `snake_case` values, each with its label in Finnish,
//! Swedish and English. One declaration gives the type, its JSON, its schema, its parser and its
//! code list.

use crate::text::Label;

/// An enumeration that the contract publishes.
pub trait Vocabulary: Copy + Sized + 'static {
    /// The name of its code list.
    const NAME: &'static str;
    /// Its values, in the order in which they are shown.
    const VALUES: &'static [Self];

    /// The value as it stands in JSON and in a query.
    fn code(self) -> &'static str;

    /// What a reader sees.
    fn label(self) -> Label;

    /// Every value as it stands in JSON.
    fn codes() -> Vec<&'static str> {
        Self::VALUES.iter().map(|value| value.code()).collect()
    }
}

macro_rules! vocabulary {
    (
        $(#[doc = $about_text:literal])*
        pub enum $type:ident = $name:literal {
            $($variant:ident = $code:literal [$fi:literal, $sv:literal, $en:literal],)+
        }
    ) => {
        $(#[doc = $about_text])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $type {
            $(#[doc = concat!("`", $code, "`: ", $en)] #[serde(rename = $code)] $variant,)+
        }

        impl $crate::vocabulary::Vocabulary for $type {
            const NAME: &'static str = $name;
            const VALUES: &'static [Self] = &[$(Self::$variant),+];

            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            fn label(self) -> $crate::text::Label {
                match self { $(Self::$variant => $crate::text::Label { fi: $fi, sv: $sv, en: $en }),+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                use $crate::vocabulary::Vocabulary;
                formatter.write_str(self.code())
            }
        }

        // Not derived: utoipa does not see a `rename` that comes out of a macro.
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use $crate::vocabulary::Vocabulary;
                $crate::schema::enumeration(concat!($("", $about_text),*), Self::NAME, Self::codes())
            }
        }
        impl utoipa::ToSchema for $type {}

        impl std::str::FromStr for $type {
            type Err = $crate::invalid::Invalid;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                use $crate::vocabulary::Vocabulary;
                Self::VALUES.iter().copied().find(|known| known.code() == value).ok_or_else(|| {
                    let allowed = Self::codes().into_iter().map(str::to_owned).collect();
                    $crate::invalid::Invalid::UnknownValue { value: value.to_owned(), allowed }
                })
            }
        }
    };
}
pub(crate) use vocabulary;
