//! Problems in the caller's language.

use rstest::rstest;

use crate::support::{Database, Registry};

#[rstest]
fn a_problem_speaks_the_callers_language_and_its_codes_never_change(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let titles = registry.json("/v1/problems/invalid_request")["titles"].take();
    let table = [
        ("fi", "fi"),
        ("sv", "sv"),
        ("en", "en"),
        ("sv-FI, fi;q=0.8", "sv"),
        ("de, sv;q=0.5, fi;q=0.7", "fi"),
        ("FI", "fi"),
        ("de", "en"),
        ("*", "en"),
        ("", "en"),
        (";;;,q=", "en"),
    ];
    for (accepted, expected) in table {
        let answer = registry.get_with("/v1/regions?colour=red&limit=0", &[("Accept-Language", accepted)]);
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem["title"], titles[expected], "{accepted}");
        assert_eq!(answer.header("content-language").as_deref(), Some(expected), "{accepted}");
        assert!(answer.header("vary").is_some_and(|vary| vary.contains("Accept-Language")), "{accepted}");
        let mut codes = answer.codes_of_faults();
        codes.sort();
        assert_eq!(codes, ["out_of_range", "unknown_parameter"], "{accepted}");
    }
}

#[rstest]
fn all_faults_are_named_at_once_with_the_value_and_what_is_allowed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for language in ["fi", "sv", "en"] {
        let target = "/v1/municipalities?urban_rural=suburban&as_of=tomorrow&colour=red&region=6&sort=size";
        let answer = registry.get_with(target, &[("Accept-Language", language)]);
        let problem = answer.problem(400, "invalid_request");
        let message = |parameter: &str| {
            let faults = problem["errors"].as_array().unwrap();
            let fault = faults.iter().find(|fault| fault["parameter"] == parameter).unwrap();
            fault["message"].as_str().unwrap().to_owned()
        };
        let table = [
            ("urban_rural", &["suburban", "urban, semi_urban, rural"][..]),
            ("as_of", &["tomorrow"]),
            ("colour", &["as_of", "limit", "cursor", "urban_rural"]),
            ("region", &["\"6\""]),
            ("sort", &["size", "code, name"]),
        ];
        for (parameter, words) in table {
            for word in words {
                assert!(message(parameter).contains(word), "{language}: {}", message(parameter));
            }
        }
        assert_eq!(problem["errors"].as_array().map(Vec::len), Some(5));
    }
}
