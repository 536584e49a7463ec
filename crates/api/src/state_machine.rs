//! State machines: the domain's tables of who may take which step, when, and where it leads.

use actix_web::HttpRequest;
use digituki_domain::state_machine::{self, PublishedMachine, StateMachineName};
use digituki_domain::text::Label;

use crate::http::answer::Answer;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{Query, path_value};
use crate::http::routes::{Routes, operations};

type StateMachineList = ListOf<PublishedMachine>;

const WHAT: Label = Label { fi: "tilakone", sv: "tillståndsmaskin", en: "state machine" };

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_state_machines, get_state_machine);
}

/// List state machines.
///
/// The steps that calls, applications, pilots, grants, change requests and reports can take, by name: from which state, by whom, to which state. The
/// registry itself goes by these tables.
#[utoipa::path(
    get, path = "/v1/state-machines", tag = "state_machines",
    params(Paging), responses((status = 200, body = StateMachineList))
)]
async fn list_state_machines(query: ListQuery<()>) -> Result<Answer, Problem> {
    query.answer(query.page_of(state_machine::all(), |machine| machine.name.to_string()))
}

/// Get a state machine.
///
/// Its states and its steps. A step that does not stand here is answered 409 with those that can be taken.
#[utoipa::path(
    get, path = "/v1/state-machines/{name}", tag = "state_machines",
    params(("name" = StateMachineName, Path, description = "What it moves.", example = "application")),
    responses((status = 200, body = PublishedMachine))
)]
async fn get_state_machine(request: HttpRequest, _: Query<()>) -> Result<Answer, Problem> {
    let name = path_value(&request, "name", |name| Ok(name.to_owned()))?;
    let found = state_machine::all().into_iter().find(|machine| machine.name.to_string() == name);
    Answer::json(&found.ok_or_else(|| Problem::not_found(WHAT, &name))?)
}
