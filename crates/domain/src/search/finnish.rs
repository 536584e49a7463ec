//! Finnish inflection: onto which stems of a base form endings come, and which endings there are.
//!
//! The stems are too many rather than too few. A form is recognised only where a stem and an ending make up all of it,
//! so one that nobody says does no harm.

use std::collections::BTreeSet;

/// How a base form stands within words.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// What endings come onto.
    pub(super) stems: BTreeSet<String>,
    /// What stands before another part of a compound.
    pub(super) joints: BTreeSet<String>,
}

/// The forms of a base form.
pub(super) fn forms(lemma: &str) -> Forms {
    let mut forms = Forms::default();
    forms.joints.insert(lemma.to_owned());
    forms.stems.insert(lemma.to_owned());
    let mut vowel = vowel_stems(lemma, &mut forms);
    for stem in vowel.clone() {
        vowel.extend(weak(&stem));
    }
    for stem in &vowel {
        forms.joints.insert(format!("{stem}n"));
        plurals(stem, &mut forms.stems);
    }
    for stem in verb_stems(lemma) {
        let (a, o) = if is_front(lemma) { ("ä", "y") } else { ("a", "u") };
        for derived in [
            "minen".into(),
            "mise".into(),
            "mis".into(),
            "misi".into(),
            format!("m{a}"),
            format!("v{a}"),
            format!("n{o}t"),
            "nee".into(),
            format!("t{o}"),
            format!("tt{o}"),
            format!("tt{a}v{a}"),
            format!("t{a}{a}n"),
            "isi".into(),
            "i".into(),
        ] {
            forms.stems.insert(format!("{stem}{derived}"));
        }
        forms.joints.insert(format!("{stem}mis"));
        forms.joints.insert(format!("{stem}m{a}"));
        vowel.insert(stem);
    }
    forms.stems.extend(vowel);
    forms
}

/// The forms of a stem that no rule gives.
pub(super) fn stem(stem: &str) -> Forms {
    let mut forms = Forms::default();
    forms.stems.insert(stem.to_owned());
    forms.joints.extend([stem.to_owned(), format!("{stem}n")]);
    plurals(stem, &mut forms.stems);
    forms
}

/// The stems that end in a vowel; consonant stems go into the forms.
fn vowel_stems(lemma: &str, forms: &mut Forms) -> BTreeSet<String> {
    let mut stems = BTreeSet::new();
    let cut = |count: usize| {
        let end = lemma.char_indices().rev().nth(count - 1).map_or(0, |(at, _)| at);
        &lemma[..end]
    };
    let letters: Vec<char> = lemma.chars().collect();
    let last = letters.last().copied().unwrap_or_default();
    if lemma.ends_with("nen") {
        stems.insert(format!("{}se", cut(3)));
        forms.stems.insert(format!("{}s", cut(3)));
        forms.joints.insert(format!("{}s", cut(3)));
    } else if lemma.ends_with("ton") || lemma.ends_with("tön") {
        let (o, a) = if lemma.ends_with('ö') || lemma.ends_with("ön") { ('ö', 'ä') } else { ('o', 'a') };
        stems.insert(format!("{}tt{o}m{a}", cut(3)));
    } else if lemma.ends_with("in") {
        stems.insert(format!("{}ime", cut(2)));
        stems.extend(strong(&format!("{}i", cut(2))).into_iter().map(|stem| format!("{stem}me")));
    } else if last == 's' && letters.len() > 2 {
        let before = letters[letters.len() - 2];
        stems.insert(format!("{}kse", cut(1)));
        if matches!(before, 'u' | 'y' | 'o' | 'ö') {
            stems.extend([format!("{}de", cut(1)), format!("{}te", cut(1))]);
            forms.stems.insert(format!("{}t", cut(1)));
        }
        let long = cut(1).to_owned();
        stems.extend(strong(&long).into_iter().chain([long]).map(|stem| format!("{stem}{before}")));
        // A word from elsewhere: bus, Windows.
        stems.insert(format!("{lemma}i"));
    } else if last == 'e' {
        let short = lemma.to_owned();
        stems.extend(strong(&short).into_iter().chain([short]).map(|stem| format!("{stem}e")));
        stems.insert(lemma.to_owned());
    } else if last == 'i' {
        stems.extend([lemma.to_owned(), format!("{}e", cut(1))]);
        forms.stems.insert(cut(1).to_owned());
        if lemma.ends_with("si") {
            stems.extend([format!("{}de", cut(2)), format!("{}te", cut(2))]);
            forms.stems.insert(format!("{}t", cut(2)));
        }
    } else if lemma.ends_with("ut") || lemma.ends_with("yt") {
        stems.extend([format!("{}e", cut(1)), format!("{}ee", cut(2))]);
    } else if is_vowel(last) {
        stems.insert(lemma.to_owned());
    } else {
        stems.extend([format!("{lemma}i"), format!("{lemma}e")]);
    }
    stems
}

