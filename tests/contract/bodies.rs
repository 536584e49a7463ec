//! Bodies made from the document: what its schemas forbid is refused at its place, what they allow is taken,
//! and both databases say the same.

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::contract::Operation;
use crate::support::{Answer, Contract, Database, Stage};

/// A body that differs from the example at one place.
struct Variation {
    body: Value,
    /// Where, as a JSON Pointer.
    pointer: String,
    what: &'static str,
}

/// Makes variations of an example along its schema.
struct Variations<'a> {
    contract: &'a Contract,
    example: &'a Value,
    made: Vec<Variation>,
}

impl<'a> Variations<'a> {
    fn of(contract: &'a Contract, operation: &'a Operation, example: &'a Value, bad: bool) -> Vec<Variation> {
        let body = operation.body().unwrap();
        let mut variations = Self { contract, example, made: Vec::new() };
        if bad {
            variations.bad(&body.schema, "", example);
        } else {
            variations.good(&body.schema, "", example);
        }
        variations.made
    }

    /// The example with another value at a place, or without it.
    fn with(&mut self, pointer: &str, value: Option<Value>, what: &'static str) {
        let mut body = self.example.clone();
        if let Some(value) = value {
            put(&mut body, pointer, value);
        } else {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let whole = self.example.pointer(parent).and_then(Value::as_object).cloned().unwrap_or_default();
            put(&mut body, parent, whole.into_iter().filter(|(known, _)| known != name).collect());
        }
        self.made.push(Variation { body, pointer: pointer.to_owned(), what });
    }

    /// The example with a list of this element alone.
    fn alone(&self, list: &str, element: &Value) -> Value {
        let mut example = self.example.clone();
        put(&mut example, list, json!([element]));
        example
    }

    /// The schema of what stands there when it is not null.
    fn schema_of(&self, schema: &'a Value) -> (&'a Value, bool) {
        let schema = self.contract.resolve(schema);
        let null = |schema: &Value| schema["type"] == "null";
        match schema["oneOf"].as_array() {
            Some(choices) if choices.iter().any(null) => {
                let choice = choices.iter().find(|choice| !null(choice)).unwrap();
                (self.contract.resolve(choice), true)
            }
            _ => (schema, schema["type"].as_array().is_some_and(|types| types.contains(&json!("null")))),
        }
    }

    /// What breaks the schema at a place and below it.
    fn bad(&mut self, schema: &'a Value, pointer: &str, value: &Value) {
        let (schema, nullable) = self.schema_of(schema);
        let kind = kind_of(schema);
        for wrong in [json!(true), json!(5.5), json!("\u{1F4A5}"), json!([[]]), json!({"a": {}})] {
            if !is_of(kind, &wrong) {
                self.with(pointer, Some(wrong), "a wrong type");
            }
        }
        if !nullable {
            self.with(pointer, Some(Value::Null), "null");
        }
        match kind {
            "object" => self.bad_object(schema, pointer, value),
            "array" => {
                let sample = self.sample(&schema["items"]);
                let most = size(&schema["maxItems"]);
                self.with(pointer, Some(Value::Array(vec![sample.clone(); most + 1])), "too many");
                if let Some(least) = schema["minItems"].as_u64().filter(|least| *least > 0) {
                    let few = vec![sample.clone(); usize::try_from(least).unwrap() - 1];
                    self.with(pointer, Some(Value::Array(few)), "too few");
                }
                if schema["uniqueItems"] == true {
                    self.with(pointer, Some(json!([sample, sample])), "a value twice");
                }
                let element = value.get(0).cloned().unwrap_or(sample);
                let alone = self.alone(pointer, &element);
                let mut below = Variations { contract: self.contract, example: &alone, made: Vec::new() };
                below.bad(&schema["items"], &format!("{pointer}/0"), &element);
                self.made.extend(below.made);
            }
            "string" => {
                if let Some(most) = schema["maxLength"].as_u64() {
                    self.with(pointer, Some(json!("a".repeat(usize::try_from(most).unwrap() + 1))), "too long");
                }
                if schema["minLength"].as_u64().is_some_and(|least| least > 0) {
                    let least = size(&schema["minLength"]);
                    self.with(pointer, Some(json!("a".repeat(least - 1))), "too short");
                }
                let formed = ["pattern", "format", "enum"].iter().any(|rule| schema.get(*rule).is_some());
                if formed && !self.takes(schema, &json!("?")) {
                    self.with(pointer, Some(json!("?")), "another form");
                }
            }
            "integer" | "number" => {
                for (bound, step) in [("minimum", -1), ("maximum", 1)] {
                    let beyond = schema[bound].as_i64().unwrap() + step;
                    self.with(pointer, Some(json!(beyond)), "out of range");
                }
            }
            "boolean" => (),
            other => panic!("{pointer}: no test knows what breaks {other}"),
        }
    }

