//! The questions in SQL that the registry puts to one database: how many, and which.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, Once, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use crate::support::database::Place;

static SENT: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

/// Of the databases that are listened to, the questions since; by what a connection calls them.
static HEARD: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

/// Watches the connections that are made from now on.
pub(crate) fn watch() {
    static WATCH: Once = Once::new();
    WATCH.call_once(|| set_default_instrumentation(|| Some(Box::new(Counter(String::new())))).unwrap());
}

/// The number of statements so far.
pub(crate) fn sent_to(place: &Place) -> usize {
    let name = place.name();
    let sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
    sent.iter().flatten().filter(|(url, _)| url.contains(&name)).map(|(_, number)| number).sum()
}

/// The questions that are put to a database while something is done, with their values.
pub(crate) fn heard(place: &Place, work: impl FnOnce()) -> Vec<String> {
    let listening = || HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    listening().insert(place.name(), Vec::new());
    work();
    listening().remove(&place.name()).unwrap_or_default()
}

/// Counts for one connection, which tells its URL first.
struct Counter(String);

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => url.clone_into(&mut self.0),
            InstrumentationEvent::StartQuery { query, .. } if is_asked_for(&query.to_string()) => {
                let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
                let heard = heard.iter_mut().find(|(name, _)| self.0.contains(*name));
                if let Some((_, questions)) = heard {
                    questions.push(query.to_string());
                }
                let mut sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
                *sent.get_or_insert_default().entry(self.0.clone()).or_default() += 1;
            }
            _ => (),
        }
    }
}

/// Not what a connection says of itself, which the pool may open at any time, nor what the registry looks up by the
/// clock: all areas and all municipalities.
fn is_asked_for(query: &str) -> bool {
    let by_the_clock = ["`areas`", "\"areas\"", "`municipalities`", "\"municipalities\""];
    let whole = query.split(" -- binds").next().unwrap_or(query).trim_end();
    whole.starts_with("SELECT") && !by_the_clock.iter().any(|table| whole.ends_with(&format!("FROM {table}")))
}
