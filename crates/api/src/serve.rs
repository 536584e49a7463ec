//! Runs the server.

use std::io;
use std::net::TcpListener;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App as Application, HttpResponse};
use digituki_domain::problem::Code;
use digituki_domain::text::TextLanguage;
use digituki_persistence::{Error as StoreError, Store, idempotency, signing_key};

use crate::app::App;
use crate::auth::keys;
use crate::capacity::Capacity;
use crate::http::envelope::{envelope, headers_of_refusal};
use crate::http::front::{self, Refusal, Told};
use crate::http::problem::{Problem, RETRY_AFTER};
use crate::http::routes::Routes;
use crate::settings::Settings;
use crate::{capacity, contract, swagger};

/// Between two tries to reach a database that is not there yet.
const PREPARATION_PAUSE: Duration = Duration::from_millis(500);

/// Between two looks at what other processes have written.
const CHANGES_PAUSE: Duration = Duration::from_millis(500);

/// Areas are read anew every half a minute.
const LOOKS_BETWEEN_AREAS: u32 = 60;

/// First answers that are too old are forgotten every ten minutes.
const LOOKS_BETWEEN_CLEARINGS: u32 = 1_200;

/// The registry, serving.
pub struct Registry {
    server: Server,
    /// Why the database cannot be used, once that is known.
    failure: Arc<OnceLock<String>>,
}

/// Starts to serve from the listener, until SIGTERM or SIGINT. `more` adds routes beyond the contract.
pub fn serve(
    settings: Settings,
    listener: TcpListener,
    more: impl Fn(&mut Routes) + Send + Clone + 'static,
) -> io::Result<Registry> {
    let settings = settings.bound_to(listener.local_addr()?);
    let store = Store::open(settings.store());
    let capacity = Capacity::of(capacity::descriptors(), settings.pool_size(), settings.workers());
    let app = App::new(settings, store, capacity);
    let preparation = app.clone();

    let address = app.settings.public_url();
    log::info!("listening on {}; Swagger UI: {address}/swagger-ui/", app.settings.address());
    let options = app.settings.front(capacity);
    let (front, stopping, data) = (app.clone(), app.clone(), Data::new(app));
    let server = front::serve(
        listener,
        options,
        move |refusal| refused(refusal, &front),
        move || stopping.stop_waiting(),
        move || {
            let more = more.clone();
            Application::new()
                .app_data(data.clone())
                .configure(move |config| {
                    let mut routes = contract::routes();
                    swagger::configure(&mut routes);
                    more(&mut routes);
                    routes.configure(config);
                })
                .default_service(web::to(async || Err::<HttpResponse, _>(Problem::new(Code::UnknownRoute))))
                .wrap(from_fn(envelope))
        },
    )?;
    let handle = server.handle();
    let failure = Arc::new(OnceLock::new());
    let told = Arc::clone(&failure);
    actix_web::rt::spawn(async move {
        if let Err(why) = prepare(&preparation).await {
            // The first and only to write.
            let _ = told.set(why);
            handle.stop(true).await;
            return;
        }
        for look in 1_u32.. {
            tokio::time::sleep(CHANGES_PAUSE).await;
            if look % LOOKS_BETWEEN_CLEARINGS == 0 && !preparation.settings.read_only() {
                let now = preparation.clock.now();
                // Another time, if not now.
                let _ = preparation.store.keep(move |db| idempotency::forget_old(db, now)).await;
            }
            // A database that is away for a while is told of where it is asked for.
            if look % LOOKS_BETWEEN_AREAS == 0 {
                let known = Arc::clone(&preparation.known);
                let _ = preparation.store.read(move |db| known.refresh(db)).await;
            }
            let _ = preparation.store.look_for_changes().await;
        }
    });
    Ok(Registry { server, failure })
}

impl Registry {
    /// Stops it from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until it is stopped.
    pub async fn run(self) -> io::Result<()> {
        self.server.await?;
        match self.failure.get() {
            Some(why) => Err(io::Error::other(why.as_str())),
            None => Ok(()),
        }
    }
}

/// Migrates the database and loads what every installation starts with, as soon as it is reachable.
/// A database that cannot be migrated or loaded stops the server: waiting would not mend it.
async fn prepare(app: &App) -> Result<(), String> {
    let mut told = false;
    loop {
        match prepare_once(&app.store, &app.settings).await {
            Ok(()) => break,
            Err(error @ StoreError::Unavailable(_)) if !told => {
                log::warn!("waiting for {}: {error}", app.store.url());
                told = true;
            }
            Err(StoreError::Unavailable(_)) => (),
            Err(error) => return Err(format!("{} cannot be used: {error}", app.store.url())),
        }
        tokio::time::sleep(PREPARATION_PAUSE).await;
    }
    app.set_prepared();
    log::info!("ready, with {}", app.store.url());
    Ok(())
}

/// Migrates and loads once, for those who do it apart from serving.
pub async fn migrate(settings: &Settings) -> Result<(), String> {
    let store = Store::open(settings.store());
    prepare_once(&store, settings).await.map_err(|error| format!("{}: {error}", store.url()))
}

/// Migrates, loads, and makes the first key to sign tokens with; or, where the registry takes no changes,
/// sees that all of it was done.
async fn prepare_once(store: &Store, settings: &Settings) -> Result<(), StoreError> {
    if settings.read_only() {
        return store.check_prepared().await;
    }
    store.prepare(settings.load(), settings.clock()).await?;
    if !store.read(signing_key::all).await?.is_empty() {
        return Ok(());
    }
    let first = keys::generate(settings.clock().now()).map_err(StoreError::Unforeseen)?;
    store.keep(|db| signing_key::ensure(db, first)).await
}

/// What a client is told whose request no handler saw; its language is not known either.
fn refused(refusal: Refusal, app: &App) -> Told {
    let code = match refusal {
        Refusal::Malformed => Code::MalformedRequest,
        Refusal::UriTooLong => Code::UriTooLong,
        Refusal::HeadTooLarge => Code::HeaderFieldsTooLarge,
        Refusal::Timeout => Code::RequestTimeout,
        Refusal::Crowded => Code::Unavailable,
    };
    let (id, mut headers) = headers_of_refusal(app);
    if refusal == Refusal::Crowded {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    }
    log::info!(target: "digituki::request", request_id = id.as_str(), status = code.status(); "{}", code.as_str());
    let body = Problem::new(code).body(TextLanguage::En, &app.settings.public_url(), None);
    Told { headers, body: serde_json::to_vec(&body).unwrap_or_default() }
}
