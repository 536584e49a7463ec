//! Collections: their query, their page and their body.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::Uri;
use actix_web::http::header::{HeaderMap, HeaderName, LINK, VARY};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use digituki_persistence::page::{Asked, Page, Position, Window};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::app::App;
use crate::http::access::Allowed;
use crate::http::answer::Answer;
use crate::http::bounds::longest;
use crate::http::cursor::{self, Cursor};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Reader};

pub(crate) const DEFAULT_LIMIT: usize = 50;
pub(crate) const MAX_LIMIT: usize = 500;

/// Documents what every `ListQuery` reads besides its filter.
pub(crate) struct Paging;

/// The same without the total, for what has no end.
pub(crate) struct Walking;

impl IntoParams for Paging {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = Walking::into_params(place);
        let about = "`return=total-count` asks for `total`.";
        parameters.push(parameter("Prefer", ParameterIn::Header, about, text(longest("Prefer"))));
        parameters
    }
}

impl IntoParams for Walking {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MAX_LIMIT))
            .default(Some(DEFAULT_LIMIT.into()));
        let about_limit = format!("How many objects at most: 1 to {MAX_LIMIT}, {DEFAULT_LIMIT} when left out.");
        vec![
            parameter("limit", ParameterIn::Query, &about_limit, limit),
            parameter(
                "cursor",
                ParameterIn::Query,
                "Where the page starts: `next` of the page before. It belongs to the filters it was given with.",
                text(cursor::MAX_LENGTH).min_length(Some(1)).pattern(Some(cursor::PATTERN)),
            ),
        ]
    }
}

fn parameter(name: &str, place: ParameterIn, description: &str, schema: ObjectBuilder) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(place).description(Some(description));
    parameter.schema(Some(schema)).build()
}

fn text(max: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).max_length(Some(max))
}

/// The query of a collection: its filter, and the part that is asked for.
pub(crate) struct ListQuery<F> {
    pub(crate) asked: Asked<F>,
    binding: String,
    address: String,
    given: Vec<(String, String)>,
}

impl<F: FromQuery + 'static> FromRequest for ListQuery<F> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request))
    }
}

impl<F: FromQuery> ListQuery<F> {
    fn read(request: &HttpRequest) -> Result<Self, Problem> {
        let Some(app) = request.app_data::<Data<App>>() else {
            return Err(Problem::new(digituki_domain::problem::Code::InternalError));
        };
        let mut reader = Reader::new(request.query_string());
        let limit = reader.number("limit", 1, MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
        let binding = binding(request.uri());
        let cursor = reader.one_with("cursor", |text| Cursor::decode(text, &binding));
        let filter = F::read(&mut reader);
        let mut given = reader.finish()?;
        given.retain(|(name, _)| name != "cursor");
        let address = format!("{}{}", app.settings.public_url(), request.uri().path());
        let mut moment = app.clock.moment();
        if let Some(cursor) = &cursor {
            moment.today = cursor.today;
        }
        let after = cursor.map(|cursor| cursor.position);
        let window = Window { limit, after, count: wants_total(request.headers()) };
        let asked = Asked { filter, window, permit: Allowed::to_read(request)?, moment };
        Ok(Self { asked, binding, address, given })
    }
}

impl<F> ListQuery<F> {
    /// The page of a list that is kept in the program, sorted by what identifies its items.
    pub(crate) fn page_of<T>(&self, all: Vec<T>, id: impl Fn(&T) -> String) -> Page<T> {
        let total = self.asked.window.count.then(|| i64::try_from(all.len()).unwrap_or(i64::MAX));
        let start = self.asked.window.after.as_ref().map_or("", |position| position.id.as_str());
        let mut items: Vec<T> = all.into_iter().filter(|item| id(item).as_str() > start).collect();
        let more = items.len() > self.asked.window.limit;
        items.truncate(self.asked.window.limit);
        let next = items.last().filter(|_| more).map(|item| Position { sort: id(item), id: id(item) });
        Page { items, next, total }
    }

