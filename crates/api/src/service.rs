//! Services: what support is given, how, for whom, in which languages and at what fee.

use actix_web::HttpRequest;
use actix_web::web::Data;
use digituki_domain::external_id::{Source, SourceId};
use digituki_domain::merge::Merge;
use digituki_domain::push::{PushMode, PushOptions};
use digituki_domain::service::{Service, ServiceFacts, ServiceFilter, ServiceId};
use digituki_persistence::service;

use crate::app::App;
use crate::change::ChangeHistory;
use crate::http::answer::Answer;
use crate::http::ask::{Ask, KnownAt, Of, external_id};
use crate::http::body::{Body, Empty, Patch};
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::push::{PushOf, PushReport, Rows};
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};
use crate::http::write::Write;

type ServiceList = ListOf<Service>;
type ServicesFacts = PushOf<ServiceFacts>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_services, create_service, get_service, replace_service, change_service);
    operations!(routes, delete_service, verify_service, merge_service, list_service_history);
    operations!(routes, get_service_by_source, put_service_by_source, push_services);
    routes.add_schema::<PushMode>();
}

impl FromQuery for ServiceFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            as_of: query.day("as_of"),
            provider: query.each("provider"),
            organisation: query.each("organisation"),
            location: query.each("location"),
            support_form: query.each("support_form"),
            language: query.each("language"),
            offer_status: query.each("offer_status"),
            freshness: query.each("freshness"),
            source: query.each("source"),
            q: query.letters("q"),
        }
    }
}

/// List services.
///
/// The services that were given on the day asked about, alphabetically by name (å, ä and ö last). Whoever signs in
/// sees, beside what is published, what belongs to the organisation or to the regions that it works for. To find
/// support, ask for service points.
#[utoipa::path(
    get, path = "/v1/services", tag = "services",
    params(ServiceFilter, Paging), responses((status = 200, body = ServiceList))
)]
async fn list_services(app: Data<App>, query: ListQuery<ServiceFilter>) -> Result<Answer, Problem> {
    app.list(query, service::list).await
}

/// Create a service.
///
/// Of a provider of the organisation that the caller works for, or in a region that it works for. Locations that the
/// registry does not hold yet can be written with it, as `new_location`, by whoever may write locations too. A draft may
/// leave out much; of one that is published, everything that is missing is named at once.
#[utoipa::path(
    post, path = "/v1/services", tag = "services",
    request_body = ServiceFacts, responses((status = 201, body = Service))
)]
async fn create_service(write: Write, _: Query<()>, body: Body<ServiceFacts>) -> Result<Answer, Problem> {
    write.create::<Service>(body).await
}

/// Get a service.
///
/// As it is now, or as the registry said it was at the instant `known_at`.
#[utoipa::path(
    get, path = "/v1/services/{id}", tag = "services",
    params(
        ("id" = ServiceId, Path, description = "The service's id."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Service), (status = 301, description = "It was merged into another one."))
)]
async fn get_service(ask: Ask, of: Of<Service>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<Service>(of.0, query.0).await
}

/// Replace a service.
///
/// What the body leaves out becomes null or empty.
#[utoipa::path(
    put, path = "/v1/services/{id}", tag = "services",
    params(("id" = ServiceId, Path, description = "The service's id.")),
    request_body = ServiceFacts, responses((status = 200, body = Service))
)]
async fn replace_service(
    write: Write,
    of: Of<Service>,
    _: Query<()>,
    body: Body<ServiceFacts>,
) -> Result<Answer, Problem> {
    write.replace::<Service>(of.0, body).await
}

/// Change some fields of a service.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, null takes away, a list takes the place of the
/// whole list.
#[utoipa::path(
    patch, path = "/v1/services/{id}", tag = "services",
    params(("id" = ServiceId, Path, description = "The service's id.")),
    request_body(content = ServiceFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Service))
)]
async fn change_service(write: Write, of: Of<Service>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<Service>(of.0, patch).await
}

/// Delete a service.
///
/// For what was entered by mistake: a service that has ended gets a `valid_to`. Its history remains.
#[utoipa::path(
    delete, path = "/v1/services/{id}", tag = "services",
    params(("id" = ServiceId, Path, description = "The service's id.")),
    responses((status = 204))
)]
async fn delete_service(write: Write, of: Of<Service>, _: Query<()>) -> Result<Answer, Problem> {
    write.delete::<Service>(of.0).await
}

