//! Code lists.

use actix_web::HttpRequest;
use digituki_domain::code_list::{self, CodeList};
use digituki_domain::text::Label;

use crate::http::answer::Answer;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{Query, path_value};
use crate::http::routes::{Routes, operations};

type CodeListList = ListOf<CodeList>;

const WHAT: Label = Label { fi: "koodisto", sv: "kodlista", en: "code list" };

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_code_lists, get_code_list);
}

/// List code lists.
///
/// Every enumeration of this contract, by name. Each value comes with its label in Finnish, Swedish and English.
#[utoipa::path(
    get, path = "/v1/code-lists", tag = "code_lists",
    params(Paging), responses((status = 200, body = CodeListList))
)]
async fn list_code_lists(query: ListQuery<()>) -> Result<Answer, Problem> {
    query.answer(query.page_of(code_list::all(), |list| list.name.clone()))
}

/// Get a code list.
///
/// The values of one enumeration, in the order in which they are shown.
#[utoipa::path(
    get, path = "/v1/code-lists/{name}", tag = "code_lists",
    params(("name" = String, Path, description = "The name of the enumeration.", min_length = 3, max_length = 64, pattern = "^[a-z]+(_[a-z]+)*$", example = "organisation_type")),
    responses((status = 200, body = CodeList))
)]
async fn get_code_list(request: HttpRequest, _: Query<()>) -> Result<Answer, Problem> {
    let name = path_value(&request, "name", |name| Ok(name.to_owned()))?;
    let found = code_list::all().into_iter().find(|list| list.name == name);
    Answer::json(&found.ok_or_else(|| Problem::not_found(WHAT, &name))?)
}
