//! Every statement, in the words of either database and for either layout. Both layouts are found by the same indexes;
//! they differ in what an answer is made of.

mod tables;

use crate::Layout;
use crate::areas::KEYS;

pub(crate) use tables::tables;

/// Statements that find points show them in columns that `render` reads.
pub(crate) struct Statements {
    /// The point with an id ($1).
    pub(crate) one: String,
    /// Only its version.
    pub(crate) version: String,
    /// Points behind a rank ($1), so many ($2).
    pub(crate) walk: String,
    /// Points of areas ($1 to $6) in a language ($7), so many ($8).
    pub(crate) page: String,
    /// Points with words ($1), the best first, so many ($2).
    pub(crate) search: String,
    /// Points around ($1, $2) on the plane, within a distance ($3), mixed with what serves areas ($4 to $9). All in
    /// centimetres. So many as takes the place of `:limit`: PostgreSQL walks by distance only if it knows how far.
    pub(crate) near: String,
    /// How many points at least (`:limit` suffices) lie in a square around a point (SQLite, which cannot walk by distance).
    pub(crate) crowd: String,
    /// The regions and how many points lie in each.
    pub(crate) regions: String,
    /// The points of a provider ($1).
    pub(crate) of_provider: String,
    /// A point at a location ($1).
    pub(crate) at_location: String,
    /// Writes new words ($2) for a point ($1).
    pub(crate) reword: String,
    /// Takes over words ($2) of a new point ($1).
    pub(crate) word: String,
    /// Takes over where (the point $1 with the id $2) lies: north ($3) and east ($4).
    pub(crate) spot: String,
}

/// What a layout answers with, and what it joins to the points for that.
fn layout(layout: Layout) -> (&'static str, &'static str) {
    match layout {
        Layout::Documents => ("d.version, d.cut, d.body", ""),
        Layout::Normalised => (
            "d.version, d.id, s.id, s.fi, s.sv, s.en, p.id, p.provider_type, p.fi, p.sv, p.en, \
             s.short_fi, s.short_sv, s.short_en, s.long_fi, s.long_sv, s.long_en, s.support_form, \
             (SELECT string_agg(v.field || v.value, ',' ORDER BY v.field, v.position) FROM service_values v \
             WHERE v.service = s.no), \
             s.fee, s.fee_note, s.booking_url, d.remote, l.id, l.fi, l.sv, l.en, l.street_fi, l.street_sv, l.street_en, \
             l.postcode, l.office_fi, l.office_sv, l.office_en, l.municipality, m.fi, m.sv, m.en, l.lat, l.lon, \
             l.accessibility, l.directions, l.phone, s.service_area, s.channels, h.hours, s.origin, s.offer_status, \
             s.verified_at, d.valid_from, d.valid_to, s.demonstration, d.freshness, d.open_state",
            "JOIN services s ON s.no = d.service JOIN providers p ON p.no = s.provider \
             LEFT JOIN locations l ON l.no = d.location LEFT JOIN municipalities m ON m.code = l.municipality \
             LEFT JOIN hours h ON h.no = d.hours",
        ),
    }
}

const NO_DISTANCE: &str = "CAST(NULL AS DOUBLE PRECISION)";

