//! Grants.

use chrono::NaiveDate;
use diesel::dsl::{InnerJoin, IntoBoxed, auto_type};
use diesel::prelude::*;
use digituki_domain::application::{Application, ApplicationId};
use digituki_domain::area::AreaKind;
use digituki_domain::call::Call;
use digituki_domain::clock::Moment;
use digituki_domain::grant::{
    Grant, GrantEntryFacts, GrantFacts, GrantFilter, GrantId, GrantRecord, GrantSpell, GrantTransition, StepRefusal,
    Unfit,
};
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::money::Money;
use digituki_domain::noun::Kept;
use digituki_domain::policy::Sight;
use digituki_domain::vocabulary::Vocabulary;

use crate::column::{Json, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_body, in_query, refuse, refuse_conflicts, together};
use crate::noun::{
    self, Referred, Step, Stored, Written, find_row, find_rows, list_rows, put_areas, put_list, put_row,
};
use crate::organisation::Named;
use crate::page::{Asked, Page};
use crate::schema::{grant_areas, grant_spells, grants, organisations};
use crate::write::Tx;
use crate::{area, call, organisation, programme};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = grants, treat_none_as_null = true)]
struct Row {
    id: String,
    programme: String,
    call: String,
    beneficiary_id: String,
    application_id: Option<String>,
    record: Json<GrantRecord>,
    version: i64,
}

/// Lists grants alphabetically by beneficiary, as they stand on the day that is asked about.
pub fn list(db: &mut AnyConnection, asked: &Asked<GrantFilter>) -> Result<Page<Grant>> {
    let filter = &asked.filter;
    programme::require(db, &filter.programme)?;
    call::require(db, &filter.call, &asked.permit)?;
    area::require(db, in_query("region", &filter.region))?;
    organisation::require(db, in_query("beneficiary", &filter.beneficiary))?;
    let day = filter.as_of.unwrap_or(asked.moment.today);
    let asked = &Asked { moment: Moment { today: day, ..asked.moment }, ..asked.clone() };
    let matching = || matching(filter, day);
    list_rows!(db, asked, matching, grants, id, organisations::sort_name)
}

type Joined = InnerJoin<grants::table, organisations::table>;

fn matching(filter: &GrantFilter, day: NaiveDate) -> IntoBoxed<'static, Joined, Backend> {
    let mut query = grants::table.inner_join(organisations::table).into_boxed();
    any_of!(query, grants::programme, filter.programme);
    any_of!(query, grants::call, filter.call);
    if !filter.region.is_empty() {
        let within = grant_areas::table
            .filter(grant_areas::kind.eq(AreaKind::Region.code()))
            .filter(grant_areas::code.eq_any(area::codes(&filter.region)));
        query = query.filter(grants::id.eq_any(within.select(grant_areas::grant_id)));
    }
    any_of!(query, grants::beneficiary_id, filter.beneficiary);
    if !filter.grant_status.is_empty() {
        let wanted: Vec<_> = filter.grant_status.iter().map(ToString::to_string).collect();
        let standing_so = grant_spells::table
            .filter(grant_spells::grant_status.eq_any(wanted))
            .filter(grant_spells::last_day.ge(day).and(grant_spells::first_day.le(day)));
        query = query.filter(grants::id.eq_any(standing_so.select(grant_spells::grant_id)));
    }
    query
}

/// Adds a grant that was awarded on a day, within the caller's write: what a decision on an application comes to.
pub fn award(tx: &mut Tx, facts: GrantFacts, amount: Option<Money>, day: NaiveDate) -> Result<Kept<Grant>> {
    tx.create(GrantId::new(), GrantRecord::awarded(facts, amount, day))
}

/// Adds an entry to the ledger.
pub fn enter(tx: &mut Tx, before: Kept<Grant>, entry: GrantEntryFacts) -> Result<Kept<Grant>> {
    let mut record = before.record.clone();
    record.enter(entry, None, tx.moment().today).map_err(of_unfit)?;
    tx.update(before, record)
}

