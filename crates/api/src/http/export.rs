//! Collections in other formats than JSON: a page as GeoJSON (RFC 7946), and all of them as CSV (RFC 4180) or as one
//! object a line, streamed.

use std::borrow::Cow;
use std::io;
use std::marker::PhantomData;

use actix_web::http::header::HeaderMap;
use actix_web::web::{Bytes, Data};
use actix_web::{Either, HttpRequest, HttpResponse};
use digituki_domain::location::Location;
use digituki_domain::need_indicator::NeedIndicator;
use digituki_domain::problem::Code;
use digituki_persistence::page::{Asked, Page};
use digituki_persistence::service_point::Rendered;
use digituki_persistence::{AnyConnection, Error};
use futures_util::{Stream, stream};
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::app::App;
use crate::http::answer::{Answer, JSON, NDJSON, choose};
use crate::http::list::{ListOf, ListQuery, MAX_LIMIT};
use crate::http::problem::Problem;
use crate::{location, need_indicator, service_point};

/// Places on a map (RFC 7946).
pub(crate) const GEOJSON: &str = "application/geo+json";
/// A table (RFC 4180).
pub(crate) const CSV: &str = "text/csv";

/// How many objects a stream reads at a time.
const STRIDE: usize = 500;

/// How the objects of a collection look in other formats.
pub(crate) struct Shape {
    /// Where in an object its point stands, as a JSON Pointer; none for what has no place.
    pub(crate) point: Option<&'static str>,
    /// The columns of its table: each with its name and where in the object it stands.
    pub(crate) columns: &'static [(&'static str, &'static str)],
}

/// How a page is read.
#[derive(Clone, Copy)]
pub(crate) enum Reading {
    /// From one snapshot.
    Snapshot,
    /// Without: what is gone when a page that was chosen is read is left out.
    Glance,
}

/// A page, and what else is said with it as JSON.
pub(crate) struct Listed<T> {
    pub(crate) page: Page<T>,
    pub(crate) more: Map<String, Value>,
}

impl<T> From<Page<T>> for Listed<T> {
    fn from(page: Page<T>) -> Self {
        Self { page, more: Map::new() }
    }
}

/// Documents a table: its first line names the columns.
pub(crate) struct Table;

impl PartialSchema for Table {
    fn schema() -> RefOr<Schema> {
        let table =
            ObjectBuilder::new().schema_type(Type::String).min_length(Some(2)).max_length(Some(i32::MAX as usize));
        table.pattern(Some("^id,")).description(Some("A table (RFC 4180): its first line names the columns.")).into()
    }
}

impl ToSchema for Table {}

/// Documents a page as GeoJSON.
pub(crate) struct FeaturesOf<T>(PhantomData<fn() -> T>);

impl<T: ToSchema> PartialSchema for FeaturesOf<T> {
    fn schema() -> RefOr<Schema> {
        let constant = |value: &str| {
            let length = Some(value.len());
            let text = ObjectBuilder::new().schema_type(Type::String).min_length(length).max_length(length);
            text.pattern(Some(format!("^{value}$"))).description(Some(format!("Always `{value}`.")))
        };
        let coordinates = ArrayBuilder::new()
            .items(ObjectBuilder::new().schema_type(Type::Number).minimum(Some(19)).maximum(Some(71)))
            .min_items(Some(2))
            .max_items(Some(2))
            .description(Some("Longitude and latitude in degrees (WGS84)."));
        let geometry = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
            .property("type", constant("Point"))
            .property("coordinates", coordinates)
            .required("type")
            .required("coordinates")
            .description(Some("Where it is; null for what has no place."));
        let id = ObjectBuilder::new().schema_type(Type::String).min_length(Some(36)).max_length(Some(73));
        let feature = ObjectBuilder::new()
            .property("type", constant("Feature"))
            .property("id", id.pattern(Some("^[0-9a-f.-]+$")).description(Some("The object's id.")))
            .property("geometry", geometry)
            .property("properties", Ref::from_schema_name(T::name()))
            .description(Some("An object with its place (RFC 7946)."))
            .required("type")
            .required("id")
            .required("geometry")
            .required("properties");
        let RefOr::T(Schema::Object(mut page)) = ListOf::<T>::schema() else {
            return Ref::from_schema_name(T::name()).into();
        };
        let features = ArrayBuilder::new().items(feature).min_items(Some(0)).max_items(Some(MAX_LIMIT));
        let features = features.description(Some("The objects of the page."));
        let (next, total) = (page.properties.remove("next"), page.properties.remove("total"));
        let mut collection = ObjectBuilder::new()
            .description(Some("A page of a collection as GeoJSON (RFC 7946)."))
            .property("type", constant("FeatureCollection"))
            .property("features", features)
            .required("type")
            .required("features")
            .required("next")
            .required("total")
            .build();
        collection.properties.extend(next.map(|next| ("next".to_owned(), next)));
        collection.properties.extend(total.map(|total| ("total".to_owned(), total)));
        collection.into()
    }
}

