//! How many questions in SQL the registry has put to one database.

use std::collections::HashMap;
use std::sync::{Mutex, Once, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use crate::support::database::Place;

static SENT: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

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

/// Counts for one connection, which tells its URL first.
struct Counter(String);

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => url.clone_into(&mut self.0),
            // Not what a connection says of itself, which the pool may open at any time.
            InstrumentationEvent::StartQuery { query, .. } if query.to_string().starts_with("SELECT") => {
                let mut sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
                *sent.get_or_insert_default().entry(self.0.clone()).or_default() += 1;
            }
            _ => (),
        }
    }
}
