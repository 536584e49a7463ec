//! The envelope around every request: who asks and how often, a bound in time, no panic that escapes,
//! problems put into words, headers that every answer carries, one line in the log.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError};
use digituki_domain::problem::Code;
use digituki_domain::text::TextLanguage;
use digituki_domain::vocabulary::Vocabulary;
use futures_util::FutureExt as _;
use uuid::Uuid;

use crate::app::App;
use crate::http::access::{Identity, RequestId, identify};
use crate::http::cors::Caller;
use crate::http::problem::{MEDIA_TYPE, Problem, Worded};
use crate::http::rate_limit::{Standing, caller};
use crate::http::{body, bounds, language};
use crate::oauth::TOKEN_PATH;
use crate::{need_indicator, portfolio};

/// The policy of everything but pages: nothing may be loaded or framed.
static NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

static FIXED: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
];

/// When to try again what is refused while the registry takes no changes, in seconds.
pub(crate) const READ_ONLY_PAUSE: u64 = 60;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the answer needs to know of the request, which the application has consumed by then.
struct Request {
    id: String,
    method: Method,
    path: String,
    language: TextLanguage,
    origin: Caller,
    standing: Option<Standing>,
    /// It has contents, which may still be on their way when the answer is given.
    unread_body: bool,
    /// The route's pattern.
    route: String,
    started: Instant,
}

/// Wraps the application.
pub(crate) async fn envelope(
    app: Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut about = Request {
        id: request_id(request.headers()),
        method: request.method().clone(),
        path: request.path().to_owned(),
        language: language::preferred(request.headers()),
        origin: Caller::of(&request),
        standing: None,
        unread_body: has_body(request.headers()),
        route: request.match_pattern().unwrap_or_default(),
        started: Instant::now(),
    };
    if about.origin.preflight {
        let response = finish(&app, &about, Caller::permission());
        return Ok(done(&about, request.into_response(response)));
    }
    let identity =
        if about.watches() { Identity::nobody() } else { identify(&app, request.headers(), &about.id).await };
    if let Err(problem) = admit(&app, &request, &mut about, &identity) {
        let response = finish(&app, &about, problem.error_response());
        return Ok(done(&about, request.into_response(response)));
    }
    request.extensions_mut().insert(identity);
    request.extensions_mut().insert(RequestId(about.id.clone()));
    let work = AssertUnwindSafe(next.call(request)).catch_unwind();
    let failure = match tokio::time::timeout(app.settings.request_timeout(), work).await {
        Ok(Ok(Ok(response))) => {
            let (request, response) = response.into_parts();
            about.unread_body &= !request.extensions().contains::<body::Read>();
            let response = finish(&app, &about, response.map_into_boxed_body());
            return Ok(done(&about, ServiceResponse::new(request, response)));
        }
        Ok(Ok(Err(error))) => error.error_response(),
        Ok(Err(_)) => {
            log::error!(request_id = about.id.as_str(); "a handler panicked");
            Problem::new(Code::InternalError).error_response()
        }
        Err(_) => {
            log::error!(request_id = about.id.as_str(); "a handler took too long");
            Problem::unavailable().error_response()
        }
    };
    // The request is gone with the work on it: only an error still carries an answer out.
    let response = finish(&app, &about, failure);
    report(&about, response.status());
    Err(InternalError::from_response("", response).into())
}

impl Request {
    /// It only watches over the process: it is not counted, and not asked who it is.
    fn watches(&self) -> bool {
        self.path.starts_with("/health/")
    }

    /// It asks for no change.
    fn reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
            || self.path == TOKEN_PATH
            || self.route == portfolio::PATH
    }

    /// How many bytes its contents may have. What is read piece by piece has a bound of its own.
    fn longest_body(&self, app: &App) -> u64 {
        let is_load = self.method == Method::POST && self.route == need_indicator::PATH;
        if is_load { need_indicator::LONGEST_BODY } else { app.settings.body_limit() }
    }
}

