//! A row as an object of JSON.

use digituki_domain::invalid::{Form, Invalid};
use digituki_domain::need_indicator::{Cell, Cells, Column, Rows};
use serde_json::Value;

use crate::http::{json, pointer};

/// Takes a row.
pub(super) fn take(text: &[u8], rows: &mut Rows) {
    let object = match json::read(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return rows.take_unreadable(None, Invalid::WrongType { expected: Form::Object }),
        Err(fault) => {
            let place = fault.place.to_string();
            return rows.take_unreadable(place.strip_prefix('/'), fault.invalid);
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
