//! Metrics: every figure that the registry publishes about need, availability, gaps and assessments, defined once. What
//! shows a figure refers to its metric here, and one function of this crate computes it wherever it appears.

mod definition;
mod figure;

use serde::Serialize;
use utoipa::ToSchema;

pub use figure::Figure;

use crate::need_indicator::IndicatorCode;
use crate::text::{Descriptions, Label, Names};
use crate::vocabulary::{Vocabulary as _, vocabulary};

vocabulary! {
    /// What a figure says.
    pub enum MetricCode = "metric_code" {
        Population = "population" ["väestö", "folkmängd", "population"],
        ServicePoints = "service_points" ["digitukipisteet", "digistödspunkter", "service points"],
        ServicePointsPer10000 = "service_points_per_10000"
            ["digitukipisteitä 10 000 asukasta kohti", "digistödspunkter per 10 000 invånare", "service points per 10,000 inhabitants"],
        Municipalities = "municipalities" ["kunnat", "kommuner", "municipalities"],
        MunicipalitiesWithoutInPersonSupport = "municipalities_without_in_person_support"
            ["kunnat ilman lähitukea", "kommuner utan närstöd", "municipalities without in-person support"],
        ShareInBothNationalLanguages = "share_in_both_national_languages"
            ["osuus, jossa tukea saa suomeksi ja ruotsiksi", "andel där stöd ges på finska och svenska", "share with support in Finnish and Swedish"],
        NearestPointKm = "nearest_point_km"
            ["etäisyys lähimpään lähituen pisteeseen", "avstånd till närmaste punkt med närstöd", "distance to the nearest in-person point"],
        RemoteAlternatives = "remote_alternatives"
            ["etänä saatavat vaihtoehdot", "alternativ på distans", "remote alternatives"],
        ShareCurrent = "share_current"
            ["osuus, jonka tiedot ovat ajantasaiset", "andel med aktuella uppgifter", "share with current information"],
        PercentileRank = "percentile_rank" ["prosenttijärjestys", "percentilrang", "percentile rank"],
        NeedIndex = "need_index" ["tarveindeksi", "behovsindex", "need index"],
        ShareKnown = "share_known"
            ["tunnettu osuus indeksistä", "känd andel av indexet", "share of an index that is known"],
        AvailabilityIndex = "availability_index" ["saatavuusindeksi", "tillgänglighetsindex", "availability index"],
        Gap = "gap" ["tarpeen ja saatavuuden ero", "gap mellan behov och tillgång", "gap between need and availability"],
        AssessmentScore = "assessment_score" ["arvioinnin tulos", "utvärderingens resultat", "score of an assessment"],
        ShareAnswered = "share_answered" ["vastattu osuus", "besvarad andel", "share answered"],
        RoundShareAnswered = "round_share_answered"
            ["vastanneiden osuus", "andel som har svarat", "share of those asked that answered"],
        ScoreMedian = "score_median" ["tulosten mediaani", "medianen av resultaten", "median of scores"],
        ScoreLowerQuartile = "score_lower_quartile"
            ["tulosten alakvartiili", "resultatens nedre kvartil", "lower quartile of scores"],
        ScoreUpperQuartile = "score_upper_quartile"
            ["tulosten yläkvartiili", "resultatens övre kvartil", "upper quartile of scores"],
        ScoreChange = "score_change" ["tuloksen muutos", "resultatets förändring", "change of a score"],
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
    /// In what a figure is told.
    pub enum MetricUnit = "metric_unit" {
        Persons = "persons" ["henkilöä", "personer", "persons"],
        Count = "count" ["lukumäärä", "antal", "number"],
        Per10000 = "per_10000_inhabitants"
            ["10 000 asukasta kohti", "per 10 000 invånare", "per 10,000 inhabitants"],
        Share = "share" ["osuus, 0–1", "andel, 0–1", "share, 0 to 1"],
        Percent = "percent" ["prosenttia", "procent", "per cent"],
        Kilometres = "kilometres" ["kilometriä", "kilometer", "kilometres"],
        Index = "index" ["indeksi, 0–100", "index, 0–100", "index, 0 to 100"],
        IndexDifference = "index_difference"
            ["indeksien erotus, −100–100", "skillnad mellan index, −100–100", "difference of indices, −100 to 100"],
        Level = "level" ["taso, 1–5", "nivå, 1–5", "level, 1 to 5"],
        LevelDifference = "level_difference"
            ["tasojen erotus, −4–4", "skillnad mellan nivåer, −4–4", "difference of levels, −4 to 4"],
    }
}

/// Every need indicator is a metric of the same code.
impl From<IndicatorCode> for MetricCode {
    fn from(indicator: IndicatorCode) -> Self {
        match indicator {
            IndicatorCode::Share65Plus => Self::Share65Plus,
            IndicatorCode::Share75Plus => Self::Share75Plus,
            IndicatorCode::LivingAlone75Plus => Self::LivingAlone75Plus,
            IndicatorCode::ShareSwedishSpeakers => Self::ShareSwedishSpeakers,
            IndicatorCode::ShareSamiSpeakers => Self::ShareSamiSpeakers,
            IndicatorCode::ShareForeignLanguageSpeakers => Self::ShareForeignLanguageSpeakers,
            IndicatorCode::ShareLowEducation => Self::ShareLowEducation,
            IndicatorCode::NeverUsesInternet => Self::NeverUsesInternet,
            IndicatorCode::OftenNeedsSupport => Self::OftenNeedsSupport,
            IndicatorCode::NoStrongIdentification => Self::NoStrongIdentification,
            IndicatorCode::WeakDigitalSkills => Self::WeakDigitalSkills,
            IndicatorCode::NoSuitableDevice => Self::NoSuitableDevice,
        }
    }
}

/// The definition of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Metric {
    /// What it says.
    pub code: MetricCode,
    /// What it is called.
    pub names: Names,
    /// How it is worked out, and when it cannot be told.
    pub definition: Descriptions,
    /// In what it is told.
    pub unit: MetricUnit,
    /// What is divided, where it is a quotient; null where it is none.
    pub numerator: Option<Names>,
    /// By what it is divided, where it is a quotient; null where it is none.
    pub denominator: Option<Names>,
    /// Where what it is worked out from comes from.
    pub source: Names,
    /// Counts the changes of the definition: figures of two versions are not compared.
    #[schema(minimum = 1, maximum = 1_000, example = 1)]
    pub version: i32,
}

