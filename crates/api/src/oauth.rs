//! Signing in by OAuth 2.0 client credentials (RFC 6749), and what others need to know of it (RFC 7517,
//! RFC 8414).

mod form;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Payload};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use digituki_domain::client::{Client, ClientId};
use digituki_domain::policy::Scope;
use digituki_domain::problem::Code;
use digituki_domain::vocabulary::Vocabulary;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::keys::PublicKey;
use crate::auth::{broken, secret, token};
use crate::http::access::RequestId;
use crate::http::answer::{self, Answer};
use crate::http::body;
use crate::http::problem::{Problem, Worded};
use crate::http::query::Query;
use crate::http::rate_limit;
use crate::http::routes::{Routes, operations};
use form::{Credentials, Fields, TokenRequest};

/// Where tokens are given out.
pub(crate) const TOKEN_PATH: &str = "/oauth2/token";

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, issue_token, get_keys, get_authorization_server);
}

/// An access token (RFC 6749, 5.1).
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "RFC 6749 names them")]
struct Token {
    /// The token: it is sent along as `Authorization: Bearer`.
    #[schema(
        min_length = 1,
        max_length = 8_192,
        pattern = "^[A-Za-z0-9._-]+$",
        example = "eyJ0eXAiOiJhdCtqd3QifQ.eyJzdWIiOiIifQ.c2ln"
    )]
    access_token: String,
    /// `Bearer`.
    #[schema(min_length = 6, max_length = 6, pattern = "^Bearer$", example = "Bearer")]
    token_type: &'static str,
    /// The seconds that it lives.
    #[schema(minimum = 1, maximum = 86_400, example = 900)]
    expires_in: i64,
    /// What it allows: scopes with spaces between them.
    #[schema(min_length = 4, max_length = 2_000, example = "read providers:write")]
    scope: String,
}

/// Why no token is given out (RFC 6749, 5.2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TokenError)]
struct Refusal {
    /// The code of the error.
    #[schema(value_type = String, min_length = 3, max_length = 64, pattern = "^[a-z]+(_[a-z]+)*$", example = "invalid_client")]
    error: Reason,
    /// What was wrong, for developers.
    #[schema(min_length = 1, max_length = 200, example = "The client or its secret is not known.")]
    error_description: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    InvalidRequest,
    InvalidClient,
    InvalidScope,
    UnsupportedGrantType,
}

/// What the token endpoint fails with: an object of OAuth's own, or a problem like any other.
#[derive(Debug)]
enum Failure {
    Refusal(Refusal),
    Problem(Problem),
}

/// Issue an access token.
///
/// By client credentials: a client of the registry gives its id and its secret, by HTTP Basic or in the
/// body, and gets a token that lives for fifteen minutes. After ten failures within a minute an address
/// has to wait.
#[utoipa::path(
    post, path = "/oauth2/token", tag = "sign_in",
    request_body(
        content = Fields, content_type = "application/x-www-form-urlencoded",
        example = json!({
            "grant_type": "client_credentials", "client_id": "019ac0de-0000-7000-8000-000000000000",
            "client_secret": "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlYw", "scope": "read"
        })
    ),
    responses(
        (status = 200, description = "The token.", body = Token),
        (
            status = 400, description = "The request has faults, or asks for what the client may not.", body = Refusal,
            example = json!({"error": "invalid_scope", "error_description": "The client may not ask for this scope."})
        ),
        (
            status = 401, description = "The client or its secret is not known.", body = Refusal,
            example = json!({"error": "invalid_client", "error_description": "The client or its secret is not known."})
        )
    )
)]
async fn issue_token(app: Data<App>, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Failure> {
    if !answer::accepts(request.headers(), answer::JSON) {
        return Err(Problem::new(Code::NotAcceptable).into());
    }
    let asked = TokenRequest::read(&request, &body::bytes(&request, &mut payload.into_inner()).await?)?;
    let client = authenticate(&app, &request, asked.credentials).await?;

    let allowed = Scope::of(client.facts.role);
    let wanted = asked.scopes.unwrap_or_else(|| allowed.clone());
    let granted: Vec<Scope> = allowed.into_iter().filter(|scope| wanted.contains(scope)).collect();
    if granted.is_empty() || granted.len() < wanted.len() {
        return Err(Refusal::new(Reason::InvalidScope, "The client may not ask for this scope.").into());
    }
    let key = app.sign_in.keys.signing(&app).await?;
    let issued = token::issue(&key, &app.settings.public_url(), client.id, &granted, app.clock.now());
    let access_token = issued.map_err(|why| broken(&why))?;
    let token =
        Token { access_token, token_type: "Bearer", expires_in: token::LIFETIME, scope: token::words(&granted) };
    Ok(unkept(StatusCode::OK, &token))
}

/// The client, if its secret is right. Whoever fails too often waits, even with the right one.
async fn authenticate(app: &App, request: &HttpRequest, given: Option<Credentials>) -> Result<Client, Failure> {
    let address = rate_limit::caller(request, app.settings.trusted_proxies());
    let failures = &app.sign_in.failures;
    let wait = |seconds| Failure::from(Problem::new(Code::TooManyRequests).retry_after(seconds));
    if let Some(seconds) = failures.wait(address) {
        return Err(wait(seconds));
    }
    let id: Option<ClientId> = given.as_ref().and_then(|given| given.client_id.parse().ok());
    let found = match id {
        Some(id) => app.client(id).await?,
        None => None,
    };
    let secret = given.map(|given| given.client_secret).unwrap_or_default();
    // Compared even where there is nothing to compare with, so that the time tells nothing.
    let hash = found.as_ref().map_or("", |(_, hash)| hash);
    let right = secret::matches(&secret, hash);
    if let Some((client, _)) = found {
        if right && client.revoked_at.is_none() {
            return match failures.wait(address) {
                Some(seconds) => Err(wait(seconds)),
                None => Ok(client),
            };
        }
        let id = request.extensions().get::<RequestId>().cloned();
        let id = id.as_ref().map(|id| id.0.as_str());
        app.deny(&client.caller(&[]), "issue_token", "invalid_client", id).await;
    }
    Err(match failures.count(address) {
        Some(seconds) => wait(seconds),
        None => Refusal::new(Reason::InvalidClient, "The client or its secret is not known.").into(),
    })
}

/// Public keys that verify access tokens.
#[derive(Serialize, ToSchema)]
struct KeySet {
    /// The keys: the one that signs now, and those whose tokens may still be alive.
    #[schema(max_items = 100)]
    keys: Vec<PublicKey>,
}

/// Get the keys that access tokens are signed with (RFC 7517).
///
/// For services that take the registry's tokens themselves. A key stays here for as long as a token that it signed may
/// live.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "sign_in",
    responses((status = 200, description = "The keys.", body = KeySet))
)]
async fn get_keys(app: Data<App>, _: Query<()>) -> Result<Answer, Problem> {
    Answer::json(&KeySet { keys: app.sign_in.keys.published(&app).await? })
}

