//! The registry of problems: every code that an answer can carry, its status and its title. A code
//! never changes its meaning.

use serde::Serialize;
use utoipa::ToSchema;

use crate::text::{Label, Names};

macro_rules! problems {
    ($(
        $(#[doc = $about:literal])+
        $group:ident {
            $(
                $(#[doc = $when:literal])+
                $variant:ident = $code:literal $status:literal [$fi:literal, $sv:literal, $en:literal],
            )+
        }
    )+) => {
        /// The code of a problem, or of one fault within it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[doc = concat!("`", $code, "`: ", $en, ".", $($when),+)] $variant,)+)+
        }

        impl Code {
            $($(#[doc = $about])+ pub const $group: &'static [Self] = &[$(Self::$variant),+];)+

            /// Every code.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)+)+];

            /// The code as it stands in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $($(Self::$variant => $code,)+)+ }
            }

            /// The HTTP status of a problem with this code (for a code of one fault: of the problem
            /// that lists it).
            pub fn status(self) -> u16 {
                match self { $($(Self::$variant => $status,)+)+ }
            }

            /// The title of a problem with this code.
            pub fn title(self) -> Label {
                match self { $($(Self::$variant => Label { fi: $fi, sv: $sv, en: $en },)+)+ }
            }

            /// When it is answered, for developers.
            pub fn when(self) -> &'static str {
                match self { $($(Self::$variant => concat!($($when),+).trim_ascii_start(),)+)+ }
            }
        }
    };
}

problems! {
    /// Every code of a problem: what is wrong with a request as a whole.
    OF_REQUESTS {
        /// A parameter, a header or the body breaks rules; `errors` lists all that can be told at once.
        InvalidRequest = "invalid_request" 400
            ["Pyynnössä on virheitä", "Begäran innehåller fel", "The request has faults"],
        /// The request, or a part of its body, is no HTTP that can be read; the connection is closed.
        MalformedRequest = "malformed_request" 400
            ["Pyyntö ei ole kelvollista HTTP:tä", "Begäran är inte giltig HTTP", "The request is not valid HTTP"],
        /// The operation takes an access token and the request carries none.
        Unauthenticated = "unauthenticated" 401
            ["Kirjautuminen puuttuu", "Inloggning saknas", "Signing in is needed"],
        /// The access token is malformed, expired or of an issuer that is not trusted, or its client was revoked.
        InvalidToken = "invalid_token" 401
            ["Käyttöoikeustunnus ei kelpaa", "Åtkomsttoken är ogiltig", "The access token is not valid"],
        /// The role or the scope of the token does not allow it, or the object belongs to others.
        Forbidden = "forbidden" 403
            ["Ei oikeutta", "Ingen behörighet", "Not allowed"],
        /// There is no such object, or none that the caller may see.
        NotFound = "not_found" 404
            ["Kohdetta ei löydy", "Objektet finns inte", "There is no such object"],
        /// The object did not exist on the day of `as_of`; `successor` names what took its place. In `errors`: an area
        /// that did not exist on the day.
        NotValidAt = "not_valid_at" 404
            ["Kohdetta ei ollut olemassa kysyttynä päivänä", "Objektet fanns inte den efterfrågade dagen", "The object did not exist on the day asked about"],
        /// No operation has this path.
        UnknownRoute = "unknown_route" 404
            ["Osoitetta ei ole", "Adressen finns inte", "There is no such address"],
        /// The path has operations, but none with this method; `Allow` lists the methods that it has.
        MethodNotAllowed = "method_not_allowed" 405
            ["Menetelmä ei ole sallittu", "Metoden är inte tillåten", "The method is not allowed"],
        /// `Accept` takes none of the formats in which the operation answers.
        NotAcceptable = "not_acceptable" 406
            ["Pyydettyä esitysmuotoa ei ole saatavilla", "Begärt format finns inte", "No acceptable format"],
        /// The head or the body of the request did not arrive in time; nothing was done.
        RequestTimeout = "request_timeout" 408
            ["Pyyntö saapui liian hitaasti", "Begäran kom för långsamt", "The request came too slowly"],
        /// A value that no two objects may have belongs to another one, or the object cannot take this step as it
        /// stands; `errors` says which.
        Conflict = "conflict" 409
            ["Ristiriita rekisterin tilan kanssa", "Konflikt med registrets tillstånd", "In conflict with the registry's state"],
        /// Others refer to the object that is to be removed, or published ones to what is to be published no more.
        InUse = "in_use" 409
            ["Kohde on käytössä", "Objektet används", "The object is in use"],
        /// The object was merged into another one, which the detail names: change that one.
        Merged = "merged" 409
            ["Kohde on yhdistetty toiseen", "Objektet har sammanslagits med ett annat", "The object was merged into another"],
        /// A request with the same `Idempotency-Key` is not answered yet.
        RequestInProgress = "request_in_progress" 409
            ["Sama pyyntö on käsittelyssä", "Samma begäran behandlas redan", "The same request is being worked on"],
        /// The object has another version than `If-Match` names, or is there in spite of `If-None-Match: *`.
        PreconditionFailed = "precondition_failed" 412
            ["Ehto ei täyty: kohde on muuttunut", "Villkoret är inte uppfyllt: objektet har ändrats", "The condition does not hold: the object has changed"],
        /// The body is larger than the registry takes.
        PayloadTooLarge = "payload_too_large" 413
            ["Pyynnön sisältö on liian suuri", "Begärans innehåll är för stort", "The request's content is too large"],
        /// The address is longer than the registry reads.
        UriTooLong = "uri_too_long" 414
            ["Osoite on liian pitkä", "Adressen är för lång", "The address is too long"],
        /// `Content-Type` is none that the operation takes, or the body is compressed.
        UnsupportedMediaType = "unsupported_media_type" 415
            ["Sisällön tyyppiä tai koodausta ei tueta", "Innehållets typ eller kodning stöds inte", "Unsupported content type or encoding"],
        /// The `Idempotency-Key` came with another request before.
        IdempotencyKeyReused = "idempotency_key_reused" 422
            ["Idempotency-Key on jo käytetty toiseen pyyntöön", "Idempotency-Key har redan använts till en annan begäran", "The Idempotency-Key was used for another request"],
        /// A change or a removal came without `If-Match`, or a push without it would overwrite what another client has
        /// written.
        PreconditionRequired = "precondition_required" 428
            ["If-Match puuttuu", "If-Match saknas", "If-Match is needed"],
        /// The caller has used up its requests, or failed to sign in too often; `Retry-After` says how long to wait.
        TooManyRequests = "too_many_requests" 429
            ["Liikaa pyyntöjä", "För många begäranden", "Too many requests"],
        /// The head of the request is too large, or has too many fields.
        HeaderFieldsTooLarge = "header_fields_too_large" 431
            ["Otsakekentät ovat liian suuria", "Huvudfälten är för stora", "The header fields are too large"],
        /// A fault of the registry; its log tells of it under the `X-Request-Id` of the answer.
        InternalError = "internal_error" 500
            ["Palvelussa tapahtui virhe", "Ett fel inträffade i tjänsten", "The service failed"],
        /// The registry takes no changes for the time being; `Retry-After` says when to try again.
        ReadOnly = "read_only" 503
            ["Rekisteriin ei voi nyt kirjoittaa", "Registret tar just nu inte emot ändringar", "The registry takes no changes now"],
        /// The database has no room for the change; nothing was done.
        InsufficientStorage = "insufficient_storage" 507
            ["Tallennustila on loppunut", "Lagringsutrymmet är slut", "Out of storage space"],
        /// The database or the keys of an issuer cannot be reached, the registry is starting or too busy; `Retry-After`
        /// says when to try again.
        Unavailable = "unavailable" 503
            ["Palvelu on tilapäisesti poissa käytöstä", "Tjänsten är tillfälligt otillgänglig", "The service is temporarily unavailable"],
    }

    /// Every code of a fault: what is wrong with one part of a request. The problem lists it in `errors`.
    OF_FAULTS {
        /// A text without a letter or a digit, or in no language.
        Blank = "blank" 400
            ["Teksti puuttuu", "Text saknas", "The text is missing"],
        /// An evaluator that has a conflict of interest, declared or by working for an organisation that applies, and scores
        /// or denies it all the same.
        ConflictOfInterest = "conflict_of_interest" 409
            ["Esteellisyys", "Jäv", "A conflict of interest"],
        /// A field that says something else than those beside it, such as `osm` than the other opening hours.
        Contradictory = "contradictory" 400
            ["Ristiriita muiden kenttien kanssa", "Motsäger andra fält", "It contradicts other fields"],
        /// A last day that comes before the first.
        EndsBeforeStart = "ends_before_start" 400
            ["Loppupäivä on ennen alkupäivää", "Slutdagen är före startdagen", "It ends before it starts"],
        /// A field or a parameter beside another one that it cannot stand beside.
        Excluded = "excluded" 400
            ["Ei voi antaa yhdessä toisen kanssa", "Kan inte anges tillsammans med ett annat", "Not together with another"],
        /// A control character, a character that shows nothing, or bytes that are not UTF-8.
        ForbiddenCharacter = "forbidden_character" 400
            ["Kielletty merkki", "Otillåtet tecken", "A character that is not allowed"],
        /// A step that the object cannot take as it stands; the message says which ones the caller can take now.
        IllegalStep = "illegal_step" 409
            ["Ei onnistu nykyisessä tilassa", "Går inte i nuvarande läge", "Not a step that can be taken now"],
        /// A cursor that was changed, or that belongs to another list or to other filters: start again without it.
        InvalidCursor = "invalid_cursor" 400
            ["Kursori ei kelpaa", "Markören är ogiltig", "The cursor is not valid"],
        /// A body that is no JSON; the message says in which line and column it breaks.
        MalformedJson = "malformed_json" 400
            ["Sisältö ei ole JSON:ia", "Innehållet är inte JSON", "The content is not JSON"],
        /// A value of another form than is expected, such as a day or an id; the message says what is expected.
        MalformedValue = "malformed_value" 400
            ["Arvo on väärää muotoa", "Värdet har fel form", "The value is of the wrong form"],
        /// A field without which the body says too little, or a line of a table with fewer fields than its first line.
        MissingField = "missing_field" 400
            ["Pakollinen kenttä puuttuu", "Ett obligatoriskt fält saknas", "A required field is missing"],
        /// A parameter without which the operation has no answer.
        MissingParameter = "missing_parameter" 400
            ["Pakollinen parametri puuttuu", "En obligatorisk parameter saknas", "A required parameter is missing"],
        /// A field that a published object needs; a draft may go without.
        NeededToPublish = "needed_to_publish" 400
            ["Puuttuu julkaistavasta", "Saknas i det som publiceras", "Needed to publish"],
        /// What is needed to submit; a draft may go without.
        NeededToSubmit = "needed_to_submit" 400
            ["Puuttuu jätettävästä", "Saknas i det som lämnas in", "Needed to submit"],
        /// An organisation of a type that may not apply to the call; the message says which types may.
        NotEligible = "not_eligible" 400
            ["Ei hakukelpoinen", "Inte behörig att söka", "Not eligible to apply"],
        /// A number, a day, an instant or a length outside its range; the message says the range.
        OutOfRange = "out_of_range" 400
            ["Arvo ei ole sallitulla välillä", "Värdet ligger utanför intervallet", "The value is out of range"],
        /// One of a list of seasons or runs of days that has a day in common with one before it.
        Overlapping = "overlapping" 400
            ["Ajat menevät päällekkäin", "Tiderna överlappar varandra", "The times overlap"],
        /// A text with a Finnish personal identity code: the registry holds nobody's.
        PersonalIdentityCode = "personal_identity_code" 400
            ["Teksti sisältää henkilötunnuksen", "Texten innehåller en personbeteckning", "The text holds a personal identity code"],
        /// A field that stands in one object more than once.
        RepeatedField = "repeated_field" 400
            ["Kenttä toistuu", "Fältet upprepas", "The field is repeated"],
        /// A parameter or header that takes one value and came more than once.
        RepeatedParameter = "repeated_parameter" 400
            ["Parametri toistuu", "Parametern upprepas", "The parameter is repeated"],
        /// A value that only the registry itself writes.
        Reserved = "reserved" 400
            ["Arvo on varattu rekisterille", "Värdet är reserverat för registret", "The value is reserved"],
        /// The same value twice in a list of different ones.
        RepeatedValue = "repeated_value" 400
            ["Arvo toistuu", "Värdet upprepas", "The value is repeated"],
        /// A value that another object has already and that no two may have.
        Taken = "taken" 409
            ["Arvo on jo käytössä", "Värdet är upptaget", "The value is taken"],
        /// A text, a header or a row of a load that is longer than it may be; the message says how long it may be.
        TooLong = "too_long" 400
            ["Liian pitkä arvo", "Ett för långt värde", "The value is too long"],
        /// More values than a list or a parameter takes, or more parameters than a query.
        TooManyValues = "too_many_values" 400
            ["Liikaa arvoja", "För många värden", "Too many values"],
        /// A field that the body does not take; the message lists those that it takes.
        UnknownField = "unknown_field" 400
            ["Tuntematon kenttä", "Okänt fält", "Unknown field"],
        /// A parameter that the operation does not take; the message lists those that it takes.
        UnknownParameter = "unknown_parameter" 400
            ["Tuntematon parametri", "Okänd parameter", "Unknown parameter"],
        /// A value that is not in the code list, or the id or code of what the registry does not hold.
        UnknownValue = "unknown_value" 400
            ["Tuntematon arvo", "Okänt värde", "Unknown value"],
        /// Opening hours in a syntax that says more than the registry can keep; the message names the part.
        UnsupportedHours = "unsupported_hours" 400
            ["Aukioloaikoja ei voi säilyttää", "Öppettiderna kan inte bevaras", "The opening hours cannot be kept"],
        /// A number of a known form whose last digit does not follow from the others: a digit is mistyped.
        WrongCheckDigit = "wrong_check_digit" 400
            ["Tarkistusmerkki ei täsmää", "Kontrollsiffran stämmer inte", "The check digit does not fit"],
        /// JSON of another kind than the field takes, such as a number for a text.
        WrongType = "wrong_type" 400
            ["Väärä tyyppi", "Fel typ", "Of the wrong type"],
    }
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
