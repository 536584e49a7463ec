//! The table of definitions.

use super::{Definition, MetricCode, MetricUnit};
use crate::need_indicator::{IndicatorCode, IndicatorUnit};
use crate::text::Label;

const fn label(fi: &'static str, sv: &'static str, en: &'static str) -> Label {
    Label { fi, sv, en }
}

const STATISTICS: Label = label(
    "Tilastokeskus (THL:n Sotkanetin kautta)",
    "Statistikcentralen (genom THL:s Sotkanet)",
    "Statistics Finland (through THL's Sotkanet)",
);
const REGISTRY: Label = label(
    "tämän rekisterin digitukipisteet",
    "digistödspunkterna i detta register",
    "the service points of this registry",
);
const REGISTRY_AND_STATISTICS: Label = label(
    "tämän rekisterin digitukipisteet ja Tilastokeskuksen väestötiedot",
    "digistödspunkterna i detta register och Statistikcentralens folkmängdsuppgifter",
    "the service points of this registry and Statistics Finland's population figures",
);
const INDICATORS: Label = label(
    "rekisteriin ladatut tarpeen indikaattorit",
    "behovsindikatorerna som lästs in i registret",
    "the need indicators loaded into the registry",
);
const BOTH: Label = label(
    "tämän rekisterin digitukipisteet ja siihen ladatut tarpeen indikaattorit",
    "digistödspunkterna i detta register och behovsindikatorerna som lästs in i det",
    "the service points of this registry and the need indicators loaded into it",
);
const ASSESSMENTS: Label =
    label("tämän rekisterin arvioinnit", "utvärderingarna i detta register", "the assessments of this registry");
const CONFIRMED: Label = label(
    "tämän rekisterin vahvistetut arvioinnit",
    "de bekräftade utvärderingarna i detta register",
    "the confirmed assessments of this registry",
);

const CLASSIFICATION: Label = label(
    "Tilastokeskuksen kuntaluokitus",
    "Statistikcentralens kommunklassificering",
    "Statistics Finland's classification of municipalities",
);

const POINTS: Label = label("digitukipisteet", "digistödspunkter", "service points");
const INHABITANTS: Label = label("asukkaat", "invånare", "inhabitants");
/// What an indicator in per cent comes to in an area of several municipalities.
const MEAN: Label = label(
    "Usean kunnan alueella kuntien lukujen keskiarvo kunnan kaikilla asukkailla painotettuna niistä kunnista, joista molemmat tunnetaan.",
    "För ett område med flera kommuner medelvärdet av kommunernas tal, vägt med alla invånare i kommunen, bland de kommuner där båda är kända.",
    "For an area of several municipalities the mean of theirs, weighted by all inhabitants of each, over those of which both are known.",
);
/// What an indicator in persons comes to there.
const SUM: Label = label(
    "Usean kunnan alueella kuntien lukujen summa; ei tiedossa, jos jonkin kunnan luku puuttuu.",
    "För ett område med flera kommuner summan av kommunernas tal; kan inte anges om talet för någon kommun saknas.",
    "For an area of several municipalities the sum of theirs; not told where that of one is missing.",
);

const WEIGHTS_WITH_LEVEL: Label = label(
    "niiden kriteerien painojen summa, joilla on taso",
    "summan av vikterna för de kriterier som har en nivå",
    "the sum of the weights of the criteria that have a level",
);

const WEIGHTED_RANKS: Label = label(
    "prosenttijärjestykset kerrottuina painoillaan",
    "percentilrangerna multiplicerade med sina vikter",
    "percentile ranks times their weights",
);
const KNOWN_WEIGHTS: Label = label(
    "tunnettujen osatekijöiden painojen summa",
    "summan av vikterna för de kända delarna",
    "the sum of the weights of the known components",
);

impl Definition {
    /// A figure that is no quotient.
    const fn plain(unit: MetricUnit, source: Label, text: Label) -> Self {
        Self { text, unit, numerator: None, denominator: None, source, version: 1, of_several: None }
    }

