//! What a request is held to, and how often and how long things may happen.

use digituki_domain::date::{FIRST_YEAR, LAST_YEAR};
use digituki_domain::problem::Code;
use serde_json::Value;

use super::configuration::Variables;
use super::document::Document;
use super::markdown::{code, number, refusal, size, span, table};
use crate::auth::{failures, jwks, keys, token};
use crate::http::{bounds, cursor, envelope, front, json, list, problem, query, rate_limit};
use crate::{change, coverage, need_indicator};

type Row = [String; 3];

/// The page.
pub(super) fn page(document: &Document, variables: &Variables) -> Result<String, String> {
    Ok(format!(
        include_str!("limits.md"),
        requests = table(&["what", "limit", "beyond"], requests(document, variables)?),
        queries = table(&["what", "limit", "beyond"], queries(document)?),
        most_items = list::MAX_LIMIT,
        most_faults = number(problem::MAX_ERRORS),
        bodies = bodies(document),
        rates = table(&["what", "how often", "beyond"], rates(document, variables)?),
        times = table(&["what", "default", "variable"], times(variables)?),
        moment = span(problem::RETRY_AFTER),
        read_only = refusal(Code::ReadOnly),
        too_many = refusal(Code::TooManyRequests),
        read_only_pause = span(envelope::READ_ONLY_PAUSE),
        keys_kept = span(jwks::FRESH.as_secs()),
        keys_pause = span(jwks::PAUSE.as_secs()),
        keys_patience = span(jwks::PATIENCE.as_secs()),
        keys_size = size(jwks::LARGEST),
    ))
}

fn requests(document: &Document, variables: &Variables) -> Result<Vec<Row>, String> {
    let body = variables.get("DIGITUKI_BODY_LIMIT")?;
    let load = document.address("load_need_indicators")?;
    let row = |what: &str, limit: String, beyond: Code| [what.to_owned(), limit, refusal(beyond)];
    let mut rows = vec![
        row("request target: path and query", size(front::LONGEST_TARGET), Code::UriTooLong),
        row("head", size(front::LARGEST_HEAD), Code::HeaderFieldsTooLarge),
        row("fields of a head", number(front::MOST_FIELDS), Code::HeaderFieldsTooLarge),
    ];
    rows.extend(bounds::LONGEST.map(|(name, most)| row(&code(name), size(most), Code::TooLong)));
    rows.extend([
        row("access token", size(token::LONGEST), Code::InvalidToken),
        row("body", format!("{}; {}", size(body.whole_default()?), code(&body.name)), Code::PayloadTooLarge),
        row(&format!("body of {load}"), size(need_indicator::LONGEST_BODY), Code::PayloadTooLarge),
        row("whole number in a body", format!("± {}", number(json::GREATEST)), Code::OutOfRange),
        row("day", format!("{FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31"), Code::OutOfRange),
    ]);
    Ok(rows)
}

fn queries(document: &Document) -> Result<Vec<Row>, String> {
    let row = |what: String, limit: String, beyond: Code| [what, limit, refusal(beyond)];
    let limit = format!("1 to {}; {} when left out", list::MAX_LIMIT, list::DEFAULT_LIMIT);
    let wait = format!("{}, and less than a request may take", span(change::LONGEST_WAIT));
    Ok(vec![
        row("parameters".into(), number(query::MAX_PAIRS), Code::TooManyValues),
        row("values of a repeated parameter".into(), number(query::MAX_VALUES), Code::TooManyValues),
        row(
            format!("areas of {}", document.address("get_coverage")?),
            number(coverage::MAX_AREAS),
            Code::TooManyValues,
        ),
        row("characters to look for".into(), format!("1 to {}", query::LONGEST_TEXT), Code::TooLong),
        row(code("limit"), limit, Code::OutOfRange),
        row(code("cursor"), format!("{} characters", number(cursor::MAX_LENGTH)), Code::InvalidCursor),
        row(format!("`wait` of {}", document.address("list_changes")?), wait, Code::OutOfRange),
    ])
}

/// A table for each body: what its texts and lists are held to.
fn bodies(document: &Document) -> String {
    let table_of = |(name, schema): (&str, &Value)| {
        let mut rows = Vec::new();
        collect_bounds(document, "", schema, &mut rows);
        format!("### {name}\n\n{}", table(&["field", "limit"], rows))
    };
    document.bodies().into_iter().map(table_of).collect::<Vec<_>>().join("\n\n")
}

fn collect_bounds(document: &Document, place: &str, schema: &Value, rows: &mut Vec<[String; 2]>) {
    let schema = document.resolved(schema);
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let below = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        collect_bounds(document, &below, field, rows);
    }
    if let Some(most) = schema["maxItems"].as_u64() {
        rows.push([code(place), format!("{} values", number(most))]);
        collect_bounds(document, &format!("{place}[]"), &schema["items"], rows);
    }
    // Days, instants and ids are known by their form.
    let formed = ["date", "date-time", "uuid"].iter().any(|form| schema["format"] == *form);
    if let Some(most) = schema["maxLength"].as_u64().filter(|_| !formed) {
        let least = match schema["minLength"].as_u64() {
            Some(least) if least == most => "exactly ".to_owned(),
            least => format!("{} to ", number(least.unwrap_or(0))),
        };
        rows.push([code(place), format!("{least}{} characters", number(most))]);
    }
}

fn rates(document: &Document, variables: &Variables) -> Result<Vec<Row>, String> {
    let limit = variables.get("DIGITUKI_RATE_LIMIT")?;
    let (anonymous, times) = (limit.whole_default()?, u64::from(rate_limit::FOR_CLIENTS.get()));
    let row = |what: String, often: String| [what, often, refusal(Code::TooManyRequests)];
    let a_minute = |count| format!("{} a minute", number(count));
    Ok(vec![
        row("requests of an address".into(), format!("{}; {}", a_minute(anonymous), code(&limit.name))),
        row(
            "requests of a client that signed in".into(),
            format!("{} times as many: {}", times, a_minute(anonymous * times)),
        ),
        row(
            format!("failures of an address at {}", document.address("issue_token")?),
            format!("{} within {}", failures::MOST, span(failures::WINDOW.as_secs())),
        ),
        [
            "looks into the database for the key of a token".into(),
            format!("{} a second", keys::LOOKUPS),
            refusal(Code::InvalidToken),
        ],
    ])
}

fn times(variables: &Variables) -> Result<Vec<Row>, String> {
    let names = [
        "DIGITUKI_HEAD_TIMEOUT",
        "DIGITUKI_BODY_TIMEOUT",
        "DIGITUKI_REQUEST_TIMEOUT",
        "DIGITUKI_KEEP_ALIVE",
        "DIGITUKI_POOL_TIMEOUT",
        "DIGITUKI_WRITER_TIMEOUT",
        "DIGITUKI_STATEMENT_TIMEOUT",
        "DIGITUKI_SHUTDOWN_TIMEOUT",
    ];
    let row = |name| variables.get(name).map(|it| [it.meaning.clone(), it.default.clone(), code(&it.name)]);
    names.into_iter().map(row).collect()
}
