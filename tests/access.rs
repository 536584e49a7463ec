//! Who may: tokens good and bad, clients that were revoked, keys that were rotated, other issuers.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::issuer::{self, Issuer, sign};
use crate::support::registry::{CLOCK, PATIENCE};
use crate::support::{Answer, Database, Registry};

const PATH: &str = "/v1/regions";
/// `CLOCK`, as tokens write it.
const NOW: i64 = 1_795_348_800;

/// Fails unless the token was found bad.
#[track_caller]
fn assert_bad(answer: &Answer) {
    answer.problem(401, "invalid_token");
    let challenge = "Bearer realm=\"digituki\", error=\"invalid_token\"";
    assert_eq!(answer.header("www-authenticate").as_deref(), Some(challenge));
}

/// What the registry itself signs with, and its name.
fn own_key(registry: &Registry) -> (String, EncodingKey) {
    let read = |column| {
        let query = format!("SELECT {column} AS value FROM signing_keys WHERE retired_at IS NULL");
        registry.place().texts(&query).pop().unwrap()
    };
    (read("kid"), EncodingKey::from_ed_der(&STANDARD_NO_PAD.decode(read("private_key")).unwrap()))
}

/// The claims of a token, which is not verified.
fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

fn with(value: &Value, name: &str, other: Value) -> Value {
    let mut changed = value.clone();
    if other.is_null() {
        changed.as_object_mut().unwrap().remove(name);
    } else {
        changed[name] = other;
    }
    changed
}

#[rstest]
fn a_forged_token_is_refused_and_says_nothing_of_why(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let token = registry.token(&registry.client("ministry", &[], None));
    let (kid, key) = own_key(&registry);
    let (good, header) = (claims(&token), json!({"typ": "at+jwt", "alg": "EdDSA", "kid": kid}));
    let signed = |header: &Value, claims: &Value| sign(header, claims, &key, Algorithm::EdDSA);
    assert_eq!(registry.get_as(PATH, &signed(&header, &good)).status, 200);
    assert_eq!(registry.get_as("/v1/%72egions", &signed(&header, &good)).status, 200);

    let parts: Vec<&str> = token.split('.').collect();
    let keys = registry.json("/.well-known/jwks.json");
    let public = URL_SAFE_NO_PAD.decode(keys["keys"][0]["x"].as_str().unwrap()).unwrap();
    let hmac = with(&header, "alg", json!("HS256"));
    let none = URL_SAFE_NO_PAD.encode(with(&header, "alg", json!("none")).to_string());
    let mut forged = vec![
        // Changed, cut, unsigned, signed with the public key, signed by another.
        format!(
            "{}.{}.{}",
            parts[0],
            URL_SAFE_NO_PAD.encode(with(&good, "scope", json!("audit:read")).to_string()),
            parts[2]
        ),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        sign(&hmac, &good, &EncodingKey::from_secret(&public), Algorithm::HS256),
        sign(&header, &good, &issuer::key(Algorithm::EdDSA), Algorithm::EdDSA),
        "x".repeat(9_000),
        "a.b.c".to_owned(),
    ];
    for (name, value) in [
        ("aud", json!("https://other.example")),
        ("aud", Value::Null),
        ("iss", json!("https://other.example")),
        ("exp", json!(NOW - 60)),
        ("exp", Value::Null),
        ("exp", json!(NOW + 100_000)),
        ("nbf", json!(NOW + 3_600)),
        ("iat", json!(NOW + 3_600)),
        ("sub", json!("019ac0de-0000-7000-8000-000000000000")),
        ("sub", json!("' OR 1=1 --\u{0}")),
    ] {
        forged.push(signed(&header, &with(&good, name, value)));
    }
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", Value::Null),
        ("crit", json!(["exp"])),
        ("kid", json!("../../../../dev/null")),
        ("kid", json!("' OR 1=1 --\u{0}")),
        ("kid", Value::Null),
    ] {
        forged.push(signed(&with(&header, name, value), &good));
    }
    for token in forged {
        assert_bad(&registry.get_as(PATH, &token));
    }
    assert_bad(&registry.get_as("/v1/%72egions", "a.b.c"));
    assert_eq!(registry.get_as("/health/live", "a.b.c").status, 200, "what is open does not look");
    assert_eq!(registry.get_as("/v1/openapi.json", "a.b.c").status, 200, "what is open does not look");
}

