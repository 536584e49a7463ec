//! In which of its three languages the registry speaks to a caller.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use digituki_domain::text::TextLanguage;

use crate::http::weight::listed;

/// The caller's best language by `Accept-Language` (RFC 9110); English when none of ours is named.
pub(crate) fn preferred(headers: &HeaderMap) -> TextLanguage {
    let mut best = (TextLanguage::En, 0.0);
    for (tag, weight) in listed(headers, &ACCEPT_LANGUAGE).unwrap_or_default() {
        // The first of equally good ones wins.
        if let Ok(language) = tag.split('-').next().unwrap_or_default().parse()
            && weight > best.1
        {
            best = (language, weight);
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
            ("sv;q=0.5, FI ; Q=0.9", TextLanguage::Fi),
            ("sv;q=inf, fi;q=5, sv;q=0.1", TextLanguage::Sv),
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
