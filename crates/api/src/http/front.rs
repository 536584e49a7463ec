//! The outermost layer of the server: an answer for requests the application never sees.
//!
//! actix-http refuses some requests by itself, with a bodiless `400` or `431` or by hanging up. Here every connection
//! is supervised and an RFC 9457 problem takes the place of that answer. Nothing parses HTTP a second time: two parsers
//! that disagree about where a request ends open the door to request smuggling. The verdict is actix-http's own, whose
//! connection future ends with a `ParseError` exactly when the last bytes it wrote were a refusal.

mod stream;

use std::net::TcpListener;
use std::task::Poll;
use std::time::{Duration, SystemTime};
use std::{fmt, future::Future, future::poll_fn, io, pin::pin, rc::Rc, sync::Arc};

use actix_http::body::MessageBody;
use actix_http::error::DispatchError;
use actix_http::header::HeaderMap;
use actix_http::{ConnectionType, HttpService, Payload, Request, Response, StatusCode, header::HttpDate};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, apply_fn_factory, map_config,
};
use actix_web::rt::{net::TcpStream, time, time::Instant};
use actix_web::{dev::AppConfig, dev::Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::http::crowd::{Crowd, Seat};
use stream::{Front, Last, Shared, Stage, Tracked, Watch};

/// The longest request target in bytes, the largest head in bytes and the most fields in a head: actix-http's and http's
/// own, which they keep to themselves.
pub(crate) const LONGEST_TARGET: usize = 65_534;
pub(crate) const LARGEST_HEAD: u64 = 131_072;
pub(crate) const MOST_FIELDS: usize = 96;

/// Connections that have yet to be accepted.
const BACKLOG: i32 = 2_048;

/// How long the last words to a client may take whose connection others need.
const HASTE: Duration = Duration::from_millis(100);

/// Why a request was turned away before it reached the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not a complete, well-formed HTTP/1 request.
    Malformed,
    /// The request target is longer than [`LONGEST_TARGET`].
    UriTooLong,
    /// The head is larger than [`LARGEST_HEAD`] or has more than [`MOST_FIELDS`].
    HeadTooLarge,
    /// The head did not arrive in time.
    Timeout,
    /// It has yet to arrive, and others need the connection.
    Crowded,
}

impl Refusal {
    /// The status of the answer.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::UriTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Crowded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// The limits [`serve`] works within.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Worker threads, from 1 to 512.
    pub(crate) workers: usize,
    /// Connections at most, shared by the workers. Before it comes to that, some are closed.
    pub(crate) connections: usize,
    /// Connections that linger at most.
    pub(crate) lingering: usize,
    /// How long a connection may rest between two requests.
    pub(crate) keep_alive: Duration,
    /// How long a request head may take to arrive.
    pub(crate) head_timeout: Duration,
    /// How long a closing connection waits for the client to stop sending.
    pub(crate) linger: Duration,
    /// How long running requests may take to finish after SIGTERM, in whole seconds.
    pub(crate) shutdown_timeout: Duration,
}

/// How a connection comes to its end.
enum End {
    /// actix-http is done with it, and perhaps left something unsaid.
    Done(Option<Refusal>),
    /// It is closed to make room for others.
    Crowded(Option<Refusal>),
}

/// Sees one connection through to its end and says what actix-http left unsaid.
async fn attend(
    front: Front,
    connection: impl Future<Output = Result<(), DispatchError>>,
    options: Options,
    seat: Seat,
    problem: impl Fn(Refusal) -> Told,
) -> Result<(), DispatchError> {
    let end = {
        let (mut connection, mut alarm) = (pin!(connection), pin!(time::sleep(options.head_timeout)));
        let mut seen = (0, false);
        poll_fn(|cx| {
            if let Poll::Ready(end) = connection.as_mut().poll(cx) {
                return Poll::Ready(End::Done(front.watch.borrow_mut().verdict(&end)));
            }
            let released = front.release(cx).is_ready();
            let watch = front.watch.borrow();
            let now = (watch.turns, watch.blocked);
            if now != seen {
                seen = now;
                if watch.waits() { seat.waits() } else { seat.works() }
            }
            let may_be_told = released && !watch.blocked;
            // actix-http would read a body in chunks to its end, however long that is in coming.
            if watch.last == Last::Sent && may_be_told {
                return Poll::Ready(End::Done(None));
            }
            let in_head = matches!(watch.stage, Stage::Head(_));
            if seat.is_asked_to_leave(cx.waker()) {
                return Poll::Ready(End::Crowded((may_be_told && in_head).then_some(Refusal::Crowded)));
            }
            // actix-http times the first head of a connection only; a client that stopped in the middle of the second
            // one would hold on to its connection for ever.
            let Stage::Head(since) = watch.stage else { return Poll::Pending };
            let due = since + options.head_timeout;
            if alarm.deadline() != due {
                alarm.as_mut().reset(due);
            }
            let late = alarm.as_mut().poll(cx).is_ready() && may_be_told;
            if late { Poll::Ready(End::Done(Some(Refusal::Timeout))) } else { Poll::Pending }
        })
        .await
    };
    let mut watch = front.watch.take();
    let (End::Done(refusal) | End::Crowded(refusal)) = end;
    if let Some(refusal) = refusal {
        watch.held.extend(answer(refusal, watch.start != b"HEAD ", problem));
    }
    let (lingering, patience) = match end {
        End::Done(_) => {
            seat.works();
            let may_linger = refusal.is_some() || watch.body;
            (may_linger.then(|| seat.linger()).flatten(), options.linger)
        }
        End::Crowded(_) => (None, HASTE),
    };
    if let Some(io) = Rc::into_inner(front.io) {
        // An error means that the client is gone; there is nobody left to tell.
        let _ = time::timeout(patience, close(io.into_inner(), &watch.held, lingering.is_some())).await;
    }
    Ok(())
}

