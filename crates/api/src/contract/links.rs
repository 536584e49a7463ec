//! What an answer leads to (OpenAPI's links): from an object to what can be done with it. The documentation shows them,
//! and tools follow them.

use serde_json::{Map, Value, json};

use super::complete::METHODS;

/// An operation on one object of a collection.
struct Step {
    collection: String,
    /// What the path calls the object; the object itself has a field of that name.
    key: String,
    /// The schema of the object.
    object: Value,
    operation_id: String,
    about: String,
    conditional: bool,
}

/// Adds to every answer that is an object what can be done with it next.
pub(super) fn add(document: &mut Value) {
    let steps = steps(document);
    let mut links = Map::new();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let id = operation["operationId"].clone();
            for status in ["200", "201"] {
                let Some(answer) = operation["responses"].get_mut(status) else { continue };
                let schema = schema_of(answer);
                let next = |step: &&Step| {
                    step.operation_id != id && step.object == schema && path.starts_with(&step.collection)
                };
                for step in steps.iter().filter(next) {
                    let name = &step.operation_id;
                    answer["links"][name] = json!({"$ref": format!("#/components/links/{name}")});
                    links.entry(name).or_insert_with(|| step.link());
                }
            }
        }
    }
    document["components"]["links"] = Value::Object(links);
}

impl Step {
    fn of(operation: &Value, collection: &str, key: &str, object: Value) -> Self {
        let text = |field: &str| operation[field].as_str().unwrap_or_default().to_owned();
        let mut parameters = operation["parameters"].as_array().into_iter().flatten();
        Self {
            collection: collection.to_owned(),
            key: key.to_owned(),
            object,
            operation_id: text("operationId"),
            about: text("summary"),
            conditional: parameters.any(|parameter| parameter["name"] == "If-Match"),
        }
    }

    fn link(&self) -> Value {
        let Self { key, operation_id, about, .. } = self;
        let mut parameters = json!({key: format!("$response.body#/{key}")});
        if self.conditional {
            parameters["If-Match"] = json!("$response.header.ETag");
        }
        json!({"operationId": operation_id, "description": about, "parameters": parameters})
    }
}

/// The operations on one object, by the key that the registry itself has for it.
fn steps(document: &Value) -> Vec<Step> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let items = paths.filter_map(|(path, item)| {
        let (collection, rest) = path.split_once("/{")?;
        let (key, below) = rest.split_once('}')?;
        // What another system calls the object is not a field of the object.
        (!below.contains('{')).then_some((collection, key, item))
    });
    let steps = items.flat_map(|(collection, key, item)| {
        let object = schema_of(&document["paths"][format!("{collection}/{{{key}}}")]["get"]["responses"]["200"]);
        let operations = METHODS.iter().filter_map(|method| item.get(*method));
        operations.map(move |operation| Step::of(operation, collection, key, object.clone()))
    });
    steps.collect()
}

fn schema_of(answer: &Value) -> Value {
    answer["content"]["application/json"]["schema"].clone()
}
