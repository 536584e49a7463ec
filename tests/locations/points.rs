//! Where a location lies.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::sample::organisation;
use crate::support::session::{ANY, LOCATIONS, Session, id, location_in, with};
use crate::support::{Database, Registry};

fn add(developer: &Session, municipality: &str, point: &Value) -> Value {
    let body = with(&location_in("Talo", &organisation(developer), municipality), &json!({"point": point}));
    developer.create(LOCATIONS, &body)
}

#[rstest]
fn a_point_of_the_plane_comes_in_and_degrees_come_out(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    // As PROJ 9 has it: EPSG:3067 to EPSG:4326.
    for (northing, easting, lat, lon, municipality) in [
        (6_672_118.380, 385_611.317, 60.169_9, 24.938_4, "091"),
        (7_755_602.671, 501_046.673, 69.907_9, 27.027_3, "890"),
        (6_683_529.773, 107_899.822, 60.1, 19.94, "478"),
    ] {
        let created = add(&developer, municipality, &json!({"northing": northing, "easting": easting}));
        let point = created["point"].as_object().unwrap();
        assert_eq!(point.keys().collect::<Vec<_>>(), ["lat", "lon"]);
        let off = |name: &str, expected: f64| (point[name].as_f64().unwrap() - expected).abs();
        assert!(off("lat", lat) < 2e-6 && off("lon", lon) < 2e-6, "{point:?}");
        assert_eq!(created["notices"], json!([]));

        // The same in the other system is no change, and a patch moves the point by what it is read as.
        let path = format!("{LOCATIONS}/{}", id(&created));
        assert_eq!(developer.patch(&path, &json!({"point": {"lat": point["lat"], "lon": point["lon"]}}))["version"], 1);
        assert_eq!(developer.patch(&path, &json!({"point": {"lon": lon + 0.001}}))["version"], 2);
        let plane = json!({"lat": null, "lon": null, "northing": northing, "easting": easting});
        assert_eq!(developer.patch(&path, &json!({"point": plane}))["point"], created["point"]);
    }
}

#[rstest]
fn a_point_far_from_its_municipality_is_questioned_and_not_refused(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let utsjoki = json!({"lat": 69.9079, "lon": 27.0273});
    let created = add(&developer, "091", &utsjoki);
    let question = json!([{"code": "point_outside_municipality", "pointer": "/point", "other": null}]);
    assert_eq!(created["notices"], question);
    assert_eq!(created["point"], utsjoki);
    let path = format!("{LOCATIONS}/{}", id(&created));
    assert_eq!(registry.json(&path)["notices"], question);
    assert_eq!(registry.items(LOCATIONS)[0]["notices"], question);
    // In the right municipality there is no question, nor without a point.
    assert_eq!(developer.patch(&path, &json!({"address": {"municipality": "890"}}))["notices"], json!([]));
    assert_eq!(developer.patch(&path, &json!({"address": {"municipality": "091"}}))["notices"], question);
    assert_eq!(developer.patch(&path, &json!({"point": null}))["notices"], json!([]));
    // At its borders a municipality is given the benefit of the doubt.
    let border = json!({"lat": 60.2934, "lon": 25.0378});
    let created = add(&developer, "091", &border);
    assert_eq!(created["notices"], json!([]));
    let path = format!("{LOCATIONS}/{}", id(&created));
    assert_eq!(developer.patch(&path, &json!({"address": {"municipality": "092"}}))["notices"], json!([]));
}

#[rstest]
fn of_a_municipality_that_is_no_more_nothing_is_questioned(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    // Valtimo joined Nurmes.
    let created = add(&developer, "911", &json!({"lat": 60.1699, "lon": 24.9384}));
    assert_eq!(created["notices"], json!([]));
    let path = format!("{LOCATIONS}/{}", id(&created));
    let answer = developer.write("PATCH", &path, &[ANY], &json!({"address": {"municipality": "541"}}));
    assert_eq!(answer.json()["notices"][0]["code"], "point_outside_municipality", "{}", answer.text());
}
