//! What every operation that writes has in common: its headers, its answers and the shape of its body.

use digituki_domain::problem::Code;
use serde_json::{Map, Value, json};

use super::complete::header_parameter;
use crate::http::idempotency;

/// The faults that a write can meet beyond those of a read.
pub(super) fn faults(method: &str, operation_id: &str) -> Vec<Code> {
    let mut faults = match method {
        "post" => vec![Code::Conflict, Code::IdempotencyKeyReused],
        "put" | "patch" => vec![Code::Conflict, Code::PreconditionFailed, Code::PreconditionRequired],
        "delete" => vec![Code::InUse, Code::PreconditionFailed, Code::PreconditionRequired],
        _ => return Vec::new(),
    };
    if operation_id.starts_with("verify_") {
        faults.push(Code::PreconditionFailed);
    }
    faults.extend([Code::RequestTimeout, Code::InsufficientStorage]);
    faults
}

/// The headers that a write takes.
pub(super) fn parameters(method: &str, operation_id: &str) -> Vec<Value> {
    let key = || {
        let about = "Names this request: sent again with the same key within 24 hours, it is answered as the first time \
                     and not done again. Up to 255 visible characters, such as a UUID.";
        let mut key = header_parameter(idempotency::HEADER, about);
        key["schema"]["minLength"] = json!(1);
        key["schema"]["pattern"] = json!("^[!-~]+$");
        key
    };
    let precondition = |about: &str, required: bool| {
        let mut parameter = header_parameter("If-Match", about);
        parameter["required"] = json!(required);
        parameter["example"] = json!("*");
        parameter
    };
    match method {
        "post" if operation_id.starts_with("verify_") => {
            vec![key(), precondition("The ETag of the object that you have seen; left out, whatever it is now.", false)]
        }
        "post" => vec![key()],
        "put" if operation_id.ends_with("_by_source") => {
            vec![precondition(
                "The ETag of the object that you have seen; needed when another client has changed it.",
                false,
            )]
        }
        "put" | "patch" | "delete" => {
            vec![precondition("The ETag of the object that you have seen: 412 when it has changed since.", true)]
        }
        _ => Vec::new(),
    }
}

/// Gives every schema of a body its form for input, where null or empty may be left out, and the form of its
/// merge patch, where everything may be.
pub(super) fn shape_bodies(document: &mut Value) {
    let mut bodies: Vec<(String, bool)> = Vec::new();
    let paths = document["paths"].as_object_mut();
    for operation in
        paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut).flat_map(Map::values_mut)
    {
        let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut) else {
            continue;
        };
        for (media_type, body) in content {
            let patch = media_type == "application/merge-patch+json";
            if media_type.ends_with("json")
                && let Some(name) = reference(&body["schema"])
            {
                body["schema"] = json!({"$ref": format!("#/components/schemas/{}", renamed(&name, patch))});
                bodies.push((name, patch));
            }
        }
    }
    while let Some((name, patch)) = bodies.pop() {
        let new_name = renamed(&name, patch);
        let schemas = &mut document["components"]["schemas"];
        if schemas.get(&new_name).is_some_and(|schema| schema.get("x-shaped").is_some()) {
            continue;
        }
        let mut schema = schemas[&name].clone();
        shape(&mut schema, patch, &mut bodies);
        schema["x-shaped"] = json!(true);
        schemas[&new_name] = schema;
    }
    for schema in document["components"]["schemas"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        schema.as_object_mut().map(|schema| schema.remove("x-shaped"));
    }
}

fn reference(schema: &Value) -> Option<String> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/").map(str::to_owned)
}

/// Facts are written and never read: they keep their name. What is read too gets another one.
fn renamed(name: &str, patch: bool) -> String {
    match (name.strip_suffix("Facts"), patch) {
        (Some(noun), true) => format!("{noun}Patch"),
        (Some(_), false) => name.to_owned(),
        (None, true) => format!("{name}Patch"),
        (None, false) => format!("{name}Input"),
    }
}

fn shape(schema: &mut Value, patch: bool, bodies: &mut Vec<(String, bool)>) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let mut required = Vec::new();
    for (name, property) in properties.iter_mut() {
        if !patch && !is_optional(property) {
            required.push(name.clone());
        }
        if patch && !is_optional(property) {
            // Null takes the value away, which is refused afterwards where it is needed.
            *property =
                json!({"description": property["description"].clone(), "oneOf": [{"type": "null"}, property.clone()]});
        }
        refer(property, patch, bodies);
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("required");
        if !required.is_empty() {
            schema.insert("required".into(), required.into());
        }
        schema.insert("additionalProperties".into(), json!(false));
    }
}

/// Leads references to objects to their forms for input.
fn refer(value: &mut Value, patch: bool, bodies: &mut Vec<(String, bool)>) {
    const OBJECTS: [&str; 4] = ["Names", "Descriptions", "Contact", "ExternalId"];
    match value {
        Value::Object(object) => {
            if let Some(name) = object.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next())
                && OBJECTS.contains(&name)
            {
                let name = name.to_owned();
                // The elements of a list are replaced with it: they are whole.
                object.insert("$ref".into(), json!(format!("#/components/schemas/{}", renamed(&name, patch))));
                bodies.push((name, patch));
            }
            for (key, value) in object {
                refer(value, patch && key != "items", bodies);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, patch, bodies)),
        _ => (),
    }
}

/// What may be null, and a list, may be left out.
fn is_optional(property: &Value) -> bool {
    let is = |kind: &str, schema: &Value| match &schema["type"] {
        Value::String(one) => one == kind,
        Value::Array(several) => several.iter().any(|one| one == kind),
        _ => false,
    };
    let nullable = property["oneOf"].as_array().is_some_and(|choices| choices.iter().any(|choice| is("null", choice)));
    nullable || is("null", property) || is("array", property)
}

/// Headers of an answer that says where a new object is.
pub(super) fn location() -> Value {
    json!({
        "description": "The address of the new object.",
        "schema": {"type": "string", "format": "uri", "maxLength": 2_000},
        "example": "http://127.0.0.1:8080/v1/providers/019ac0de-0000-7000-8000-000000000000"
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::bounds::longest;

    #[test]
    fn every_header_of_a_write_is_bounded() {
        for name in ["If-Match", idempotency::HEADER] {
            assert!(longest(name) > 0, "{name}");
        }
    }
}
