-- The end of the log: whoever writes takes this row first, so that numbers have no gaps and stand in the
-- order of commits.
CREATE TABLE log_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    digest TEXT NOT NULL
);
INSERT INTO log_head (id, seq, digest) VALUES (1, 0, '');

-- One entry for each change of an object. `digest` covers the entry, its payload's digest and the digest
-- of the entry before.
CREATE TABLE changes (
    seq BIGINT NOT NULL PRIMARY KEY,
    recorded_at TIMESTAMP NOT NULL,
    noun TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    seen_before TEXT,
    seen_after TEXT,
    published BOOLEAN NOT NULL,
    payload_digest TEXT NOT NULL,
    digest TEXT NOT NULL
);
CREATE INDEX changes_by_object ON changes (noun, object, seq);
CREATE INDEX changes_published ON changes (seq) WHERE published;

-- Apart from the chain, so that contents can be erased by law: then `salt` and `data` are null.
CREATE TABLE payloads (
    seq BIGINT NOT NULL PRIMARY KEY REFERENCES changes (seq),
    salt TEXT,
    data TEXT
);

CREATE TABLE audit_entries (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    recorded_at TIMESTAMP NOT NULL,
    client TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C",
    noun TEXT COLLATE "C",
    object TEXT COLLATE "C",
    seq BIGINT,
    request_id TEXT COLLATE "C"
);
CREATE INDEX audit_entries_by_client ON audit_entries (client, id);

-- The first answer to each Idempotency-Key, for a day.
CREATE TABLE idempotency_keys (
    client TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    digest TEXT NOT NULL,
    status INTEGER NOT NULL,
    version BIGINT,
    location TEXT,
    body TEXT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (client, key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (recorded_at);
