//! Money in whole cents, never in floating point.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::invalid::within;
use crate::version::Version;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// The currency of an amount.
    pub enum Currency = "currency" {
        Eur = "EUR" ["euro", "euro", "euro"],
    }
}

/// An amount of money. An unknown amount is null, never a zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// The amount in cents.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64, example = 160_000_000)]
    #[validate(custom(function = Money::check_cents))]
    pub cents: i64,
    /// The currency.
    pub currency: Currency,
    /// Whether the source says "about" or "up to" rather than a figure.
    pub approximate: bool,
}

impl Money {
    /// Amounts together: null as soon as one of them is not known, where there is none, and beyond what an amount can be.
    pub fn sum(mut amounts: impl Iterator<Item = Option<Self>>) -> Option<Self> {
        let first = amounts.next()??;
        amounts.try_fold(first, |sum, amount| {
            let amount = amount?;
            let cents = sum.cents.checked_add(amount.cents).filter(|cents| *cents <= Version::MAX)?;
            Some(Self { cents, approximate: sum.approximate || amount.approximate, ..sum })
        })
    }

    fn check_cents(cents: i64) -> Result<(), ValidationError> {
        within(cents, 0, Version::MAX)
    }
}
