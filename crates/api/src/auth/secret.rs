//! Secrets of clients: made once, shown once, kept as a hash.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

/// A secret of 256 random bits.
///
/// Its SHA-256 is kept: a slow hash protects what people think up, and nobody guesses this.
pub struct Secret(String);

impl Secret {
    pub(crate) fn generate() -> Result<Self, String> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random()?)))
    }

    /// The secret itself, for whoever is to know it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> String {
        hash(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// Whether a secret is the one that was hashed, in the same time whatever it is.
pub(crate) fn matches(given: &str, hashed: &str) -> bool {
    hash(given).as_bytes().ct_eq(hashed.as_bytes()).into()
}

/// As many random bits as an attacker cannot try.
pub(crate) fn random() -> Result<[u8; 32], String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| format!("the system has no random numbers: {error}"))?;
    Ok(bytes)
}

fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_matches_its_own_hash_only_and_does_not_show() {
        let (one, other) = (Secret::generate().unwrap(), Secret::generate().unwrap());
        assert_eq!(one.reveal().len(), 43);
        assert!(matches(one.reveal(), &one.hash()));
        assert!(!matches(other.reveal(), &one.hash()) && !matches("", &one.hash()) && !matches(one.reveal(), ""));
        assert!(!format!("{one:?}").contains(one.reveal()) && !one.hash().contains(one.reveal()));
    }
}
