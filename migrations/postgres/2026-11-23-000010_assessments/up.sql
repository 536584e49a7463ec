-- Rounds of assessments, by the day on which they are due. What follows the clock is not stored.
CREATE TABLE assessment_rounds (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    framework TEXT COLLATE "C" NOT NULL REFERENCES assessment_frameworks (key),
    assessment_kind TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT COLLATE "C" NOT NULL,
    round_status TEXT COLLATE "C" NOT NULL,
    published BOOLEAN NOT NULL,
    opens_on DATE NOT NULL,
    due_on DATE NOT NULL,
    sort_date TEXT COLLATE "C" NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX assessment_rounds_by_date ON assessment_rounds (sort_date, id);
CREATE INDEX assessment_rounds_by_framework ON assessment_rounds (framework);

-- What each subject answers in each round. A subject is written as kind:code or kind:id; a provider may have been merged
-- into another one since.
CREATE TABLE assessments (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    round_id TEXT COLLATE "C" NOT NULL REFERENCES assessment_rounds (id),
    assessment_kind TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    assessment_status TEXT COLLATE "C" NOT NULL,
    confirmed BOOLEAN NOT NULL,
    first_submitted_on DATE,
    record TEXT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (round_id, subject)
);
CREATE INDEX assessments_by_subject ON assessments (subject, id);
CREATE INDEX assessments_by_subject_id ON assessments (subject_id);
CREATE INDEX assessments_by_status ON assessments (assessment_status, subject, id);
