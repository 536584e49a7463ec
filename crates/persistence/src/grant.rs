//! Grants.

use chrono::NaiveDate;
use diesel::dsl::{InnerJoin, IntoBoxed, not};
use diesel::prelude::*;
use digituki_domain::area::AreaKind;
use digituki_domain::clock::Moment;
use digituki_domain::grant::{Grant, GrantFilter, GrantId, GrantRecord, GrantStatus};
use digituki_domain::noun::Kept;
use digituki_domain::vocabulary::Vocabulary;

use crate::column::{Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Result, in_query};
use crate::noun::{Step, Stored, find_row, list_rows, put_areas, put_row};
use crate::organisation::Named;
use crate::page::{Asked, Page};
use crate::schema::{grant_areas, grants, organisations};
use crate::{area, call, organisation, programme};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = grants, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    programme: String,
    call: String,
    beneficiary_id: String,
    grant_status: Plain<GrantStatus>,
    usable_to: Option<NaiveDate>,
    record: Json<GrantRecord>,
    version: i64,
}

/// Lists grants alphabetically by beneficiary.
pub fn list(db: &mut AnyConnection, asked: &Asked<GrantFilter>) -> Result<Page<Grant>> {
    let filter = &asked.filter;
    programme::require(db, &filter.programme)?;
    call::require(db, &filter.call)?;
    area::require(db, in_query("region", &filter.region))?;
    organisation::require(db, in_query("beneficiary", &filter.beneficiary))?;
    let matching = || matching(filter, asked.moment.today);
    list_rows!(db, asked, matching, grants, id, organisations::sort_name)
}

type Joined = InnerJoin<grants::table, organisations::table>;

fn matching(filter: &GrantFilter, today: NaiveDate) -> IntoBoxed<'static, Joined, Backend> {
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
        // As `GrantStatus::on` says it: until its money is over, a completed grant was active.
        let wanted: Vec<_> = filter.grant_status.iter().map(ToString::to_string).collect();
        let completed = || grants::grant_status.eq(GrantStatus::Completed.code());
        let over = grants::usable_to.is_null().or(grants::usable_to.lt(today));
        let stored = grants::grant_status.eq_any(wanted).and(not(completed()).or(over));
        query = if filter.grant_status.contains(&GrantStatus::Active) {
            query.filter(stored.or(completed().and(grants::usable_to.ge(today))))
        } else {
            query.filter(stored)
        };
    }
    query
}

impl Stored for Grant {
    fn find(db: &mut AnyConnection, id: &GrantId) -> Result<Option<Kept<Self>>> {
        find_row!(db, grants, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let row = Row {
            id: id.clone(),
            programme: record.programme.to_string(),
            call: record.call.to_string(),
            beneficiary_id: record.beneficiary.to_string(),
            grant_status: Plain::of(&record.grant_status),
            usable_to: record.usable_to,
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, grants, &id, &row, step);
        put_areas!(db, grant_areas, grant_id = &id, step, &record.areas);
        Ok(())
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let areas = area::Named::load(db, kept.iter().flat_map(|kept| &kept.record.areas))?;
        let beneficiaries = Named::load(db, kept.iter().map(|kept| kept.record.beneficiary))?;
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                Ok(Self {
                    id,
                    grant_status: record.grant_status.on(moment.today, record.usable_to),
                    programme: record.programme,
                    call: record.call,
                    beneficiary: beneficiaries.get(record.beneficiary)?,
                    areas: areas.all(&record.areas)?,
                    amount: record.amount,
                    usable_from: record.usable_from,
                    usable_to: record.usable_to,
                    version,
                })
            })
            .collect()
    }
}