/// The stems of a verb, if it can be one.
fn verb_stems(lemma: &str) -> BTreeSet<String> {
    let mut stems = BTreeSet::new();
    let letters: Vec<char> = lemma.chars().collect();
    let [.., before, last] = letters.as_slice() else { return stems };
    if !matches!(last, 'a' | 'ä') || letters.len() < 4 {
        return stems;
    }
    let all = |count: usize| letters[..letters.len() - count].iter().collect::<String>();
    let third = letters[letters.len() - 3];
    if is_vowel(*before) {
        stems.insert(all(1));
    } else if matches!(before, 'd') && is_vowel(third) {
        stems.insert(all(2));
    } else if matches!(before, 't') && is_vowel(third) {
        let short = all(2);
        let longer: Vec<String> = strong(&short).into_iter().chain([short.clone()]).collect();
        stems.extend(longer.iter().map(|stem| format!("{stem}{last}")));
        stems.extend([short.clone(), format!("{short}s")]);
        if third == 'i' {
            stems.insert(format!("{short}tse"));
        }
    } else if matches!(before, 'l' | 'n' | 'r') && third == *before {
        let short = format!("{}e", all(2));
        stems.extend(strong(&all(3)).into_iter().map(|stem| format!("{stem}{before}e")));
        stems.extend([short, all(2)]);
    } else if *before == 't' && third == 's' {
        stems.insert(format!("{}e", all(2)));
    }
    for stem in stems.clone() {
        // In the passive, an `a` is an `e`.
        stems.extend(stem.strip_suffix(['a', 'ä']).map(|short| format!("{short}e")));
    }
    for stem in stems.clone() {
        stems.extend(weak(&stem));
    }
    stems
}

/// Plural stems of a vowel stem.
fn plurals(stem: &str, stems: &mut BTreeSet<String>) {
    let letters: Vec<char> = stem.chars().collect();
    let [.., before, last] = letters.as_slice() else { return };
    let short: String = letters[..letters.len() - 1].iter().collect();
    let mut plural: Vec<String> = match last {
        _ if before == last => vec![short.clone()],
        'a' => vec![format!("{short}o"), short.clone()],
        'ä' => vec![format!("{short}ö"), short.clone()],
        'e' => vec![short.clone()],
        'i' => vec![format!("{short}e"), short.clone()],
        _ => vec![stem.to_owned()],
    };
    for stem in plural.drain(..) {
        stems.insert(format!("{stem}i"));
        stems.insert(format!("{stem}j"));
    }
}

const WEAK: [(&str, &str); 26] = [
    ("kk", "k"),
    ("pp", "p"),
    ("tt", "t"),
    ("nk", "ng"),
    ("nt", "nn"),
    ("lt", "ll"),
    ("rt", "rr"),
    ("mp", "mm"),
    ("ht", "hd"),
    ("lk", "l"),
    ("lk", "lj"),
    ("rk", "r"),
    ("rk", "rj"),
    ("hk", "h"),
    ("uku", "uvu"),
    ("yky", "yvy"),
    ("lp", "lv"),
    ("rp", "rv"),
    ("t", "d"),
    ("p", "v"),
    ("k", ""),
    ("gg", "g"),
    ("bb", "b"),
    ("ik", "j"),
    ("hk", "hj"),
    ("nk", "n"),
];

/// The stem with its last consonants weak, in each way that there is.
fn weak(stem: &str) -> Vec<String> {
    graded(stem, |strong, weak| (strong, weak))
}

/// The stem with its last consonants strong.
fn strong(stem: &str) -> Vec<String> {
    graded(stem, |strong, weak| (weak, strong))
}

/// Changes the consonants before the last vowels of a stem.
fn graded(stem: &str, way: fn(&'static str, &'static str) -> (&'static str, &'static str)) -> Vec<String> {
    let end = stem.trim_end_matches(is_vowel).len();
    let (head, vowels) = stem.split_at(end);
    let first_vowel = vowels.chars().next();
    let mut found = Vec::new();
    for (one, other) in WEAK {
        let (from, to) = way(one, other);
        // With its vowels on both sides, a `k` between two of them becomes a `v`.
        if let (Some(left), Some(_)) =
            (from.strip_suffix(['u', 'y']), from.chars().next().filter(|first| is_vowel(*first)))
        {
            if let Some(rest) = head.strip_suffix(left).filter(|_| first_vowel == from.chars().last()) {
                found.push(format!("{rest}{}{vowels}", &to[..to.len() - 1]));
            }
        } else if !from.is_empty() && head.ends_with(from) {
            let rest = &head[..head.len() - from.len()];
            let single = from.chars().count() == 1;
            // A single consonant changes between vowels only; with another one before it, it is a pair of its own.
            if !single || rest.ends_with(is_vowel) {
                found.push(format!("{rest}{to}{vowels}"));
            }
        }
    }
    found
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'å' | 'ä' | 'ö')
}

fn is_front(lemma: &str) -> bool {
    let harmony = lemma.chars().rev().find(|letter| matches!(letter, 'a' | 'o' | 'u' | 'ä' | 'ö' | 'y'));
    matches!(harmony, Some('ä' | 'ö' | 'y') | None)
}

