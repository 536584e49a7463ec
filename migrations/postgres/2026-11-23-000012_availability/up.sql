-- What points are counted by, beside what they are found by (domain/src/availability.rs): in rows of the table itself, so that
-- counting reads one index. `languages` has a bit for each (domain/src/text.rs). `serving` tells, of what has no place, whom
-- it serves: points with the same number serve the same. The program makes numbers of a digest, which are never below nought.
ALTER TABLE service_points ADD COLUMN support_form TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE service_points ADD COLUMN remote BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE service_points ADD COLUMN languages BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service_points ADD COLUMN serving BIGINT;

UPDATE service_points SET
    support_form = COALESCE((SELECT substr(own.term, 14) FROM service_point_terms AS own
        WHERE own.number = service_points.number AND own.term > 'support_form:' AND own.term < 'support_form;'), ''),
    remote = EXISTS (SELECT 1 FROM service_point_terms AS own
        WHERE own.number = service_points.number AND own.term = 'remote:true'),
    languages = COALESCE((SELECT max(own.languages) FROM service_point_areas AS own
        WHERE own.number = service_points.number), 0);

WITH lists AS (
    SELECT number, string_agg(area, ' ' ORDER BY area) AS areas FROM service_point_areas
    WHERE number IN (SELECT number FROM service_points WHERE NOT has_place)
    GROUP BY number
)
UPDATE service_points SET serving = alike.serving
FROM (SELECT number, -min(number) OVER (PARTITION BY areas) AS serving FROM lists) AS alike
WHERE alike.number = service_points.number;

-- Wider than it was: what is counted by municipality is read from here, and from nowhere else.
DROP INDEX service_points_by_municipality;
CREATE INDEX service_points_by_municipality ON service_points
    (municipality, valid_from, valid_to, support_form, languages, verified_at, northing, easting, number);
CREATE INDEX service_points_by_serving ON service_points
    (serving, valid_from, valid_to, support_form, remote, languages, number) WHERE NOT has_place;
