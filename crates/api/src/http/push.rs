//! Pushes: objects as another system has them, one or many in a request.

use std::borrow::Cow;
use std::collections::HashSet;
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use digituki_domain::external_id::{ExternalId, Source, SourceId};
use digituki_domain::invalid::{Invalid, Violation, violations};
use digituki_domain::merge::ObjectId;
use digituki_domain::noun::Kept;
use digituki_domain::problem::Code;
use digituki_domain::push::{MOST_ROWS, PushMode, PushOptions, PushOutcome};
use digituki_domain::text::TextLanguage;
use digituki_domain::version::Version;
use digituki_persistence::feed;
use digituki_persistence::noun::Pushed;
use digituki_persistence::write::{self, Tx};
use futures_util::future::LocalBoxFuture;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};
use validator::Validate;

use crate::http::answer::JSON;
use crate::http::body;
use crate::http::precondition::Precondition;
use crate::http::problem::{Fault, MAX_ERRORS, Problem};
use crate::http::query::{FromQuery, Reader};
use crate::http::shape::{self, Draft};
use crate::http::write::settled;

impl FromQuery for PushOptions {
    fn read(query: &mut Reader) -> Self {
        Self { mode: query.one("mode").unwrap_or(PushMode::Atomic) }
    }
}

/// The rows of a push, as they came.
pub(crate) struct Rows<F> {
    rows: Vec<Row<F>>,
    /// The SHA-256 of the bytes, by which a repeated request is known.
    pub(crate) digest: [u8; 32],
}

/// One object, as far as it could be read.
struct Row<F> {
    source_id: Option<SourceId>,
    facts: Option<Draft<F>>,
    /// What is wrong with the row beside the rules that its facts break, at its places in the row.
    faults: Vec<Violation>,
}

impl<F: DeserializeOwned + Validate + 'static> FromRequest for Rows<F> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        #[derive(Deserialize, Validate)]
        struct Whole {
            rows: Vec<IgnoredAny>,
        }

        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            body::check_type(&request, &[JSON], &header::ACCEPT)?;
            let bytes = body::bytes(&request, &mut payload).await?;
            let whole = body::parse(&bytes)?;
            let Whole { rows } = shape::read(&whole).map_err(Problem::invalid)?;
            if rows.len() > MOST_ROWS {
                let invalid = Invalid::TooMany { max: MOST_ROWS };
                return Err(Problem::invalid(vec![Violation::pointer("/rows", invalid)]));
            }
            let mut read = Vec::with_capacity(rows.len());
            let mut faults = 0;
            for row in whole["rows"].as_array().into_iter().flatten() {
                let row = Row::read(row);
                faults += row.count_faults();
                read.push(row);
                // Each fault costs another reading.
                if faults > MAX_ERRORS {
                    let all = (0..).zip(read).flat_map(|(number, row)| within_row(number, row.all_faults()));
                    return Err(Problem::invalid(all.take(MAX_ERRORS).collect()));
                }
            }
            Ok(Self { rows: read, digest: body::digest(&bytes) })
        })
    }
}

impl<F: DeserializeOwned + Validate> Row<F> {
    fn read(row: &Value) -> Self {
        #[derive(Deserialize, Validate)]
        struct Head {
            #[serde(rename = "source_id")]
            _source_id: SourceId,
            #[serde(rename = "facts")]
            _facts: IgnoredAny,
        }

        let mut faults = shape::read::<Head>(row).err().unwrap_or_default();
        let facts = match row.get("facts").map(|facts| shape::draft(facts, Vec::new())) {
            Some(Ok(draft)) => Some(draft),
            Some(Err(found)) => {
                faults.extend(found.into_iter().map(|fault| fault.within("/facts")));
                None
            }
            None if row.is_object() => {
                faults.push(Violation::pointer("/facts", Invalid::MissingField));
                None
            }
            None => None,
        };
        let source_id = row["source_id"].as_str().and_then(|text| text.parse().ok());
        Self { source_id, facts, faults }
    }
}

impl<F> Row<F> {
    fn count_faults(&self) -> usize {
        self.faults.len() + self.facts.as_ref().map_or(0, Draft::count_faults)
    }

