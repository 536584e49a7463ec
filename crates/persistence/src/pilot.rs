//! Pilots, and the steps that they take.

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::application::ApplicationId;
use digituki_domain::area::AreaKind;
use digituki_domain::assessment_round::SubjectId;
use digituki_domain::call::Call;
use digituki_domain::clock::Moment;
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::merge::ObjectId;
use digituki_domain::noun::Kept;
use digituki_domain::pilot::{
    Pilot, PilotFacts, PilotFilter, PilotId, PilotOrigin, PilotRecord, PilotStatus, PilotStep, PilotTransition, Pilots,
};
use digituki_domain::policy::Sight;
use digituki_domain::state_machine::StateMachine as _;
use digituki_domain::vocabulary::Vocabulary;

use crate::column::{Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_body, in_query, refuse, refuse_conflicts, together};
use crate::noun::{self, Referred, Step, Stored, Written, find_row, find_rows, list_rows, put_areas, put_row};
use crate::organisation::Named;
use crate::page::{Asked, Page};
use crate::schema::{pilot_areas, pilots};
use crate::write::Tx;
use crate::{application, area, assessment, call, municipality, names, organisation, programme};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = pilots, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    programme: String,
    call: String,
    sort_name: String,
    pilot_status: Plain<PilotStatus>,
    lead_id: String,
    begins: Option<NaiveDate>,
    record: Json<PilotRecord>,
    version: i64,
}

/// Lists pilots alphabetically.
pub fn list(db: &mut AnyConnection, asked: &Asked<PilotFilter>) -> Result<Page<Pilot>> {
    let filter = &asked.filter;
    programme::require(db, &filter.programme)?;
    call::require(db, &filter.call, &asked.permit)?;
    area::require(db, in_query("region", &filter.region))?;
    organisation::require(db, in_query("lead", &filter.lead))?;
    let matching = || matching(filter, asked.moment.today);
    list_rows!(db, asked, matching, pilots, id, pilots::sort_name)
}

fn matching(filter: &PilotFilter, today: NaiveDate) -> pilots::BoxedQuery<'static, Backend> {
    let mut query = pilots::table.into_boxed();
    any_of!(query, pilots::programme, filter.programme);
    any_of!(query, pilots::call, filter.call);
    if !filter.region.is_empty() {
        let responsible = pilot_areas::table
            .filter(pilot_areas::kind.eq(AreaKind::Region.code()))
            .filter(pilot_areas::code.eq_any(area::codes(&filter.region)));
        query = query.filter(pilots::id.eq_any(responsible.select(pilot_areas::pilot_id)));
    }
    any_of!(query, pilots::lead_id, filter.lead);
    if !filter.pilot_status.is_empty() {
        // As `PilotStatus::on` says it: before it can have begun, a pilot is planned.
        let wanted: Vec<_> = filter.pilot_status.iter().map(ToString::to_string).collect();
        let begun = pilots::begins.is_null().or(pilots::begins.le(today));
        let stored = pilots::pilot_status.eq_any(wanted).and(begun);
        query = if filter.pilot_status.contains(&PilotStatus::Planned) {
            query.filter(stored.or(pilots::begins.gt(today)))
        } else {
            query.filter(stored)
        };
    }
    query
}

/// Makes the pilot that a decision on an application means: planned, until somebody starts it. The facts are the
/// application's, which was held to the registry when it was submitted.
pub fn found(tx: &mut Tx, facts: PilotFacts, application: ApplicationId, decision: ObjectId) -> Result<Kept<Pilot>> {
    let origin = PilotOrigin { application: Some(application), decision: Some(decision) };
    tx.create(PilotId::new(), PilotRecord::planned(facts, origin))
}

/// Takes a step that somebody asks for.
pub fn transition(tx: &mut Tx, before: Kept<Pilot>, transition: PilotTransition) -> Result<Kept<Pilot>> {
    let PilotTransition { event, day, remarks } = transition;
    let role = tx.role();
    let to = Pilots::step(before.record.pilot_status, event, role).map_err(Error::of_step)?;
    let today = tx.moment().today;
    let day = day.unwrap_or(today);
    if let Err(invalid) = before.record.check_day(event, day, today) {
        return Err(Error::Refused(vec![Violation::pointer("/day", invalid)]));
    }
    let mut record = before.record.clone();
    record.pilot_status = to;
    record.steps.push(PilotStep { event, day, remarks });
    tx.update(before, record)
}

