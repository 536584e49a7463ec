//! Issuers other than the registry itself, such as the sign-in service of an organisation: whose tokens
//! are taken, and what their subjects may.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use digituki_domain::area::RegionCode;
use digituki_domain::invalid::Invalid;
use digituki_domain::organisation::OrganisationId;
use digituki_domain::policy::Scope;
use digituki_domain::role::{Caller, Role};
use digituki_domain::text::TextLanguage;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::auth::jwks::Jwks;
use crate::auth::token::Claims;

/// The issuers that are trusted. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Issuers(Arc<[Issuer]>);

/// One of them.
pub(crate) struct Issuer {
    pub(crate) name: String,
    pub(crate) audience: String,
    pub(crate) jwks: Jwks,
    mapping: Vec<Mapping>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    issuer: String,
    audience: String,
    jwks: String,
    mapping: Vec<Mapping>,
}

/// Whose claim has this value is this to the registry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mapping {
    claim: String,
    value: String,
    role: Role,
    #[serde(default)]
    regions: Vec<RegionCode>,
    organisation: Option<OrganisationId>,
}

impl Issuers {
    /// Reads them from a file.
    pub(crate) fn read(path: &str) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| in_words(&error))?;
        let issuers: Vec<Issuer> =
            entries.into_iter().map(|entry| Issuer::of(entry, folder)).collect::<Result<_, _>>()?;
        let twice = issuers
            .iter()
            .enumerate()
            .find(|(index, issuer)| issuers[..*index].iter().any(|earlier| earlier.name == issuer.name));
        match twice {
            Some((_, issuer)) => Err(format!("issuer {:?} stands in it twice", issuer.name)),
            None => Ok(Self(issuers.into())),
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Issuer> {
        self.0.iter().find(|issuer| issuer.name == name)
    }
}

/// What is wrong with the file. Faults of our own types travel through serde as JSON.
fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let carried = text.rsplit_once(" at line ").and_then(|(said, _)| Invalid::carried(said));
    let said = carried.map(|invalid| invalid.message(TextLanguage::En));
    said.map_or(text, |said| format!("line {}: {said}", error.line()))
}

impl fmt::Debug for Issuers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|issuer| &issuer.name)).finish()
    }
}

impl Issuer {
    fn of(entry: Entry, folder: &Path) -> Result<Self, String> {
        let Entry { issuer: name, audience, jwks, mapping } = entry;
        if name.is_empty() || audience.is_empty() {
            return Err("an issuer needs a name and an audience".into());
        }
        for Mapping { claim, value, role, regions, organisation } in &mapping {
            let why = match role {
                _ if claim.is_empty() || value.is_empty() => "names no claim and value",
                Role::Public => "makes someone public who signs in",
                role if role.needs_regions() && regions.is_empty() => "names no regions",
                role if role.needs_organisation() && organisation.is_none() => "names no organisation",
                _ => continue,
            };
            return Err(format!("issuer {name:?}: the mapping to {role} {why}"));
        }
        let jwks = Jwks::at(&jwks, folder).map_err(|why| format!("issuer {name:?}: {why}"))?;
        Ok(Self { name, audience, jwks, mapping })
    }

    /// What the log calls a subject: never a person's name.
    pub(crate) fn caller_name(&self, subject: &str) -> String {
        let digest = Sha256::digest(format!("{}|{subject}", self.name));
        format!("external:{}", hex::encode(&digest[..8]))
    }

    /// The subject as a caller, by the first mapping that fits; none when none does.
    pub(crate) fn caller(&self, claims: &Claims, name: String) -> Option<Caller> {
        let Mapping { role, regions, organisation, .. } =
            self.mapping.iter().find(|mapping| claims.holds(&mapping.claim, &mapping.value))?;
        Some(Caller {
            name,
            role: *role,
            regions: regions.clone(),
            organisation: *organisation,
            scopes: Scope::of(*role),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let folder = std::env::temp_dir().join(format!("digituki-issuers-{}", uuid::Uuid::now_v7()));
        std::fs::write(&folder, text).unwrap();
        let refusal = Issuers::read(folder.to_str().unwrap()).err().unwrap_or_default();
        std::fs::remove_file(folder).unwrap();
        refusal
    }

    #[test]
    fn a_wrong_file_is_refused_with_its_reason() {
        let one = |mapping: &str| {
            format!(
                r#"{{"issuer": "https://a.fi", "audience": "digituki", "jwks": "https://a.fi/jwks", "mapping": [{mapping}]}}"#
            )
        };
        assert_eq!(refusal("[]"), "");
        assert_eq!(refusal(&format!("[{}]", one(r#"{"claim": "groups", "value": "a", "role": "auditor"}"#))), "");
        let table = [
            ("[".to_owned(), "EOF"),
            ("{}".to_owned(), "expected a sequence"),
            (
                format!("[{}]", one(r#"{"claim": "g", "value": "a", "role": "regional_expert", "regions": ["1"]}"#)),
                "line 1: \"1\" is not valid",
            ),
            (format!("[{},{}]", one(""), one("")), "twice"),
            (format!("[{}]", one(r#"{"claim": "g", "value": "a", "role": "king"}"#)), "king"),
            (format!("[{}]", one(r#"{"claim": "g", "value": "a", "role": "public"}"#)), "public"),
            (format!("[{}]", one(r#"{"claim": "g", "value": "a", "role": "regional_expert"}"#)), "no regions"),
            (format!("[{}]", one(r#"{"claim": "g", "value": "a", "role": "integrator"}"#)), "no organisation"),
            (format!("[{}]", one(r#"{"claim": "", "value": "a", "role": "auditor"}"#)), "no claim"),
            (format!("[{}]", one(r#"{"claim": "g", "value": "a", "role": "auditor", "colour": 1}"#)), "colour"),
            (format!("[{}]", one("").replace("https://a.fi/jwks", "http://a.fi/jwks")), "neither an https address"),
        ];
        for (text, reason) in table {
            assert!(refusal(&text).contains(reason), "{text}: {}", refusal(&text));
        }
        assert!(Issuers::read("/no/such/file").is_err());
    }
}
