//! Words of a text, each written in one way.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// A word longer than this says nothing that anybody would look for.
const LONGEST: usize = 64;

/// The words of a text in small letters, without accents; å, ä and ö are letters of their own. A word with hyphens is
/// several words, except that a single letter belongs to what follows it: `e-post` is `epost`.
pub fn words(text: &str) -> Vec<String> {
    let text = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    let mut words = Vec::new();
    for run in text.split(|letter: char| !(letter.is_alphanumeric() || letter == '-' || is_mark(letter))) {
        let mut initial = String::new();
        for part in run.split('-').filter(|part| !part.is_empty()) {
            let word = format!("{initial}{}", plain(part));
            initial.clear();
            if word.chars().count() == 1 && word.chars().all(char::is_alphabetic) && run.len() > part.len() {
                initial = word;
            } else if !word.is_empty() {
                words.push(word.chars().take(LONGEST).collect());
            }
        }
        if !initial.is_empty() {
            words.push(initial);
        }
    }
    words
}

/// A word without any accents: å as a, ä as a, ö as o.
pub fn bare(word: &str) -> String {
    word.chars()
        .map(|letter| match letter {
            'å' | 'ä' => 'a',
            'ö' => 'o',
            letter => letter,
        })
        .collect()
}

fn plain(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    for letter in word.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' | 'å' | 'ä' | 'ö' => plain.push(letter),
            'æ' => plain.push('ä'),
            'ø' => plain.push('ö'),
            'ß' => plain.push_str("ss"),
            letter => plain.extend(
                DecomposingNormalizerBorrowed::new_nfkd()
                    .normalize_iter(std::iter::once(letter))
                    .filter(|letter| !is_mark(*letter)),
            ),
        }
    }
    plain
}

/// Whether it is an accent that stands behind its letter.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_in_one_way() {
        let table: [(&str, &[&str]); 9] = [
            ("Hjälp med DATORN!", &["hjälp", "med", "datorn"]),
            ("e-post, E-Posti", &["epost", "eposti"]),
            ("ATK-apu", &["atk", "apu"]),
            ("Café résumé Šiauliai", &["cafe", "resume", "siauliai"]),
            ("A\u{30a}bo a\u{308}iti", &["åbo", "äiti"]),
            ("Suomi.fi-viestit", &["suomi", "fi", "viestit"]),
            ("00100 Helsinki", &["00100", "helsinki"]),
            ("% _ * \" 🙂 -", &[]),
            ("Інтернет", &["інтернет"]),
        ];
        for (text, expected) in table {
            assert_eq!(words(text), expected, "{text}");
        }
    }
}