/// Takes a step that somebody asks for.
pub fn transition(tx: &mut Tx, before: Kept<Grant>, transition: GrantTransition) -> Result<Kept<Grant>> {
    let mut record = before.record.clone();
    let role = tx.role();
    record.take(transition, role, tx.moment().today).map_err(|refusal| match refusal {
        StepRefusal::Step(refusal) => Error::of_step(refusal),
        StepRefusal::Wrong(violation) => Error::Refused(vec![violation]),
    })?;
    tx.update(before, record)
}

/// The error of what does not fit into a ledger.
fn of_unfit(unfit: Unfit) -> Error {
    match unfit {
        Unfit::Wrong(violation) => Error::Refused(vec![violation]),
        Unfit::Conflicting(violation) => Error::Conflict(vec![violation]),
    }
}

/// The grants to an organisation.
#[auto_type]
pub(crate) fn to_beneficiary(organisation: String) -> _ {
    grants::table.filter(grants::beneficiary_id.eq(organisation)).select(grants::id)
}

/// Whose something is that belongs to a grant: the beneficiary's.
pub(crate) fn sight_of_beneficiary(db: &mut AnyConnection, id: &GrantId) -> Result<Sight> {
    Ok(Sight { organisation: Some(of(db, id)?.record.facts.beneficiary), ..Sight::default() })
}

/// The grant that something belongs to.
pub(crate) fn of(db: &mut AnyConnection, id: &GrantId) -> Result<Kept<Grant>> {
    Grant::find(db, id)?.ok_or_else(|| Error::Unforeseen(format!("no grant {id} is stored")))
}

impl Stored for Grant {
    fn find(db: &mut AnyConnection, id: &GrantId) -> Result<Option<Kept<Self>>> {
        find_row!(db, grants, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let facts = &record.facts;
        let row = Row {
            id: id.clone(),
            programme: facts.programme.to_string(),
            call: facts.call.to_string(),
            beneficiary_id: facts.beneficiary.to_string(),
            application_id: facts.application.map(|id| id.to_string()),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, grants, &id, &row, step);
        put_areas!(db, grant_areas, grant_id = &id, step, record.facts.areas);
        put_list!(db, grant_spells, grant_id = &id, step, &record.spells() => |spell: &GrantSpell| (
            grant_spells::first_day.eq(spell.first_day),
            grant_spells::last_day.eq(spell.last_day),
            grant_spells::grant_status.eq(spell.grant_status.code()),
        ));
        Ok(())
    }

    /// By law alone: a ledger stays.
    fn remove(db: &mut AnyConnection, id: &GrantId) -> Result<()> {
        let id = id.to_string();
        diesel::delete(grant_areas::table.filter(grant_areas::grant_id.eq(&id))).execute(db)?;
        diesel::delete(grant_spells::table.filter(grant_spells::grant_id.eq(&id))).execute(db)?;
        diesel::delete(grants::table.find(&id)).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    fn sight(_: &mut AnyConnection, _: &GrantId, record: &GrantRecord, _: NaiveDate) -> Result<Sight> {
        let regions = record.facts.areas.iter().filter(|area| area.kind() == AreaKind::Region);
        Ok(Sight {
            published: true,
            organisation: Some(record.facts.beneficiary),
            regions: regions.filter_map(|region| region.code().parse().ok()).collect(),
            ..Sight::default()
        })
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let facts = || kept.iter().map(|kept| &kept.record.facts);
        let areas = area::Named::load(db, facts().flat_map(|facts| &facts.areas))?;
        let named = facts().flat_map(|facts| std::iter::once(facts.beneficiary).chain(facts.partners.iter().copied()));
        let organisations = Named::load(db, named)?;
        let day = moment.today;
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                let figures = record.figures(day);
                let facts = &record.facts;
                Ok(Self {
                    id,
                    programme: facts.programme.clone(),
                    call: facts.call.clone(),
                    beneficiary: organisations.get(facts.beneficiary)?,
                    partners: facts.partners.iter().map(|id| organisations.get(*id)).collect::<Result<_>>()?,
                    areas: areas.all(&facts.areas)?,
                    application: facts.application,
                    amount: figures.awarded,
                    grant_status: record.status(day),
                    usable_from: facts.usable_from,
                    usable_to: record.usable_to(day),
                    first_usable_to: facts.usable_to,
                    figures,
                    entries: record.ledger().shown(day),
                    extensions: record.extensions.iter().filter(|each| each.day <= day).cloned().collect(),
                    steps: record.steps_by(day),
                    version,
                })
            })
            .collect()
    }
}

