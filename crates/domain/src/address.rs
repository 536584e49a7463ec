//! Addresses of places.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::area::{AreaRef, MunicipalityCode};
use crate::invalid::{Form, Invalid};
use crate::schema::text_value;
use crate::text::Names;

/// A Finnish postcode: five digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Postcode(String);

impl FromStr for Postcode {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        if value.len() == 5 && value.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(value.to_owned()))
        } else {
            Err(Invalid::Malformed { value: value.to_owned(), expected: Form::Postcode })
        }
    }
}

text_value!(Postcode, "A Finnish postcode: five digits.", 5, 5, "^[0-9]{5}$", "00100");

/// An address, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AddressFacts {
    /// The street with its number, or null.
    #[validate(nested)]
    pub street: Option<Names>,
    /// The postcode, or null.
    pub postcode: Option<Postcode>,
    /// The post office, or null.
    #[validate(nested)]
    pub post_office: Option<Names>,
    /// The municipality in which it lies.
    pub municipality: MunicipalityCode,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Address {
    /// The street with its number, or null.
    pub street: Option<Names>,
    /// The postcode, or null.
    pub postcode: Option<Postcode>,
    /// The post office, or null.
    pub post_office: Option<Names>,
    /// The municipality in which it lies.
    pub municipality: AreaRef,
}

impl AddressFacts {
    /// The address with its municipality named.
    pub fn named(self, municipality: AreaRef) -> Address {
        let Self { street, postcode, post_office, .. } = self;
        Address { street, postcode, post_office, municipality }
    }
}
