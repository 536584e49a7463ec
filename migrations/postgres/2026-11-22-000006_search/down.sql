DROP FUNCTION holds(BYTEA, BIGINT);
DROP TABLE service_point_texts;
DROP TABLE service_point_words;
