//! The canonical form of answers: ids, instants, cursors and keys that are others in every run are replaced.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// An answer with what is always the same in the place of what is another in every run.
pub(crate) fn of(mut answer: Value) -> Value {
    Canon::default().apply(&mut answer);
    answer
}

/// The ids that were made now, in the order in which they appear.
#[derive(Default)]
struct Canon(Vec<String>);

impl Canon {
    fn apply(&mut self, value: &mut Value) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    match name.as_str() {
                        "access_token" => *value = json!("eyJ0eXAiOiJhdCtqd3QifQ.eyJzdWIiOiIifQ.c2ln"),
                        "kid" => *value = json!("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
                        "x" => *value = json!("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
                        "next" if value.as_str().is_some_and(holds_what_was_made_now) => {
                            *value = json!("L9PWCX3pNgRbIjIwMjYtMTEtMjIiXQ");
                        }
                        _ => self.apply(value),
                    }
                }
            }
            Value::Array(array) => array.iter_mut().for_each(|value| self.apply(value)),
            // The test's own hour.
            Value::String(text) if text.starts_with("2026-11-22T12:") => *text = "2026-11-22T12:00:00Z".into(),
            Value::String(text) if was_made_now(text) => {
                let known = self.0.iter().position(|known| known == text);
                let number = known.unwrap_or_else(|| {
                    self.0.push(text.clone());
                    self.0.len() - 1
                });
                *text = format!("019ac0de-0000-7000-8000-{:012x}", number + 1);
            }
            _ => (),
        }
    }
}

/// Whether a cursor leads to something that was made while the registry ran.
fn holds_what_was_made_now(cursor: &str) -> bool {
    let position = String::from_utf8_lossy(&URL_SAFE_NO_PAD.decode(cursor).unwrap()).into_owned();
    position.split('"').any(was_made_now)
}

/// Whether a text is a UUID of the kind that is made while the registry runs (version 7).
fn was_made_now(text: &str) -> bool {
    let shaped = text.bytes().enumerate().all(|(place, byte)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    text.len() == 36 && shaped && text.as_bytes()[14] == b'7' && !text.starts_with("019ac0de")
}
