//! Providers of digital support.

use actix_web::HttpRequest;
use actix_web::web::Data;
use digituki_domain::external_id::{Source, SourceId};
use digituki_domain::merge::Merge;
use digituki_domain::provider::{Provider, ProviderFacts, ProviderFilter, ProviderId};
use digituki_domain::push::PushOptions;
use digituki_persistence::provider;

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

type ProviderList = ListOf<Provider>;
type ProvidersFacts = PushOf<ProviderFacts>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_providers, create_provider, get_provider, replace_provider, change_provider);
    operations!(routes, delete_provider, verify_provider, merge_provider, list_provider_history);
    operations!(routes, get_provider_by_source, put_provider_by_source, push_providers);
}

impl FromQuery for ProviderFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            as_of: query.day("as_of"),
            organisation: query.each("organisation"),
            provider_type: query.each("provider_type"),
            municipality: query.each("municipality"),
            region: query.each("region"),
            language: query.each("language"),
            offer_status: query.each("offer_status"),
            freshness: query.each("freshness"),
            source: query.each("source"),
            q: query.letters("q"),
        }
    }
}

/// List providers.
///
/// The providers that gave support on the day asked about, alphabetically by name (å, ä and ö last). Whoever
/// signs in sees, beside what is published, what belongs to the organisation or to the regions that it works for.
#[utoipa::path(
    get, path = "/v1/providers", tag = "providers",
    params(ProviderFilter, Paging), responses((status = 200, body = ProviderList))
)]
async fn list_providers(app: Data<App>, query: ListQuery<ProviderFilter>) -> Result<Answer, Problem> {
    app.list(query, provider::list).await
}

/// Create a provider.
///
/// Of the organisation that the caller works for, or in a region that it works for.
#[utoipa::path(
    post, path = "/v1/providers", tag = "providers",
    request_body = ProviderFacts, responses((status = 201, body = Provider))
)]
async fn create_provider(write: Write, _: Query<()>, body: Body<ProviderFacts>) -> Result<Answer, Problem> {
    write.create::<Provider>(body).await
}

/// Get a provider.
///
/// As it is now, or as the registry said it was at the instant `known_at`.
#[utoipa::path(
    get, path = "/v1/providers/{id}", tag = "providers",
    params(
        ("id" = ProviderId, Path, description = "The provider's id."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Provider), (status = 301, description = "It was merged into another one."))
)]
async fn get_provider(ask: Ask, of: Of<Provider>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<Provider>(of.0, query.0).await
}

/// Replace a provider.
///
/// What the body leaves out becomes null or empty.
#[utoipa::path(
    put, path = "/v1/providers/{id}", tag = "providers",
    params(("id" = ProviderId, Path, description = "The provider's id.")),
    request_body = ProviderFacts, responses((status = 200, body = Provider))
)]
async fn replace_provider(
    write: Write,
    of: Of<Provider>,
    _: Query<()>,
    body: Body<ProviderFacts>,
) -> Result<Answer, Problem> {
    write.replace::<Provider>(of.0, body).await
}

/// Change some fields of a provider.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, null takes away, a list takes the place of the
/// whole list.
#[utoipa::path(
    patch, path = "/v1/providers/{id}", tag = "providers",
    params(("id" = ProviderId, Path, description = "The provider's id.")),
    request_body(content = ProviderFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Provider))
)]
async fn change_provider(write: Write, of: Of<Provider>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<Provider>(of.0, patch).await
}

/// Delete a provider.
///
/// For what was entered by mistake: support that has ended gets a `valid_to`. Its history remains.
#[utoipa::path(
    delete, path = "/v1/providers/{id}", tag = "providers",
    params(("id" = ProviderId, Path, description = "The provider's id.")),
    responses((status = 204))
)]
async fn delete_provider(write: Write, of: Of<Provider>, _: Query<()>) -> Result<Answer, Problem> {
    write.delete::<Provider>(of.0).await
}

