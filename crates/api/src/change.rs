//! The feed of changes.

use std::pin::pin;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{Either, HttpRequest, HttpResponse};
use digituki_domain::change::{Change, ChangeFilter};
use digituki_persistence::feed::{self, Changes};
use digituki_persistence::page::{Asked, Position};
use futures_util::future::select;
use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::answer::{self, Answer};
use crate::http::list::{ListOf, ListQuery, Walking};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Reader};
use crate::http::routes::{Routes, operations};

/// The history of one object.
pub(crate) type ChangeHistory = ListOf<Change>;

/// The longest wait for a change, in seconds.
pub(crate) const LONGEST_WAIT: usize = 30;

/// The greatest number of a change.
const GREATEST: usize = 9_007_199_254_740_991;

/// How many changes a stream reads at a time.
const STRIDE: usize = 500;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_changes);
}

/// A page of the feed.
#[derive(Serialize, ToSchema)]
struct ChangeFeed {
    /// The changes, in the order in which they were made.
    #[schema(max_items = 500)]
    items: Vec<Change>,
    /// The cursor of the next page; null when this is the last for now.
    #[schema(max_length = 1024, pattern = "^[A-Za-z0-9_-]+$")]
    next: Option<String>,
    /// Up to this number all has been seen: ask on with `after`.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64, example = 1)]
    last_seq: i64,
    /// The number of the newest change, whoever may see it: after it is from now on. When it is less than the `after`
    /// that was read here before, the registry was restored from an older copy, and a mirror starts anew.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64, example = 1)]
    newest_seq: i64,
}

impl FromQuery for ChangeFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            after: query.number("after", 0, GREATEST).and_then(|after| after.try_into().ok()),
            noun: query.each("noun"),
            wait: query.number("wait", 0, LONGEST_WAIT).and_then(|wait| wait.try_into().ok()),
        }
    }
}

/// List the changes of all objects.
///
/// In the order in which they were made, deletions included: whoever applies them one after the other holds a
/// copy of the registry; what follows the clock, such as a status, it works out from the dates. To the public,
/// what is published; to whoever signs in, everything in its scope. With `wait` the answer comes as soon as there
/// is a change. As `application/x-ndjson` all changes come in one stream, one a line, whatever `limit` says.
#[utoipa::path(
    get, path = "/v1/changes", tag = "changes",
    params(ChangeFilter, Walking),
    responses((status = 200, content((ChangeFeed = "application/json"), (Change = "application/x-ndjson"))))
)]
async fn list_changes(
    app: Data<App>,
    request: HttpRequest,
    query: ListQuery<ChangeFilter>,
) -> Result<Either<Answer, HttpResponse>, Problem> {
    if answer::prefers(request.headers(), answer::NDJSON, answer::JSON) {
        let page = wait_for(&app, query.asked.clone()).await?;
        let lines = lines(app, query.asked, page);
        return Ok(Either::Right(HttpResponse::Ok().content_type(answer::NDJSON).streaming(lines)));
    }
    let page = wait_for(&app, query.asked.clone()).await?;
    let next = page.more.then(|| query.cursor(position(page.last_seq)));
    let Changes { items, last_seq, newest_seq, .. } = page;
    let body = ChangeFeed { items, next: next.clone(), last_seq, newest_seq };
    Ok(Either::Left(query.linked(Answer::json(&body)?, next.as_deref())))
}

/// The next page, once it holds something or the wait is over.
async fn wait_for(app: &App, mut asked: Asked<ChangeFilter>) -> Result<Changes, Problem> {
    let Some(wait) = asked.filter.wait.filter(|seconds| *seconds > 0) else { return read(app, &asked).await };
    // No longer than the request may take.
    let longest = app.settings.request_timeout().saturating_sub(Duration::from_secs(2));
    let deadline = Instant::now() + Duration::from_secs(wait).min(longest);
    let (mut latest, mut stopping) = (app.store.latest(), app.stopping());
    loop {
        // Before the question: what comes after it is told.
        latest.borrow_and_update();
        let page = read(app, &asked).await?;
        if !page.items.is_empty() || page.more || Instant::now() >= deadline || *stopping.borrow() {
            return Ok(page);
        }
        asked.window.after = Some(position(page.last_seq));
        let (change, stop) = (pin!(latest.changed()), pin!(stopping.changed()));
        let _ = tokio::time::timeout_at(deadline, select(change, stop)).await;
    }
}

async fn read(app: &App, asked: &Asked<ChangeFilter>) -> Result<Changes, Problem> {
    let asked = asked.clone();
    app.read(move |db| Ok(feed::changes(db, &asked)?)).await
}

/// All changes from a page on, one a line. A stream that cannot go on is broken off: the reader knows the last
/// number that it has seen.
fn lines(
    app: Data<App>,
    mut asked: Asked<ChangeFilter>,
    first: Changes,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
    asked.window.limit = STRIDE;
    stream::unfold(Some((app, asked, Some(first))), async |state| {
        let (app, mut asked, page) = state?;
        let page = match page {
            Some(page) => page,
            None => match read(&app, &asked).await {
                Ok(page) => page,
                Err(problem) => return Some((Err(std::io::Error::other(problem.to_string())), None)),
            },
        };
        let mut lines = Vec::new();
        for change in &page.items {
            match serde_json::to_vec(change) {
                Ok(line) => lines.extend([line.as_slice(), b"\n"].concat()),
                Err(error) => return Some((Err(error.into()), None)),
            }
        }
        asked.window.after = Some(position(page.last_seq));
        Some((Ok(Bytes::from(lines)), page.more.then_some((app, asked, None))))
    })
    .filter(|lines| std::future::ready(!lines.as_ref().is_ok_and(Bytes::is_empty)))
}

fn position(seq: i64) -> Position {
    Position { sort: seq.to_string(), id: seq.to_string() }
}
