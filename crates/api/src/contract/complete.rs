//! What every operation has in common and none repeats: who publishes it, errors, headers, bounds of
//! dates, security, and examples that were recorded from the running registry.

use std::collections::BTreeSet;

use digituki_domain::date::YEARS;
use digituki_domain::problem::Code;
use include_dir::{Dir, include_dir};
use serde_json::{Map, Value, json};

use crate::contract::answers::{self, Faults, answer_headers};
use crate::contract::{bodies, links, security, write};
use crate::http::answer::NDJSON;
use crate::http::bounds::longest;
use crate::http::export::{self, CSV, GEOJSON};
use crate::http::problem::MEDIA_TYPE;
use crate::http::query::PRINTABLE;
use crate::need_indicator;
use crate::oauth::TOKEN_PATH;

/// Answers of the real server, one file for each operation; a test compares them with its answers.
static EXAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../openapi/examples");

pub(super) const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

const ABOUT: &str = "\
The national registry and operating platform of Finland's digital support (digituki, digitalt stöd): \
help for people who do not know how to, or cannot, use digital services.

Times are UTC (RFC 3339); days are days in Helsinki. Texts are objects with `fi`, `sv` and `en`. Lists \
take `limit` and `cursor`; filters combine: a repeated one means \"or\", different ones \"and\". `as_of` asks how \
things were on a day. Every object carries an `ETag`; `If-None-Match` saves the answer that you have. \
Errors are `application/problem+json` (RFC 9457) in the language of `Accept-Language`; their codes are \
listed at `/v1/problems`.

A write answers with the object as it is after it. `PUT`, `PATCH` (a JSON merge patch, RFC 7396) and `DELETE` take the \
`ETag` that you have seen as `If-Match`, so that nobody overwrites what they have not seen; a `POST` with an \
`Idempotency-Key` is done once, however often it is sent. `/v1/changes` tells of every change in its order.

What is published takes no account; an access token (`Authorization: Bearer`) allows more, \
and ten times as many requests a minute.

Within `/v1` the contract only grows, also while its version is below 1.0.0: there may be new operations, fields, codes \
and values of enumerations. Pass over what you do not know; whatever is to go says so long before (`Deprecation`, \
`Sunset`).

The areas, populations and names come from Statistics Finland, the Finnish Institute for Health and Welfare and the \
National Land Survey of Finland (open data, CC BY 4.0) and from the Suomi.fi Service Catalogue (MIT).";