/// Say that a provider's information is still true.
///
/// Somebody has seen it now: `verified_at` is the present instant.
#[utoipa::path(
    post, path = "/v1/providers/{id}/verify", tag = "providers",
    params(("id" = ProviderId, Path, description = "The provider's id.")),
    responses((status = 200, body = Provider))
)]
async fn verify_provider(write: Write, of: Of<Provider>, _: Query<()>, body: Empty) -> Result<Answer, Problem> {
    write.act::<Provider>(of.0, body, provider::verify).await
}

/// Merge another provider into this one.
///
/// For two that are one. This one keeps its id and what it says, takes over the other one's services and what other
/// systems call it, and the other one's address leads here for ever (301). A draft takes over no published services (409).
#[utoipa::path(
    post, path = "/v1/providers/{id}/merge", tag = "providers",
    params(("id" = ProviderId, Path, description = "The id of the provider that remains.")),
    request_body = Merge, responses((status = 200, body = Provider))
)]
async fn merge_provider(write: Write, of: Of<Provider>, _: Query<()>, body: Body<Merge>) -> Result<Answer, Problem> {
    write.merge::<Provider>(of.0, body).await
}

/// List the changes of a provider.
///
/// Oldest first, each with the provider as it was after it; also of one that was deleted.
#[utoipa::path(
    get, path = "/v1/providers/{id}/history", tag = "providers",
    params(("id" = ProviderId, Path, description = "The provider's id."), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_provider_history(app: Data<App>, of: Of<Provider>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.history::<Provider>(of.0, query).await
}

/// Get the provider that a source calls so.
///
/// By the id that another system has for it, such as the national service catalogue: `external_ids` lists them.
#[utoipa::path(
    get, path = "/v1/providers/by-source/{source}/{source_id}", tag = "providers",
    params(
        ("source" = Source, Path, description = "The system that calls it so."),
        ("source_id" = SourceId, Path, description = "What it calls the provider.")
    ),
    responses((status = 200, body = Provider))
)]
async fn get_provider_by_source(ask: Ask, request: HttpRequest, _: Query<()>) -> Result<Answer, Problem> {
    ask.get_by_source::<Provider>(external_id(&request)?).await
}

/// Create or replace the provider that a source calls so.
///
/// For systems that push what they hold, each under a source of its own: the registry may keep a source for one system. The body need not repeat the source's id. A provider that somebody
/// else has changed since this client's last push is not overwritten unseen: then If-Match is needed (428). What
/// says nothing new changes nothing.
#[utoipa::path(
    put, path = "/v1/providers/by-source/{source}/{source_id}", tag = "providers",
    params(
        ("source" = Source, Path, description = "The system that calls it so."),
        ("source_id" = SourceId, Path, description = "What it calls the provider.")
    ),
    request_body = ProviderFacts,
    responses((status = 200, body = Provider), (status = 201, body = Provider, description = "It is new."))
)]
async fn put_provider_by_source(
    write: Write,
    request: HttpRequest,
    _: Query<()>,
    body: Body<ProviderFacts>,
) -> Result<Answer, Problem> {
    write.upsert::<Provider>(external_id(&request)?, body).await
}

/// Create or replace the providers that a source calls so.
///
/// Up to 500 rows at once, each with what the source calls the provider, and the provider as one is written alone
/// (`put_provider_by_source`), in the order in which they come. All are taken or none; with `mode=partial` those without
/// faults. The answer tells what became of each row: `/rows/17/facts/names` is a place in the eighteenth. A provider that
/// somebody else has changed since this client's last push is refused here (`precondition_required`) and written alone,
/// with If-Match. What says nothing new changes nothing: push everything every night if you like.
#[utoipa::path(
    post, path = "/v1/providers/by-source/{source}", tag = "providers",
    params(("source" = Source, Path, description = "The system that calls them so."), PushOptions),
    request_body = ProvidersFacts, responses((status = 200, body = PushReport))
)]
async fn push_providers(write: Write, query: Query<PushOptions>, rows: Rows<ProviderFacts>) -> Result<Answer, Problem> {
    write.push::<Provider>(query.0, rows).await
}
