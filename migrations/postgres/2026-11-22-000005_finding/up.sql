-- What objects are called elsewhere, for every noun that other systems push.
CREATE TABLE external_ids (
    noun TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (noun, source, source_id)
);
CREATE INDEX external_ids_by_object ON external_ids (noun, object);
INSERT INTO external_ids (noun, source, source_id, object)
    SELECT 'provider', source, source_id, provider_id FROM provider_sources;
DROP TABLE provider_sources;

-- What was merged leads to what it was merged into, for ever and at once.
CREATE TABLE merged_objects (
    noun TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    survivor TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (noun, id)
);
CREATE INDEX merged_objects_by_survivor ON merged_objects (noun, survivor);

-- Two objects that are likely to be one, the older one first.
CREATE TABLE likely_duplicates (
    noun TEXT COLLATE "C" NOT NULL,
    first TEXT COLLATE "C" NOT NULL,
    second TEXT COLLATE "C" NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (noun, first, second)
);
CREATE INDEX likely_duplicates_by_second ON likely_duplicates (noun, second);

-- The central localities, of which the record speaks too: where somebody is who names a point.
ALTER TABLE municipalities ADD COLUMN lat DOUBLE PRECISION;
ALTER TABLE municipalities ADD COLUMN lon DOUBLE PRECISION;
UPDATE municipalities SET
    lat = (record::json -> 'point' ->> 'lat')::DOUBLE PRECISION,
    lon = (record::json -> 'point' ->> 'lon')::DOUBLE PRECISION;

-- `square` is the number of the metre on which a point lies (domain/src/point.rs).
CREATE TABLE locations (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organisation_id TEXT COLLATE "C" REFERENCES organisations (id),
    folded_names TEXT NOT NULL,
    sort_name TEXT COLLATE "C" NOT NULL,
    municipality TEXT COLLATE "C" NOT NULL REFERENCES municipalities (code),
    postcode TEXT COLLATE "C",
    square BIGINT,
    verified_at TIMESTAMP,
    valid_from DATE,
    valid_to DATE,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX locations_by_name ON locations (sort_name, id);
CREATE INDEX locations_by_organisation ON locations (organisation_id);
CREATE INDEX locations_by_municipality ON locations (municipality);
CREATE INDEX locations_by_postcode ON locations (postcode);
CREATE INDEX locations_by_square ON locations (square);

CREATE TABLE services (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    provider_id TEXT COLLATE "C" NOT NULL REFERENCES providers (id),
    support_form TEXT COLLATE "C" NOT NULL,
    folded_names TEXT NOT NULL,
    sort_name TEXT COLLATE "C" NOT NULL,
    offer_status TEXT COLLATE "C" NOT NULL,
    published BOOLEAN NOT NULL,
    verified_at TIMESTAMP,
    valid_from DATE,
    valid_to DATE,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX services_by_name ON services (sort_name, id);
CREATE INDEX services_by_provider ON services (provider_id);

CREATE TABLE service_locations (
    service_id TEXT COLLATE "C" NOT NULL REFERENCES services (id),
    location_id TEXT COLLATE "C" NOT NULL REFERENCES locations (id),
    PRIMARY KEY (service_id, location_id)
);
CREATE INDEX service_locations_by_location ON service_locations (location_id, service_id);

CREATE TABLE service_languages (
    service_id TEXT COLLATE "C" NOT NULL REFERENCES services (id),
    language TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (service_id, language)
);

-- Opening hours, each once: whether a point is open at an instant is worked out for each of these, not for each
-- point. Rows are only ever added, and an id never means anything else.
CREATE TABLE hours_patterns (
    id BIGINT NOT NULL PRIMARY KEY,
    digest TEXT COLLATE "C" NOT NULL UNIQUE,
    hours TEXT NOT NULL
);

-- What people find: written anew whenever one of its sources changes, and by `digituki rebuild`. A row holds what
-- is chosen, sorted and measured by; instants in milliseconds, as both databases read them fastest.
CREATE TABLE service_points (
    number BIGINT NOT NULL PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    service_id TEXT COLLATE "C" NOT NULL REFERENCES services (id),
    location_id TEXT COLLATE "C" REFERENCES locations (id),
    has_place BOOLEAN NOT NULL,
    municipality TEXT COLLATE "C",
    sort_name TEXT COLLATE "C" NOT NULL,
    sort_verified TEXT COLLATE "C" NOT NULL,
    lat DOUBLE PRECISION,
    lon DOUBLE PRECISION,
    northing BIGINT,
    easting BIGINT,
    square BIGINT,
    hours BIGINT REFERENCES hours_patterns (id),
    verified_at BIGINT,
    valid_from DATE,
    valid_to DATE
);
CREATE INDEX service_points_by_name ON service_points (sort_name, number, valid_from, valid_to);
CREATE INDEX service_points_by_verification ON service_points (sort_verified, id);
CREATE INDEX service_points_by_square ON service_points (square, northing, easting, valid_from, valid_to, id);
CREATE INDEX service_points_by_municipality ON service_points (municipality, valid_from, valid_to);
CREATE INDEX service_points_by_service ON service_points (service_id);
CREATE INDEX service_points_by_location ON service_points (location_id);
CREATE INDEX service_points_by_hours ON service_points (hours);

-- What stands still of the answer, rendered, and what the rest of it follows from: apart, so that the rows which are looked
-- through stand close together.
CREATE TABLE service_point_bodies (
    number BIGINT NOT NULL PRIMARY KEY,
    hours BIGINT,
    northing BIGINT,
    easting BIGINT,
    verified_at BIGINT,
    body TEXT NOT NULL
);
-- A body is read whole, again and again: it is not packed, and stands in its row wherever that holds it.
ALTER TABLE service_point_bodies ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE service_point_bodies SET (toast_tuple_target = 8160);

-- For each area what lies in it or, having no place, serves it, in the order of names: a page takes no longer than what
-- it shows. `languages` has a bit for each (domain/src/text.rs).
CREATE TABLE service_point_areas (
    area TEXT COLLATE "C" NOT NULL,
    sort_name TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    languages BIGINT NOT NULL,
    valid_from DATE,
    valid_to DATE,
    PRIMARY KEY (area, sort_name, number) INCLUDE (languages, valid_from, valid_to)
);
CREATE INDEX service_point_areas_by_number ON service_point_areas (number);

-- By what points are filtered and counted: `language:fi`, `municipality:091` (domain/src/service_point/term.rs).
CREATE TABLE service_point_terms (
    term TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (term, number)
);
CREATE INDEX service_point_terms_by_number ON service_point_terms (number);