    fn bad_object(&mut self, schema: &'a Value, pointer: &str, value: &Value) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            self.with(&format!("{pointer}/{name}"), None, "a missing field");
        }
        assert_eq!(schema["additionalProperties"], false, "{pointer} takes fields that nobody knows");
        for unknown in [json!("red"), Value::Null] {
            self.with(&format!("{pointer}/colour"), Some(unknown), "an unknown field");
        }
        for (name, property) in schema["properties"].as_object().unwrap() {
            let place = format!("{pointer}/{name}");
            // What a location may be is tried where it is written by itself.
            if name == "new_location" {
                continue;
            }
            if let Some(field) = value.get(name).filter(|field| !field.is_null()) {
                self.bad(property, &place, field);
                continue;
            }
            // Where the example has nothing, a whole of it is put there, so that only one thing is wrong with it.
            let field = self.sample(property);
            let mut example = self.example.clone();
            if field.is_object() {
                put(&mut example, &place, field.clone());
            }
            let mut below = Variations { contract: self.contract, example: &example, made: Vec::new() };
            below.bad(property, &place, &field);
            self.made.extend(below.made);
        }
    }

    /// What the schema allows beyond the example.
    fn good(&mut self, schema: &'a Value, pointer: &str, value: &Value) {
        let (schema, nullable) = self.schema_of(schema);
        if nullable {
            self.with(pointer, Some(Value::Null), "null");
        }
        match kind_of(schema) {
            "object" => {
                let required = schema["required"].as_array().cloned().unwrap_or_default();
                for (name, property) in schema["properties"].as_object().unwrap() {
                    let place = format!("{pointer}/{name}");
                    if !required.contains(&json!(name)) {
                        self.with(&place, None, "a field left out");
                    }
                    if let Some(field) = value.get(name).filter(|field| !field.is_null()) {
                        self.good(property, &place, field);
                    }
                }
            }
            "array" => {
                self.with(pointer, Some(json!([])), "an empty list");
                if let Some(element) = value.get(0) {
                    let alone = self.alone(pointer, element);
                    let mut below = Variations { contract: self.contract, example: &alone, made: Vec::new() };
                    below.good(&schema["items"], &format!("{pointer}/0"), element);
                    self.made.extend(below.made);
                }
            }
            "string" if ["pattern", "format", "enum"].iter().all(|rule| schema.get(*rule).is_none()) => {
                let most = size(&schema["maxLength"]);
                // The limit counts characters, not bytes.
                self.with(pointer, Some(json!("ä".repeat(most))), "the longest text");
            }
            "string" if schema["enum"].is_array() => {
                for value in schema["enum"].as_array().unwrap() {
                    self.with(pointer, Some(value.clone()), "another value");
                }
            }
            _ => (),
        }
    }

    /// A value that the schema shows or allows.
    fn sample(&self, schema: &'a Value) -> Value {
        let (schema, _) = self.schema_of(schema);
        let shown = schema["examples"].get(0).or_else(|| schema.get("example")).or_else(|| schema["enum"].get(0));
        shown.cloned().unwrap_or_else(|| match (kind_of(schema), schema["format"].as_str()) {
            ("object", _) => {
                let properties = schema["properties"].as_object().unwrap().iter();
                properties.map(|(name, property)| (name.clone(), self.sample(property))).collect()
            }
            ("array", _) => json!([]),
            ("string", Some("date")) => json!("2020-06-01"),
            ("string", Some("date-time")) => json!("2020-06-01T12:00:00Z"),
            ("string", _) => json!("a".repeat(size(&schema["minLength"]).max(1))),
            ("boolean", _) => json!(false),
            _ => schema["minimum"].clone(),
        })
    }

    fn takes(&self, schema: &Value, value: &Value) -> bool {
        let root = json!({"allOf": [schema], "components": self.contract.0["components"]});
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        options.build(&root).unwrap().is_valid(value)
    }
}

fn kind_of(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap(),
        kind => kind.as_str().unwrap_or_else(|| panic!("no type: {schema}")),
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        _ => value.is_number(),
    }
}

fn size(bound: &Value) -> usize {
    usize::try_from(bound.as_u64().unwrap_or(0)).unwrap()
}

/// Puts a value at a place; what is not there on the way becomes an object.
fn put(body: &mut Value, pointer: &str, value: Value) {
    let mut place = body;
    for step in pointer.split('/').skip(1) {
        if let Ok(index) = step.parse::<usize>() {
            place = &mut place[index];
        } else {
            if !place.is_object() {
                *place = json!({});
            }
            place = &mut place[step];
        }
    }
    *place = value;
}

/// The operations that take a body in JSON.
fn with_bodies(stage: &Stage) -> Vec<Operation> {
    let json = |operation: &Operation| operation.body().is_some_and(|body| body.media_type.ends_with("json"));
    let found: Vec<_> = stage.in_order().into_iter().filter(json).collect();
    assert!(found.len() >= 7, "{}", found.len());
    found
}

