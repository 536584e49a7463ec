//! Reads a load as it comes: piece by piece, in one of three formats. What stays in memory of it is a row at a time, and the
//! figures of those before.

mod array;
mod lines;
mod object;
mod table;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use digituki_domain::invalid::Violation;
use digituki_domain::need_indicator::{Loaded, Rows};
use digituki_domain::problem::Code;
use digituki_persistence::need_indicator;
use futures_util::future::LocalBoxFuture;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::http::answer::{JSON, NDJSON};
use crate::http::body::{check_type, pieces};
use crate::http::export::CSV;
use crate::http::problem::Problem;
use array::Array;
use lines::Lines;
use table::Table;

/// The most bytes that a load has, as its documentation says; `DIGITUKI_BODY_LIMIT` is for what is read as a whole.
pub(crate) const LONGEST_BODY: u64 = 64 * 1024 * 1024;

/// The most bytes that a row has: its longest texts, however they are escaped, and some.
const LONGEST_ROW: usize = 16 * 1024;

/// The body of a load.
pub(super) struct Load {
    /// What it says, or what is wrong with it.
    pub(super) rows: Result<Loaded, Vec<Violation>>,
    /// The SHA-256 of the bytes, as far as they were read.
    pub(super) digest: [u8; 32],
}

/// Takes a body apart into rows.
trait Format {
    /// Takes the next piece.
    fn take(&mut self, piece: &[u8], rows: &mut Rows);

    /// Takes what is left at the end.
    fn end(&mut self, rows: &mut Rows);
}

impl FromRequest for Load {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let types = [JSON, NDJSON, CSV];
            let media_type = check_type(&request, &types, &header::ACCEPT)
                .map_err(|problem| problem.with_header(header::ACCEPT, &types.join(", ")))?;
            let app = request.app_data::<Data<App>>().ok_or_else(|| Problem::new(Code::InternalError))?;
            let municipalities = app.read(|db| Ok(need_indicator::municipalities(db)?)).await?;
            let mut rows = Rows::new(municipalities, app.clock.today());
            let mut format: Box<dyn Format> = match media_type {
                CSV => Box::new(Table::default()),
                NDJSON => Box::new(Lines::default()),
                _ => Box::new(Array::default()),
            };
            let mut digest = Sha256::new();
            let longest = usize::try_from(LONGEST_BODY).unwrap_or(usize::MAX);
            // JSON has none (RFC 8259).
            let mut mark = Mark { seen: 0, is_past: media_type == JSON };
            let take = |piece: &[u8]| {
                digest.update(piece);
                for rest in mark.strip(piece) {
                    format.take(rest, &mut rows);
                }
                !rows.is_over()
            };
            pieces(&request, &mut payload, longest, take).await?;
            if !rows.is_over() {
                format.end(&mut rows);
            }
            Ok(Self { rows: rows.finish(), digest: digest.finalize().into() })
        })
    }
}

/// Passes over a byte order mark, which some programs write before a table.
struct Mark {
    /// How much of it has come.
    seen: usize,
    is_past: bool,
}

impl Mark {
    const BYTES: &[u8] = b"\xEF\xBB\xBF";

    /// What is to be read: what was taken for a mark before and is none, and what is left of the next piece.
    fn strip<'a>(&mut self, piece: &'a [u8]) -> [&'a [u8]; 2] {
        let mut rest = piece;
        while !self.is_past {
            let Some((first, after)) = rest.split_first() else { break };
            if Self::BYTES.get(self.seen) != Some(first) {
                self.is_past = true;
                return [&Self::BYTES[..self.seen], rest];
            }
            (self.seen, rest) = (self.seen + 1, after);
            self.is_past = self.seen == Self::BYTES.len();
        }
        [&[], rest]
    }
}

#[cfg(test)]
mod tests;
