//! What is known of a municipality that tells of its need for digital support.

use crate::invalid::{Form, Invalid};
use crate::text::Label;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What is known of a municipality. How many live there is no indicator: the registry knows it by itself. Each is a metric
    /// of the same code: its definition and its unit stand at `/v1/metrics/{code}`.
    pub enum IndicatorCode = "indicator_code" {
        Share65Plus = "share_65_plus"
            ["65 vuotta täyttäneiden osuus", "andelen som har fyllt 65 år", "share of people aged 65 or over"],
        Share75Plus = "share_75_plus"
            ["75 vuotta täyttäneiden osuus", "andelen som har fyllt 75 år", "share of people aged 75 or over"],
        LivingAlone75Plus = "living_alone_75_plus"
            ["75 vuotta täyttäneet yksin asuvat", "ensamboende som har fyllt 75 år", "people aged 75 or over who live alone"],
        ShareSwedishSpeakers = "share_swedish_speakers"
            ["ruotsinkielisten osuus", "andelen svenskspråkiga", "share of Swedish speakers"],
        ShareSamiSpeakers = "share_sami_speakers"
            ["saamenkielisten osuus", "andelen samiskspråkiga", "share of Sámi speakers"],
        ShareForeignLanguageSpeakers = "share_foreign_language_speakers"
            ["vieraskielisten osuus", "andelen personer med ett främmande språk", "share of foreign-language speakers"],
        ShareLowEducation = "share_low_education"
            ["vailla perusasteen jälkeistä tutkintoa olevien osuus", "andelen utan examen efter grundskolan", "share without a qualification beyond basic education"],
        NeverUsesInternet = "never_uses_internet"
            ["ei koskaan käytä internetiä", "använder aldrig internet", "never uses the internet"],
        OftenNeedsSupport = "often_needs_support"
            ["tarvitsee usein digitukea", "behöver ofta digitalt stöd", "often needs digital support"],
        NoStrongIdentification = "no_strong_identification"
            ["ei voi tunnistautua vahvasti", "kan inte identifiera sig starkt", "has no strong identification"],
        WeakDigitalSkills = "weak_digital_skills"
            ["digitaidot omasta mielestä heikot", "svaga digitala färdigheter enligt egen bedömning", "weak digital skills by own account"],
        NoSuitableDevice = "no_suitable_device"
            ["ei sopivaa laitetta", "saknar lämplig utrustning", "has no suitable device"],
    }
}

vocabulary! {
    /// What a figure of an indicator counts in.
    pub enum IndicatorUnit = "indicator_unit" {
        Persons = "persons" ["henkilöä", "personer", "persons"],
        Percent = "percent" ["prosenttia", "procent", "per cent"],
    }
}

impl IndicatorUnit {
    /// The most that a figure can be; the least is nought.
    pub fn most(self) -> f64 {
        match self {
            Self::Persons => 10_000_000.0,
            Self::Percent => 100.0,
        }
    }

    /// A figure in this unit, or what is wrong with it. Persons are whole.
    pub fn check(self, value: f64) -> Result<f64, Invalid> {
        let value = within(value, self.most())?;
        if self == Self::Persons && value.fract() != 0.0 {
            return Err(Invalid::Malformed { value: value.to_string(), expected: Form::Number });
        }
        Ok(value)
    }
}

/// A number from nought to the most that it can be.
pub(super) fn within(number: f64, most: f64) -> Result<f64, Invalid> {
    if (0.0..=most).contains(&number) {
        // There is one nought.
        Ok(number + 0.0)
    } else {
        Err(Invalid::OutOfRange { value: number.to_string(), min: "0".into(), max: most.to_string() })
    }
}

impl IndicatorCode {
    /// What its figures count in.
    pub fn unit(self) -> IndicatorUnit {
        match self {
            Self::LivingAlone75Plus => IndicatorUnit::Persons,
            Self::Share65Plus
            | Self::Share75Plus
            | Self::ShareSwedishSpeakers
            | Self::ShareSamiSpeakers
            | Self::ShareForeignLanguageSpeakers
            | Self::ShareLowEducation
            | Self::NeverUsesInternet
            | Self::OftenNeedsSupport
            | Self::NoStrongIdentification
            | Self::WeakDigitalSkills
            | Self::NoSuitableDevice => IndicatorUnit::Percent,
        }
    }

