DROP TABLE reports;
DROP TABLE change_requests;
DROP INDEX grants_by_application;
ALTER TABLE grants DROP COLUMN application_id;
ALTER TABLE grants ADD COLUMN grant_status TEXT COLLATE "C" NOT NULL DEFAULT 'completed';
ALTER TABLE grants ADD COLUMN usable_to DATE;
UPDATE grants SET grant_status =
    (SELECT grant_status FROM grant_spells WHERE grant_id = id AND last_day = DATE '2100-12-31');
UPDATE grants SET usable_to =
    (SELECT max(last_day) FROM grant_spells WHERE grant_id = id AND grant_spells.grant_status = 'active')
    WHERE grant_status = 'completed';
DROP TABLE grant_spells;
DROP TABLE decisions;
DROP TABLE evaluations;
DROP TABLE application_areas;
DROP TABLE applications;
DROP TABLE call_evaluators;
