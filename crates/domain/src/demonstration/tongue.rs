//! In which languages texts are written, and names of municipalities in the forms that can be formed safely.

use crate::municipality::LanguageStatus;
use crate::text::{Label, Names, Text};

/// A text in three languages, of which some are used.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub(super) fi: String,
    pub(super) sv: String,
    pub(super) en: String,
}

impl From<Label> for Words {
    fn from(label: Label) -> Self {
        Self { fi: label.fi.to_owned(), sv: label.sv.to_owned(), en: label.en.to_owned() }
    }
}

impl Words {
    /// The same with each text changed.
    pub(super) fn map(self, change: impl Fn(String) -> String) -> Self {
        Self { fi: change(self.fi), sv: change(self.sv), en: change(self.en) }
    }

    /// The languages of a municipality, and English where it is wanted.
    pub(super) fn written<const MAX: usize>(self, tongue: Tongue, english: bool) -> Text<MAX> {
        Text {
            fi: tongue.finnish.then_some(self.fi),
            sv: tongue.swedish.then_some(self.sv),
            en: english.then_some(self.en),
        }
    }
}

/// The languages in which a municipality writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tongue {
    finnish: bool,
    swedish: bool,
}

impl From<LanguageStatus> for Tongue {
    fn from(status: LanguageStatus) -> Self {
        Self { finnish: status != LanguageStatus::Swedish, swedish: status != LanguageStatus::Finnish }
    }
}

/// The names of a municipality as they stand in other names.
#[derive(Debug, Clone)]
pub(super) struct TownNames {
    pub(super) words: Words,
    pub(super) genitive: Option<String>,
    pub(super) is_swedish: bool,
}

impl TownNames {
    pub(super) fn of(names: &Names, status: LanguageStatus) -> Self {
        let own = if status == LanguageStatus::Swedish { &names.sv } else { &names.fi };
        let name = |name: &Option<String>| name.as_deref().or(own.as_deref()).unwrap_or(names.first()).to_owned();
        let words = Words { fi: name(&names.fi), sv: name(&names.sv), en: name(&names.en) };
        Self { genitive: genitive(&words.fi), is_swedish: status == LanguageStatus::Swedish, words }
    }

    /// Under which pages and mailboxes lie: a name that nobody can have (RFC 2606).
    pub(super) fn host(&self) -> String {
        let name = if self.is_swedish { &self.words.sv } else { &self.words.fi };
        format!("{}.example", host(name))
    }
}

/// The genitive of a municipality's Finnish name; none where no rule is safe.
fn genitive(name: &str) -> Option<String> {
    const KNOWN: [(&str, &str); 30] = [
        ("Helsinki", "Helsingin"),
        ("Espoo", "Espoon"),
        ("Tampere", "Tampereen"),
        ("Vantaa", "Vantaan"),
        ("Oulu", "Oulun"),
        ("Turku", "Turun"),
        ("Kuopio", "Kuopion"),
        ("Pori", "Porin"),
        ("Vaasa", "Vaasan"),
        ("Lappeenranta", "Lappeenrannan"),
        ("Mikkeli", "Mikkelin"),
        ("Kotka", "Kotkan"),
        ("Salo", "Salon"),
        ("Porvoo", "Porvoon"),
        ("Hyvinkää", "Hyvinkään"),
        ("Lohja", "Lohjan"),
        ("Rauma", "Rauman"),
        ("Kajaani", "Kajaanin"),
        ("Kerava", "Keravan"),
        ("Nokia", "Nokian"),
        ("Imatra", "Imatran"),
        ("Vihti", "Vihdin"),
        ("Kirkkonummi", "Kirkkonummen"),
        ("Tornio", "Tornion"),
        ("Kemi", "Kemin"),
        ("Raisio", "Raision"),
        ("Varkaus", "Varkauden"),
        ("Forssa", "Forssan"),
        ("Inari", "Inarin"),
        ("Enontekiö", "Enontekiön"),
    ];
    // Endings that are words of their own or formed without a change within the stem.
    const ENDINGS: [(&str, &str); 17] = [
        ("järvi", "järven"),
        ("joki", "joen"),
        ("lahti", "lahden"),
        ("Lahti", "Lahden"),
        ("salmi", "salmen"),
        ("niemi", "niemen"),
        ("koski", "kosken"),
        ("mäki", "mäen"),
        ("lampi", "lammen"),
        ("saari", "saaren"),
        ("vesi", "veden"),
        ("linna", "linnan"),
        ("suu", "suun"),
        ("pää", "pään"),
        ("kylä", "kylän"),
        ("la", "lan"),
        ("lä", "län"),
    ];
    if let Some((_, genitive)) = KNOWN.iter().find(|(known, _)| *known == name) {
        return Some((*genitive).to_owned());
    }
    ENDINGS.iter().find_map(|(ending, changed)| Some(format!("{}{changed}", name.strip_suffix(ending)?)))
}

/// A name as it stands in the address of a page: small letters a to z and hyphens.
fn host(name: &str) -> String {
    let plain = |letter| match letter {
        'å' | 'ä' => 'a',
        'ö' => 'o',
        'a'..='z' => letter,
        _ => '-',
    };
    let host: String = name.to_lowercase().chars().map(plain).collect();
    host.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_genitive_is_formed_only_where_it_is_known() {
        let table = [
            ("Helsinki", Some("Helsingin")),
            ("Rovaniemi", Some("Rovaniemen")),
            ("Seinäjoki", Some("Seinäjoen")),
            ("Jyväskylä", Some("Jyväskylän")),
            ("Kouvola", Some("Kouvolan")),
            ("Lahti", Some("Lahden")),
            ("Riihimäki", Some("Riihimäen")),
            ("Joensuu", Some("Joensuun")),
            ("Kuhmoinen", None),
            ("Ii", None),
            ("Mariehamn", None),
        ];
        for (name, expected) in table {
            assert_eq!(genitive(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_name_of_a_host_is_plain() {
        assert_eq!(host("Äänekoski"), "aanekoski");
        assert_eq!(host("Pedersören kunta"), "pedersoren-kunta");
    }
}
