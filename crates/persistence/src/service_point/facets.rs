//! Counts of points by the values of a field, under all filters.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;
use digituki_domain::area::AreaKind;
use digituki_domain::clock::Moment;
use digituki_domain::freshness::Freshness;
use digituki_domain::service_point::{Facet, FacetField, FacetValue, Term};
use digituki_domain::vocabulary::Vocabulary as _;

use super::matching::{Conditions, Query, around, meeting};
use crate::column::fresh;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::schema::{counted_terms, memberships, service_points};

/// Counts by each of the fields.
pub(super) fn count(
    db: &mut AnyConnection,
    conditions: &Conditions,
    fields: &[FacetField],
    day: NaiveDate,
    moment: Moment,
) -> Result<Vec<Facet>> {
    let mut facets: Vec<Facet> = Vec::new();
    for field in fields {
        if facets.iter().any(|facet| facet.field == *field) {
            continue;
        }
        let mut values: Vec<FacetValue> = match field {
            FacetField::Freshness => by_freshness(db, conditions, moment)?,
            FacetField::Region => by_region(db, conditions, day)?,
            field => by_term(db, conditions, field.code())?,
        };
        values.retain(|value| value.count > 0);
        values.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.value.cmp(&other.value)));
        facets.push(Facet { field: *field, values });
    }
    Ok(facets)
}

fn by_term(db: &mut AnyConnection, conditions: &Conditions, field: &str) -> Result<Vec<FacetValue>> {
    let (first, beyond) = Term::range(field);
    let points = service_points::table
        .inner_join(counted_terms::table.on(counted_terms::number.eq(service_points::number)))
        .filter(counted_terms::term.ge(first.clone()))
        .filter(counted_terms::term.lt(beyond))
        .group_by(counted_terms::term)
        .select((counted_terms::term, count_star()))
        .into_boxed();
    let counted: Vec<(String, i64)> = around!(conditions, meeting!(conditions, points)).load(db)?;
    let value = |(term, count): (String, i64)| FacetValue { value: term[first.len()..].to_owned(), count };
    Ok(counted.into_iter().map(value).collect())
}

/// By the regions in which the municipalities lie on the day.
fn by_region(db: &mut AnyConnection, conditions: &Conditions, day: NaiveDate) -> Result<Vec<FacetValue>> {
    let regions: HashMap<String, String> = memberships::table
        .filter(memberships::kind.eq(AreaKind::Region.code()))
        .filter(memberships::valid_from.is_null().or(memberships::valid_from.le(day)))
        .filter(memberships::valid_to.is_null().or(memberships::valid_to.ge(day)))
        .select((memberships::municipality, memberships::area))
        .load::<(String, String)>(db)?
        .into_iter()
        .collect();
    let mut counts: HashMap<&str, i64> = HashMap::new();
    for FacetValue { value, count } in by_term(db, conditions, FacetField::Municipality.code())? {
        if let Some(region) = regions.get(&value) {
            *counts.entry(region).or_default() += count;
        }
    }
    Ok(counts.into_iter().map(|(value, count)| FacetValue { value: value.to_owned(), count }).collect())
}

fn by_freshness(db: &mut AnyConnection, conditions: &Conditions, moment: Moment) -> Result<Vec<FacetValue>> {
    let mut values = Vec::new();
    for freshness in Freshness::VALUES {
        let mut query: Query = conditions.everything();
        let wanted = [*freshness];
        fresh!(query, service_points::verified_at, wanted, moment);
        values.push(FacetValue { value: freshness.code().to_owned(), count: query.count().get_result(db)? });
    }
    Ok(values)
}