impl<T: ToSchema> ToSchema for FeaturesOf<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Features", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ListOf::<T>::schemas(schemas);
    }
}

/// What stands in a collection.
pub(crate) trait Item {
    /// Writes it as JSON behind what is there.
    fn write_to(&self, out: &mut Vec<u8>) -> Result<(), Error>;
}

impl Item for Rendered {
    fn write_to(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        Self::write_to(self, out)
    }
}

impl Item for Location {
    fn write_to(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        Ok(serde_json::to_writer(out, self)?)
    }
}

impl Item for NeedIndicator {
    fn write_to(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        Ok(serde_json::to_writer(out, self)?)
    }
}

impl Item for Value {
    fn write_to(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        Ok(serde_json::to_writer(out, self)?)
    }
}

/// An item as a value, to look into.
fn value(item: &impl Item) -> Result<Value, Error> {
    let mut json = Vec::new();
    item.write_to(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

/// The body of a page as JSON. Its items are taken over as they are written: to read them again would cost more than
/// all else.
fn body<T: Item>(listed: &Listed<T>, next: Option<&str>) -> Result<Vec<u8>, Error> {
    /// In bytes: more room than this is made as it is needed.
    const LONGEST_GUESS: usize = 1 << 20;
    let items = &listed.page.items;
    let mut body = b"{\"items\":[".to_vec();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        item.write_to(&mut body)?;
        if index == 0 {
            // The others are about as long, unless the first is very long.
            body.reserve((body.len() * (items.len() + 1)).min(LONGEST_GUESS));
        }
    }
    body.extend_from_slice(b"],\"next\":");
    serde_json::to_writer(&mut body, &next)?;
    body.extend_from_slice(b",\"total\":");
    serde_json::to_writer(&mut body, &listed.page.total)?;
    for (name, value) in &listed.more {
        body.push(b',');
        serde_json::to_writer(&mut body, name)?;
        body.push(b':');
        serde_json::to_writer(&mut body, value)?;
    }
    body.push(b'}');
    Ok(body)
}

impl App {
    /// Answers with a collection in the format that the caller likes best.
    pub(crate) async fn export<F, T, W>(
        app: Data<Self>,
        request: &HttpRequest,
        query: ListQuery<F>,
        shape: &'static Shape,
        (reading, work): (Reading, W),
    ) -> Result<Either<Answer, HttpResponse>, Problem>
    where
        F: Clone + Send + 'static,
        T: Item + Send + 'static,
        W: Fn(&mut AnyConnection, &Asked<F>) -> Result<Listed<T>, Error> + Clone + Send + 'static,
    {
        let format = format(request.headers(), shape).ok_or_else(|| Problem::new(Code::NotAcceptable))?;
        let mut asked = query.asked.clone();
        if format == CSV || format == NDJSON {
            asked.window.limit = STRIDE;
            asked.window.count = false;
        }
        let listed = page(&app, (reading, &work), &asked).await?;
        if format == CSV || format == NDJSON {
            let lines = lines(app, asked, (reading, work), shape, listed.page, format);
            return Ok(Either::Right(HttpResponse::Ok().content_type(format).streaming(lines)));
        }
        let next = listed.page.next.clone().map(|position| query.cursor(position));
        let answer = if format == GEOJSON {
            Answer::of_type(GEOJSON, &features(&listed.page, next.as_deref(), shape)?)?
        } else {
            Answer::written(body(&listed, next.as_deref())?)
        };
        Ok(Either::Left(query.accompanied(answer, next.as_deref(), listed.page.total)))
    }
}

/// The format that a caller likes best; none when it takes none.
pub(crate) fn format(headers: &HeaderMap, shape: &Shape) -> Option<&'static str> {
    if shape.point.is_some() {
        choose(headers, &[JSON, GEOJSON, CSV, NDJSON])
    } else {
        choose(headers, &[JSON, CSV, NDJSON])
    }
}

/// A page, read from the registry.
async fn page<F, T, W>(app: &App, (reading, work): (Reading, &W), asked: &Asked<F>) -> Result<Listed<T>, Problem>
where
    F: Clone + Send + 'static,
    T: Send + 'static,
    W: Fn(&mut AnyConnection, &Asked<F>) -> Result<Listed<T>, Error> + Clone + Send + 'static,
{
    let (work, asked) = (work.clone(), asked.clone());
    match reading {
        Reading::Glance if !asked.window.count => app.glance(move |db| work(db, &asked)).await,
        Reading::Glance | Reading::Snapshot => app.read(move |db| Ok(work(db, &asked)?)).await,
    }
}