    /// Answers with a page.
    pub(crate) fn answer<T: Serialize>(&self, page: Page<T>) -> Result<Answer, Problem> {
        let next = page.next.map(|position| self.cursor(position));
        let answer = Answer::json(&ListOf { items: page.items, next: next.clone(), total: page.total })?;
        Ok(self.accompanied(answer, next.as_deref(), page.total))
    }

    /// The answer with what its headers say of the page.
    pub(crate) fn accompanied(&self, answer: Answer, next: Option<&str>, total: Option<i64>) -> Answer {
        let answer = self.linked(answer, next).with_header(VARY, "Prefer");
        match total {
            Some(_) => answer.with_header(HeaderName::from_static("preference-applied"), "return=total-count"),
            None => answer,
        }
    }
}

impl<F> ListQuery<F> {
    /// The cursor of a position in this list.
    pub(crate) fn cursor(&self, position: Position) -> String {
        Cursor { position, today: self.asked.moment.today }.encode(&self.binding)
    }

    /// The answer with the address of the next page.
    pub(crate) fn linked(&self, answer: Answer, next: Option<&str>) -> Answer {
        let Some(cursor) = next else { return answer };
        let mut query = form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(&self.given).append_pair("cursor", cursor).finish();
        answer.with_header(LINK, &format!("<{}?{query}>; rel=\"next\"", self.address))
    }
}

/// What a cursor belongs to: the path and every filter, whatever their order. How much is asked for at a time, and how
/// long one waits for it, is no filter.
fn binding(uri: &Uri) -> String {
    let mut filters: Vec<_> = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .filter(|(name, _)| !["cursor", "limit", "wait"].contains(&name.as_ref()))
        .collect();
    filters.sort_unstable();
    let mut binding = form_urlencoded::Serializer::new(format!("{}?", uri.path()));
    binding.extend_pairs(filters);
    binding.finish()
}

/// Whether the caller asks for the total (`Prefer`, RFC 7240).
fn wants_total(headers: &HeaderMap) -> bool {
    let preferences = headers.get_all("prefer").filter_map(|value| value.to_str().ok());
    preferences.flat_map(|value| value.split(',')).any(|preference| {
        let preference = preference.split(';').next().unwrap_or_default().trim().replace('"', "");
        preference.eq_ignore_ascii_case("return=total-count")
    })
}

/// The body of a collection.
#[derive(Serialize)]
pub(crate) struct ListOf<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
    pub(crate) total: Option<i64>,
}

impl<T: ToSchema> PartialSchema for ListOf<T> {
    fn schema() -> RefOr<Schema> {
        let nullable = |of| SchemaType::from_iter([of, Type::Null]);
        ObjectBuilder::new()
            .description(Some("A page of a collection."))
            .property(
                "items",
                ArrayBuilder::new()
                    .items(Ref::from_schema_name(T::name()))
                    .min_items(Some(0))
                    .max_items(Some(MAX_LIMIT))
                    .description(Some("The objects of the page, whole.")),
            )
            .property(
                "next",
                ObjectBuilder::new()
                    .schema_type(nullable(Type::String))
                    .max_length(Some(cursor::MAX_LENGTH))
                    .pattern(Some(cursor::PATTERN))
                    .description(Some("The cursor of the next page; null on the last.")),
            )
            .property(
                "total",
                ObjectBuilder::new()
                    .schema_type(nullable(Type::Integer))
                    .minimum(Some(0))
                    .maximum(Some(9_007_199_254_740_991_i64))
                    .description(Some(
                        "How many objects the filters find, when `Prefer: return=total-count` asks; else null.",
                    )),
            )
            .required("items")
            .required("next")
            .required("total")
            .build()
            .into()
    }
}

impl<T: ToSchema> ToSchema for ListOf<T> {
    fn name() -> Cow<'static, str> {
        format!("{}List", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}
