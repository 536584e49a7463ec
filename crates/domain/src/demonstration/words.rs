//! Ordinary words for districts, streets, providers and places.

use super::tongue::Words;
use crate::provider::ProviderType;
use crate::text::Label;

/// A district: its Finnish name, the genitive of that, its Swedish name.
const DISTRICTS: [[&str; 3]; 44] = [
    ["Keskusta", "Keskustan", "Centrum"],
    ["Asema", "Aseman", "Stationen"],
    ["Kauppatori", "Kauppatorin", "Salutorget"],
    ["Kirkonkylä", "Kirkonkylän", "Kyrkbyn"],
    ["Satama", "Sataman", "Hamnen"],
    ["Kartano", "Kartanon", "Herrgården"],
    ["Pappila", "Pappilan", "Prästgården"],
    ["Aitta", "Aitan", "Boden"],
    ["Ruukki", "Ruukin", "Bruket"],
    ["Saari", "Saaren", "Holmen"],
    ["Niemi", "Niemen", "Udden"],
    ["Kangas", "Kankaan", "Mon"],
    ["Toivola", "Toivolan", "Hoppet"],
    ["Uusikylä", "Uudenkylän", "Nyby"],
    ["Vanhakylä", "Vanhankylän", "Gammelby"],
    ["Lahdenperä", "Lahdenperän", "Viken"],
    ["Sahanperä", "Sahanperän", "Sågbacken"],
    ["Torppala", "Torppalan", "Torpby"],
    ["Harju", "Harjun", "Åsen"],
    ["Rantala", "Rantalan", "Strand"],
    ["Mäkelä", "Mäkelän", "Backas"],
    ["Myllymäki", "Myllymäen", "Kvarnbacken"],
    ["Metsola", "Metsolan", "Skogsby"],
    ["Koivula", "Koivulan", "Björkby"],
    ["Niittylä", "Niittylän", "Ängsby"],
    ["Lehtola", "Lehtolan", "Lundby"],
    ["Peltola", "Peltolan", "Åkerby"],
    ["Kallio", "Kallion", "Berget"],
    ["Koskela", "Koskelan", "Forsby"],
    ["Järvelä", "Järvelän", "Sjöby"],
    ["Puistola", "Puistolan", "Parkby"],
    ["Tuomela", "Tuomelan", "Häggby"],
    ["Haapala", "Haapalan", "Aspnäs"],
    ["Kuusela", "Kuuselan", "Granby"],
    ["Mäntylä", "Mäntylän", "Tallbacka"],
    ["Pihlajamäki", "Pihlajamäen", "Rönnbacka"],
    ["Jokela", "Jokelan", "Åby"],
    ["Lepola", "Lepolan", "Fridhem"],
    ["Rajamäki", "Rajamäen", "Råbacka"],
    ["Kivistö", "Kivistön", "Stenbacka"],
    ["Hakala", "Hakalan", "Hagnäs"],
    ["Linnanmäki", "Linnanmäen", "Slottsbacken"],
    ["Päivölä", "Päivölän", "Solbacka"],
    ["Nummela", "Nummelan", "Hedby"],
];

/// From which on districts of large cities have sides.
const WITH_SIDES: usize = 18;

/// What stands before the name of a district in a large city.
const SIDES: [[&str; 2]; 7] = [
    ["Itä-", "Östra "],
    ["Länsi-", "Västra "],
    ["Etelä-", "Södra "],
    ["Pohjois-", "Norra "],
    ["Ylä-", "Övre "],
    ["Ala-", "Nedre "],
    ["Keski-", "Mellersta "],
];

/// A part of a municipality.
#[derive(Debug, Clone)]
pub(super) struct District {
    pub(super) words: Words,
    pub(super) genitive: String,
}

impl District {
    /// How many a large city has.
    const MOST: usize = DISTRICTS.len() + SIDES.len() * (DISTRICTS.len() - WITH_SIDES);

    /// How many a municipality with so many inhabitants has.
    pub(super) fn count(people: usize) -> usize {
        Self::MOST.min(DISTRICTS.len() + people / 2_000)
    }