/// A page as GeoJSON: what has no place is a feature without geometry.
fn features<T: Item>(page: &Page<T>, next: Option<&str>, shape: &Shape) -> Result<Value, Problem> {
    let mut features = Vec::new();
    for item in &page.items {
        let object = value(item)?;
        let geometry = match shape.point.and_then(|point| object.pointer(point)) {
            Some(point @ Value::Object(_)) => json!({"type": "Point", "coordinates": [point["lon"], point["lat"]]}),
            _ => Value::Null,
        };
        features.push(json!({"type": "Feature", "id": object["id"], "geometry": geometry, "properties": object}));
    }
    Ok(json!({"type": "FeatureCollection", "features": features, "next": next, "total": page.total}))
}

/// All objects from a page on, one a line. A stream that cannot go on is broken off: it never ends as if it were whole.
fn lines<F, T, W>(
    app: Data<App>,
    asked: Asked<F>,
    (reading, work): (Reading, W),
    shape: &'static Shape,
    first: Page<T>,
    format: &'static str,
) -> impl Stream<Item = io::Result<Bytes>>
where
    F: Clone + Send + 'static,
    T: Item + Send + 'static,
    W: Fn(&mut AnyConnection, &Asked<F>) -> Result<Listed<T>, Error> + Clone + Send + 'static,
{
    let mut head = (format == CSV).then_some(shape);
    stream::unfold(Some((app, asked, work, Some(first))), move |state| {
        let head = head.take();
        async move {
            let (app, mut asked, work, read) = state?;
            let read = match read {
                Some(read) => Ok(read),
                None => page(&app, (reading, &work), &asked).await.map(|listed| listed.page),
            };
            let read = match read {
                Ok(read) => read,
                Err(problem) => return Some((Err(io::Error::other(problem.to_string())), None)),
            };
            let text = if format == CSV { table(head, &read.items, shape) } else { ndjson(&read.items) };
            let rest = read.next.map(|position| {
                asked.window.after = Some(position);
                (app, asked, work, None)
            });
            Some((text, rest))
        }
    })
}

/// What a recorded page of an operation looks like in another format.
pub(crate) fn example(page: &Value, operation_id: &str, format: &str) -> Value {
    let shape = match operation_id {
        "list_locations" => &location::SHAPE,
        "list_need_indicators" => &need_indicator::SHAPE,
        _ => &service_point::SHAPE,
    };
    let items = page["items"].as_array().cloned().unwrap_or_default();
    if format == CSV {
        let table = table(Some(shape), &items, shape).unwrap_or_default();
        return json!(String::from_utf8_lossy(&table));
    }
    let next = page["next"].as_str();
    let page = Page { items, next: None, total: page["total"].as_i64() };
    features(&page, next, shape).unwrap_or_default()
}

fn ndjson<T: Item>(items: &[T]) -> io::Result<Bytes> {
    let mut lines = Vec::new();
    for item in items {
        item.write_to(&mut lines).map_err(io::Error::other)?;
        lines.push(b'\n');
    }
    Ok(lines.into())
}

fn table<T: Item>(head: Option<&Shape>, items: &[T], shape: &Shape) -> io::Result<Bytes> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if let Some(shape) = head {
        writer.write_record(shape.columns.iter().map(|(name, _)| name))?;
    }
    for item in items {
        let object = value(item).map_err(io::Error::other)?;
        writer.write_record(shape.columns.iter().map(|(_, place)| cell(object.pointer(place))))?;
    }
    writer.into_inner().map(Bytes::from).map_err(|error| io::Error::other(error.to_string()))
}

/// A value as it stands in a table: lists with spaces between, what is not known empty.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => harmless(text),
        Some(Value::Array(items)) => items.iter().map(|item| cell(Some(item))).collect::<Vec<_>>().join(" "),
        Some(other) => other.to_string(),
    }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    let number =
        text.strip_prefix(['+', '-']).is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !number { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_a_value_and_never_a_formula() {
        let table = [
            (json!(null), ""),
            (json!("Kirjasto"), "Kirjasto"),
            (json!("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")"),
            (json!("@SUM(A1)"), "'@SUM(A1)"),
            (json!("-cmd"), "'-cmd"),
            (json!("+358295000"), "+358295000"),
            (json!(["fi", "sv"]), "fi sv"),
            (json!(60.1), "60.1"),
            (json!(false), "false"),
        ];
        for (value, expected) in table {
            assert_eq!(cell(Some(&value)), expected);
        }
    }
}
