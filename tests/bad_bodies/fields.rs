//! Bodies with one field that is no good.

use std::mem::discriminant;

use serde_json::{Value, json};

use super::{Both, Case, Target};
use crate::support::session::with;

/// One value of each kind that JSON knows, but null, which is another matter.
const KINDS: [&str; 6] = ["true", "5", "0.5", "\"\"", "[]", "{}"];

/// A personal identity code that was never given to anyone.
const IDENTITY_CODE: &str = "131052-308T";

/// What shows nothing, or turns what it stands in.
const HIDDEN: [&str; 13] = [
    "\u{200B}",
    "\u{2060}\u{FEFF}",
    "Kirjasto\u{200B}",
    "\u{202E}otsajriK",
    "\u{2066}a\u{2069}",
    "a\u{200F}",
    "\u{61C}a",
    "\u{3164}",
    "\u{FFA0}",
    "\u{AD}a",
    "a\u{2028}b",
    "a\u{FFFD}",
    "\u{E0041}a",
];
const CONTROLS: [&str; 7] = ["a\r\nb", "a\rb", "a\tb", "a\u{7}", "a\u{7F}", "a\u{85}", "\u{1B}[31ma"];

/// The cases of one target.
struct Cases<'a> {
    good: &'a Value,
    cases: Vec<Case>,
}

impl Cases<'_> {
    /// A value at one place of a good body, for which it is refused there.
    fn refuse(&mut self, place: &str, value: impl Into<Value>, code: &str) {
        // Not every noun has everything.
        if self.good.pointer(place).is_none() {
            return;
        }
        let value = value.into();
        let title: String = format!("{value} at {place}").chars().take(80).collect();
        self.cases.push(Case::new(&title, changed(self.good, place, value)).at(place, code));
    }

    fn refuse_each(&mut self, place: &str, values: &[&str], code: &str) {
        for value in values {
            self.refuse(place, *value, code);
        }
    }
}

/// The cases that a function finds for what a target takes, if it takes anything.
fn cases(target: &Target, find: impl Fn(&mut Cases)) -> Vec<Case> {
    let Some(good) = &target.good else { return Vec::new() };
    let mut cases = Cases { good, cases: Vec::new() };
    find(&mut cases);
    cases.cases
}

/// The body with one place said otherwise.
fn changed(good: &Value, place: &str, value: Value) -> String {
    let mut body = good.clone();
    *body.pointer_mut(place).unwrap_or_else(|| panic!("{place} in {good}")) = value;
    body.to_string()
}

/// Every place in a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    if !at.is_empty() {
        found.push(at.to_owned());
    }
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| places(value, &format!("{at}/{index}"), found));
        }
        _ => (),
    }
}

/// Every place with every kind of value that it does not take.
fn wrong_types(target: &Target) -> Vec<Case> {
    cases(target, |cases| {
        let mut all = Vec::new();
        places(cases.good, "", &mut all);
        for place in all {
            let now = cases.good.pointer(&place).unwrap();
            for kind in KINDS {
                let value: Value = serde_json::from_str(kind).unwrap();
                // What is null now tells nothing of its type, but that no number belongs there.
                let fits = if now.is_null() { !value.is_number() } else { discriminant(now) == discriminant(&value) };
                let merges = value.is_object() && target.operation.method == "patch";
                if !(fits || merges) {
                    cases.refuse(&place, value, "wrong_type");
                }
            }
        }
    })
}

fn texts(target: &Target) -> Vec<Case> {
    cases(target, |cases| {
        for place in ["/names/fi", "/names/sv"] {
            cases.refuse_each(place, &HIDDEN, "forbidden_character");
            cases.refuse_each(place, &CONTROLS, "forbidden_character");
            cases.refuse(place, "a\nb", "forbidden_character");
            cases.refuse_each(place, &["", " ", "\u{A0}", "-", "!!!", "\u{200D}"], "blank");
            cases.refuse(place, "ä".repeat(201), "too_long");
            cases.refuse_each(
                place,
                &[IDENTITY_CODE, "Hae 131052-308t nyt", "x131052A308Tx"],
                "personal_identity_code",
            );
        }
        for place in ["/descriptions/fi", "/descriptions/en"] {
            cases.refuse_each(place, &HIDDEN, "forbidden_character");
            cases.refuse_each(place, &CONTROLS, "forbidden_character");
            cases.refuse(place, "\n \n", "blank");
            cases.refuse(place, "ä".repeat(5_001), "too_long");
            cases.refuse(place, "Soita.\n131052-308T", "personal_identity_code");
        }
        let place = "/external_ids/0/source_id";
        cases.refuse_each(place, &HIDDEN, "forbidden_character");
        cases.refuse_each(place, &CONTROLS, "forbidden_character");
        cases.refuse_each(place, &["", " "], "blank");
        cases.refuse(place, "x".repeat(201), "too_long");
        cases.refuse(place, IDENTITY_CODE, "personal_identity_code");
        let place = "/external_ids/0/source";
        cases.refuse_each(place, &["PTV", "p", "a b", "ptv\n", "", "ä", &"p".repeat(41)], "malformed_value");
        cases.refuse(place, "a131052-308t", "personal_identity_code");
    })
}

