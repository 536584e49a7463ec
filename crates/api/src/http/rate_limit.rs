//! Rate limits: so many requests a minute for each caller (the IETF draft's RateLimit headers).
//!
//! Each process counts for itself: behind N processes a caller gets up to N times the limit.

use std::hash::Hash;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use digituki_domain::problem::Code;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;

use crate::http::problem::Problem;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");
/// How often the counters of callers that went away are dropped.
const SWEEP: Duration = Duration::from_secs(60);

/// How many times the requests of an anonymous address a client has that signed in.
pub(crate) const FOR_CLIENTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

type Limiter<K> =
    RateLimiter<K, governor::state::keyed::DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// Counts the requests of each caller.
pub(crate) struct RateLimit {
    addresses: Limits<IpAddr>,
    clients: Limits<String>,
}

/// Counts the requests of callers of one kind.
struct Limits<K: Clone + Hash + Eq> {
    limiter: Limiter<K>,
    per_minute: NonZeroU32,
    swept: Mutex<Instant>,
}

/// What came of counting: what is left, or a problem where nothing was.
type Counted = Result<Standing, (Problem, Standing)>;

/// What a caller has left.
pub(crate) struct Standing {
    per_minute: NonZeroU32,
    remaining: u32,
    reset: u64,
}

impl RateLimit {
    pub(crate) fn new(per_minute: NonZeroU32) -> Self {
        Self { addresses: Limits::new(per_minute), clients: Limits::new(per_minute.saturating_mul(FOR_CLIENTS)) }
    }

    /// Counts a request of an address.
    pub(crate) fn count(&self, caller: IpAddr) -> Counted {
        self.addresses.count(&network(caller))
    }

    /// Counts a request of a client that signed in, wherever it comes from.
    pub(crate) fn count_client(&self, name: &str) -> Counted {
        self.clients.count(&name.to_owned())
    }
}

impl<K: Clone + Hash + Eq> Limits<K> {
    fn new(per_minute: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware();
        Self { limiter, per_minute, swept: Mutex::new(Instant::now()) }
    }

    fn count(&self, caller: &K) -> Counted {
        self.sweep();
        let per_minute = self.per_minute;
        let pace = 60_u64.div_ceil(u64::from(per_minute.get()));
        match self.limiter.check_key(caller) {
            Ok(state) => Ok(Standing { per_minute, remaining: state.remaining_burst_capacity(), reset: pace }),
            Err(not_until) => {
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                let seconds = wait.as_secs() + 1;
                let problem = Problem::new(Code::TooManyRequests).retry_after(seconds);
                Err((problem, Standing { per_minute, remaining: 0, reset: seconds }))
            }
        }
    }

    /// Without this the memory would grow with every address ever seen.
    fn sweep(&self) {
        if let Ok(mut swept) = self.swept.try_lock()
            && swept.elapsed() > SWEEP
        {
            *swept = Instant::now();
            self.limiter.retain_recent();
        }
    }
}

impl Standing {
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let policy = format!("\"default\";q={};w=60", self.per_minute);
        let state = format!("\"default\";r={};t={}", self.remaining, self.reset);
        for (name, value) in [(POLICY, policy), (STATE, state)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

/// Who asks: the peer, or, when the peer is a proxy that we trust, the last address that it vouches
/// for in `X-Forwarded-For`.
pub(crate) fn caller(request: &HttpRequest, trusted: &[IpNet]) -> Option<IpAddr> {
    let trust = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let peer = request.peer_addr()?.ip().to_canonical();
    if !trust(&peer) {
        return Some(peer);
    }
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
    let mut known = peer;
    for hop in hops.into_iter().rev() {
        // What cannot be read was not written by a proxy of ours: nothing before it can be believed.
        let Some(address) = hop_address(hop.trim()) else { break };
        known = address;
        if !trust(&address) {
            break;
        }
    }
    Some(known)
}

/// The address of a hop, which may come with a port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let address = hop.parse::<IpAddr>().or_else(|_| hop.parse::<SocketAddr>().map(|hop| hop.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// One customer of an internet provider has a whole /64 of version 6 addresses.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let segments = address.segments();
            IpAddr::from([segments[0], segments[1], segments[2], segments[3], 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_that_used_up_its_requests_waits_and_others_do_not() {
        let limit = RateLimit::new(NonZeroU32::MIN.saturating_add(2));
        let one = IpAddr::from([192, 0, 2, 1]);
        assert!((0..3).all(|_| limit.count(one).is_ok()));
        assert!(limit.count(one).is_err());
        assert!(limit.count(IpAddr::from([192, 0, 2, 2])).is_ok());
    }

    #[test]
    fn a_client_that_signed_in_has_ten_times_as_many() {
        let limit = RateLimit::new(NonZeroU32::MIN);
        assert!((0..10).all(|_| limit.count_client("one").is_ok()));
        assert!(limit.count_client("one").is_err());
        assert!(limit.count_client("other").is_ok());
    }

    #[test]
    fn a_caller_is_the_last_hop_that_no_trusted_proxy_wrote() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let table = [
            ("192.0.2.9", "203.0.113.5", "192.0.2.9"),
            ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
            ("10.0.0.1", "9.9.9.9, 203.0.113.5:443", "203.0.113.5"),
            ("10.0.0.1", "9.9.9.9, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
            ("10.0.0.1", "9.9.9.9, unknown", "10.0.0.1"),
            ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
            ("10.0.0.1", "::ffff:7.7.7.7", "7.7.7.7"),
            ("10.0.0.1", "", "10.0.0.1"),
        ];
        for (peer, forwarded, expected) in table {
            let request = actix_web::test::TestRequest::get()
                .peer_addr(SocketAddr::new(peer.parse().unwrap(), 1))
                .insert_header(("x-forwarded-for", forwarded))
                .to_http_request();
            assert_eq!(caller(&request, &trusted), Some(expected.parse().unwrap()), "{peer} {forwarded}");
        }
    }

    #[test]
    fn a_version_6_network_is_one_caller() {
        let address = |last| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
        assert_eq!(network(address(1)), network(address(2)));
    }
}
