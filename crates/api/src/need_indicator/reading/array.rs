//! Rows as a list in an object of JSON: `{"rows": […]}`. The list is taken apart without being read; each row is read by
//! itself.

use digituki_domain::invalid::{Form, Invalid};
use digituki_domain::need_indicator::Rows;

use super::object::{self, Origin, step};
use super::{Format, LONGEST_ROW};

/// The one field.
const FIELD: &str = "rows";

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Next {
    /// The object.
    #[default]
    Object,
    /// The first field, or the end of the object.
    FieldOrEnd,
    /// A field.
    Field,
    /// The rest of a field's name.
    Name,
    /// The colon behind it.
    Colon,
    /// The list.
    List,
    /// The first row, or the end of the list.
    RowOrEnd,
    /// A row.
    Row,
    /// The rest of a row.
    Rest,
    /// Another row, or the end of the list.
    CommaOrEnd,
    /// Another field, or the end of the object.
    FieldCommaOrEnd,
    /// Nothing but space.
    Nothing,
}

/// A list that is being taken apart.
#[derive(Default)]
pub(super) struct Array {
    next: Next,
    /// What has come of a name or of a row.
    text: Vec<u8>,
    within: Within,
    has_list: bool,
    /// Where it stands in the body, and where the row began.
    at: Origin,
    began: Origin,
}

/// Where in a value one stands.
#[derive(Default)]
struct Within {
    depth: usize,
    in_text: bool,
    is_escaped: bool,
}

impl Within {
    /// Goes on by a byte; says whether a value ends with it that has an end of its own: a text, a list or an object.
    fn ends_with(&mut self, byte: u8) -> bool {
        if self.in_text {
            (self.in_text, self.is_escaped) = match byte {
                _ if self.is_escaped => (true, false),
                b'"' => (false, false),
                _ => (true, byte == b'\\'),
            };
            return !self.in_text && self.depth == 0;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => return false,
        }
        matches!(byte, b'}' | b']') && self.depth == 0
    }

    fn is_outside(&self) -> bool {
        self.depth == 0 && !self.in_text
    }
}

impl Format for Array {
    fn take(&mut self, piece: &[u8], rows: &mut Rows) {
        for byte in piece {
            self.step(*byte, rows);
            if rows.is_over() {
                return;
            }
            let Origin { line, column } = self.at;
            self.at =
                if *byte == b'\n' { Origin { line: line + 1, column: 0 } } else { Origin { line, column: column + 1 } };
        }
    }

    fn end(&mut self, rows: &mut Rows) {
        if self.next != Next::Nothing {
            self.break_off(rows);
        }
    }
}

impl Array {
    fn step(&mut self, byte: u8, rows: &mut Rows) {
        match self.next {
            Next::Name => return self.name(byte, rows),
            Next::Rest => return self.rest(byte, rows),
            _ if is_space(byte) => return,
            _ => (),
        }
        self.next = match (self.next, byte) {
            (Next::Object, b'{') => Next::FieldOrEnd,
            (Next::Object, _) => return self.refuse_type("", Form::Object, byte, rows),
            (Next::FieldOrEnd | Next::FieldCommaOrEnd, b'}') => Next::Nothing,
            (Next::FieldOrEnd | Next::Field, b'"') => Next::Name,
            (Next::Colon, b':') => Next::List,
            (Next::List, b'[') => Next::RowOrEnd,
            (Next::List, _) => return self.refuse_type("/rows", Form::List, byte, rows),
            (Next::RowOrEnd | Next::CommaOrEnd, b']') => Next::FieldCommaOrEnd,
            (Next::CommaOrEnd, b',') => Next::Row,
            (Next::FieldCommaOrEnd, b',') => Next::Field,
            (Next::RowOrEnd | Next::Row, _) if !matches!(byte, b',' | b']' | b'}' | b':') => Next::Rest,
            _ => return self.break_off(rows),
        };
        if matches!(self.next, Next::Name | Next::Rest) {
            self.began = self.at;
            self.text.clear();
            self.within = Within::default();
            self.add(byte, rows);
            self.within.ends_with(byte);
        }
    }

    /// Goes on in the name of a field.
    fn name(&mut self, byte: u8, rows: &mut Rows) {
        self.add(byte, rows);
        if !self.within.ends_with(byte) {
            return;
        }
        let Ok(name) = serde_json::from_slice::<String>(&self.text) else { return self.break_off(rows) };
        if name == FIELD && !self.has_list {
            self.has_list = true;
            self.next = Next::Colon;
            return;
        }
        let unknown = Invalid::UnknownField { allowed: vec![FIELD.to_owned()] };
        let fault = if name == FIELD { Invalid::RepeatedField } else { unknown };
        rows.give_up(&format!("/{}", step(&name)), fault);
    }

    /// Goes on in a row. A number or a word ends before what cannot belong to it.
    fn rest(&mut self, byte: u8, rows: &mut Rows) {
        if self.within.is_outside() && (matches!(byte, b',' | b']') || is_space(byte)) {
            self.row(rows);
            return self.step(byte, rows);
        }
        self.add(byte, rows);
        if self.within.ends_with(byte) {
            self.row(rows);
        }
    }

    fn row(&mut self, rows: &mut Rows) {
        object::take(&self.text, self.began, rows);
        self.next = Next::CommaOrEnd;
    }

    fn add(&mut self, byte: u8, rows: &mut Rows) {
        let too_long = Invalid::TooLarge { max: LONGEST_ROW };
        if self.text.len() < LONGEST_ROW {
            self.text.push(byte);
        } else if self.next == Next::Name {
            rows.give_up("", too_long);
        } else {
            rows.take_unreadable(None, too_long);
            rows.stop();
        }
    }

    /// What comes is JSON of another kind, or none.
    fn refuse_type(&self, pointer: &str, expected: Form, byte: u8, rows: &mut Rows) {
        if matches!(byte, b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') {
            rows.give_up(pointer, Invalid::WrongType { expected });
        } else {
            self.break_off(rows);
        }
    }

    fn break_off(&self, rows: &mut Rows) {
        rows.give_up("", Invalid::MalformedJson { line: self.at.line + 1, column: self.at.column + 1 });
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
