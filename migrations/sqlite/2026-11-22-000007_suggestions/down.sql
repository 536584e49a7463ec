DROP TABLE search_gaps;
DROP TABLE suggestion_holders;
DROP TABLE suggestion_words;
DROP TABLE suggestions;
