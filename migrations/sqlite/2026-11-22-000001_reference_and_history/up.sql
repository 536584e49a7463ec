-- Keys, codes and sort keys compare bytewise: SQLite's default collation does.
CREATE TABLE areas (
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    names TEXT NOT NULL,
    folded_names TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    valid_from DATE,
    valid_to DATE,
    successor TEXT,
    version BIGINT NOT NULL,
    PRIMARY KEY (kind, code),
    FOREIGN KEY (kind, successor) REFERENCES areas (kind, code) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX areas_by_name ON areas (kind, sort_name, code);

CREATE TABLE municipalities (
    kind TEXT NOT NULL DEFAULT 'municipality' CHECK (kind = 'municipality'),
    code TEXT NOT NULL PRIMARY KEY,
    language_status TEXT NOT NULL,
    urban_rural TEXT NOT NULL,
    record TEXT NOT NULL,
    FOREIGN KEY (kind, code) REFERENCES areas (kind, code)
);

CREATE TABLE memberships (
    municipality TEXT NOT NULL REFERENCES municipalities (code),
    kind TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    area TEXT NOT NULL,
    valid_from DATE,
    valid_to DATE,
    PRIMARY KEY (municipality, kind, ordinal),
    FOREIGN KEY (kind, area) REFERENCES areas (kind, code)
);
CREATE INDEX memberships_by_area ON memberships (kind, area, municipality);

CREATE TABLE populations (
    municipality TEXT NOT NULL REFERENCES municipalities (code),
    date DATE NOT NULL,
    population BIGINT NOT NULL,
    PRIMARY KEY (municipality, date)
);
CREATE INDEX populations_by_date ON populations (date);

CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_type TEXT NOT NULL,
    names TEXT NOT NULL,
    folded_names TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    business_id TEXT UNIQUE,
    area_kind TEXT,
    area_code TEXT,
    valid_from DATE,
    valid_to DATE,
    successor_id TEXT REFERENCES organisations (id) DEFERRABLE INITIALLY DEFERRED,
    record TEXT NOT NULL,
    version BIGINT NOT NULL,
    FOREIGN KEY (area_kind, area_code) REFERENCES areas (kind, code)
);
CREATE INDEX organisations_by_name ON organisations (sort_name, id);
CREATE INDEX organisations_by_area ON organisations (area_code, area_kind);

CREATE TABLE programmes (
    key TEXT NOT NULL PRIMARY KEY,
    previous TEXT REFERENCES programmes (key) DEFERRABLE INITIALLY DEFERRED,
    sort_date TEXT NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX programmes_by_date ON programmes (sort_date, key);

CREATE TABLE programme_coordinators (
    programme TEXT NOT NULL REFERENCES programmes (key),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (programme, organisation_id)
);
CREATE INDEX programme_coordinators_by_organisation ON programme_coordinators (organisation_id);

CREATE TABLE programme_areas (
    programme TEXT NOT NULL REFERENCES programmes (key),
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (programme, kind, code),
    FOREIGN KEY (kind, code) REFERENCES areas (kind, code)
);
CREATE INDEX programme_areas_by_area ON programme_areas (kind, code);

CREATE TABLE calls (
    key TEXT NOT NULL PRIMARY KEY,
    programme TEXT NOT NULL REFERENCES programmes (key),
    organiser_id TEXT NOT NULL REFERENCES organisations (id),
    published BOOLEAN NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX calls_by_programme ON calls (programme);

CREATE TABLE pilots (
    id TEXT NOT NULL PRIMARY KEY,
    programme TEXT NOT NULL REFERENCES programmes (key),
    call TEXT NOT NULL REFERENCES calls (key),
    sort_name TEXT NOT NULL,
    pilot_status TEXT NOT NULL,
    lead_id TEXT NOT NULL REFERENCES organisations (id),
    begins DATE,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX pilots_by_name ON pilots (sort_name, id);
CREATE INDEX pilots_by_programme ON pilots (programme);
CREATE INDEX pilots_by_call ON pilots (call);
CREATE INDEX pilots_by_lead ON pilots (lead_id);

CREATE TABLE pilot_areas (
    pilot_id TEXT NOT NULL REFERENCES pilots (id),
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (pilot_id, kind, code),
    FOREIGN KEY (kind, code) REFERENCES areas (kind, code)
);
CREATE INDEX pilot_areas_by_area ON pilot_areas (kind, code);

CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    programme TEXT NOT NULL REFERENCES programmes (key),
    call TEXT NOT NULL REFERENCES calls (key),
    beneficiary_id TEXT NOT NULL REFERENCES organisations (id),
    grant_status TEXT NOT NULL,
    usable_to DATE,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX grants_by_programme ON grants (programme);
CREATE INDEX grants_by_call ON grants (call);
CREATE INDEX grants_by_beneficiary ON grants (beneficiary_id);

CREATE TABLE grant_areas (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (grant_id, kind, code),
    FOREIGN KEY (kind, code) REFERENCES areas (kind, code)
);
CREATE INDEX grant_areas_by_area ON grant_areas (kind, code);

-- What of the shipped data was loaded, and at which version: a row that a user has changed since is
-- never touched again.
CREATE TABLE shipped_rows (
    noun TEXT NOT NULL,
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (noun, id)
);
