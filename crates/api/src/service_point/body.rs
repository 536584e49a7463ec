//! The body of a page of service points.

use digituki_domain::service_point::{Facet, ServicePoint, ServicePointField};
use digituki_persistence::Error;
use digituki_persistence::service_point::Rendered;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::http::list::ListOf;

/// Documents a page: whole points, or of each the fields that were asked for; and the counts that were asked for.
pub(super) struct ServicePointList;

impl PartialSchema for ServicePointList {
    fn schema() -> RefOr<Schema> {
        page_of::<ServicePoint>()
    }
}

/// A page of either, with the counts.
fn page_of<T: ToSchema>() -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut list)) = ListOf::<T>::schema() else {
        return Ref::from_schema_name(T::name()).into();
    };
    let facets = ArrayBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Array, Type::Null]))
        .items(Ref::from_schema_name(Facet::name()))
        .max_items(Some(100))
        .description(Some("The counts that `facets` asks for, in that order; else null."));
    list.properties.insert("facets".to_owned(), RefOr::T(facets.into()));
    list.required.push("facets".to_owned());
    RefOr::T(Schema::Object(list))
}

impl ToSchema for ServicePointList {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ListOf::<ServicePoint>::schemas(schemas);
        schemas.push((Facet::name().into_owned(), Facet::schema()));
        Facet::schemas(schemas);
    }
}

/// Documents what was asked for of a point: its id, and the fields that were named.
pub(super) struct ServicePointExcerpt;

impl PartialSchema for ServicePointExcerpt {
    fn schema() -> RefOr<Schema> {
        let RefOr::T(Schema::Object(mut excerpt)) = ServicePoint::schema() else {
            return Ref::from_schema_name("ServicePoint").into();
        };
        excerpt.description = Some("Of a service point its id, and the fields that `fields` asks for.".into());
        RefOr::T(Schema::Object(excerpt))
    }
}

impl ToSchema for ServicePointExcerpt {}

/// Documents an answer: a page of points, or of what was asked for of them.
pub(super) struct ServicePointAnswer;

impl PartialSchema for ServicePointAnswer {
    fn schema() -> RefOr<Schema> {
        let either = AnyOfBuilder::new()
            .item(Ref::from_schema_name("ServicePointList"))
            .item(Ref::from_schema_name("ServicePointExcerptList"))
            .description(Some("A page of service points; with `fields`, of what was asked for of them."));
        RefOr::T(Schema::AnyOf(either.build()))
    }
}

impl ToSchema for ServicePointAnswer {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((ServicePointList::name().into_owned(), ServicePointList::schema()));
        ServicePointList::schemas(schemas);
        schemas.push(("ServicePointExcerptList".into(), page_of::<ServicePointExcerpt>()));
        schemas.push((ServicePointExcerpt::name().into_owned(), ServicePointExcerpt::schema()));
    }
}

/// Of each point the fields that were asked for, its id among them; the whole point where none were.
pub(super) fn excerpt(points: Vec<Rendered>, fields: &[ServicePointField]) -> Result<Vec<Rendered>, Error> {
    if fields.is_empty() {
        return Ok(points);
    }
    let wanted = |name: &str| name == "id" || fields.iter().any(|field| field.as_str() == name);
    points.iter().map(|point| point.excerpt(wanted)).collect()
}
