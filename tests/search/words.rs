//! Common words of the field, in sentences as providers write them: in other forms, and within compounds.

use std::collections::BTreeSet;

use regex::Regex;
use rstest::rstest;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{encoded, found, walk};
use crate::support::session::{LOCATIONS, PROVIDERS, SERVICES, location_in, named, provider, service, with};
use crate::support::writer::AGENCY;
use crate::support::{Database, Registry};

#[derive(Deserialize)]
struct Word {
    #[serde(rename = "word")]
    base: String,
    language: String,
    /// Patterns of whole words that are forms or compounds of it.
    forms: Vec<String>,
}

#[derive(Deserialize)]
struct Sentences {
    word: String,
    language: String,
    texts: Vec<String>,
}

impl Word {
    /// Whether a text holds any form or compound of it.
    fn is_in(&self, text: &str) -> bool {
        let word = Regex::new(r"[\w-]+").unwrap();
        let forms: Vec<Regex> =
            self.forms.iter().map(|form| Regex::new(&format!("(?i)^(?:{form})$")).unwrap()).collect();
        word.find_iter(text).any(|word| forms.iter().any(|form| form.is_match(word.as_str())))
    }
}

/// A name that says nothing and is like no other.
fn nonsense(number: usize) -> String {
    const LETTERS: [char; 8] = ['q', 'x', 'z', 'w', 'c', 'b', 'f', 'g'];
    (0..12).map(|place| LETTERS[(number * 7_919 + 13).wrapping_mul(place + 3) / 5 % 8]).collect()
}

#[rstest]
fn a_word_is_found_in_its_forms_and_compounds(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    const AT_LEAST: usize = 95;
    let words: Vec<Word> = serde_json::from_str(include_str!("words.json")).unwrap();
    let sentences: Vec<Sentences> = serde_json::from_str(include_str!("sentences.json")).unwrap();
    assert!(words.len() >= 40);
    let registry = Registry::start(database);
    let developer = registry.developer();
    let giver = developer.add(PROVIDERS, &provider("Zyx", AGENCY, "06"));
    let mut texts: Vec<(String, String, String)> = Vec::new();
    for sentences in &sentences {
        let place = developer.add(LOCATIONS, &location_in(&nonsense(texts.len()), AGENCY, "837"));
        assert!(words.iter().any(|word| word.base == sentences.word), "{}", sentences.word);
        for text in &sentences.texts {
            let mut descriptions = json!({"fi": null, "sv": null, "en": null});
            descriptions[&sentences.language] = json!(text);
            let body = service(&nonsense(texts.len()), named(&giver), &[named(&place)]);
            let body = with(&body, &json!({"descriptions": descriptions}));
            let body = with(&body, &json!({"short_descriptions": {"fi": "Zyx.", "sv": null, "en": null}}));
            let id = named(&developer.add(SERVICES, &body)).to_owned();
            texts.push((id, sentences.language.clone(), text.clone()));
        }
    }
    let mut missed = Vec::new();
    for word in &words {
        let holds = |(_, language, text): &&(String, String, String)| *language == word.language && word.is_in(text);
        let meant: Vec<&(String, String, String)> = texts.iter().filter(holds).collect();
        assert!(meant.len() >= 10, "{}: {}", word.base, meant.len());
        let found: BTreeSet<String> = walk(&registry, &format!("q={}", encoded(&word.base)))
            .iter()
            .map(|point| point["service"]["id"].as_str().unwrap().to_owned())
            .collect();
        let lost: Vec<&str> =
            meant.iter().filter(|(id, ..)| !found.contains(id)).map(|(.., text)| text.as_str()).collect();
        if (meant.len() - lost.len()) * 100 < meant.len() * AT_LEAST {
            missed.push(format!("{}: {} of {} lost: {lost:?}", word.base, lost.len(), meant.len()));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// What people type, and a word of a text in which it is to be found.
const MEANT: [(&str, &str); 22] = [
    ("pankkitunnukset", "pankkitunnusten"),
    ("pankkitunnukset", "verkkopankkitunnus"),
    ("tietokone", "tietokoneella"),
    ("datorhjälp", "hjälp med datorn"),
    ("atk-apu", "digituki"),
    ("nettiapu", "digituki"),
    ("IT-handledning", "digitalt stöd"),
    ("tietokonella", "tietokone"),
    ("sahkoposti", "sähköposti"),
    ("sähkoposti", "sähköposti"),
    ("pankkitunukset", "pankkitunnukset"),
    ("älypuhlein", "älypuhelimet"),
    ("salasanna", "salasana"),
    ("lösenodr", "lösenord"),
    ("datrn", "dator"),
    ("Kela", "Kelan etuudet"),
    ("e-post", "e-posten"),
    ("epost", "e-posten"),
    ("café", "cafe"),
    ("Rullaluistelija", "rullaluistelija"),
    ("rullaluistelia", "rullaluistelija"),
    ("TULOSTAMINEN", "tulosta"),
];

#[rstest]
fn what_is_meant_is_found(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let giver = developer.add(PROVIDERS, &provider("Zyx", AGENCY, "06"));
    let place = developer.add(LOCATIONS, &location_in("Zyx", AGENCY, "837"));
    let mut ids = Vec::new();
    for (_, text) in MEANT {
        let texts = json!({"short_descriptions": {"fi": text, "sv": text, "en": null}, "descriptions": null});
        let body = with(&service("Zyx", named(&giver), &[named(&place)]), &texts);
        ids.push(named(&developer.add(SERVICES, &body)).to_owned());
    }
    for ((typed, text), id) in MEANT.iter().zip(&ids) {
        let found = found(&registry, typed, 500);
        let is_it = |point: &Value| point["service"]["id"] == **id;
        assert!(found.iter().any(is_it), "{typed} finds {text}: {:?}", found.len());
    }
}

#[rstest]
fn letters_with_dots_and_rings_are_letters_of_their_own(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let giver = developer.add(PROVIDERS, &provider("Zyx", AGENCY, "06"));
    let place = developer.add(LOCATIONS, &location_in("Zyx", AGENCY, "837"));
    for name in ["Saari", "Sääri"] {
        developer.add(SERVICES, &service(name, named(&giver), &[named(&place)]));
    }
    for name in ["Saari", "Sääri"] {
        let found = found(&registry, name, 9);
        let names: Vec<&Value> = found.iter().map(|point| &point["service"]["names"]["fi"]).collect();
        assert_eq!(names, [name], "{name}");
    }
}

#[test]
fn the_lexicon_knows_the_words_of_every_municipality_s_name() {
    const COMMON: [&str; 4] = ["kunta", "kommun", "tl", "i"];
    let known = [
        ("fi", include_str!("../../crates/domain/data/search/places_fi.txt")),
        ("sv", include_str!("../../crates/domain/data/search/places_sv.txt")),
    ];
    let registry = Registry::start(Database::Sqlite);
    for day in ["2018-01-01", "2026-11-24"] {
        let municipalities = registry.items(&format!("/v1/municipalities?as_of={day}"));
        assert!(municipalities.len() > 300, "{day}");
        for (municipality, (language, words)) in municipalities.iter().flat_map(|one| known.map(|known| (one, known))) {
            let name = municipality["names"][language].as_str().unwrap_or_default().to_lowercase();
            let own = name.split([' ', '-']).filter(|word| !word.is_empty() && !COMMON.contains(word));
            for word in own {
                assert!(words.lines().any(|line| line == word), "{word} of {name} ({language})");
            }
        }
    }
}