    /// What a need indicator says of itself.
    fn of(indicator: IndicatorCode) -> Self {
        let (unit, of_several) = match indicator.unit() {
            IndicatorUnit::Persons => (MetricUnit::Persons, SUM),
            IndicatorUnit::Percent => (MetricUnit::Percent, MEAN),
        };
        let defined = Self { of_several: Some(of_several), ..Self::plain(unit, INDICATORS, indicator.definition()) };
        match indicator.parts() {
            Some((numerator, denominator)) => defined.divided(numerator, denominator),
            None => defined,
        }
    }

    const fn divided(self, numerator: Label, denominator: Label) -> Self {
        Self { numerator: Some(numerator), denominator: Some(denominator), ..self }
    }
}

impl MetricCode {
    #[expect(clippy::too_many_lines, reason = "a table: what each metric is, in three languages")]
    pub(super) fn definition(self) -> Definition {
        match self {
            Self::Population => Definition::plain(MetricUnit::Persons, STATISTICS, label(
                "Asukkaat vuoden viimeisenä päivänä, kunnittain ja kuntien yhteenlaskettuina kysytyn päivän rajoin. Kunnan, jolla ei ole omaa lukua, asukkaat ovat sen kunnan luvussa, johon se on sittemmin liitetty: ei tiedossa alueesta, johon kuuluu vain toinen näistä.",
                "Invånarna på årets sista dag, per kommun och summerade över kommunerna enligt gränserna på den efterfrågade dagen. Invånarna i en kommun utan egen siffra ingår i siffran för den kommun som den senare har gått upp i: kan inte anges för ett område som bara omfattar den ena av dem.",
                "Inhabitants on the last day of a year, by municipality and added up over municipalities on the borders of the day asked about. The inhabitants of a municipality without a figure of its own are in that of the one it has since been joined to: not told of an area that has only one of the two.",
            )),
            Self::ServicePoints => Definition::plain(MetricUnit::Count, REGISTRY, label(
                "Digitukipisteet, joilla on paikka alueella ja jotka olivat voimassa kysyttynä päivänä. Kunnan lakattua sen pisteet lasketaan sille kunnalle, johon se liitettiin.",
                "Digistödspunkter som har en plats i området och som gällde på den efterfrågade dagen. När en kommun har upphört räknas dess punkter till den kommun som den gick upp i.",
                "Service points that have a place in the area and were there on the day asked about. Those of a municipality that has ended count for the one that it was joined to.",
            )),
            Self::ServicePointsPer10000 => Definition::plain(MetricUnit::Per10000, REGISTRY_AND_STATISTICS, label(
                "Alueen digitukipisteiden määrä 10 000 asukasta kohti. Ei tiedossa, jos väestö ei ole tiedossa.",
                "Antalet digistödspunkter i området per 10 000 invånare. Kan inte anges om folkmängden är okänd.",
                "The service points of the area for each 10,000 inhabitants. Not told when the population is not known.",
            )).divided(POINTS, INHABITANTS),
            Self::Municipalities => Definition::plain(MetricUnit::Count, CLASSIFICATION, label(
                "Kunnat, jotka kuuluivat alueeseen kysyttynä päivänä.",
                "Kommunerna som hörde till området på den efterfrågade dagen.",
                "The municipalities that belonged to the area on the day asked about.",
            )),
            Self::MunicipalitiesWithoutInPersonSupport => Definition::plain(MetricUnit::Count, REGISTRY, label(
                "Alueen kunnat, joissa ei ole lähituen pistettä ja joissa mikään kotiin tuleva lähituki ei palvele.",
                "Kommunerna i området där det varken finns en punkt med närstöd eller ges närstöd som kommer hem till en.",
                "The municipalities of the area in which no in-person point lies and which no in-person service serves that comes to people.",
            )),
            Self::ShareInBothNationalLanguages => Definition::plain(MetricUnit::Share, REGISTRY, label(
                "Alueen digitukipisteistä ne, joissa tukea saa sekä suomeksi että ruotsiksi. Ei tiedossa, jos pisteitä ei ole.",
                "Andelen av digistödspunkterna i området där stöd ges både på finska och på svenska. Kan inte anges om det inte finns några punkter.",
                "Of the service points of the area, those where support is given in both Finnish and Swedish. Not told when there are no points.",
            )).divided(
                label("digitukipisteet, joissa tukea saa suomeksi ja ruotsiksi", "digistödspunkter där stöd ges på finska och svenska", "service points with support in Finnish and Swedish"),
                POINTS,
            ),
            Self::NearestPointKm => Definition::plain(MetricUnit::Kilometres, REGISTRY_AND_STATISTICS, label(
                "Etäisyys linnuntietä kunnan keskustaajamasta lähimpään lähituen pisteeseen koko maassa, kymmenen metrin tarkkuudella. Usean kunnan alueella kuntien etäisyyksien keskiarvo asukasmäärillä painotettuna niistä kunnista, joista molemmat tunnetaan.",
                "Avståndet fågelvägen från kommunens centralort till den närmaste punkten med närstöd i hela landet, på tio meter när. För ett område med flera kommuner medelvärdet av kommunernas avstånd, vägt med antalet invånare, bland de kommuner där båda är kända.",
                "The distance as the crow flies from the municipality's central locality to the nearest in-person point in all of Finland, to ten metres. For an area of several municipalities the mean of theirs, weighted by inhabitants, over those of which both are known.",
            )).divided(
                label("etäisyydet kerrottuina asukkailla (usean kunnan alue)", "avstånden multiplicerade med invånarna (område med flera kommuner)", "distances times inhabitants (an area of several municipalities)"),
                INHABITANTS,
            ),
            Self::RemoteAlternatives => Definition::plain(MetricUnit::Count, REGISTRY, label(
                "Etänä saatavat digitukipisteet (puhelin, video, chat, verkko), joiden palvelualueeseen kuuluu ainakin yksi alueen kunta.",
                "Digistödspunkter på distans (telefon, video, chatt, nätet) vars serviceområde omfattar minst en av områdets kommuner.",
                "Service points reached from afar (phone, video, chat, the net) that serve at least one municipality of the area.",
            )),
            Self::ShareCurrent => Definition::plain(MetricUnit::Share, REGISTRY, label(
                "Alueen digitukipisteistä ne, joiden tiedot joku on todennut oikeiksi alle kuusi kuukautta ennen kysyttyä päivää tai sen jälkeen. Pisteen oma ajantasaisuus sen sijaan on tämän hetken mukainen. Ei tiedossa, jos pisteitä ei ole.",
                "Andelen av digistödspunkterna i området vars uppgifter någon har verifierat mindre än sex månader före den efterfrågade dagen eller senare. Aktualiteten hos punkten själv gäller däremot i denna stund. Kan inte anges om det inte finns några punkter.",
                "Of the service points of the area, those that somebody has verified less than six months before the day asked about, or later. The freshness that a point itself shows is as of now. Not told when there are no points.",
            )).divided(
                label("digitukipisteet, joiden tiedot ovat ajantasaiset", "digistödspunkter med aktuella uppgifter", "service points with current information"),
                POINTS,
            ),
            Self::PercentileRank => Definition::plain(MetricUnit::Index, BOTH, label(
                "Niiden kuntien osuus, joiden arvo on pienempi, lisättynä puolella niistä, joilla on sama arvo, kerrottuna sadalla; mukana ovat kunnat, joiden arvo tunnetaan. Kun pieni arvo on parempi, järjestys on käännetty.",
                "Andelen kommuner med ett lägre värde plus hälften av dem med samma värde, gånger hundra, bland de kommuner vars värde är känt. Där ett lågt värde är bättre är ordningen omvänd.",
                "The municipalities with a lower value, and half of those with the same, as a share of those whose value is known, times a hundred. Where a low value is the better one the order is turned round.",
            )).divided(
                label("kunnat, joiden arvo on pienempi, ja puolet niistä, joilla on sama arvo", "kommuner med lägre värde och hälften av dem med samma värde", "municipalities with a lower value and half of those with the same"),
                label("kunnat, joiden arvo tunnetaan", "kommuner vars värde är känt", "municipalities whose value is known"),
            ),
            Self::NeedIndex => Definition::plain(MetricUnit::Index, INDICATORS, label(
                "Kunnan indikaattorien prosenttijärjestysten painotettu keskiarvo tunnetuista indikaattoreista. Painot näkyvät vastauksessa, ja kysyjä voi muuttaa niitä. Ei tiedossa, jos mitään painollista indikaattoria ei tunneta. Usean kunnan alueella kuntien indeksien keskiarvo asukasmäärillä painotettuna.",
                "Det vägda medelvärdet av percentilrangerna för kommunens indikatorer, bland dem som är kända. Vikterna syns i svaret och kan ändras av den som frågar. Kan inte anges om ingen indikator med vikt är känd. För ett område med flera kommuner medelvärdet av kommunernas index, vägt med antalet invånare.",
                "The weighted mean of the percentile ranks of a municipality's indicators, over those that are known. The weights are in the answer, and the caller may change them. Not told when no indicator with a weight is known. For an area of several municipalities the mean of theirs, weighted by inhabitants.",
            )).divided(WEIGHTED_RANKS, KNOWN_WEIGHTS),
            Self::ShareKnown => Definition::plain(MetricUnit::Share, BOTH, label(
                "Kuinka suuri osa indeksin painoista on osatekijöillä, jotka tunnetaan.",
                "Hur stor del av indexets vikter som hör till delar som är kända.",
                "How much of the weights of an index belongs to components that are known.",
            )).divided(KNOWN_WEIGHTS, label("kaikkien osatekijöiden painojen summa", "summan av alla delars vikter", "the sum of the weights of all components")),
            Self::AvailabilityIndex => Definition::plain(MetricUnit::Index, REGISTRY_AND_STATISTICS, label(
                "Kunnan saatavuuslukujen prosenttijärjestysten painotettu keskiarvo tunnetuista luvuista; mitä suurempi, sitä paremmin tukea on saatavilla. Painot näkyvät vastauksessa, ja kysyjä voi muuttaa niitä. Usean kunnan alueella kuntien indeksien keskiarvo asukasmäärillä painotettuna.",
                "Det vägda medelvärdet av percentilrangerna för kommunens tillgänglighetstal, bland dem som är kända; ju högre, desto bättre tillgång. Vikterna syns i svaret och kan ändras av den som frågar. För ett område med flera kommuner medelvärdet av kommunernas index, vägt med antalet invånare.",
                "The weighted mean of the percentile ranks of a municipality's figures of availability, over those that are known: the higher, the better support can be had. The weights are in the answer, and the caller may change them. For an area of several municipalities the mean of theirs, weighted by inhabitants.",
            )).divided(WEIGHTED_RANKS, KNOWN_WEIGHTS),
            Self::Gap => Definition::plain(MetricUnit::IndexDifference, BOTH, label(
                "Tarveindeksi vähennettynä saatavuusindeksillä: suuri, kun tarve on suuri ja tukea on saatavilla vähän. Ei tiedossa, jos jompaakumpaa ei tunneta. Usean kunnan alueella kuntien erotusten keskiarvo asukasmäärillä painotettuna.",
                "Behovsindexet minus tillgänglighetsindexet: stort där behovet är stort och tillgången liten. Kan inte anges om någotdera är okänt. För ett område med flera kommuner medelvärdet av kommunernas skillnader, vägt med antalet invånare.",
                "The need index less the availability index: high where need is high and availability low. Not told when either is unknown. For an area of several municipalities the mean of theirs, weighted by inhabitants.",
            )),
            Self::AssessmentScore => Definition::plain(MetricUnit::Level, ASSESSMENTS, label(
                "Kriteerien tasojen painotettu keskiarvo niistä kriteereistä, joilla on taso. Aina vastatun osuuden rinnalla.",
                "Det vägda medelvärdet av kriteriernas nivåer, bland de kriterier som har en nivå. Anges alltid tillsammans med den besvarade andelen.",
                "The weighted mean of the levels of the criteria that have one. Always told beside the share answered.",
            )).divided(
                label("tasot kerrottuina kriteerien painoilla", "nivåerna multiplicerade med kriteriernas vikter", "levels times the weights of their criteria"),
                WEIGHTS_WITH_LEVEL,
            ),
            Self::ShareAnswered => Definition::plain(MetricUnit::Share, ASSESSMENTS, label(
                "Kuinka suurella osalla kriteereistä on taso, painoin laskettuna; kriteerit, jotka eivät sovellu, jätetään pois.",
                "Hur stor del av kriterierna som har en nivå, räknat i vikter; kriterier som inte är tillämpliga lämnas bort.",
                "How much of the criteria has a level, counted by their weights; criteria that do not apply are left out.",
            )).divided(
                WEIGHTS_WITH_LEVEL,
                label("soveltuvien kriteerien painojen summa", "summan av vikterna för de tillämpliga kriterierna", "the sum of the weights of the criteria that apply"),
            ),
            Self::RoundShareAnswered => Definition::plain(MetricUnit::Share, ASSESSMENTS, label(
                "Kuinka suuri osa arviointikierroksella kysytyistä on vastannut.",
                "Hur stor del av dem som tillfrågats i utvärderingsomgången som har svarat.",
                "How many of those that an assessment round asks have answered.",
            )).divided(
                label("vastanneet", "de som har svarat", "those that answered"),
                label("kysytyt", "de tillfrågade", "those that were asked"),
            ),
            Self::ScoreMedian => Definition::plain(MetricUnit::Level, CONFIRMED, label(
                "Kierroksen vahvistettujen arviointien tulosten mediaani. Pienten ryhmien lukua ei näytetä.",
                "Medianen av resultaten av omgångens bekräftade utvärderingar. För små grupper visas inte talet.",
                "The median of the scores of the round's confirmed assessments. Not shown for small groups.",
            )),
            Self::ScoreLowerQuartile => Definition::plain(MetricUnit::Level, CONFIRMED, label(
                "Kierroksen vahvistettujen arviointien tulosten alakvartiili, lineaarisesti interpoloituna (tyyppi 7). Pienten ryhmien lukua ei näytetä.",
                "Den nedre kvartilen av resultaten av omgångens bekräftade utvärderingar, linjärt interpolerad (typ 7). För små grupper visas inte talet.",
                "The lower quartile of the scores of the round's confirmed assessments, interpolated linearly (type 7). Not shown for small groups.",
            )),
            Self::ScoreUpperQuartile => Definition::plain(MetricUnit::Level, CONFIRMED, label(
                "Kierroksen vahvistettujen arviointien tulosten yläkvartiili, lineaarisesti interpoloituna (tyyppi 7). Pienten ryhmien lukua ei näytetä.",
                "Den övre kvartilen av resultaten av omgångens bekräftade utvärderingar, linjärt interpolerad (typ 7). För små grupper visas inte talet.",
                "The upper quartile of the scores of the round's confirmed assessments, interpolated linearly (type 7). Not shown for small groups.",
            )),
            Self::ScoreChange => Definition::plain(MetricUnit::LevelDifference, CONFIRMED, label(
                "Tulos vähennettynä edellisen kierroksen tuloksella, vain niistä kriteereistä, jotka ovat vertailukelpoisia.",
                "Resultatet minus resultatet i föregående omgång, endast för de kriterier som är jämförbara.",
                "The score less that of the round before, only over criteria that can be compared.",
            )),
            Self::Share65Plus => Definition::of(IndicatorCode::Share65Plus),
            Self::Share75Plus => Definition::of(IndicatorCode::Share75Plus),
            Self::LivingAlone75Plus => Definition::of(IndicatorCode::LivingAlone75Plus),
            Self::ShareSwedishSpeakers => Definition::of(IndicatorCode::ShareSwedishSpeakers),
            Self::ShareSamiSpeakers => Definition::of(IndicatorCode::ShareSamiSpeakers),
            Self::ShareForeignLanguageSpeakers => Definition::of(IndicatorCode::ShareForeignLanguageSpeakers),
            Self::ShareLowEducation => Definition::of(IndicatorCode::ShareLowEducation),
            Self::NeverUsesInternet => Definition::of(IndicatorCode::NeverUsesInternet),
            Self::OftenNeedsSupport => Definition::of(IndicatorCode::OftenNeedsSupport),
            Self::NoStrongIdentification => Definition::of(IndicatorCode::NoStrongIdentification),
            Self::WeakDigitalSkills => Definition::of(IndicatorCode::WeakDigitalSkills),
            Self::NoSuitableDevice => Definition::of(IndicatorCode::NoSuitableDevice),
        }
    }
}
