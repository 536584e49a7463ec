DROP TABLE service_point_terms;
DROP TABLE service_point_areas;
DROP TABLE service_point_bodies;
DROP TABLE service_points;
DROP TABLE hours_patterns;
DROP TABLE service_languages;
DROP TABLE service_locations;
DROP TABLE services;
DROP TABLE locations;
ALTER TABLE municipalities DROP COLUMN lon;
ALTER TABLE municipalities DROP COLUMN lat;
DROP TABLE likely_duplicates;
DROP TABLE merged_objects;
CREATE TABLE provider_sources (
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    provider_id TEXT COLLATE "C" NOT NULL REFERENCES providers (id),
    PRIMARY KEY (source, source_id)
);
CREATE INDEX provider_sources_by_provider ON provider_sources (provider_id);
INSERT INTO provider_sources (source, source_id, provider_id)
    SELECT source, source_id, object FROM external_ids WHERE noun = 'provider';
DROP TABLE external_ids;
