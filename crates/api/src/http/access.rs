//! Who may: every operation of the contract is asked about in the domain's table before it sees its
//! request, and one that the table does not know is nobody's.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest, ResponseError as _};
use digituki_domain::policy::{Access, Permit, Scope};
use digituki_domain::problem::Code;
use digituki_domain::role::Caller;
use futures_util::FutureExt as _;

use crate::app::App;
use crate::auth;
use crate::http::problem::Problem;

/// What the `WWW-Authenticate` of every operation but the token endpoint begins with.
const CHALLENGE: &str = "Bearer realm=\"digituki\"";

/// Who asks, as the envelope found out; or why what the request carries says nothing of it.
#[derive(Debug, Clone)]
pub(crate) struct Identity(pub(crate) Result<Caller, Problem>);

impl Identity {
    /// Whoever is not asked.
    pub(crate) fn nobody() -> Self {
        Self(Ok(Caller::public()))
    }
}

/// Names a request in the log.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// A caller who may do what its operation does, for the handler: whether this very object lies within
/// its reach is the handler's question.
#[derive(Debug, Clone)]
pub(crate) struct Allowed {
    pub(crate) permit: Permit,
    /// The operation of the contract.
    pub(crate) operation: Rc<str>,
}

impl Allowed {
    /// What the gate said of a request.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let allowed = request.extensions().get::<Self>().cloned();
        allowed.ok_or_else(|| auth::broken("an operation that asks for a permit is open to all"))
    }

    /// How far a list reaches. One that is open to all did not look at who asks, and shows what everyone sees.
    pub(crate) fn to_read(request: &HttpRequest) -> Result<Permit, Problem> {
        match request.extensions().get::<Self>() {
            Some(allowed) => Ok(allowed.permit.clone()),
            None => Permit::new(Caller::public(), Scope::Read).ok_or_else(|| auth::broken("the public may not read")),
        }
    }
}

/// Finds out who asks.
pub(crate) async fn identify(app: &App, headers: &HeaderMap, request_id: &str) -> Identity {
    let found = match bearer(headers) {
        Ok(None) => Ok(Caller::public()),
        Err(problem) => Err(problem),
        Ok(Some(token)) => {
            let asking = AssertUnwindSafe(auth::authenticate(app, token, request_id)).catch_unwind();
            asking.await.unwrap_or_else(|_| Err(auth::broken("reading a token panicked")))
        }
    };
    Identity(found)
}

/// The token that a request carries, if it carries one.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut given = headers.get_all(header::AUTHORIZATION);
    let Some(first) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(invalid_token());
    }
    let (scheme, token) = first.to_str().ok().and_then(|value| value.split_once(' ')).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(unauthenticated());
    }
    let token = token.trim_start_matches(' ');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if token.is_empty() || !token.bytes().all(plain) { Err(invalid_token()) } else { Ok(Some(token)) }
}