    /// The n-th; those without sides come first. In a Swedish-speaking municipality English texts use its Swedish name.
    pub(super) fn numbered(n: usize, is_swedish: bool) -> Self {
        let sided = n.checked_sub(DISTRICTS.len());
        let (index, [side, swedish_side]) = match sided {
            None => (n, ["", ""]),
            Some(n) => {
                let count = DISTRICTS.len() - WITH_SIDES;
                (WITH_SIDES + n % count, SIDES[n / count % SIDES.len()])
            }
        };
        let [name, genitive, swedish] = DISTRICTS[index];
        let (fi, sv) = (format!("{side}{name}"), format!("{swedish_side}{swedish}"));
        let en = if is_swedish { sv.clone() } else { fi.clone() };
        Self { genitive: format!("{side}{genitive}"), words: Words { fi, sv, en } }
    }
}

/// Streets, in Finnish and in Swedish.
pub(super) const STREETS: [[&str; 2]; 32] = [
    ["Kirkkokatu", "Kyrkogatan"],
    ["Asematie", "Stationsvägen"],
    ["Torikatu", "Torggatan"],
    ["Koulutie", "Skolvägen"],
    ["Rantatie", "Strandvägen"],
    ["Kauppakatu", "Handelsgatan"],
    ["Puistokatu", "Parkgatan"],
    ["Satamakatu", "Hamngatan"],
    ["Mäkitie", "Backvägen"],
    ["Myllytie", "Kvarnvägen"],
    ["Keskuskatu", "Centralgatan"],
    ["Harjukatu", "Åsgatan"],
    ["Koivutie", "Björkvägen"],
    ["Kunnantie", "Kommunalvägen"],
    ["Raatihuoneenkatu", "Rådhusgatan"],
    ["Linnankatu", "Slottsgatan"],
    ["Niittytie", "Ängsvägen"],
    ["Urheilutie", "Idrottsvägen"],
    ["Teollisuustie", "Industrivägen"],
    ["Kirjastokatu", "Biblioteksgatan"],
    ["Pappilantie", "Prästgårdsvägen"],
    ["Jokikatu", "Ågatan"],
    ["Länsikatu", "Västergatan"],
    ["Itäkatu", "Östergatan"],
    ["Metsätie", "Skogsvägen"],
    ["Peltotie", "Åkervägen"],
    ["Siltakatu", "Brogatan"],
    ["Sahatie", "Sågvägen"],
    ["Kylätie", "Byvägen"],
    ["Pihlajatie", "Rönnvägen"],
    ["Vanhatie", "Gamla vägen"],
    ["Opintie", "Studievägen"],
];

const fn label(fi: &'static str, sv: &'static str, en: &'static str) -> Label {
    Label { fi, sv, en }
}

/// What providers of a type are called: after a genitive in Finnish, at the beginning in Swedish and English.
pub(super) fn provider_nouns(provider_type: ProviderType) -> &'static [Label] {
    match provider_type {
        ProviderType::Library => const { &[label("kirjasto", "Biblioteket", "Library")] },
        ProviderType::AdultEducationCentre => {
            const { &[label("kansalaisopisto", "Medborgarinstitutet", "Adult education centre")] }
        }
        ProviderType::School => const { &[label("ammattiopisto", "Yrkesinstitutet", "Vocational college")] },
        ProviderType::Association => {
            const {
                &[
                    label("seniorien digikerho", "Seniorernas digiklubb", "Senior citizens' digital club"),
                    label("kyläyhdistys", "Byaföreningen", "Village association"),
                    label("vertaisopastajat", "Kamratstödjarna", "Peer supporters"),
                    label("omaishoitajien kerho", "Närståendevårdarnas klubb", "Informal carers' club"),
                    label("nettikahvila", "Nätkaféet", "Internet café"),
                    label("maahanmuuttajayhdistys", "Invandrarföreningen", "Immigrants' association"),
                    label("kulttuuriyhdistys", "Kulturföreningen", "Cultural association"),
                    label("näkövammaisten kerho", "Synskadades klubb", "Club of the visually impaired"),
                ]
            }
        }
        ProviderType::Parish => const { &[label("seurakunta", "Församlingen", "Parish")] },
        ProviderType::JointServicePoint => {
            const { &[label("yhteispalvelupiste", "Samservicen", "Joint service point")] }
        }
        ProviderType::Project => {
            const {
                &[
                    label(
                        "Digitaidot haltuun -hanke",
                        "Projektet Digikunskaper för alla",
                        "Digital Skills for All project",
                    ),
                    label(
                        "Digiloikka kylille -hanke",
                        "Projektet Digisprång i byarna",
                        "Digital Leap to the Villages project",
                    ),
                    label("Mukana verkossa -hanke", "Projektet Med på nätet", "Along on the Net project"),
                ]
            }
        }
        ProviderType::Company => const { &[label("digiapu", "Digihjälpen", "Digital help")] },
        _ => const { &[label("digituki", "Digitalt stöd", "Digital support")] },
    }
}

