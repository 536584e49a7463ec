CREATE TABLE providers (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    provider_type TEXT NOT NULL,
    folded_names TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    municipality TEXT REFERENCES municipalities (code),
    offer_status TEXT NOT NULL,
    published BOOLEAN NOT NULL,
    verified_at TIMESTAMP,
    valid_from DATE,
    valid_to DATE,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX providers_by_name ON providers (sort_name, id);
CREATE INDEX providers_by_organisation ON providers (organisation_id);
CREATE INDEX providers_by_municipality ON providers (municipality);

-- The regions in which it works. Where it has its seat follows from the municipality's memberships.
CREATE TABLE provider_regions (
    provider_id TEXT NOT NULL REFERENCES providers (id),
    region TEXT NOT NULL,
    PRIMARY KEY (provider_id, region)
);
CREATE INDEX provider_regions_by_region ON provider_regions (region, provider_id);

CREATE TABLE provider_languages (
    provider_id TEXT NOT NULL REFERENCES providers (id),
    language TEXT NOT NULL,
    PRIMARY KEY (provider_id, language)
);

CREATE TABLE provider_sources (
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    provider_id TEXT NOT NULL REFERENCES providers (id),
    PRIMARY KEY (source, source_id)
);
CREATE INDEX provider_sources_by_provider ON provider_sources (provider_id);
