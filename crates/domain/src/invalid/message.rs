//! What is wrong with a value, in the reader's language.

use super::{Invalid, echo};
use crate::text::TextLanguage;

impl Invalid {
    /// What is wrong and what is allowed, in one sentence.
    #[expect(clippy::too_many_lines, reason = "a table: one sentence for each fault, in three languages")]
    pub fn message(&self, language: TextLanguage) -> String {
        let say = |fi: String, sv: String, en: String| match language {
            TextLanguage::Fi => fi,
            TextLanguage::Sv => sv,
            TextLanguage::En => en,
        };
        match self {
            Self::UnknownParameter { allowed } => {
                let allowed = allowed.join(", ");
                say(
                    format!("Tuntematon parametri. Sallitut: {allowed}."),
                    format!("Okänd parameter. Tillåtna: {allowed}."),
                    format!("Unknown parameter. Allowed: {allowed}."),
                )
            }
            Self::RepeatedParameter => say(
                "Parametrin voi antaa vain kerran.".into(),
                "Parametern kan anges bara en gång.".into(),
                "The parameter can be given only once.".into(),
            ),
            Self::MissingParameter => say(
                "Parametri on pakollinen.".into(),
                "Parametern är obligatorisk.".into(),
                "The parameter is required.".into(),
            ),
            Self::ForbiddenCharacter => say(
                "Arvossa on ohjausmerkki tai tavuja, jotka eivät ole UTF-8:aa.".into(),
                "Värdet innehåller ett styrtecken eller byte som inte är UTF-8.".into(),
                "The value holds a control character or bytes that are not UTF-8.".into(),
            ),
            Self::Malformed { value, expected } => {
                let (value, expected) = (echo(value), expected.label().in_language(language));
                say(
                    format!("\"{value}\" ei kelpaa. Odotettu: {expected}."),
                    format!("\"{value}\" är ogiltigt. Förväntat: {expected}."),
                    format!("\"{value}\" is not valid. Expected: {expected}."),
                )
            }
            Self::OutOfRange { value, min, max } => {
                let value = echo(value);
                say(
                    format!("{value} ei ole sallitulla välillä {min}–{max}."),
                    format!("{value} ligger utanför det tillåtna intervallet {min}–{max}."),
                    format!("{value} is outside the allowed range {min} to {max}."),
                )
            }
            Self::UnknownValue { value, allowed } => unknown_value(value, &allowed.join(", "), language),
            Self::NoSuch { value } => {
                let value = echo(value);
                say(
                    format!("Rekisteristä ei löydy arvoa \"{value}\"."),
                    format!("\"{value}\" finns inte i registret."),
                    format!("The registry holds no \"{value}\"."),
                )
            }
            Self::TooLong { max } => say(
                format!("Liian pitkä, enintään {max} merkkiä on sallittu."),
                format!("För långt, högst {max} tecken är tillåtna."),
                format!("Too long, at most {max} characters are allowed."),
            ),
            Self::TooLarge { max } => say(
                format!("Liian pitkä, enintään {max} tavua on sallittu."),
                format!("För långt, högst {max} byte är tillåtna."),
                format!("Too long, at most {max} bytes are allowed."),
            ),
            Self::TooMany { max } => say(
                format!("Liikaa arvoja, enintään {max} on sallittu."),
                format!("För många värden, högst {max} är tillåtna."),
                format!("Too many values, at most {max} are allowed."),
            ),
            Self::TooFew { needed } => say(
                format!("Liian vähän kenttiä: ensimmäinen rivi nimeää {needed}."),
                format!("För få fält: den första raden namnger {needed}."),
                format!("Too few fields: the first line names {needed}."),
            ),
            Self::Unclosed => say(
                "Lainausmerkeissä oleva kenttä ei pääty: lopettava lainausmerkki puuttuu.".into(),
                "Fältet inom citattecken tar inte slut: det avslutande citattecknet saknas.".into(),
                "The quoted field does not end: its closing quotation mark is missing.".into(),
            ),
            Self::InvalidCursor => say(
                "Kursoria on muutettu tai se kuuluu muihin suodattimiin. Aloita alusta ilman kursoria.".into(),
                "Markören har ändrats eller hör till andra filter. Börja om utan markör.".into(),
                "The cursor was changed or belongs to other filters. Start again without one.".into(),
            ),
            Self::MalformedJson { line, column } => say(
                format!("Sisältö ei ole JSON:ia (rivi {line}, sarake {column})."),
                format!("Innehållet är inte JSON (rad {line}, kolumn {column})."),
                format!("The content is not JSON (line {line}, column {column})."),
            ),
            Self::UnknownField { allowed } => {
                let allowed = allowed.join(", ");
                say(
                    format!("Tuntematon kenttä. Sallitut: {allowed}."),
                    format!("Okänt fält. Tillåtna: {allowed}."),
                    format!("Unknown field. Allowed: {allowed}."),
                )
            }
            Self::RepeatedField => say(
                "Kentän voi antaa vain kerran.".into(),
                "Fältet kan anges bara en gång.".into(),
                "The field can be given only once.".into(),
            ),
            Self::MissingField => {
                say("Kenttä on pakollinen.".into(), "Fältet är obligatoriskt.".into(), "The field is required.".into())
            }
            Self::WrongType { expected } => {
                let expected = expected.label().in_language(language);
                say(
                    format!("Väärää tyyppiä. Odotettu: {expected}."),
                    format!("Fel typ. Förväntat: {expected}."),
                    format!("Of the wrong type. Expected: {expected}."),
                )
            }
            Self::Blank => say(
                "Tekstissä ei ole kirjaimia eikä numeroita.".into(),
                "Texten innehåller varken bokstäver eller siffror.".into(),
                "The text holds neither a letter nor a digit.".into(),
            ),
            Self::NoLanguage => say(
                "Tekstin on oltava ainakin yhdellä kielellä: fi, sv tai en.".into(),
                "Texten måste finnas på minst ett språk: fi, sv eller en.".into(),
                "The text is needed in at least one language: fi, sv or en.".into(),
            ),
            Self::PersonalIdentityCode => say(
                "Tekstissä on henkilötunnus. Rekisteriin ei tallenneta henkilötietoja.".into(),
                "Texten innehåller en personbeteckning. Registret tar inte emot personuppgifter.".into(),
                "The text holds a personal identity code. The registry takes no personal data.".into(),
            ),
            Self::RepeatedValue { value } => {
                let value = echo(value);
                say(
                    format!("\"{value}\" on luettelossa kahdesti."),
                    format!("\"{value}\" finns två gånger i listan."),
                    format!("\"{value}\" stands in the list twice."),
                )
            }
            Self::EndsBeforeStart => say(
                "Viimeinen päivä on ennen ensimmäistä.".into(),
                "Den sista dagen är före den första.".into(),
                "The last day comes before the first.".into(),
            ),
            Self::Overlapping { value } => {
                let value = echo(value);
                say(
                    format!("{value} on osin samaan aikaan kuin jokin aiempi."),
                    format!("{value} infaller delvis samtidigt som en tidigare."),
                    format!("{value} has a day in common with an earlier one."),
                )
            }
            Self::NoTime => say(
                "Sulkeutuu samaan aikaan kuin avautuu. Koko vuorokausi on 00:00–24:00.".into(),
                "Stänger samtidigt som den öppnar. Ett helt dygn är 00:00–24:00.".into(),
                "It closes when it opens. A whole day is 00:00 to 24:00.".into(),
            ),
            Self::NoHours => say(
                "Kerro aukioloajat (weekly, seasons, exceptions tai osm) tai by_appointment: true.".into(),
                "Ange öppettider (weekly, seasons, exceptions eller osm) eller by_appointment: true.".into(),
                "Say when it is open (weekly, seasons, exceptions or osm), or by_appointment: true.".into(),
            ),
            Self::UnsupportedHours { part } => unsupported_hours(part, language),
            Self::Contradictory => say(
                "Sanoo muuta kuin muut kentät.".into(),
                "Säger något annat än de övriga fälten.".into(),
                "It says something else than the other fields.".into(),
            ),
            Self::Needs { other } => say(
                format!("Tarvitaan myös: {other}."),
                format!("Också detta behövs: {other}."),
                format!("It needs {other} too."),
            ),
            Self::WrongCheckDigit { value } => {
                let value = echo(value);
                say(
                    format!("\"{value}\": tarkistusmerkki ei täsmää. Onko jokin numero väärin?"),
                    format!("\"{value}\": kontrollsiffran stämmer inte. Är någon siffra fel?"),
                    format!("\"{value}\": the check digit does not fit. Is a digit mistyped?"),
                )
            }
            Self::Excludes { other } => say(
                format!("Ei voi antaa yhdessä tämän kanssa: {other}."),
                format!("Kan inte anges tillsammans med {other}."),
                format!("It cannot be given together with {other}."),
            ),
            Self::NeededToPublish => say(
                "Julkaistavassa kohteessa tämä on pakollinen.".into(),
                "Detta är obligatoriskt i det som publiceras.".into(),
                "What is published needs it.".into(),
            ),
            Self::NotMapped { value, side } => {
                let value = echo(value);
                say(
                    format!("Kriteeri \"{value}\" puuttuu: {side}."),
                    format!("Kriteriet \"{value}\" saknas: {side}."),
                    format!("The criterion \"{value}\" is missing: {side}."),
                )
            }
            Self::Unpublished { value } => {
                let value = echo(value);
                say(
                    format!("\"{value}\" ei ole julkaistu; julkaise se ensin."),
                    format!("\"{value}\" är inte publicerad; publicera den först."),
                    format!("\"{value}\" is not published; publish it first."),
                )
            }
            Self::Reserved { value } => {
                let value = echo(value);
                say(
                    format!("\"{value}\" on varattu rekisterin omaan käyttöön."),
                    format!("\"{value}\" är reserverat för registrets eget bruk."),
                    format!("\"{value}\" is reserved for the registry's own use."),
                )
            }
            Self::Taken { value } => {
                let value = echo(value);
                say(
                    format!("\"{value}\" on jo toisella rekisterin kohteella."),
                    format!("\"{value}\" hör redan till ett annat objekt i registret."),
                    format!("\"{value}\" belongs to another object of the registry already."),
                )
            }
            Self::NeededToSubmit { what: None } => say(
                "Tämä on pakollinen ennen jättämistä.".into(),
                "Detta behövs före inlämningen.".into(),
                "It is needed to submit.".into(),
            ),
            Self::NeededToSubmit { what: Some(what) } => say(
                format!("Ennen jättämistä puuttuu: {what}."),
                format!("Före inlämningen saknas: {what}."),
                format!("To submit it lacks {what}."),
            ),
            Self::NotEligible { value, allowed } => {
                let allowed = allowed.join(", ");
                say(
                    format!("Organisaatio, jonka tyyppi on {value}, ei voi hakea. Hakea voivat: {allowed}."),
                    format!("En organisation av typen {value} kan inte söka. Söka kan: {allowed}."),
                    format!("An organisation of the type {value} cannot apply. Those that can: {allowed}."),
                )
            }
            Self::ConflictOfInterest => say(
                "Esteellinen ei anna pisteitä: esteellisyydestä on ilmoitettava, eikä ilmoitusta voi perua.".into(),
                "Den som är jävig ger inga poäng: jävet ska anmälas, och anmälan kan inte tas tillbaka.".into(),
                "Who has a conflict of interest gives no scores: it is to be declared, and that is not taken back."
                    .into(),
            ),
            Self::NotNow { state, legal } => not_now(state, legal, language),
            Self::NotValidAt { value, day } => {
                let value = echo(value);
                say(
                    format!("{value} ei ollut olemassa {day}."),
                    format!("{value} fanns inte {day}."),
                    format!("{value} did not exist on {day}."),
                )
            }
        }
    }
}

