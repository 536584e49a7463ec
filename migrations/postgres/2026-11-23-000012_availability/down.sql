DROP INDEX service_points_by_serving;
DROP INDEX service_points_by_municipality;
CREATE INDEX service_points_by_municipality ON service_points (municipality, valid_from, valid_to);
ALTER TABLE service_points DROP COLUMN serving;
ALTER TABLE service_points DROP COLUMN languages;
ALTER TABLE service_points DROP COLUMN remote;
ALTER TABLE service_points DROP COLUMN support_form;
