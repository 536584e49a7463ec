//! Cursors: where a page starts, bound to the list and the filters that it belongs to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use digituki_domain::date::parse_day;
use digituki_domain::invalid::Invalid;
use digituki_persistence::page::Position;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The longest cursor that the registry gives out.
pub(crate) const MAX_LENGTH: usize = 1_024;
/// What it is made of (base64url).
pub(crate) const PATTERN: &str = "^[A-Za-z0-9_-]+$";

const CHECK: usize = 8;

/// Where a page starts, and on which day the walk began: a walk past midnight goes on as it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) position: Position,
    pub(crate) today: NaiveDate,
}

#[derive(Serialize, Deserialize)]
struct Contents(NaiveDate, String, String);

impl Cursor {
    /// Writes the cursor for the list that `binding` describes.
    pub(crate) fn encode(&self, binding: &str) -> String {
        let contents = Contents(self.today, self.position.sort.clone(), self.position.id.clone());
        let contents = serde_json::to_vec(&contents).unwrap_or_default();
        let mut bytes = check(&contents, binding).to_vec();
        bytes.extend(contents);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor; refused when it was changed or belongs to another list.
    ///
    /// The check is no secret. A forged cursor names a position, which gives nothing that the list does
    /// not give anyway; it is held to what a database can compare, and no more need be kept from it.
    pub(crate) fn decode(text: &str, binding: &str) -> Result<Self, Invalid> {
        let bytes = (text.len() <= MAX_LENGTH).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten();
        let read = bytes.as_deref().and_then(|bytes| bytes.split_at_checked(CHECK)).and_then(|(given, contents)| {
            (given == check(contents, binding)).then(|| serde_json::from_slice::<Contents>(contents).ok()).flatten()
        });
        let Contents(today, sort, id) = read.ok_or(Invalid::InvalidCursor)?;
        let comparable = parse_day(&today.to_string()).is_ok() && !sort.chars().chain(id.chars()).any(char::is_control);
        if !comparable {
            return Err(Invalid::InvalidCursor);
        }
        Ok(Self { position: Position { sort, id }, today })
    }
}

fn check(contents: &[u8], binding: &str) -> [u8; CHECK] {
    let digest = Sha256::new().chain_update(binding.as_bytes()).chain_update([0]).chain_update(contents).finalize();
    let mut check = [0; CHECK];
    check.copy_from_slice(&digest[..CHECK]);
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_only_unchanged_and_for_its_own_list() {
        let cursor = Cursor {
            position: Position { sort: "å".into(), id: "1".into() },
            today: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default(),
        };
        let text = cursor.encode("/v1/regions?sort=name");
        assert_eq!(Cursor::decode(&text, "/v1/regions?sort=name"), Ok(cursor));
        assert!(Cursor::decode(&text, "/v1/regions?sort=code").is_err());
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8_lossy(&changed).into_owned();
            assert!(Cursor::decode(&changed, "/v1/regions?sort=name").is_err(), "{place}");
        }
        for bad in ["", "A", "====", "💥", &"A".repeat(5_000)] {
            assert!(Cursor::decode(bad, "/v1/regions?sort=name").is_err(), "{bad}");
        }
    }

    #[test]
    fn a_forged_position_that_no_database_could_compare_is_refused() {
        let forged = |day: &str, sort: &str| {
            let today = day.parse().unwrap_or_default();
            let position = Position { sort: sort.into(), id: "0".into() };
            Cursor::decode(&Cursor { position, today }.encode("/v1/regions?"), "/v1/regions?")
        };
        assert!(forged("2026-01-01", "0").is_ok());
        assert!(forged("2026-01-01", "\u{0}").is_err());
        assert!(forged("-5000-01-01", "0").is_err());
        assert!(forged("+262142-12-31", "0").is_err());
    }
}
