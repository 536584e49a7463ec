-- What service points are found by in words: for each term the points that have it, the most telling field first. A
-- term is 64 bits of a digest (domain/src/search/text.rs), so that no list of words outlives the texts that held them.
CREATE TABLE service_point_words (
    word BIGINT NOT NULL,
    field SMALLINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (word, field, number)
);

-- What a point is ranked by: the same in one value, which also says what is to be removed when the point changes, and what
-- else counts.
CREATE TABLE service_point_texts (
    number BIGINT NOT NULL PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL,
    hours BIGINT,
    northing BIGINT,
    easting BIGINT,
    verified_at BIGINT,
    has_place BOOLEAN NOT NULL,
    valid_from DATE,
    valid_to DATE,
    words BYTEA NOT NULL
);

-- Whether a point's words hold one of them. Eight bytes that stand across two terms are as unlikely to be those of a
-- word as two words are to share their digest. SQLite learns it from the program (service_point/words.rs).
CREATE FUNCTION holds(BYTEA, BIGINT) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN position(int8send($2) IN $1) > 0;
