//! Rows as one JSON object a line.

use digituki_domain::invalid::Invalid;
use digituki_domain::need_indicator::Rows;

use super::object::{self, Origin};
use super::{Format, LONGEST_ROW};

/// What has come of a line that has not ended.
#[derive(Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    /// How many have come before.
    number: usize,
}

impl Format for Lines {
    fn take(&mut self, mut piece: &[u8], rows: &mut Rows) {
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = piece.split_at(end);
            self.add(line, rows);
            self.end(rows);
            self.number += 1;
            if rows.is_over() {
                return;
            }
            piece = rest.get(1..).unwrap_or_default();
        }
        self.add(piece, rows);
    }

    fn end(&mut self, rows: &mut Rows) {
        let line = self.line.trim_ascii_start();
        if !line.is_empty() && !rows.is_over() {
            let origin = Origin { line: self.number, column: self.line.len() - line.len() };
            object::take(line.trim_ascii_end(), origin, rows);
        }
        self.line.clear();
    }
}

impl Lines {
    fn add(&mut self, piece: &[u8], rows: &mut Rows) {
        if self.line.len() + piece.len() > LONGEST_ROW {
            rows.take_unreadable(None, Invalid::TooLarge { max: LONGEST_ROW });
            rows.stop();
        } else {
            self.line.extend_from_slice(piece);
        }
    }
}
