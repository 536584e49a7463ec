//! The forms that values take, in words.

use serde::{Deserialize, Serialize};

use crate::text::Label;

/// The form that a value takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// A calendar day.
    Day,
    /// A month.
    Month,
    /// An instant.
    Instant,
    /// A whole number.
    Number,
    /// A number that need not be whole.
    Decimal,
    /// A UUID in its hyphenated form.
    Uuid,
    /// A key such as `county-pilots-2018`.
    Key,
    /// A code such as `remote_support`.
    Code,
    /// A reference to an area such as `region:06`.
    Area,
    /// A subject of an assessment such as `region:01`.
    Subject,
    /// The code of an area such as `06`.
    AreaCode {
        /// Its number of digits.
        digits: usize,
    },
    /// A business id such as `0245458-3`.
    BusinessId,
    /// The address of a function mailbox.
    Email,
    /// A phone number.
    Phone,
    /// The address of a page.
    Website,
    /// An idempotency key.
    IdempotencyKey,
    /// The name of a source.
    Source,
    /// A postcode.
    Postcode,
    /// A point of a query.
    Near,
    /// A box on the map.
    BoundingBox,
    /// An instant, or `now`.
    NowOrInstant,
    /// The id of a service point.
    ServicePoint,
    /// A time of the day.
    TimeOfDay,
    /// A day of the year.
    MonthDay,
    /// Opening hours in the syntax of OpenStreetMap.
    OpeningHours,
    /// How much something counts beside others.
    Weight,
    /// The first line of a table.
    ColumnNames,
    /// An object of JSON.
    Object,
    /// A list of JSON.
    List,
    /// A text of JSON.
    Text,
    /// A truth value of JSON.
    Boolean,
    /// Anything but null.
    Value,
}

