//! Assessment frameworks, with the version that follows each.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::{AreaKind, RegionCode};
use digituki_domain::assessment_framework::{
    AssessmentFramework, AssessmentFrameworkFacts, AssessmentFrameworkFilter, AssessmentFrameworkRecord,
    AssessmentFrameworks, AssessmentKind, FrameworkComment, FrameworkCommentFacts, FrameworkEvent, FrameworkStatus,
    FrameworkStep, FrameworkTransition, KeptComment, MAX_COMMENTS_OF_REGION, MAX_STEPS,
};
use digituki_domain::clock::Moment;
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::key::Key;
use digituki_domain::noun::Kept;
use digituki_domain::policy::{Permit, Reach, Sight};
use digituki_domain::role::Role;
use digituki_domain::state_machine::StateMachine as _;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::column::{self, Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, refuse, refuse_conflicts, together};
use crate::noun::{Referred, Step, Stored, Written, find_row, find_rows, list_rows, put_row};
use crate::page::{Asked, Page};
use crate::schema::assessment_frameworks;
use crate::write::Tx;
use crate::{area, programme};

/// As what a framework never changes any more.
const SETTLED: [FrameworkStatus; 2] = [FrameworkStatus::Published, FrameworkStatus::Retired];

#[derive(Insertable, AsChangeset)]
#[diesel(
    table_name = assessment_frameworks, treat_none_as_null = true, treat_none_as_default_value = false, primary_key(key)
)]
struct Row {
    key: String,
    assessment_kind: Plain<AssessmentKind>,
    framework_status: Plain<FrameworkStatus>,
    predecessor: Option<String>,
    published: bool,
    record: Json<AssessmentFrameworkRecord>,
    version: i64,
}

/// Lists frameworks by key.
pub fn list(db: &mut AnyConnection, asked: &Asked<AssessmentFrameworkFilter>) -> Result<Page<AssessmentFramework>> {
    let filter = &asked.filter;
    require(db, "predecessor", &filter.predecessor, &asked.permit)?;
    let matching = || -> assessment_frameworks::BoxedQuery<'static, Backend> {
        let mut query = visible(&asked.permit);
        any_of!(query, assessment_frameworks::assessment_kind, filter.assessment_kind);
        any_of!(query, assessment_frameworks::framework_status, filter.framework_status);
        any_of!(query, assessment_frameworks::predecessor, filter.predecessor);
        query
    };
    list_rows!(db, asked, matching, assessment_frameworks, key, assessment_frameworks::key)
}

/// The frameworks that a caller may see: as `Permit::sees` says it.
fn visible(permit: &Permit) -> assessment_frameworks::BoxedQuery<'static, Backend> {
    let all = assessment_frameworks::table.into_boxed();
    if permit.reach() == Reach::Everything { all } else { all.filter(assessment_frameworks::published) }
}

/// Refuses frameworks that the caller does not know of: a draft is as one that is not there.
pub(crate) fn require(db: &mut AnyConnection, parameter: &'static str, asked: &[Key], permit: &Permit) -> Result<()> {
    if asked.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = asked.iter().map(Key::as_str).collect();
    let of_these = visible(permit).filter(assessment_frameworks::key.eq_any(keys));
    let known: Vec<String> = of_these.select(assessment_frameworks::key).load(db)?;
    programme::refuse_unknown(parameter, asked, &known)
}

/// Every version of some kinds that is settled: what lineages are made of. Versions are few, one or two a year.
pub(crate) fn settled(
    db: &mut AnyConnection,
    kinds: &[AssessmentKind],
) -> Result<HashMap<Key, AssessmentFrameworkFacts>> {
    let rows: Vec<Json<AssessmentFrameworkRecord>> = assessment_frameworks::table
        .filter(assessment_frameworks::assessment_kind.eq_any(kinds.iter().map(|kind| kind.code())))
        .filter(assessment_frameworks::framework_status.eq_any(SETTLED.map(FrameworkStatus::code)))
        .select(assessment_frameworks::record)
        .load(db)?;
    let read = |row: &Json<AssessmentFrameworkRecord>| Ok(row.read()?.facts);
    rows.iter().map(|row| read(row).map(|facts| (facts.key.clone(), facts))).collect()
}