#[rstest]
fn credentials_that_are_no_single_bearer_token_are_refused(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let good = format!("Bearer {}", registry.token(&registry.client("ministry", &[], None)));
    assert_bad(&registry.get_with(PATH, &[("Authorization", &good), ("Authorization", &good)]));
    registry.get_with(PATH, &[("Authorization", "Bearer")]).problem(401, "unauthenticated");
    assert_bad(&registry.get_with(PATH, &[("Authorization", "Bearer a b")]));
    let answer = registry.get_with(PATH, &[("Authorization", "Basic YTpi")]);
    answer.problem(401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate").as_deref(), Some("Bearer realm=\"digituki\""));
    assert_eq!(registry.get(&format!("{PATH}?access_token=a.b.c")).status, 400, "a token in an address is no token");
    assert_eq!(registry.ask("HEAD", PATH, &[("Authorization", "Bearer x")]).status, 401);
    assert_eq!(registry.ask("HEAD", PATH, &[("Authorization", &good)]).status, 200);
}

#[rstest]
fn a_token_expires_by_the_registrys_clock(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let place = database.loaded();
    let at = |clock: &str| {
        let registry = Registry::begin(place.url(), &["--public-url", "https://registry.example", "--clock", clock]);
        registry.wait_until_ready(PATIENCE);
        registry
    };
    let early = at(CLOCK);
    let token = early.token(&early.client("ministry", &[], None));
    assert_eq!(early.get_as(PATH, &token).status, 200);
    assert_eq!(at("2026-11-22T12:14:00Z").get_as(PATH, &token).status, 200);
    assert_bad(&at("2026-11-22T12:16:00Z").get_as(PATH, &token));
    assert_bad(&at("2026-11-22T11:50:00Z").get_as(PATH, &token));
}

#[rstest]
fn the_next_request_of_a_revoked_client_fails(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let client = registry.client("ministry", &[], None);
    let token = registry.token(&client);
    assert_eq!(registry.get_as(PATH, &token).status, 200);
    registry.revoke(&client);
    assert_bad(&registry.get_as(PATH, &token));
    let answer = registry.ask_for_token(&client.fields());
    assert_eq!((answer.status, answer.json()["error"].as_str()), (401, Some("invalid_client")));
}

#[rstest]
fn a_rotated_key_verifies_what_it_signed_until_that_has_expired(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let client = registry.client("ministry", &[], None);
    let published = || registry.json("/.well-known/jwks.json")["keys"].as_array().unwrap().len();
    let (old, (old_kid, _)) = (registry.token(&client), own_key(&registry));
    assert_eq!((registry.get_as(PATH, &old).status, published()), (200, 1));

    registry.rotate_key(&[]);
    let new = registry.token(&client);
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    assert_eq!(kid(&old), old_kid);
    assert_ne!(kid(&new), old_kid);
    assert_eq!([&old, &new].map(|token| registry.get_as(PATH, token).status), [200, 200]);
    assert_eq!(published(), 2);

    registry.rotate_key(&["--clock", "2026-11-22T13:00:00Z"]);
    let kept = registry.place().texts("SELECT kid AS value FROM signing_keys");
    assert!(kept.len() == 2 && !kept.contains(&old_kid), "{kept:?}");
}

#[rstest]
fn another_process_notices_a_new_key_at_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let place = database.loaded();
    let start = || {
        let registry = Registry::begin(place.url(), &["--public-url", "https://registry.example"]);
        registry.wait_until_ready(PATIENCE);
        registry
    };
    let (one, other) = (start(), start());
    let client = one.client("ministry", &[], None);
    assert_eq!(other.get_as(PATH, &one.token(&client)).status, 200);
    one.rotate_key(&[]);
    assert_eq!(other.get_as(PATH, &one.token(&client)).status, 200);
}

