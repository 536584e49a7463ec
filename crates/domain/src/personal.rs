//! Personal data that can be recognised: the registry takes none.

/// Whether a text holds a Finnish personal identity code: six digits of the birthday, a sign of the
/// century, three digits and a check character (Population Information System).
/// However it is typed: with another dash, with spaces, in wide letters, or encoded in an address.
pub fn holds_identity_code(text: &str) -> bool {
    let text = text.replace("%2D", "-").replace("%2d", "-").replace("%2B", "+").replace("%2b", "+");
    let characters: Vec<char> = text.chars().filter_map(plain).collect();
    characters.windows(11).any(is_identity_code)
}

/// A character as the check reads it; none for one that shows nothing.
fn plain(character: char) -> Option<char> {
    match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' => Some('-'),
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(character) - 0xFEE0),
        _ if character == ' ' || character.is_whitespace() && character != '\n' => None,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' => None,
        _ => Some(character),
    }
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
        for text in [
            "131052-308T",
            "Hae 131052-308t nyt",
            "010594Y9032",
            "x131052A308Tx",
            "131052–308T",
            "131052 -308T",
            "131052-\u{200D}308T",
            "１３１０５２-308T",
            "https://a.example/?h=131052%2D308T",
        ] {
            assert!(holds_identity_code(text), "{text}");
        }
        for text in
            ["131052-308U", "0177619-3", "+358295000", "321052-308T", "131352-308T", "", "131052 308T", "131052\n-308T"]
        {
            assert!(!holds_identity_code(text), "{text}");
        }
    }
}
