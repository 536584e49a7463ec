//! Writes points with all that finds them, and renames providers.

use std::collections::HashMap;

use digituki_domain::point::Point;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::areas::{Municipalities, string};
use crate::database::{Database, Value};
use crate::exported::Exported;
use crate::render;
use crate::statements::Statements;
use crate::{Layout, Result};

/// What rows refer to each other by: each thing has the rank of the first point that showed it.
#[derive(Default)]
pub(crate) struct Numbers {
    pub(crate) providers: HashMap<String, i64>,
    pub(crate) services: HashMap<String, i64>,
    pub(crate) locations: HashMap<String, i64>,
    pub(crate) hours: HashMap<String, i64>,
}

/// A point that is to be written.
pub(crate) struct Entry {
    pub(crate) rank: i64,
    pub(crate) point: Exported,
    /// The areas by which it is found.
    pub(crate) areas: Vec<String>,
}

/// The rows for each statement, in the order in which the statements run.
#[derive(Default)]
struct Rows(Vec<(String, Vec<Vec<Value>>)>);

impl Rows {
    fn add(&mut self, statement: &str, values: Vec<Value>) {
        match self.0.iter_mut().find(|(known, _)| known == statement) {
            Some((_, rows)) => rows.push(values),
            None => self.0.push((statement.to_owned(), vec![values])),
        }
    }

    fn insert(&mut self, db: &Database, table: &str, values: Vec<Value>) {
        let sign = if db.is_sqlite() { '?' } else { '$' };
        let places: Vec<String> = (1..=values.len()).map(|place| format!("{sign}{place}")).collect();
        self.add(&format!("INSERT INTO {table} VALUES ({}) ON CONFLICT DO NOTHING", places.join(", ")), values);
    }
}

/// Where and how things are written.
pub(crate) struct Writer<'a> {
    pub(crate) db: &'a Database,
    pub(crate) layout: Layout,
    pub(crate) statements: &'a Statements,
    pub(crate) municipalities: &'a Municipalities,
}

