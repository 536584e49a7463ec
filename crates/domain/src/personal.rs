//! Personal data that can be recognised: the registry takes none.

/// Whether a text holds a Finnish personal identity code: six digits of the birthday, a sign of the
/// century, three digits and a check character (Population Information System).
pub fn holds_identity_code(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    characters.windows(11).any(is_identity_code)
}

fn is_identity_code(characters: &[char]) -> bool {
    const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let number = |range: std::ops::Range<usize>| {
        characters
            .get(range)?
            .iter()
            .try_fold(0_usize, |number, character| Some(number * 10 + usize::try_from(character.to_digit(10)?).ok()?))
    };
    let (Some(birthday), Some(individual)) = (number(0..6), number(7..10)) else { return false };
    let (day, month) = (birthday / 10_000, birthday / 100 % 100);
    let century = "+-ABCDEFUVWXY".contains(characters[6].to_ascii_uppercase());
    let check = char::from(CHECK[(birthday * 1_000 + individual) % CHECK.len()]);
    (1..=31).contains(&day) && (1..=12).contains(&month) && century && characters[10].to_ascii_uppercase() == check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_code_is_found_anywhere_in_a_text_and_only_with_its_check_character() {
        for text in ["131052-308T", "Hae 131052-308t nyt", "010594Y9032", "x131052A308Tx"] {
            assert!(holds_identity_code(text), "{text}");
        }
        for text in ["131052-308U", "0177619-3", "+358295000", "321052-308T", "131352-308T", "", "131052 308T"] {
            assert!(!holds_identity_code(text), "{text}");
        }
    }
}
