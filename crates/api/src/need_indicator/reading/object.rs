//! A row as an object of JSON.

use digituki_domain::invalid::{Form, Invalid};
use digituki_domain::need_indicator::{Cell, Cells, Column, Rows};
use serde_json::Value;

use crate::http::{json, pointer};

/// How many lines of a body, and how many bytes of the line, come before a row.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Origin {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Origin {
    /// What is wrong in the row, with its place in the body.
    fn place(self, invalid: Invalid) -> Invalid {
        match invalid {
            Invalid::MalformedJson { line: 1, column } => {
                Invalid::MalformedJson { line: self.line + 1, column: self.column + column }
            }
            Invalid::MalformedJson { line, column } => Invalid::MalformedJson { line: self.line + line, column },
            other => other,
        }
    }
}

/// Takes a row.
pub(super) fn take(text: &[u8], origin: Origin, rows: &mut Rows) {
    let object = match json::read(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return rows.take_unreadable(None, Invalid::WrongType { expected: Form::Object }),
        Err(fault) => {
            let place = fault.place.to_string();
            return rows.take_unreadable(place.strip_prefix('/'), origin.place(fault.invalid));
        }
    };
    let mut cells = Cells::default();
    for (name, value) in &object {
        match Column::named(name) {
            Some(column) => match value {
                Value::Null => (),
                Value::String(text) => cells.set(column, Cell::Text(text.into())),
                Value::Number(number) => cells.set(column, number.as_f64().map_or(Cell::Other, Cell::Number)),
                _ => cells.set(column, Cell::Other),
            },
            None => cells.add_unknown(step(name)),
        }
    }
    rows.take(&cells);
}

/// A name as a step of a pointer, as long as one may be.
pub(super) fn step(name: &str) -> String {
    const LONGEST: usize = 400;
    let short: String = name.chars().take(LONGEST).collect();
    let mut place = String::new();
    pointer::push(&mut place, &short);
    place.split_off(1)
}