    /// What exactly it says of a municipality on a day.
    pub fn definition(self) -> Label {
        match self {
            Self::Share65Plus => Label {
                fi: "65 vuotta täyttäneet prosentteina kunnan asukkaista.",
                sv: "De som har fyllt 65 år, i procent av kommunens invånare.",
                en: "Those aged 65 or over, in per cent of the inhabitants of the municipality.",
            },
            Self::Share75Plus => Label {
                fi: "75 vuotta täyttäneet prosentteina kunnan asukkaista.",
                sv: "De som har fyllt 75 år, i procent av kommunens invånare.",
                en: "Those aged 75 or over, in per cent of the inhabitants of the municipality.",
            },
            Self::LivingAlone75Plus => Label {
                fi: "Kunnan 75 vuotta täyttäneet asukkaat, joiden asuntokunnassa ei ole muita.",
                sv: "De av kommunens invånare som har fyllt 75 år och bor ensamma i sitt hushåll.",
                en: "The inhabitants of the municipality aged 75 or over in whose household there is nobody else.",
            },
            Self::ShareSwedishSpeakers => Label {
                fi: "Ne, joiden väestötietoihin merkitty kieli on ruotsi, prosentteina kunnan asukkaista.",
                sv: "De vars språk i befolkningsdatasystemet är svenska, i procent av kommunens invånare.",
                en: "Those whose registered language is Swedish, in per cent of the inhabitants of the municipality.",
            },
            Self::ShareSamiSpeakers => Label {
                fi: "Ne, joiden väestötietoihin merkitty kieli on jokin saamen kielistä, prosentteina kunnan asukkaista.",
                sv: "De vars språk i befolkningsdatasystemet är ett samiskt språk, i procent av kommunens invånare.",
                en: "Those whose registered language is one of the Sámi languages, in per cent of the inhabitants of the \
                     municipality.",
            },
            Self::ShareForeignLanguageSpeakers => Label {
                fi: "Ne, joiden väestötietoihin merkitty kieli on muu kuin suomi, ruotsi tai saame, prosentteina kunnan \
                     asukkaista.",
                sv: "De vars språk i befolkningsdatasystemet är ett annat än finska, svenska eller samiska, i procent av \
                     kommunens invånare.",
                en: "Those whose registered language is none of Finnish, Swedish and Sámi, in per cent of the inhabitants of \
                     the municipality.",
            },
            Self::ShareLowEducation => Label {
                fi: "Ne 15 vuotta täyttäneet, joilla ei ole perusasteen jälkeistä tutkintoa, prosentteina kunnan 15 vuotta \
                     täyttäneistä.",
                sv: "De som har fyllt 15 år och saknar examen efter grundskolan, i procent av kommunens invånare som har \
                     fyllt 15 år.",
                en: "Those aged 15 or over without a qualification beyond basic education, in per cent of the inhabitants \
                     aged 15 or over.",
            },
            Self::NeverUsesInternet => Label {
                fi: "Ne kyselyn vastaajat, jotka eivät käytä internetiä koskaan, prosentteina vastanneista.",
                sv: "De som i en enkät säger att de aldrig använder internet, i procent av dem som har svarat.",
                en: "Those who say in a survey that they never use the internet, in per cent of those who answered.",
            },
            Self::OftenNeedsSupport => Label {
                fi: "Ne kyselyn vastaajat, jotka tarvitsevat usein apua digitaalisten palvelujen käytössä, prosentteina \
                     vastanneista.",
                sv: "De som i en enkät säger att de ofta behöver hjälp med digitala tjänster, i procent av dem som har \
                     svarat.",
                en: "Those who say in a survey that they often need help with digital services, in per cent of those who \
                     answered.",
            },
            Self::NoStrongIdentification => Label {
                fi: "Ne 15 vuotta täyttäneet, joilla ei ole käytössään vahvaa sähköistä tunnistusvälinettä, prosentteina \
                     kunnan 15 vuotta täyttäneistä.",
                sv: "De som har fyllt 15 år och inte har något verktyg för stark elektronisk identifiering, i procent av \
                     kommunens invånare som har fyllt 15 år.",
                en: "Those aged 15 or over who have no means of strong electronic identification, in per cent of the \
                     inhabitants aged 15 or over.",
            },
            Self::WeakDigitalSkills => Label {
                fi: "Ne kyselyn vastaajat, jotka pitävät omia digitaitojaan heikkoina, prosentteina vastanneista.",
                sv: "De som i en enkät bedömer sina digitala färdigheter som svaga, i procent av dem som har svarat.",
                en: "Those who say in a survey that their digital skills are weak, in per cent of those who answered.",
            },
            Self::NoSuitableDevice => Label {
                fi: "Ne kyselyn vastaajat, joilla ei ole digiasiointiin sopivaa laitetta, prosentteina vastanneista.",
                sv: "De som i en enkät säger att de saknar lämplig utrustning för digitala tjänster, i procent av dem som \
                     har svarat.",
                en: "Those who say in a survey that they have no device suitable for digital services, in per cent of those \
                     who answered.",
            },
        }
    }

