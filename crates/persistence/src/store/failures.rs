//! Why no connection could be made.

use std::sync::{Arc, Mutex, PoisonError};

use crate::database_url::DatabaseUrl;

/// Why no connection could be made, last time: said in the log once for each change, and without the
/// password that a message could hold.
#[derive(Debug, Clone)]
pub(super) struct Failures {
    pub(super) url: DatabaseUrl,
    pub(super) last: Arc<Mutex<String>>,
}

impl r2d2::HandleError<diesel::ConnectionError> for Failures {
    fn handle_error(&self, error: diesel::ConnectionError) {
        let reason = self.url.without_password(error.to_string().trim());
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != reason {
            log::warn!("no connection to {}: {reason}", self.url);
            *last = reason;
        }
    }
}

impl Failures {
    /// The reason, if it is one that waiting does not mend.
    pub(super) fn lasting(&self) -> Option<String> {
        const LASTING: [&str; 9] = [
            "file is not a database",
            "unable to open database file",
            "attempt to write a readonly database",
            "Permission denied",
            "Not a directory",
            "No such file or directory",
            "authentication failed",
            "does not exist",
            "invalid connection option",
        ];
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        LASTING.iter().any(|text| last.contains(text)).then(|| last.clone())
    }
}
