DROP TABLE reports;
DROP TABLE change_requests;
DROP TABLE decisions;
DROP TABLE evaluations;
DROP TABLE application_areas;
DROP TABLE applications;
DROP TABLE call_evaluators;
