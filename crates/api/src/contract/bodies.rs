//! The schemas of bodies, made out of those of answers. An answer says every field; of a body what may be
//! null and what is a list may be left out, and of a merge patch everything.

use serde_json::{Map, Value, json};

const SCHEMAS: &str = "#/components/schemas/";

/// What a schema is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// An object as it is written.
    Input,
    /// What is to change of it (RFC 7396).
    Patch,
}

/// Gives every JSON body the schemas of its form.
pub(super) fn shape(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let mut shaper = Shaper { schemas: &schemas, shaped: Map::new() };
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        let content = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut);
        for (media_type, body) in content.into_iter().flatten().filter(|(media_type, _)| media_type.ends_with("json")) {
            let form = if media_type == "application/merge-patch+json" { Form::Patch } else { Form::Input };
            shaper.refer(&mut body["schema"], form);
        }
    }
    let made = shaper.shaped;
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.extend(made);
    }
}

struct Shaper<'a> {
    /// As answers have them.
    schemas: &'a Map<String, Value>,
    /// As bodies have them.
    shaped: Map<String, Value>,
}

impl Shaper<'_> {
    /// Leads every reference to an object to the object's form.
    fn refer(&mut self, schema: &mut Value, form: Form) {
        match schema {
            Value::Object(object) => {
                for (key, value) in object.iter_mut() {
                    match value.as_str().and_then(|reference| reference.strip_prefix(SCHEMAS)) {
                        Some(name) if key == "$ref" => *value = json!(format!("{SCHEMAS}{}", self.name(name, form))),
                        // An element is whole also in a patch: the list replaces the list.
                        _ => self.refer(value, if key == "items" { Form::Input } else { form }),
                    }
                }
            }
            Value::Array(choices) => choices.iter_mut().for_each(|choice| self.refer(choice, form)),
            _ => (),
        }
    }

    /// The name of a schema in its form: a new one only where the form is another.
    fn name(&mut self, name: &str, form: Form) -> String {
        let Some(schema) = self.schemas.get(name).filter(|schema| schema["properties"].is_object()) else {
            return name.to_owned();
        };
        // Facts are written and never read: what is written of them keeps the name.
        let noun = name.strip_suffix("Facts");
        let (simpler, new_name) = match (form, noun) {
            (Form::Input, Some(_)) => (None, name.to_owned()),
            (Form::Input, None) => (Some(name.to_owned()), format!("{name}Input")),
            (Form::Patch, noun) => (Some(self.name(name, Form::Input)), format!("{}Patch", noun.unwrap_or(name))),
        };
        let shaped = self.object(schema, form);
        match simpler {
            Some(simpler) if *self.shaped.get(&simpler).unwrap_or(schema) == shaped => simpler,
            _ => {
                self.shaped.insert(new_name.clone(), shaped);
                new_name
            }
        }
    }

    fn object(&mut self, schema: &Value, form: Form) -> Value {
        let mut schema = schema.clone();
        let mut required = Vec::new();
        for (name, property) in schema["properties"].as_object_mut().into_iter().flatten() {
            // Null takes away, which what is needed does not let be done to it. A list becomes empty.
            match (form, may_be_left_out(property)) {
                (Form::Patch, true) => allow_null(property),
                (Form::Input, false) => required.push(name.clone()),
                _ => (),
            }
            self.refer(property, form);
        }
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("required");
            if !required.is_empty() {
                schema.insert("required".into(), json!(required));
            }
            schema.insert("additionalProperties".into(), json!(false));
        }
        schema
    }
}

/// What may be null, and a list.
fn may_be_left_out(property: &Value) -> bool {
    is(property, "null") || is(property, "array")
}

fn is(schema: &Value, kind: &str) -> bool {
    let of_type = match &schema["type"] {
        Value::Array(types) => types.iter().any(|one| one == kind),
        one => one == kind,
    };
    of_type || schema["oneOf"].as_array().is_some_and(|choices| choices.iter().any(|choice| is(choice, kind)))
}

fn allow_null(property: &mut Value) {
    if property["type"] == "array" {
        property["type"] = json!(["array", "null"]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(media_type: &str) -> Value {
        let text = json!({"type": "string"});
        let mut document = json!({
            "paths": {"/things": {"post": {"requestBody": {"content": {
                media_type: {"schema": {"$ref": "#/components/schemas/ThingFacts"}}
            }}}}},
            "components": {"schemas": {
                "ThingFacts": {"required": ["name", "part", "parts", "note"], "properties": {
                    "name": text,
                    "part": {"oneOf": [{"$ref": "#/components/schemas/Part"}, {"type": "null"}]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                    "kind": {"description": "Which.", "$ref": "#/components/schemas/Kind"}
                }},
                "Part": {"required": ["left"], "additionalProperties": false, "properties": {"left": text}},
                "Kind": {"type": "string", "enum": ["a"]}
            }}
        });
        shape(&mut document);
        document
    }

    #[test]
    fn a_body_may_leave_out_what_may_be_null_and_lists() {
        let document = shaped("application/json");
        let facts = &document["components"]["schemas"]["ThingFacts"];
        assert_eq!(facts["required"], json!(["name", "kind"]));
        assert_eq!(facts["additionalProperties"], json!(false));
        assert_eq!(facts["properties"]["parts"]["items"], json!({"$ref": "#/components/schemas/Part"}));
        assert_eq!(document["components"]["schemas"].as_object().unwrap().len(), 3, "no form that says the same");
    }

    #[test]
    fn a_patch_may_leave_out_everything_and_take_away_what_is_not_needed() {
        let document = shaped("application/merge-patch+json");
        let body = &document["paths"]["/things"]["post"]["requestBody"]["content"]["application/merge-patch+json"];
        assert_eq!(body["schema"], json!({"$ref": "#/components/schemas/ThingPatch"}));
        let schemas = &document["components"]["schemas"];
        let patch = &schemas["ThingPatch"];
        assert_eq!(patch.get("required"), None);
        assert_eq!(patch["properties"]["name"], json!({"type": "string"}));
        assert_eq!(patch["properties"]["parts"]["type"], json!(["array", "null"]));
        assert_eq!(patch["properties"]["parts"]["items"], json!({"$ref": "#/components/schemas/Part"}));
        let part = json!([{"$ref": "#/components/schemas/PartPatch"}, {"type": "null"}]);
        assert_eq!(patch["properties"]["part"]["oneOf"], part);
        assert_eq!(schemas["PartPatch"]["properties"]["left"], json!({"type": "string"}));
    }
}
