//! How to reach an organisation's function: a mailbox, a phone, a page; never a person's.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;
use validator::ValidateEmail as _;

use crate::invalid::{Form, Invalid};
use crate::personal;
use crate::schema::text_value;
use crate::text::is_invisible;

/// How to reach a function.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// A function's mailbox, or null.
    pub email: Option<Email>,
    /// A function's phone, or null.
    pub phone: Option<Phone>,
    /// A page, or null.
    pub website: Option<Website>,
}

/// The address of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// Its longest form, in characters (RFC 5321).
    pub const MAX: usize = 254;
}

impl FromStr for Email {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let plain = value.is_ascii() && value.len() <= Self::MAX && !value.contains(['"', '[']);
        let (_, host) = value.rsplit_once('@').unwrap_or_default();
        let top = host.rsplit_once('.').map_or("", |(_, top)| top);
        let named = top.len() >= 2 && top.starts_with(|letter: char| letter.is_ascii_alphabetic());
        // First, so that no answer repeats it.
        if personal::holds_identity_code(value) {
            Err(Invalid::PersonalIdentityCode)
        } else if !plain || !value.validate_email() || !named {
            Err(Invalid::Malformed { value: value.to_owned(), expected: Form::Email })
        } else {
            Ok(Self(value.to_owned()))
        }
    }
}

text_value!(
    Email,
    "The address of a function's mailbox; never a person's.",
    6,
    Email::MAX,
    "^[^@\\s]+@[^@\\s]+\\.[A-Za-z][^@\\s.]+$",
    "digituki@kunta.example"
);

/// A phone number in its international form (E.164).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl FromStr for Phone {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let digits = value.strip_prefix('+').unwrap_or_default();
        let shaped = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if shaped {
            Ok(Self(value.to_owned()))
        } else {
            Err(Invalid::Malformed { value: value.to_owned(), expected: Form::Phone })
        }
    }
}

text_value!(Phone, "A function's phone number (E.164).", 8, 16, "^\\+[1-9][0-9]{6,14}$", "+358295000");

/// The address of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Website(String);

impl Website {
    /// Its longest form, in characters.
    pub const MAX: usize = 2_000;
}

impl FromStr for Website {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let web = |url: &Url| {
            let public = url.domain().is_some_and(|host| host.contains('.'));
            matches!(url.scheme(), "http" | "https") && public && url.username().is_empty() && url.password().is_none()
        };
        let unplain = |letter: char| letter.is_control() || letter.is_whitespace() || is_invisible(letter);
        let plain = value.starts_with("http") && !value.chars().any(unplain);
        if personal::holds_identity_code(value) {
            Err(Invalid::PersonalIdentityCode)
        } else if !plain || value.chars().count() > Self::MAX || !Url::parse(value).is_ok_and(|url| web(&url)) {
            Err(Invalid::Malformed { value: value.to_owned(), expected: Form::Website })
        } else {
            Ok(Self(value.to_owned()))
        }
    }
}

text_value!(
    Website,
    "The address of a page.",
    11,
    Website::MAX,
    "^https?://[^\\s]+$",
    "https://kunta.example/digituki"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_a_phone_and_a_page_have_one_form_each() {
        for good in ["digituki@kunta.fi", "digi.tuki+x@a.example"] {
            assert!(good.parse::<Email>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "digituki",
            "a@b",
            "0@0.0",
            "a@b.c",
            "a@b.4fi",
            "a b@c.fi",
            "a@b.fi\r\nbcc: x@y.fi",
            "å@b.fi",
            "131052-308t@b.fi",
            &format!("{}@b.fi", "a".repeat(300)),
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
        for bad in ["", "0401234567", "+0401234567", "+358 40 123", "+35840123456789012", "+٣٥٨٤٠١٢٣"] {
            assert!(bad.parse::<Phone>().is_err(), "{bad}");
        }
        assert!("+358401234567".parse::<Phone>().is_ok());
        for good in ["https://kunta.fi", "http://www.kunta.fi/digi?x=1#a"] {
            assert!(good.parse::<Website>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "kunta.fi",
            "javascript:alert(1)",
            "https://user@kunta.fi",
            "https://localhost",
            "ftp://a.fi",
            "https://a.fi/\r\n",
            "https://a.fi/\u{202E}x",
            "https://a.fi/\u{A0}x",
            "https://a.fi/?hetu=131052-308T",
        ] {
            assert!(bad.parse::<Website>().is_err(), "{bad}");
        }
    }
}
