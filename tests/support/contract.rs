//! The contract as the server publishes it, read as a client would.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::Registry;

const METHODS: [&str; 8] = ["get", "head", "post", "put", "patch", "delete", "options", "trace"];

/// The OpenAPI document.
pub(crate) struct Contract(pub(crate) Value);

/// One operation of it.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) path: String,
    pub(crate) method: String,
    pub(crate) id: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) definition: Value,
}

/// What an operation takes as its body.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    /// The first of those that it may have.
    pub(crate) media_type: String,
    pub(crate) media_types: Vec<String>,
    pub(crate) schema: Value,
    pub(crate) example: Value,
}

/// One parameter, its schema without references.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) required: bool,
    pub(crate) schema: Value,
    pub(crate) example: Option<Value>,
}

impl Contract {
    pub(crate) fn of(registry: &Registry) -> Self {
        Self(registry.json("/v1/openapi.json"))
    }

    pub(crate) fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in self.0["paths"].as_object().unwrap() {
            for (method, definition) in item.as_object().unwrap().iter().filter(|(key, _)| METHODS.contains(&&***key)) {
                operations.push(Operation {
                    path: path.clone(),
                    method: method.clone(),
                    id: definition["operationId"].as_str().unwrap_or_default().to_owned(),
                    parameters: self.parameters(definition),
                    definition: definition.clone(),
                });
            }
        }
        operations
    }

    /// The operations that only read.
    pub(crate) fn reads(&self) -> Vec<Operation> {
        self.operations().into_iter().filter(|operation| operation.method == "get").collect()
    }

    /// The operations that answer with pages.
    pub(crate) fn collections(&self) -> Vec<Operation> {
        self.operations().into_iter().filter(|operation| operation.parameter("cursor").is_some()).collect()
    }

    /// What stands behind `$ref`, if it is one.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.0.pointer(reference.trim_start_matches('#')).expect(reference),
            None => value,
        }
    }

    /// The example of a request for a token.
    pub(crate) fn token_request(&self) -> Option<Value> {
        let operations = self.operations();
        let body = operations.iter().find(|operation| operation.id == "issue_token")?.body()?;
        Some(body.example)
    }

    /// The problem codes that the registry lists.
    pub(crate) fn codes(registry: &Registry) -> Vec<String> {
        let problems = registry.items("/v1/problems");
        problems.iter().map(|problem| problem["code"].as_str().unwrap().to_owned()).collect()
    }

    fn parameters(&self, definition: &Value) -> Vec<Parameter> {
        let given = definition["parameters"].as_array().into_iter().flatten();
        given
            .map(|parameter| self.resolve(parameter))
            .map(|parameter| {
                let mut schema = self.resolve(&parameter["schema"]).clone();
                if let Some(items) = schema.get("items") {
                    schema["items"] = self.resolve(items).clone();
                }
                Parameter {
                    name: parameter["name"].as_str().unwrap().to_owned(),
                    place: parameter["in"].as_str().unwrap().to_owned(),
                    required: parameter["required"] == true,
                    schema,
                    example: parameter.get("example").cloned(),
                }
            })
            .collect()
    }
}

impl Operation {
    /// Whether it answers all alike, whoever asks.
    pub(crate) fn is_open(&self) -> bool {
        self.definition["security"].as_array().is_some_and(Vec::is_empty)
    }

    /// Whether anyone may, without signing in.
    pub(crate) fn is_public(&self) -> bool {
        let security = self.definition["security"].as_array();
        security.is_some_and(|ways| ways.is_empty() || ways.iter().any(|way| *way == serde_json::json!({})))
    }

    /// Whether it adds an object to a collection.
    pub(crate) fn creates(&self) -> bool {
        self.method == "post" && !self.path.contains('{') && !self.definition["responses"]["201"].is_null()
    }

    /// Whether it does something to an object that is more than a change of its fields.
    pub(crate) fn acts(&self) -> bool {
        self.method == "post" && !self.creates() && !self.pushes_many()
    }

    /// Whether it takes many objects at once, as another system calls them.
    pub(crate) fn pushes_many(&self) -> bool {
        self.method == "post" && self.path.ends_with("/by-source/{source}")
    }

