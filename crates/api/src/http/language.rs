//! In which of its three languages the registry speaks to a caller.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use digituki_domain::text::TextLanguage;

/// The caller's best language by `Accept-Language` (RFC 9110); English when none of ours is named.
pub(crate) fn preferred(headers: &HeaderMap) -> TextLanguage {
    let given = headers.get_all(ACCEPT_LANGUAGE).filter_map(|value| value.to_str().ok());
    let mut best = (TextLanguage::En, 0.0);
    for range in given.flat_map(|value| value.split(',')) {
        let (tag, quality) = match range.split_once(";q=") {
            Some((tag, quality)) => (tag, quality.trim().parse().unwrap_or(0.0)),
            None => (range, 1.0),
        };
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        // The first of equally good ones wins.
        if let Ok(language) = primary.parse()
            && quality > best.1
        {
            best = (language, quality);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn the_best_of_the_three_languages_is_chosen() {
        let table = [
            ("sv", TextLanguage::Sv),
            ("fi-FI, sv;q=0.9", TextLanguage::Fi),
            ("de, sv;q=0.5, fi;q=0.7", TextLanguage::Fi),
            ("de", TextLanguage::En),
            ("*", TextLanguage::En),
            ("fi;q=0", TextLanguage::En),
            ("fi;q=x, ;;;", TextLanguage::En),
            ("", TextLanguage::En),
        ];
        for (header, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(header));
            assert_eq!(preferred(&headers), expected, "{header}");
        }
    }
}