fn contacts(target: &Target) -> Vec<Case> {
    cases(target, |cases| {
        let mailboxes = [
            "",
            "a",
            "a@b",
            "a b@c.example",
            "a@b.example\r\nBcc: x@y.example",
            "\"a\"@b.example",
            "a@[127.0.0.1]",
            "a@b.example\u{200B}",
        ];
        cases.refuse_each("/contact/email", &mailboxes, "malformed_value");
        cases.refuse("/contact/email", "131052-308t@b.example", "personal_identity_code");
        let phones =
            ["", "0401234567", "+0401234567", "+358 40 123", "+358401234567890123", "tel:+358401234567", "+٣٥٨٤٠١٢٣٤٥"];
        cases.refuse_each("/contact/phone", &phones, "malformed_value");
        let pages = [
            "",
            "b.example",
            "javascript:alert(1)",
            "https://u:p@b.example",
            "https://localhost",
            "https://127.0.0.1",
            "https://[2001:db8:0:0:0:0:0:1]",
            "https://b.example/\u{202E}",
            "https://b.example/\n",
            "file:///etc/passwd",
            &format!("https://b.example/{}", "x".repeat(2_000)),
        ];
        cases.refuse_each("/contact/website", &pages, "malformed_value");
        cases.refuse("/contact/website", "https://b.example/131052-308T", "personal_identity_code");
    })
}

fn days(target: &Target) -> Vec<Case> {
    let malformed = [
        "2021-02-29",
        "2020-13-01",
        "2020-2-9",
        "2020-01-01T00:00:00Z",
        "20200101",
        "today",
        "",
        "+2020-01-01",
        " 2020-01-01",
    ];
    let extreme = ["1899-12-31", "2101-01-01", "0000-01-01", "-4713-01-01", "9999-12-31", "-262143-01-01"];
    cases(target, |cases| {
        for place in ["/valid_from", "/valid_to"] {
            cases.refuse_each(place, &malformed, "malformed_value");
            cases.refuse_each(place, &extreme, "out_of_range");
        }
        cases.refuse("/valid_to", "2019-12-31", "ends_before_start");
    })
}

