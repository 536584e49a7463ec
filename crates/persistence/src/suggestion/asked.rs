//! What may be meant by what was typed so far.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::{AreaId, AreaKind, MunicipalityCode};
use digituki_domain::search::bare;
use digituki_domain::suggestion::{Beginning, Suggestion, SuggestionKind, SuggestionQuestion, TypedText, beginnings};
use digituki_domain::support::Topic;
use digituki_domain::text::Names;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::column::{self, Json, Plain};
use crate::connection::AnyConnection;
use crate::error::{Error, Result};
use crate::schema::{areas, suggestion_words, suggestions};
use crate::{area, names};

/// So many beginnings are looked at of each kind; many of them can be of one name.
const MOST_READ: i64 = 200;

/// Greater than what any word goes on with.
const END: char = '\u{10FFFF}';

/// In which spelling a word is looked for.
#[derive(Debug, Clone, Copy)]
enum Spelling {
    AsItIs,
    /// Without the dots and rings of å, ä and ö.
    Bare,
}

/// What was found: first those whose names begin so, then by kind, name and value.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    is_inside: bool,
    kind: SuggestionKind,
    sort_name: String,
    value: String,
    municipality: Option<String>,
    id: String,
    /// As they are stored.
    names: Option<String>,
}

/// What may be meant by what was typed so far: what everyone may see on a day.
pub fn suggest(db: &mut AnyConnection, question: &SuggestionQuestion, today: NaiveDate) -> Result<Vec<Suggestion>> {
    let key = question.q.as_ref().map(TypedText::key).unwrap_or_default();
    if key.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = found(db, question, &key, Spelling::AsItIs, today)?;
    if found.is_empty() {
        found = self::found(db, question, &bare(&key), Spelling::Bare, today)?;
    }
    found.sort_unstable();
    let municipalities: Vec<AreaId> = found
        .iter()
        .filter_map(|found| found.municipality.as_deref())
        .map(|code| column::parse::<MunicipalityCode>(code).map(|code| code.id()))
        .collect::<Result<_>>()?;
    let areas = area::Named::load(db, &municipalities)?;
    let mut shown = BTreeSet::new();
    found.retain(|found| shown.insert((found.kind, found.value.clone(), found.municipality.clone())));
    found.truncate(question.limit);
    found.into_iter().map(|found| suggestion(found, &areas)).collect()
}

fn suggestion(found: Found, areas: &area::Named) -> Result<Suggestion> {
    let municipality = match found.municipality {
        Some(code) => Some(areas.get(&column::parse::<MunicipalityCode>(&code)?.id())?),
        None => None,
    };
    let names = match (found.names, &municipality) {
        (Some(names), _) => Json::<Names>::from_text(names).read()?,
        (None, Some(municipality)) => municipality.names.clone(),
        (None, None) => return Err(Error::Unforeseen(format!("the suggestion {} has no name", found.id))),
    };
    Ok(Suggestion { kind: found.kind, value: found.value, names, municipality })
}

fn found(
    db: &mut AnyConnection,
    question: &SuggestionQuestion,
    key: &str,
    spelling: Spelling,
    today: NaiveDate,
) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    if question.wants(SuggestionKind::Municipality) {
        let rows: Vec<(String, String, String)> = area::valid_on(AreaKind::Municipality, today)
            .select((areas::code, areas::names, areas::sort_name))
            .load(db)?;
        for (code, stored, sort_name) in rows {
            let names = Json::<Names>::from_text(stored.clone()).read()?;
            found.extend(begins(&names, key, spelling).map(|is_inside| Found {
                is_inside,
                kind: SuggestionKind::Municipality,
                sort_name,
                id: code.clone(),
                value: code,
                municipality: None,
                names: Some(stored),
            }));
        }
    }
    if question.wants(SuggestionKind::Topic) {
        for topic in Topic::VALUES {
            let names = Names::from(topic.label());
            let Some(is_inside) = begins(&names, key, spelling) else { continue };
            found.push(Found {
                is_inside,
                kind: SuggestionKind::Topic,
                sort_name: names::sort_key(&names),
                value: topic.code().to_owned(),
                municipality: None,
                id: topic.code().to_owned(),
                names: Some(serde_json::to_string(&names)?),
            });
        }
    }
    for kind in [SuggestionKind::Postcode, SuggestionKind::Provider, SuggestionKind::Service] {
        if question.wants(kind) {
            found.extend(stored(db, kind, false, key, spelling, today)?);
            // A postcode is one word.
            if kind != SuggestionKind::Postcode {
                found.extend(stored(db, kind, true, key, spelling, today)?);
            }
        }
    }
    Ok(found)
}

/// Whether a word of some names begins so, and then whether only inside.
fn begins(names: &Names, key: &str, spelling: Spelling) -> Option<bool> {
    let meant = |beginning: &Beginning| match spelling {
        Spelling::AsItIs => beginning.key.starts_with(key),
        Spelling::Bare => bare(&beginning.key).starts_with(key),
    };
    beginnings(names).into_iter().filter(meant).map(|beginning| beginning.is_inside).min()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = suggestions)]
struct Row {
    id: String,
    kind: Plain<SuggestionKind>,
    value: String,
    names: Option<String>,
    municipality: Option<String>,
    sort_name: String,
}

/// Those of a kind whose names begin so, or of which a word inside does: the first along the index.
fn stored(
    db: &mut AnyConnection,
    kind: SuggestionKind,
    is_inside: bool,
    key: &str,
    spelling: Spelling,
    today: NaiveDate,
) -> Result<Vec<Found>> {
    let of_kind = suggestion_words::table
        .inner_join(suggestions::table.on(suggestions::id.eq(suggestion_words::suggestion)))
        .filter(suggestion_words::kind.eq(kind.code()))
        .filter(suggestion_words::inside.eq(is_inside))
        .filter(suggestions::valid_from.is_null().or(suggestions::valid_from.le(today)))
        .filter(suggestions::valid_to.is_null().or(suggestions::valid_to.ge(today)))
        .limit(MOST_READ)
        .select(Row::as_select());
    let (first, last) = (key.to_owned(), format!("{key}{END}"));
    // Along the index of one spelling.
    macro_rules! along {
        ($column:expr) => {
            of_kind
                .filter($column.ge(first))
                .filter($column.lt(last))
                .order(($column, suggestion_words::suggestion))
                .load(db)?
        };
    }
    let rows: Vec<Row> = match spelling {
        Spelling::AsItIs => along!(suggestion_words::word_key),
        Spelling::Bare => along!(suggestion_words::bare_key),
    };
    let found = |row: Row| {
        Ok(Found {
            is_inside,
            kind: row.kind.read()?,
            sort_name: row.sort_name,
            value: row.value,
            municipality: row.municipality,
            id: row.id,
            names: row.names,
        })
    };
    rows.into_iter().map(found).collect()
}
