//! The registry of problems: every code that an answer can carry, its status and its title. A code
//! never changes its meaning.

use serde::Serialize;
use utoipa::ToSchema;

use crate::text::{Label, Names};

macro_rules! problems {
    ($($variant:ident = $code:literal $status:literal [$fi:literal, $sv:literal, $en:literal],)+) => {
        /// The code of a problem, or of one fault within it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $code, "`: ", $en)] $variant,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it stands in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The HTTP status of a problem with this code (for a code of one fault: of the problem
            /// that lists it).
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// The title of a problem with this code.
            pub fn title(self) -> Label {
                match self { $(Self::$variant => Label { fi: $fi, sv: $sv, en: $en }),+ }
            }
        }
    };
}

problems! {
    // The request as a whole.
    InvalidRequest = "invalid_request" 400
        ["Pyynnössä on virheitä", "Begäran innehåller fel", "The request has faults"],
    MalformedRequest = "malformed_request" 400
        ["Pyyntö ei ole kelvollista HTTP:tä", "Begäran är inte giltig HTTP", "The request is not valid HTTP"],
    Unauthenticated = "unauthenticated" 401
        ["Kirjautuminen puuttuu", "Inloggning saknas", "Signing in is needed"],
    InvalidToken = "invalid_token" 401
        ["Käyttöoikeustunnus ei kelpaa", "Åtkomsttoken är ogiltig", "The access token is not valid"],
    Forbidden = "forbidden" 403
        ["Ei oikeutta", "Ingen behörighet", "Not allowed"],
    NotFound = "not_found" 404
        ["Kohdetta ei löydy", "Objektet finns inte", "There is no such object"],
    NotValidAt = "not_valid_at" 404
        ["Kohdetta ei ollut olemassa kysyttynä päivänä", "Objektet fanns inte den efterfrågade dagen", "The object did not exist on the day asked about"],
    UnknownRoute = "unknown_route" 404
        ["Osoitetta ei ole", "Adressen finns inte", "There is no such address"],
    MethodNotAllowed = "method_not_allowed" 405
        ["Menetelmä ei ole sallittu", "Metoden är inte tillåten", "The method is not allowed"],
    NotAcceptable = "not_acceptable" 406
        ["Pyydettyä esitysmuotoa ei ole saatavilla", "Begärt format finns inte", "No acceptable format"],
    RequestTimeout = "request_timeout" 408
        ["Pyyntö saapui liian hitaasti", "Begäran kom för långsamt", "The request came too slowly"],
    Conflict = "conflict" 409
        ["Ristiriita rekisterin tilan kanssa", "Konflikt med registrets tillstånd", "In conflict with the registry's state"],
    InUse = "in_use" 409
        ["Kohde on käytössä", "Objektet används", "The object is in use"],
    RequestInProgress = "request_in_progress" 409
        ["Sama pyyntö on käsittelyssä", "Samma begäran behandlas redan", "The same request is being worked on"],
    PreconditionFailed = "precondition_failed" 412
        ["Kohde on muuttunut", "Objektet har ändrats", "The object has changed"],
    PayloadTooLarge = "payload_too_large" 413
        ["Pyynnön sisältö on liian suuri", "Begärans innehåll är för stort", "The request's content is too large"],
    UriTooLong = "uri_too_long" 414
        ["Osoite on liian pitkä", "Adressen är för lång", "The address is too long"],
    UnsupportedMediaType = "unsupported_media_type" 415
        ["Sisällön tyyppiä tai koodausta ei tueta", "Innehållets typ eller kodning stöds inte", "Unsupported content type or encoding"],
    IdempotencyKeyReused = "idempotency_key_reused" 422
        ["Idempotency-Key on jo käytetty toiseen pyyntöön", "Idempotency-Key har redan använts till en annan begäran", "The Idempotency-Key was used for another request"],
    PreconditionRequired = "precondition_required" 428
        ["If-Match puuttuu", "If-Match saknas", "If-Match is needed"],
    TooManyRequests = "too_many_requests" 429
        ["Liikaa pyyntöjä", "För många begäranden", "Too many requests"],
    HeaderFieldsTooLarge = "header_fields_too_large" 431
        ["Otsakekentät ovat liian suuria", "Huvudfälten är för stora", "The header fields are too large"],
    InternalError = "internal_error" 500
        ["Palvelussa tapahtui virhe", "Ett fel inträffade i tjänsten", "The service failed"],
    ReadOnly = "read_only" 503
        ["Rekisteriin ei voi nyt kirjoittaa", "Registret tar just nu inte emot ändringar", "The registry takes no changes now"],
    InsufficientStorage = "insufficient_storage" 507
        ["Tallennustila on loppunut", "Lagringsutrymmet är slut", "Out of storage space"],
    Unavailable = "unavailable" 503
        ["Palvelu on tilapäisesti poissa käytöstä", "Tjänsten är tillfälligt otillgänglig", "The service is temporarily unavailable"],

    // One fault of a request.
    Blank = "blank" 400
        ["Teksti puuttuu", "Text saknas", "The text is missing"],
    EndsBeforeStart = "ends_before_start" 400
        ["Loppuu ennen alkuaan", "Slutar före sin början", "It ends before it starts"],
    ForbiddenCharacter = "forbidden_character" 400
        ["Kielletty merkki", "Otillåtet tecken", "A character that is not allowed"],
    InvalidCursor = "invalid_cursor" 400
        ["Kursori ei kelpaa", "Markören är ogiltig", "The cursor is not valid"],
    MalformedJson = "malformed_json" 400
        ["Sisältö ei ole JSON:ia", "Innehållet är inte JSON", "The content is not JSON"],
    MalformedValue = "malformed_value" 400
        ["Arvo on väärää muotoa", "Värdet har fel form", "The value is of the wrong form"],
    MissingField = "missing_field" 400
        ["Pakollinen kenttä puuttuu", "Ett obligatoriskt fält saknas", "A required field is missing"],
    MissingParameter = "missing_parameter" 400
        ["Pakollinen parametri puuttuu", "En obligatorisk parameter saknas", "A required parameter is missing"],
    OutOfRange = "out_of_range" 400
        ["Arvo ei ole sallitulla välillä", "Värdet ligger utanför intervallet", "The value is out of range"],
    PersonalIdentityCode = "personal_identity_code" 400
        ["Henkilötunnus", "Personbeteckning", "A personal identity code"],
    RepeatedField = "repeated_field" 400
        ["Kenttä toistuu", "Fältet upprepas", "The field is repeated"],
    RepeatedParameter = "repeated_parameter" 400
        ["Parametri toistuu", "Parametern upprepas", "The parameter is repeated"],
    RepeatedValue = "repeated_value" 400
        ["Arvo toistuu", "Värdet upprepas", "The value is repeated"],
    Taken = "taken" 409
        ["Arvo on jo käytössä", "Värdet är upptaget", "The value is taken"],
    TooLong = "too_long" 400
        ["Liian pitkä arvo", "Ett för långt värde", "The value is too long"],
    TooManyValues = "too_many_values" 400
        ["Liikaa arvoja", "För många värden", "Too many values"],
    UnknownField = "unknown_field" 400
        ["Tuntematon kenttä", "Okänt fält", "Unknown field"],
    UnknownParameter = "unknown_parameter" 400
        ["Tuntematon parametri", "Okänd parameter", "Unknown parameter"],
    UnknownValue = "unknown_value" 400
        ["Tuntematon arvo", "Okänt värde", "Unknown value"],
    WrongType = "wrong_type" 400
        ["Väärä tyyppi", "Fel typ", "Of the wrong type"],
}

impl std::str::FromStr for Code {
    type Err = crate::invalid::Invalid;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.as_str() == value)
            .ok_or_else(|| crate::invalid::Invalid::NoSuch { value: value.to_owned() })
    }
}

/// A kind of problem, as the registry describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemType {
    /// Its code; it never changes.
    #[schema(min_length = 3, max_length = 64, pattern = "^[a-z]+(_[a-z]+)*$", example = "not_found")]
    pub code: String,
    /// The HTTP status with which it comes.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    pub status: u16,
    /// Its title.
    pub titles: Names,
}

impl From<Code> for ProblemType {
    fn from(code: Code) -> Self {
        Self { code: code.as_str().to_owned(), status: code.status(), titles: code.title().into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_parse_back() {
        for code in Code::ALL {
            assert_eq!(code.as_str().parse::<Code>().map(Code::as_str), Ok(code.as_str()));
            assert_eq!(Code::ALL.iter().filter(|other| other.as_str() == code.as_str()).count(), 1);
        }
    }
}
