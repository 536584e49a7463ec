//! Makes JSON of rows, as bytes.

use serde_json::to_writer;

use crate::database::Row;
use crate::{Layout, Result};

/// A page that grows row by row.
pub(crate) struct Page {
    layout: Layout,
    /// How much longer lines are on the plane than on the ground, where they are measured from.
    scale: f64,
    limit: usize,
    count: usize,
    last: i64,
    more: bool,
    out: Vec<u8>,
}

impl Page {
    pub(crate) fn new(layout: Layout, limit: usize, scale: f64) -> Self {
        let mut out = Vec::with_capacity(limit * 2_560 + 64);
        out.extend_from_slice(b"{\"items\":[");
        Self { layout, scale, limit, count: 0, last: 0, more: false, out }
    }

    pub(crate) fn push(&mut self, row: &dyn Row) -> Result<()> {
        if self.count == self.limit {
            self.more = true;
            return Ok(());
        }
        if self.count > 0 {
            self.out.push(b',');
        }
        self.count += 1;
        self.last = row.int(0)?.unwrap_or_default();
        point(&mut self.out, row, self.layout, self.scale)
    }

    pub(crate) fn finish(mut self, facets: &[u8]) -> Vec<u8> {
        let next = if self.more { format!("\"{}\"", self.last) } else { "null".to_owned() };
        self.out.extend_from_slice(format!("],\"next\":{next},\"total\":null,\"facets\":").as_bytes());
        self.out.extend_from_slice(facets);
        self.out.push(b'}');
        self.out
    }
}

/// Writes a point as it is answered.
pub(crate) fn point(out: &mut Vec<u8>, row: &dyn Row, layout: Layout, scale: f64) -> Result<()> {
    let distance = row.real(1)?.map(|squared| (squared.sqrt() / 100.0 / scale / 10.0).round() / 100.0);
    match layout {
        Layout::Documents => document(out, row, distance),
        Layout::Normalised => put_together(out, row, distance),
    }
}

/// The stored bytes, with the distance where `null` stands.
fn document(out: &mut Vec<u8>, row: &dyn Row, distance: Option<f64>) -> Result<()> {
    let body = row.bytes(4)?.unwrap_or_default();
    let Some(distance) = distance else {
        out.extend_from_slice(body);
        return Ok(());
    };
    let (before, behind) = body.split_at(usize::try_from(row.int(3)?.unwrap_or_default())?);
    out.extend_from_slice(before);
    to_writer(&mut *out, &distance)?;
    out.extend_from_slice(&behind["null".len()..]);
    Ok(())
}

/// Columns one after the other.
struct Reader<'a> {
    row: &'a dyn Row,
    column: usize,
    out: &'a mut Vec<u8>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> usize {
        self.column += 1;
        self.column - 1
    }

    fn take(&mut self) -> Result<Option<&'a str>> {
        let column = self.next();
        self.row.text(column)
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn string(&mut self, key: &str) -> Result<()> {
        self.raw(key);
        let text = self.take()?;
        Ok(to_writer(&mut *self.out, &text)?)
    }

    /// JSON that was kept as it is.
    fn json(&mut self, key: &str) -> Result<()> {
        self.raw(key);
        let text = self.take()?.unwrap_or("null");
        self.raw(text);
        Ok(())
    }

    fn truth(&mut self, key: &str) -> Result<()> {
        let column = self.next();
        let truth = self.row.int(column)? == Some(1);
        self.raw(key);
        self.raw(if truth { "true" } else { "false" });
        Ok(())
    }

    /// A text in three languages; null where there is none in any.
    fn texts(&mut self, key: &str) -> Result<()> {
        self.raw(key);
        let (fi, sv, en) = (self.take()?, self.take()?, self.take()?);
        if fi.is_none() && sv.is_none() && en.is_none() {
            self.raw("null");
            return Ok(());
        }
        for (key, text) in [("{\"fi\":", fi), (",\"sv\":", sv), (",\"en\":", en)] {
            self.raw(key);
            to_writer(&mut *self.out, &text)?;
        }
        self.raw("}");
        Ok(())
    }
}