impl Statements {
    pub(crate) fn new(is_sqlite: bool, of: Layout) -> Self {
        let (columns, joins) = layout(of);
        // CROSS JOIN keeps SQLite to this order: first what was found.
        let ranked = |finder: String| {
            format!(
                "WITH f AS ({finder}) SELECT d.rank, f.distance, {columns} FROM f CROSS JOIN points d {joins} \
                 WHERE d.rank = f.rank ORDER BY f.position, d.rank"
            )
        };
        let chosen = |by: &str| format!("SELECT d.rank, {NO_DISTANCE}, {columns} FROM points d {joins} WHERE {by}");
        let (provider, location) = match of {
            Layout::Documents => ("d.provider = $1", "d.location = $1 LIMIT 1"),
            Layout::Normalised => ("p.id = $1", "l.id = $1 LIMIT 1"),
        };
        let regions = match of {
            Layout::Documents => {
                "SELECT region, count(*) FROM points WHERE region IS NOT NULL GROUP BY region ORDER BY 2 DESC, 1"
            }
            Layout::Normalised => {
                "SELECT m.region, count(*) FROM points d JOIN locations l ON l.no = d.location \
                 JOIN municipalities m ON m.code = l.municipality GROUP BY m.region ORDER BY 2 DESC, 1"
            }
        };
        let text = |text: &str| if is_sqlite { text.replace('$', "?") } else { text.to_owned() };
        let either = |sqlite: &str, postgres: &str| text(if is_sqlite { sqlite } else { postgres });
        Self {
            one: text(&chosen("d.id = $1")),
            version: text("SELECT version FROM points WHERE id = $1"),
            walk: text(&ranked(format!(
                "SELECT rank, rank AS position, {NO_DISTANCE} AS distance FROM points WHERE rank > $1 \
                 ORDER BY rank LIMIT $2"
            ))),
            page: text(&ranked(page())),
            search: text(&ranked(search(is_sqlite))),
            near: text(&ranked(near(is_sqlite))),
            crowd: text(
                "SELECT count(*) FROM (SELECT 1 FROM spot WHERE south >= $1 - $3 AND north <= $1 + $3 \
                 AND west >= $2 - $3 AND east <= $2 + $3 LIMIT :limit)",
            ),
            regions: regions.to_owned(),
            of_provider: text(&chosen(provider)),
            at_location: text(&chosen(location)),
            reword: either(
                "UPDATE words SET text = $2 WHERE rowid = $1",
                "UPDATE words SET vector = to_tsvector('simple', $2) WHERE rank = $1",
            ),
            word: either(
                "INSERT INTO words (rowid, text) VALUES ($1, $2)",
                "INSERT INTO words (rank, vector) VALUES ($1, to_tsvector('simple', $2))",
            ),
            spot: either(
                "INSERT INTO spot (rank, id, south, north, west, east) VALUES ($1, $2, $3, $3, $4, $4)",
                "INSERT INTO spot (rank, id, place) VALUES ($1, $2, point($3, $4))",
            ),
        }
    }
}

/// One run through the index for each area, each as short as the page.
fn page() -> String {
    let of_area = |area: usize| {
        format!(
            "SELECT rank FROM (SELECT rank FROM area_languages WHERE area = ${area} AND language = $7 \
             ORDER BY rank LIMIT $8) AS a{area}"
        )
    };
    let areas: Vec<String> = (1..=KEYS).map(of_area).collect();
    format!(
        "SELECT rank, rank AS position, {NO_DISTANCE} AS distance FROM ({}) AS a ORDER BY rank LIMIT $8",
        areas.join(" UNION ")
    )
}

fn search(is_sqlite: bool) -> String {
    if is_sqlite {
        return format!(
            "SELECT rowid AS rank, bm25(words) AS position, {NO_DISTANCE} AS distance FROM words \
             WHERE words MATCH $1 ORDER BY words.rank LIMIT $2"
        );
    }
    format!(
        "SELECT w.rank, -ts_rank(w.vector, q) AS position, {NO_DISTANCE} AS distance \
         FROM to_tsquery('simple', $1) AS q, words w WHERE w.vector @@ q ORDER BY 2, 1 LIMIT $2"
    )
}

/// Four places, then one of what has none, as the registry mixes them within 25 kilometres.
fn near(is_sqlite: bool) -> String {
    let places = if is_sqlite {
        "SELECT rank, id, d FROM (SELECT rank, id, (south - $1) * (south - $1) + (west - $2) * (west - $2) AS d \
         FROM spot WHERE south >= $1 - $3 AND north <= $1 + $3 AND west >= $2 - $3 AND east <= $2 + $3) \
         WHERE d <= $3 * $3 ORDER BY d, id LIMIT :limit"
    } else {
        "SELECT rank, id, d * d AS d FROM (SELECT rank, id, place <-> point($1, $2) AS d FROM spot \
         ORDER BY place <-> point($1, $2) FETCH FIRST :limit ROWS WITH TIES) AS k WHERE d <= $3"
    };
    let serving = |area: usize| {
        format!(
            "SELECT rank, reach FROM (SELECT rank, reach FROM reaches WHERE area = ${area} \
             ORDER BY reach, rank LIMIT :limit) AS a{area}"
        )
    };
    let serving: Vec<String> = (4..4 + KEYS).map(serving).collect();
    format!(
        "SELECT rank, position, distance FROM (\
         SELECT rank, i + (i - 1) / 4 AS position, d AS distance \
         FROM (SELECT rank, d, row_number() OVER (ORDER BY d, id) AS i FROM ({places}) AS p) AS n \
         UNION ALL \
         SELECT rank, 5 * row_number() OVER (ORDER BY reach, rank), {NO_DISTANCE} FROM ({}) AS s) AS mixed \
         ORDER BY position LIMIT :limit",
        serving.join(" UNION ")
    )
}
