//! Evaluations: what evaluators say of applications.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use digituki_domain::application::{Application, ApplicationId};
use digituki_domain::call::CallRecord;
use digituki_domain::client::CallerName;
use digituki_domain::clock::Moment;
use digituki_domain::evaluation::{
    Evaluation, EvaluationFacts, EvaluationFilter, EvaluationId, EvaluationRecord, Millionths, Score, mean_of,
};
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::noun::Kept;
use digituki_domain::policy::{Permit, Reach, Sight};
use digituki_domain::vocabulary::Vocabulary as _;

use crate::among::among;
use crate::column::{self, Json, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_query, refuse, refuse_conflicts, together};
use crate::noun::{Step, Stored, Written, find_row, list_rows, put_row};
use crate::page::{Asked, Page};
use crate::schema::{applications, evaluations};
use crate::write::Tx;
use crate::{application, call};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = evaluations)]
struct Row {
    id: String,
    application_id: String,
    evaluator: String,
    record: Json<EvaluationRecord>,
    version: i64,
}

type Query = evaluations::BoxedQuery<'static, Backend>;

/// Lists the evaluations that the caller may see, oldest first.
pub fn list(db: &mut AnyConnection, asked: &Asked<EvaluationFilter>) -> Result<Page<Evaluation>> {
    let filter = &asked.filter;
    together([
        application::require_seen(db, in_query("application", &filter.application), &asked.permit),
        call::require(db, &filter.call, &asked.permit),
    ])?;
    let matching = || visible(matching(filter), &asked.permit);
    list_rows!(db, asked, matching, evaluations, id, evaluations::id)
}

fn matching(filter: &EvaluationFilter) -> Query {
    let mut query = evaluations::table.into_boxed();
    any_of!(query, evaluations::application_id, filter.application);
    any_of!(query, evaluations::evaluator, filter.evaluator);
    if !filter.call.is_empty() {
        let answering: to_calls = to_calls(filter.call.iter().map(ToString::to_string).collect());
        query = query.filter(evaluations::application_id.eq_any(answering));
    }
    query
}

/// The applications to some calls.
#[auto_type]
fn to_calls(calls: Vec<String>) -> _ {
    applications::table.filter(applications::call.eq_any(calls)).select(applications::id)
}

/// Restricts a query to what the caller may see: as `Permit::sees` says it. No organisation has evaluations: an applicant
/// sees none, neither of its own applications nor of others'.
fn visible(query: Query, permit: &Permit) -> Query {
    match permit.reach() {
        Reach::Everything => query,
        Reach::Named => query.filter(evaluations::evaluator.eq(permit.caller.name.clone())),
        Reach::Organisation | Reach::Regions | Reach::Published | Reach::Nothing => {
            query.filter(among(evaluations::id, Vec::<String>::new()))
        }
    }
}

/// What the evaluations of applications come to, with one statement; nothing of an application that has none.
pub fn scores_of(db: &mut AnyConnection, asked: &[ApplicationId]) -> Result<HashMap<ApplicationId, Score>> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, Json<EvaluationRecord>)> = evaluations::table
        .filter(among(evaluations::application_id, asked.iter().map(ToString::to_string)))
        .select((evaluations::application_id, evaluations::record))
        .load(db)?;
    let mut of_applications: HashMap<ApplicationId, Vec<EvaluationRecord>> = HashMap::new();
    for (application, record) in rows {
        of_applications.entry(column::parse(&application)?).or_default().push(record.read()?);
    }
    Ok(of_applications.into_iter().map(|(application, records)| (application, mean_of(&records))).collect())
}

impl Stored for Evaluation {
    fn find(db: &mut AnyConnection, id: &EvaluationId) -> Result<Option<Kept<Self>>> {
        find_row!(db, evaluations, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let row = Row {
            id: id.clone(),
            application_id: record.facts.application.to_string(),
            evaluator: record.evaluator.to_string(),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, evaluations, &id, &row, step);
        Ok(())
    }

    /// By law alone: no operation removes an evaluation.
    fn remove(db: &mut AnyConnection, id: &EvaluationId) -> Result<()> {
        diesel::delete(evaluations::table.find(id.to_string())).execute(db)?;
        Ok(())
    }

    /// The evaluator's; beyond that of those alone who see everything.
    fn sight(_: &mut AnyConnection, _: &EvaluationId, record: &EvaluationRecord, _: NaiveDate) -> Result<Sight> {
        Ok(Sight { named: vec![record.evaluator.to_string()], ..Sight::default() })
    }

    fn represent(_: &mut AnyConnection, kept: Vec<Kept<Self>>, _: Moment) -> Result<Vec<Self>> {
        let represent = |Kept { id, record, version }: Kept<Self>| {
            let score = record.score();
            let EvaluationRecord { facts, call, evaluator, form_version, .. } = record;
            Self {
                id,
                application: facts.application,
                call,
                evaluator,
                conflict_of_interest: facts.conflict_of_interest,
                conflict_reasons: facts.conflict_reasons,
                scores: facts.scores,
                weighted_score: score.weighted_score.map(Millionths::number),
                answered_weight: score.answered_weight.map(Millionths::number),
                remarks: facts.remarks,
                form_version,
                version,
            }
        };
        Ok(kept.into_iter().map(represent).collect())
    }
}

impl Written for Evaluation {
    fn new_id(_: &EvaluationFacts) -> EvaluationId {
        EvaluationId::new()
    }