/// How to sign in (RFC 8414).
#[derive(Serialize, ToSchema)]
struct AuthorizationServer {
    /// Who issues the tokens; they are for the same address.
    #[schema(format = "uri", max_length = 2_000, example = "http://127.0.0.1:8080")]
    issuer: String,
    /// Where tokens are given out.
    #[schema(format = "uri", max_length = 2_000, example = "http://127.0.0.1:8080/oauth2/token")]
    token_endpoint: String,
    /// Where the keys are.
    #[schema(format = "uri", max_length = 2_000, example = "http://127.0.0.1:8080/.well-known/jwks.json")]
    jwks_uri: String,
    /// Where the registry is documented.
    #[schema(format = "uri", max_length = 2_000, example = "http://127.0.0.1:8080/swagger-ui/")]
    service_documentation: String,
    /// What a token may allow.
    #[schema(value_type = Vec<Word>, min_items = 1, max_items = 100)]
    scopes_supported: Vec<Scope>,
    /// Nobody is led through a page: none.
    #[schema(value_type = Vec<Word>, max_items = 10)]
    response_types_supported: [&'static str; 0],
    /// How a token is asked for.
    #[schema(value_type = Vec<Word>, min_items = 1, max_items = 10)]
    grant_types_supported: [&'static str; 1],
    /// How a client proves itself.
    #[schema(value_type = Vec<Word>, min_items = 1, max_items = 10)]
    token_endpoint_auth_methods_supported: [&'static str; 2],
}

/// A word of OAuth.
#[derive(ToSchema)]
#[schema(as = OAuthWord, min_length = 1, max_length = 64, example = "client_credentials")]
#[expect(dead_code, reason = "the document's alone")]
struct Word(String);

/// Get how to sign in (RFC 8414).
///
/// For libraries that set themselves up from the issuer's address.
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server", tag = "sign_in",
    responses((status = 200, description = "The authorization server's metadata.", body = AuthorizationServer))
)]
async fn get_authorization_server(app: Data<App>, _: Query<()>) -> Result<Answer, Problem> {
    let issuer = app.settings.public_url();
    Answer::json(&AuthorizationServer {
        token_endpoint: format!("{issuer}{TOKEN_PATH}"),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        service_documentation: format!("{issuer}/swagger-ui/"),
        issuer,
        scopes_supported: Scope::VALUES.to_vec(),
        response_types_supported: [],
        grant_types_supported: ["client_credentials"],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    })
}

/// An answer that nobody may keep (RFC 6749, 5.1).
fn unkept(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    let mut response = HttpResponse::build(status).json(body);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

impl Refusal {
    fn new(error: Reason, error_description: &'static str) -> Self {
        Self { error, error_description }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refusal(refusal) => formatter.write_str(refusal.error_description),
            Self::Problem(problem) => problem.fmt(formatter),
        }
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refusal(Refusal { error: Reason::InvalidClient, .. }) => StatusCode::UNAUTHORIZED,
            Self::Refusal(_) => StatusCode::BAD_REQUEST,
            Self::Problem(problem) => problem.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        let refusal = match self {
            Self::Refusal(refusal) => refusal,
            Self::Problem(problem) => return problem.error_response(),
        };
        let mut response = unkept(self.status_code(), refusal);
        if refusal.error == Reason::InvalidClient {
            let challenge = HeaderValue::from_static("Basic realm=\"digituki\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(Worded);
        response
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}