const CASES: [&str; 73] = [
    "", "n", "t", "a", "ä", "ta", "tä", "tta", "ttä", "na", "nä", "ssa", "ssä", "sta", "stä", "lla", "llä", "lta",
    "ltä", "lle", "ksi", "tten", "den", "en", "ien", "jen", "ja", "jä", "ten", "in", "on", "un", "yn", "an", "än",
    "ön", "hin", "hun", "hon", "hyn", "hön", "hen", "han", "hän", "seen", "siin", "ihin", "ine", "itta", "ittä", "mme",
    "tte", "vat", "vät", "nut", "nyt", "neet", "isi", "isin", "isit", "vaa", "vää", "ssaan", "ssään", "llaan", "llään",
    "tse", "staan", "stään", "ltaan", "ltään", "lleen", "kseen",
];

/// Cases before a possessive, which takes an `n` or a `t` away.
const OWNED: [&str; 28] = [
    "", "a", "ä", "ta", "tä", "na", "nä", "ssa", "ssä", "sta", "stä", "lla", "llä", "lta", "ltä", "lle", "kse", "tte",
    "de", "e", "ie", "je", "ine", "i", "o", "u", "y", "ö",
];

/// Whether a word can end in it.
pub(super) fn is_ending(ending: &str) -> bool {
    const CLITICS: [&str; 9] = ["kin", "kaan", "kään", "ko", "kö", "han", "hän", "pa", "pä"];
    const POSSESSIVES: [&str; 9] = ["ni", "si", "nsa", "nsä", "mme", "nne", "an", "en", "än"];
    let plain = |ending: &str| {
        let owned = |owner: &&str| ending.strip_suffix(owner).is_some_and(|case| OWNED.contains(&case));
        CASES.contains(&ending) || POSSESSIVES.iter().any(owned)
    };
    plain(ending) || CLITICS.iter().any(|clitic| ending.strip_suffix(clitic).is_some_and(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a word is a form of a base form.
    fn is_form(word: &str, lemma: &str) -> bool {
        forms(lemma).stems.iter().any(|stem| word.strip_prefix(stem.as_str()).is_some_and(is_ending))
    }

    #[test]
    fn forms_of_a_word_are_recognised() {
        let table = [
            (
                "kone",
                "kone koneen konetta koneessa koneesta koneella koneelle koneita koneiden koneissa koneeni koneensa",
            ),
            ("tunnus", "tunnus tunnuksen tunnusta tunnukset tunnusten tunnuksia tunnuksilla tunnuksiaan tunnuksesi"),
            ("pankki", "pankki pankin pankkia pankissa pankkiin pankit pankkien pankkeja pankeissa pankkinikin"),
            (
                "puhelin",
                "puhelin puhelimen puhelinta puhelimella puhelimeen puhelimia puhelinten puhelimien puhelimitse",
            ),
            ("laite", "laite laitteen laitetta laitteita laitteiden laitteilla laitteeseen"),
            ("tulostaa", "tulostaa tulostan tulostaminen tulostamista tulostamisessa tulosta tulostamme tulostettu"),
            ("neuvonta", "neuvonta neuvonnan neuvontaa neuvonnassa neuvontaan"),
            ("apu", "apu avun apua avulla apuun avuksi"),
            ("verkko", "verkko verkon verkkoa verkossa verkkoon verkot verkkojen verkkoja verkoissa"),
            ("helsinki", "helsinki helsingin helsingissä helsinkiin helsingistä"),
            ("turku", "turku turun turussa turkuun"),
            ("lahti", "lahti lahden lahdessa lahteen"),
            ("seinäjoki", "seinäjoki seinäjoen seinäjoella seinäjoelle"),
            ("tampere", "tampere tampereen tampereella tampereelle"),
            ("asiakas", "asiakas asiakkaan asiakasta asiakkaat asiakkaille asiakkaiden asiakkaita"),
            ("sähköinen", "sähköinen sähköisen sähköistä sähköiset sähköisiä sähköisissä"),
            ("maksuton", "maksuton maksuttoman maksutonta maksuttomia"),
            ("käyttää", "käyttää käytän käyttäminen käyttämään käytetään"),
            ("varata", "varata varaan varaa varaaminen varaamalla"),
            ("vuosi", "vuosi vuoden vuotta vuodessa vuosia"),
            ("kieli", "kieli kielen kieltä kielellä kielet kieliä"),
            ("haku", "haku haun hakua haussa"),
        ];
        for (lemma, words) in table {
            for word in words.split(' ') {
                assert!(is_form(word, lemma), "{word} is a form of {lemma}: {:?}", forms(lemma).stems);
            }
        }
        for (lemma, word) in [("kone", "koneisto"), ("apu", "apuraha"), ("haku", "hakkuu"), ("tunnus", "tunnustella")] {
            assert!(!is_form(word, lemma), "{word} is no form of {lemma}");
        }
    }
}
