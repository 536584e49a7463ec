DROP FUNCTION holds(BYTEA, BYTEA);
DROP TABLE service_point_texts;
DROP TABLE service_point_words;
