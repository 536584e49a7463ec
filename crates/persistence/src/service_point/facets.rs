//! Counts of points by the values of a field, under all filters.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use digituki_domain::freshness::Freshness;
use digituki_domain::service_point::{Facet, FacetField, FacetValue, Term};
use digituki_domain::vocabulary::Vocabulary as _;

use super::Known;
use super::conditions::Conditions;
use super::matching::{Query, around, meeting};
use crate::column::fresh;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::feed;
use crate::schema::{counted_terms, service_points};

/// Counts by each of the fields.
pub(super) fn count(
    db: &mut AnyConnection,
    conditions: &Conditions,
    known: &Known,
    fields: &[FacetField],
    day: NaiveDate,
) -> Result<Vec<Facet>> {
    let mut facets: Vec<Facet> = Vec::new();
    // What follows from what is written alone is known until something is.
    let last_seq = conditions.are_terms().then(|| feed::last_seq(db)).transpose()?;
    for field in fields {
        if facets.iter().any(|facet| facet.field == *field) {
            continue;
        }
        let values = match last_seq.filter(|_| *field != FacetField::Freshness) {
            Some(last_seq) => {
                let question = (field.code(), conditions.day, conditions.terms());
                known.counts(&question, last_seq, || by(*field, db, conditions, known, day))?
            }
            None => by(*field, db, conditions, known, day)?,
        };
        facets.push(Facet { field: *field, values });
    }
    Ok(facets)
}

/// Counts by one field, the most frequent value first.
fn by(
    field: FacetField,
    db: &mut AnyConnection,
    conditions: &Conditions,
    known: &Known,
    day: NaiveDate,
) -> Result<Vec<FacetValue>> {
    db.plan_by_values()?;
    let mut values: Vec<FacetValue> = match field {
        FacetField::Freshness => by_freshness(db, conditions)?,
        FacetField::Municipality => by_municipality(db, conditions)?,
        FacetField::Region => by_region(db, conditions, known, day)?,
        field => by_term(db, conditions, field.code())?,
    };
    values.retain(|value| value.count > 0);
    values.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.value.cmp(&other.value)));
    Ok(values)
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

fn by_municipality(db: &mut AnyConnection, conditions: &Conditions) -> Result<Vec<FacetValue>> {
    let points = service_points::table
        .group_by(service_points::municipality)
        .select((service_points::municipality, count_star()))
        .into_boxed();
    let counted: Vec<(Option<String>, i64)> = around!(conditions, meeting!(conditions, points)).load(db)?;
    Ok(counted.into_iter().filter_map(|(value, count)| Some(FacetValue { value: value?, count })).collect())
}

/// By the regions in which the municipalities lie on the day.
fn by_region(
    db: &mut AnyConnection,
    conditions: &Conditions,
    known: &Known,
    day: NaiveDate,
) -> Result<Vec<FacetValue>> {
    let atlas = known.atlas(db)?;
    let mut counts: HashMap<&str, i64> = HashMap::new();
    let counted = by_municipality(db, conditions)?;
    for FacetValue { value, count } in &counted {
        if let Some(region) = atlas.region_of(value, day) {
            *counts.entry(region).or_default() += count;
        }
    }
    Ok(counts.into_iter().map(|(value, count)| FacetValue { value: value.to_owned(), count }).collect())
}

fn by_freshness(db: &mut AnyConnection, conditions: &Conditions) -> Result<Vec<FacetValue>> {
    let mut values = Vec::new();
    for freshness in Freshness::VALUES {
        let mut query: Query = conditions.everything();
        let wanted = [*freshness];
        fresh!(query, service_points::verified_at, wanted, conditions.moment, |at: DateTime<Utc>| at
            .timestamp_millis());
        values.push(FacetValue { value: freshness.code().to_owned(), count: query.count().get_result(db)? });
    }
    Ok(values)
}