const TAGS: [(&str, &str); 39] = [
    ("regions", "Regions (maakunnat, landskap), with their validity."),
    (
        "hospital_districts",
        "Hospital districts (sairaanhoitopiirit, sjukvårdsdistrikt), until the end of 2022 but for Åland.",
    ),
    ("wellbeing_services_counties", "Wellbeing services counties (hyvinvointialueet, välfärdsområden), from 2023."),
    ("municipalities", "Municipalities (kunnat, kommuner) since 2018: where each belongs, and its inhabitants."),
    ("organisations", "Organisations: authorities, councils, districts, municipalities and their successors."),
    ("providers", "Providers of digital support (digituen tuottajat, leverantörer av digitalt stöd)."),
    ("locations", "Locations: places where support is given (paikat, platser)."),
    ("services", "Services: what support is given, how and for whom (palvelut, tjänster)."),
    ("service_points", "Service points: what a person finds (digitukipisteet, digistödspunkter)."),
    ("suggestions", "What may be meant, as one types."),
    ("duplicates", "Objects that are likely to be one."),
    ("programmes", "Programmes: the phases of regional coordination, whom they reach and who took part."),
    ("calls", "Calls for applications (haut, ansökningsomgångar)."),
    ("applications", "Applications to calls (hakemukset, ansökningar)."),
    ("evaluations", "What evaluators say of applications (arvioinnit, bedömningar)."),
    ("decisions", "Decisions on applications (päätökset, beslut)."),
    ("pilots", "Pilots (pilotit, pilotförsök)."),
    ("grants", "State grants (valtionavustukset, statsunderstöd)."),
    ("change_requests", "What beneficiaries ask to be changed of their grants (muutospyynnöt, ändringsbegäranden)."),
    ("reports", "What beneficiaries report of the use of their grants (selvitykset, redovisningar)."),
    (
        "assessment_frameworks",
        "The principles of assessments, version by version (arvioinnin periaatteet, utvärderingsprinciper).",
    ),
    (
        "assessment_rounds",
        "Rounds of assessments: who is asked, and who has answered (arviointikierrokset, utvärderingsomgångar).",
    ),
    ("assessments", "What regions, pilots and providers answer, and what it comes to (arvioinnit, utvärderingar)."),
    ("comparisons", "The subjects of a round of assessments side by side."),
    ("coverage", "How many people live in a union of areas."),
    ("need_indicators", "What is known of municipalities that tells of the need for digital support."),
    ("need_index", "How much need for digital support there is in each municipality beside the others."),
    ("availability", "What support people can have where (saatavuus, tillgång)."),
    ("gaps", "Need beside availability: where support is lacking most."),
    ("metrics", "What every figure about need, availability and assessments is."),
    ("changes", "The feed of changes: what to read to hold a copy of the registry."),
    ("search_gaps", "What people looked for and did not find."),
    ("audit", "Who did what, and who was denied it."),
    ("state_machines", "Which steps can be taken when, and by whom."),
    ("code_lists", "Every enumeration of this contract, with labels."),
    ("sign_in", "Signing in: OAuth 2.0 client credentials, and what others need to verify a token."),
    ("problems", "Every code that an error can carry."),
    ("contract", "This document."),
    ("health", "Whether the process lives and the registry can answer."),
];

/// Completes the generated document.
pub(super) fn complete(mut document: Value) -> Value {
    document["info"] = json!({
        "title": "Digituki",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "The national registry of digital support.",
        "description": ABOUT,
        "contact": {"name": "Digituki", "email": "digituki@example.org"},
        "license": {"name": "European Union Public Licence 1.2", "identifier": "EUPL-1.2"}
    });
    // Relative, so that the document does not depend on where it is served.
    document["servers"] = json!([{"url": "/", "description": "The registry that serves this document."}]);
    document["tags"] = TAGS.iter().map(|(name, about)| json!({"name": name, "description": about})).collect();
    document["components"]["securitySchemes"] = security::schemes();
    document["components"]["responses"] = Faults::components();
    document["components"]["headers"] = answers::headers();
    show_path_examples(&mut document);
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            order(item);
            for method in METHODS {
                if let Some(operation) = item.get_mut(method) {
                    complete_operation(path, method, operation);
                }
            }
        }
    }
    require_all(&mut document);
    lift_descriptions(&mut document);
    bound_dates(&mut document);
    bodies::shape(&mut document);
    links::add(&mut document);
    drop_unused_schemas(&mut document);
    document
}

/// Puts the operations of a path into the order in which one tries them.
fn order(item: &mut Value) {
    if let Some(item) = item.as_object_mut() {
        let operations: Vec<_> = METHODS.iter().filter_map(|method| item.remove_entry(*method)).collect();
        item.extend(operations);
    }
}

fn complete_operation(path: &str, method: &str, operation: &mut Value) {
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let writes = write::Kind::of(method, path, &id);
    // A question that takes a body to ask. OAuth's is told with its own words.
    let asks = writes.is_none() && method == "post" && path != TOKEN_PATH;
    operation["security"] = security::requirement(&id);
    complete_parameters(operation, method, writes);
    complete_answers(operation, path, method, &id);
    if let Some(body) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut)
        && let Some(example) = example(&format!("{id}.request"))
    {
        for (media_type, body) in body {
            body["example"] = need_indicator::in_format(&example, media_type).unwrap_or_else(|| example.clone());
        }
    }
    let own_words = operation["responses"].get("401").map(|_| Code::Unauthenticated);
    let faults = Faults::of(path, security::guarded(&id), method != "delete");
    let faults = faults.chain(writes.into_iter().flat_map(write::Kind::faults)).chain(own_words);
    let faults = faults.chain(asks.then_some(Code::RequestTimeout));
    complete_faults(operation, path, faults);
}

