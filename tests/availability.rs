//! What support people can have where: worked out plainly over exports of everything, and the same by every road.

pub(crate) mod plain;

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::database::Place;
use crate::support::{Database, Registry, statements};
use plain::{Country, Filter, query};

pub(crate) const AVAILABILITY: &str = "/v1/availability";
/// A Tuesday in Helsinki, a quarter past noon: at no time at which anything ages.
const NOON: &str = "2026-11-24T10:17:00Z";
pub(crate) const TODAY: &str = "2026-11-24";

pub(crate) fn demonstrated(database: Database) -> Registry {
    Registry::on(database.demonstrated(), &["--clock", NOON])
}

/// A figure of an area.
#[track_caller]
pub(crate) fn figure<'a>(item: &'a Value, metric: &str) -> &'a Value {
    let figures = item["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["metric"] == metric).unwrap_or_else(|| panic!("{metric}: {item}"))
}

#[track_caller]
pub(crate) fn value(item: &Value, metric: &str) -> Option<f64> {
    figure(item, metric)["value"].as_f64()
}

/// The items of an answer by the codes of their areas.
pub(crate) fn by_code(answer: &Value) -> BTreeMap<String, Value> {
    let items = answer["items"].as_array().unwrap().iter();
    items.map(|item| (item["area"]["code"].as_str().unwrap().to_owned(), item.clone())).collect()
}

fn share(part: usize, whole: usize) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "points are counted in thousands")]
    let value = (whole > 0).then(|| part as f64 / whole as f64);
    let whole_number = |value: f64| if value.fract() == 0.0 { json!(u8::from(value > 0.0)) } else { json!(value) };
    json!({"value": value.map(whole_number), "numerator": part, "denominator": whole})
}

fn count(count: usize) -> Value {
    json!({"value": count, "numerator": null, "denominator": null})
}

fn assert_close(found: Option<f64>, meant: Option<f64>, tolerance: f64, what: &str) {
    let is_close = match (found, meant) {
        (Some(found), Some(meant)) => (found - meant).abs() <= tolerance,
        (found, meant) => found == meant,
    };
    assert!(is_close, "{what}: {found:?} instead of {meant:?}");
}

/// Holds an answer for all areas of a kind to the plain search.
fn assert_plain(registry: &Registry, country: &Country, kind: &str, filters: &[Filter], current_after: &str) {
    let day = &country.day;
    let answer = registry.json(&format!("{AVAILABILITY}?area_kind={kind}&as_of={day}{}", query(filters)));
    let items = by_code(&answer);
    let areas = country.areas(kind);
    assert_eq!(items.keys().collect::<Vec<_>>(), areas.keys().collect::<Vec<_>>(), "{kind} on {day}");
    assert_eq!((&answer["as_of"], &answer["demonstration"]), (&json!(day), &json!(true)));
    // How many live there is told by another road.
    let asked = areas.keys().map(|code| format!("area={kind}:{code}")).collect::<Vec<_>>().join("&");
    let date = answer["population_date"].as_str().unwrap();
    let coverage = registry.json(&format!("/v1/coverage?{asked}&population_date={date}&as_of={day}"));
    let people: BTreeMap<String, Value> = by_code(&json!({"items": coverage["per_area"]}))
        .into_iter()
        .map(|(code, mut item)| (code, item["population"].take()))
        .collect();
    let elsewhere: Vec<[&str; 2]> = coverage["without_own_figure"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| ["municipality", "counted_in"].map(|which| each[which]["code"].as_str().unwrap()))
        .collect();
    let found = country.found(filters);
    for (code, members) in &areas {
        let (item, what) = (&items[code], format!("{kind}:{code} on {day}{}", query(filters)));
        // Of whom a figure holds some who live elsewhere it does not tell how many they are.
        let holds_others =
            elsewhere.iter().any(|[town, counted_in]| members.contains(*counted_in) && !members.contains(*town));
        let people = if holds_others { &Value::Null } else { &people[code] };
        let plain = Country::figures(&found, members, current_after);
        let told = |metric: &str| {
            let mut figure = figure(item, metric).clone();
            figure.as_object_mut().unwrap().remove("metric");
            figure
        };
        assert_eq!(&told("population")["value"], people, "{what}");
        assert_eq!(told("service_points"), count(plain.points), "{what}");
        assert_eq!(told("municipalities"), count(plain.municipalities), "{what}");
        assert_eq!(told("municipalities_without_in_person_support"), count(plain.without_in_person), "{what}");
        assert_eq!(told("share_in_both_national_languages"), share(plain.in_both, plain.points), "{what}");
        assert_eq!(told("remote_alternatives"), count(plain.remote), "{what}");
        assert_eq!(told("share_current"), share(plain.current, plain.points), "{what}");
        #[expect(clippy::cast_precision_loss, reason = "points are counted in thousands")]
        let per = people.as_f64().map(|people| plain.points as f64 * 10_000.0 / people);
        assert_close(value(item, "service_points_per_10000"), per, 1e-9, &what);
        if kind == "municipality" {
            let nearest = country.nearest(&found, code);
            // The plane is a thousandth away from the ellipsoid, and it is told to ten metres.
            assert_close(value(item, "nearest_point_km"), nearest, nearest.unwrap_or(0.0) / 1_000.0 + 0.006, &what);
        }
    }
}

