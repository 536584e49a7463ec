//! Bytes as they are, for requests that no client would send.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};

use serde_json::Value;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

use crate::support::Answer;
use crate::support::registry::PATIENCE;

/// A connection.
pub(crate) struct Wire(TcpStream);

impl Wire {
    pub(crate) fn open(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).unwrap();
        // Each write leaves at once, as it stands in the test.
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    #[track_caller]
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).expect("the server reads on");
    }

    /// Says that no more will be sent.
    pub(crate) fn finish_sending(&self) {
        self.0.shutdown(Shutdown::Write).unwrap();
    }

    /// Everything up to the end of the connection; a reset or a stall fails the test.
    #[track_caller]
    pub(crate) fn rest(&mut self) -> String {
        let mut out = Vec::new();
        self.0.read_to_end(&mut out).expect("an orderly end of the connection");
        String::from_utf8(out).unwrap()
    }

    /// One answer with a length, from a connection that stays open.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> Answer {
        self.read(true)
    }

    /// One answer to `HEAD`.
    #[track_caller]
    pub(crate) fn answer_without_body(&mut self) -> Answer {
        self.read(false)
    }

    #[track_caller]
    fn read(&mut self, with_body: bool) -> Answer {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            self.0.read_exact(&mut byte).expect("a complete head");
            head.push(byte[0]);
        }
        let mut answer = parse(&String::from_utf8(head).unwrap());
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        answer.body = vec![0; if with_body { length } else { 0 }];
        self.0.read_exact(&mut answer.body).expect("a complete body");
        answer
    }
}

/// Sends bytes in one go and reads to the end of the connection.
#[track_caller]
pub(crate) fn exchange(to: SocketAddr, bytes: impl AsRef<[u8]>) -> String {
    let mut wire = Wire::open(to);
    wire.send(bytes);
    wire.rest()
}

/// A request with the least that HTTP/1.1 asks for.
pub(crate) fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes()
}

/// Takes a complete answer apart.
#[track_caller]
pub(crate) fn parse(answer: &str) -> Answer {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no complete answer: {answer:?}"));
    let (status, fields) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = status
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.get(2..))
        .and_then(|rest| rest.get(..3))
        .and_then(|code| code.parse().ok());
    let mut headers = HeaderMap::new();
    for field in fields.split("\r\n").filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once(": ").unwrap_or_else(|| panic!("no header: {field:?}"));
        headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
    }
    let status = status.unwrap_or_else(|| panic!("no status: {head:?}"));
    Answer { status, headers, body: body.as_bytes().to_vec() }
}

/// Fails unless these bytes are one problem of the front, after which the connection ends.
#[track_caller]
pub(crate) fn assert_refused(answer: &str, status: u16, code: &str) -> Value {
    let answer = parse(answer);
    let length = answer.body.len().to_string();
    assert_eq!(answer.header("content-length"), Some(length));
    assert_eq!(answer.header("connection").as_deref(), Some("close"));
    assert!(answer.header("date").is_some_and(|date| date.ends_with(" GMT")));
    answer.problem(status, code)
}
