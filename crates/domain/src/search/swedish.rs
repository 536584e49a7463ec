//! Swedish inflection: onto which stems of a base form endings come, and which endings there are. As in Finnish, they
//! are too many rather than too few.

use std::collections::BTreeSet;

use super::finnish::Forms;

/// The forms of a base form, and of those of its forms that no rule gives.
pub(super) fn forms(lemma: &str, irregular: &[String]) -> Forms {
    let mut forms = Forms::default();
    for form in irregular.iter().map(String::as_str).chain([lemma]) {
        forms.stems.insert(form.to_owned());
        forms.joints.extend([form.to_owned(), format!("{form}s")]);
        if let Some(short) = form.strip_suffix(['a', 'e']).filter(|short| short.len() > 2) {
            forms.stems.insert(short.to_owned());
            forms.joints.extend(["", "o", "u", "e", "s"].map(|joint| format!("{short}{joint}")));
        }
        // An e between consonants goes: nyckel, nycklar.
        for last in ["el", "er", "en"] {
            if let Some(head) = form.strip_suffix(last).filter(|head| head.len() > 2) {
                forms.stems.insert(format!("{head}{}", &last[1..]));
            }
        }
        if let Some(head) = form.strip_suffix('m').filter(|head| head.len() > 2) {
            forms.stems.insert(format!("{head}mm"));
        }
    }
    forms.stems = forms.stems.into_iter().filter(|stem| stem.len() > 1).collect::<BTreeSet<_>>();
    forms
}

const ENDINGS: [&str; 34] = [
    "", "n", "en", "an", "t", "et", "r", "er", "ar", "or", "na", "rna", "erna", "arna", "orna", "a", "e", "ad", "ade",
    "at", "de", "te", "ande", "ende", "it", "are", "aren", "arna", "ning", "ningen", "ast", "aste", "igt", "are",
];

/// Whether a word can end in it.
pub(super) fn is_ending(ending: &str) -> bool {
    ENDINGS.contains(&ending) || ending.strip_suffix('s').is_some_and(|owned| ENDINGS.contains(&owned))
}