#[rstest]
fn every_figure_of_every_area_is_what_a_plain_search_finds(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    const FILTERS: [&[Filter]; 5] = [
        &[],
        &[("/target_groups", "target_group", &["older_people", "everyone"])],
        &[("/topics", "topic", &["e_identification"]), ("/languages", "language", &["sv", "se"])],
        &[("/support_form", "support_form", &["remote"])],
        &[("/delivery_modes", "delivery_mode", &["home_visit", "phone"])],
    ];
    let registry = demonstrated(database);
    let country = Country::on(&registry, TODAY);
    for filters in FILTERS {
        for kind in ["municipality", "region", "country"] {
            assert_plain(&registry, &country, kind, filters, "2026-05-24T10:17:00Z");
        }
    }
    assert_plain(&registry, &country, "wellbeing_services_county", &[], "2026-05-24T10:17:00Z");
    // The last of a year, by the end of that day.
    let country = Country::on(&registry, "2020-12-31");
    for kind in ["municipality", "region", "country", "hospital_district"] {
        assert_plain(&registry, &country, kind, &[], "2020-06-30T22:00:00Z");
    }
}

#[rstest]
fn a_mean_distance_is_weighted_by_inhabitants(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = demonstrated(database);
    let towns = by_code(&registry.json(&format!("{AVAILABILITY}?area_kind=municipality&area=region:06")));
    assert!(towns.len() > 10, "{}", towns.len());
    let known = towns.values().filter_map(|town| Some((value(town, "nearest_point_km")?, value(town, "population")?)));
    let (sum, people) =
        known.fold((0.0, 0.0), |(sum, all), (distance, people)| (sum + distance * people, all + people));
    let region = registry.json(&format!("{AVAILABILITY}?area=region:06"));
    let mean = figure(&region["items"][0], "nearest_point_km");
    assert_close(mean["value"].as_f64(), Some(sum / people), 1e-9, "the mean");
    assert_eq!(mean["denominator"].as_f64(), Some(people));
    assert_close(mean["numerator"].as_f64(), Some(sum), 1e-3, "the sum");
}

