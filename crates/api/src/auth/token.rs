//! Access tokens (RFC 9068): what one must be, whoever signed it.
//!
//! The signature is the library's matter; the claims are checked here, against the registry's clock,
//! since the library knows only the system's and takes a token that lacks what it does not look for.

use chrono::{DateTime, TimeDelta, Utc};
use digituki_domain::client::ClientId;
use digituki_domain::policy::Scope;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::auth::keys::Key;

/// How long a token of ours lives, in seconds.
pub(crate) const LIFETIME: i64 = 900;
/// How far the clocks of two machines may differ, in seconds. Nothing is taken after its time.
pub(crate) const LEEWAY: i64 = 30;
/// The longest token that is looked at, in bytes.
pub(crate) const LONGEST: usize = 8_192;
/// The media type of an access token, as it stands in `typ`.
const TYPE: &str = "at+jwt";

/// Why a token will not do: for the log, at its most talkative, and for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) &'static str);

/// The claims of a token whose signature holds.
#[derive(Debug)]
pub(crate) struct Claims(Map<String, Value>);

/// A token of which nothing is believed yet.
pub(crate) struct Unverified<'a> {
    token: &'a str,
    pub(crate) kid: String,
    pub(crate) algorithm: Algorithm,
    /// What it says of who issued it: it chooses whose keys to try.
    pub(crate) issuer: String,
    typ: String,
}

/// What a token is held to.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    /// Whether a token may call itself a plain JWT, as other issuers' do.
    pub(crate) plain: bool,
    pub(crate) now: DateTime<Utc>,
}

/// Makes a token of ours.
pub(crate) fn issue(
    key: &Key,
    issuer: &str,
    client: ClientId,
    scopes: &[Scope],
    now: DateTime<Utc>,
) -> Result<String, String> {
    let at = now.timestamp();
    let client = client.to_string();
    let claims = json!({
        "iss": issuer, "aud": issuer, "sub": client, "client_id": client, "jti": Uuid::now_v7(),
        "iat": at, "nbf": at, "exp": at + LIFETIME, "scope": words(scopes)
    });
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.into());
    header.kid = Some(key.kid.clone());
    jsonwebtoken::encode(&header, &claims, &key.signing).map_err(|error| format!("no token could be signed: {error}"))
}

/// Scopes as OAuth writes them.
pub(crate) fn words(scopes: &[Scope]) -> String {
    scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

impl<'a> Unverified<'a> {
    /// Reads what is needed to find the key.
    pub(crate) fn read(token: &'a str) -> Result<Self, Refused> {
        if token.len() > LONGEST {
            return Err(Refused("too long"));
        }
        // `none` is no algorithm to the library: such a header cannot be read.
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refused("no header that can be read"))?;
        if header.crit.is_some() || header.enc.is_some() || header.zip.is_some() {
            return Err(Refused("asks for what is not understood"));
        }
        let claims: Map<String, Value> = jsonwebtoken::dangerous::insecure_decode_claims(token)
            .map_err(|_| Refused("no claims that can be read"))?;
        let issuer = claims.get("iss").and_then(Value::as_str).ok_or(Refused("no issuer"))?.to_owned();
        Ok(Self {
            token,
            kid: header.kid.ok_or(Refused("no key named"))?,
            algorithm: header.alg,
            issuer,
            typ: header.typ.unwrap_or_default().to_ascii_lowercase(),
        })
    }

    /// The claims, once the signature and all of them hold. The key says which algorithm it is for: a
    /// token that names another is refused, or a public key could pass for a shared secret.
    pub(crate) fn verify(
        &self,
        key: &DecodingKey,
        algorithm: Algorithm,
        expected: &Expected<'_>,
    ) -> Result<Claims, Refused> {
        if self.algorithm != algorithm {
            return Err(Refused("another algorithm than the key's"));
        }
        let typ = self.typ.strip_prefix("application/").unwrap_or(&self.typ);
        if typ != TYPE && !(expected.plain && typ == "jwt") {
            return Err(Refused("not of the type of an access token"));
        }
        let mut signature_only = Validation::new(algorithm);
        signature_only.required_spec_claims.clear();
        signature_only.validate_exp = false;
        signature_only.validate_nbf = false;
        signature_only.validate_aud = false;
        let claims = jsonwebtoken::decode::<Map<String, Value>>(self.token, key, &signature_only)
            .map_err(|_| Refused("a signature that does not hold"))?;
        let claims = Claims(claims.claims);
        claims.check(expected)?;
        Ok(claims)
    }
}

