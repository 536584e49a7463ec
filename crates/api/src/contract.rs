//! The contract: every operation, and the OpenAPI document generated from them and completed with what
//! holds for all.

mod answers;
mod bodies;
mod complete;
mod links;
mod security;
mod write;

use serde_json::Value;

use crate::http::problem::ProblemBody;
use crate::http::routes::Routes;
use crate::{
    application, area, assessment, assessment_framework, assessment_round, audit, availability, call, change,
    change_request, code_list, comparison, coverage, decision, duplicate, evaluation, evaluator, gap, grant, health,
    location, metric, municipality, need_index, need_indicator, oauth, openapi, organisation, pilot, portfolio,
    problem, programme, provider, report, search_gap, service, service_point, state_machine, suggestion,
};

/// How many months before the end of a deprecated operation or field the contract tells of it, at least.
pub(crate) const SUNSET_MONTHS: u32 = 12;

/// Every operation of the contract, in the order in which the documentation shows them.
pub fn routes() -> Routes {
    let mut routes = Routes::default();
    area::configure(&mut routes);
    municipality::configure(&mut routes);
    organisation::configure(&mut routes);
    provider::configure(&mut routes);
    location::configure(&mut routes);
    service::configure(&mut routes);
    service_point::configure(&mut routes);
    suggestion::configure(&mut routes);
    duplicate::configure(&mut routes);
    programme::configure(&mut routes);
    call::configure(&mut routes);
    evaluator::configure(&mut routes);
    portfolio::configure(&mut routes);
    application::configure(&mut routes);
    decision::configure(&mut routes);
    evaluation::configure(&mut routes);
    pilot::configure(&mut routes);
    grant::configure(&mut routes);
    change_request::configure(&mut routes);
    report::configure(&mut routes);
    assessment_framework::configure(&mut routes);
    assessment_round::configure(&mut routes);
    assessment::configure(&mut routes);
    comparison::configure(&mut routes);
    coverage::configure(&mut routes);
    need_indicator::configure(&mut routes);
    need_index::configure(&mut routes);
    availability::configure(&mut routes);
    gap::configure(&mut routes);
    metric::configure(&mut routes);
    change::configure(&mut routes);
    search_gap::configure(&mut routes);
    audit::configure(&mut routes);
    state_machine::configure(&mut routes);
    code_list::configure(&mut routes);
    oauth::configure(&mut routes);
    problem::configure(&mut routes);
    openapi::configure(&mut routes);
    health::configure(&mut routes);
    routes.add_schema::<ProblemBody>();
    routes
}

/// The OpenAPI document as it is published.
pub fn document() -> Value {
    let document = serde_json::to_value(routes().document()).unwrap_or_default();
    complete::complete(document)
}
