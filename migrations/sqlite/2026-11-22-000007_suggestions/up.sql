-- What is suggested as one types, each once, however many objects are called so.
CREATE TABLE suggestions (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    names TEXT,
    municipality TEXT,
    sort_name TEXT NOT NULL,
    valid_from DATE,
    valid_to DATE
);

-- Where in a name a word begins: the name from there on, as it is written and without dots and rings.
CREATE TABLE suggestion_words (
    kind TEXT NOT NULL,
    inside BOOLEAN NOT NULL,
    word_key TEXT NOT NULL,
    bare_key TEXT NOT NULL,
    suggestion TEXT NOT NULL REFERENCES suggestions (id),
    PRIMARY KEY (kind, inside, word_key, suggestion)
) WITHOUT ROWID;
CREATE INDEX suggestion_words_by_bare_key ON suggestion_words (kind, inside, bare_key, suggestion);
CREATE INDEX suggestion_words_by_suggestion ON suggestion_words (suggestion);

-- Which objects are called so.
CREATE TABLE suggestion_holders (
    noun TEXT NOT NULL,
    object TEXT NOT NULL,
    suggestion TEXT NOT NULL REFERENCES suggestions (id),
    PRIMARY KEY (noun, object, suggestion)
) WITHOUT ROWID;
CREATE INDEX suggestion_holders_by_suggestion ON suggestion_holders (suggestion);

-- How many searches found nothing, by month, area, language and topic. `place` is all of these in the order of the list.
CREATE TABLE search_gaps (
    place TEXT NOT NULL PRIMARY KEY,
    month TEXT NOT NULL,
    area_kind TEXT NOT NULL,
    area_code TEXT NOT NULL,
    language TEXT,
    topic TEXT,
    count BIGINT NOT NULL
);
CREATE INDEX search_gaps_by_area ON search_gaps (area_kind, area_code, place);
