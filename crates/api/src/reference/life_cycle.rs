//! What may change, what never does, and how long things hold: promises, with the numbers that the code keeps.

use chrono::DateTime;
use digituki_domain::problem::Code;
use digituki_persistence::idempotency;

use super::document::Document;
use super::markdown::{refusal, span, table};
use crate::auth::token;
use crate::contract::SUNSET_MONTHS;

/// The page.
pub(super) fn page(document: &Document) -> Result<String, String> {
    Ok(format!(
        include_str!("life_cycle.md"),
        version = document.version(),
        contract = document.address("get_openapi")?,
        months = SUNSET_MONTHS,
        deprecated = named(&document.deprecated()),
        feed = document.address("list_changes")?,
        spans = table(&["what", "how long", "and then"], spans(document)?),
        leeway = span(token::LEEWAY),
    ))
}

fn named(deprecated: &[String]) -> String {
    if deprecated.is_empty() { "nothing".to_owned() } else { deprecated.join(", ") }
}

fn spans(document: &Document) -> Result<Vec<[String; 3]>, String> {
    let retired = DateTime::UNIX_EPOCH;
    let published = (token::dead_after(retired) - retired).num_seconds();
    let row = |what: &str, how_long: String, then: String| [what.to_owned(), how_long, then];
    Ok(vec![
        row("access token", span(token::LIFETIME), format!("ask for another at {}", document.address("issue_token")?)),
        row("access token of a client that is revoked", "until its next request".into(), refusal(Code::InvalidToken)),
        row("client's secret", "until it is rotated or its client revoked".into(), "sign in with the new one".into()),
        row(
            "signing key that was rotated",
            format!("{} longer, at {}", span(published), document.address("get_keys")?),
            "it is gone, as are the tokens that it signed".into(),
        ),
        row(
            "first answer to an `Idempotency-Key`",
            span(idempotency::KEPT.num_seconds()),
            "the key is free for another request".into(),
        ),
        row("`ETag`", "until the answer changes".into(), "ask each time: what still holds is answered 304".into()),
        row(
            "cursor",
            "no end, for its list and its filters".into(),
            format!("{} with others: begin without it", refusal(Code::InvalidCursor)),
        ),
    ])
}
