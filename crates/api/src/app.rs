//! The application: what handlers share, and every route of the registry.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use digituki_domain::clock::Clock;
use digituki_persistence::{AnyConnection, Store};

use crate::http::problem::Problem;
use crate::http::rate_limit::RateLimit;
use crate::http::routes::Routes;
use crate::settings::Settings;
use crate::{
    area, call, code_list, coverage, grant, health, municipality, openapi, organisation, pilot, problem, programme,
    swagger,
};

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) settings: Arc<Settings>,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) rate_limit: Option<Arc<RateLimit>>,
    /// The contract, as it is served.
    pub(crate) document: Arc<serde_json::Value>,
    /// Whether the database has been migrated and loaded.
    prepared: Arc<AtomicBool>,
}

impl App {
    pub(crate) fn new(settings: Settings, store: Store) -> Self {
        let clock = settings.clock();
        let rate_limit = settings.rate_limit().map(|per_minute| Arc::new(RateLimit::new(per_minute)));
        let document = Arc::new(openapi::document());
        Self { settings: Arc::new(settings), store, clock, rate_limit, document, prepared: Arc::default() }
    }

    /// Reads one snapshot of the registry, once it is ready.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.is_prepared() { self.store.read(work).await } else { Err(Problem::unavailable()) }
    }

    pub(crate) fn is_prepared(&self) -> bool {
        self.prepared.load(Ordering::Acquire)
    }

    pub(crate) fn set_prepared(&self) {
        self.prepared.store(true, Ordering::Release);
    }
}

/// Every operation of the contract, in the order in which the documentation shows them.
pub fn routes() -> Routes {
    let mut routes = Routes::default();
    area::configure(&mut routes);
    municipality::configure(&mut routes);
    organisation::configure(&mut routes);
    programme::configure(&mut routes);
    call::configure(&mut routes);
    pilot::configure(&mut routes);
    grant::configure(&mut routes);
    coverage::configure(&mut routes);
    code_list::configure(&mut routes);
    problem::configure(&mut routes);
    openapi::configure(&mut routes);
    health::configure(&mut routes);
    routes
}

/// The pages beside the contract.
pub(crate) fn pages(routes: &mut Routes) {
    swagger::configure(routes);
}
