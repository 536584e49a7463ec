//! Merging: two objects that are one become one, and nothing that spoke of the other leads nowhere.

mod duplicates;
mod redirects;
mod references;
mod refusals;
mod telling;

use serde_json::{Value, json};

use crate::support::Answer;
use crate::support::sample::Sample;
use crate::support::session::{Session, with};

/// Two objects of one organisation that are not much alike, each known to a source of its own; gives their addresses.
fn pair(sample: Sample, developer: &Session) -> [String; 2] {
    let body = sample.of_anyone(developer);
    ["Yksi", "Toinen"].map(|name| developer.add(sample.collection(), &known(&body, name)))
}

/// An object under another name, by which a source calls it too.
fn known(body: &Value, name: &str) -> Value {
    with(
        body,
        &json!({
            "names": {"fi": name, "sv": null, "en": null}, "external_ids": [{"source": "own", "source_id": name}]
        }),
    )
}

/// Merges; gives what remains.
#[track_caller]
fn merged(developer: &Session, survivor: &str, other: &str) -> Value {
    let answer = developer.merge(survivor, other);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Fails unless an answer leads to an address, for ever.
#[track_caller]
fn assert_leads_to(answer: &Answer, address: &str) {
    assert_eq!((answer.status, answer.header("location").as_deref()), (301, Some(address)), "{}", answer.text());
    assert_eq!(answer.text(), "");
}
