//! Schemas of the newtypes: the limits that `parse` enforces and the limits that the contract
//! publishes come from the same constants.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};

/// A string with its bounds, its pattern and an example that works.
pub(crate) fn string(description: &str, min: usize, max: usize, pattern: &str, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .min_length(Some(min))
        .max_length(Some(max))
        .pattern(Some(pattern))
        .examples([example])
        .build()
        .into()
}

/// A UUID, with an example that nothing real has.
pub(crate) fn uuid(description: &str, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .description(Some(description))
        .min_length(Some(36))
        .max_length(Some(36))
        .examples([example])
        .build()
        .into()
}

/// A closed set of values, labelled in a code list.
pub(crate) fn enumeration(description: &str, code_list: &str, values: Vec<&'static str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(format!("{} Labels: code list `{code_list}`.", description.trim())))
        .enum_values(Some(values))
        .build()
        .into()
}

/// Gives a newtype its schema under its own name.
macro_rules! published_as_string {
    ($type:ty, $description:expr, $min:expr, $max:expr, $pattern:expr, $example:expr) => {
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $crate::schema::string($description, $min, $max, $pattern, $example)
            }
        }
        impl utoipa::ToSchema for $type {}
    };
}
pub(crate) use published_as_string;

/// What every newtype around a text has: its JSON by way of its parser, its text, its schema.
macro_rules! text_value {
    ($type:ident, $description:expr, $min:expr, $max:expr, $pattern:expr, $example:expr) => {
        impl $type {
            /// The value as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $type {
            type Error = $crate::invalid::Invalid;

            fn try_from(value: String) -> Result<Self, Self::Error> {
                value.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.0
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        $crate::schema::published_as_string!($type, $description, $min, $max, $pattern, $example);
    };
}
pub(crate) use text_value;
