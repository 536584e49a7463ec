//! Places in a body, as JSON Pointers (RFC 6901).

/// The longest pointer that a problem shows, in characters, as the schema of a fault says.
const LONGEST: usize = 1_000;

/// Goes one step down: into a field by its name, or into an element by its index.
pub(crate) fn push(pointer: &mut String, step: &str) {
    pointer.push('/');
    for letter in step.chars() {
        match letter {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// What a place stands in; the whole body stands in nothing.
pub(crate) fn parent(pointer: &str) -> Option<&str> {
    pointer.rsplit_once('/').map(|(parent, _)| parent)
}

/// Whether a place is another one or stands in it.
pub(crate) fn is_within(pointer: &str, whole: &str) -> bool {
    pointer.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// As it is shown: the name of an unknown field may be of any length.
pub(crate) fn shown(mut pointer: String) -> String {
    if pointer.chars().nth(LONGEST).is_some() {
        let end = pointer.char_indices().nth(LONGEST - 1).map_or(0, |(index, _)| index);
        pointer.truncate(end);
        if pointer.ends_with('~') {
            pointer.pop();
        }
        pointer.push('…');
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_escaped() {
        let mut pointer = String::new();
        for step in ["a/b", "m~n", "", "ä", "0"] {
            push(&mut pointer, step);
        }
        assert_eq!(pointer, "/a~1b/m~0n//ä/0");
        assert_eq!((parent("/a/b"), parent("/a"), parent("")), (Some("/a"), Some(""), None));
    }

    #[test]
    fn a_place_stands_in_itself_and_in_what_is_above_it() {
        assert!(is_within("/a/b", "/a") && is_within("/a", "/a") && is_within("/a", ""));
        assert!(!is_within("/ab", "/a") && !is_within("/a", "/a/b"));
    }

    #[test]
    fn a_shown_pointer_is_as_long_as_the_contract_allows() {
        let shortest_cut = shown("ä".repeat(LONGEST + 1));
        assert_eq!(shortest_cut.chars().count(), LONGEST);
        assert_eq!(shown("ä".repeat(LONGEST)), "ä".repeat(LONGEST));
        let escaped = shown(format!("{}~1{}", "a".repeat(LONGEST - 2), "b".repeat(9)));
        assert_eq!(escaped, format!("{}…", "a".repeat(LONGEST - 2)));
    }
}
