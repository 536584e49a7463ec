//! Metrics: what every figure is.

use actix_web::HttpRequest;
use digituki_domain::metric::{self, Metric, MetricCode};
use digituki_domain::text::Label;

use crate::http::answer::Answer;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{Query, path_value};
use crate::http::routes::{Routes, operations};

type MetricList = ListOf<Metric>;

const WHAT: Label = Label { fi: "mittari", sv: "mått", en: "metric" };

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_metrics, get_metric);
}

/// List metrics.
///
/// What every figure is that the registry publishes about need, availability, gaps and assessments, by code. A figure is worked
/// out in one way, wherever it is shown. What counts in `percent` goes from 0 to 100, and what counts in `share` from 0 to 1.
#[utoipa::path(
    get, path = "/v1/metrics", tag = "metrics",
    params(Paging), responses((status = 200, body = MetricList))
)]
async fn list_metrics(query: ListQuery<()>) -> Result<Answer, Problem> {
    query.answer(query.page_of(metric::all(), |metric| metric.code.to_string()))
}

/// Get a metric.
///
/// How it is worked out, from what, and when it cannot be told.
#[utoipa::path(
    get, path = "/v1/metrics/{code}", tag = "metrics",
    params(("code" = MetricCode, Path, description = "What the figure says.", example = "service_points_per_10000")),
    responses((status = 200, body = Metric))
)]
async fn get_metric(request: HttpRequest, _: Query<()>) -> Result<Answer, Problem> {
    let code = path_value(&request, "code", |code| Ok(code.to_owned()))?;
    let found = metric::all().into_iter().find(|metric| metric.code.to_string() == code);
    Answer::json(&found.ok_or_else(|| Problem::not_found(WHAT, &code))?)
}