impl Stored for Pilot {
    fn find(db: &mut AnyConnection, id: &PilotId) -> Result<Option<Kept<Self>>> {
        find_row!(db, pilots, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let facts = &record.facts;
        let row = Row {
            id: id.clone(),
            programme: facts.programme.to_string(),
            call: facts.call.to_string(),
            sort_name: names::sort_key(&facts.names),
            pilot_status: Plain::of(&record.pilot_status),
            lead_id: facts.lead.to_string(),
            begins: record.begins(),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, pilots, &id, &row, step);
        put_areas!(db, pilot_areas, pilot_id = &id, step, record.facts.areas);
        Ok(())
    }

    /// By law alone: a pilot that does not come about is discontinued, and stays.
    fn remove(db: &mut AnyConnection, id: &PilotId) -> Result<()> {
        let id = id.to_string();
        diesel::delete(pilot_areas::table.filter(pilot_areas::pilot_id.eq(&id))).execute(db)?;
        diesel::delete(pilots::table.find(&id)).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    /// Everyone sees pilots. Each belongs to the organisation that leads it, and to the regions of its areas.
    fn sight(db: &mut AnyConnection, _: &PilotId, record: &PilotRecord, today: NaiveDate) -> Result<Sight> {
        let regions = municipality::regions_of_all(db, &record.facts.areas, today)?;
        Ok(Sight { published: true, organisation: Some(record.facts.lead), regions, ..Sight::default() })
    }

    /// What a pilot assesses belongs to whom it belongs to.
    fn pass_on(tx: &mut Tx, id: &PilotId, before: &Sight) -> Result<()> {
        assessment::pass_on(tx, &SubjectId::Pilot(*id), before)
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let facts = || kept.iter().map(|kept| &kept.record.facts);
        let areas = area::Named::load(db, facts().flat_map(|facts| &facts.areas))?;
        let named = facts().flat_map(|facts| std::iter::once(facts.lead).chain(facts.partners.iter().copied()));
        let organisations = Named::load(db, named)?;
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                let pilot_status = record.pilot_status.on(moment.today, record.begins());
                let PilotRecord { facts, steps, origin, .. } = record;
                Ok(Self {
                    id,
                    programme: facts.programme,
                    call: facts.call,
                    names: facts.names,
                    pilot_status,
                    lead: organisations.get(facts.lead)?,
                    partners: facts.partners.into_iter().map(|id| organisations.get(id)).collect::<Result<_>>()?,
                    areas: areas.all(&facts.areas)?,
                    starts: facts.starts,
                    ends: facts.ends,
                    objectives: facts.objectives,
                    tasks: facts.tasks,
                    progress: facts.progress,
                    observations: facts.observations,
                    origin,
                    steps,
                    version,
                })
            })
            .collect()
    }
}

impl Written for Pilot {
    fn new_id(_: &PilotFacts) -> PilotId {
        PilotId::new()
    }

    fn compose(tx: &mut Tx, _: &PilotId, facts: PilotFacts, before: Option<&PilotRecord>) -> Result<PilotRecord> {
        let place = |pointer: &str| Place::Pointer(pointer.to_owned());
        let today = tx.moment().today;
        together([
            programme::require_in_body(tx.db(), "/programme", &facts.programme),
            noun::require::<Call>(tx.db(), vec![(place("/call"), facts.call.clone())]),
            organisation::require(tx.db(), vec![(place("/lead"), facts.lead)]),
            organisation::require(tx.db(), in_body("/partners", &facts.partners)),
            area::require(tx.db(), in_body("/areas", &facts.areas)),
            refuse(facts.ahead_of(today)),
        ])?;
        if let Some(before) = before {
            refuse_to_move(tx, before, &facts)?;
        }
        let call = application::call_of(tx.db(), &facts.call)?.record.facts;
        // A draft is not there for whoever may not read it, and a pilot would tell of it.
        if !call.published {
            let invalid = Invalid::NoSuch { value: facts.call.to_string() };
            return Err(Error::Refused(vec![Violation::pointer("/call", invalid)]));
        }
        let contradictions = [
            ("/programme", call.programme != facts.programme),
            ("/starts", before.is_some_and(|before| before.starts_too_late(&facts))),
        ];
        refuse(Violation::wherever(contradictions, &Invalid::Contradictory))?;
        Ok(match before {
            Some(before) => PilotRecord { facts, ..before.clone() },
            None => PilotRecord::planned(facts, PilotOrigin::default()),
        })
    }
}

/// A pilot stays with its call and its programme.
fn refuse_to_move(tx: &Tx, before: &PilotRecord, facts: &PilotFacts) -> Result<()> {
    let moved = [("/programme", before.facts.programme != facts.programme), ("/call", before.facts.call != facts.call)];
    refuse_conflicts(Violation::wherever(moved, &Pilots::not_now(before.pilot_status, tx.role())))
}

impl Referred for Pilot {
    fn find_many(db: &mut AnyConnection, ids: &[String]) -> Result<Vec<Kept<Self>>> {
        find_rows!(db, pilots, id, ids)
    }
}
