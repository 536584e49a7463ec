//! Counts points by what figures of availability are made of.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{case_when, count, count_star, not};
use diesel::prelude::*;
use diesel::sql_types::Integer;
use digituki_domain::availability::{Roaming, Standing, Supply};
use digituki_domain::clock::Moment;
use digituki_domain::freshness::Freshness;
use digituki_domain::point::Planar;
use digituki_domain::service_point::ServicePointFilter;
use digituki_domain::support::SupportForm;
use digituki_domain::vocabulary::Vocabulary as _;

use super::Known;
use super::conditions::Conditions;
use super::matching::{around, meeting};
use crate::column::Plain;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::schema::{alike_points, service_point_areas, service_points};

/// Counts the points that a filter finds, in as many statements however many there are. How fresh they are is seen from an
/// instant.
pub(crate) fn supply(
    db: &mut AnyConnection,
    known: &Known,
    filter: &ServicePointFilter,
    moment: Moment,
    seen_from: DateTime<Utc>,
) -> Result<Supply> {
    let conditions = Conditions::new(db, filter, moment, known)?;
    db.plan_by_values()?;
    Ok(Supply {
        standing: standing(db, &conditions, seen_from)?,
        roaming: roaming(db, &conditions)?,
        serving: serving(db)?,
        in_person: in_person(db, &conditions)?,
    })
}

fn standing(db: &mut AnyConnection, conditions: &Conditions, seen_from: DateTime<Utc>) -> Result<Vec<Standing>> {
    type Row = (String, Plain<SupportForm>, i64, i64, i64);
    let after = Freshness::Current.verified_after(seen_from).map_or(i64::MIN, |after| after.timestamp_millis());
    let is_current = case_when(service_points::verified_at.gt(after), 1.into_sql::<Integer>());
    let counts = service_points::table
        .filter(service_points::municipality.is_not_null())
        .group_by((service_points::municipality, service_points::support_form, service_points::languages))
        .select((
            service_points::municipality.assume_not_null(),
            service_points::support_form,
            service_points::languages,
            count_star(),
            count(is_current),
        ))
        .into_boxed();
    let rows: Vec<Row> = around!(conditions, meeting!(conditions, counts)).load(db)?;
    let standing = |(municipality, support_form, languages, points, current): Row| {
        Ok(Standing { municipality, support_form: support_form.read()?, languages, points, current })
    };
    rows.into_iter().map(standing).collect()
}

fn roaming(db: &mut AnyConnection, conditions: &Conditions) -> Result<Vec<Roaming>> {
    type Row = (Option<i64>, Plain<SupportForm>, bool, i64, i64);
    let alike =
        (service_points::serving, service_points::support_form, service_points::remote, service_points::languages);
    let counts = service_points::table
        .filter(not(service_points::has_place))
        .group_by(alike)
        .select((
            service_points::serving,
            service_points::support_form,
            service_points::remote,
            service_points::languages,
            count_star(),
        ))
        .into_boxed();
    let rows: Vec<Row> = around!(conditions, meeting!(conditions, counts)).load(db)?;
    let roaming = |(serving, support_form, remote, languages, points): Row| {
        Ok(Roaming { serving, support_form: support_form.read()?, remote, languages, points })
    };
    rows.into_iter().map(roaming).collect()
}

/// The terms by which points without a place serve, told by one point of those that serve the same.
fn serving(db: &mut AnyConnection) -> Result<HashMap<i64, Vec<String>>> {
    let examples = alike_points::table
        .filter(not(alike_points::has_place))
        .group_by(alike_points::serving)
        .select(diesel::dsl::min(alike_points::number));
    let terms = service_point_areas::table
        .inner_join(service_points::table.on(service_points::number.eq(service_point_areas::number)))
        .filter(service_points::number.nullable().eq_any(examples))
        .filter(service_points::serving.is_not_null())
        .select((service_points::serving.assume_not_null(), service_point_areas::area));
    let mut serving: HashMap<i64, Vec<String>> = HashMap::new();
    for (id, area) in terms.load::<(i64, String)>(db)? {
        serving.entry(id).or_default().push(area);
    }
    Ok(serving)
}

/// Where support is given in person.
fn in_person(db: &mut AnyConnection, conditions: &Conditions) -> Result<Vec<Planar>> {
    let places = service_points::table
        .filter(service_points::municipality.is_not_null())
        .filter(service_points::support_form.eq(SupportForm::InPerson.code()))
        .filter(service_points::northing.is_not_null())
        .select((service_points::northing.assume_not_null(), service_points::easting.assume_not_null()))
        .distinct()
        .into_boxed();
    let places: Vec<(i64, i64)> = around!(conditions, meeting!(conditions, places)).load(db)?;
    Ok(places.into_iter().map(Planar::of_centimetres).collect())
}
