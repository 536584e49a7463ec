//! Likely duplicates.

use actix_web::web::Data;
use digituki_domain::duplicate::{Duplicate, DuplicateFilter};
use digituki_persistence::duplicate;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Reader};
use crate::http::routes::{Routes, operations};

type DuplicateList = ListOf<Duplicate>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_duplicates);
}

impl FromQuery for DuplicateFilter {
    fn read(query: &mut Reader) -> Self {
        Self { noun: query.each("noun") }
    }
}

/// List likely duplicates.
///
/// Two providers of one organisation with nearly the same name; two locations with nearly the same name that lie within
/// 150 metres of each other, if both have a point; two services of one form with nearly the same name at one location,
/// or of one provider without a location. Of what is not published, those of which the caller may see both. Those that
/// are one are merged.
#[utoipa::path(
    get, path = "/v1/duplicates", tag = "duplicates",
    params(DuplicateFilter, Paging), responses((status = 200, body = DuplicateList))
)]
async fn list_duplicates(app: Data<App>, query: ListQuery<DuplicateFilter>) -> Result<Answer, Problem> {
    app.list(query, duplicate::list).await
}
