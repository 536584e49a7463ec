//! Signing in: the token endpoint, the keys, the metadata.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, Database, Registry};

const GRANT: &str = "grant_type=client_credentials";

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Fails unless this is an error in OAuth's own words.
#[track_caller]
fn assert_refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(error)), "{}", answer.text());
    let fields: Vec<_> = answer.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["error", "error_description"]);
    assert_eq!(answer.header("content-type").as_deref(), Some("application/json"));
    assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
    let challenge = (status == 401).then(|| "Basic realm=\"digituki\"".to_owned());
    assert_eq!(answer.header("www-authenticate"), challenge);
}

#[rstest]
fn a_client_gets_a_token_by_basic_and_by_the_body(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let client = registry.client("ministry", &[], None);
    let by_body = registry.ask_for_token(&client.fields());
    let by_basic = registry.ask_for_token_by(&basic(&client.client_id, &client.client_secret), GRANT);
    for answer in [by_body, by_basic] {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let token = answer.json();
        assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(900)));
        assert_eq!(token["scope"], "read search_gaps:read");
        assert_eq!(token.as_object().unwrap().len(), 4);
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
        assert_eq!(answer.header("pragma").as_deref(), Some("no-cache"));
        assert_eq!(registry.get_as("/v1/regions", token["access_token"].as_str().unwrap()).status, 200);
    }
}

#[rstest]
fn a_token_says_what_rfc_9068_asks_for_and_verifies_by_the_published_keys(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start_with(database, &["--public-url", "https://registry.example"]);
    let client = registry.client("auditor", &[], None);
    let token = registry.token(&client);
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), Algorithm::EdDSA));

    let keys = registry.json("/.well-known/jwks.json")["keys"].take();
    let key = keys.as_array().unwrap().iter().find(|key| key["kid"] == header.kid.as_deref().unwrap()).unwrap();
    assert!(key.get("d").is_none(), "a private key is published");
    let key = DecodingKey::from_jwk(&serde_json::from_value(key.clone()).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    // The registry's clock is not the system's.
    validation.validate_exp = false;
    validation.set_audience(&["https://registry.example"]);
    validation.set_issuer(&["https://registry.example"]);
    let claims = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap().claims;
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(client.client_id), &json!(client.client_id)));
    assert_eq!(claims["scope"], "read audit:read");
    let (issued, expiry) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert_eq!(expiry - issued, 900);
    assert!((issued - 1_795_348_800).abs() < 60, "{issued} is not the registry's clock");
    assert!(claims["jti"].as_str().is_some_and(|id| !id.is_empty()));
}

#[rstest]
fn the_metadata_leads_to_the_endpoints(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let metadata = registry.json("/.well-known/oauth-authorization-server");
    assert_eq!(metadata["issuer"], registry.url(""));
    assert_eq!(metadata["grant_types_supported"], json!(["client_credentials"]));
    assert_eq!(metadata["response_types_supported"], json!([]));
    assert_eq!(registry.get(metadata["jwks_uri"].as_str().unwrap()).status, 200);
    assert_eq!(metadata["token_endpoint"], registry.url("/oauth2/token"));
    let document = registry.json("/v1/openapi.json");
    let documented = &document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"];
    assert_eq!(documented["tokenUrl"], "/oauth2/token");
    let scopes: HashSet<_> = documented["scopes"].as_object().unwrap().keys().cloned().collect();
    let supported = metadata["scopes_supported"].as_array().unwrap().iter();
    assert_eq!(scopes, supported.map(|scope| scope.as_str().unwrap().to_owned()).collect());
}

#[rstest]
fn what_is_asked_for_wrongly_is_refused_in_oauths_own_words(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let client = registry.client("ministry", &[], None);
    let good = client.fields();
    let table = [
        (String::new(), 400, "invalid_request"),
        (good.replace(GRANT, "x=y"), 400, "invalid_request"),
        (good.replace("client_credentials", "password"), 400, "unsupported_grant_type"),
        (format!("{good}&{GRANT}"), 400, "invalid_request"),
        (format!("{good}&x=%ff"), 400, "invalid_request"),
        (format!("{good}&scope=everything"), 400, "invalid_scope"),
        (format!("{good}&scope=audit:read"), 400, "invalid_scope"),
        (format!("{good}&scope=read+audit:read"), 400, "invalid_scope"),
        (format!("{good}x"), 401, "invalid_client"),
        (GRANT.to_owned(), 401, "invalid_client"),
        (format!("{GRANT}&client_id={}", client.client_id), 401, "invalid_client"),
        (good.replace(&client.client_id, "019ac0de-0000-7000-8000-000000000000"), 401, "invalid_client"),
        (good.replace(&client.client_id, "'; DROP TABLE clients; --"), 401, "invalid_client"),
    ];
    for (fields, status, error) in table {
        assert_refused(&registry.ask_for_token(&fields), status, error);
    }
    let authorization = basic(&client.client_id, &client.client_secret);
    assert_refused(&registry.ask_for_token_by(&authorization, &good), 400, "invalid_request");
    let in_query = format!("/oauth2/token?{good}");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_refused(&registry.send("POST", &in_query, &form, b""), 400, "invalid_request");
    // Unknown parameters are passed over, empty ones are left out, and a scope may be narrower.
    assert_eq!(registry.ask_for_token(&format!("{good}&scope=&resource=x")).status, 200);
    assert_eq!(registry.ask_for_token(&format!("{good}&scope=read")).json()["scope"], "read");
}

#[rstest]
fn the_rest_of_its_failures_are_problems(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start_with(database, &["--body-limit", "1024"]);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let send = |headers: &[(&str, &str)], body: &str| registry.send("POST", "/oauth2/token", headers, body.as_bytes());
    send(&[("Content-Type", "application/json")], "{}").problem(415, "unsupported_media_type");
    send(&[], GRANT).problem(415, "unsupported_media_type");
    send(&[form], &"x".repeat(2_000)).problem(413, "payload_too_large");
    send(&[form, ("Accept", "text/html")], GRANT).problem(406, "not_acceptable");
    let answer = registry.get("/oauth2/token");
    answer.problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow").as_deref(), Some("OPTIONS, POST"));
}

#[rstest]
fn after_ten_failures_an_address_waits_even_with_the_right_secret(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start_with(database, &["--trusted-proxies", "127.0.0.0/8"]);
    let client = registry.client("ministry", &[], None);
    let ask = |from: &str, fields: &str| {
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("X-Forwarded-For", from)];
        registry.send("POST", "/oauth2/token", &headers, fields.as_bytes())
    };
    let (good, wrong) = (client.fields(), format!("{}x", client.fields()));
    for _ in 0..9 {
        assert_eq!(ask("192.0.2.1", &wrong).status, 401);
    }
    assert_eq!(ask("192.0.2.1", "grant_type=password").status, 400, "only failed sign-ins count");
    assert_eq!(ask("192.0.2.1", &good).status, 200);
    assert_eq!(ask("192.0.2.1", &wrong).status, 401);
    for fields in [&wrong, &good] {
        let answer = ask("192.0.2.1", fields);
        answer.problem(429, "too_many_requests");
        let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
    }
    assert_eq!(ask("192.0.2.2", &good).status, 200);
}

#[rstest]
fn a_secret_is_kept_as_a_hash_only(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let client = registry.client("ministry", &[], None);
    let kept = registry.place().texts("SELECT name || role || regions || secret_hash AS value FROM clients");
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].contains(&client.client_secret), "{kept:?}");
}
