//! Problems (RFC 9457): every answer of 400 and above, in the caller's language.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use digituki_domain::invalid::{Place, Violation};
use digituki_domain::problem::Code;
use digituki_domain::text::{Label, TextLanguage};
use digituki_domain::validity::Successor;
use digituki_persistence::Error as StoreError;
use digituki_persistence::error::Unavailability;
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of a problem.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// The longest path that an answer repeats, in characters.
const LONGEST_INSTANCE: usize = 2_000;

/// How many faults a problem lists at most, as its schema says.
pub(crate) const MAX_ERRORS: usize = 1_000;

/// How long a caller waits before another try, in seconds.
pub(crate) const RETRY_AFTER: u64 = 1;

/// Marks a failure that another standard has words of its own for (OAuth's token endpoint).
pub(crate) struct Worded;

/// What went wrong, before it is put into words.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    code: Code,
    // Boxed: an error that is rarely built should not make every `Result` large.
    about: Box<About>,
}

#[derive(Debug, Clone, Default)]
struct About {
    detail: Option<Sentence>,
    violations: Vec<Violation>,
    successor: Option<Successor>,
    /// It does not tell that there is something that the caller may not see.
    hides_denial: bool,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What a problem says of this very request.
#[derive(Debug, Clone)]
struct Sentence {
    fi: String,
    sv: String,
    en: String,
}

impl Problem {
    /// A problem of which the code says everything.
    pub(crate) fn new(code: Code) -> Self {
        Self { code, about: Box::default() }
    }

    /// A request with faults, all of them.
    pub(crate) fn invalid(violations: Vec<Violation>) -> Self {
        let about = Box::new(About { violations, ..About::default() });
        Self { code: Code::InvalidRequest, about }
    }

    /// There is no such object.
    pub(crate) fn not_found(what: Label, id: &str) -> Self {
        let id = digituki_domain::invalid::echo(id);
        Self::new(Code::NotFound).saying(
            format!("Kohdetta ei löydy: {} {id}.", what.fi),
            format!("{} {id} finns inte.", capital(what.sv)),
            format!("There is no {} {id}.", what.en),
        )
    }

    /// The object was merged into another one.
    pub(crate) fn merged(id: &str, survivor: &str) -> Self {
        Self::new(Code::Merged).saying(
            format!("{id} on yhdistetty kohteeseen {survivor}; muuta sitä."),
            format!("{id} har sammanslagits med {survivor}; ändra det."),
            format!("{id} was merged into {survivor}; change that one."),
        )
    }

    /// The object did not exist on the day asked about.
    pub(crate) fn not_valid_at(what: Label, id: &str, day: chrono::NaiveDate) -> Self {
        Self::new(Code::NotValidAt).saying(
            format!("{} {id} ei ollut olemassa {day}.", capital(what.fi)),
            format!("{} {id} fanns inte {day}.", capital(what.sv)),
            format!("{} {id} did not exist on {day}.", capital(what.en)),
        )
    }

    /// Names what took the place of the object asked for.
    pub(crate) fn with_successor(mut self, successor: Option<Successor>) -> Self {
        self.about.successor = successor;
        self
    }

    /// Not for now: worth another try in a moment.
    pub(crate) fn unavailable() -> Self {
        Self::new(Code::Unavailable).retry_after(RETRY_AFTER)
    }

    /// Says of what is not the caller's that it is not there; the audit is told.
    pub(crate) fn hiding_a_denial(mut self) -> Self {
        self.about.hides_denial = true;
        self
    }

    /// Whether somebody was denied something.
    pub(crate) fn is_denial(&self) -> bool {
        self.code == Code::Forbidden || self.about.hides_denial
    }

    /// Its code.
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// Says when to try again.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, &seconds.to_string())
    }

    /// The same of a part of the body, which stands at this place.
    pub(crate) fn within(mut self, place: &str) -> Self {
        let violations = std::mem::take(&mut self.about.violations);
        self.about.violations = violations.into_iter().map(|violation| violation.within(place)).collect();
        self
    }

    /// The same of a row of the body.
    pub(crate) fn in_row(self, number: usize) -> Self {
        let problem = self.within(&format!("/rows/{number}"));
        if problem.about.detail.is_some() || !problem.about.violations.is_empty() {
            return problem;
        }
        let Label { fi, sv, en } = problem.code.title();
        problem.saying(format!("Rivi {number}: {fi}."), format!("Rad {number}: {sv}."), format!("Row {number}: {en}."))
    }

    /// Whether not the caller is at fault, but the registry.
    pub(crate) fn is_ours(&self) -> bool {
        self.code.status() >= 500
    }

    /// What is at fault.
    pub(crate) fn into_violations(self) -> Vec<Violation> {
        self.about.violations
    }

    /// The same in words.
    pub(crate) fn faults(&self, language: TextLanguage) -> Vec<Fault> {
        self.about.violations.iter().map(|violation| Fault::new(violation, language)).collect()
    }

