//! Grants.

use chrono::NaiveDate;
use diesel::dsl::{InnerJoin, IntoBoxed, not};
use diesel::prelude::*;
use digituki_domain::area::AreaKind;
use digituki_domain::grant::{Grant, GrantFilter, GrantId, GrantStatus};
use digituki_domain::money::Money;
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary;

use crate::column::{self, Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::Result;
use crate::organisation::Named;
use crate::page::{Page, Position, Window, keyset};
use crate::schema::{grant_areas, grants, organisations};
use crate::scope::Scopes;
use crate::{area, call, organisation, programme};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = grants, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) programme: String,
    pub(crate) call: String,
    pub(crate) beneficiary_id: String,
    pub(crate) amount: Option<Json<Money>>,
    pub(crate) grant_status: Plain<GrantStatus>,
    pub(crate) usable_from: Option<NaiveDate>,
    pub(crate) usable_to: Option<NaiveDate>,
    pub(crate) version: i64,
}

/// Lists grants alphabetically by beneficiary.
pub fn list(db: &mut AnyConnection, filter: &GrantFilter, today: NaiveDate, window: &Window) -> Result<Page<Grant>> {
    programme::require(db, &filter.programme)?;
    call::require(db, &filter.call)?;
    area::require(db, &[("region", &filter.region)])?;
    organisation::require(db, "beneficiary", &filter.beneficiary)?;
    let matching = || matching(filter, today);
    let total = window.total(|| matching().count().get_result(db))?;
    let rows: Vec<(Row, String)> = keyset!(matching(), window, organisations::sort_name, grants::id)
        .select((Row::as_select(), organisations::sort_name))
        .load(db)?;
    let position = |(row, name): &(Row, String)| Position { sort: name.clone(), id: row.id.clone() };
    let only_rows = |rows: Vec<(Row, String)>| rows.into_iter().map(|(row, _)| row).collect();
    window.page(rows, total, position, |rows| assemble(db, only_rows(rows), today))
}

/// One grant.
pub fn get(db: &mut AnyConnection, id: GrantId, today: NaiveDate) -> Result<Option<Grant>> {
    let row = grants::table.find(id.to_string()).select(Row::as_select()).first(db).optional()?;
    Ok(assemble(db, row.into_iter().collect(), today)?.pop())
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

fn assemble(db: &mut AnyConnection, rows: Vec<Row>, today: NaiveDate) -> Result<Vec<Grant>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let within = grant_areas::table
        .filter(grant_areas::grant_id.eq_any(ids))
        .order((grant_areas::kind, grant_areas::code))
        .load(db)?;
    let mut areas = Scopes::load(db, within)?;
    let beneficiaries = Named::load(db, rows.iter().map(|row| row.beneficiary_id.as_str()))?;
    rows.into_iter()
        .map(|row| {
            Ok(Grant {
                id: column::parse(&row.id)?,
                programme: column::parse(&row.programme)?,
                call: column::parse(&row.call)?,
                beneficiary: beneficiaries.get(&row.beneficiary_id)?,
                areas: areas.take(&row.id),
                amount: row.amount.as_ref().map(Json::read).transpose()?,
                grant_status: row.grant_status.read()?.on(today, row.usable_to),
                usable_from: row.usable_from,
                usable_to: row.usable_to,
                version: Version::new(row.version),
            })
        })
        .collect()
}
