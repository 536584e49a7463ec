//! The keys that our own tokens are signed with (Ed25519). They live in the database; each process
//! keeps what it has read of them for a while.

use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::{DateTime, Utc};
use digituki_domain::problem::Code;
use digituki_persistence::signing_key::{self, SigningKey};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{secret, token};
use crate::http::problem::Problem;

/// What stands before the 32 bytes of a key in PKCS #8 (RFC 8410).
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// How long another process's change may go unnoticed where nothing points to it.
const FRESH: Duration = Duration::from_secs(60);

/// How often in a second a kid that nobody knows makes us ask the database.
pub(crate) const LOOKUPS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// A key, ready for use.
pub(crate) struct Key {
    pub(crate) kid: String,
    pub(crate) signing: EncodingKey,
    pub(crate) verifying: DecodingKey,
    pub(crate) retired_at: Option<DateTime<Utc>>,
    public: PublicKey,
}

/// A public key (RFC 7517, RFC 8037).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PublicKey {
    /// `OKP`: a key of an Edwards curve.
    #[schema(min_length = 2, max_length = 10, example = "OKP")]
    kty: &'static str,
    /// The curve.
    #[schema(min_length = 4, max_length = 20, example = "Ed25519")]
    crv: &'static str,
    /// The algorithm that it is for.
    #[schema(min_length = 4, max_length = 20, example = "EdDSA")]
    alg: &'static str,
    /// `sig`: it verifies signatures.
    #[schema(min_length = 3, max_length = 3, pattern = "^sig$", example = "sig")]
    r#use: &'static str,
    /// Names the key in tokens.
    #[schema(
        min_length = 1,
        max_length = 256,
        pattern = "^[A-Za-z0-9_-]+$",
        example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    )]
    kid: String,
    /// The key.
    #[schema(
        min_length = 1,
        max_length = 1_000,
        pattern = "^[A-Za-z0-9_-]+$",
        example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    )]
    x: String,
}

/// Makes a key. It is named by its thumbprint (RFC 7638).
pub(crate) fn generate(now: DateTime<Utc>) -> Result<SigningKey, String> {
    let der = [&PKCS8[..], &secret::random()?].concat();
    let jwk = Jwk::from_encoding_key(&EncodingKey::from_ed_der(&der), Algorithm::EdDSA);
    let kid = jwk.and_then(|jwk| jwk.thumbprint(ThumbprintHash::SHA256)).map_err(|error| error.to_string())?;
    Ok(SigningKey { kid, private_key: STANDARD_NO_PAD.encode(der), created_at: now, retired_at: None })
}

impl Key {
    pub(crate) fn read(kept: &SigningKey) -> Result<Self, String> {
        let unreadable = || format!("the signing key {} cannot be read", kept.kid);
        let der = STANDARD_NO_PAD.decode(&kept.private_key).map_err(|_| unreadable())?;
        let signing = EncodingKey::from_ed_der(&der);
        let jwk = Jwk::from_encoding_key(&signing, Algorithm::EdDSA).map_err(|_| unreadable())?;
        let AlgorithmParameters::OctetKeyPair(pair) = &jwk.algorithm else { return Err(unreadable()) };
        let public = PublicKey {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            r#use: "sig",
            kid: kept.kid.clone(),
            x: pair.x.clone(),
        };
        let verifying = DecodingKey::from_ed_components(&pair.x).map_err(|_| unreadable())?;
        Ok(Self { kid: kept.kid.clone(), signing, verifying, retired_at: kept.retired_at, public })
    }
}

/// The keys as this process knows them.
pub(crate) struct Keys {
    known: RwLock<Option<Known>>,
    lookups: DefaultDirectRateLimiter,
}

#[derive(Clone)]
struct Known {
    keys: Arc<[Arc<Key>]>,
    read: Instant,
}

impl Default for Keys {
    fn default() -> Self {
        Self { known: RwLock::default(), lookups: RateLimiter::direct(Quota::per_second(LOOKUPS)) }
    }
}

impl Keys {
    /// The key of this name, if a token of it may be alive.
    pub(crate) async fn find(&self, app: &App, kid: &str) -> Result<Option<Arc<Key>>, Problem> {
        let find = |keys: &[Arc<Key>]| keys.iter().find(|key| key.kid == kid).cloned();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        let fresh = known.filter(|known| known.read.elapsed() < FRESH);
        let found = match fresh.map(|known| find(&known.keys)) {
            Some(Some(key)) => Some(key),
            // Perhaps made a moment ago, by another process.
            Some(None) if self.lookups.check().is_err() => None,
            _ => find(&self.read(app).await?),
        };
        let now = app.clock.now();
        Ok(found.filter(|key| key.retired_at.is_none_or(|at| now < token::dead_after(at))))
    }

    /// The key that signs. Read each time: one that was retired must not sign any more.
    pub(crate) async fn signing(&self, app: &App) -> Result<Arc<Key>, Problem> {
        let signing = self.read(app).await?.iter().find(|key| key.retired_at.is_none()).cloned();
        signing.ok_or_else(|| {
            log::error!("answered 500: there is no key to sign with; `digituki migrate` makes one");
            Problem::new(Code::InternalError)
        })
    }

    /// What others verify our tokens with.
    pub(crate) async fn published(&self, app: &App) -> Result<Vec<PublicKey>, Problem> {
        let now = app.clock.now();
        let alive = |key: &&Arc<Key>| key.retired_at.is_none_or(|at| now < token::dead_after(at));
        Ok(self.read(app).await?.iter().filter(alive).map(|key| key.public.clone()).collect())
    }

    async fn read(&self, app: &App) -> Result<Arc<[Arc<Key>]>, Problem> {
        let kept = app.read(|db| Ok(signing_key::all(db)?)).await?;
        let keys: Result<Vec<_>, String> = kept.iter().map(|kept| Key::read(kept).map(Arc::new)).collect();
        let keys: Arc<[Arc<Key>]> = keys
            .map_err(|why| {
                log::error!("answered 500: {why}");
                Problem::new(Code::InternalError)
            })?
            .into();
        let known = Known { keys: Arc::clone(&keys), read: Instant::now() };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(keys)
    }
}
