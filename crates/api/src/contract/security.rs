//! Who may, as the document says it: out of the one table that also decides.

use digituki_domain::policy::{Access, Scope};
use digituki_domain::vocabulary::Vocabulary;
use serde_json::{Value, json};

use crate::oauth::TOKEN_PATH;

/// The ways to sign in. The address of the token endpoint is relative: the document does not depend on
/// where it is served.
pub(super) fn schemes() -> Value {
    let scopes: Value = Scope::VALUES.iter().map(|scope| (scope.code().to_owned(), json!(scope.label().en))).collect();
    json!({
        "oauth2": {
            "type": "oauth2",
            "description": "Client credentials: the id and the secret of a client of the registry.",
            "flows": {"clientCredentials": {"tokenUrl": TOKEN_PATH, "scopes": scopes}}
        },
        "bearer": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "An access token, of the registry or of another issuer that it trusts."
        }
    })
}

/// What an operation asks of its caller. What everyone may read asks for nothing, and takes a token.
pub(super) fn requirement(operation_id: &str) -> Value {
    match Access::to(operation_id) {
        Some(Access::Open) => json!([]),
        Some(Access::Scope(Scope::Read)) => json!([{}, {"oauth2": [Scope::Read]}, {"bearer": []}]),
        Some(Access::Scope(scope)) => json!([{"oauth2": [scope]}, {"bearer": []}]),
        // Nobody's: not even a token of all scopes opens it.
        None => json!([{"oauth2": Scope::codes()}]),
    }
}

/// Whether an operation looks at who asks.
pub(super) fn guarded(operation_id: &str) -> bool {
    Access::to(operation_id) != Some(Access::Open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_stands_in_the_table() {
        let document = crate::contract::document();
        let paths = document["paths"].as_object().unwrap();
        let operations = paths.values().flat_map(|item| item.as_object().unwrap().values());
        let ids: Vec<_> = operations.filter_map(|operation| operation["operationId"].as_str()).collect();
        assert!(ids.len() > 30);
        let unknown: Vec<_> = ids.iter().filter(|id| Access::to(id).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn an_operation_says_what_it_asks() {
        assert_eq!(requirement("issue_token"), json!([]));
        assert_eq!(requirement("list_regions"), json!([{}, {"oauth2": ["read"]}, {"bearer": []}]));
        assert_eq!(requirement("list_audit_entries"), json!([{"oauth2": ["audit:read"]}, {"bearer": []}]));
    }
}
