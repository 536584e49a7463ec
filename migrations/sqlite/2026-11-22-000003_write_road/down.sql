DROP TABLE idempotency_keys;
DROP TABLE audit_entries;
DROP TABLE payloads;
DROP TABLE changes;
DROP TABLE log_head;
