//! What the contract says of loads in other formats than JSON.

use digituki_domain::need_indicator::Column;
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::LONGEST_BODY;
use crate::http::answer::NDJSON;
use crate::http::export::CSV;

/// Documents a table of need indicators.
pub(super) struct NeedIndicatorTable;

impl PartialSchema for NeedIndicatorTable {
    fn schema() -> RefOr<Schema> {
        let table = ObjectBuilder::new().schema_type(Type::String).min_length(Some(2));
        let table = table.max_length(usize::try_from(LONGEST_BODY).ok()).pattern(Some("^[^\\x00]+$"));
        let about = "A table (RFC 4180): its first line names the columns municipality, indicator, date, value, unit, \
                     source, method and uncertainty.";
        table.description(Some(about)).into()
    }
}

impl ToSchema for NeedIndicatorTable {}

/// What an example in JSON looks like in another format; nothing where it is the same.
pub(crate) fn in_format(example: &Value, media_type: &str) -> Option<Value> {
    let rows = example["rows"].as_array()?;
    match media_type {
        NDJSON => rows.first().cloned(),
        CSV => Some(json!(table(rows))),
        _ => None,
    }
}

fn table(rows: &[Value]) -> String {
    let mut table = Column::names().join(",") + "\r\n";
    for row in rows {
        let cell = |column: &Column| match &row[column.name()] {
            Value::Null => String::new(),
            Value::String(text) => format!("\"{}\"", text.replace('"', "\"\"")),
            other => other.to_string(),
        };
        table += &(Column::ALL.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n");
    }
    table
}