#[rstest]
fn the_same_figure_is_the_same_by_every_road(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = demonstrated(database);
    let towns = by_code(&registry.json(&format!("{AVAILABILITY}?area_kind=municipality")));
    let regions = by_code(&registry.json(&format!("{AVAILABILITY}?area_kind=region")));
    // Points are counted by where they lie.
    let counted = registry.json("/v1/service-points?facets=municipality&facets=region&limit=1");
    for (facet, items) in counted["facets"].as_array().unwrap().iter().zip([&towns, &regions]) {
        let counts: BTreeMap<&str, &Value> = facet["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["value"].as_str().unwrap(), &one["count"]))
            .collect();
        for (code, item) in items {
            let count = counts.get(code.as_str()).copied().cloned().unwrap_or_else(|| json!(0));
            assert_eq!(figure(item, "service_points")["value"], count, "{code}");
        }
    }
    for code in ["091", "890", "478", "049", "941", "020"] {
        let town = &towns[code];
        let place = &registry.json(&format!("/v1/municipalities/{code}"))["point"];
        let near = format!(
            "/v1/service-points?near={},{}&support_form=in_person&fields=distance_km",
            place["lat"], place["lon"]
        );
        let nearest =
            registry.json(&near)["items"].as_array().unwrap().iter().find_map(|item| item["distance_km"].as_f64());
        assert_eq!(value(town, "nearest_point_km"), nearest, "{code}");
        let remote = registry.get_with(
            &format!("/v1/service-points?remote=true&municipality={code}&limit=1"),
            &[("Prefer", "return=total-count")],
        );
        assert_eq!(figure(town, "remote_alternatives")["value"], remote.json()["total"], "{code}");
        // Alone or among others, by its code or by its kind.
        let alone = registry.json(&format!("{AVAILABILITY}?area=municipality:{code}"));
        assert_eq!(&alone["items"], &json!([town]));
        let again = registry.json(&format!("{AVAILABILITY}?area=municipality:{code}&area_kind=municipality"));
        assert_eq!(again, alone);
    }
    let country = registry.json(AVAILABILITY);
    let sum: f64 = regions.values().filter_map(|region| value(region, "service_points")).sum();
    assert_eq!(
        (&country["items"][0]["area"]["kind"], value(&country["items"][0], "service_points")),
        (&json!("country"), Some(sum))
    );
}

#[rstest]
fn what_is_asked_about_may_overlap_and_comes_in_the_order_asked(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let codes = |query: &str| -> Vec<String> {
        let answer = registry.json(&format!("{AVAILABILITY}?{query}"));
        let items = answer["items"].as_array().unwrap().iter();
        items
            .map(|item| {
                format!("{}:{}", item["area"]["kind"].as_str().unwrap(), item["area"]["code"].as_str().unwrap())
            })
            .collect()
    };
    assert_eq!(codes(""), ["country:FI"]);
    assert_eq!(codes("area=region:19&area=municipality:890&area=region:19"), ["region:19", "municipality:890"]);
    assert_eq!(codes("area_kind=region&area=municipality:890&area=municipality:091"), ["region:01", "region:19"]);
    assert_eq!(codes("area_kind=country&area=municipality:890"), ["country:FI"]);
    assert_eq!(codes("area_kind=municipality&area=region:21").len(), 16);
    assert_eq!(codes("area_kind=wellbeing_services_county&as_of=2022-12-31"), Vec::<String>::new());
    // Valtimo was a municipality until 2019.
    assert_eq!(codes("area=municipality:911&as_of=2019-12-31"), ["municipality:911"]);
    // Nothing is made up here, and nothing is there: what can be told of nothing is told.
    let answer = registry.json(&format!("{AVAILABILITY}?area=region:19"));
    assert_eq!(answer["demonstration"], false);
    let item = &answer["items"][0];
    assert_eq!(figure(item, "service_points")["value"], 0);
    assert_eq!(figure(item, "service_points_per_10000")["value"], 0);
    assert_eq!(
        figure(item, "municipalities_without_in_person_support")["value"],
        figure(item, "municipalities")["value"]
    );
    for unknown in ["share_in_both_national_languages", "nearest_point_km", "share_current"] {
        assert_eq!(figure(item, unknown)["value"], Value::Null, "{unknown}");
    }
}

/// Valtimo was joined to Nurmes with the year 2020, and its inhabitants are in the figure of Nurmes for the years before.
#[rstest]
fn a_figure_that_holds_another_municipality_is_told_only_of_both(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let told = |as_of: &str, area: &str| {
        let answer = registry.json(&format!("{AVAILABILITY}?as_of={as_of}&area={area}"));
        ["population", "service_points_per_10000"].map(|metric| value(&answer["items"][0], metric))
    };
    for town in ["541", "911"] {
        assert_eq!(told("2019-12-31", &format!("municipality:{town}")), [None, None], "{town}");
    }
    let [region, per] = told("2019-12-31", "region:12");
    assert_eq!((region.is_some_and(|people| people > 160_000.0), per), (true, Some(0.0)), "{region:?}");
    assert_eq!(told("2020-01-01", "municipality:541"), [Some(9_552.0), Some(0.0)]);
    let gaps = registry.json("/v1/gaps?as_of=2019-12-31&area=municipality:541");
    let components = gaps["items"][0]["availability"]["components"].as_array().unwrap();
    let per = components.iter().find(|component| component["metric"] == "service_points_per_10000").unwrap();
    assert_eq!([&per["value"], &per["scaled"]], [&Value::Null, &Value::Null]);
}

#[rstest]
#[case("area=region:99", "area", "unknown_value")]
#[case("area=region:6", "area", "malformed_value")]
#[case("area=municipality:911", "area", "not_valid_at")]
#[case("area=municipality:911&area_kind=region", "area", "not_valid_at")]
#[case("area_kind=planet", "area_kind", "unknown_value")]
#[case("area_kind=region&area_kind=country", "area_kind", "repeated_parameter")]
#[case("as_of=2026-02-30", "as_of", "malformed_value")]
#[case("topic=cooking", "topic", "unknown_value")]
#[case("target_group=cats", "target_group", "unknown_value")]
#[case("language=xx", "language", "unknown_value")]
#[case("support_form=far", "support_form", "unknown_value")]
#[case("delivery_mode=pigeon", "delivery_mode", "unknown_value")]
#[case("provider=x", "provider", "unknown_parameter")]
fn what_is_wrong_is_named(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] query: &str,
    #[case] parameter: &str,
    #[case] code: &str,
) {
    let registry = Registry::start(database);
    let problem = registry.get(&format!("{AVAILABILITY}?{query}")).problem(400, "invalid_request");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{problem}");
    assert_eq!((&errors[0]["parameter"], &errors[0]["code"]), (&json!(parameter), &json!(code)), "{problem}");
}

