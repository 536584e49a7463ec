//! Pilots.

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::AreaKind;
use digituki_domain::date::RoughDate;
use digituki_domain::pilot::{Pilot, PilotFilter, PilotId, PilotStatus, PilotTask};
use digituki_domain::text::{Descriptions, Names};
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary;

use crate::column::{self, Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::Result;
use crate::organisation::Named;
use crate::page::{Page, Position, Window, keyset};
use crate::schema::{pilot_areas, pilots};
use crate::scope::Scopes;
use crate::{area, call, organisation, programme};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = pilots, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) programme: String,
    pub(crate) call: String,
    pub(crate) names: Json<Names>,
    pub(crate) sort_name: String,
    pub(crate) pilot_status: Plain<PilotStatus>,
    pub(crate) lead_id: String,
    pub(crate) starts: Option<Json<RoughDate>>,
    /// The first day on which it can have begun.
    pub(crate) begins: Option<NaiveDate>,
    pub(crate) ends: Option<Json<RoughDate>>,
    pub(crate) objectives: Json<Vec<Descriptions>>,
    pub(crate) tasks: Json<Vec<PilotTask>>,
    pub(crate) version: i64,
}

/// Lists pilots alphabetically.
pub fn list(db: &mut AnyConnection, filter: &PilotFilter, today: NaiveDate, window: &Window) -> Result<Page<Pilot>> {
    programme::require(db, &filter.programme)?;
    call::require(db, &filter.call)?;
    area::require(db, &[("region", &filter.region)])?;
    organisation::require(db, "lead", &filter.lead)?;
    let matching = || matching(filter, today);
    let total = window.total(|| matching().count().get_result(db))?;
    let rows = keyset!(matching(), window, pilots::sort_name, pilots::id).select(Row::as_select()).load(db)?;
    let position = |row: &Row| Position { sort: row.sort_name.clone(), id: row.id.clone() };
    window.page(rows, total, position, |rows| assemble(db, rows, today))
}

/// One pilot.
pub fn get(db: &mut AnyConnection, id: PilotId, today: NaiveDate) -> Result<Option<Pilot>> {
    let row = pilots::table.find(id.to_string()).select(Row::as_select()).first(db).optional()?;
    Ok(assemble(db, row.into_iter().collect(), today)?.pop())
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

fn assemble(db: &mut AnyConnection, rows: Vec<Row>, today: NaiveDate) -> Result<Vec<Pilot>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let responsible = pilot_areas::table
        .filter(pilot_areas::pilot_id.eq_any(ids))
        .order((pilot_areas::kind, pilot_areas::code))
        .load(db)?;
    let mut areas = Scopes::load(db, responsible)?;
    let leads = Named::load(db, rows.iter().map(|row| row.lead_id.as_str()))?;
    rows.into_iter()
        .map(|row| {
            let starts = row.starts.as_ref().map(Json::read).transpose()?;
            Ok(Pilot {
                id: column::parse(&row.id)?,
                programme: column::parse(&row.programme)?,
                call: column::parse(&row.call)?,
                names: row.names.read()?,
                pilot_status: row.pilot_status.read()?.on(today, starts.as_ref()),
                lead: leads.get(&row.lead_id)?,
                areas: areas.take(&row.id),
                starts,
                ends: row.ends.as_ref().map(Json::read).transpose()?,
                objectives: row.objectives.read()?,
                tasks: row.tasks.read()?,
                version: Version::new(row.version),
            })
        })
        .collect()
}
