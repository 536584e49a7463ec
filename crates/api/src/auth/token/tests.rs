use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use jsonwebtoken::EncodingKey;

use super::*;
use crate::auth::keys;

/// What is otherwise, and what comes of it.
type Row<'a> = (&'a [(&'a str, Value)], Result<(), &'a str>);

const ISSUER: &str = "https://digituki.example";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn key() -> Key {
    Key::read(&keys::generate(now()).unwrap()).unwrap()
}

/// As the registry reads a token of its own.
fn read(token: &str, key: &Key) -> Result<Claims, Refused> {
    let token = Unverified::read(token)?;
    let expected = Expected { issuer: ISSUER, audience: ISSUER, plain: false, now: now() };
    let claims = token.verify(&key.verifying, Algorithm::EdDSA, &expected)?;
    claims.check_own(key.retired_at)?;
    Ok(claims)
}

fn good_header(key: &Key) -> Value {
    json!({"typ": "at+jwt", "alg": "EdDSA", "kid": key.kid})
}

fn good_claims() -> Value {
    let issued = now().timestamp();
    let client = ClientId::generate().to_string();
    json!({
        "iss": ISSUER, "aud": ISSUER, "sub": client, "client_id": client, "jti": "1", "scope": "read",
        "iat": issued, "nbf": issued, "exp": issued + LIFETIME
    })
}

/// A token with exactly this header and these claims, signed well.
fn signed(header: &Value, claims: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// The outcome of a token of which one part is otherwise.
fn with(header: &[(&str, Value)], claims: &[(&str, Value)]) -> Result<(), &'static str> {
    let key = key();
    let change = |mut whole: Value, changes: &[(&str, Value)]| {
        for (name, value) in changes {
            let object = whole.as_object_mut().unwrap();
            if value.is_null() {
                object.remove(*name);
            } else {
                object.insert((*name).to_owned(), value.clone());
            }
        }
        whole
    };
    let (header, claims) = (change(good_header(&key), header), change(good_claims(), claims));
    read(&signed(&header, &claims, &key.signing, Algorithm::EdDSA), &key).map(drop).map_err(|Refused(why)| why)
}

#[test]
fn a_token_that_was_issued_is_read_back() {
    let (key, client) = (key(), ClientId::generate());
    let token = issue(&key, ISSUER, client, &[Scope::Read, Scope::AuditRead], now()).unwrap();
    let claims = read(&token, &key).unwrap();
    assert_eq!(claims.text("sub"), Some(client.to_string().as_str()));
    assert_eq!(claims.scopes(), [Scope::Read, Scope::AuditRead]);
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!((header.typ.as_deref(), header.kid.as_deref()), (Some("at+jwt"), Some(key.kid.as_str())));
}

#[test]
fn a_token_is_held_to_its_header() {
    let table: [Row; 13] = [
        (&[], Ok(())),
        (&[("typ", json!("AT+JWT"))], Ok(())),
        (&[("typ", json!("application/at+jwt"))], Ok(())),
        (&[("jku", json!("https://evil.example/jwks"))], Ok(())),
        (&[("typ", json!("JWT"))], Err("not of the type of an access token")),
        (&[("typ", Value::Null)], Err("not of the type of an access token")),
        (&[("kid", Value::Null)], Err("no key named")),
        (&[("crit", json!(["b64"]))], Err("asks for what is not understood")),
        (&[("crit", json!([]))], Err("asks for what is not understood")),
        (&[("crit", json!("b64"))], Err("no header that can be read")),
        (&[("alg", json!("none"))], Err("no header that can be read")),
        (&[("alg", json!("HS256"))], Err("another algorithm than the key's")),
        (&[("alg", json!("RS256"))], Err("another algorithm than the key's")),
    ];
    for (changes, expected) in table {
        assert_eq!(with(changes, &[]), expected, "{changes:?}");
    }
}

#[test]
fn a_token_is_held_to_its_claims() {
    let at = now().timestamp();
    let table: [Row; 25] = [
        (&[("aud", json!(["https://other.example", ISSUER]))], Ok(())),
        (&[("nbf", Value::Null)], Ok(())),
        (&[("nbf", json!(at + LEEWAY))], Ok(())),
        (&[("exp", json!(at + 1))], Ok(())),
        (&[("exp", json!(0.5 + 1_800_000_001.0))], Ok(())),
        (&[("iss", Value::Null)], Err("no issuer")),
        (&[("iss", json!(["a"]))], Err("no issuer")),
        (&[("iss", json!("https://other.example"))], Err("another issuer")),
        (&[("aud", Value::Null)], Err("for another audience")),
        (&[("aud", json!("https://other.example"))], Err("for another audience")),
        (&[("aud", json!([]))], Err("for another audience")),
        (&[("aud", json!({"0": ISSUER}))], Err("for another audience")),
        (&[("exp", Value::Null)], Err("no expiry")),
        (&[("exp", json!(at))], Err("expired")),
        (&[("exp", json!(at - 1)), ("iat", json!(at - 901))], Err("expired")),
        (&[("exp", json!("never"))], Err("no instant")),
        (&[("exp", json!(1e300))], Err("no instant")),
        (&[("exp", json!(at + LIFETIME + 1))], Err("longer-lived than ours")),
        (&[("nbf", json!(at + LEEWAY + 1))], Err("not valid yet")),
        (&[("nbf", json!("now"))], Err("no instant")),
        (&[("iat", json!(at + LEEWAY + 1)), ("exp", json!(at + 60))], Err("issued in the future")),
        (&[("iat", Value::Null)], Err("no instant of issue")),
        (&[("jti", Value::Null)], Err("not what we issue")),
        (&[("client_id", json!("another"))], Err("not what we issue")),
        (&[("sub", Value::Null)], Err("not what we issue")),
    ];
    for (changes, expected) in table {
        assert_eq!(with(&[], changes), expected, "{changes:?}");
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let key = key();
    let header = json!({"typ": "at+jwt", "alg": "HS256", "kid": key.kid});
    let shared = EncodingKey::from_secret(key.verifying.try_get_as_bytes().unwrap());
    let token = signed(&header, &good_claims(), &shared, Algorithm::HS256);
    assert_eq!(read(&token, &key).err(), Some(Refused("another algorithm than the key's")));
}

#[test]
fn a_token_that_was_changed_or_cut_or_signed_by_another_is_refused() {
    let (key, other) = (key(), key());
    let token = signed(&good_header(&key), &good_claims(), &key.signing, Algorithm::EdDSA);
    assert!(read(&token, &key).is_ok());
    assert_eq!(read(&token, &other).err(), Some(Refused("a signature that does not hold")));
    let parts: Vec<&str> = token.split('.').collect();
    let more = URL_SAFE_NO_PAD.encode(good_claims().to_string().replace("read", "read audit:read"));
    let forged = [
        format!("{}.{more}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}.{}", parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], parts[2].replace(&parts[2][..2], "AA")),
        format!("{token}="),
        parts[1].to_owned(),
        String::new(),
        "..".to_owned(),
        "💥.💥.💥".to_owned(),
        format!("{}.{}", "A".repeat(LONGEST), token),
    ];
    for token in forged {
        assert!(read(&token, &key).is_err(), "{token}");
    }
}

#[test]
fn a_retired_key_signs_nothing_new() {
    let mut kept = keys::generate(now()).unwrap();
    kept.retired_at = Some(now() - TimeDelta::seconds(60));
    let key = Key::read(&kept).unwrap();
    let issued = |ago| issue(&key, ISSUER, ClientId::generate(), &[Scope::Read], now() - TimeDelta::seconds(ago));
    assert!(read(&issued(61).unwrap(), &key).is_ok());
    assert_eq!(read(&issued(0).unwrap(), &key).err(), Some(Refused("signed after its key was retired")));
}

#[test]
fn a_claim_is_found_in_a_list_and_within_others() {
    let claims = json!({"role": "a", "groups": ["a", "b"], "realm_access": {"roles": ["c"]}, "number": 1});
    let claims = Claims(claims.as_object().unwrap().clone());
    for (name, value) in [("role", "a"), ("groups", "b"), ("/realm_access/roles", "c"), ("/role", "a")] {
        assert!(claims.holds(name, value), "{name}");
    }
    for (name, value) in
        [("role", "ab"), ("groups", "c"), ("realm_access", "c"), ("number", "1"), ("none", ""), ("", "a")]
    {
        assert!(!claims.holds(name, value), "{name}");
    }
}
