//! Collections: their query, their page and their body.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::Uri;
use actix_web::http::header::{HeaderMap, HeaderName, LINK, VARY};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use chrono::NaiveDate;
use digituki_persistence::page::{Page, Position, Window};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::bounds::longest;
use crate::http::cursor::{self, Cursor};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Reader};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 500;

/// Documents what every `ListQuery` reads besides its filter.
pub(crate) struct Paging;

impl IntoParams for Paging {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = |name: &str, place, description: &str, schema: ObjectBuilder| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(place)
                .description(Some(description))
                .schema(Some(schema))
                .build()
        };
        let text = |max| ObjectBuilder::new().schema_type(Type::String).max_length(Some(max));
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MAX_LIMIT))
            .default(Some(DEFAULT_LIMIT.into()));
        vec![
            parameter("limit", ParameterIn::Query, "How many objects at most.", limit),
            parameter(
                "cursor",
                ParameterIn::Query,
                "Where the page starts: `next` of the page before. It belongs to the filters it was given with.",
                text(cursor::MAX_LENGTH).min_length(Some(1)),
            ),
            parameter("Prefer", ParameterIn::Header, "`return=total-count` asks for `total`.", text(longest("Prefer"))),
        ]
    }
}

/// The query of a collection: its filter, and the part that is asked for.
pub(crate) struct ListQuery<F> {
    pub(crate) filter: F,
    pub(crate) window: Window,
    /// The day on which the walk began.
    pub(crate) today: NaiveDate,
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
        let today = cursor.as_ref().map_or_else(|| app.clock.today(), |cursor| cursor.today);
        let window =
            Window { limit, after: cursor.map(|cursor| cursor.position), count: wants_total(request.headers()) };
        Ok(Self { filter, window, today, binding, address, given })
    }
}

impl<F> ListQuery<F> {
    /// The page of a list that is kept in the program, sorted by what identifies its items.
    pub(crate) fn page_of<T>(&self, all: Vec<T>, id: impl Fn(&T) -> String) -> Page<T> {
        let total = self.window.count.then(|| i64::try_from(all.len()).unwrap_or(i64::MAX));
        let start = self.window.after.as_ref().map_or("", |position| position.id.as_str());
        let mut items: Vec<T> = all.into_iter().filter(|item| id(item).as_str() > start).collect();
        let more = items.len() > self.window.limit;
        items.truncate(self.window.limit);
        let next = items.last().filter(|_| more).map(|item| Position { sort: id(item), id: id(item) });
        Page { items, next, total }
    }

    /// Answers with a page.
    pub(crate) fn answer<T: Serialize>(&self, page: Page<T>) -> Result<Answer, Problem> {
        let next = page.next.map(|position| Cursor { position, today: self.today }.encode(&self.binding));
        let link = next.as_ref().map(|cursor| {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&self.given)
                .append_pair("cursor", cursor)
                .finish();
            format!("<{}?{query}>; rel=\"next\"", self.address)
        });
        let mut answer = Answer::json(&ListOf { items: page.items, next, total: page.total })?;
        answer = answer.with_header(VARY, "Prefer");
        if let Some(link) = link {
            answer = answer.with_header(LINK, &link);
        }
        if page.total.is_some() {
            answer = answer.with_header(HeaderName::from_static("preference-applied"), "return=total-count");
        }
        Ok(answer)
    }
}

/// What a cursor belongs to: the path and every filter, whatever their order.
fn binding(uri: &Uri) -> String {
    let mut filters: Vec<_> = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .filter(|(name, _)| name != "cursor" && name != "limit")
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
