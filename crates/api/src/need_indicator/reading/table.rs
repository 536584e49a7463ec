//! Rows as a table (RFC 4180) whose first line names the columns.

use csv_core::{ReadRecordResult, Reader};
use digituki_domain::invalid::{Form, Invalid};
use digituki_domain::need_indicator::{Cell, Cells, Column, Rows};

use super::object::step;
use super::{Format, LONGEST_ROW};

/// More fields than a line can have that has no column twice: so it is known that there are more.
const MOST_FIELDS: usize = Column::ALL.len() + 2;

/// A table that is being read.
pub(super) struct Table {
    reader: Reader,
    /// The fields of a line, one after the other, without their quotes.
    text: Vec<u8>,
    written: usize,
    /// Where each of them ends.
    ends: [usize; MOST_FIELDS],
    fields: usize,
    /// What the first line says.
    columns: Option<Vec<Column>>,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            reader: Reader::new(),
            text: vec![0; LONGEST_ROW],
            written: 0,
            ends: [0; MOST_FIELDS],
            fields: 0,
            columns: None,
        }
    }
}

impl Format for Table {
    fn take(&mut self, mut piece: &[u8], rows: &mut Rows) {
        // To the reader an empty piece is the end.
        while !piece.is_empty() && !rows.is_over() {
            let read = self.read(piece, rows);
            piece = piece.get(read..).unwrap_or_default();
        }
    }

    fn end(&mut self, rows: &mut Rows) {
        // A line feed ends a line; within quotation marks it is text.
        let before = self.written;
        self.read(b"\n", rows);
        if self.written > before {
            return self.break_off(rows);
        }
        if self.columns.is_none() && !rows.is_over() {
            self.head(rows);
        }
    }
}

impl Table {
    /// Reads no further than to the end of a line; says how far that was.
    fn read(&mut self, piece: &[u8], rows: &mut Rows) -> usize {
        let (text, ends) = (&mut self.text[self.written..], &mut self.ends[self.fields..]);
        let (result, read, written, ended) = self.reader.read_record(piece, text, ends);
        self.written += written;
        self.fields += ended;
        match result {
            ReadRecordResult::InputEmpty | ReadRecordResult::End => (),
            ReadRecordResult::Record => {
                self.line(rows);
                (self.written, self.fields) = (0, 0);
            }
            ReadRecordResult::OutputFull => self.stop(rows, Invalid::TooLarge { max: LONGEST_ROW }),
            ReadRecordResult::OutputEndsFull => self.stop(rows, self.too_many()),
        }
        read
    }

    fn stop(&self, rows: &mut Rows, invalid: Invalid) {
        if self.columns.is_some() {
            rows.take_unreadable(None, invalid);
            rows.stop();
        } else {
            rows.give_up("/header", invalid);
        }
    }

    /// The end has come within a field.
    fn break_off(&self, rows: &mut Rows) {
        match &self.columns {
            Some(columns) => {
                rows.take_unreadable(columns.get(self.fields).map(|column| column.name()), Invalid::Unclosed);
            }
            None => rows.give_up("/header", Invalid::Unclosed),
        }
    }

    fn too_many(&self) -> Invalid {
        Invalid::TooMany { max: self.columns.as_ref().map_or(Column::ALL.len(), Vec::len) }
    }

    fn line(&mut self, rows: &mut Rows) {
        let Some(columns) = &self.columns else { return self.head(rows) };
        if self.fields > columns.len() {
            return rows.take_unreadable(None, self.too_many());
        }
        // Which of them are left out, nobody knows.
        if self.fields < columns.len() {
            return rows.take_unreadable(None, Invalid::TooFew { needed: columns.len() });
        }
        let mut cells = Cells::default();
        for (number, column) in columns.iter().enumerate() {
            match std::str::from_utf8(self.field(number).unwrap_or_default()) {
                Ok(text) => cells.set(*column, Cell::Written(text)),
                Err(_) => return rows.take_unreadable(Some(column.name()), Invalid::ForbiddenCharacter),
            }
        }
        rows.take(&cells);
    }

    fn field(&self, number: usize) -> Option<&[u8]> {
        let end = *self.ends[..self.fields].get(number)?;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }

    /// Reads the first line. Where it is at fault, no other can be read.
    fn head(&mut self, rows: &mut Rows) {
        let first = String::from_utf8_lossy(self.field(0).unwrap_or_default());
        if self.fields == 1 && first.contains([';', '\t']) {
            let malformed = Invalid::Malformed { value: first.into_owned(), expected: Form::ColumnNames };
            return rows.give_up("/header", malformed);
        }
        let mut columns = Vec::new();
        for number in 0..self.fields {
            let name = String::from_utf8_lossy(self.field(number).unwrap_or_default()).into_owned();
            let fault = match Column::named(&name) {
                Some(column) if columns.contains(&column) => Invalid::RepeatedField,
                Some(column) => {
                    columns.push(column);
                    continue;
                }
                None => Invalid::UnknownField { allowed: Column::names() },
            };
            rows.give_up(&format!("/header/{}", step(&name)), fault);
        }
        for column in Column::ALL.into_iter().filter(|column| column.is_needed() && !columns.contains(column)) {
            rows.give_up(&format!("/header/{}", column.name()), Invalid::MissingField);
        }
        self.columns = Some(columns);
    }
}
