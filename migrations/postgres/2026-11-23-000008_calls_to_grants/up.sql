-- The clients that may evaluate the applications to a call.
CREATE TABLE call_evaluators (
    call TEXT COLLATE "C" NOT NULL REFERENCES calls (key),
    client TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (call, client)
);
CREATE INDEX call_evaluators_by_client ON call_evaluators (client, call);

-- Applications to calls. A private one is seen by nobody but the applicant.
CREATE TABLE applications (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    call TEXT COLLATE "C" NOT NULL REFERENCES calls (key),
    applicant_id TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    application_status TEXT COLLATE "C" NOT NULL,
    submitted BOOLEAN NOT NULL,
    private BOOLEAN NOT NULL,
    sort_name TEXT COLLATE "C" NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX applications_by_name ON applications (sort_name, id);
CREATE INDEX applications_by_call ON applications (call);
CREATE INDEX applications_by_applicant ON applications (applicant_id);

CREATE TABLE application_areas (
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (application_id, kind, code),
    FOREIGN KEY (kind, code) REFERENCES areas (kind, code)
);
CREATE INDEX application_areas_by_area ON application_areas (kind, code);

-- What an evaluator says of an application, once. It stays where the application is erased by law.
CREATE TABLE evaluations (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application_id TEXT COLLATE "C" NOT NULL,
    evaluator TEXT COLLATE "C" NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (application_id, evaluator)
);
CREATE INDEX evaluations_by_evaluator ON evaluations (evaluator, id);

-- What was decided on an application, once. It stays where the application is erased by law.
CREATE TABLE decisions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    call TEXT COLLATE "C" NOT NULL REFERENCES calls (key),
    application_id TEXT COLLATE "C" NOT NULL UNIQUE,
    applicant_id TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    decision_result TEXT COLLATE "C" NOT NULL,
    sort_date TEXT COLLATE "C" NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX decisions_by_date ON decisions (sort_date, id);
CREATE INDEX decisions_by_call ON decisions (call);
CREATE INDEX decisions_by_applicant ON decisions (applicant_id);

-- How each grant stands in the course of time: every day of the registry's years lies in one spell of each.
CREATE TABLE grant_spells (
    grant_id TEXT COLLATE "C" NOT NULL REFERENCES grants (id),
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    grant_status TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (grant_id, first_day)
);
CREATE INDEX grant_spells_by_status ON grant_spells (grant_status, last_day, first_day, grant_id);
-- Until its money was over, a grant that is completed was active.
INSERT INTO grant_spells (grant_id, first_day, last_day, grant_status)
    SELECT id, DATE '1900-01-01', usable_to, 'active' FROM grants
    WHERE grant_status = 'completed' AND usable_to IS NOT NULL;
INSERT INTO grant_spells (grant_id, first_day, last_day, grant_status)
    SELECT id, usable_to + 1, DATE '2100-12-31', grant_status FROM grants
    WHERE grant_status = 'completed' AND usable_to IS NOT NULL;
INSERT INTO grant_spells (grant_id, first_day, last_day, grant_status)
    SELECT id, DATE '1900-01-01', DATE '2100-12-31', grant_status FROM grants
    WHERE grant_status <> 'completed' OR usable_to IS NULL;
ALTER TABLE grants DROP COLUMN grant_status;
ALTER TABLE grants DROP COLUMN usable_to;
-- The application that a grant came of: no application has two.
ALTER TABLE grants ADD COLUMN application_id TEXT COLLATE "C";
CREATE UNIQUE INDEX grants_by_application ON grants (application_id);

-- What a beneficiary asks to be changed of its grant.
CREATE TABLE change_requests (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    grant_id TEXT COLLATE "C" NOT NULL REFERENCES grants (id),
    change_request_type TEXT COLLATE "C" NOT NULL,
    change_request_status TEXT COLLATE "C" NOT NULL,
    sort_date TEXT COLLATE "C" NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX change_requests_by_date ON change_requests (sort_date, id);
CREATE INDEX change_requests_by_grant ON change_requests (grant_id);

-- What a beneficiary has to report, by the day on which it is due.
CREATE TABLE reports (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    grant_id TEXT COLLATE "C" NOT NULL REFERENCES grants (id),
    report_type TEXT COLLATE "C" NOT NULL,
    report_status TEXT COLLATE "C" NOT NULL,
    sort_date TEXT COLLATE "C" NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX reports_by_date ON reports (sort_date, id);
CREATE INDEX reports_by_grant ON reports (grant_id);