/// Takes a step with a framework.
pub fn transition(
    tx: &mut Tx,
    before: Kept<AssessmentFramework>,
    transition: FrameworkTransition,
) -> Result<Kept<AssessmentFramework>> {
    let FrameworkTransition { event, remarks } = transition;
    let role = tx.role();
    let mut record = before.record.clone();
    record.framework_status =
        AssessmentFrameworks::step(record.framework_status, event, role).map_err(Error::of_step)?;
    if event == FrameworkEvent::Publish {
        check_line(tx.db(), &record.facts)?;
    }
    let is_full = record.steps.len() >= MAX_STEPS;
    refuse_conflicts(Violation::wherever([("", is_full)], &Invalid::TooMany { max: MAX_STEPS }))?;
    record.steps.push(FrameworkStep { event, taken_at: tx.moment().now, remarks });
    tx.update(before, record)
}

/// Refuses to publish a version that does not say what became of each criterion, or that follows one that another follows
/// already.
fn check_line(db: &mut AnyConnection, facts: &AssessmentFrameworkFacts) -> Result<()> {
    let Some(key) = &facts.predecessor else { return Ok(()) };
    let Some(predecessor) = AssessmentFramework::find(db, key)? else {
        return refuse(vec![Violation::pointer("/predecessor", Invalid::NoSuch { value: key.to_string() })]);
    };
    refuse(facts.unmapped(&predecessor.record.facts))?;
    let is_followed = successors(db, &[key.as_str()])?.contains_key(key.as_str());
    let taken = Invalid::Taken { value: key.to_string() };
    refuse_conflicts(Violation::wherever([("/predecessor", is_followed)], &taken))
}

/// Says something of a framework, for one of the caller's own regions.
pub fn comment(
    tx: &mut Tx,
    before: Kept<AssessmentFramework>,
    facts: FrameworkCommentFacts,
) -> Result<Kept<AssessmentFramework>> {
    let caller = &tx.author().permit.caller;
    let speaks_for_regions = matches!(caller.role, Role::RegionalCoordinator | Role::RegionalExpert);
    if !speaks_for_regions || !caller.regions.contains(&facts.region) {
        return Err(Error::Forbidden);
    }
    let mut record = before.record.clone();
    let role = tx.role();
    if record.framework_status != FrameworkStatus::Commented {
        let invalid = AssessmentFrameworks::not_now(record.framework_status, role);
        return refuse_conflicts(vec![Violation::pointer("", invalid)]).map(|()| before);
    }
    if let Some(code) = &facts.criterion
        && record.facts.criterion(code).is_none()
    {
        let allowed = record.facts.criteria().map(|criterion| criterion.code.to_string()).collect();
        let invalid = Invalid::UnknownValue { value: code.to_string(), allowed };
        return refuse(vec![Violation::pointer("/criterion", invalid)]).map(|()| before);
    }
    let of_region = record.comments.iter().filter(|comment| comment.facts.region == facts.region).count();
    let is_heard = of_region >= MAX_COMMENTS_OF_REGION;
    refuse_conflicts(Violation::wherever([("/region", is_heard)], &Invalid::TooMany { max: MAX_COMMENTS_OF_REGION }))?;
    let framework_version = before.version;
    record.comments.push(KeptComment { facts, framework_version, commented_at: tx.moment().now });
    tx.update(before, record)
}

/// Which settled version follows each of some frameworks.
fn successors(db: &mut AnyConnection, keys: &[&str]) -> Result<BTreeMap<String, Key>> {
    let rows: Vec<(Option<String>, String)> = assessment_frameworks::table
        .filter(assessment_frameworks::predecessor.eq_any(keys))
        .filter(assessment_frameworks::framework_status.eq_any(SETTLED.map(FrameworkStatus::code)))
        .select((assessment_frameworks::predecessor, assessment_frameworks::key))
        .load(db)?;
    let pairs = rows.into_iter().filter_map(|(predecessor, key)| predecessor.zip(Some(key)));
    pairs.map(|(predecessor, key)| Ok((predecessor, column::parse(&key)?))).collect()
}

impl Stored for AssessmentFramework {
    fn find(db: &mut AnyConnection, key: &Key) -> Result<Option<Kept<Self>>> {
        find_row!(db, assessment_frameworks, key, key.as_str())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let record = &kept.record;
        let row = Row {
            key: kept.id.to_string(),
            assessment_kind: Plain::of(&record.facts.assessment_kind),
            framework_status: Plain::of(&record.framework_status),
            predecessor: record.facts.predecessor.as_ref().map(ToString::to_string),
            published: record.framework_status.is_public(),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, assessment_frameworks, kept.id.as_str(), &row, step);
        Ok(())
    }