impl Form {
    /// The form in words.
    #[expect(clippy::too_many_lines, reason = "a table: the words for each form, in three languages")]
    pub fn label(self) -> Label {
        match self {
            Self::Day => {
                Label {
                    fi: "päivä muodossa VVVV-KK-PP", sv: "en dag på formen ÅÅÅÅ-MM-DD", en: "a day as YYYY-MM-DD"
                }
            }
            Self::Month => {
                Label {
                    fi: "kuukausi muodossa VVVV-KK", sv: "en månad på formen ÅÅÅÅ-MM", en: "a month as YYYY-MM"
                }
            }
            Self::Instant => Label {
                fi: "hetki muodossa VVVV-KK-PPTHH:MM:SS+HH:MM (RFC 3339)",
                sv: "en tidpunkt på formen ÅÅÅÅ-MM-DDTHH:MM:SS+HH:MM (RFC 3339)",
                en: "an instant as YYYY-MM-DDTHH:MM:SS+HH:MM (RFC 3339)",
            },
            Self::Number => Label { fi: "kokonaisluku", sv: "ett heltal", en: "a whole number" },
            Self::Decimal => Label { fi: "luku", sv: "ett tal", en: "a number" },
            Self::Uuid => Label {
                fi: "UUID muodossa 8-4-4-4-12",
                sv: "en UUID på formen 8-4-4-4-12",
                en: "a UUID as 8-4-4-4-12 hexadecimal digits",
            },
            Self::Key => Label {
                fi: "avain: pieniä kirjaimia a–z, numeroita ja yhdysviivoja, enintään 64 merkkiä",
                sv: "en nyckel: små bokstäver a–z, siffror och bindestreck, högst 64 tecken",
                en: "a key: small letters a to z, digits and hyphens, at most 64 characters",
            },
            Self::Code => Label {
                fi: "koodi: pieniä kirjaimia a–z, numeroita ja alaviivoja, 2–64 merkkiä, alussa kirjain",
                sv: "en kod: små bokstäver a–z, siffror och understreck, 2–64 tecken, först en bokstav",
                en: "a code: small letters a to z, digits and underscores, 2 to 64 characters, a letter first",
            },
            Self::Area => Label {
                fi: "alue muodossa laji:koodi, esimerkiksi region:06",
                sv: "ett område på formen slag:kod, till exempel region:06",
                en: "an area as kind:code, for example region:06",
            },
            Self::Subject => Label {
                fi: "arvioija muodossa laji:koodi tai laji:tunniste, esimerkiksi region:01",
                sv: "den som bedömer på formen slag:kod eller slag:id, till exempel region:01",
                en: "a subject as kind:code or kind:id, for example region:01",
            },
            Self::AreaCode { digits: 3 } => {
                Label { fi: "kolminumeroinen koodi", sv: "en kod med tre siffror", en: "a code of three digits" }
            }
            Self::AreaCode { .. } => {
                Label { fi: "kaksinumeroinen koodi", sv: "en kod med två siffror", en: "a code of two digits" }
            }
            Self::BusinessId => Label {
                fi: "Y-tunnus muodossa 1234567-8",
                sv: "ett FO-nummer på formen 1234567-8",
                en: "a business id as 1234567-8",
            },
            Self::Email => Label {
                fi: "sähköpostiosoite, esimerkiksi digituki@kunta.example",
                sv: "en e-postadress, till exempel digistod@kommun.example",
                en: "an e-mail address such as digisupport@municipality.example",
            },
            Self::Phone => Label {
                fi: "kansainvälinen puhelinnumero (E.164), esimerkiksi +358295000",
                sv: "ett internationellt telefonnummer (E.164), till exempel +358295000",
                en: "an international phone number (E.164) such as +358295000",
            },
            Self::Website => Label {
                fi: "http- tai https-osoite",
                sv: "en http- eller https-adress",
                en: "an http or https address",
            },
            Self::IdempotencyKey => Label {
                fi: "1–255 näkyvää ASCII-merkkiä",
                sv: "1–255 synliga ASCII-tecken",
                en: "1 to 255 visible ASCII characters",
            },
            Self::Source => Label {
                fi: "lähteen nimi: pieniä kirjaimia a–z, numeroita, yhdysviivoja ja alaviivoja, enintään 40 merkkiä",
                sv: "källans namn: små bokstäver a–z, siffror, bindestreck och understreck, högst 40 tecken",
                en: "a source's name: small letters a to z, digits, hyphens and underscores, at most 40 characters",
            },
            Self::Postcode => Label {
                fi: "postinumero: viisi numeroa",
                sv: "ett postnummer: fem siffror",
                en: "a postcode: five digits",
            },
            Self::Near => Label {
                fi: "piste muodossa lat,lon asteina (WGS84), esimerkiksi 60.1699,24.9384",
                sv: "en punkt på formen lat,lon i grader (WGS84), till exempel 60.1699,24.9384",
                en: "a point as lat,lon in degrees (WGS84), for example 60.1699,24.9384",
            },
            Self::BoundingBox => Label {
                fi: "rajaus muodossa länsi,etelä,itä,pohjoinen asteina, esimerkiksi 24.5,60.1,25.3,60.4",
                sv: "en ruta på formen väst,syd,öst,nord i grader, till exempel 24.5,60.1,25.3,60.4",
                en: "a box as west,south,east,north in degrees, for example 24.5,60.1,25.3,60.4",
            },
            Self::NowOrInstant => Label {
                fi: "now tai hetki muodossa VVVV-KK-PPTHH:MM:SS+HH:MM (RFC 3339)",
                sv: "now eller en tidpunkt på formen ÅÅÅÅ-MM-DDTHH:MM:SS+HH:MM (RFC 3339)",
                en: "now, or an instant as YYYY-MM-DDTHH:MM:SS+HH:MM (RFC 3339)",
            },
            Self::ServicePoint => Label {
                fi: "palvelun UUID, ja pisteen jälkeen paikan UUID, jos sellainen on",
                sv: "tjänstens UUID, och efter en punkt platsens UUID om en sådan finns",
                en: "the service's UUID, and after a dot the location's if there is one",
            },
            Self::TimeOfDay => Label {
                fi: "kellonaika muodossa HH:MM, 00:00–24:00",
                sv: "ett klockslag på formen HH:MM, 00:00–24:00",
                en: "a time as HH:MM, 00:00 to 24:00",
            },
            Self::MonthDay => Label {
                fi: "vuoden päivä muodossa KK-PP",
                sv: "en dag på året på formen MM-DD",
                en: "a day of the year as MM-DD",
            },
            Self::OpeningHours => Label {
                fi: "aukioloajat OpenStreetMapin opening_hours-muodossa, esimerkiksi Mo-Fr 09:00-16:00; PH off",
                sv: "öppettider på OpenStreetMaps form opening_hours, till exempel Mo-Fr 09:00-16:00; PH off",
                en: "opening hours as OpenStreetMap's opening_hours, for example Mo-Fr 09:00-16:00; PH off",
            },
            Self::Weight => Label {
                fi: "koodi ja paino muodossa koodi:paino, paino kokonaislukuna 0–100",
                sv: "en kod och en vikt på formen kod:vikt, vikten som ett heltal 0–100",
                en: "a code and a weight as code:weight, the weight a whole number from 0 to 100",
            },
            Self::ColumnNames => Label {
                fi: "sarakkeiden nimet pilkuilla erotettuina",
                sv: "kolumnernas namn åtskilda med kommatecken",
                en: "the names of the columns, separated by commas",
            },
            Self::Object => Label { fi: "olio", sv: "ett objekt", en: "an object" },
            Self::List => Label { fi: "luettelo", sv: "en lista", en: "a list" },
            Self::Text => Label { fi: "teksti", sv: "en text", en: "a text" },
            Self::Boolean => Label { fi: "true tai false", sv: "true eller false", en: "true or false" },
            Self::Value => Label { fi: "arvo", sv: "ett värde", en: "a value" },
        }
    }
}
