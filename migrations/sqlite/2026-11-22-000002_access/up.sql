-- Systems that sign in. Of a secret only its hash is kept.
CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    regions TEXT NOT NULL,
    organisation_id TEXT REFERENCES organisations (id),
    secret_hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
CREATE INDEX clients_by_organisation ON clients (organisation_id);

-- What access tokens are signed with: here, because all processes sign and verify with the same keys.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    private_key TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    retired_at TIMESTAMP
);
