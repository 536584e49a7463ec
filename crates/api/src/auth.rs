//! Signing in: who a token speaks for.

pub(crate) mod failures;
pub(crate) mod issuers;
pub(crate) mod jwks;
pub(crate) mod keys;
pub(crate) mod secret;
pub(crate) mod token;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use digituki_domain::client::ClientId;
use digituki_domain::problem::Code;
use digituki_domain::role::Caller;

use crate::app::App;
use crate::auth::failures::Failures;
use crate::auth::issuers::Issuer;
use crate::auth::keys::Keys;
use crate::auth::token::{Expected, Refused, Unverified};
use crate::http::access::{insufficient, invalid_token};
use crate::http::problem::Problem;

/// What signing in remembers from one request to the next.
#[derive(Default)]
pub(crate) struct SignIn {
    pub(crate) keys: Keys,
    pub(crate) failures: Failures,
    pub(crate) denials: Denials,
}

/// Who was told lately that it cannot sign in.
#[derive(Default)]
pub(crate) struct Denials(Mutex<HashMap<String, Instant>>);

impl Denials {
    /// Whether a denial is the first of its minute.
    pub(crate) fn is_news(&self, name: &str) -> bool {
        const MINUTE: Duration = Duration::from_secs(60);
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|_, at| at.elapsed() < MINUTE);
        if told.contains_key(name) { false } else { told.insert(name.to_owned(), Instant::now()).is_none() }
    }
}

/// Why a token is not taken.
enum Failure {
    Refused(Refused),
    Problem(Problem),
}

/// Whom a token speaks for.
pub(crate) async fn authenticate(app: &App, token: &str, request_id: &str) -> Result<Caller, Problem> {
    let outcome = match Unverified::read(token) {
        Ok(token) if app.settings.is_own_issuer(&token.issuer) => own(app, &token, request_id).await,
        Ok(token) => match app.settings.issuers().and_then(|issuers| issuers.find(&token.issuer)) {
            Some(issuer) => outside(app, issuer, &token, request_id).await,
            None => Err(Refused("of an issuer that is not trusted").into()),
        },
        Err(refused) => Err(refused.into()),
    };
    outcome.map_err(|failure| match failure {
        Failure::Problem(problem) => problem,
        Failure::Refused(Refused(why)) => {
            log::debug!(request_id; "a token was refused: {why}");
            invalid_token()
        }
    })
}

/// A token of ours. What its client is to the registry, the registry itself says, at each request.
async fn own(app: &App, token: &Unverified<'_>, request_id: &str) -> Result<Caller, Failure> {
    let key = app.sign_in.keys.find(app, &token.kid).await?.ok_or(Refused("of a key that is not known"))?;
    let expected = Expected { issuer: &token.issuer, audience: &token.issuer, plain: false, now: app.clock.now() };
    let claims = token.verify(&key.verifying, jsonwebtoken::Algorithm::EdDSA, &expected)?;
    claims.check_own(key.retired_at)?;
    let id: Option<ClientId> = claims.text("sub").and_then(|sub| sub.parse().ok());
    let id = id.ok_or(Refused("of no client"))?;
    let (client, _) = app.client(id).await?.ok_or(Refused("of a client that is gone"))?;
    if client.revoked_at.is_some() {
        app.deny_sign_in(&client.caller(&[]), Code::InvalidToken.as_str(), Some(request_id)).await;
        return Err(Refused("of a client that was revoked").into());
    }
    Ok(client.caller(&claims.scopes()))
}

/// A token of another issuer that is trusted.
async fn outside(app: &App, issuer: &Issuer, token: &Unverified<'_>, request_id: &str) -> Result<Caller, Failure> {
    // Not being able to ask is no fault of the caller's.
    let key = issuer.jwks.find(&token.kid).await.map_err(|_| Problem::unavailable())?;
    let key = key.ok_or(Refused("of a key that its issuer does not have"))?;
    let expected = Expected { issuer: &issuer.name, audience: &issuer.audience, plain: true, now: app.clock.now() };
    let claims = token.verify(&key.verifying, key.algorithm, &expected)?;
    claims.check_access()?;
    let name = issuer.caller_name(claims.text("sub").ok_or(Refused("of no subject"))?);
    let caller = issuer.caller(&claims, name.clone());
    if caller.is_none() {
        let nobody = Caller { name, ..Caller::public() };
        app.deny_sign_in(&nobody, Code::Forbidden.as_str(), Some(request_id)).await;
    }
    caller.ok_or_else(|| insufficient(None).into())
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// A fault of ours that no caller can mend.
pub(crate) fn broken(why: &str) -> Problem {
    log::error!("answered 500: {why}");
    Problem::new(Code::InternalError)
}
