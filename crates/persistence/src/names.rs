//! What is stored beside a name so that both databases sort and find it alike.

use std::sync::LazyLock;

use digituki_domain::text::Names;
use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::locale;
use icu_normalizer::ComposingNormalizerBorrowed;

/// Finnish order, which is also Swedish: å, ä and ö last.
static COLLATOR: LazyLock<Option<CollatorBorrowed<'static>>> =
    LazyLock::new(|| Collator::try_new(locale!("fi").into(), CollatorOptions::default()).ok());

/// Names that agree so far (some forty letters) stand in the order of their ids.
const LONGEST_KEY: usize = 128;

/// A key whose bytes stand in alphabetical order.
pub(crate) fn sort_key(names: &Names) -> String {
    let name = names.first();
    let mut key = Vec::new();
    match COLLATOR.as_ref().map(|collator| collator.write_sort_key_to(name, &mut key)) {
        Some(Ok(())) => {
            key.truncate(LONGEST_KEY);
            hex::encode(key)
        }
        None | Some(Err(_)) => name.to_lowercase(),
    }
}

/// All names in small letters: what a search by letters looks through.
pub(crate) fn folded(names: &Names) -> String {
    [&names.fi, &names.sv, &names.en].into_iter().flatten().map(|name| fold(name)).collect::<Vec<_>>().join(
        "
",
    )
}

/// Small letters, each written in one way: some keyboards send `å` as `a` and a ring.
fn fold(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text.trim()).to_lowercase()
}

/// The `LIKE` pattern for letters anywhere in a folded text, with `\` as its escape.
pub(crate) fn holding(letters: &str) -> String {
    let mut pattern = String::from("%");
    for character in fold(letters).chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_ends_with_å_ä_ö_and_capitals_do_not_matter() {
        let key = |name: &str| sort_key(&Names { fi: Some(name.into()), sv: None, en: None });
        let mut names = ["Öja", "Zetterby", "Åbo", "Äänekoski", "akaa", "Alajärvi"];
        names.sort_by_key(|name| key(name));
        assert_eq!(names, ["akaa", "Alajärvi", "Zetterby", "Åbo", "Äänekoski", "Öja"]);
    }

    #[test]
    fn letters_that_a_pattern_would_interpret_are_letters() {
        assert_eq!(holding("50%_\\Ä"), "%50\\%\\_\\\\ä%");
        assert_eq!(holding(" A\u{308}a"), "%äa%");
    }
}
