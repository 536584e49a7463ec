//! Search gaps.

mod misses;

use actix_web::web::Data;
use digituki_domain::date::Month;
use digituki_domain::search_gap::{SearchGap, SearchGapFilter};
use digituki_persistence::search_gap;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Reader};
use crate::http::routes::{Routes, operations};

pub(crate) use misses::Misses;

type SearchGapList = ListOf<SearchGap>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_search_gaps);
    // What only a query names.
    routes.add_schema::<Month>();
}

impl FromQuery for SearchGapFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            first_month: query.one("first_month"),
            last_month: query.one("last_month"),
            region: query.each("region"),
            municipality: query.each("municipality"),
            language: query.each("language"),
            topic: query.each("topic"),
        }
    }
}

/// List what was looked for and not found.
///
/// Searches for service points in words of which nothing holds all, counted by month, area, language and topic; the latest
/// month first. The area is the municipality that was asked for, by its code or by its name, else the region, else the
/// country. Of a search nothing else is kept: no word, nobody who asked, no instant. So numbers stand as they are,
/// however small. Those who work for regions read of these and of the municipalities in them.
#[utoipa::path(
    get, path = "/v1/search-gaps", tag = "search_gaps",
    params(SearchGapFilter, Paging), responses((status = 200, body = SearchGapList))
)]
async fn list_search_gaps(app: Data<App>, query: ListQuery<SearchGapFilter>) -> Result<Answer, Problem> {
    app.list(query, search_gap::list).await
}