    fn all_faults(self) -> Vec<Violation> {
        let mut all = self.faults;
        if let Some(Draft::Faulty(_, faults)) = self.facts {
            all.extend(faults.and(Vec::new()).into_iter().map(|fault| fault.within("/facts")));
        }
        all
    }
}

fn within_row(number: usize, faults: Vec<Violation>) -> impl Iterator<Item = Violation> {
    faults.into_iter().map(move |fault| fault.within(&format!("/rows/{number}")))
}

/// Creates or replaces the object that a source calls so; says what that came to. What somebody else has changed since
/// the client's last push is not overwritten unseen.
pub(crate) fn upsert<N: Pushed>(
    tx: &mut Tx,
    external: ExternalId,
    draft: Draft<N::Facts>,
    precondition: Option<&Precondition>,
) -> Result<(PushOutcome, Kept<N>), Problem> {
    let before = N::by_source(tx.db(), &external)?;
    let mut facts = settled(tx, draft, before.as_ref())?;
    let known = N::external_ids(&mut facts);
    if !known.contains(&external) {
        known.push(external);
        // What the body alone kept to, the whole may break.
        facts.validate().map_err(|errors| Problem::invalid(violations(&errors)))?;
    }
    let Some(before) = before else {
        if precondition.is_some_and(|precondition| *precondition != Precondition::Absent) {
            return Err(Problem::new(Code::PreconditionFailed));
        }
        return Ok((PushOutcome::Created, write::create::<N>(tx, facts)?));
    };
    // Not "not there" for whoever may not see it: the id is taken all the same.
    tx.check_mine(&before)?;
    match precondition {
        Some(precondition) => precondition.check(before.version)?,
        // What says nothing new overwrites nothing.
        None if *N::facts(&before.record) == facts => return Ok((PushOutcome::Unchanged, before)),
        None => {
            let by = feed::author_of_facts(tx.db(), &before)?;
            if by.as_ref() != Some(&tx.author().permit.caller.name) {
                return Err(Problem::new(Code::PreconditionRequired));
            }
        }
    }
    let version = before.version;
    let kept = write::replace(tx, before, facts)?;
    let outcome = if kept.version == version { PushOutcome::Unchanged } else { PushOutcome::Replaced };
    Ok((outcome, kept))
}

/// Creates or replaces the objects that a source calls so: all of them or none, or those without faults.
pub(crate) fn all<N: Pushed>(
    tx: &mut Tx,
    source: &Source,
    mode: PushMode,
    rows: Rows<N::Facts>,
    language: TextLanguage,
) -> Result<PushReport, Problem> {
    let (mut told, mut faults, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for (number, row) in rows.rows.into_iter().enumerate() {
        let source_id = row.source_id.clone();
        let push = |tx: &mut Tx| one::<N>(tx, source, row, &mut seen).map_err(|problem| problem.in_row(number));
        let outcome = if mode == PushMode::Partial { tx.attempt(push) } else { push(tx) };
        match outcome {
            Ok((outcome, kept)) => told.push(PushedRow::taken(number, source_id, outcome, &kept)),
            Err(problem) if problem.is_ours() => return Err(problem),
            Err(problem) if mode == PushMode::Partial => {
                if problem.is_denial() {
                    tx.note_denial(N::NOUN, problem.code().as_str())?;
                }
                told.push(PushedRow::refused(number, source_id, &problem, language));
            }
            // What others are at fault for is told with it; anything else is told alone, or not at all.
            Err(problem) if problem.code() == Code::InvalidRequest => faults.extend(problem.into_violations()),
            Err(problem) if faults.is_empty() => return Err(problem),
            Err(_) => break,
        }
    }
    if faults.is_empty() {
        return Ok(PushReport::of(told));
    }
    faults.truncate(MAX_ERRORS);
    Err(Problem::invalid(faults))
}

fn one<N: Pushed>(
    tx: &mut Tx,
    source: &Source,
    row: Row<N::Facts>,
    seen: &mut HashSet<SourceId>,
) -> Result<(PushOutcome, Kept<N>), Problem> {
    match row {
        Row { source_id: Some(source_id), facts: Some(draft), faults } if faults.is_empty() => {
            if !seen.insert(source_id.clone()) {
                let invalid = Invalid::RepeatedValue { value: source_id.to_string() };
                return Err(Problem::invalid(vec![Violation::pointer("/source_id", invalid)]));
            }
            let external = ExternalId { source: source.clone(), source_id };
            upsert::<N>(tx, external, draft, None).map_err(|problem| problem.within("/facts"))
        }
        faulty => Err(Problem::invalid(faulty.all_faults())),
    }
}

/// What became of a push.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PushReport {
    /// How many objects are new.
    #[schema(maximum = 500, example = 1)]
    created: usize,
    /// How many say something else than before.
    #[schema(maximum = 500, example = 0)]
    replaced: usize,
    /// How many say what they said.
    #[schema(maximum = 500, example = 0)]
    unchanged: usize,
    /// How many rows were not taken; with `atomic` none.
    #[schema(maximum = 500, example = 0)]
    refused: usize,
    /// Each row, in the order in which they came.
    #[schema(max_items = 500)]
    rows: Vec<PushedRow>,
}

