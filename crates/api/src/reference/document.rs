//! The contract, as the pages ask it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::markdown::code;
use crate::contract;
use crate::http::answer::JSON;

/// The `OpenAPI` document.
pub(super) struct Document(Value);

/// An operation of the contract.
pub(super) struct Operation<'a> {
    pub(super) id: &'a str,
    pub(super) method: String,
    pub(super) path: &'a str,
    /// What the document says of it.
    pub(super) about: &'a Value,
}

impl Document {
    pub(super) fn current() -> Self {
        Self(contract::document())
    }

    /// The version of the contract.
    pub(super) fn version(&self) -> &str {
        self.0["info"]["version"].as_str().unwrap_or_default()
    }

    /// Every operation, by path.
    pub(super) fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        let items = paths.flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            methods.map(move |(method, about)| (path.as_str(), method.to_uppercase(), about))
        });
        items.filter_map(|(path, method, about)| {
            Some(Operation { id: about["operationId"].as_str()?, method, path, about })
        })
    }

    /// Where an operation is. A page that speaks of one that is gone is not written.
    pub(super) fn address(&self, id: &str) -> Result<String, String> {
        let found = self.operations().find(|operation| operation.id == id);
        found.map(|operation| operation.address()).ok_or_else(|| format!("the contract has no operation {id}"))
    }

    /// What the document says of the enumeration with this code list.
    pub(super) fn about_enumeration(&self, code_list: &str) -> Option<&str> {
        let labels = format!(" Labels: code list `{code_list}`.");
        let schemas = self.0["components"]["schemas"].as_object()?;
        schemas.values().find_map(|schema| schema["description"].as_str()?.strip_suffix(&labels))
    }

    /// What is still there and will end: operations, and fields of schemas.
    pub(super) fn deprecated(&self) -> Vec<String> {
        let ends = |about: &Value| about["deprecated"] == true;
        let operations = self.operations().filter(|operation| ends(operation.about));
        let schemas = self.0["components"]["schemas"].as_object().into_iter().flatten();
        let fields = schemas.flat_map(|(schema, about)| {
            let fields = about["properties"].as_object().into_iter().flatten();
            fields.filter(|(_, about)| ends(about)).map(move |(field, _)| code(format_args!("{schema}.{field}")))
        });
        operations.map(|operation| operation.address()).chain(fields).collect()
    }

    /// The schemas of what is created or replaced as JSON, by name.
    pub(super) fn bodies(&self) -> BTreeMap<&str, &Value> {
        let writes = self.operations().filter(|operation| ["POST", "PUT"].contains(&operation.method.as_str()));
        let named = writes.filter_map(|operation| {
            let schema = &operation.about["requestBody"]["content"][JSON]["schema"];
            Some((schema["$ref"].as_str()?.rsplit('/').next()?, self.resolved(schema)))
        });
        named.collect()
    }

    /// A schema itself, where another one refers to it or says that null will do too.
    pub(super) fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let chosen = schema["oneOf"].as_array().and_then(|choices| choices.iter().find(|one| one["type"] != "null"));
        let named = schema["$ref"].as_str().and_then(|name| self.0.pointer(name.trim_start_matches('#')));
        chosen.or(named).map_or(schema, |schema| self.resolved(schema))
    }
}

impl Operation<'_> {
    pub(super) fn address(&self) -> String {
        code(format_args!("{} {}", self.method, self.path))
    }
}
