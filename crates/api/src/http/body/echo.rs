//! Answers with what was read of a body: for tests, on paths that the contract does not have.

use actix_web::HttpResponse;
use digituki_domain::provider::ProviderFacts;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Body, Empty, Patch, merge};
use crate::http::problem::Problem;
use crate::http::shape::Draft;

pub(crate) async fn object(body: Body<ProviderFacts>) -> Result<HttpResponse, Problem> {
    match body.draft {
        Draft::Sound(facts) => Ok(answer(&facts, &body.digest)),
        Draft::Faulty(_, faults) => Err(Problem::invalid(faults.and(Vec::new()))),
    }
}

pub(crate) async fn patch(body: Patch) -> HttpResponse {
    let mut merged = json!({"kept": 1, "removed": 2});
    merge(&mut merged, &body.patch);
    answer(&merged, &[])
}

pub(crate) async fn nothing(body: Empty) -> HttpResponse {
    answer(&Value::Null, &body.digest)
}

fn answer(read: &impl Serialize, digest: &[u8]) -> HttpResponse {
    HttpResponse::Ok().json(json!({"read": json!(read), "digest": hex::encode(digest)}))
}