fn complete_parameters(operation: &mut Value, method: &str, writes: Option<write::Kind>) {
    let parameters = operation.as_object_mut().map(|operation| operation.entry("parameters").or_insert(json!([])));
    let Some(Value::Array(parameters)) = parameters else { return };
    for parameter in parameters.iter_mut() {
        // What Swagger UI fills in: a page that can be read at a glance.
        if parameter["name"] == "limit" {
            parameter["example"] = json!(2);
        }
        // A preference that makes no sense is passed over (RFC 7240).
        let counts = parameter["in"] != "header";
        let schema = &mut parameter["schema"];
        if counts
            && schema["type"] == "string"
            && ["enum", "format", "pattern"].iter().all(|known| schema[known].is_null())
        {
            schema["pattern"] = json!(PRINTABLE);
        }
    }
    if method == "get" {
        let about = "ETags that you have: the answer is 304 if one still holds.";
        parameters.push(header_parameter("If-None-Match", about));
    }
    parameters.extend(writes.into_iter().flat_map(write::Kind::parameters));
    parameters.push(header_parameter("Accept-Language", "The language of problems: fi, sv or en."));
}

/// What an operation answers when it succeeds.
fn complete_answers(operation: &mut Value, path: &str, method: &str, id: &str) {
    // Those who watch over the process are not counted.
    let counted = !path.starts_with("/health/");
    let parameters = parameters_of(operation);
    for (status, about) in [("200", "The answer."), ("201", "The new object."), ("204", "It is gone.")] {
        let Some(ok) = operation["responses"].get_mut(status) else { continue };
        if ok["description"].as_str().is_none_or(str::is_empty) {
            ok["description"] = json!(about);
        }
        ok["headers"] = answer_headers(counted, status != "204" && path != TOKEN_PATH, &parameters);
        if status == "201" {
            ok["headers"]["Location"] = json!({"$ref": "#/components/headers/Location"});
        }
        if ok["content"].get(NDJSON).is_some() {
            // A stream has none: it is not known before its end.
            ok["headers"]["ETag"] = answers::sometimes("ETag");
        }
        if let Some(content) = ok.get_mut("content")
            && let Some(example) = example(id)
        {
            if let Some(line) = content.get_mut(NDJSON) {
                line["example"] = example["items"][0].clone();
            }
            for format in [GEOJSON, CSV] {
                if let Some(page) = content.get_mut(format) {
                    page["example"] = export::example(&example, id, format);
                }
            }
            content["application/json"]["example"] = example;
        }
    }
    if let Some(moved) = operation["responses"].get_mut("301") {
        moved["headers"] = answer_headers(counted, false, &parameters);
        moved["headers"]["Location"] = json!({"$ref": "#/components/headers/Location"});
    }
    if method == "get" {
        let headers = answer_headers(counted, true, &parameters);
        operation["responses"]["304"] = json!({"description": "What you have still holds.", "headers": headers});
    }
}

/// What an operation answers when it fails. What it says of that itself stands: OAuth's endpoint has words of its own.
fn complete_faults(operation: &mut Value, path: &str, faults: impl Iterator<Item = Code>) {
    let instance = example_path(path, operation);
    for fault in faults {
        let said = &mut operation["responses"][fault.status().to_string()];
        if fault == Code::InUse {
            // Said with the operation: what can be in use is told by the object at its path.
            *said = Faults::answer(fault, &instance);
            continue;
        }
        if said.is_null() {
            *said = json!({"$ref": format!("#/components/responses/{}", Faults::name(fault))});
            continue;
        }
        said["headers"] = Faults::headers(fault);
        if fault == Code::Unauthenticated {
            said["headers"]["WWW-Authenticate"] = answers::sign_in("Basic realm=\"digituki\"");
        }
        if fault == Code::InvalidRequest {
            // What is wrong before an operation begins, such as a header field that is too long.
            let mut problem = Faults::answer(fault, path);
            said["content"][MEDIA_TYPE] = problem["content"][MEDIA_TYPE].take();
        }
    }
}