#[rstest]
fn it_takes_as_many_statements_for_one_area_as_for_all(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    statements::watch();
    let registry = demonstrated(database);
    let price = |query: &str| {
        let before = statements::sent_to(registry.place());
        registry.json(&format!("{AVAILABILITY}?area_kind=municipality{query}"));
        statements::sent_to(registry.place()) - before
    };
    // What is known from then on need not be asked again.
    price("");
    let (one, all) = (price("&area=municipality:890"), price(""));
    // The one is looked up, and what lies in it.
    assert!((all..=all + 4).contains(&one), "{one} {all}");
    assert!(all <= 14, "{all}");
}

#[rstest]
fn what_a_migration_fills_in_counts_as_what_is_written(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = demonstrated(database);
    let asked = || registry.json(&format!("{AVAILABILITY}?area_kind=municipality&language=sv"));
    let before = asked();
    let filled = |place: &Place| {
        let rows = "SELECT support_form || ' ' || CAST(remote AS TEXT) || ' ' || CAST(languages AS TEXT) AS value FROM service_points ORDER BY number";
        place.texts(rows)
    };
    let written = filled(registry.place());
    let served = "SELECT count(DISTINCT serving) AS value FROM service_points";
    let lists = registry.place().number(served);
    registry
        .place()
        .execute("UPDATE service_points SET support_form = '', remote = FALSE, languages = 0, serving = NULL");
    let migration = match database {
        Database::Sqlite => include_str!("../migrations/sqlite/2026-11-23-000012_availability/up.sql"),
        Database::Postgres => include_str!("../migrations/postgres/2026-11-23-000012_availability/up.sql"),
    };
    let start = migration.find("UPDATE service_points").unwrap();
    let end = migration.find("-- Wider than it was").unwrap();
    registry.place().execute(&migration[start..end]);
    assert_eq!(filled(registry.place()), written);
    assert_eq!(registry.place().number(served), lists);
    assert_eq!(asked(), before);
}