#[test]
fn a_body_that_breaks_its_schema_is_refused_at_its_place_in_the_same_words_on_both_databases() {
    let flags = ["--public-url", "http://registry.test"];
    let both = [Database::Sqlite, Database::Postgres].map(|database| Stage::start_with(database, &flags));
    let before = both.each_ref().map(|stage| stage.registry.last_seq());
    let mut found = Vec::new();
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in with_bodies(&both[0]) {
        let example = operation.body().unwrap().example;
        for Variation { body, pointer, what } in Variations::of(&both[0].contract, &operation, &example, true) {
            let answers = both.each_ref().map(|stage| {
                let request = stage.request(&operation).with("X-Request-Id", "bad-body-1");
                let answer = stage.send(&request.carrying(stage.here(&body.to_string())));
                (answer.status, stage.there(&answer.text()))
            });
            let title = format!("{}: {what} at {pointer:?}", operation.id);
            let [(status, text), other] = &answers;
            if (status, text) != (&other.0, &other.1) {
                found.push(format!("{title}: SQLite and PostgreSQL differ: {answers:?}"));
            }
            let problem: Value = serde_json::from_str(text).unwrap();
            let faults = problem["errors"].as_array().into_iter().flatten();
            let places: Vec<_> = faults.map(|fault| fault["pointer"].as_str().unwrap_or_default()).collect();
            if *status != 400 || !places.contains(&pointer.as_str()) {
                found.push(format!("{title}: {status} with faults at {places:?}"));
            }
            *tried.entry(what).or_default() += 1;
        }
    }
    assert!(found.is_empty(), "{} of {tried:?}:\n{}", found.len(), found.join("\n"));
    assert_eq!(both.each_ref().map(|stage| stage.registry.last_seq()), before, "nothing was stored");
    assert!(tried.len() > 6 && tried.values().all(|number| *number > 5), "{tried:?}");
}

/// Whether a body is refused for how its fields agree with each other or with the registry, and for nothing else.
fn is_beyond_schemas(answer: &Answer) -> bool {
    const BEYOND: [&str; 8] = [
        "needed_to_publish",
        "excluded",
        "contradictory",
        "overlapping",
        "unsupported_hours",
        "unknown_value",
        "not_eligible",
        "illegal_step",
    ];
    let listed = answer.json()["errors"].take();
    let agreeing = |fault: &Value| {
        let (code, place) = (fault["code"].as_str().unwrap_or_default(), fault["pointer"].as_str().unwrap_or_default());
        // A mode belongs to a form; hours and areas say all of what they say a part of.
        let part_of_a_whole = [
            "/opening_hours",
            "/service_area",
            "/point",
            "/locations/",
            "/channels/",
            "/delivery_modes",
            "/starts",
            "/ends",
            "/level",
        ];
        match code {
            "missing_field" => part_of_a_whole.iter().any(|whole| place.contains(whole)),
            "unknown_value" => {
                let agrees = ["/delivery_modes", "/mapping/"].iter().any(|whole| place.starts_with(whole));
                agrees || ["/target_groups", "/customer_groups"].contains(&place)
            }
            // A change has its number of criteria.
            "out_of_range" => place.starts_with("/mapping/"),
            code => BEYOND.contains(&code),
        }
    };
    match answer.status {
        400 => listed.as_array().is_some_and(|faults| !faults.is_empty() && faults.iter().all(agreeing)),
        // A provider with published services stays published; the form of a call that is open stays as it is.
        409 if answer.json()["code"] == "conflict" => {
            listed.as_array().is_some_and(|faults| faults.iter().all(agreeing))
        }
        status => status == 409 && answer.json()["code"] == "in_use",
    }
}

#[rstest]
fn a_body_that_fits_its_schema_is_taken(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    let mut refused = Vec::new();
    let mut tried = 0;
    // What is created twice would be in conflict with itself.
    // Actions are tried by the tests of what they do.
    let replaces = |operation: &&Operation| ["put", "patch"].contains(&operation.method.as_str());
    for operation in with_bodies(&stage).iter().filter(replaces) {
        let example = operation.body().unwrap().example;
        let operations = stage.contract.operations();
        let whole = operations.iter().find(|whole| whole.method == "put" && whole.path == operation.path).unwrap();
        let as_the_examples_made_it = || {
            let answer = stage.send(&stage.request(whole));
            assert_eq!(answer.status, 200, "{}: {}", operation.id, answer.text());
        };
        for Variation { body, pointer, what } in Variations::of(&stage.contract, operation, &example, false) {
            as_the_examples_made_it();
            let answer = stage.send(&stage.request(operation).carrying(stage.here(&body.to_string())));
            // What a patch takes away may be needed.
            let gap = operation.method == "patch" && what == "null" && answer.status == 400;
            let gap = gap
                && answer.codes_of_faults() == ["missing_field"]
                && answer.json()["errors"][0]["pointer"] == pointer.as_str();
            if answer.status != 200 && !gap && !is_beyond_schemas(&answer) {
                refused.push(format!("{}: {what} at {pointer:?}: {}", operation.id, answer.text()));
            }
            tried += 1;
        }
        // Others may go by it.
        as_the_examples_made_it();
    }
    assert!(refused.is_empty(), "{} of {tried}:\n{}", refused.len(), refused.join("\n"));
    assert!(tried > 100, "{tried}");
}