impl Writer<'_> {
    /// Writes points, within a transaction of the caller's.
    pub(crate) async fn put(&self, numbers: &mut Numbers, entries: &[Entry]) -> Result<()> {
        let mut rows = Rows::default();
        for Entry { rank, point, areas } in entries {
            match self.layout {
                Layout::Documents => self.document(&mut rows, *rank, point)?,
                Layout::Normalised => self.normalised(&mut rows, numbers, *rank, point),
            }
            let id = point.text("/id");
            for area in areas {
                for language in point.texts("/languages") {
                    rows.insert(self.db, "area_languages", vec![area.as_str().into(), language.into(), (*rank).into()]);
                }
                if !point.is_placed() {
                    rows.insert(self.db, "reaches", vec![area.as_str().into(), point.reach().into(), (*rank).into()]);
                }
            }
            if let Some((north, east)) = point.planar().map(planar) {
                rows.add(&self.statements.spot, vec![(*rank).into(), id.into(), north.into(), east.into()]);
            }
            rows.add(&self.statements.word, vec![(*rank).into(), point.words().into()]);
        }
        for (statement, rows) in rows.0 {
            self.db.execute(&statement, &rows).await?;
        }
        Ok(())
    }

    fn document(&self, rows: &mut Rows, rank: i64, point: &Exported) -> Result<()> {
        let body = serde_json::to_vec(&point.json)?;
        let region = point.text("/location/address/municipality/code").and_then(|code| self.municipalities.0.get(code));
        let values = vec![
            rank.into(),
            point.text("/id").into(),
            1.into(),
            point.text("/provider/id").into(),
            point.text("/location/id").into(),
            region.map(|municipality| municipality.region.as_str()).into(),
            cut(&body)?.into(),
            body.into(),
        ];
        rows.insert(self.db, "points", values);
        Ok(())
    }

    fn normalised(&self, rows: &mut Rows, numbers: &mut Numbers, rank: i64, point: &Exported) {
        let service = point.text("/service/id").unwrap_or_default().to_owned();
        let service = *numbers.services.entry(service).or_insert(rank);
        if service == rank {
            self.service(rows, numbers, rank, point);
        }
        let location = point.text("/location/id").map(|id| *numbers.locations.entry(id.to_owned()).or_insert(rank));
        if location == Some(rank) {
            self.location(rows, rank, point);
        }
        let hours = point.part("/opening_hours").map(|hours| {
            let digest = hex::encode(Sha256::digest(&hours));
            let number = *numbers.hours.entry(digest.clone()).or_insert(rank);
            if number == rank {
                rows.insert(self.db, "hours", vec![rank.into(), digest.into(), hours.into()]);
            }
            number
        });
        let values = vec![
            rank.into(),
            point.text("/id").into(),
            1.into(),
            service.into(),
            location.into(),
            hours.into(),
            truth(point, "/remote"),
            point.text("/valid_from").into(),
            point.text("/valid_to").into(),
            point.text("/freshness").into(),
            point.part("/open_state").into(),
        ];
        rows.insert(self.db, "points", values);
    }

    fn service(&self, rows: &mut Rows, numbers: &Numbers, no: i64, point: &Exported) {
        let provider = numbers.providers.get(point.text("/provider/id").unwrap_or_default()).copied();
        let mut values = vec![no.into(), point.text("/service/id").into(), provider.into()];
        values.extend(texts(point, "/service/names"));
        values.extend(texts(point, "/short_descriptions"));
        values.extend(texts(point, "/descriptions"));
        values.extend([
            point.text("/support_form").into(),
            point.text("/fee").into(),
            point.part("/fee_note").into(),
            point.text("/booking_url").into(),
            point.part("/service_area").into(),
            point.part("/channels").into(),
            point.text("/origin").into(),
            point.text("/offer_status").into(),
            point.text("/verified_at").into(),
            truth(point, "/demonstration"),
        ]);
        rows.insert(self.db, "services", values);
        let fields = [
            ("d", "/delivery_modes"),
            ("t", "/topics"),
            ("g", "/target_groups"),
            ("s", "/special_support"),
            ("l", "/languages"),
            ("a", "/access_modes"),
        ];
        for (field, pointer) in fields {
            for (position, value) in (0_i64..).zip(point.texts(pointer)) {
                rows.insert(self.db, "service_values", vec![no.into(), field.into(), position.into(), value.into()]);
            }
        }
    }

    fn location(&self, rows: &mut Rows, no: i64, point: &Exported) {
        let mut values = vec![no.into(), point.text("/location/id").into()];
        values.extend(texts(point, "/location/names"));
        values.extend(texts(point, "/location/address/street"));
        values.push(point.text("/location/address/postcode").into());
        values.extend(texts(point, "/location/address/post_office"));
        values.extend([
            point.text("/location/address/municipality/code").into(),
            point.point().map(|point| point.lat).into(),
            point.point().map(|point| point.lon).into(),
            point.part("/location/accessibility").into(),
            point.part("/location/directions").into(),
            point.text("/location/phone").into(),
        ]);
        rows.insert(self.db, "locations", values);
    }

    /// Takes over a service as it is pushed, at all of its places; the number of its first point is `rank`.
    pub(crate) async fn push(&self, rank: i64, id: &str, facts: &Json) -> Result<()> {
        let mut numbers = Numbers::default();
        let provider = self.provider(&mut numbers, &string(&facts["provider"])).await?;
        let mut entries = Vec::new();
        for (rank, place) in (rank..).zip(facts["locations"].as_array().into_iter().flatten()) {
            let location = match place["location"].as_str() {
                Some(known) => self.known_location(&mut numbers, known).await?,
                None => self.new_location(rank, &place["new_location"]),
            };
            let hours = match &place["opening_hours"] {
                Json::Null => &place["new_location"]["opening_hours"],
                hours => hours,
            };
            self.known_hours(&mut numbers, hours).await?;
            let point = Exported::of_facts(id, facts, &provider, &location, hours);
            let areas = point.areas(self.municipalities, &[]);
            entries.push(Entry { rank, point, areas });
        }
        self.put(&mut numbers, &entries).await
    }

    async fn provider(&self, numbers: &mut Numbers, id: &str) -> Result<Json> {
        let mut provider = Json::Null;
        let text = "SELECT no, provider_type, fi, sv, en FROM providers WHERE id = $1";
        self.each(text, id, |row| {
            numbers.providers.insert(id.to_owned(), row.int(0)?.unwrap_or_default());
            let names = serde_json::json!({"fi": row.text(2)?, "sv": row.text(3)?, "en": row.text(4)?});
            provider = serde_json::json!({"id": id, "provider_type": row.text(1)?, "names": names});
            Ok(())
        })
        .await?;
        Ok(provider)
    }

    async fn known_location(&self, numbers: &mut Numbers, id: &str) -> Result<Json> {
        let mut body = Vec::new();
        self.each(&self.statements.at_location, id, |row| render::point(&mut body, row, self.layout, 1.0)).await?;
        if self.layout == Layout::Normalised {
            self.each("SELECT no FROM locations WHERE id = $1", id, |row| {
                numbers.locations.insert(id.to_owned(), row.int(0)?.unwrap_or_default());
                Ok(())
            })
            .await?;
        }
        Ok(serde_json::from_slice::<Json>(&body)?["location"].take())
    }

    fn new_location(&self, rank: i64, facts: &Json) -> Json {
        let mut location = facts.clone();
        location["id"] = uuid::Uuid::from_u128(u128::from(rank.unsigned_abs())).to_string().into();
        let code = string(&facts["address"]["municipality"]);
        let names = self.municipalities.0.get(&code).map(|municipality| municipality.names.clone());
        location["address"]["municipality"] = serde_json::json!({"kind": "municipality", "code": code, "names": names});
        location
    }

    async fn known_hours(&self, numbers: &mut Numbers, hours: &Json) -> Result<()> {
        if self.layout == Layout::Documents || hours.is_null() {
            return Ok(());
        }
        let digest = hex::encode(Sha256::digest(hours.to_string()));
        let text = "SELECT no FROM hours WHERE digest = $1";
        self.each(text, &digest.clone(), |row| {
            numbers.hours.insert(digest.clone(), row.int(0)?.unwrap_or_default());
            Ok(())
        })
        .await
    }

    async fn each(
        &self,
        text: &str,
        value: &str,
        show: impl FnMut(&dyn crate::database::Row) -> Result<()>,
    ) -> Result<()> {
        let text = if self.db.is_sqlite() { text.replace('$', "?") } else { text.to_owned() };
        self.db.each(&text, &[value.into()], show).await
    }

    /// Gives a provider names, there and wherever they are shown or found; returns it as it is then.
    pub(crate) async fn rename(&self, id: &str, names: &Json) -> Result<Vec<u8>> {
        let mut record = Json::Null;
        self.each("SELECT record FROM providers WHERE id = $1", id, |row| {
            record = serde_json::from_str(row.text(0)?.unwrap_or("null"))?;
            Ok(())
        })
        .await?;
        for (language, name) in names.as_object().into_iter().flatten() {
            record["names"][language] = name.clone();
        }
        let provider = Exported { json: record };
        let mut values = vec![id.into(), provider.json.to_string().into()];
        values.extend(texts(&provider, "/names"));
        let text = "UPDATE providers SET record = $2, fi = $3, sv = $4, en = $5 WHERE id = $1";
        let sqlite = |text: &str| if self.db.is_sqlite() { text.replace('$', "?") } else { text.to_owned() };
        self.db.execute(&sqlite(text), &[values]).await?;

        let mut points = Vec::new();
        self.each(&self.statements.of_provider, id, |row| {
            let mut body = Vec::new();
            render::point(&mut body, row, self.layout, 1.0)?;
            points.push((row.int(0)?.unwrap_or_default(), body));
            Ok(())
        })
        .await?;
        let (mut bodies, mut words) = (Vec::new(), Vec::new());
        for (rank, body) in points {
            let mut point = Exported { json: serde_json::from_slice(&body)? };
            point.json["provider"]["names"] = provider.json["names"].clone();
            words.push(vec![rank.into(), point.words().into()]);
            if self.layout == Layout::Documents {
                let body = serde_json::to_vec(&point.json)?;
                bodies.push(vec![rank.into(), cut(&body)?.into(), body.into()]);
            }
        }
        let text = match self.layout {
            Layout::Documents => "UPDATE points SET version = version + 1, cut = $2, body = $3 WHERE rank = $1",
            Layout::Normalised => "UPDATE points SET version = version + 1 WHERE rank = $1",
        };
        if self.layout == Layout::Normalised {
            bodies = words.iter().map(|values: &Vec<Value>| values[..1].to_vec()).collect();
        }
        self.db.execute(&sqlite(text), &bodies).await?;
        self.db.execute(&self.statements.reword, &words).await?;
        Ok(serde_json::to_vec(&provider.json)?)
    }
}

/// Where the distance goes.
fn cut(body: &[u8]) -> Result<i64> {
    const KEY: &[u8] = b"\"distance_km\":";
    let found = body.windows(KEY.len()).rposition(|part| part == KEY).ok_or("a point has no distance")?;
    Ok(i64::try_from(found + KEY.len())?)
}

#[expect(clippy::cast_precision_loss, reason = "centimetres within Finland")]
fn planar(at: digituki_domain::point::Planar) -> (f64, f64) {
    let (north, east) = at.centimetres();
    (north as f64, east as f64)
}

/// A text in three languages.
pub(crate) fn texts(point: &Exported, pointer: &str) -> [Value; 3] {
    ["fi", "sv", "en"].map(|language| point.text(&format!("{pointer}/{language}")).into())
}

fn truth(point: &Exported, pointer: &str) -> Value {
    i64::from(point.json.pointer(pointer).and_then(Json::as_bool).unwrap_or_default()).into()
}

/// The places of a service, by which it reaches municipalities.
pub(crate) type Places = Vec<(Option<Point>, String)>;
