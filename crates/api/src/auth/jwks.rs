//! The public keys of another issuer (RFC 7517): fetched, kept for a while, and asked for anew when a
//! token names one that is not among them.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;
use tokio::sync::Mutex;
use url::{Host, Url};

/// How long keys are kept.
pub(crate) const FRESH: Duration = Duration::from_secs(600);
/// How often at most a key that is not among them has them fetched.
pub(crate) const PAUSE: Duration = Duration::from_secs(60);
/// How long nobody tries again after a failure.
const RESPITE: Duration = Duration::from_secs(1);
/// How long a fetch may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// The largest set of keys, in bytes.
pub(crate) const LARGEST: u64 = 262_144;
/// The shortest RSA key, in bytes (RFC 7518: 2,048 bits).
const SHORTEST_RSA: usize = 256;

/// A key, and the one algorithm that it is for.
pub(crate) struct OutsideKey {
    kid: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) verifying: DecodingKey,
}

/// Where the keys are.
#[derive(Debug, Clone)]
enum Source {
    Web(String),
    File(PathBuf),
}

/// The keys of one issuer. Who asks while they are fetched waits for them.
pub(crate) struct Jwks {
    source: Source,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: Arc<[Arc<OutsideKey>]>,
    fetched: Option<Instant>,
    failed: Option<Instant>,
    /// When an unknown key last had them fetched.
    prompted: Option<Instant>,
}

/// The keys cannot be had now.
pub(crate) struct Unreachable;

impl Jwks {
    /// Reads where the keys are: an address, or a file, whose path may be relative to `folder`.
    pub(crate) fn at(place: &str, folder: &Path) -> Result<Self, String> {
        let source = match Url::parse(place) {
            Ok(url) if url.scheme() == "https" && url.host().is_some() => Source::Web(url.to_string()),
            Ok(url) if url.scheme() == "http" && is_loopback(&url) => Source::Web(url.to_string()),
            _ if place.contains("://") => {
                return Err(format!("jwks {place:?} is neither an https address nor a file"));
            }
            _ => {
                let file = Source::File(folder.join(place));
                file.fetch().map_err(|why| format!("jwks {place:?}: {why}"))?;
                file
            }
        };
        Ok(Self { source, state: Mutex::default() })
    }

    /// The key of this name.
    pub(crate) async fn find(&self, kid: &str) -> Result<Option<Arc<OutsideKey>>, Unreachable> {
        let mut state = self.state.lock().await;
        let recent = |instant: Option<Instant>, span| instant.is_some_and(|instant: Instant| instant.elapsed() < span);
        if recent(state.fetched, FRESH) {
            let found = state.find(kid);
            if found.is_some() || recent(state.prompted, PAUSE) {
                return Ok(found);
            }
            state.prompted = Some(Instant::now());
        }
        if recent(state.failed, RESPITE) {
            return Err(Unreachable);
        }
        let source = self.source.clone();
        let fetched = tokio::task::spawn_blocking(move || source.fetch()).await;
        match fetched.unwrap_or_else(|_| Err("reading them failed".into())) {
            Ok(keys) => {
                state.keys = keys;
                state.fetched = Some(Instant::now());
                Ok(state.find(kid))
            }
            Err(why) => {
                log::warn!("the keys at {} cannot be had: {why}", self.source);
                state.failed = Some(Instant::now());
                Err(Unreachable)
            }
        }
    }
}

impl State {
    fn find(&self, kid: &str) -> Option<Arc<OutsideKey>> {
        self.keys.iter().find(|key| key.kid == kid).cloned()
    }
}

