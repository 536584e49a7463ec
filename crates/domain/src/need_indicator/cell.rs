//! What a row says in its columns, before it is held to the rules.

use std::borrow::Cow;

use crate::invalid::{Form, Invalid};

/// A column of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named as it is written")]
pub enum Column {
    Municipality,
    Indicator,
    Date,
    Value,
    Unit,
    Source,
    Method,
    Uncertainty,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Municipality,
        Self::Indicator,
        Self::Date,
        Self::Value,
        Self::Unit,
        Self::Source,
        Self::Method,
        Self::Uncertainty,
    ];

    /// As it stands in the first line of a table and in an object.
    pub fn name(self) -> &'static str {
        match self {
            Self::Municipality => "municipality",
            Self::Indicator => "indicator",
            Self::Date => "date",
            Self::Value => "value",
            Self::Unit => "unit",
            Self::Source => "source",
            Self::Method => "method",
            Self::Uncertainty => "uncertainty",
        }
    }

    /// The column of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// Every name.
    pub fn names() -> Vec<String> {
        Self::ALL.iter().map(|column| column.name().to_owned()).collect()
    }

    /// Whether a row says nothing without it. The unit follows from the indicator, and how sure a figure is may not be known.
    pub fn is_needed(self) -> bool {
        !matches!(self, Self::Unit | Self::Uncertainty)
    }
}

/// What a row says in a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// As it stands in a table, where a number is written like a text.
    Written(&'a str),
    /// A text of JSON.
    Text(Cow<'a, str>),
    /// A number of JSON.
    Number(f64),
    /// Anything else of JSON.
    Other,
}

/// What a row says in each column; nothing where it is empty.
#[derive(Debug, Default)]
pub struct Cells<'a> {
    columns: [Option<Cell<'a>>; 8],
    /// What else it says, each as a step of a JSON Pointer.
    pub(super) unknown: Vec<String>,
}

impl<'a> Cells<'a> {
    /// Fills a column.
    pub fn set(&mut self, column: Column, cell: Cell<'a>) {
        self.columns[column as usize] = Some(cell);
    }

    /// Notes a column that there is not, as a step of a JSON Pointer.
    pub fn add_unknown(&mut self, step: String) {
        self.unknown.push(step);
    }

    /// The text of a column.
    pub(super) fn text(&self, column: Column) -> Result<Option<&str>, Invalid> {
        match &self.columns[column as usize] {
            None | Some(Cell::Written("")) => Ok(None),
            Some(Cell::Written(text)) => Ok(Some(text)),
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(Cell::Number(_) | Cell::Other) => Err(Invalid::WrongType { expected: Form::Text }),
        }
    }

    /// The number of a column.
    pub(super) fn number(&self, column: Column) -> Result<Option<f64>, Invalid> {
        match &self.columns[column as usize] {
            None | Some(Cell::Written("")) => Ok(None),
            Some(Cell::Written(text)) => decimal(text).map(Some),
            Some(Cell::Number(number)) => Ok(Some(*number)),
            Some(Cell::Text(_) | Cell::Other) => Err(Invalid::WrongType { expected: Form::Decimal }),
        }
    }
}

/// A number as a table has it: digits, perhaps with a point among them. Nothing that only machines write.
fn decimal(text: &str) -> Result<f64, Invalid> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits.len() <= 20 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_number = is_plain && digits.starts_with(|first: char| first.is_ascii_digit()) && !digits.ends_with('.');
    let malformed = || Invalid::Malformed { value: text.to_owned(), expected: Form::Decimal };
    text.parse().ok().filter(|_| is_number).ok_or_else(malformed)
}
