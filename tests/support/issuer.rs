//! Another issuer of tokens: keys of its own, published over HTTP on a free port, and what it signs.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Keys of nobody: they sign nothing outside these tests.
const RSA: &str = include_str!("rsa_key.txt");
const EC: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbmtPCDFxOQorH/snhwbIoFTVyD8acc127w49D91zd2OhRANCAAQ1\
                  jel7gTMZzpI8MK+kd8JkSZQ00lSwfWD0XAajuZ4C0ugGkyftfT0I2HSTAPajKVaFh8HKXVV7M928+XXFIwCN";
const ED: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";

/// The name that the issuer goes by.
pub(crate) const NAME: &str = "https://login.example";

/// A key that signs.
pub(crate) fn key(algorithm: Algorithm) -> EncodingKey {
    let der = |text: &str| STANDARD.decode(text.replace('\n', "")).unwrap();
    match algorithm {
        Algorithm::RS256 => EncodingKey::from_rsa_der(&der(RSA)),
        Algorithm::ES256 => EncodingKey::from_ec_der(&der(EC)),
        _ => EncodingKey::from_ed_der(&der(ED)),
    }
}

/// A public key under a name, as it is published.
pub(crate) fn public_key(algorithm: Algorithm, kid: &str) -> Value {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&key(algorithm), algorithm).unwrap()).unwrap();
    jwk["kid"] = json!(kid);
    jwk["use"] = json!("sig");
    jwk
}

/// A token with exactly this header and these claims.
pub(crate) fn sign(header: &Value, claims: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// The issuer's keys, served. Dropping it makes them unreachable.
pub(crate) struct Issuer {
    pub(crate) address: SocketAddr,
    keys: Arc<Mutex<Value>>,
    gone: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    folder: TempDir,
}

impl Issuer {
    pub(crate) fn start(keys: &[Value]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (keys, gone) = (Arc::new(Mutex::new(json!({"keys": keys}))), Arc::new(AtomicBool::new(false)));
        let (served, stopped) = (Arc::clone(&keys), Arc::clone(&gone));
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                answer(stream.unwrap(), &served.lock().unwrap().to_string());
            }
        });
        Self { address, keys, gone, thread: Some(thread), folder: tempfile::tempdir().unwrap() }
    }

    /// Publishes other keys from now on.
    pub(crate) fn publish(&self, keys: &[Value]) {
        *self.keys.lock().unwrap() = json!({"keys": keys});
    }

    /// A file for `DIGITUKI_ISSUERS` that trusts it.
    pub(crate) fn configuration(&self, mapping: &Value) -> String {
        configuration(&self.folder, &format!("http://{}/jwks", self.address), mapping)
    }
}

/// A file for `DIGITUKI_ISSUERS`, in a folder.
pub(crate) fn configuration(folder: &TempDir, jwks: &str, mapping: &Value) -> String {
    let issuers = json!([{"issuer": NAME, "audience": "digituki", "jwks": jwks, "mapping": mapping}]);
    let file = folder.path().join("issuers.json");
    std::fs::write(&file, issuers.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}

fn answer(mut stream: TcpStream, body: &str) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) > 0 {
        head.push(byte[0]);
    }
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    let _ = stream.write_all(answer.as_bytes());
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::SeqCst);
        // Wakes the thread up, so that it sees.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