    fn compose(
        tx: &mut Tx,
        _: &EvaluationId,
        facts: EvaluationFacts,
        before: Option<&EvaluationRecord>,
    ) -> Result<EvaluationRecord> {
        if let Some(before) = before {
            if before.facts == facts {
                return Ok(before.clone());
            }
            refuse_moved(tx, before, &facts)?;
        }
        let application = seen(tx, facts.application)?;
        if before.is_some_and(|before| facts.takes_back(&before.facts)) {
            return Err(Error::Conflict(vec![Violation::pointer(
                "/conflict_of_interest",
                Invalid::ConflictOfInterest,
            )]));
        }
        let call = application::call_of(tx.db(), &application.record.facts.call)?;
        refuse(facts.strange(&call.record.facts))?;
        if !application.record.application_status.is_pending() {
            return Err(not_now(&application));
        }
        let evaluator = match before {
            Some(before) => before.evaluator.clone(),
            None => first_by_caller(tx, facts.application)?,
        };
        refuse_partial(tx, &application, &facts)?;
        let CallRecord { facts: form, form_version, .. } = call.record;
        let weights = form.criteria.iter().map(Into::into).collect();
        Ok(EvaluationRecord { facts, call: call.id, evaluator, form_version, weights })
    }
}

/// The application, if it shows to the caller as an evaluator: it was submitted, and the caller is named on its call. Which
/// others there are is not told.
fn seen(tx: &mut Tx, id: ApplicationId) -> Result<Kept<Application>> {
    if let Some(application) = Application::find(tx.db(), &id)?
        && tx.sight(&application)?.named.contains(&tx.author().permit.caller.name)
    {
        return Ok(application);
    }
    let invalid = Invalid::NoSuch { value: id.to_string() };
    Err(Error::Refused(vec![Violation::pointer("/application", invalid)]))
}

/// An evaluation stays with its application.
fn refuse_moved(tx: &mut Tx, before: &EvaluationRecord, facts: &EvaluationFacts) -> Result<()> {
    let id = before.facts.application;
    if facts.application == id {
        return Ok(());
    }
    let application = Application::find(tx.db(), &id)?;
    Err(not_now(&application.ok_or_else(|| Error::Unforeseen(format!("an evaluation of no application: {id}")))?))
}

fn not_now(application: &Kept<Application>) -> Error {
    let state = application.record.application_status.code().to_owned();
    let invalid = Invalid::NotNow { state, legal: Vec::new() };
    Error::Conflict(vec![Violation::pointer("/application", invalid)])
}

/// The caller, who evaluates an application once.
fn first_by_caller(tx: &mut Tx, application: ApplicationId) -> Result<CallerName> {
    let name = tx.author().permit.caller.name.clone();
    let earlier = evaluations::table
        .filter(evaluations::application_id.eq(application.to_string()))
        .filter(evaluations::evaluator.eq(&name));
    if diesel::select(diesel::dsl::exists(earlier)).get_result(tx.db())? {
        let invalid = Invalid::Taken { value: application.to_string() };
        return Err(Error::Conflict(vec![Violation::pointer("/application", invalid)]));
    }
    column::parse(&name)
}

/// Who works for the applicant or for one of its partners has a conflict of interest, declared or not.
fn refuse_partial(tx: &Tx, application: &Kept<Application>, facts: &EvaluationFacts) -> Result<()> {
    let Some(own) = tx.author().permit.caller.organisation else { return Ok(()) };
    let applies = &application.record.facts;
    if applies.applicant != own && !applies.partners.contains(&own) {
        return Ok(());
    }
    let conflicts = facts.partial();
    refuse_conflicts(conflicts)
}
