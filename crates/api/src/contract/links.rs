//! What an answer leads to (OpenAPI's links): from an object to what can be done with it. The documentation shows them,
//! and tools follow them.

use serde_json::{Map, Value, json};

use super::complete::METHODS;

/// An operation on one object of a collection.
struct Step {
    collection: String,
    /// What the path calls the object; the object itself has a field of that name.
    key: String,
    method: &'static str,
    operation_id: String,
    about: String,
    conditional: bool,
    /// What it answers with.
    schema: Value,
}

/// Adds to every answer that is an object what can be done with it next.
pub(super) fn add(document: &mut Value) {
    let steps = steps(document);
    let mut links = Map::new();
    let paths = document["paths"].as_object_mut();
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let id = operation["operationId"].clone();
            for status in ["200", "201"] {
                let Some(answer) = operation["responses"].get_mut(status) else { continue };
                let schema = schema_of(answer);
                for step in steps.iter().filter(|step| step.operation_id != id) {
                    if path.starts_with(&step.collection) && schema == *object_of(&steps, step) {
                        let name = &step.operation_id;
                        answer["links"][name] = json!({"$ref": format!("#/components/links/{name}")});
                        links.entry(name).or_insert_with(|| step.link());
                    }
                }
            }
        }
    }
    document["components"]["links"] = Value::Object(links);
}

impl Step {
    fn link(&self) -> Value {
        let Self { key, operation_id, about, .. } = self;
        let mut parameters = json!({key: format!("$response.body#/{key}")});
        if self.conditional {
            parameters["If-Match"] = json!("$response.header.ETag");
        }
        json!({"operationId": operation_id, "description": about, "parameters": parameters})
    }
}

fn steps(document: &Value) -> Vec<Step> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths
        .flat_map(|(path, item)| METHODS.into_iter().filter_map(move |method| Some((path, method, item.get(method)?))));
    operations.filter_map(|(path, method, operation)| step(path, method, operation)).collect()
}

fn step(path: &str, method: &'static str, operation: &Value) -> Option<Step> {
    let (collection, rest) = path.split_once("/{")?;
    let (key, rest) = rest.split_once('}')?;
    // What another system calls the object is not a field of the object.
    let by_own_key = !rest.contains('{') && !collection.ends_with("/by-source");
    by_own_key.then(|| Step {
        collection: collection.to_owned(),
        key: key.to_owned(),
        method,
        operation_id: operation["operationId"].as_str().unwrap_or_default().to_owned(),
        about: operation["summary"].as_str().unwrap_or_default().to_owned(),
        conditional: parameters_of(operation).any(|parameter| parameter["name"] == "If-Match"),
        schema: schema_of(&operation["responses"]["200"]),
    })
}

/// What the collection of a step holds: what reading one of its objects answers with.
fn object_of<'a>(steps: &'a [Step], step: &Step) -> &'a Value {
    let read = steps.iter().find(|read| read.collection == step.collection && read.method == "get");
    read.map_or(&Value::Null, |read| &read.schema)
}

fn schema_of(answer: &Value) -> Value {
    answer["content"]["application/json"]["schema"].clone()
}

fn parameters_of(operation: &Value) -> impl Iterator<Item = &Value> {
    operation["parameters"].as_array().into_iter().flatten()
}
