-- The principles of assessments, version by version. Of those that are published no two follow the same one.
CREATE TABLE assessment_frameworks (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    assessment_kind TEXT COLLATE "C" NOT NULL,
    framework_status TEXT COLLATE "C" NOT NULL,
    predecessor TEXT COLLATE "C" REFERENCES assessment_frameworks (key),
    published BOOLEAN NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX assessment_frameworks_by_kind ON assessment_frameworks (assessment_kind, key);
CREATE INDEX assessment_frameworks_by_status ON assessment_frameworks (framework_status, key);
CREATE INDEX assessment_frameworks_by_predecessor ON assessment_frameworks (predecessor);
CREATE UNIQUE INDEX assessment_frameworks_of_one_line ON assessment_frameworks (predecessor)
    WHERE framework_status IN ('published', 'retired');
