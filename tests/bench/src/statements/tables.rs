//! The tables.

use crate::Layout;

/// Of both layouts.
const COMMON: &str = "
CREATE TABLE municipalities (code TEXT PRIMARY KEY, fi TEXT, sv TEXT, en TEXT, region TEXT, record TEXT);
CREATE TABLE providers (
    no BIGINT PRIMARY KEY, id TEXT UNIQUE, provider_type TEXT, fi TEXT, sv TEXT, en TEXT, record TEXT
);
CREATE TABLE area_languages (area TEXT, language TEXT, rank BIGINT, PRIMARY KEY (area, language, rank)) WITHOUT ROWID;
CREATE TABLE reaches (area TEXT, reach TEXT, rank BIGINT, PRIMARY KEY (area, reach, rank)) WITHOUT ROWID;
";

const SQLITE: &str = "
CREATE VIRTUAL TABLE spot USING rtree_i32(rank, south, north, west, east, +id TEXT);
CREATE VIRTUAL TABLE words USING fts5(text, content='', contentless_delete=1, tokenize='unicode61', prefix='2 3 4');
";

const POSTGRES: &str = "
CREATE TABLE spot (rank BIGINT PRIMARY KEY, id TEXT, place POINT);
CREATE INDEX spot_by_place ON spot USING gist (place);
CREATE TABLE words (rank BIGINT PRIMARY KEY, vector TSVECTOR);
CREATE INDEX words_by_vector ON words USING gin (vector);
";

/// `rank` is the place in the registry's order; `cut` is where a distance goes.
const DOCUMENTS: &str = "
CREATE TABLE points (
    rank BIGINT PRIMARY KEY, id TEXT UNIQUE, version BIGINT, provider TEXT, location TEXT, region TEXT, cut BIGINT,
    body BYTEA
);
CREATE INDEX points_by_provider ON points (provider);
CREATE INDEX points_by_location ON points (location);
CREATE INDEX points_by_region ON points (region);
";

/// What an answer shows but nothing asks for stays together as JSON: opening hours, channels and the like.
const NORMALISED: &str = "
CREATE TABLE services (
    no BIGINT PRIMARY KEY, id TEXT UNIQUE, provider BIGINT, fi TEXT, sv TEXT, en TEXT, short_fi TEXT, short_sv TEXT,
    short_en TEXT, long_fi TEXT, long_sv TEXT, long_en TEXT, support_form TEXT, fee TEXT, fee_note TEXT,
    booking_url TEXT, service_area TEXT, channels TEXT, origin TEXT, offer_status TEXT, verified_at TEXT,
    demonstration BIGINT
);
CREATE INDEX services_by_provider ON services (provider);
CREATE TABLE service_values (
    service BIGINT, field TEXT, position BIGINT, value TEXT, PRIMARY KEY (service, field, position)
) WITHOUT ROWID;
CREATE TABLE locations (
    no BIGINT PRIMARY KEY, id TEXT UNIQUE, fi TEXT, sv TEXT, en TEXT, street_fi TEXT, street_sv TEXT, street_en TEXT,
    postcode TEXT, office_fi TEXT, office_sv TEXT, office_en TEXT, municipality TEXT, lat DOUBLE PRECISION,
    lon DOUBLE PRECISION, accessibility TEXT, directions TEXT, phone TEXT
);
CREATE TABLE hours (no BIGINT PRIMARY KEY, digest TEXT UNIQUE, hours TEXT);
CREATE TABLE points (
    rank BIGINT PRIMARY KEY, id TEXT UNIQUE, version BIGINT, service BIGINT, location BIGINT, hours BIGINT,
    remote BIGINT, valid_from TEXT, valid_to TEXT, freshness TEXT, open_state TEXT
);
CREATE INDEX points_by_service ON points (service);
CREATE INDEX points_by_location ON points (location);
";

/// What makes the tables of a layout.
pub(crate) fn tables(is_sqlite: bool, layout: Layout) -> String {
    let own = match layout {
        Layout::Documents => DOCUMENTS,
        Layout::Normalised => NORMALISED,
    };
    if is_sqlite {
        // The key is then the row's own number.
        return format!("{COMMON}{SQLITE}{own}")
            .replace("rank BIGINT PRIMARY KEY", "rank INTEGER PRIMARY KEY")
            .replace("no BIGINT PRIMARY KEY", "no INTEGER PRIMARY KEY")
            .replace("BYTEA", "BLOB");
    }
    let mut text =
        format!("{COMMON}{POSTGRES}{own}").replace(") WITHOUT ROWID", ")").replace("TEXT", "TEXT COLLATE \"C\"");
    if layout == Layout::Documents {
        // A document stays in its row, as it is: unpacking costs more than it saves.
        text.push_str("ALTER TABLE points ALTER body SET STORAGE EXTERNAL;\n");
        text.push_str("ALTER TABLE points SET (toast_tuple_target = 8160);\n");
    }
    text
}
