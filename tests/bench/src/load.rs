//! Fills a new database with what the registry exports.

use std::collections::HashMap;
use std::fs::{File, read_to_string};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use crate::areas::{Municipalities, string};
use crate::database::Database;
use crate::exported::Exported;
use crate::statements::{Statements, tables};
use crate::write::{Entry, Numbers, Places, Writer, texts};
use crate::{Layout, Result};

/// How many points are written in one transaction.
const STRIDE: usize = 500;

/// What the registry exports.
pub(crate) struct Files {
    pub(crate) export: PathBuf,
    pub(crate) providers: PathBuf,
    pub(crate) municipalities: PathBuf,
}

pub(crate) async fn run(layout: Layout, url: &str, files: &Files) -> Result<()> {
    let db = Database::open(url).await?;
    db.batch(&tables(db.is_sqlite(), layout)).await?;
    if !db.is_sqlite() {
        db.batch("SET synchronous_commit = off").await?;
    }
    let statements = Statements::new(db.is_sqlite(), layout);
    let text = read_to_string(&files.municipalities)?;
    let municipalities = Municipalities::read(text.lines())?;
    let mut numbers = Numbers::default();
    put_municipalities(&db, &text).await?;
    put_providers(&db, &mut numbers, &read_to_string(&files.providers)?).await?;

    let places = places(files)?;
    let writer = Writer { db: &db, layout, statements: &statements, municipalities: &municipalities };
    let mut waiting = Vec::new();
    for (rank, line) in (1_i64..).zip(BufReader::new(File::open(&files.export)?).lines()) {
        let point = Exported::read(&line?)?;
        let of_service = point.text("/service/id").and_then(|id| places.get(id)).map_or(&[][..], Vec::as_slice);
        let areas = point.areas(&municipalities, of_service);
        waiting.push(Entry { rank, point, areas });
        if waiting.len() == STRIDE {
            put(&writer, &mut numbers, &std::mem::take(&mut waiting)).await?;
        }
    }
    put(&writer, &mut numbers, &waiting).await?;
    if db.is_sqlite() {
        db.batch("INSERT INTO words (words) VALUES ('optimize'); ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)").await
    } else {
        db.batch("VACUUM ANALYZE").await?;
        db.batch("CHECKPOINT").await
    }
}

async fn put(writer: &Writer<'_>, numbers: &mut Numbers, entries: &[Entry]) -> Result<()> {
    writer.db.batch("BEGIN").await?;
    writer.put(numbers, entries).await?;
    writer.db.batch("COMMIT").await
}

/// The places of the services that serve whoever lives around them.
fn places(files: &Files) -> Result<HashMap<String, Places>> {
    let mut places: HashMap<String, Places> = HashMap::new();
    for line in BufReader::new(File::open(&files.export)?).lines() {
        let line = line?;
        if !line.contains("\"mode\":\"radius\"") {
            continue;
        }
        let point = Exported::read(&line)?;
        let code = point.text("/location/address/municipality/code");
        if let (Some(service), Some(code)) = (point.text("/service/id"), code) {
            places.entry(service.to_owned()).or_default().push((point.point(), code.to_owned()));
        }
    }
    Ok(places)
}

async fn put_municipalities(db: &Database, text: &str) -> Result<()> {
    let mut rows = Vec::new();
    for line in text.lines() {
        let record = Exported::read(line)?;
        let mut row = vec![record.text("/code").into()];
        row.extend(texts(&record, "/names"));
        row.extend([record.text("/region/code").into(), line.into()]);
        rows.push(row);
    }
    db.execute("INSERT INTO municipalities VALUES ($1, $2, $3, $4, $5, $6)", &rows).await
}

async fn put_providers(db: &Database, numbers: &mut Numbers, text: &str) -> Result<()> {
    let mut rows = Vec::new();
    for (no, line) in (1_i64..).zip(text.lines()) {
        let record = Exported::read(line)?;
        numbers.providers.insert(string(&record.json["id"]), no);
        let mut row = vec![no.into(), record.text("/id").into(), record.text("/provider_type").into()];
        row.extend(texts(&record, "/names"));
        row.push(line.into());
        rows.push(row);
    }
    db.execute("INSERT INTO providers VALUES ($1, $2, $3, $4, $5, $6, $7)", &rows).await
}
