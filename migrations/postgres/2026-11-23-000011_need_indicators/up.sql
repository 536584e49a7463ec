-- What came in at once.
CREATE TABLE need_indicator_loads (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    loaded_at TEXT COLLATE "C" NOT NULL,
    demonstration BOOLEAN NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX need_indicator_loads_by_time ON need_indicator_loads (loaded_at, id);

-- One figure of one municipality on one day; its place is these three in the order of the list. What a later load has
-- replaced stays, so that it can be asked what was known then.
CREATE TABLE need_indicators (
    place TEXT COLLATE "C" NOT NULL,
    load TEXT COLLATE "C" NOT NULL REFERENCES need_indicator_loads (id),
    municipality TEXT COLLATE "C" NOT NULL REFERENCES municipalities (code),
    indicator TEXT COLLATE "C" NOT NULL,
    date DATE NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    uncertainty DOUBLE PRECISION,
    source TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    replaced_at TIMESTAMP,
    replaced_by TEXT COLLATE "C" REFERENCES need_indicator_loads (id),
    PRIMARY KEY (place, load)
);
CREATE UNIQUE INDEX need_indicators_known ON need_indicators (place) WHERE replaced_at IS NULL;
CREATE INDEX need_indicators_by_municipality ON need_indicators (municipality, indicator, date);
CREATE INDEX need_indicators_by_indicator ON need_indicators (indicator, date);
CREATE INDEX need_indicators_by_load ON need_indicators (load, place);
CREATE INDEX need_indicators_by_successor ON need_indicators (replaced_by) WHERE replaced_by IS NOT NULL;
