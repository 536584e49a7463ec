-- Keys, codes and sort keys compare bytewise, whatever the database's locale.
CREATE TABLE areas (
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    names TEXT COLLATE "C" NOT NULL,
    folded_names TEXT COLLATE "C" NOT NULL,
    sort_name TEXT COLLATE "C" NOT NULL,
    valid_from DATE,
    valid_to DATE,
    successor TEXT COLLATE "C",
    version BIGINT NOT NULL,
    PRIMARY KEY (kind, code),
    FOREIGN KEY (kind, successor) REFERENCES areas (kind, code) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX areas_by_name ON areas (kind, sort_name, code);

CREATE TABLE municipalities (
    kind TEXT COLLATE "C" NOT NULL DEFAULT 'municipality' CHECK (kind = 'municipality'),
    code TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    language_status TEXT COLLATE "C" NOT NULL,
    urban_rural TEXT COLLATE "C" NOT NULL,
    record TEXT NOT NULL,
    FOREIGN KEY (kind, code) REFERENCES areas (kind, code)
);

CREATE TABLE memberships (
    municipality TEXT COLLATE "C" NOT NULL REFERENCES municipalities (code),
    kind TEXT COLLATE "C" NOT NULL,
    ordinal INTEGER NOT NULL,
    area TEXT COLLATE "C" NOT NULL,
    valid_from DATE,
    valid_to DATE,
    PRIMARY KEY (municipality, kind, ordinal),
    FOREIGN KEY (kind, area) REFERENCES areas (kind, code)
);
CREATE INDEX memberships_by_area ON memberships (kind, area, municipality);

CREATE TABLE populations (
    municipality TEXT COLLATE "C" NOT NULL REFERENCES municipalities (code),
    date DATE NOT NULL,
    population BIGINT NOT NULL,
    PRIMARY KEY (municipality, date)
);
CREATE INDEX populations_by_date ON populations (date);

CREATE TABLE organisations (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organisation_type TEXT COLLATE "C" NOT NULL,
    names TEXT COLLATE "C" NOT NULL,
    folded_names TEXT COLLATE "C" NOT NULL,
    sort_name TEXT COLLATE "C" NOT NULL,
    business_id TEXT COLLATE "C" UNIQUE,
    area_kind TEXT COLLATE "C",
    area_code TEXT COLLATE "C",
    valid_from DATE,
    valid_to DATE,
    successor_id TEXT COLLATE "C" REFERENCES organisations (id) DEFERRABLE INITIALLY DEFERRED,
    record TEXT NOT NULL,
    version BIGINT NOT NULL,
    FOREIGN KEY (area_kind, area_code) REFERENCES areas (kind, code)
);
CREATE INDEX organisations_by_name ON organisations (sort_name, id);
CREATE INDEX organisations_by_area ON organisations (area_code, area_kind);

CREATE TABLE programmes (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    previous TEXT COLLATE "C" REFERENCES programmes (key) DEFERRABLE INITIALLY DEFERRED,
    sort_date TEXT COLLATE "C" NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX programmes_by_date ON programmes (sort_date, key);

CREATE TABLE programme_coordinators (
    programme TEXT COLLATE "C" NOT NULL REFERENCES programmes (key),
    organisation_id TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (programme, organisation_id)
);
CREATE INDEX programme_coordinators_by_organisation ON programme_coordinators (organisation_id);

CREATE TABLE programme_areas (
    programme TEXT COLLATE "C" NOT NULL REFERENCES programmes (key),
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (programme, kind, code),
    FOREIGN KEY (kind, code) REFERENCES areas (kind, code)
);
CREATE INDEX programme_areas_by_area ON programme_areas (kind, code);

CREATE TABLE calls (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    programme TEXT COLLATE "C" NOT NULL REFERENCES programmes (key),
    organiser_id TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    published BOOLEAN NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX calls_by_programme ON calls (programme);

CREATE TABLE pilots (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    programme TEXT COLLATE "C" NOT NULL REFERENCES programmes (key),
    call TEXT COLLATE "C" NOT NULL REFERENCES calls (key),
    sort_name TEXT COLLATE "C" NOT NULL,
    pilot_status TEXT COLLATE "C" NOT NULL,
    lead_id TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    begins DATE,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX pilots_by_name ON pilots (sort_name, id);
CREATE INDEX pilots_by_programme ON pilots (programme);
CREATE INDEX pilots_by_call ON pilots (call);
CREATE INDEX pilots_by_lead ON pilots (lead_id);

CREATE TABLE pilot_areas (
    pilot_id TEXT COLLATE "C" NOT NULL REFERENCES pilots (id),
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (pilot_id, kind, code),
    FOREIGN KEY (kind, code) REFERENCES areas (kind, code)
);
CREATE INDEX pilot_areas_by_area ON pilot_areas (kind, code);

CREATE TABLE grants (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    programme TEXT COLLATE "C" NOT NULL REFERENCES programmes (key),
    call TEXT COLLATE "C" NOT NULL REFERENCES calls (key),
    beneficiary_id TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    grant_status TEXT COLLATE "C" NOT NULL,
    usable_to DATE,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX grants_by_programme ON grants (programme);
CREATE INDEX grants_by_call ON grants (call);
CREATE INDEX grants_by_beneficiary ON grants (beneficiary_id);

CREATE TABLE grant_areas (
    grant_id TEXT COLLATE "C" NOT NULL REFERENCES grants (id),
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (grant_id, kind, code),
    FOREIGN KEY (kind, code) REFERENCES areas (kind, code)
);
CREATE INDEX grant_areas_by_area ON grant_areas (kind, code);

-- What of the shipped data was loaded, and at which version: a row that a user has changed since is
-- never touched again.
CREATE TABLE shipped_rows (
    noun TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (noun, id)
);