#[rstest]
fn two_processes_that_start_together_make_one_key(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let place = database.empty();
    let registries = [(); 2].map(|()| Registry::begin(place.url(), &["--load", "reference"]));
    for registry in &registries {
        registry.wait_until_ready(PATIENCE);
    }
    assert_eq!(place.number("SELECT count(*) AS value FROM signing_keys"), 1);
}

#[rstest]
fn a_client_is_counted_by_itself_and_has_ten_times_as_many_requests(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start_with(database, &["--rate-limit", "2"]);
    let token = registry.token(&registry.client("ministry", &[], None));
    let answer = registry.get_as(PATH, &token);
    assert_eq!(answer.header("ratelimit-policy").as_deref(), Some("\"default\";q=20;w=60"));
    // A bad token counts against its address.
    let statuses = [(); 2].map(|()| registry.get_as(PATH, "a.b.c").status);
    assert_eq!(statuses, [401, 429]);
    assert_eq!(registry.get(PATH).status, 429);
    assert_eq!(registry.get_as(PATH, &token).status, 200);
}

#[rstest]
fn a_read_only_registry_reads_and_signs_in_and_takes_no_changes(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.loaded();
    let client = {
        let registry = Registry::begin(place.url(), &[]);
        registry.wait_until_ready(PATIENCE);
        registry.client("ministry", &[], None)
    };
    let registry = Registry::on(place, &["--read-only"]);
    assert_eq!(registry.get_as(PATH, &registry.token(&client)).status, 200);
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let answer = registry.send(method, PATH, &[], b"");
        answer.problem(503, "read_only");
        assert!(answer.header("retry-after").is_some());
    }
    assert_eq!(registry.ask("OPTIONS", PATH, &[]).status, 204);
}

#[rstest]
fn a_read_only_registry_starts_on_nothing_but_a_prepared_database(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.empty();
    let mut registry = Registry::begin(place.url(), &["--read-only"]);
    let why = registry.join().unwrap_err().to_string();
    assert!(why.contains("digituki migrate"), "{why}");
}

mod other_issuers {
    use super::*;

    const KEYS: [(Algorithm, &str); 3] =
        [(Algorithm::RS256, "rsa"), (Algorithm::ES256, "ec"), (Algorithm::EdDSA, "ed")];

    fn mapping() -> Value {
        json!([
            {"claim": "groups", "value": "auditors", "role": "auditor"},
            {"claim": "groups", "value": "uusimaa", "role": "regional_expert", "regions": ["01"]}
        ])
    }

    fn outside_claims() -> Value {
        json!({
            "iss": issuer::NAME, "aud": ["account", "digituki"], "sub": "somebody@sign-in.example", "groups": ["uusimaa"],
            "iat": NOW, "exp": NOW + 3_600
        })
    }

    fn header(algorithm: Algorithm, kid: &str) -> Value {
        json!({"typ": "JWT", "alg": algorithm, "kid": kid})
    }

    fn token(algorithm: Algorithm, kid: &str, claims: &Value) -> String {
        sign(&header(algorithm, kid), claims, &issuer::key(algorithm), algorithm)
    }

    fn published() -> Vec<Value> {
        KEYS.iter().map(|(algorithm, kid)| issuer::public_key(*algorithm, kid)).collect()
    }

