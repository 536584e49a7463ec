//! Pilots.

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::AreaKind;
use digituki_domain::clock::Moment;
use digituki_domain::noun::Kept;
use digituki_domain::pilot::{Pilot, PilotFilter, PilotId, PilotRecord, PilotStatus};
use digituki_domain::vocabulary::Vocabulary;

use crate::column::{Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Result, in_query};
use crate::noun::{Step, Stored, find_row, list_rows, put_areas, put_row};
use crate::organisation::Named;
use crate::page::{Asked, Page};
use crate::schema::{pilot_areas, pilots};
use crate::{area, call, names, organisation, programme};

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
    call::require(db, &filter.call)?;
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

impl Stored for Pilot {
    fn find(db: &mut AnyConnection, id: &PilotId) -> Result<Option<Kept<Self>>> {
        find_row!(db, pilots, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let row = Row {
            id: id.clone(),
            programme: record.programme.to_string(),
            call: record.call.to_string(),
            sort_name: names::sort_key(&record.names),
            pilot_status: Plain::of(&record.pilot_status),
            lead_id: record.lead.to_string(),
            begins: record.begins(),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, pilots, &id, &row, step);
        put_areas!(db, pilot_areas, pilot_id = &id, step, &record.areas);
        Ok(())
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let areas = area::Named::load(db, kept.iter().flat_map(|kept| &kept.record.areas))?;
        let leads = Named::load(db, kept.iter().map(|kept| kept.record.lead))?;
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                Ok(Self {
                    id,
                    pilot_status: record.pilot_status.on(moment.today, record.begins()),
                    programme: record.programme,
                    call: record.call,
                    names: record.names,
                    lead: leads.get(record.lead)?,
                    areas: areas.all(&record.areas)?,
                    starts: record.starts,
                    ends: record.ends,
                    objectives: record.objectives,
                    tasks: record.tasks,
                    version,
                })
            })
            .collect()
    }
}
