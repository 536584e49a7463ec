//! Suggestions.

use digituki_domain::suggestion::{MOST, SuggestionQuestion, Suggestions, TypedText, USUAL};
use digituki_persistence::suggestion;

use crate::http::answer::Answer;
use crate::http::ask::Ask;
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, find_suggestions);
    // What only a query names.
    routes.add_schema::<TypedText>();
}

impl FromQuery for SuggestionQuestion {
    fn read(query: &mut Reader) -> Self {
        query.require("q");
        Self { q: query.one("q"), limit: query.number("limit", 1, MOST).unwrap_or(USUAL), kind: query.each("kind") }
    }
}

/// Suggest what may be meant, as one types.
///
/// Municipalities, postcodes, topics, providers and services of which a name has a word that begins so: what everyone may
/// see today. First those whose names begin so, then those of which a word inside does; within these municipalities,
/// postcodes, topics, providers and services in this order, each alphabetically. Where more than 200 words begin so, what
/// is suggested is among those of which the words come first.
#[utoipa::path(
    get, path = "/v1/suggest", tag = "suggestions",
    params(SuggestionQuestion), responses((status = 200, body = Suggestions))
)]
async fn find_suggestions(ask: Ask, query: Query<SuggestionQuestion>) -> Result<Answer, Problem> {
    let (question, today) = (query.0, ask.moment.today);
    let items = ask.app.read(move |db| Ok(suggestion::suggest(db, &question, today)?)).await?;
    Answer::json(&Suggestions { items })
}