/// A recorded answer of an operation.
pub(super) fn example(operation_id: &str) -> Option<Value> {
    let file = EXAMPLES.get_file(format!("{operation_id}.json"))?;
    serde_json::from_slice(file.contents()).ok()
}

pub(super) fn header_parameter(name: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "header", "description": description, "required": false,
        "schema": {"type": "string", "maxLength": longest(name)}
    })
}

fn parameters_of(operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect()
}

/// A path with the examples of its parameters.
fn example_path(path: &str, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.fold(path.to_owned(), |path, parameter| {
        let name = parameter["name"].as_str().unwrap_or_default();
        path.replace(&format!("{{{name}}}"), parameter["example"].as_str().unwrap_or_default())
    })
}

/// An answer holds every field: what is not there is null, never left out.
fn require_all(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object_mut();
    for schema in schemas.into_iter().flat_map(Map::values_mut) {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { continue };
        schema["required"] = properties.keys().cloned().collect();
    }
    // A form leaves out what it does not say.
    document["components"]["schemas"]["TokenRequest"]["required"] = json!(["grant_type"]);
    // An excerpt leaves out what was not asked for.
    document["components"]["schemas"]["ServicePointExcerpt"]["required"] = json!(["id"]);
}

/// What may be null is one of two schemas; what is said of it belongs to both.
fn lift_descriptions(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object_mut();
    let properties = schemas.into_iter().flat_map(Map::values_mut).filter_map(|schema| schema.get_mut("properties"));
    for property in properties.filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        let mut choices = property.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten();
        let lifted = choices.find_map(|choice| choice.as_object_mut()?.remove("description"));
        if let Some(description) = lifted {
            property["description"] = description;
        }
    }
}

/// What stands in a path has the example of its schema, unless it says another.
fn show_path_examples(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    let operations = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    let operations = operations.filter_map(Value::as_object_mut).flat_map(Map::values_mut);
    let parameters = operations.filter_map(|operation| operation.get_mut("parameters")?.as_array_mut()).flatten();
    for parameter in parameters.filter(|parameter| parameter["in"] == "path" && parameter.get("example").is_none()) {
        let schema = parameter["schema"]["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        let schema = schema.map_or(&parameter["schema"], |name| &schemas[name]);
        if let Some(example) = schema["examples"].get(0).cloned() {
            parameter["example"] = example;
        }
    }
}

/// An answer's schema may be needed only as what a body's is made of.
fn drop_unused_schemas(document: &mut Value) {
    let mut used = BTreeSet::new();
    let mut left = Vec::new();
    references(&document["paths"], &mut left);
    references(&document["components"]["responses"], &mut left);
    while let Some(reference) = left.pop() {
        if let Some(schema) = document.pointer(reference.trim_start_matches('#'))
            && !used.contains(&reference)
        {
            references(schema, &mut left);
            used.insert(reference);
        }
    }
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| used.contains(&format!("#/components/schemas/{name}")));
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(array) => array.iter().for_each(|value| references(value, found)),
        _ => (),
    }
}

/// Dates and instants have a longest form, and years within which they lie.
fn bound_dates(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let bounds = match object.get("format").and_then(Value::as_str) {
                Some("date") => Some((10, Some(YEARS))),
                Some("date-time") => Some((35, Some(YEARS))),
                Some("uuid") => Some((36, None)),
                _ => None,
            };
            if let Some((longest, years)) = bounds
                && object.contains_key("type")
            {
                object.entry("maxLength").or_insert(json!(longest));
                if let Some(years) = years {
                    object.entry("pattern").or_insert(json!(years));
                }
            }
            object.values_mut().for_each(bound_dates);
        }
        Value::Array(array) => array.iter_mut().for_each(bound_dates),
        _ => (),
    }
}
