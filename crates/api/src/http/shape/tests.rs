use std::time::{Duration, Instant};

use digituki_domain::invalid::Violation;
use digituki_domain::provider::ProviderFacts;
use serde::Deserialize;
use serde_json::{Value, json};
use validator::Validate;

use super::*;

/// Where and what.
type Fault = (String, &'static str);

fn faults<T: DeserializeOwned + Validate>(value: &Value) -> Vec<Fault> {
    let list = |violations: Vec<Violation>| {
        violations.into_iter().map(|fault| (fault.place.to_string(), fault.invalid.code().as_str())).collect()
    };
    read::<T>(value).err().map_or_else(Vec::new, list)
}

fn whole() -> Value {
    json!({
        "organisation": "00000000-0000-4000-8000-000000000001",
        "provider_type": "library",
        "names": {"fi": "Kirjasto", "sv": null, "en": null},
        "descriptions": null,
        "contact": {"email": "digituki@kunta.fi", "phone": null, "website": "https://kunta.fi"},
        "languages": ["fi", "sv"],
        "municipality": "837",
        "regions": ["06"],
        "origin": null,
        "offer_status": "published",
        "external_ids": [{"source": "ptv", "source_id": "1"}],
        "valid_from": "2020-01-01",
        "valid_to": null
    })
}

/// A good body with some of its fields replaced.
fn with(changes: &Value) -> Value {
    let mut body = whole();
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[test]
fn a_good_body_is_read_and_what_is_optional_may_be_absent() {
    let facts: ProviderFacts = read(&whole()).unwrap();
    assert_eq!(serde_json::to_value(&facts).unwrap(), whole());
    let least = json!({
        "organisation": "00000000-0000-4000-8000-000000000001", "provider_type": "other",
        "names": {"sv": "Bibliotek"}, "offer_status": "draft"
    });
    let facts: ProviderFacts = read(&least).unwrap();
    assert!(facts.languages.is_empty() && facts.contact.is_none() && facts.valid_from.is_none());
}

#[test]
fn one_fault_is_found_where_it_is() {
    let table = [
        (json!({"organisation": null}), "/organisation", "missing_field"),
        (json!({"organisation": "x"}), "/organisation", "malformed_value"),
        (json!({"organisation": 1}), "/organisation", "wrong_type"),
        (json!({"provider_type": "cinema"}), "/provider_type", "unknown_value"),
        (json!({"provider_type": 5}), "/provider_type", "wrong_type"),
        (json!({"provider_type": {"library": null}}), "/provider_type", "wrong_type"),
        (json!({"names": null}), "/names", "missing_field"),
        (json!({"names": ["Kirjasto", null, null]}), "/names", "wrong_type"),
        (json!({"names": "Kirjasto"}), "/names", "wrong_type"),
        (json!({"names": {}}), "/names", "blank"),
        (json!({"names": {"fi": "  "}}), "/names/fi", "blank"),
        (json!({"names": {"fi": 5}}), "/names/fi", "wrong_type"),
        (json!({"names": {"fi": "a", "de": "b"}}), "/names/de", "unknown_field"),
        (json!({"descriptions": {"fi": "a".repeat(5_001)}}), "/descriptions/fi", "too_long"),
        (json!({"contact": []}), "/contact", "wrong_type"),
        (json!({"contact": {"email": "x"}}), "/contact/email", "malformed_value"),
        (json!({"languages": null}), "/languages", "wrong_type"),
        (json!({"languages": {}}), "/languages", "wrong_type"),
        (json!({"languages": ["fi", null]}), "/languages/1", "missing_field"),
        (json!({"languages": ["fi", "xx"]}), "/languages/1", "unknown_value"),
        (json!({"languages": ["fi", "fi"]}), "/languages", "repeated_value"),
        (json!({"regions": vec!["01"; 31]}), "/regions", "repeated_value"),
        (json!({"municipality": "91"}), "/municipality", "malformed_value"),
        (json!({"external_ids": [{"source": "ptv"}]}), "/external_ids/0/source_id", "missing_field"),
        (json!({"valid_from": "2020-02-30"}), "/valid_from", "malformed_value"),
        (json!({"valid_from": 2020}), "/valid_from", "wrong_type"),
        (json!({"valid_to": "2019-12-31"}), "/valid_to", "ends_before_start"),
        (json!({"a/b~c": 1}), "/a~1b~0c", "unknown_field"),
    ];
    for (changes, place, code) in table {
        let found = faults::<ProviderFacts>(&with(&changes));
        assert!(found.contains(&(place.to_owned(), code)), "{changes}: {found:?}");
        assert!(found.iter().all(|(at, _)| at == place), "{changes}: {found:?}");
    }
}

#[test]
fn a_body_that_is_no_object_is_refused_as_a_whole() {
    for body in [json!(null), json!([]), json!("text"), json!(5), json!(true), json!([whole()])] {
        assert_eq!(faults::<ProviderFacts>(&body), [(String::new(), "wrong_type")], "{body}");
    }
    let required = ["/names", "/offer_status", "/organisation", "/provider_type"];
    assert_eq!(faults::<ProviderFacts>(&json!({})), required.map(|place| (place.to_owned(), "missing_field")));
}

#[test]
fn all_faults_are_listed_in_the_order_of_their_places() {
    let body = json!({
        "provider_type": "cinema",
        "names": {"fi": 1, "sv": 2, "xx": 3},
        "contact": {"email": "x", "phone": "y", "fax": "z"},
        "languages": ["fi", "xx", "sv", 5],
        "regions": "06",
        "offer_status": null,
        "external_ids": [{"source": "PTV"}, {"source": "ptv", "source_id": "1"}, 7],
        "valid_from": "x",
        "valid_to": "y",
        "colour": "red",
        "size": 5
    });
    let expected = [
        ("/colour", "unknown_field"),
        ("/contact/email", "malformed_value"),
        ("/contact/fax", "unknown_field"),
        ("/contact/phone", "malformed_value"),
        ("/external_ids/0/source", "malformed_value"),
        ("/external_ids/0/source_id", "missing_field"),
        ("/external_ids/2", "wrong_type"),
        ("/languages/1", "unknown_value"),
        ("/languages/3", "wrong_type"),
        ("/names/fi", "wrong_type"),
        ("/names/sv", "wrong_type"),
        ("/names/xx", "unknown_field"),
        ("/offer_status", "missing_field"),
        ("/organisation", "missing_field"),
        ("/provider_type", "unknown_value"),
        ("/regions", "wrong_type"),
        ("/size", "unknown_field"),
        ("/valid_from", "malformed_value"),
        ("/valid_to", "malformed_value"),
    ];
    assert_eq!(faults::<ProviderFacts>(&body), expected.map(|(place, code)| (place.to_owned(), code)));
}

#[test]
fn rules_are_checked_beside_faults_of_shape_but_not_on_what_was_left_out() {
    let body = with(&json!({
        "names": {"fi": 5},
        "languages": ["fi", "xx", "fi"],
        "contact": {"phone": "x"}
    }));
    let expected = [
        ("/contact/phone", "malformed_value"),
        ("/languages", "repeated_value"),
        ("/languages/1", "unknown_value"),
        ("/names/fi", "wrong_type"),
    ];
    assert_eq!(faults::<ProviderFacts>(&body), expected.map(|(place, code)| (place.to_owned(), code)));

    let body = with(&json!({"contact": {"phone": "x"}, "valid_to": "2019-01-01"}));
    let expected = [("/contact/phone", "malformed_value"), ("/valid_to", "ends_before_start")];
    assert_eq!(faults::<ProviderFacts>(&body), expected.map(|(place, code)| (place.to_owned(), code)));
}

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read, and no more")]
struct Shelf {
    #[validate(nested)]
    books: Vec<Book>,
    #[serde(default)]
    place: Option<(f64, f64)>,
    floors: Option<std::collections::BTreeMap<String, u8>>,
    open: Option<bool>,
}

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read, and no more")]
struct Book {
    #[validate(nested)]
    names: digituki_domain::text::Names,
    pages: Option<u16>,
}

#[test]
fn an_element_keeps_its_place_behind_one_that_was_left_out() {
    let body = json!({"books": [{"names": 1}, {"names": {"fi": "A"}}, 2, {"names": {"fi": ""}}]});
    let expected = [("/books/0/names", "wrong_type"), ("/books/2", "wrong_type"), ("/books/3/names/fi", "blank")];
    assert_eq!(faults::<Shelf>(&body), expected.map(|(place, code)| (place.to_owned(), code)));
}

#[test]
fn numbers_pairs_and_tables_are_read_too() {
    let body = json!({
        "books": [
            {"names": {"fi": "A"}, "pages": 65_536}, {"names": {"fi": "A"}, "pages": 1.5},
            {"names": {"fi": "A"}, "pages": -1}, {"names": {"fi": "A"}, "pages": 9}
        ],
        "place": [1, "x"],
        "floors": {"a/b": "x", "c": 1, "d": 256},
        "open": "yes"
    });
    let expected = [
        ("/books/0/pages", "out_of_range"),
        ("/books/1/pages", "wrong_type"),
        ("/books/2/pages", "out_of_range"),
        ("/floors/a~1b", "wrong_type"),
        ("/floors/d", "out_of_range"),
        ("/open", "wrong_type"),
        ("/place/1", "wrong_type"),
    ];
    assert_eq!(faults::<Shelf>(&body), expected.map(|(place, code)| (place.to_owned(), code)));
    let pair = |place: Value| faults::<Shelf>(&json!({"books": [], "place": place}));
    assert!(pair(json!([1, 2.5])).is_empty());
    assert_eq!(pair(json!([1])), [("/place".to_owned(), "wrong_type")]);
}

#[test]
fn a_body_of_nothing_but_faults_is_answered_within_bounds() {
    let unknown: serde_json::Map<_, _> = (0..100_000).map(|number| (format!("x{number}"), json!(1))).collect();
    let late: Vec<_> = (0..100_000).map(|number| json!(if number < 99_000 { "fi" } else { "xx" })).collect();
    let bodies = [
        with(&json!({"languages": vec!["xx"; 100_000]})),
        with(&json!({"languages": late})),
        with(&json!({"external_ids": vec![json!({}); 100_000]})),
        Value::Object(unknown),
        with(&json!({"names": vec![vec![0; 10]; 10_000]})),
        json!({"books": vec![json!({"names": {}}); 50_000]}),
    ];
    let began = Instant::now();
    for body in &bodies {
        let listed = faults::<ProviderFacts>(body).len();
        assert!((1..=MAX_FAULTS + 20).contains(&listed), "{listed}");
    }
    assert!(faults::<Shelf>(&bodies[5]).len() <= problem::MAX_ERRORS);
    // Without its bounds it would take minutes; with them, a moment.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}
