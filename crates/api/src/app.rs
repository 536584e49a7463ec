//! What handlers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use digituki_domain::clock::Clock;
use digituki_persistence::page::Page;
use digituki_persistence::{AnyConnection, Error, Store};
use serde::Serialize;
use serde_json::Value;

use crate::auth::SignIn;
use crate::http::answer::Answer;
use crate::http::list::ListQuery;
use crate::http::problem::Problem;
use crate::http::rate_limit::RateLimit;
use crate::settings::Settings;

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) settings: Arc<Settings>,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) rate_limit: Option<Arc<RateLimit>>,
    pub(crate) sign_in: Arc<SignIn>,
    /// The contract, as it is served.
    pub(crate) document: Arc<Value>,
    /// Whether the database has been migrated and loaded.
    prepared: Arc<AtomicBool>,
}

impl App {
    pub(crate) fn new(settings: Settings, store: Store, document: Value) -> Self {
        let clock = settings.clock();
        let rate_limit = settings.rate_limit().map(|per_minute| Arc::new(RateLimit::new(per_minute)));
        Self {
            settings: Arc::new(settings),
            store,
            clock,
            rate_limit,
            sign_in: Arc::default(),
            document: Arc::new(document),
            prepared: Arc::default(),
        }
    }

    /// Reads one snapshot of the registry, once it is ready.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.prepared.load(Ordering::Acquire) { self.store.read(work).await } else { Err(Problem::unavailable()) }
    }

    /// Answers with a page of a collection.
    pub(crate) async fn list<F: Send + 'static, T: Serialize + Send + 'static>(
        &self,
        query: ListQuery<F>,
        work: impl FnOnce(&mut AnyConnection, &ListQuery<F>) -> Result<Page<T>, Error> + Send + 'static,
    ) -> Result<Answer, Problem> {
        let (query, page) =
            self.read(move |db| work(db, &query).map_err(Problem::from).map(|page| (query, page))).await?;
        query.answer(page)
    }

    pub(crate) fn set_prepared(&self) {
        self.prepared.store(true, Ordering::Release);
    }
}
