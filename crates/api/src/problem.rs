//! The registry of problems.

use actix_web::HttpRequest;
use digituki_domain::problem::{Code, ProblemType};
use digituki_domain::text::Label;

use crate::http::answer::Answer;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{Query, path_value};
use crate::http::routes::{Routes, operations};

type ProblemTypeList = ListOf<ProblemType>;

const WHAT: Label = Label { fi: "virhekoodi", sv: "felkod", en: "problem" };

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_problems, get_problem);
}

/// List problems.
///
/// Every code that an answer can carry, with status and title. Codes never change their meaning.
#[utoipa::path(
    get, path = "/v1/problems", tag = "problems",
    params(Paging), responses((status = 200, body = ProblemTypeList))
)]
async fn list_problems(query: ListQuery<()>) -> Result<Answer, Problem> {
    let mut all: Vec<ProblemType> = Code::ALL.iter().copied().map(ProblemType::from).collect();
    all.sort_by(|one, other| one.code.cmp(&other.code));
    query.answer(query.page_of(all, |problem| problem.code.clone()))
}

/// Get a problem.
///
/// What its code means. This address is the `type` of every such problem.
#[utoipa::path(
    get, path = "/v1/problems/{code}", tag = "problems",
    params(("code" = String, Path, description = "The code of the problem.", min_length = 3, max_length = 64, pattern = "^[a-z]+(_[a-z]+)*$", example = "not_found")),
    responses((status = 200, body = ProblemType))
)]
async fn get_problem(request: HttpRequest, _: Query<()>) -> Result<Answer, Problem> {
    let code = path_value(&request, "code", |code| Ok(code.to_owned()))?;
    let found: Code = code.parse().map_err(|_| Problem::not_found(WHAT, &code))?;
    Answer::json(&ProblemType::from(found))
}
