-- What service points are found by in words: for each term the points that have it, the most telling field first. A
-- term is 64 bits of a digest (domain/src/search/text.rs), so that no list of words outlives the texts that held them.
CREATE TABLE service_point_words (
    word BIGINT NOT NULL,
    field SMALLINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (word, field, number)
);

-- The same for each point, in one value: what is ranked by, and what is to be removed when the point changes.
CREATE TABLE service_point_texts (
    number BIGINT NOT NULL PRIMARY KEY,
    words BYTEA NOT NULL
);
