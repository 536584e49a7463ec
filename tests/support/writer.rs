//! A client that writes, for as many threads as a test has.

use std::net::SocketAddr;

use actix_web::rt::System;
use digituki::client;
use digituki_domain::client::ClientFacts;
use digituki_domain::role::Role;
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use crate::support::registry::{PATIENCE, agent, settings};
use crate::support::{Answer, poll};

/// The organisation of the reference data to which the tests' providers belong: the national agency.
pub(crate) const AGENCY: &str = "6ce13e44-92a6-5284-a207-48785ec11b3e";

/// A national developer, signed in to one server.
#[derive(Clone)]
pub(crate) struct Writer {
    agent: Agent,
    address: SocketAddr,
    token: String,
}

/// What a client signs in with, as the token endpoint takes it.
pub(crate) fn credentials(database_url: &str) -> String {
    let facts =
        ClientFacts { name: "Writer".into(), role: Role::NationalDeveloper, regions: Vec::new(), organisation: None };
    let added = System::new().block_on(client::add(&settings(database_url, &[]), facts)).unwrap();
    let (id, secret) = (added.client.id, added.secret.reveal().to_owned());
    format!("grant_type=client_credentials&client_id={id}&client_secret={secret}")
}

/// A provider's body.
pub(crate) fn provider(name: &str) -> Value {
    json!({
        "organisation": AGENCY, "provider_type": "library", "names": {"fi": name}, "offer_status": "published",
        "languages": ["fi"], "regions": ["06"]
    })
}

impl Writer {
    /// Signs in, as soon as the server is ready.
    pub(crate) fn sign_in(address: SocketAddr, credentials: &str) -> Self {
        let writer = Self { agent: agent(), address, token: String::new() };
        writer.wait_until_ready();
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = writer.try_send("POST", "/oauth2/token", &form, credentials).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        Self { token, ..writer }
    }

    /// The same client at another server of the same registry.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        let writer = Self { address, ..self.clone() };
        writer.wait_until_ready();
        writer
    }

    fn wait_until_ready(&self) {
        let ready = || self.try_send("GET", "/health/ready", &[], []).filter(|answer| answer.status == 200);
        poll::until("ready", PATIENCE, ready);
    }

    /// What it sends along to say who it is.
    pub(crate) fn authorization(&self) -> String {
        format!("Bearer {}", self.token)
    }

    /// Asks; a connection that breaks gives no answer.
    pub(crate) fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Option<Answer> {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.token.is_empty() {
            request = request.header("Authorization", format!("Bearer {}", self.token));
        }
        let (head, mut body) = self.agent.run(request.body(body.as_ref()).ok()?).ok()?.into_parts();
        let body = body.with_config().limit(100_000_000).read_to_vec().ok()?;
        Some(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    /// Adds a provider; a connection that breaks gives no answer.
    pub(crate) fn try_create(&self, key: &str, name: &str) -> Option<Answer> {
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)];
        self.try_send("POST", "/v1/providers", &headers, provider(name).to_string())
    }

    /// Adds a provider.
    #[track_caller]
    pub(crate) fn create(&self, name: &str) -> Answer {
        let headers = [("Content-Type", "application/json")];
        let answer = self.try_send("POST", "/v1/providers", &headers, provider(name).to_string()).unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer
    }

    /// Changes an object.
    pub(crate) fn patch(&self, path: &str, etag: &str, change: &Value) -> Answer {
        let headers = [("Content-Type", "application/merge-patch+json"), ("If-Match", etag)];
        self.try_send("PATCH", path, &headers, change.to_string()).unwrap()
    }

    /// The object that a path answers with.
    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> Value {
        let answer = self.try_send("GET", path, &[], []).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// All changes after a number.
    #[track_caller]
    pub(crate) fn changes(&self, after: i64) -> Vec<Value> {
        let (mut found, mut after) = (Vec::new(), after);
        loop {
            let mut page = self.json(&format!("/v1/changes?after={after}&limit=500"));
            let Value::Array(items) = page["items"].take() else { panic!("{page}") };
            found.extend(items);
            after = page["last_seq"].as_i64().unwrap();
            if page["next"].is_null() {
                return found;
            }
        }
    }

    /// The number of the last change.
    #[track_caller]
    pub(crate) fn last_seq(&self) -> i64 {
        let mut after = 0;
        loop {
            let page = self.json(&format!("/v1/changes?after={after}&limit=500"));
            after = page["last_seq"].as_i64().unwrap();
            if page["next"].is_null() {
                return after;
            }
        }
    }
}