/// What a refused client is told.
pub(crate) struct Told {
    /// Further header fields.
    pub(crate) headers: HeaderMap,
    /// The problem, as JSON.
    pub(crate) body: Vec<u8>,
}

/// A complete answer. It announces the end of the connection, as nobody knows where a next request would start.
fn answer(refusal: Refusal, with_body: bool, problem: impl Fn(Refusal) -> Told) -> Vec<u8> {
    let (status, date, told) = (refusal.status(), HttpDate::from(SystemTime::now()), problem(refusal));
    let length = told.body.len();
    let mut head = format!(
        "HTTP/1.1 {status}\r\ndate: {date}\r\ncontent-type: application/problem+json\r\n\
         content-length: {length}\r\nconnection: close\r\n"
    )
    .into_bytes();
    for (name, value) in &told.headers {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    head.extend(b"\r\n");
    [head, if with_body { told.body } else { Vec::new() }].concat()
}

/// Sends the last bytes, then reads on until the client stops sending. Closing a socket with unread input resets the
/// connection, which can destroy the answer before the client gets to read it.
async fn close(mut io: TcpStream, last: &[u8], linger: bool) -> io::Result<()> {
    io.write_all(last).await?;
    io.shutdown().await?;
    let mut sink = [0; 4096];
    while linger && io.read(&mut sink).await? > 0 {}
    Ok(())
}

/// Serves an actix-web application on `listener` until SIGTERM; `problem` makes the JSON body for a refusal, and
/// `on_stop` is told when running requests are to come to their end.
///
/// It stands in for [`actix_web::HttpServer`], which offers no access to the stream of a connection.
pub(crate) fn serve<F, I, S, B, P>(
    listener: TcpListener,
    options: Options,
    problem: P,
    on_stop: impl FnOnce() + 'static,
    factory: F,
) -> io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
    P: Fn(Refusal) -> Told + Send + Clone + 'static,
{
    // The standard library has room for 128 that have yet to be accepted; one more would have to try again a second later.
    rustix::net::listen(&listener, BACKLOG)?;
    let server = Server::build().workers(options.workers);
    // At the limit no more are accepted, without a pause as after an error. Up to a quarter less there is room for those
    // who come while others are on their way out.
    let server = server.max_concurrent_connections((options.connections / options.workers).max(4));
    let crowd = Arc::new(Crowd::new(options.connections - options.connections / 4, options.lingering));
    let server = server.shutdown_timeout(options.shutdown_timeout.as_secs());
    let (stopping, address) = (server.graceful_shutdown_signal(), listener.local_addr()?);
    let stopped = stopping.clone();
    actix_web::rt::spawn(async move {
        stopped.notified().await;
        on_stop();
    });
    let server = server.listen("http", listener, move || {
        let app = apply_fn_factory(factory(), |mut req: Request, app: &S::Service| {
            let shared = req.conn_data::<Shared>().cloned().unwrap_or_default();
            shared.borrow_mut().dispatched(!matches!(req.payload(), Payload::None));
            let answer = app.call(req);
            async move {
                let answer = answer.await;
                let mut watch = shared.borrow_mut();
                watch.turn(if answer.is_ok() { Stage::Body } else { Stage::Idle });
                let answer: Result<Response<B>, _> = answer.map(Into::into);
                let is_last = match &answer {
                    Ok(answer) => answer.head().connection_type() == ConnectionType::Close,
                    Err(_) => watch.body,
                };
                if is_last {
                    watch.last = Last::Begun;
                }
                drop(watch);
                answer.map(|answer| answer.map_body(|_, body| Tracked(body.boxed(), shared)))
            }
        });
        let (stopping, crowd, problem) = (stopping.clone(), Arc::clone(&crowd), problem.clone());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(options.keep_alive)
            .client_request_timeout(Duration::ZERO) // both left to `attend`,
            .client_disconnect_timeout(Duration::ZERO) // which keeps them to the millisecond
            .local_addr(address)
            .on_connect_ext(|front: &Front, data| drop(data.insert(Rc::clone(&front.watch))))
            .h1(map_config(app.map_err(|e: S::Error| e.into().error_response()), |()| AppConfig::default()));
        apply_fn_factory(http, move |io: TcpStream, http: &_| {
            let peer = io.peer_addr().ok();
            let watch = Watch { stage: Stage::Head(Instant::now()), ..Watch::default() };
            let front = Front { io: Rc::new(io.into()), watch: Rc::new(watch.into()) };
            let connection = Service::call(http, (front.clone(), peer));
            attend(front, connection, options, crowd.enter(), problem.clone())
        })
    })?;
    Ok(server.run())
}