/// Refuses what goes no further: too many requests, changes where none are taken, and contents that no
/// operation takes.
fn admit(app: &App, request: &ServiceRequest, about: &mut Request, identity: &Identity) -> Result<(), Problem> {
    let limit = app.rate_limit.as_ref().filter(|_| !about.watches());
    let counted = limit.and_then(|limit| match &identity.0 {
        Ok(client) if client.signed_in() => Some(limit.count_client(&client.name)),
        // A token that will not do speaks for nobody.
        _ => caller(request.request(), app.settings.trusted_proxies()).map(|address| limit.count(address)),
    });
    match counted {
        Some(Ok(standing)) => about.standing = Some(standing),
        Some(Err((problem, standing))) => {
            about.standing = Some(standing);
            return Err(problem);
        }
        None => (),
    }
    if app.settings.read_only() && !about.reads() {
        return Err(Problem::new(Code::ReadOnly).retry_after(READ_ONLY_PAUSE));
    }
    let headers = request.headers();
    let too_long = bounds::violations(headers);
    if !too_long.is_empty() {
        return Err(Problem::invalid(too_long));
    }
    let coding = headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes).unwrap_or_default();
    let encoded = !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity");
    if encoded {
        // A compressed body could grow without bound behind the limit.
        return Err(Problem::new(Code::UnsupportedMediaType).with_header(header::ACCEPT_ENCODING, "identity"));
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > about.longest_body(app)) {
        return Err(Problem::new(Code::PayloadTooLarge));
    }
    Ok(())
}

/// The headers of a refusal that no handler saw: as many as can be known without the request.
pub(crate) fn headers_of_refusal(app: &App) -> (String, HeaderMap) {
    let (id, mut headers) = (Uuid::now_v7().to_string(), HeaderMap::new());
    Caller::unknown().grant(app.settings.cors_origins(), &mut headers);
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static("en"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    secure(&mut headers);
    (id, headers)
}

/// Puts the answer into its final form.
fn finish(app: &App, about: &Request, mut response: HttpResponse) -> HttpResponse {
    let carried = response.extensions_mut().remove::<Problem>();
    let problem = carried.or_else(|| unworded(&response));
    let mut response = match problem {
        Some(problem) => word(app, about, &problem, &response),
        None => response,
    };
    if about.unread_body && (about.method.is_safe() || !response.status().is_success()) {
        // Nobody reads what may still be coming: a body of any length would be awaited to its end.
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    about.origin.grant(app.settings.cors_origins(), headers);
    if let Some(standing) = &about.standing {
        standing.tell(headers);
    }
    if let Ok(id) = HeaderValue::from_str(&about.id) {
        headers.insert(REQUEST_ID, id);
    }
    secure(headers);
    response
}

/// A failure that something else than our own handlers answered, without a problem.
fn unworded(response: &HttpResponse) -> Option<Problem> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let kind = response.headers().get(header::CONTENT_TYPE);
    let worded = response.extensions().get::<Worded>().is_some();
    if worded || kind.is_some_and(|kind| kind.as_bytes().starts_with(MEDIA_TYPE.as_bytes())) {
        return None;
    }
    let code = Code::ALL.iter().copied().find(|code| code.status() == status.as_u16());
    Some(Problem::new(code.unwrap_or(if status.is_client_error() {
        Code::InvalidRequest
    } else {
        Code::InternalError
    })))
}

fn word(app: &App, about: &Request, problem: &Problem, response: &HttpResponse) -> HttpResponse {
    let body = problem.body(about.language, &app.settings.public_url(), Some(&about.path));
    let body = serde_json::to_vec(&body).unwrap_or_default();
    let status = StatusCode::from_u16(problem.status_code().as_u16()).unwrap_or(response.status());
    let mut worded = HttpResponse::build(status).content_type(MEDIA_TYPE).body(body);
    let headers = worded.headers_mut();
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            headers.append(name.clone(), value.clone());
        }
    }
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(about.language.code()));
    headers.append(header::VARY, HeaderValue::from_static("Accept-Language"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    worded
}

/// What browsers are told about every answer. The page of Swagger UI brings its own policy.
fn secure(headers: &mut HeaderMap) {
    for (name, value) in &FIXED {
        headers.insert(name.clone(), value.clone());
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING.clone());
    }
    headers.append(header::VARY, HeaderValue::from_static("Accept"));
}

fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    length || headers.contains_key(header::TRANSFER_ENCODING)
}

/// The caller's id for the request, when it is harmless in a log; else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|id| id.to_str().ok());
    let harmless =
        |id: &&str| (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    given.filter(harmless).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

fn done(about: &Request, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    report(about, response.status());
    response
}

/// One line a request: the route's pattern, not the address, which may hold what someone looked for.
fn report(about: &Request, status: StatusCode) {
    log::info!(
        target: "digituki::request",
        request_id = about.id.as_str(),
        method = about.method.as_str(),
        route = about.route.as_str(),
        status = status.as_u16(),
        duration_ms = u64::try_from(about.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        "request"
    );
}
