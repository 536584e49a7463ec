//! The registry, serving in this process on a free port, and a client for it.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use digituki::{Routes, Settings};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use ureq::http::{HeaderMap, Request};
use ureq::{Agent, AsSendBody};

use crate::support::database::{Database, Place};
use crate::support::poll;

/// The instant that every test begins at, unless it chooses its own.
pub(crate) const CLOCK: &str = "2026-11-22T12:00:00Z";
/// How long anything may take that has no bound of its own.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

const FLAGS: [(&str, &str); 5] = [
    ("--listen", "127.0.0.1:0"),
    ("--rate-limit", "off"),
    ("--workers", "1"),
    ("--pool-size", "4"),
    ("--clock", CLOCK),
];

/// A registry of one test. Dropping it stops it.
pub(crate) struct Registry {
    pub(crate) address: SocketAddr,
    pub(crate) handle: ServerHandle,
    gate: UnboundedSender<()>,
    // Several threads of a test may ask one registry.
    entered: Mutex<mpsc::Receiver<()>>,
    agent: Agent,
    thread: Option<JoinHandle<io::Result<()>>>,
    url: String,
    // Declared last, hence removed last: when nobody uses it any more.
    place: Option<Place>,
}

impl Registry {
    /// Serves the reference data and the history.
    pub(crate) fn start(database: Database) -> Self {
        Self::start_with(database, &[])
    }

    /// The same with flags of the command line.
    pub(crate) fn start_with(database: Database, flags: &[&str]) -> Self {
        Self::on(database.loaded(), flags)
    }

    /// Serves a database that the test has prepared.
    pub(crate) fn on(place: Place, flags: &[&str]) -> Self {
        let mut registry = Self::begin(place.url(), flags);
        registry.wait_until_ready(PATIENCE);
        registry.place = Some(place);
        registry
    }

    /// Starts without waiting for the database.
    pub(crate) fn begin(url: &str, flags: &[&str]) -> Self {
        let settings = settings(url, flags);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (gate, passes) = unbounded_channel();
        let (enter, entered) = mpsc::channel();
        let faults = Faults { enter, passes: std::sync::Arc::new(tokio::sync::Mutex::new(passes)) };
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let registry = digituki::serve(settings, listener, move |routes| faults.clone().add(routes))?;
                tell.send(registry.handle()).unwrap();
                registry.run().await
            })
        });
        let handle = told.recv().unwrap();
        Self {
            address,
            handle,
            gate,
            entered: Mutex::new(entered),
            agent: agent(),
            thread: Some(thread),
            url: url.to_owned(),
            place: None,
        }
    }

    pub(crate) fn wait_until_ready(&self, deadline: Duration) {
        poll::until("ready", deadline, || (self.get("/health/ready").status == 200).then_some(()));
    }

    /// The database beneath.
    pub(crate) fn place(&self) -> &Place {
        self.place.as_ref().unwrap()
    }

    /// What the registry takes as `DATABASE_URL`.
    pub(crate) fn database_url(&self) -> &str {
        &self.url
    }

    /// Where a path is served.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Asks, whatever the answer will be.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    /// Asks with headers.
    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, headers)
    }

    /// Asks with any method.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.run(method, path, headers, ())
    }

    /// Sends a body.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        self.run(method, path, headers, body.as_ref())
    }

    fn run(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl AsSendBody) -> Answer {
        let url = if path.starts_with("http://") { path.to_owned() } else { self.url(path) };
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.agent.run(request.body(body).unwrap()).unwrap_or_else(|error| panic!("{path}: {error}"));
        let (head, mut body) = answer.into_parts();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.with_config().limit(100_000_000).read_to_vec().unwrap(),
        }
    }

    /// The object that a path answers with.
    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// All objects of a collection that anyone may see.
    #[track_caller]
    pub(crate) fn items(&self, path: &str) -> Vec<Value> {
        self.public().items(path)
    }

    /// Waits until a request to `/fault/wait` has begun.
    pub(crate) fn wait_until_entered(&self) {
        self.entered.lock().unwrap().recv_timeout(PATIENCE).unwrap();
    }

    /// Lets one request to `/fault/wait` go on.
    pub(crate) fn let_pass(&self) {
        self.gate.send(()).unwrap();
    }

    /// Waits until the server has stopped, and says how that went.
    pub(crate) fn join(&mut self) -> io::Result<()> {
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // The command is sent at once; what comes back is only when it was obeyed.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An answer of the registry.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// All values of a header, joined as RFC 9110 allows.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// Migrates and loads a database, as `digituki migrate` does.
pub(crate) fn migrate(url: &str, flags: &[&str]) {
    let settings = settings(url, flags);
    System::new().block_on(digituki::migrate(&settings)).unwrap();
}

pub(crate) fn settings(url: &str, flags: &[&str]) -> Settings {
    let mut all = vec!["--database-url", url];
    for (flag, value) in FLAGS {
        if !flags.contains(&flag) {
            all.extend([flag, value]);
        }
    }
    all.extend(flags);
    Settings::from_flags(&all).unwrap()
}

/// A client for HTTP that takes every answer as it is.
pub(crate) fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(PATIENCE))
        .build()
        .into()
}

/// Routes that do on purpose what no route should.
#[derive(Clone)]
struct Faults {
    enter: mpsc::Sender<()>,
    passes: std::sync::Arc<tokio::sync::Mutex<UnboundedReceiver<()>>>,
}

impl Faults {
    fn add(self, routes: &mut Routes) {
        routes.add_undocumented("/fault/panic", panicking);
        routes.add_undocumented_body("/fault/body");
        routes.add_undocumented("/fault/wait", move || {
            let Self { enter, passes } = self.clone();
            async move {
                enter.send(()).unwrap();
                passes.lock().await.recv().await;
                HttpResponse::Ok().body("done")
            }
        });
    }
}

async fn panicking() -> HttpResponse {
    panic!("on purpose: SELECT secrets FROM diesel")
}
