//! Swagger UI.

use rstest::rstest;

use crate::support::{Database, Registry};

#[rstest]
fn the_root_leads_to_swagger_ui(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    for path in ["/", "/swagger-ui"] {
        let answer = registry.get(path);
        assert!([301, 302, 303, 307, 308].contains(&answer.status), "{path}");
        assert_eq!(answer.header("location").as_deref(), Some("/swagger-ui/"), "{path}");
    }
    let page = registry.get("/swagger-ui/");
    assert_eq!((page.status, page.header("content-type").as_deref()), (200, Some("text/html")));
    registry.get("/swagger-ui/no-such-file").problem(404, "unknown_route");
}

#[rstest]
fn the_page_has_a_policy_of_its_own_and_calls_no_other_host(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let page = registry.get("/swagger-ui/");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'") && policy.contains("connect-src 'self'"), "{policy}");
    assert!(!policy.contains("script-src 'self' 'unsafe-inline'") && !policy.contains("http"), "{policy}");
    let html = page.text();
    let elsewhere = html.split(['"', '\'']).find(|part| part.contains("://") || part.starts_with("//"));
    assert_eq!(elsewhere, None);
    // Each file that the page names is there, and nothing is written in the page that the policy would stop.
    let files: Vec<_> = html
        .split("src=\"")
        .chain(html.split("href=\""))
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(file, _)| file.trim_start_matches("./"))
        .filter(|file| file.contains('.'))
        .collect();
    assert!(files.len() > 2, "{html}");
    for file in files {
        assert_eq!(registry.get(&format!("/swagger-ui/{file}")).status, 200, "{file}");
    }
    let initializer = registry.get("/swagger-ui/swagger-initializer.js").text();
    assert!(initializer.contains("/v1/openapi.json"), "{initializer}");
    assert!(initializer.contains("credentials: \"omit\""), "the browser would ask for a password: {initializer}");
    assert!(html.contains("<title>Digituki</title>"), "{html}");
    assert!(!initializer.contains("://"), "{initializer}");
    assert!(initializer.contains("\"validatorUrl\": \"none\""), "{initializer}");
    assert!(!html.contains("<script>"), "{html}");
}
