-- Rounds of assessments, by the day on which they are due. What follows the clock is not stored.
CREATE TABLE assessment_rounds (
    id TEXT NOT NULL PRIMARY KEY,
    framework TEXT NOT NULL REFERENCES assessment_frameworks (key),
    assessment_kind TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    round_status TEXT NOT NULL,
    published BOOLEAN NOT NULL,
    opens_on DATE NOT NULL,
    due_on DATE NOT NULL,
    sort_date TEXT NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX assessment_rounds_by_date ON assessment_rounds (sort_date, id);
CREATE INDEX assessment_rounds_by_framework ON assessment_rounds (framework);

-- What each subject answers in each round. A subject is written as kind:code or kind:id; a provider may have been merged
-- into another one since.
CREATE TABLE assessments (
    id TEXT NOT NULL PRIMARY KEY,
    round_id TEXT NOT NULL REFERENCES assessment_rounds (id),
    assessment_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    assessment_status TEXT NOT NULL,
    confirmed BOOLEAN NOT NULL,
    first_submitted_on DATE,
    record TEXT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (round_id, subject)
);
CREATE INDEX assessments_by_subject ON assessments (subject, id);
CREATE INDEX assessments_by_subject_id ON assessments (subject_id);
CREATE INDEX assessments_by_status ON assessments (assessment_status, subject, id);