fn not_now(state: &str, legal: &[String], language: TextLanguage) -> String {
    let steps = legal.join(", ");
    match (language, legal.is_empty()) {
        (TextLanguage::Fi, true) => format!("Ei onnistu, kun tila on {state}. Mikään askel ei ole nyt mahdollinen."),
        (TextLanguage::Sv, true) => format!("Går inte när läget är {state}. Inget steg är möjligt nu."),
        (TextLanguage::En, true) => format!("Not possible while it is {state}. No step is possible now."),
        (TextLanguage::Fi, false) => format!("Ei onnistu, kun tila on {state}. Nyt mahdollista: {steps}."),
        (TextLanguage::Sv, false) => format!("Går inte när läget är {state}. Möjligt nu: {steps}."),
        (TextLanguage::En, false) => format!("Not possible while it is {state}. Possible now: {steps}."),
    }
}

fn unknown_value(value: &str, allowed: &str, language: TextLanguage) -> String {
    let value = echo(value);
    match language {
        TextLanguage::Fi => format!("Tuntematon arvo \"{value}\". Sallitut: {allowed}."),
        TextLanguage::Sv => format!("Okänt värde \"{value}\". Tillåtna: {allowed}."),
        TextLanguage::En => format!("Unknown value \"{value}\". Allowed: {allowed}."),
    }
}

fn unsupported_hours(part: &str, language: TextLanguage) -> String {
    let part = echo(part);
    match language {
        TextLanguage::Fi => format!(
            "Rekisteri ei voi säilyttää kohtaa \"{part}\". Säilyvät viikonpäivät ja kellonajat, parittomat ja parilliset \
             viikot, kuukauden n:s viikonpäivä, vuosittaiset kaudet, yksittäiset päivät vuosineen, \"by appointment\" sekä \
             muiden sääntöjen jälkeen PH off tai PH kuten sunnuntaina."
        ),
        TextLanguage::Sv => format!(
            "Registret kan inte bevara \"{part}\". Det som bevaras är veckodagar och klockslag, udda och jämna veckor, \
             den n:te veckodagen i månaden, årliga perioder, enskilda dagar med år, \"by appointment\" och efter övriga \
             regler PH off eller PH som på söndagar."
        ),
        TextLanguage::En => format!(
            "The registry cannot keep \"{part}\". What it keeps: weekdays and times, odd and even weeks, the n-th weekday \
             of the month, seasons of every year, single days with their year, \"by appointment\", and after the other \
             rules PH off or PH as on Sundays."
        ),
    }
}
