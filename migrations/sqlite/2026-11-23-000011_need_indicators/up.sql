-- What came in at once.
CREATE TABLE need_indicator_loads (
    id TEXT NOT NULL PRIMARY KEY,
    loaded_at TEXT NOT NULL,
    demonstration BOOLEAN NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX need_indicator_loads_by_time ON need_indicator_loads (loaded_at, id);

-- One figure of one municipality on one day; its place is these three in the order of the list. What a later load has
-- replaced stays, so that it can be asked what was known then.
CREATE TABLE need_indicators (
    place TEXT NOT NULL,
    load TEXT NOT NULL REFERENCES need_indicator_loads (id),
    municipality TEXT NOT NULL REFERENCES municipalities (code),
    indicator TEXT NOT NULL,
    date DATE NOT NULL,
    value DOUBLE NOT NULL,
    uncertainty DOUBLE,
    source TEXT NOT NULL,
    method TEXT NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    replaced_at TIMESTAMP,
    replaced_by TEXT REFERENCES need_indicator_loads (id),
    PRIMARY KEY (place, load)
);
CREATE UNIQUE INDEX need_indicators_known ON need_indicators (place) WHERE replaced_at IS NULL;
CREATE INDEX need_indicators_by_municipality ON need_indicators (municipality, indicator, date);
CREATE INDEX need_indicators_by_indicator ON need_indicators (indicator, date);
CREATE INDEX need_indicators_by_load ON need_indicators (load, place);
CREATE INDEX need_indicators_by_successor ON need_indicators (replaced_by) WHERE replaced_by IS NOT NULL;