impl Written for Grant {
    fn new_id(_: &GrantFacts) -> GrantId {
        GrantId::new()
    }

    fn compose(tx: &mut Tx, own: &GrantId, facts: GrantFacts, before: Option<&GrantRecord>) -> Result<GrantRecord> {
        let place = |pointer: &str| Place::Pointer(pointer.to_owned());
        let application = facts.application.map(|id| (place("/application"), id));
        together([
            programme::require_in_body(tx.db(), "/programme", &facts.programme),
            noun::require::<Call>(tx.db(), vec![(place("/call"), facts.call.clone())]),
            organisation::require(tx.db(), vec![(place("/beneficiary"), facts.beneficiary)]),
            organisation::require(tx.db(), in_body("/partners", &facts.partners)),
            area::require(tx.db(), in_body("/areas", &facts.areas)),
            noun::require::<Application>(tx.db(), application.into_iter().collect()),
        ])?;
        let of_call = check_call(tx.db(), &facts);
        let of_application = facts.application.map_or(Ok(()), |id| check_application(tx.db(), id, &facts));
        together([of_call, of_application])?;
        refuse_second(tx.db(), own, &facts)?;
        match before {
            Some(before) => before.with(facts).map_err(Error::Conflict),
            None => Ok(GrantRecord::new(facts)),
        }
    }
}

/// A grant is published, and so is its call; both belong to one programme.
fn check_call(db: &mut AnyConnection, facts: &GrantFacts) -> Result<()> {
    let Some(call) = Call::find(db, &facts.call)? else { return Ok(()) };
    let mut faults = Vec::new();
    if !call.record.facts.published {
        faults.push(Violation::pointer("/call", Invalid::Unpublished { value: facts.call.to_string() }));
    }
    if call.record.facts.programme != facts.programme {
        faults.push(Violation::pointer("/programme", Invalid::Contradictory));
    }
    refuse(faults)
}

/// The application was made to this call by the beneficiary, and granted.
fn check_application(db: &mut AnyConnection, id: ApplicationId, facts: &GrantFacts) -> Result<()> {
    let Some(application) = Application::find(db, &id)? else { return Ok(()) };
    let of = &application.record.facts;
    let fits = of.call == facts.call
        && of.applicant == facts.beneficiary
        && application.record.application_status.is_favourable();
    let fault = || Violation::pointer("/application", Invalid::Contradictory);
    refuse((!fits).then(fault).into_iter().collect())
}

/// Refuses a second grant of one application.
fn refuse_second(db: &mut AnyConnection, own: &GrantId, facts: &GrantFacts) -> Result<()> {
    let Some(application) = facts.application else { return Ok(()) };
    let other =
        grants::table.filter(grants::application_id.eq(application.to_string())).filter(grants::id.ne(own.to_string()));
    let is_second: bool = diesel::select(diesel::dsl::exists(other)).get_result(db)?;
    let fault = || Violation::pointer("/application", Invalid::Taken { value: application.to_string() });
    refuse_conflicts(is_second.then(fault).into_iter().collect())
}

impl Referred for Grant {
    fn find_many(db: &mut AnyConnection, ids: &[String]) -> Result<Vec<Kept<Self>>> {
        find_rows!(db, grants, id, ids)
    }
}