    #[rstest]
    fn a_trusted_issuers_token_is_taken_by_its_keys_algorithm(
        #[values(Database::Sqlite, Database::Postgres)] database: Database,
    ) {
        let issuer = Issuer::start(&published());
        let registry = Registry::start_with(database, &["--issuers", &issuer.configuration(&mapping())]);
        for (algorithm, kid) in KEYS {
            let answer = registry.get_as(PATH, &token(algorithm, kid, &outside_claims()));
            assert_eq!(answer.status, 200, "{kid}: {}", answer.text());
            let typed = with(&header(algorithm, kid), "typ", json!("at+jwt"));
            let typed = sign(&typed, &outside_claims(), &issuer::key(algorithm), algorithm);
            assert_eq!(registry.get_as(PATH, &typed).status, 200, "{kid}");
        }
        let secret =
            EncodingKey::from_secret(issuer::public_key(Algorithm::RS256, "rsa")["n"].as_str().unwrap().as_bytes());
        let forged = [
            token(Algorithm::EdDSA, "rsa", &outside_claims()),
            sign(&header(Algorithm::HS256, "rsa"), &outside_claims(), &secret, Algorithm::HS256),
            token(Algorithm::RS256, "rsa", &with(&outside_claims(), "aud", json!("another"))),
            token(Algorithm::RS256, "rsa", &with(&outside_claims(), "aud", Value::Null)),
            token(Algorithm::RS256, "rsa", &with(&outside_claims(), "exp", json!(NOW - 60))),
            token(Algorithm::RS256, "rsa", &with(&outside_claims(), "exp", Value::Null)),
            token(Algorithm::RS256, "rsa", &with(&outside_claims(), "nbf", json!(NOW + 3_600))),
            token(Algorithm::RS256, "rsa", &with(&outside_claims(), "nonce", json!("of a sign-in elsewhere"))),
            token(Algorithm::RS256, "rsa", &with(&outside_claims(), "sub", Value::Null)),
            token(Algorithm::RS256, "rsa", &with(&outside_claims(), "iss", json!("https://evil.example"))),
            token(Algorithm::RS256, "rsa", &with(&outside_claims(), "iss", json!(registry.url("")))),
        ];
        for token in forged {
            assert_bad(&registry.get_as(PATH, &token));
        }
    }

    #[rstest]
    fn whom_no_mapping_fits_may_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
        let issuer = Issuer::start(&published());
        let registry = Registry::start_with(database, &["--issuers", &issuer.configuration(&mapping())]);
        let stranger = with(&outside_claims(), "groups", json!(["uusimaa-2"]));
        let answer = registry.get_as(PATH, &token(Algorithm::ES256, "ec", &stranger));
        answer.problem(403, "forbidden");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
    }

    #[rstest]
    fn a_new_key_of_the_issuer_is_noticed(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
        let issuer = Issuer::start(&[issuer::public_key(Algorithm::ES256, "1")]);
        let registry = Registry::start_with(database, &["--issuers", &issuer.configuration(&mapping())]);
        let status = |kid: &str| registry.get_as(PATH, &token(Algorithm::ES256, kid, &outside_claims())).status;
        assert_eq!(status("1"), 200);
        issuer.publish(&[issuer::public_key(Algorithm::ES256, "2")]);
        assert_eq!((status("2"), status("1"), status("3")), (200, 401, 401));
    }

    #[rstest]
    fn keys_that_cannot_be_reached_are_no_fault_of_the_callers(
        #[values(Database::Sqlite, Database::Postgres)] database: Database,
    ) {
        let issuer = Issuer::start(&published());
        let configuration = issuer.configuration(&mapping());
        let text = std::fs::read_to_string(&configuration).unwrap();
        drop(issuer);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("issuers.json");
        std::fs::write(&file, text).unwrap();
        let registry = Registry::start_with(database, &["--issuers", file.to_str().unwrap()]);
        let answer = registry.get_as(PATH, &token(Algorithm::ES256, "ec", &outside_claims()));
        answer.problem(503, "unavailable");
        assert!(answer.header("retry-after").is_some());
        assert_eq!(registry.get(PATH).status, 200);
    }

    #[rstest]
    fn keys_may_stand_in_a_file(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("jwks.json"), json!({"keys": published()}).to_string()).unwrap();
        let file = issuer::configuration(&folder, "jwks.json", &mapping());
        let registry = Registry::start_with(database, &["--issuers", &file]);
        assert_eq!(registry.get_as(PATH, &token(Algorithm::EdDSA, "ed", &outside_claims())).status, 200);
    }
}