/// Say that a service's information is still true.
///
/// Somebody has seen it now: `verified_at` is the present instant.
#[utoipa::path(
    post, path = "/v1/services/{id}/verify", tag = "services",
    params(("id" = ServiceId, Path, description = "The service's id.")),
    responses((status = 200, body = Service))
)]
async fn verify_service(write: Write, of: Of<Service>, _: Query<()>, body: Empty) -> Result<Answer, Problem> {
    write.act::<Service>(of.0, body, service::verify).await
}

/// Merge another service into this one.
///
/// For two that are one. This one keeps its id and what it says, is given from then on also where the other one was, takes over what
/// other systems call that, and the other one's address leads here for ever (301).
#[utoipa::path(
    post, path = "/v1/services/{id}/merge", tag = "services",
    params(("id" = ServiceId, Path, description = "The id of the service that remains.")),
    request_body = Merge, responses((status = 200, body = Service))
)]
async fn merge_service(write: Write, of: Of<Service>, _: Query<()>, body: Body<Merge>) -> Result<Answer, Problem> {
    write.merge::<Service>(of.0, body).await
}

/// List the changes of a service.
///
/// Oldest first, each with the service as it was after it; also of one that was deleted.
#[utoipa::path(
    get, path = "/v1/services/{id}/history", tag = "services",
    params(("id" = ServiceId, Path, description = "The service's id."), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_service_history(app: Data<App>, of: Of<Service>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.history::<Service>(of.0, query).await
}

/// Get the service that a source calls so.
///
/// By the id that another system has for it, such as the national service catalogue: `external_ids` lists them.
#[utoipa::path(
    get, path = "/v1/services/by-source/{source}/{source_id}", tag = "services",
    params(
        ("source" = Source, Path, description = "The system that calls it so."),
        ("source_id" = SourceId, Path, description = "What it calls the service.")
    ),
    responses((status = 200, body = Service))
)]
async fn get_service_by_source(ask: Ask, request: HttpRequest, _: Query<()>) -> Result<Answer, Problem> {
    ask.get_by_source::<Service>(external_id(&request)?).await
}

/// Create or replace the service that a source calls so.
///
/// For systems that push what they hold, each under a source of its own: the registry may keep a source for one system. The body need not repeat the source's id. A service that somebody
/// else has changed since this client's last push is not overwritten unseen: then If-Match is needed (428). What
/// says nothing new changes nothing.
#[utoipa::path(
    put, path = "/v1/services/by-source/{source}/{source_id}", tag = "services",
    params(
        ("source" = Source, Path, description = "The system that calls it so."),
        ("source_id" = SourceId, Path, description = "What it calls the service.")
    ),
    request_body = ServiceFacts,
    responses((status = 200, body = Service), (status = 201, body = Service, description = "It is new."))
)]
async fn put_service_by_source(
    write: Write,
    request: HttpRequest,
    _: Query<()>,
    body: Body<ServiceFacts>,
) -> Result<Answer, Problem> {
    write.upsert::<Service>(external_id(&request)?, body).await
}

/// Create or replace the services that a source calls so.
///
/// Up to 500 rows at once, each with what the source calls the service, and the service as one is written alone
/// (`put_service_by_source`), in the order in which they come. All are taken or none; with `mode=partial` those without
/// faults. The answer tells what became of each row: `/rows/17/facts/names` is a place in the eighteenth. A service that
/// somebody else has changed since this client's last push is refused here (`precondition_required`) and written alone,
/// with If-Match. What says nothing new changes nothing: push everything every night if you like.
#[utoipa::path(
    post, path = "/v1/services/by-source/{source}", tag = "services",
    params(("source" = Source, Path, description = "The system that calls them so."), PushOptions),
    request_body = ServicesFacts, responses((status = 200, body = PushReport))
)]
async fn push_services(write: Write, query: Query<PushOptions>, rows: Rows<ServiceFacts>) -> Result<Answer, Problem> {
    write.push::<Service>(query.0, rows).await
}
