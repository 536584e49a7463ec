//! Programmes: their order, their regions and their money.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Database, Registry};

const OF_2019: [&str; 14] = ["01", "02", "04", "06", "08", "09", "10", "11", "12", "15", "16", "17", "18", "19"];

fn regions(participation: &Value, kind: &str) -> Vec<String> {
    let items = participation["items"].as_array().unwrap().iter();
    let of_kind = items.filter(|item| item["participation"] == kind);
    of_kind.map(|item| item["region"]["code"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
fn the_phases_follow_each_other(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let programmes = registry.items("/v1/programmes");
    let found: Vec<_> = programmes.iter().map(|each| (&each["key"], &each["previous"])).collect();
    let keys = [
        json!(null),
        json!("county-pilots-2018"),
        json!("regional-coordination-2019"),
        json!("regional-coordination-2020"),
        json!("permanent-2022"),
    ];
    let expected: Vec<_> = keys.windows(2).map(|pair| (&pair[1], &pair[0])).collect();
    assert_eq!(found, expected);
}

#[rstest]
fn the_agency_hands_over_to_its_successor(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let (vrk, dvv) = ("Väestörekisterikeskus", "Digi- ja väestötietovirasto");
    let table = [
        ("county-pilots-2018", json!([[vrk, null, null]])),
        ("regional-coordination-2019", json!([[vrk, null, "2019-12-31"], [dvv, "2020-01-01", null]])),
        ("regional-coordination-2020", json!([[dvv, null, null]])),
        ("permanent-2022", json!([[dvv, null, null]])),
    ];
    for (key, expected) in table {
        let programme = registry.json(&format!("/v1/programmes/{key}"));
        let coordinators = programme["coordinators"].as_array().unwrap().iter();
        let found: Vec<_> = coordinators
            .map(|each| json!([each["organisation"]["names"]["fi"], each["first_day"], each["last_day"]]))
            .collect();
        assert_eq!(json!(found), expected, "{key}");
    }
}

#[rstest]
fn time_bound_projects_end_two_months_before_the_permanent_work_begins(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let ended = registry.json("/v1/programmes/regional-coordination-2020")["ends"].take();
    assert_eq!((&ended["precision"], &ended["latest"]), (&json!("day"), &json!("2021-10-31")));
    let permanent = registry.json("/v1/programmes/permanent-2022");
    assert_eq!(permanent["starts"]["earliest"], "2022-01-01");
    assert_eq!(permanent["ends"], json!(null));
    assert_eq!(permanent["areas"][0]["kind"], "country");
}

#[rstest]
fn what_is_known_only_as_autumn_stays_autumn(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let starts = registry.json("/v1/programmes/county-pilots-2018")["starts"].take();
    let expected = json!({"precision": "season", "season": "autumn", "earliest": "2018-09-01", "latest": "2018-11-30"});
    assert_eq!(starts, expected);
}

#[rstest]
fn the_grants_of_2020_were_about_1_6_million_together(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let total = |key: &str| registry.json(&format!("/v1/programmes/{key}"))["grants_total"].take();
    let expected = json!({"cents": 160_000_000, "currency": "EUR", "approximate": true});
    assert_eq!(total("regional-coordination-2020"), expected);
    for key in ["county-pilots-2018", "regional-coordination-2019", "permanent-2022"] {
        assert_eq!(total(key), json!(null), "{key}");
    }
    assert_eq!(registry.json("/v1/programmes/regional-coordination-2020")["goals"].as_array().map(Vec::len), Some(4));
}

#[rstest]
fn eleven_regions_continued_in_2020_three_were_new_and_three_ended(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let found = registry.json("/v1/programmes/regional-coordination-2020/participation");
    assert_eq!(found["programme"], "regional-coordination-2020");
    assert_eq!(found["previous"], "regional-coordination-2019");
    assert_eq!(found["counts"], json!({"new": 3, "continuing": 11, "ended": 3}));
    let continuing = ["01", "02", "04", "06", "08", "09", "10", "11", "12", "16", "17"];
    assert_eq!(regions(&found, "continuing"), continuing);
    // South Ostrobothnia, Central Finland, Päijät-Häme; Lapland, Ostrobothnia and Kainuu ended.
    assert_eq!(regions(&found, "new"), ["07", "13", "14"]);
    assert_eq!(regions(&found, "ended"), ["15", "18", "19"]);
}

#[rstest]
fn the_five_of_2018_grew_to_fourteen_in_2019(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let first = registry.json("/v1/programmes/county-pilots-2018/participation");
    assert_eq!((&first["previous"], &first["counts"]), (&json!(null), &json!({"new": 5, "continuing": 0, "ended": 0})));
    assert_eq!(regions(&first, "new"), ["01", "12", "15", "17", "19"]);

    let second = registry.json("/v1/programmes/regional-coordination-2019/participation");
    assert_eq!(second["counts"], json!({"new": 9, "continuing": 5, "ended": 0}));
    assert_eq!(regions(&second, "continuing"), ["01", "12", "15", "17", "19"]);
    let mut all = [regions(&second, "continuing"), regions(&second, "new")].concat();
    all.sort();
    assert_eq!(all, OF_2019);
}

#[rstest]
fn the_permanent_work_covers_every_region(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let found = registry.json("/v1/programmes/permanent-2022/participation");
    assert_eq!(found["counts"], json!({"new": 5, "continuing": 14, "ended": 0}));
    assert_eq!(regions(&found, "new"), ["05", "15", "18", "19", "21"]);
}

#[rstest]
fn programmes_are_found_by_region(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let keys = |query: &str| -> Vec<Value> {
        registry.items(&format!("/v1/programmes?{query}")).into_iter().map(|mut each| each["key"].take()).collect()
    };
    // The permanent work covers the country, hence every region.
    assert_eq!(keys("region=19"), ["county-pilots-2018", "regional-coordination-2019", "permanent-2022"]);
    assert_eq!(keys("region=13"), ["regional-coordination-2020", "permanent-2022"]);
    assert_eq!(keys("region=05"), ["permanent-2022"]);
    registry.get("/v1/programmes/no-such-programme").problem(404, "not_found");
    registry.get("/v1/programmes/no-such-programme/coverage").problem(404, "not_found");
    registry.get("/v1/programmes/no-such-programme/participation").problem(404, "not_found");
}