/// What the main place of a provider is called, if it has one; cities have their own words.
pub(super) fn main_place(provider_type: ProviderType, is_city: bool) -> Option<Label> {
    Some(match provider_type {
        ProviderType::Library => label("pääkirjasto", "Huvudbiblioteket", "Main library"),
        ProviderType::Municipality if is_city => label("kaupungintalo", "Stadshuset", "City hall"),
        ProviderType::Municipality => label("kunnantalo", "Kommunkansliet", "Municipal office"),
        ProviderType::AdultEducationCentre => label("opistotalo", "Institutshuset", "Adult education building"),
        ProviderType::JointServicePoint => label("virastotalo", "Ämbetshuset", "Office building"),
        _ => return None,
    })
}

/// What places of providers of a type are called.
pub(super) fn place_nouns(provider_type: ProviderType) -> &'static [Label] {
    match provider_type {
        ProviderType::Library => const { &[label("kirjasto", "Biblioteket", "Library")] },
        ProviderType::Municipality => {
            const {
                &[
                    label("asiointipiste", "Kundservicen", "Service desk"),
                    label("palvelutalo", "Servicehuset", "Service house"),
                    label("asukastila", "Invånarlokalen", "Residents' hall"),
                ]
            }
        }
        ProviderType::AdultEducationCentre | ProviderType::School => {
            const { &[label("koulu", "Skolan", "School"), label("opintotalo", "Studiehuset", "Study centre")] }
        }
        ProviderType::Association => {
            const {
                &[
                    label("kerhotalo", "Klubblokalen", "Club room"),
                    label("kylätalo", "Byagården", "Village hall"),
                    label("monitoimitalo", "Allaktivitetshuset", "Activity centre"),
                ]
            }
        }
        ProviderType::Parish => const { &[label("seurakuntatalo", "Församlingshemmet", "Parish hall")] },
        ProviderType::JointServicePoint => {
            const { &[label("yhteispalvelupiste", "Samservicen", "Joint service point")] }
        }
        ProviderType::Company => const { &[label("kauppakeskus", "Köpcentret", "Shopping centre")] },
        _ => {
            const {
                &[
                    label("kylätalo", "Byagården", "Village hall"),
                    label("asukastila", "Invånarlokalen", "Residents' hall"),
                ]
            }
        }
    }
}

/// How one finds places.
pub(super) const DIRECTIONS: [Label; 6] = [
    label("Käynti pihan puolelta.", "Ingång från gården.", "Entrance from the courtyard."),
    label("Toinen kerros, hissi aulasta.", "Andra våningen, hiss i aulan.", "Second floor, lift in the lobby."),
    label("Pääovesta oikealle.", "Till höger från huvudingången.", "To the right of the main entrance."),
    label(
        "Bussipysäkki on oven edessä.",
        "Busshållplatsen ligger framför dörren.",
        "The bus stops in front of the door.",
    ),
    label(
        "Samassa talossa kuin terveysasema.",
        "I samma hus som hälsostationen.",
        "In the same building as the health centre.",
    ),
    label("Kysy neuvonnasta.", "Fråga i informationen.", "Ask at the information desk."),
];