/// Values of a service, each behind the letter of its field.
fn values(out: &mut Vec<u8>, key: &str, values: &str, field: char) {
    out.extend_from_slice(key.as_bytes());
    let mut separator = "[\"";
    for value in values.split(',').filter_map(|value| value.strip_prefix(field)) {
        out.extend_from_slice(separator.as_bytes());
        out.extend_from_slice(value.as_bytes());
        separator = "\",\"";
    }
    out.extend_from_slice(if separator == "[\"" { b"[]" } else { b"\"]" });
}

fn put_together(out: &mut Vec<u8>, row: &dyn Row, distance: Option<f64>) -> Result<()> {
    let mut reader = Reader { row, column: 3, out };
    reader.string("{\"id\":")?;
    reader.string(",\"service\":{\"id\":")?;
    reader.texts(",\"names\":")?;
    reader.string("},\"provider\":{\"id\":")?;
    reader.string(",\"provider_type\":")?;
    reader.texts(",\"names\":")?;
    reader.texts("},\"short_descriptions\":")?;
    reader.texts(",\"descriptions\":")?;
    reader.string(",\"support_form\":")?;
    let many = reader.take()?.unwrap_or_default();
    values(reader.out, ",\"delivery_modes\":", many, 'd');
    values(reader.out, ",\"topics\":", many, 't');
    values(reader.out, ",\"target_groups\":", many, 'g');
    values(reader.out, ",\"special_support\":", many, 's');
    values(reader.out, ",\"languages\":", many, 'l');
    reader.string(",\"fee\":")?;
    reader.json(",\"fee_note\":")?;
    values(reader.out, ",\"access_modes\":", many, 'a');
    reader.string(",\"booking_url\":")?;
    reader.truth(",\"remote\":")?;
    location(&mut reader)?;
    reader.json(",\"service_area\":")?;
    reader.json(",\"channels\":")?;
    reader.json(",\"opening_hours\":")?;
    reader.string(",\"origin\":")?;
    reader.string(",\"offer_status\":")?;
    reader.string(",\"verified_at\":")?;
    reader.string(",\"valid_from\":")?;
    reader.string(",\"valid_to\":")?;
    reader.truth(",\"demonstration\":")?;
    reader.string(",\"freshness\":")?;
    reader.raw(",\"distance_km\":");
    to_writer(&mut *reader.out, &distance)?;
    reader.json(",\"open_state\":")?;
    reader.raw(",\"score\":null}");
    Ok(())
}

fn location(reader: &mut Reader<'_>) -> Result<()> {
    const COLUMNS: usize = 20;
    if reader.row.text(reader.column)?.is_none() {
        reader.column += COLUMNS;
        reader.raw(",\"location\":null");
        return Ok(());
    }
    reader.string(",\"location\":{\"id\":")?;
    reader.texts(",\"names\":")?;
    reader.texts(",\"address\":{\"street\":")?;
    reader.string(",\"postcode\":")?;
    reader.texts(",\"post_office\":")?;
    reader.string(",\"municipality\":{\"kind\":\"municipality\",\"code\":")?;
    reader.texts(",\"names\":")?;
    reader.raw("}},\"point\":");
    let (lat, lon) = (reader.next(), reader.next());
    match (reader.row.real(lat)?, reader.row.real(lon)?) {
        (Some(lat), Some(lon)) => {
            reader.raw("{\"lat\":");
            to_writer(&mut *reader.out, &lat)?;
            reader.raw(",\"lon\":");
            to_writer(&mut *reader.out, &lon)?;
            reader.raw("}");
        }
        _ => reader.raw("null"),
    }
    reader.json(",\"accessibility\":")?;
    reader.json(",\"directions\":")?;
    reader.string(",\"phone\":")?;
    reader.raw("}");
    Ok(())
}