    /// The collection in which it is told what it adds.
    pub(crate) fn collection(&self) -> &str {
        if self.id == "load_need_indicators" { "/v1/need-indicator-loads" } else { &self.path }
    }

    /// Whether its path is that of one object of the collection that another operation adds to.
    pub(crate) fn is_of(&self, creation: &Self) -> bool {
        let below = self.path.strip_prefix(creation.collection()).and_then(|below| below.strip_prefix("/{"));
        creation.creates() && below.is_some_and(|below| !below.contains('/'))
    }

    /// Whether it changes the registry.
    pub(crate) fn writes(&self) -> bool {
        let only_asks = self.id == "simulate_portfolio";
        self.method != "get" && !self.is_open() && !only_asks
    }

    pub(crate) fn body(&self) -> Option<Body> {
        let contents = self.definition["requestBody"]["content"].as_object()?;
        let (media_type, content) = contents.iter().next()?;
        let (schema, example) = (content["schema"].clone(), content["example"].clone());
        Some(Body { media_type: media_type.clone(), media_types: contents.keys().cloned().collect(), schema, example })
    }

    /// What it documents for a status.
    pub(crate) fn response(&self, status: u16) -> &Value {
        &self.definition["responses"][status.to_string()]
    }

    /// The formats in which it answers; none where there is nothing to say.
    pub(crate) fn formats(&self) -> Vec<String> {
        let contents = self.successes().into_iter().map(|status| &self.response(status)["content"]);
        contents.filter_map(Value::as_object).flat_map(|content| content.keys().cloned()).collect()
    }

    /// The statuses by which it succeeds.
    pub(crate) fn successes(&self) -> Vec<u16> {
        let statuses = self.definition["responses"].as_object().unwrap().keys();
        statuses.filter_map(|status| status.parse().ok()).filter(|status| (200..300).contains(status)).collect()
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    pub(crate) fn in_place<'a>(&'a self, place: &'a str) -> impl Iterator<Item = &'a Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    /// The request that "Execute" sends: every example as it stands.
    pub(crate) fn example_target(&self) -> String {
        self.target(|_| true)
    }

    /// The shortest good request: path and what is required.
    pub(crate) fn least_target(&self) -> String {
        self.target(|parameter| parameter.required)
    }

    /// The path with one of its parameters replaced, in percent-encoding as given.
    pub(crate) fn path_with(&self, name: &str, value: &str) -> String {
        self.path_of(|parameter| (parameter.name == name).then(|| value.to_owned()))
    }

    fn target(&self, wanted: impl Fn(&Parameter) -> bool) -> String {
        let mut target = self.path_of(|_| None);
        for parameter in self.in_place("query").filter(|parameter| wanted(parameter)) {
            for value in parameter.example_values() {
                let separator = if target.contains('?') { '&' } else { '?' };
                write!(target, "{separator}{}={value}", parameter.name).unwrap();
            }
        }
        target
    }

    fn path_of(&self, instead: impl Fn(&Parameter) -> Option<String>) -> String {
        let mut path = self.path.clone();
        for parameter in self.in_place("path") {
            let value = instead(parameter).or_else(|| parameter.example_values().pop());
            let value = value.unwrap_or_else(|| panic!("{}: {} has no example", self.id, parameter.name));
            path = path.replace(&format!("{{{}}}", parameter.name), &value);
        }
        path
    }
}

impl Parameter {
    /// The values of the example, each as it stands in a query.
    pub(crate) fn example_values(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match &self.example {
            None => Vec::new(),
            Some(Value::Array(values)) => values.iter().map(text).collect(),
            Some(value) => vec![text(value)],
        }
    }

    pub(crate) fn is_list(&self) -> bool {
        self.schema["type"] == "array"
    }

    /// Whether its schema takes a value, which is in percent-encoding.
    pub(crate) fn allows(&self, value: &str) -> bool {
        let schema = if self.is_list() { &self.schema["items"] } else { &self.schema };
        let Ok(text) = percent_encoding::percent_decode_str(value).decode_utf8() else { return false };
        let value = match schema["type"].as_str() {
            Some("integer" | "number") => text.parse().map_or_else(|_| Value::from(&*text), Value::Number),
            _ => Value::from(&*text),
        };
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        options.build(schema).unwrap().is_valid(&value)
    }
}