fn codes(target: &Target) -> Vec<Case> {
    let ids = [
        "",
        "x",
        "6ce13e44",
        "00000000-0000-4000-8000-00000000000g",
        "{6ce13e44-92a6-5284-a207-48785ec11b3e}",
        "urn:uuid:6ce13e44-92a6-5284-a207-48785ec11b3e",
        "6ce13e4492a65284a20748785ec11b3e",
    ];
    let nobody = "00000000-0000-4000-8000-000000000000";
    cases(target, |cases| {
        cases.refuse("/names", json!({"fi": null, "sv": null, "en": null}), "blank");
        if cases.good.get("successor").is_some() {
            cases.refuse_each("/business_id", &["01776193", "0177619", "", "x", "٠177619-3"], "malformed_value");
            cases.refuse("/business_id", json!("0177619-4"), "wrong_check_digit");
            cases.refuse_each("/area", &["", "01", "region", "region:1", "region:01:02"], "malformed_value");
            cases.refuse("/area", "region:99", "unknown_value");
            cases.refuse_each("/successor", &ids, "malformed_value");
            cases.refuse("/successor", nobody, "unknown_value");
            cases.refuse("/organisation_type", "club", "unknown_value");
            cases.refuse("/valid_to", Value::Null, "missing_field");
        }
        cases.refuse_each("/organisation", &ids, "malformed_value");
        cases.refuse("/organisation", nobody, "unknown_value");
        cases.refuse_each("/regions/0", &["", "1", "001", "x", "٠1"], "malformed_value");
        cases.refuse("/regions/0", "99", "unknown_value");
        cases.refuse("/regions", json!(["01", "01"]), "repeated_value");
        cases.refuse("/municipality", "91", "malformed_value");
        cases.refuse("/municipality", "999", "unknown_value");
        cases.refuse_each("/provider_type", &["", "Library", "cinema"], "unknown_value");
        cases.refuse_each("/origin", &["", "old"], "unknown_value");
        cases.refuse_each("/offer_status", &["", "gone"], "unknown_value");
        cases.refuse_each("/languages/0", &["", "FI", "xx"], "unknown_value");
        cases.refuse("/languages", json!(["fi", "sv", "fi"]), "repeated_value");
        let external = json!({"source": "ptv", "source_id": "1"});
        cases.refuse("/external_ids", json!([external, external]), "repeated_value");
        cases.refuse_each("/address/postcode", &["", "1234", "123456", "٠1234", "FI-00100"], "malformed_value");
        cases.refuse("/address/municipality", "999", "unknown_value");
        cases.refuse("/point/lat", json!(58.9), "out_of_range");
        cases.refuse("/point/lon", json!(32.1), "out_of_range");
        cases.refuse_each("/opening_hours/weekly/0/opens", &["", "9:00", "24:01", "09.00"], "malformed_value");
        cases.refuse("/opening_hours/weekly/0/days", json!(["monday", "monday"]), "repeated_value");
        cases.refuse_each("/support_form", &["", "online"], "unknown_value");
        cases.refuse_each("/topics/0", &["", "cooking"], "unknown_value");
        cases.refuse("/target_groups", json!(["everyone", "families"]), "unknown_value");
        cases.refuse_each("/provider", &ids, "malformed_value");
        cases.refuse("/provider", nobody, "unknown_value");
        cases.refuse("/locations/0/location", nobody, "unknown_value");
        cases.refuse("/service_area/areas/0", "region:99", "unknown_value");
        cases.refuse("/other", nobody, "unknown_value");
        cases.refuse_each("/other", &ids, "malformed_value");
        let many = (0..21).map(|number| json!({"source": "ptv", "source_id": format!("{number}")}));
        cases.refuse("/external_ids", many.collect::<Value>(), "too_many_values");
    })
}

/// What is too much, and too much of it wrong.
fn heaps(target: &Target) -> Vec<Case> {
    cases(target, |cases| {
        for name in ["languages", "regions", "external_ids"] {
            if cases.good.get(name).is_some() {
                let many =
                    |element: Value, count: usize| with(cases.good, &json!({name: vec![element; count]})).to_string();
                let heaps = [
                    many(json!("x"), 100_000),
                    many(json!(5), 100_000),
                    many(json!({}), 100_000),
                    many(json!("fi"), 60_000),
                ];
                cases.cases.extend(heaps.map(|body| Case::new(&format!("a heap of {name}"), body)));
            }
        }
        if cases.good.get("names").is_none() {
            return;
        }
        let long = "x".repeat(1_000_000);
        cases.cases.push(
            Case::new("a very long name", changed(cases.good, "/names/fi", json!(long))).at("/names/fi", "too_long"),
        );
    })
}

#[test]
fn a_value_never_counts_for_one_of_another_type() {
    Both::start().refuse(wrong_types);
}

#[test]
fn a_text_that_hides_something_or_names_somebody_is_refused_at_its_place() {
    Both::start().refuse(texts);
}

#[test]
fn a_way_to_reach_somebody_that_is_none_is_refused_at_its_place() {
    Both::start().refuse(contacts);
}

#[test]
fn a_day_that_is_none_is_refused_at_its_place() {
    Both::start().refuse(days);
}

#[test]
fn a_code_that_is_none_is_refused_at_its_place() {
    Both::start().refuse(codes);
}

#[test]
fn heaps_of_faults_are_refused_within_bounds() {
    Both::start().refuse(heaps);
}

#[test]
fn all_faults_of_a_body_are_told_at_once() {
    Both::start().refuse(|target| {
        cases(target, |cases| {
            if cases.good.get("names").is_none() {
                return;
            }
            let names = json!({"fi": "a\u{7}", "sv": " ", "en": IDENTITY_CODE});
            let broken = json!({"names": names, "valid_from": "2021-02-29", "colour": "red"});
            let case = Case::new("five faults", with(cases.good, &broken).to_string());
            let case = case.at("/names/fi", "forbidden_character").at("/names/sv", "blank");
            let case = case.at("/names/en", "personal_identity_code").at("/valid_from", "malformed_value");
            cases.cases.push(case.at("/colour", "unknown_field"));
        })
    });
}
