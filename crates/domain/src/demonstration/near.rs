//! Names that say the same in another way, as they come about when two people write down one place.

use crate::text::Names;

/// A name that is nearly the same: with a slip of the fingers, its words turned round, or in other capitals.
pub(super) fn name(names: Names, way: usize) -> Names {
    let changed = |text: String| match way {
        0 if text.chars().count() > 16 => slipped(&text),
        1 => turned(&text),
        _ => text.to_uppercase(),
    };
    Names { fi: names.fi.map(changed), sv: names.sv.map(changed), en: names.en.map(changed) }
}

/// Two letters in the middle of the last word exchanged.
fn slipped(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = letters.len() - 3;
    letters.swap(at, at - 1);
    letters.into_iter().collect()
}

/// The last word before the others.
fn turned(text: &str) -> String {
    match text.rsplit_once(' ') {
        Some((before, last)) => format!("{last}, {}", before.trim_end_matches(',')),
        None => text.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duplicate::are_near;

    #[test]
    fn every_way_of_writing_a_name_again_is_near_and_another() {
        for text in ["Harjun kirjasto", "Etelä-Lehtolan seurakuntatalo", "Library, Harju", "Opisto"] {
            let names = Names { fi: Some(text.to_owned()), sv: None, en: None };
            for way in 0..3 {
                let again = name(names.clone(), way);
                assert!(are_near(&names, &again) && again != names, "{again:?}");
            }
        }
    }
}