    /// Adds a header to the answer.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.about.headers.push((name, value));
        }
        self
    }

    fn saying(mut self, fi: String, sv: String, en: String) -> Self {
        self.about.detail = Some(Sentence { fi, sv, en });
        self
    }

    /// The problem in words.
    pub(crate) fn body(&self, language: TextLanguage, public_url: &str, instance: Option<&str>) -> ProblemBody {
        let title = self.code.title().in_language(language).to_owned();
        let detail = match (&self.about.detail, self.about.violations.as_slice()) {
            (Some(sentence), _) => match language {
                TextLanguage::Fi => sentence.fi.clone(),
                TextLanguage::Sv => sentence.sv.clone(),
                TextLanguage::En => sentence.en.clone(),
            },
            (None, [only]) => format!("{}: {}", only.place, only.invalid.message(language)),
            (None, _) => format!("{title}."),
        };
        ProblemBody {
            r#type: format!("{public_url}/v1/problems/{}", self.code.as_str()),
            title,
            status: self.code.status(),
            detail,
            instance: instance.map(|path| path.chars().take(LONGEST_INSTANCE).collect()),
            code: self.code.as_str(),
            errors: self.faults(language),
            successor: self.about.successor.clone(),
        }
    }
}

/// A noun at the start of a sentence.
fn capital(noun: &str) -> String {
    let mut letters = noun.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code.as_str())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Carries the problem out to the envelope, which knows the request and finds the words.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        for (name, value) in &self.about.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(violations) => Self::invalid(violations),
            StoreError::Conflict(violations) => {
                let mut problem = Self::new(Code::Conflict);
                problem.about.violations = violations;
                problem
            }
            StoreError::Forbidden => Self::new(Code::Forbidden),
            StoreError::InUse => Self::new(Code::InUse),
            StoreError::Unavailable(Unavailability::ReadOnly) => Self::new(Code::ReadOnly).retry_after(RETRY_AFTER),
            StoreError::Unavailable(Unavailability::Full) => {
                log::error!("answered 507: the database is full");
                Self::new(Code::InsufficientStorage).retry_after(RETRY_AFTER)
            }
            StoreError::Unavailable(why) => {
                log::warn!("answered 503: the database is {why}");
                Self::unavailable()
            }
            StoreError::Unforeseen(what) => {
                log::error!("answered 500: {what}");
                Self::new(Code::InternalError)
            }
        }
    }
}

/// A problem (RFC 9457). Titles, details and messages follow Accept-Language; codes never change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Where this kind of problem is described.
    #[schema(format = "uri", max_length = 2_000, example = "http://127.0.0.1:8080/v1/problems/invalid_request")]
    pub(crate) r#type: String,
    /// What kind of problem it is.
    #[schema(min_length = 1, max_length = 200, example = "The request has faults")]
    pub(crate) title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 400)]
    pub(crate) status: u16,
    /// What went wrong with this request.
    #[schema(
        min_length = 1,
        max_length = 5_000,
        example = "colour: Unknown parameter. Allowed: as_of, limit, cursor."
    )]
    pub(crate) detail: String,
    /// The path of the request, or null where none could be read.
    #[schema(max_length = 2_000, example = "/v1/regions")]
    pub(crate) instance: Option<String>,
    /// The code of the problem, from the registry at /v1/problems.
    #[schema(min_length = 3, max_length = 64, pattern = "^[a-z]+(_[a-z]+)*$", example = "invalid_request")]
    pub(crate) code: &'static str,
    /// The faults of a request: all that can be told at once, since what hangs on a faulty field cannot be judged. Also
    /// the values of a conflict that another object has; else empty.
    #[schema(max_items = 1_000)]
    pub(crate) errors: Vec<Fault>,
    /// With `not_valid_at`: what took the place of the object asked for, or null.
    pub(crate) successor: Option<Successor>,
}

/// One fault of a request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// The parameter in the query or the path; null for a fault in the body.
    #[schema(max_length = 200, example = "colour")]
    pub(crate) parameter: Option<String>,
    /// The place in the body as a JSON Pointer (RFC 6901); null for a fault in a parameter.
    #[schema(max_length = 1_000, example = json!(null))]
    pub(crate) pointer: Option<String>,
    /// The code of the fault, from the registry at /v1/problems.
    #[schema(min_length = 3, max_length = 64, pattern = "^[a-z]+(_[a-z]+)*$", example = "unknown_parameter")]
    pub(crate) code: &'static str,
    /// What is wrong, naming the value and what is allowed.
    #[schema(min_length = 1, max_length = 5_000, example = "Unknown parameter. Allowed: as_of, limit, cursor.")]
    pub(crate) message: String,
}

impl Fault {
    fn new(violation: &Violation, language: TextLanguage) -> Self {
        let (parameter, pointer) = match &violation.place {
            Place::Parameter(name) => (Some(name.clone()), None),
            Place::Pointer(pointer) => (None, Some(pointer.clone())),
        };
        Self {
            parameter,
            pointer,
            code: violation.invalid.code().as_str(),
            message: violation.invalid.message(language),
        }
    }
}
