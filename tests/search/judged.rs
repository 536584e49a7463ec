//! Queries as people type them, with answers graded by the facts of the points: by what a person would be served by,
//! not by the words that a search reads.

use std::collections::BTreeMap;
use std::io::Write as _;

use rstest::rstest;
use serde::Deserialize;
use serde_json::Value;

use super::{encoded, found};
use crate::support::session::POINTS;
use crate::support::{Database, Registry};

const NOON: &str = "2026-11-24T10:17:00Z";
/// What is asked for, and what the search has reached: neither may fall.
const REACHED: [(&str, f64, f64); 3] = [("fi", 0.94, 0.94), ("sv", 0.93, 0.89), ("en", 0.93, 0.91)];

#[derive(Deserialize)]
struct Judged {
    q: String,
    language: String,
    grades: Vec<Rule>,
}

/// The grade of what meets all conditions, from 1, of some use, to 3, what was sought; the first rule that is met counts.
#[derive(Deserialize)]
struct Rule {
    grade: u32,
    all: Vec<Condition>,
}

#[derive(Deserialize)]
struct Condition {
    field: String,
    #[serde(default)]
    any: Vec<Value>,
    #[serde(default)]
    contains: Vec<String>,
}

fn judged() -> Vec<Judged> {
    serde_json::from_str(include_str!("judged.json")).unwrap()
}

impl Judged {
    fn grade(&self, point: &Value) -> u32 {
        let rule = self.grades.iter().find(|rule| rule.all.iter().all(|condition| condition.is_met(point)));
        rule.map_or(0, |rule| rule.grade)
    }
}

impl Condition {
    fn is_met(&self, point: &Value) -> bool {
        let value = match self.field.as_str() {
            "municipality" => &point["location"]["address"]["municipality"]["code"],
            "provider_type" => &point["provider"]["provider_type"],
            field => match field.strip_prefix("service_name_") {
                Some(language) => &point["service"]["names"][language],
                None => &point[field],
            },
        };
        let values: Vec<&Value> = value.as_array().map_or_else(|| vec![value], |values| values.iter().collect());
        let holds = |value: &Value| {
            let text = value.as_str().unwrap_or_default().to_lowercase();
            self.contains.iter().any(|part| text.contains(part))
        };
        values.into_iter().any(|value| self.any.contains(value) || holds(value))
    }
}

/// What grades are worth, the first the most.
fn gain(grades: &[u32]) -> f64 {
    grades.iter().zip(2_u32..).map(|(grade, place)| f64::from(2_u32.pow(*grade) - 1) / f64::from(place).log2()).sum()
}

#[expect(clippy::cast_precision_loss, reason = "counts of up to ten")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[rstest]
fn what_was_sought_stands_among_the_first_ten(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::on(database.demonstrated(), &["--clock", NOON]);
    let export = registry.get_with(POINTS, &[("Accept", "application/x-ndjson")]).text();
    let points: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let queries = judged();
    assert!(queries.len() >= 80);
    let mut figures: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for query in &queries {
        let first: Vec<u32> = found(&registry, &query.q, 10).iter().map(|point| query.grade(point)).collect();
        let mut all: Vec<u32> = points.iter().map(|point| query.grade(point)).collect();
        all.sort_unstable_by(|one, other| other.cmp(one));
        all.truncate(10);
        let is_sought = |grades: &[u32]| grades.iter().filter(|grade| **grade >= 2).count();
        let recall = share(is_sought(&first), is_sought(&all));
        figures.entry(&query.language).or_default().push((recall, gain(&first) / gain(&all)));
    }
    let mut said = std::io::stderr().lock();
    for (language, least_recall, least_gain) in REACHED {
        let of_language = &figures[language];
        let mean = |one: fn(&(f64, f64)) -> f64| of_language.iter().map(one).sum::<f64>() / share(of_language.len(), 1);
        let (recall, gain) = (mean(|figures| figures.0), mean(|figures| figures.1));
        writeln!(said, "{language}: {} queries, recall at 10 {recall:.3}, nDCG at 10 {gain:.3}", of_language.len())
            .unwrap();
        assert!(recall >= least_recall && gain >= least_gain, "{language}: recall {recall:.3}, nDCG {gain:.3}");
    }
}

#[test]
fn both_databases_give_the_same_list_for_every_query() {
    let [sqlite, postgres] =
        [Database::Sqlite, Database::Postgres].map(|one| Registry::on(one.demonstrated(), &["--clock", NOON]));
    let queries = judged().into_iter().map(|query| query.q);
    let hostile = [
        "pankki OR 1=1",
        "NEAR(a b)",
        "a AND NOT b",
        "\"tietokone",
        "tieto*",
        "100%",
        "a_b",
        "🙂 tietokone",
        "компьютер",
    ];
    let more =
        ["near=60.17,24.94&q=tietokone", "near=69.9,27.03&q=digituki", "municipality=091&q=verkkopankki", "q=digituki"]
            .into_iter()
            .map(str::to_owned);
    let asked = queries.chain(hostile.map(str::to_owned)).map(|words| format!("q={}", encoded(&words))).chain(more);
    for query in asked {
        let [one, other] = [&sqlite, &postgres].map(|registry| {
            let page = registry.json(&format!("{POINTS}?{query}&limit=50&fields=score"));
            let items: Vec<String> = page["items"].as_array().unwrap().iter().map(Value::to_string).collect();
            items
        });
        assert_eq!(one, other, "{query}");
    }
}