/// What became of a row of a push.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PushedRow {
    /// Its place among the rows, from 0.
    #[schema(maximum = 499, example = 0)]
    number: usize,
    /// What the source calls the object, or null where the row does not say it.
    source_id: Option<SourceId>,
    /// What became of it.
    outcome: PushOutcome,
    /// The object's id; null for a row that was refused.
    id: Option<ObjectId>,
    /// The object's version; null for a row that was refused.
    version: Option<Version>,
    /// Why the row was refused: the code of a problem, from the registry at /v1/problems; else null.
    #[schema(min_length = 3, max_length = 64, pattern = "^[a-z]+(_[a-z]+)*$", example = json!(null))]
    code: Option<&'static str>,
    /// The faults of a row that was refused, each at its place in the body.
    #[schema(max_items = 1_000)]
    errors: Vec<Fault>,
}

impl PushedRow {
    fn taken<N: Pushed>(number: usize, source_id: Option<SourceId>, outcome: PushOutcome, kept: &Kept<N>) -> Self {
        let id = kept.id.to_string().parse().ok();
        Self { number, source_id, outcome, id, version: Some(kept.version), code: None, errors: Vec::new() }
    }

    fn refused(number: usize, source_id: Option<SourceId>, problem: &Problem, language: TextLanguage) -> Self {
        let (code, errors) = (Some(problem.code().as_str()), problem.faults(language));
        Self { number, source_id, outcome: PushOutcome::Refused, id: None, version: None, code, errors }
    }
}

impl PushReport {
    fn of(rows: Vec<PushedRow>) -> Self {
        let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
        Self {
            created: count(PushOutcome::Created),
            replaced: count(PushOutcome::Replaced),
            unchanged: count(PushOutcome::Unchanged),
            refused: count(PushOutcome::Refused),
            rows,
        }
    }
}

/// The body of a push of objects that are written as `F`.
pub(crate) struct PushOf<F>(PhantomData<F>);

impl<F: ToSchema> PartialSchema for PushOf<F> {
    fn schema() -> RefOr<Schema> {
        let row = ObjectBuilder::new()
            .description(Some("An object as it is written, and what the source calls it."))
            .property("source_id", SourceId::schema())
            .property("facts", Ref::from_schema_name(F::name()))
            .required("source_id")
            .required("facts")
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        let rows = ArrayBuilder::new().items(row).min_items(Some(0)).max_items(Some(MOST_ROWS));
        ObjectBuilder::new()
            .description(Some("Objects as another system has them."))
            .property("rows", rows.description(Some("The objects, each called otherwise.")))
            .build()
            .into()
    }
}

impl<F: ToSchema> ToSchema for PushOf<F> {
    fn name() -> Cow<'static, str> {
        format!("{}sFacts", F::name().trim_end_matches("Facts")).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((F::name().into_owned(), F::schema()));
        F::schemas(schemas);
    }
}