impl Source {
    fn fetch(&self) -> Result<Arc<[Arc<OutsideKey>]>, String> {
        let text = match self {
            Self::File(path) => {
                let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
                let mut text = String::new();
                file.take(LARGEST).read_to_string(&mut text).map_err(|error| error.to_string())?;
                text
            }
            Self::Web(url) => {
                // No redirect is followed: it could lead anywhere, and out of TLS.
                let agent: ureq::Agent =
                    ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).build().into();
                let mut answer = agent.get(url).call().map_err(|error| error.to_string())?;
                let body = answer.body_mut().with_config().limit(LARGEST);
                body.read_to_string().map_err(|error| error.to_string())?
            }
        };
        read(&text)
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Web(url) => formatter.write_str(url),
            Self::File(path) => path.display().fmt(formatter),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Reads a set of keys; those of no use here are passed over.
fn read(text: &str) -> Result<Arc<[Arc<OutsideKey>]>, String> {
    let set: Value = serde_json::from_str(text).map_err(|_| "it is no JSON")?;
    let keys = set["keys"].as_array().ok_or("it is no set of keys")?;
    let usable: Vec<_> = keys.iter().filter_map(usable).map(Arc::new).collect();
    if usable.is_empty() { Err("it holds no key that could verify a token".into()) } else { Ok(usable.into()) }
}

/// A key that verifies signatures, is named, strong enough and of the size of its kind. A shared secret
/// is none, whatever it calls itself.
fn usable(key: &Value) -> Option<OutsideKey> {
    let jwk: Jwk = serde_json::from_value(key.clone()).ok()?;
    let common = &jwk.common;
    if !matches!(common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let size = |part: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).map_or(0, |bytes| bytes.len())
    };
    let allowed: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(key) if size(&key.n) >= SHORTEST_RSA => {
            use Algorithm::{PS256, PS384, PS512, RS256, RS384, RS512};
            &[RS256, RS384, RS512, PS256, PS384, PS512]
        }
        AlgorithmParameters::EllipticCurve(key) => match (&key.curve, size(&key.x), size(&key.y)) {
            (EllipticCurve::P256, 32, 32) => &[Algorithm::ES256],
            (EllipticCurve::P384, 48, 48) => &[Algorithm::ES384],
            _ => return None,
        },
        // The library reads the first 32 bytes unasked: fewer would be its end.
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 && size(&key.x) == 32 => {
            &[Algorithm::EdDSA]
        }
        _ => return None,
    };
    let algorithm = match common.key_algorithm {
        None => *allowed.first()?,
        Some(named) => allowed.iter().copied().find(|allowed| KeyAlgorithm::from(*allowed) == named)?,
    };
    Some(OutsideKey { kid: common.key_id.clone()?, algorithm, verifying: DecodingKey::from_jwk(&jwk).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn only_named_public_keys_of_their_kinds_size_are_used() {
        let long = "A".repeat(342);
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": X, "kid": "1"});
        let with = |name: &str, value: Value| {
            let mut key = ed.clone();
            key[name] = value;
            key
        };
        let table = [
            (ed.clone(), Some(Algorithm::EdDSA)),
            (with("alg", json!("EdDSA")), Some(Algorithm::EdDSA)),
            (with("alg", json!("HS256")), None),
            (with("alg", json!("none")), None),
            (with("use", json!("enc")), None),
            (with("x", json!("AAAA")), None),
            (with("kid", json!(null)), None),
            (json!({"kty": "oct", "k": X, "kid": "1", "alg": "HS256"}), None),
            (json!({"kty": "oct", "k": X, "kid": "1"}), None),
            (json!({"kty": "RSA", "n": long, "e": "AQAB", "kid": "1"}), Some(Algorithm::RS256)),
            (json!({"kty": "RSA", "n": long, "e": "AQAB", "kid": "1", "alg": "PS256"}), Some(Algorithm::PS256)),
            (json!({"kty": "RSA", "n": X, "e": "AQAB", "kid": "1"}), None),
            (json!({"kty": "EC", "crv": "P-256", "x": X, "y": X, "kid": "1"}), Some(Algorithm::ES256)),
            (json!({"kty": "EC", "crv": "P-256", "x": X, "y": "AA", "kid": "1"}), None),
            (json!("key"), None),
        ];
        for (key, expected) in table {
            assert_eq!(usable(&key).map(|key| key.algorithm), expected, "{key}");
        }
    }

    #[test]
    fn keys_come_over_tls_or_from_this_very_machine() {
        let folder = Path::new("/nonexistent");
        for good in
            ["https://login.example.fi/jwks", "http://127.0.0.1:9/jwks", "http://[::1]:9/", "http://localhost:9/"]
        {
            assert!(Jwks::at(good, folder).is_ok(), "{good}");
        }
        for bad in ["http://login.example.fi/jwks", "ftp://127.0.0.1/", "file:///etc/passwd", "no-such-file.json"] {
            assert!(Jwks::at(bad, folder).is_err(), "{bad}");
        }
    }
}
