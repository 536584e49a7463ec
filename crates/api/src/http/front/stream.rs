//! The stream of one connection, and what is known about the connection from what passes through.

use std::task::{Context, Poll, ready};
use std::{cell::RefCell, io, pin::Pin, rc::Rc};

use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::error::{DispatchError, ParseError};
use actix_web::rt::{net::TcpStream, time::Instant};
use actix_web::web::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Refusal;

#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum Stage {
    /// Between two requests.
    #[default]
    Idle,
    /// A head has been awaited since then.
    Head(Instant),
    /// The client has stopped sending in the middle of a head.
    Cut,
    /// The application is at work on a request.
    App,
    /// Its answer is being sent.
    Body,
}

/// Whether an answer has said that it is the last one.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum Last {
    #[default]
    No,
    Begun,
    Sent,
}

/// What is known about one connection. The application's side reports to it through `conn_data`.
#[derive(Default)]
pub(super) struct Watch {
    pub(super) stage: Stage,
    /// Counts the changes of the stage: a whole request may pass between two looks.
    pub(super) turns: u64,
    /// First bytes of the awaited head, enough to recognise `HEAD`, whose answers have no body.
    pub(super) start: Vec<u8>,
    /// The awaited head has got past its first line: if it is too large, the URI is not to blame.
    pub(super) past_line: bool,
    /// The latest request has a body, so what arrives after an early answer may be the rest of it.
    pub(super) body: bool,
    /// The end of what actix-http wrote, kept back for as long as it may be a bare refusal.
    pub(super) held: Vec<u8>,
    pub(super) last: Last,
    /// The client has yet to take bytes of an earlier answer, so nothing may follow them.
    pub(super) blocked: bool,
}

pub(super) type Shared = Rc<RefCell<Watch>>;

impl Watch {
    pub(super) fn turn(&mut self, stage: Stage) {
        self.stage = stage;
        self.turns += 1;
    }

    /// Whether it is the client's turn: to send, or to take what is sent.
    pub(super) fn waits(&self) -> bool {
        self.blocked || !matches!(self.stage, Stage::App | Stage::Body)
    }

    pub(super) fn received(&mut self, bytes: &[u8]) {
        match self.stage {
            Stage::App | Stage::Body => return,
            Stage::Head(_) if bytes.is_empty() && !self.body && !self.start.is_empty() => self.turn(Stage::Cut),
            Stage::Idle if !bytes.is_empty() => self.turn(Stage::Head(Instant::now())),
            _ => (),
        }
        self.past_line |= bytes.contains(&b'\n');
        self.start.extend(bytes.iter().take(5_usize.saturating_sub(self.start.len())));
    }

    pub(super) fn dispatched(&mut self, body: bool) {
        self.turn(Stage::App);
        (self.past_line, self.body) = (false, body);
        self.start.clear();
    }

    /// What the client has yet to be told when actix-http is done with its connection.
    pub(super) fn verdict(&mut self, end: &Result<(), DispatchError>) -> Option<Refusal> {
        if let Err(DispatchError::Parse(_)) = end {
            self.held.clear();
        }
        match end {
            // `http` keeps the kind of a URI error private: its text is all there is to go by.
            Err(DispatchError::Parse(ParseError::Uri(e))) if e.to_string() == "uri too long" => {
                Some(Refusal::UriTooLong)
            }
            Err(DispatchError::Parse(ParseError::TooLarge)) if !self.past_line => Some(Refusal::UriTooLong),
            Err(DispatchError::Parse(ParseError::TooLarge)) => Some(Refusal::HeadTooLarge),
            Err(DispatchError::Parse(_)) => Some(Refusal::Malformed),
            _ if self.blocked => None,
            // Hung up without a word, `App` because of a broken chunk.
            _ if matches!(self.stage, Stage::App | Stage::Cut) => Some(Refusal::Malformed),
            _ => None,
        }
    }
}

/// The length of what looks like a bare refusal at the end of `bytes`. An application's answer may look the same, so it
/// is only kept back until the end of the poll: [`Watch::verdict`] decides.
pub(super) fn bare_refusal(bytes: &[u8]) -> usize {
    const STATUS: [&[u8]; 2] = [b" 400 Bad Request", b" 431 Request Header Fields Too Large"];
    if !bytes.ends_with(b"\r\n\r\n") {
        return 0;
    }
    let tail = &bytes[bytes.len().saturating_sub(160)..];
    let start = tail.windows(7).rposition(|w| w == b"HTTP/1.").unwrap_or(tail.len());
    let head = tail.get(start + 8..).unwrap_or_default();
    let bare = |status| head.strip_prefix(status).is_some_and(|rest| rest.starts_with(b"\r\ncontent-length: 0\r\n"));
    if STATUS.into_iter().any(bare) { tail.len() - start } else { 0 }
}

/// The stream actix-http works on. [`super::attend`] shares it, to have the last word.
#[derive(Clone)]
pub(super) struct Front {
    pub(super) io: Rc<RefCell<TcpStream>>,
    pub(super) watch: Shared,
}

impl Front {
    /// Sends what was kept back: it turned out to be the application's own.
    pub(super) fn release(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut watch = self.watch.borrow_mut();
        while !watch.held.is_empty() {
            let sent = ready!(Pin::new(&mut *self.io.borrow_mut()).poll_write(cx, &watch.held))?;
            watch.held.drain(..sent);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Front {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let old = buf.filled().len();
        ready!(Pin::new(&mut *self.io.borrow_mut()).poll_read(cx, buf))?;
        self.watch.borrow_mut().received(&buf.filled()[old..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Front {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.release(cx))?;
        let mut watch = self.watch.borrow_mut();
        let (now, later) = buf.split_at(buf.len() - bare_refusal(buf));
        let sent = if now.is_empty() {
            watch.held.extend(later);
            Poll::Ready(Ok(later.len()))
        } else {
            Pin::new(&mut *self.io.borrow_mut()).poll_write(cx, now)
        };
        watch.blocked = sent.is_pending();
        sent
    }

    /// Called when everything has been written.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut watch = self.watch.borrow_mut();
        if watch.last == Last::Begun && watch.stage == Stage::Idle {
            watch.last = Last::Sent;
        }
        drop(watch);
        Pin::new(&mut *self.io.borrow_mut()).poll_flush(cx)
    }

    /// Left to [`super::attend`], which may have something to add first.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The body of the application's answer, unchanged. It tells when it has been sent in full: a timeout for the next head
/// must not cut into a slow answer.
pub(super) struct Tracked(pub(super) BoxBody, pub(super) Shared);

impl MessageBody for Tracked {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.0.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.0).poll_next(cx)
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.1.borrow_mut().turn(Stage::Idle);
    }
}
