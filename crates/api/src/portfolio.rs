//! Choosing a set of applications.

use digituki_domain::call::Call;
use digituki_domain::key::Key;
use digituki_domain::noun::Noun as _;
use digituki_domain::portfolio::{PortfolioQuestion, PortfolioSimulation};
use digituki_domain::vocabulary::Vocabulary as _;
use digituki_persistence::portfolio;

use crate::http::answer::Answer;
use crate::http::ask::{Ask, Of};
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::{Routes, operations};
use crate::http::write::sound;

/// Where a set is asked about: a question in a body, which changes nothing.
pub(crate) const PATH: &str = "/v1/calls/{key}/portfolio-simulations";

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, simulate_portfolio);
}

/// Simulate a set of applications to a call.
///
/// Whom it would reach, what it would cost, what it leaves open; and the best sets within a budget and other conditions, exact
/// for up to 25 applications. For those who may read the applications; nothing is stored.
#[utoipa::path(
    post, path = "/v1/calls/{key}/portfolio-simulations", tag = "calls",
    params(("key" = Key, Path, description = "The call's key.", example = "regional-coordination-continuous")),
    request_body = PortfolioQuestion, responses((status = 200, body = PortfolioSimulation))
)]
async fn simulate_portfolio(
    ask: Ask,
    of: Of<Call>,
    _: Query<()>,
    body: Body<PortfolioQuestion>,
) -> Result<Answer, Problem> {
    let question = sound(body.draft)?;
    let Ask { app, permit, moment, .. } = ask;
    let read = app.read(move |db| {
        let found = portfolio::simulation(db, &of.0, question, moment, &permit)?;
        found.ok_or_else(|| Problem::not_found(Call::NOUN.label(), of.0.as_str()))
    });
    let simulation = read.await?;
    // Comparing millions of sets holds up neither those who wait for the database nor those who are being served.
    let answer = actix_web::web::block(move || simulation.run()).await.map_err(|_| Problem::unavailable())?;
    Answer::json(&answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_that_of_the_contract() {
        let operation = &crate::contract::document()["paths"][PATH]["post"];
        assert_eq!(operation["operationId"], "simulate_portfolio");
        let parameters = operation["parameters"].as_array().unwrap();
        let names: Vec<_> = parameters.iter().filter_map(|parameter| parameter["name"].as_str()).collect();
        assert_eq!(names, ["key", "Accept-Language"], "it writes nothing, which could be done twice");
    }
}