/// What the table says of a metric.
struct Definition {
    text: Label,
    unit: MetricUnit,
    numerator: Option<Label>,
    denominator: Option<Label>,
    source: Label,
    version: i32,
    /// What it comes to in an area of several municipalities, where the text leaves that open.
    of_several: Option<Label>,
}

impl From<MetricCode> for Metric {
    fn from(code: MetricCode) -> Self {
        let Definition { text, unit, numerator, denominator, source, version, of_several } = code.definition();
        let said = |of: fn(&Label) -> &'static str| {
            Some([Some(&text), of_several.as_ref()].into_iter().flatten().map(of).collect::<Vec<_>>().join(" "))
        };
        Self {
            code,
            names: code.label().into(),
            definition: Descriptions {
                fi: said(|label| label.fi),
                sv: said(|label| label.sv),
                en: said(|label| label.en),
            },
            unit,
            numerator: numerator.map(Names::from),
            denominator: denominator.map(Names::from),
            source: source.into(),
            version,
        }
    }
}

/// Every metric, by code.
pub fn all() -> Vec<Metric> {
    let mut metrics: Vec<Metric> = MetricCode::VALUES.iter().copied().map(Metric::from).collect();
    metrics.sort_by_key(|metric| metric.code.code());
    metrics
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::need_indicator::IndicatorUnit;
    use crate::text::TextLanguage;

    #[test]
    fn every_need_indicator_is_a_metric_of_the_same_code_and_name() {
        for indicator in IndicatorCode::VALUES {
            let metric = MetricCode::from(*indicator);
            assert_eq!((metric.code(), metric.label()), (indicator.code(), indicator.label()));
            let metric = Metric::from(metric);
            assert_eq!(metric.unit.code(), indicator.unit().code());
            assert_eq!(metric.numerator.is_some(), indicator.unit() == IndicatorUnit::Percent, "{}", metric.code);
            assert!(metric.definition.get(TextLanguage::En).unwrap().contains("area of several municipalities"));
        }
    }

    #[test]
    fn every_metric_is_defined_in_three_languages_and_a_quotient_has_both_parts() {
        let metrics = all();
        assert_eq!(metrics.len(), MetricCode::VALUES.len());
        assert!(metrics.is_sorted_by(|one, other| one.code.code() < other.code.code()));
        for metric in metrics {
            assert_eq!(metric.numerator.is_some(), metric.denominator.is_some(), "{}", metric.code);
            assert!(metric.version >= 1);
            for language in TextLanguage::VALUES {
                let text = metric.definition.get(*language).unwrap();
                assert!(text.ends_with('.') && text.chars().count() > 20, "{}: {text}", metric.code);
                let names =
                    [Some(&metric.names), metric.numerator.as_ref(), metric.denominator.as_ref(), Some(&metric.source)];
                for name in names.into_iter().flatten() {
                    let length = name.get(*language).unwrap().chars().count();
                    assert!((1..=200).contains(&length), "{}: {name:?}", metric.code);
                }
            }
        }
    }
}