    /// What was open for comments is revised to a draft first; what was published stays.
    fn check_removal(kept: &Kept<Self>) -> Result<()> {
        let status = kept.record.framework_status;
        let not_now = AssessmentFrameworks::not_now(status, Role::NationalDeveloper);
        refuse_conflicts(Violation::wherever([("", status != FrameworkStatus::Draft)], &not_now))
    }

    fn remove(db: &mut AnyConnection, key: &Key) -> Result<()> {
        diesel::delete(assessment_frameworks::table.find(key.as_str())).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    /// While regions may comment on it, it belongs to them all.
    fn sight(db: &mut AnyConnection, _: &Key, record: &AssessmentFrameworkRecord, today: NaiveDate) -> Result<Sight> {
        let status = record.framework_status;
        let regions = match status {
            FrameworkStatus::Commented => area::all(db, AreaKind::Region, today)?,
            FrameworkStatus::Draft | FrameworkStatus::Published | FrameworkStatus::Retired => Vec::new(),
        };
        let regions = regions.iter().map(|region| column::parse(&region.code)).collect::<Result<_>>()?;
        Ok(Sight { published: status.is_public(), regions, ..Sight::default() })
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, _: Moment) -> Result<Vec<Self>> {
        let keys: Vec<&str> = kept.iter().map(|kept| kept.id.as_str()).collect();
        let mut successors = successors(db, &keys)?;
        let comments = kept.iter().flat_map(|kept| &kept.record.comments);
        let regions: Vec<_> = comments.map(|comment| comment.facts.region.id()).collect();
        let regions = area::Named::load(db, &regions)?;
        let published = |KeptComment { facts, framework_version, commented_at }: KeptComment| {
            let FrameworkCommentFacts { region, criterion, texts } = facts;
            let region = regions.get(&RegionCode::id(&region))?;
            Ok(FrameworkComment { region, criterion, framework_version, texts, commented_at })
        };
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                let AssessmentFrameworkRecord { facts, framework_status, comments, steps } = record;
                Ok(Self {
                    assessment_kind: facts.assessment_kind,
                    framework_status,
                    names: facts.names,
                    descriptions: facts.descriptions,
                    proposal: facts.proposal,
                    predecessor: facts.predecessor,
                    successor: successors.remove(id.as_str()),
                    goals: facts.goals,
                    mapping: facts.mapping,
                    comments: comments.into_iter().map(published).collect::<Result<_>>()?,
                    steps,
                    version,
                    key: id,
                })
            })
            .collect()
    }
}

impl Written for AssessmentFramework {
    fn new_id(facts: &AssessmentFrameworkFacts) -> Key {
        facts.key.clone()
    }

    fn compose(
        tx: &mut Tx,
        key: &Key,
        facts: AssessmentFrameworkFacts,
        before: Option<&AssessmentFrameworkRecord>,
    ) -> Result<AssessmentFrameworkRecord> {
        together([programme::keep_key(key, &facts.key), refuse(facts.strange()), check_predecessor(tx.db(), &facts)])?;
        let Some(before) = before else {
            programme::refuse_taken::<Self>(tx, key)?;
            return Ok(AssessmentFrameworkRecord::new(facts));
        };
        if before.framework_status != FrameworkStatus::Draft {
            let not_now = AssessmentFrameworks::not_now(before.framework_status, tx.role());
            refuse_conflicts(Violation::wherever(facts.differences(&before.facts), &not_now))?;
        }
        Ok(AssessmentFrameworkRecord { facts, ..before.clone() })
    }
}

/// Refuses a predecessor that is not there or not settled, and a mapping that does not fit it.
fn check_predecessor(db: &mut AnyConnection, facts: &AssessmentFrameworkFacts) -> Result<()> {
    let Some(key) = &facts.predecessor else { return Ok(()) };
    let value = key.to_string();
    refuse(match AssessmentFramework::find(db, key)? {
        None => vec![Violation::pointer("/predecessor", Invalid::NoSuch { value })],
        Some(kept) if !kept.record.framework_status.is_settled() => {
            vec![Violation::pointer("/predecessor", Invalid::Unpublished { value })]
        }
        Some(kept) => facts.misfits(&kept.record.facts),
    })
}

impl Referred for AssessmentFramework {
    fn find_many(db: &mut AnyConnection, keys: &[String]) -> Result<Vec<Kept<Self>>> {
        find_rows!(db, assessment_frameworks, key, keys)
    }
}