/// Lets a request through to its operation, or not.
pub(crate) async fn gate(
    operation: Rc<str>,
    access: Option<Access>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match decide(access, request.request()) {
        Ok(permit) => {
            if let Some(permit) = permit {
                request.extensions_mut().insert(Allowed { permit, operation });
            }
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Err(problem) => {
            note(&operation, &problem, request.request()).await;
            Ok(request.into_response(problem.error_response()))
        }
    }
}

/// Notes in the audit that somebody known was refused.
async fn note(operation: &str, problem: &Problem, request: &HttpRequest) {
    let caller = match request.extensions().get() {
        Some(Identity(Ok(caller))) if caller.signed_in() => caller.clone(),
        _ => return,
    };
    let id = request.extensions().get::<RequestId>().cloned();
    if let Some(app) = request.app_data::<Data<App>>() {
        app.deny(&caller, operation, problem.code().as_str(), id.as_ref().map(|id| id.0.as_str())).await;
    }
}

fn decide(access: Option<Access>, request: &HttpRequest) -> Result<Option<Permit>, Problem> {
    let scope = match access {
        // Whoever asks, it is read as anyone reads.
        Some(Access::Open) => return Ok(Permit::new(Caller::public(), Scope::Read)),
        Some(Access::Scope(scope)) => Some(scope),
        None => None,
    };
    let extensions = request.extensions();
    let Some(Identity(identity)) = extensions.get() else {
        return Err(auth::broken("an operation was reached past the envelope"));
    };
    let caller = identity.clone()?;
    let signed_in = caller.signed_in();
    match scope.and_then(|scope| Permit::new(caller, scope)) {
        Some(permit) => Ok(Some(permit)),
        None if !signed_in && scope.is_some() => Err(unauthenticated()),
        None => Err(insufficient(scope)),
    }
}

/// Nobody has signed in, and somebody has to.
fn unauthenticated() -> Problem {
    Problem::new(Code::Unauthenticated).with_header(header::WWW_AUTHENTICATE, CHALLENGE)
}

/// The token will not do (RFC 6750). Why not, it does not say: that would help forgers only.
pub(crate) fn invalid_token() -> Problem {
    let challenge = format!("{CHALLENGE}, error=\"invalid_token\"");
    Problem::new(Code::InvalidToken).with_header(header::WWW_AUTHENTICATE, &challenge)
}

/// The caller is known and may not.
pub(crate) fn insufficient(scope: Option<Scope>) -> Problem {
    let needed = scope.map(|scope| format!(", scope=\"{scope}\"")).unwrap_or_default();
    let challenge = format!("{CHALLENGE}, error=\"insufficient_scope\"{needed}");
    Problem::new(Code::Forbidden).with_header(header::WWW_AUTHENTICATE, &challenge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;
    use actix_web::test::TestRequest;
    use digituki_domain::role::Role;

    fn outcome(access: Option<Access>, identity: Result<Caller, Problem>) -> (u16, String) {
        let request = TestRequest::get().to_http_request();
        request.extensions_mut().insert(Identity(identity));
        match decide(access, &request) {
            Ok(permit) => (200, permit.map(|permit| permit.caller.name).unwrap_or_default()),
            Err(problem) => {
                let response = problem.error_response();
                let challenge = response.headers().get(header::WWW_AUTHENTICATE);
                let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
                (response.status().as_u16(), challenge.unwrap_or_default())
            }
        }
    }

    fn caller(role: Role, scopes: &[Scope]) -> Caller {
        Caller { name: "c".into(), role, scopes: scopes.to_vec(), ..Caller::public() }
    }

    #[test]
    fn the_table_decides_and_the_answer_says_what_was_missing() {
        let (read, audit) = (Some(Access::Scope(Scope::Read)), Some(Access::Scope(Scope::AuditRead)));
        let auditor = caller(Role::Auditor, &Scope::of(Role::Auditor));
        let challenge = |rest: &str| format!("Bearer realm=\"digituki\"{rest}");
        let forbidden = challenge(", error=\"insufficient_scope\", scope=\"audit:read\"");
        let table = [
            (Some(Access::Open), Ok(Caller::operator()), 200, "public".into()),
            (Some(Access::Open), Err(invalid_token()), 200, "public".into()),
            (read, Ok(Caller::public()), 200, "public".into()),
            (read, Err(invalid_token()), 401, challenge(", error=\"invalid_token\"")),
            (read, Err(insufficient(None)), 403, challenge(", error=\"insufficient_scope\"")),
            (read, Err(Problem::unavailable()), 503, String::new()),
            (
                read,
                Ok(caller(Role::Auditor, &[Scope::AuditRead])),
                403,
                challenge(", error=\"insufficient_scope\", scope=\"read\""),
            ),
            (audit, Ok(auditor.clone()), 200, "c".into()),
            (audit, Ok(Caller::public()), 401, challenge("")),
            (audit, Ok(caller(Role::Auditor, &[Scope::Read])), 403, forbidden.clone()),
            (audit, Ok(caller(Role::Integrator, &Scope::of(Role::Integrator))), 403, forbidden),
            (None, Ok(Caller::public()), 403, challenge(", error=\"insufficient_scope\"")),
            (None, Ok(auditor), 403, challenge(", error=\"insufficient_scope\"")),
        ];
        for (access, identity, status, said) in table {
            let told = format!("{access:?} {identity:?}");
            assert_eq!(outcome(access, identity), (status, said), "{told}");
        }
    }

    #[test]
    fn past_the_envelope_nobody_gets_in() {
        let request = TestRequest::get().to_http_request();
        assert!(decide(Some(Access::Scope(Scope::Read)), &request).is_err());
    }

    #[test]
    fn a_token_comes_alone_after_the_word_bearer() {
        let table: [(&[&str], Option<Option<&str>>); 9] = [
            (&[], Some(None)),
            (&["Bearer a.b.c"], Some(Some("a.b.c"))),
            (&["bearer  a.b.c"], Some(Some("a.b.c"))),
            (&["Bearer a.b.c", "Bearer a.b.c"], None),
            (&["Basic YTpi"], None),
            (&["Bearer"], None),
            (&["Bearer "], None),
            (&["Bearer a b"], None),
            (&["a.b.c"], None),
        ];
        for (values, expected) in table {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(bearer(&headers).ok(), expected, "{values:?}");
        }
    }
}