    /// What is divided by what, where it is a quotient.
    pub fn parts(self) -> Option<(Label, Label)> {
        let label = |fi, sv, en| Label { fi, sv, en };
        let inhabitants = label("asukkaat", "invånare", "inhabitants");
        let aged_15 =
            label("15 vuotta täyttäneet asukkaat", "invånare som har fyllt 15 år", "inhabitants aged 15 or over");
        let answered = label("kyselyyn vastanneet", "de som har svarat på enkäten", "those who answered the survey");
        match self {
            Self::LivingAlone75Plus => None,
            Self::Share65Plus => {
                Some((label("65 vuotta täyttäneet", "de som har fyllt 65 år", "those aged 65 or over"), inhabitants))
            }
            Self::Share75Plus => {
                Some((label("75 vuotta täyttäneet", "de som har fyllt 75 år", "those aged 75 or over"), inhabitants))
            }
            Self::ShareSwedishSpeakers => {
                Some((label("ruotsinkieliset", "svenskspråkiga", "Swedish speakers"), inhabitants))
            }
            Self::ShareSamiSpeakers => Some((label("saamenkieliset", "samiskspråkiga", "Sámi speakers"), inhabitants)),
            Self::ShareForeignLanguageSpeakers => Some((
                label("vieraskieliset", "personer med ett främmande språk", "foreign-language speakers"),
                inhabitants,
            )),
            Self::ShareLowEducation => Some((
                label(
                    "15 vuotta täyttäneet, joilla ei ole perusasteen jälkeistä tutkintoa",
                    "de som har fyllt 15 år och saknar examen efter grundskolan",
                    "those aged 15 or over without a qualification beyond basic education",
                ),
                aged_15,
            )),
            Self::NeverUsesInternet => Some((
                label(
                    "vastaajat, jotka eivät käytä internetiä koskaan",
                    "svarande som aldrig använder internet",
                    "respondents who never use the internet",
                ),
                answered,
            )),
            Self::OftenNeedsSupport => Some((
                label(
                    "vastaajat, jotka tarvitsevat usein apua",
                    "svarande som ofta behöver hjälp",
                    "respondents who often need help",
                ),
                answered,
            )),
            Self::NoStrongIdentification => Some((
                label(
                    "15 vuotta täyttäneet, joilla ei ole vahvaa sähköistä tunnistusvälinettä",
                    "de som har fyllt 15 år och saknar verktyg för stark elektronisk identifiering",
                    "those aged 15 or over without a means of strong electronic identification",
                ),
                aged_15,
            )),
            Self::WeakDigitalSkills => Some((
                label(
                    "vastaajat, jotka pitävät digitaitojaan heikkoina",
                    "svarande som bedömer sina digitala färdigheter som svaga",
                    "respondents who call their digital skills weak",
                ),
                answered,
            )),
            Self::NoSuitableDevice => Some((
                label(
                    "vastaajat, joilla ei ole sopivaa laitetta",
                    "svarande som saknar lämplig utrustning",
                    "respondents who have no suitable device",
                ),
                answered,
            )),
        }
    }
}
