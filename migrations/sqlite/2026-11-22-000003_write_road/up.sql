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
    seq INTEGER NOT NULL PRIMARY KEY,
    recorded_at TIMESTAMP NOT NULL,
    noun TEXT NOT NULL,
    object TEXT NOT NULL,
    operation TEXT NOT NULL,
    version BIGINT NOT NULL,
    actor TEXT NOT NULL,
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
    seq INTEGER NOT NULL PRIMARY KEY REFERENCES changes (seq),
    salt TEXT,
    data TEXT
);

CREATE TABLE audit_entries (
    id TEXT NOT NULL PRIMARY KEY,
    recorded_at TIMESTAMP NOT NULL,
    client TEXT NOT NULL,
    role TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    code TEXT,
    noun TEXT,
    object TEXT,
    seq BIGINT,
    request_id TEXT
);
CREATE INDEX audit_entries_by_client ON audit_entries (client, id);

-- The first answer to each Idempotency-Key, for a day.
CREATE TABLE idempotency_keys (
    client TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    status INTEGER NOT NULL,
    version BIGINT,
    location TEXT,
    body TEXT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (client, key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (recorded_at);