impl Claims {
    fn check(&self, expected: &Expected<'_>) -> Result<(), Refused> {
        let now = expected.now.timestamp();
        if self.text("iss") != Some(expected.issuer) {
            return Err(Refused("another issuer"));
        }
        if !self.holds("aud", expected.audience) {
            return Err(Refused("for another audience"));
        }
        if now >= self.seconds("exp")?.ok_or(Refused("no expiry"))? {
            return Err(Refused("expired"));
        }
        if self.seconds("nbf")?.is_some_and(|from| from > now + LEEWAY) {
            return Err(Refused("not valid yet"));
        }
        if self.seconds("iat")?.is_some_and(|issued| issued > now + LEEWAY) {
            return Err(Refused("issued in the future"));
        }
        Ok(())
    }

    /// What only tokens of ours are held to: as long as we let one live, and signed while the key was in
    /// use. A key that was stolen and then retired makes no tokens.
    pub(crate) fn check_own(&self, retired_at: Option<DateTime<Utc>>) -> Result<(), Refused> {
        let issued = self.seconds("iat")?.ok_or(Refused("no instant of issue"))?;
        let expiry = self.seconds("exp")?.unwrap_or(i64::MAX);
        if expiry.checked_sub(issued).is_none_or(|lifetime| lifetime > LIFETIME) {
            return Err(Refused("longer-lived than ours"));
        }
        if retired_at.is_some_and(|at| issued > at.timestamp() + LEEWAY) {
            return Err(Refused("signed after its key was retired"));
        }
        if self.text("jti").is_none() || self.text("client_id") != self.text("sub") {
            return Err(Refused("not what we issue"));
        }
        Ok(())
    }

    /// Refuses what an issuer says of a sign-in to somebody else (an ID token of an OIDC provider): it is no leave to
    /// act here.
    pub(crate) fn check_access(&self) -> Result<(), Refused> {
        let of_sign_in = ["nonce", "at_hash", "c_hash"].iter().any(|name| self.0.contains_key(*name));
        if of_sign_in { Err(Refused("an ID token, no access token")) } else { Ok(()) }
    }

    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Whether a claim is a text, or a list that has it. A claim within others is named by a JSON
    /// Pointer.
    pub(crate) fn holds(&self, name: &str, text: &str) -> bool {
        let within = |pointer: &str| {
            let (first, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
            let claim = self.0.get(first)?;
            if rest.is_empty() { Some(claim) } else { claim.pointer(&format!("/{rest}")) }
        };
        let claim = self.0.get(name).or_else(|| within(name.strip_prefix('/')?));
        match claim {
            Some(Value::String(claim)) => claim == text,
            Some(Value::Array(claims)) => claims.iter().any(|claim| claim == text),
            _ => false,
        }
    }

    /// The scopes that it names, of those that we know.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        self.text("scope").unwrap_or_default().split(' ').filter_map(|scope| scope.parse().ok()).collect()
    }

    /// An instant (a `NumericDate`, which may have a fraction).
    fn seconds(&self, name: &str) -> Result<Option<i64>, Refused> {
        let Some(claim) = self.0.get(name) else { return Ok(None) };
        let seconds = claim.as_f64().filter(|seconds| seconds.abs() < 1e12).ok_or(Refused("no instant"))?;
        #[expect(clippy::cast_possible_truncation, reason = "seconds of at most twelve digits")]
        Ok(Some(seconds.floor() as i64))
    }
}

/// When no token that a key signed can be alive any more.
pub(crate) fn dead_after(retired_at: DateTime<Utc>) -> DateTime<Utc> {
    retired_at + TimeDelta::seconds(LIFETIME + 2 * LEEWAY)
}

#[cfg(test)]
mod tests;
