//! Answers the questions that are measured.

use std::cell::Cell;
use std::f64::consts::SQRT_2;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::http::header::{ETAG, IF_NONE_MATCH};
use actix_web::web::{self, Bytes, Data, Path, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use digituki_domain::point::Point;
use serde::Deserialize;
use tokio::sync::{Mutex, OnceCell};

use crate::areas::{KEYS, Municipalities};
use crate::database::{Database, Value};
use crate::render::{Page, point};
use crate::statements::Statements;
use crate::write::Writer;
use crate::{Layout, Result};

/// How many connections to PostgreSQL each worker reads with, and writes with.
const READERS: usize = 4;
const WRITERS: usize = 8;

/// What all workers share.
struct Shared {
    layout: Layout,
    url: String,
    statements: Statements,
    municipalities: Municipalities,
    /// The number of the last point.
    last: AtomicI64,
    /// SQLite has one writer at a time: whoever waits here does not poll there.
    writing: Mutex<()>,
}

/// A worker with connections of its own, which are made when it is first asked.
struct Worker {
    shared: Arc<Shared>,
    readers: OnceCell<Vec<Database>>,
    writers: OnceCell<Vec<Mutex<Database>>>,
    turn: Cell<usize>,
}

type Answer = std::result::Result<HttpResponse, actix_web::Error>;

pub(crate) async fn run(layout: Layout, url: String, listen: &str) -> Result<()> {
    let db = Database::open(&url).await?;
    let statements = Statements::new(db.is_sqlite(), layout);
    let mut lines = Vec::new();
    db.each("SELECT record FROM municipalities", &[], |row| {
        lines.push(row.text(0)?.unwrap_or_default().to_owned());
        Ok(())
    })
    .await?;
    let municipalities = Municipalities::read(lines.iter().map(String::as_str))?;
    let last = db.number("SELECT max(rank) FROM points", &[]).await?.unwrap_or_default();
    let (last, writing) = (AtomicI64::new(last), Mutex::new(()));
    let shared = Arc::new(Shared { layout, url, statements, municipalities, last, writing });
    let server = HttpServer::new(move || {
        let (readers, writers) = (OnceCell::new(), OnceCell::new());
        let worker = Worker { shared: Arc::clone(&shared), readers, writers, turn: Cell::new(0) };
        App::new()
            .app_data(Data::new(worker))
            .route("/health/ready", web::get().to(HttpResponse::Ok))
            .route("/v1/service-points", web::get().to(list))
            .route("/v1/service-points/{id}", web::get().to(get))
            .route("/v1/services", web::post().to(push))
            .route("/v1/providers/{id}", web::patch().to(rename))
    });
    let server = server.workers(std::thread::available_parallelism()?.get());
    Ok(server.bind(listen)?.run().await?)
}

impl Worker {
    async fn reader(&self) -> Result<&Database> {
        let open = async || {
            let count = if self.shared.url.starts_with("sqlite:") { 1 } else { READERS };
            let mut readers = Vec::new();
            for _ in 0..count {
                readers.push(Database::open(&self.shared.url).await?);
            }
            Ok::<_, crate::Failure>(readers)
        };
        let readers = self.readers.get_or_try_init(open).await?;
        Ok(&readers[self.turn() % readers.len()])
    }

    async fn writer(&self) -> Result<&Mutex<Database>> {
        let open = async || {
            let count = if self.shared.url.starts_with("sqlite:") { 1 } else { WRITERS };
            let mut writers = Vec::new();
            for _ in 0..count {
                writers.push(Mutex::new(Database::open(&self.shared.url).await?));
            }
            Ok::<_, crate::Failure>(writers)
        };
        let writers = self.writers.get_or_try_init(open).await?;
        Ok(&writers[self.turn() % writers.len()])
    }

    fn turn(&self) -> usize {
        self.turn.set(self.turn.get().wrapping_add(1));
        self.turn.get()
    }

    /// Writes in one transaction, durably.
    async fn write<T>(&self, work: impl AsyncFnOnce(Writer<'_>) -> Result<T>) -> Result<T> {
        let db = self.writer().await?.lock().await;
        let Shared { layout, statements, municipalities, .. } = &*self.shared;
        let alone = if db.is_sqlite() { Some(self.shared.writing.lock().await) } else { None };
        db.batch(if db.is_sqlite() { "BEGIN IMMEDIATE" } else { "BEGIN" }).await?;
        let done = work(Writer { db: &db, layout: *layout, statements, municipalities }).await;
        db.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
        drop(alone);
        done
    }

    async fn page(&self, statement: &str, values: &[Value], limit: usize, scale: f64) -> Result<Page> {
        let mut page = Page::new(self.shared.layout, limit, scale);
        self.reader().await?.each(statement, values, |row| page.push(row)).await?;
        Ok(page)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn failed(failure: impl ToString) -> actix_web::Error {
    actix_web::error::ErrorInternalServerError(failure.to_string())
}

async fn get(worker: Data<Worker>, id: Path<String>, request: HttpRequest) -> Answer {
    let statements = &worker.shared.statements;
    let values = [Value::Text(id.into_inner())];
    let db = worker.reader().await.map_err(failed)?;
    if let Some(known) = request.headers().get(IF_NONE_MATCH) {
        let version = db.number(&statements.version, &values).await.map_err(failed)?;
        if version.is_some_and(|version| known.as_bytes() == tag(version).as_bytes()) {
            return Ok(HttpResponse::NotModified().insert_header((ETAG, known.clone())).finish());
        }
    }
    let (mut body, mut version) = (Vec::with_capacity(4_096), None);
    let show = |row: &dyn crate::database::Row| {
        version = row.int(2)?;
        point(&mut body, row, worker.shared.layout, 1.0)
    };
    db.each(&statements.one, &values, show).await.map_err(failed)?;
    match version {
        Some(version) => Ok(json().insert_header((ETAG, tag(version))).body(body)),
        None => Ok(HttpResponse::NotFound().finish()),
    }
}

fn tag(version: i64) -> String {
    format!("\"{version}\"")
}

fn json() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.content_type("application/json");
    response
}

#[derive(Deserialize)]
struct Question {
    near: Option<String>,
    radius_km: Option<f64>,
    municipality: Option<String>,
    language: Option<String>,
    q: Option<String>,
    facets: Option<String>,
    limit: usize,
    cursor: Option<i64>,
}

async fn list(worker: Data<Worker>, question: Query<Question>) -> Answer {
    let statements = &worker.shared.statements;
    let limit = question.limit;
    let fetch = Value::Int(i64::try_from(limit).map_err(failed)? + 1);
    let mut facets = b"null".to_vec();
    let page = if let Some(near) = &question.near {
        nearest(&worker, near, question.radius_km.unwrap_or(10.0), limit).await
    } else if let Some(words) = &question.q {
        worker.page(&statements.search, &[matching(&worker, words), fetch], limit, 1.0).await
    } else if let Some(municipality) = &question.municipality {
        let keys = worker.shared.municipalities.0.get(municipality).map(|municipality| municipality.keys.clone());
        let mut values: Vec<Value> = keys.unwrap_or_default().into_iter().map(Value::Text).collect();
        values.extend([question.language.clone().into(), fetch]);
        worker.page(&statements.page, &values, limit, 1.0).await
    } else {
        if question.facets.is_some() {
            facets = regions(&worker).await.map_err(failed)?;
        }
        worker.page(&statements.walk, &[question.cursor.unwrap_or(0).into(), fetch], limit, 1.0).await
    };
    Ok(json().body(page.map_err(failed)?.finish(&facets)))
}

/// Words as either database asks for all of them, each as a beginning.
fn matching(worker: &Worker, words: &str) -> Value {
    let is_sqlite = worker.shared.url.starts_with("sqlite:");
    let words = words.split_whitespace().map(|word| {
        let word: String = word.chars().filter(|letter| letter.is_alphanumeric()).collect();
        if is_sqlite { format!("\"{word}\"*") } else { format!("{word}:*") }
    });
    words.collect::<Vec<_>>().join(if is_sqlite { " " } else { " & " }).into()
}

async fn nearest(worker: &Worker, near: &str, radius_km: f64, limit: usize) -> Result<Page> {
    let (lat, lon) = near.split_once(',').ok_or("no coordinates")?;
    let from = Point { lat: lat.parse()?, lon: lon.parse()? }.planar().ok_or("beyond the plane")?;
    let Shared { statements, municipalities, url, .. } = &*worker.shared;
    // As the registry compares: on the plane, in whole centimetres.
    let around = |metres: f64| (metres * 100.0 * from.scale()).round();
    #[expect(clippy::cast_precision_loss, reason = "centimetres within Finland")]
    let (north, east) = { (from.centimetres().0 as f64, from.centimetres().1 as f64) };
    let limited = |statement: &str| statement.replace(":limit", &limit.to_string());
    let mut radius = around(radius_km * 1_000.0);
    if url.starts_with("sqlite:") {
        let crowded = limited(&statements.crowd);
        // The smallest ring in which there is enough.
        for ring in [500.0, 1_000.0, 2_000.0, 4_000.0].map(around).into_iter().filter(|ring| *ring < radius) {
            let values = [north.into(), east.into(), (ring / SQRT_2).into()];
            let crowd = worker.reader().await?.number(&crowded, &values).await?;
            if crowd >= Some(i64::try_from(limit)?) {
                radius = ring;
                break;
            }
        }
    }
    let mut values: Vec<Value> = vec![north.into(), east.into(), radius.into()];
    let keys = municipalities.nearest(from).map(|municipality| municipality.keys.clone());
    values.extend(keys.unwrap_or([const { String::new() }; KEYS]).map(Value::Text));
    worker.page(&limited(&statements.near), &values, limit, from.scale()).await
}

async fn regions(worker: &Worker) -> Result<Vec<u8>> {
    let mut values: Vec<String> = Vec::new();
    let show = |row: &dyn crate::database::Row| {
        let (region, count) = (row.text(0)?.unwrap_or_default(), row.int(1)?.unwrap_or_default());
        values.push(format!("{{\"value\":\"{region}\",\"count\":{count}}}"));
        Ok(())
    };
    worker.reader().await?.each(&worker.shared.statements.regions, &[], show).await?;
    Ok(format!("[{{\"field\":\"region\",\"values\":[{}]}}]", values.join(",")).into_bytes())
}

async fn push(worker: Data<Worker>, body: Bytes) -> Answer {
    let mut facts: serde_json::Value = serde_json::from_slice(&body).map_err(failed)?;
    let places = facts["locations"].as_array().map_or(0, Vec::len);
    let rank = worker.shared.last.fetch_add(i64::try_from(places).map_err(failed)?, Ordering::Relaxed) + 1;
    let id = uuid::Uuid::now_v7().to_string();
    worker.write(async |writer| writer.push(rank, &id, &facts).await).await.map_err(failed)?;
    facts["id"] = id.into();
    Ok(HttpResponse::Created().content_type("application/json").body(facts.to_string()))
}

async fn rename(worker: Data<Worker>, id: Path<String>, body: Bytes) -> Answer {
    let patch: serde_json::Value = serde_json::from_slice(&body).map_err(failed)?;
    let renamed = worker.write(async |writer| writer.rename(&id, &patch["names"]).await).await;
    Ok(json().body(renamed.map_err(failed)?))
}
