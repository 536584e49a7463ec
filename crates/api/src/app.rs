//! What handlers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use digituki_domain::client::{Client, ClientId};
use digituki_domain::clock::{Clock, Moment};
use digituki_domain::role::Caller;
use digituki_domain::service_point::ServicePointId;
use digituki_domain::vocabulary::Vocabulary as _;
use digituki_persistence::audit::{self, Deed, Line};
use digituki_persistence::noun::Stored;
use digituki_persistence::page::{Asked, Page};
use digituki_persistence::service_point::{self, Found, Known};
use digituki_persistence::write::{Author, Tx};
use digituki_persistence::{AnyConnection, Error, Lookups, Store, client, feed};
use serde::Serialize;
use tokio::sync::watch;

use crate::auth::SignIn;
use crate::capacity::Capacity;
use crate::http::answer::Answer;
use crate::http::idempotency::InFlight;
use crate::http::list::ListQuery;
use crate::http::problem::Problem;
use crate::http::rate_limit::RateLimit;
use crate::http::receiving::Receiving;
use crate::search_gap::Misses;
use crate::settings::Settings;

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) settings: Arc<Settings>,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) rate_limit: Option<Arc<RateLimit>>,
    /// The bodies on their way, of all workers.
    pub(crate) receiving: Arc<Receiving>,
    pub(crate) sign_in: Arc<SignIn>,
    /// The requests with an Idempotency-Key that are being worked on.
    pub(crate) in_flight: InFlight,
    /// What is known of the database without asking it again.
    pub(crate) known: Arc<Known>,
    /// Service points by their ids.
    pub(crate) points: Lookups<(ServicePointId, Moment), Found>,
    clients: Lookups<ClientId, Option<(Client, String)>>,
    /// The searches that found nothing and are not counted yet.
    pub(crate) misses: Arc<Misses>,
    /// Whether waits are to end, because the registry stops.
    stopping: Arc<watch::Sender<bool>>,
    /// Whether the database has been migrated and loaded.
    prepared: Arc<AtomicBool>,
}

impl App {
    pub(crate) fn new(settings: Settings, store: Store, capacity: Capacity) -> Self {
        let clock = settings.clock();
        let known = Arc::new(Known::default());
        let rate_limit = settings.rate_limit().map(|per_minute| Arc::new(RateLimit::new(per_minute)));
        Self {
            settings: Arc::new(settings),
            store,
            clock,
            rate_limit,
            receiving: Arc::new(Receiving::new(capacity.bodies)),
            sign_in: Arc::default(),
            in_flight: InFlight::default(),
            points: service_point::lookups(Arc::clone(&known)),
            clients: client::lookups(),
            known,
            misses: Arc::default(),
            stopping: Arc::default(),
            prepared: Arc::default(),
        }
    }

    /// Reads one snapshot of the registry, once it is ready.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.is_prepared() { self.store.read(work).await } else { Err(Problem::unavailable()) }
    }

    /// Reads what needs no snapshot, such as a single statement, once the registry is ready.
    pub(crate) async fn glance<T: Send + 'static>(
        &self,
        work: impl Fn(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.is_prepared() { Ok(self.store.glance(work).await?) } else { Err(Problem::unavailable()) }
    }

    /// Looks up what a key finds, once the registry is ready.
    pub(crate) async fn look_up<K, T>(&self, lookups: &Lookups<K, T>, key: K) -> Result<T, Problem>
    where
        K: Send + Sync + 'static,
        T: Send + 'static,
    {
        if self.is_prepared() { Ok(self.store.look_up(lookups, key).await?) } else { Err(Problem::unavailable()) }
    }

    /// One client, with the hash of its secret, once the registry is ready. It decides who asks: a writer should not fail
    /// where it would have waited.
    pub(crate) async fn client(&self, id: ClientId) -> Result<Option<(Client, String)>, Problem> {
        if !self.is_prepared() {
            return Err(Problem::unavailable());
        }
        Ok(self.store.look_up_patiently(&self.clients, id).await?)
    }

    /// Writes by the one road, once the registry is ready.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        author: Author,
        work: impl FnOnce(&mut Tx) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.is_prepared() { self.store.write(author, work).await } else { Err(Problem::unavailable()) }
    }

    /// Answers with a page of a collection.
    pub(crate) async fn list<F: Send + 'static, T: Serialize + Send + 'static>(
        &self,
        query: ListQuery<F>,
        work: impl FnOnce(&mut AnyConnection, &Asked<F>) -> Result<Page<T>, Error> + Send + 'static,
    ) -> Result<Answer, Problem> {
        let (query, page) =
            self.read(move |db| work(db, &query.asked).map_err(Problem::from).map(|page| (query, page))).await?;
        query.answer(page)
    }

    /// Answers with the history of one object, also of one that is gone.
    pub(crate) async fn history<N: Stored>(&self, id: N::Id, query: ListQuery<()>) -> Result<Answer, Problem> {
        let unknown = Problem::not_found(N::NOUN.label(), &id.to_string());
        let (page, query) = self.read(move |db| Ok((feed::history::<N>(db, &id, &query.asked)?, query))).await?;
        // Whoever may see an object may see at least that it came.
        if page.items.is_empty() && query.asked.window.after.is_none() { Err(unknown) } else { query.answer(page) }
    }

    /// Notes in the audit that somebody known was denied something.
    pub(crate) async fn deny(&self, caller: &Caller, operation: &str, code: &str, request_id: Option<&str>) {
        let deed = Deed { caller, operation, request_id, at: self.clock.now() };
        self.audit(Line::denied(deed, code)).await;
    }

    /// Notes in the audit that somebody known could not sign in: once a minute, however often it is tried. It comes
    /// before requests are counted, and should not cost a write each time.
    pub(crate) async fn deny_sign_in(&self, caller: &Caller, code: &str, request_id: Option<&str>) {
        if self.sign_in.denials.is_news(&caller.name) {
            self.deny(caller, "sign_in", code, request_id).await;
        }
    }

    /// Writes a line of the audit. Where that cannot be done now, the log of the process has to do.
    pub(crate) async fn audit(&self, line: Line) {
        let why = if self.settings.read_only() {
            "the registry takes no changes".to_owned()
        } else {
            match self.store.keep(move |db| audit::append(db, &line)).await {
                Ok(()) => return,
                Err(error) => error.to_string(),
            }
        };
        log::warn!(target: "digituki::audit", "a denial is not in the audit: {why}");
    }

    /// Counts the searches that found nothing, behind the answer.
    pub(crate) fn count_misses(&self) {
        self.misses.count(&self.store, self.settings.read_only());
    }

    /// Ends every wait: the registry stops.
    pub(crate) fn stop_waiting(&self) {
        self.stopping.send_replace(true);
    }

    /// Tells when waits are to end.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    fn is_prepared(&self) -> bool {
        self.prepared.load(Ordering::Acquire)
    }

    pub(crate) fn set_prepared(&self) {
        self.prepared.store(true, Ordering::Release);
    }
}
