//! Rate limits: so many requests a minute for each caller (the IETF draft's RateLimit headers).
//!
//! Each process counts for itself: behind N processes a caller gets up to N times the limit.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use actix_web::dev::ServiceRequest;
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

type Limiter = RateLimiter<
    IpAddr,
    governor::state::keyed::DefaultKeyedStateStore<IpAddr>,
    DefaultClock,
    StateInformationMiddleware,
>;

/// Counts the requests of each caller.
pub(crate) struct RateLimit {
    limiter: Limiter,
    per_minute: NonZeroU32,
    swept: Mutex<Instant>,
}

/// What a caller has left.
pub(crate) struct Standing {
    per_minute: NonZeroU32,
    remaining: u32,
    reset: u64,
}

impl RateLimit {
    pub(crate) fn new(per_minute: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware();
        Self { limiter, per_minute, swept: Mutex::new(Instant::now()) }
    }

    /// Counts a request; a problem when the caller has none left.
    pub(crate) fn count(&self, caller: IpAddr) -> Result<Standing, (Problem, Standing)> {
        self.sweep();
        let per_minute = self.per_minute;
        let pace = 60_u64.div_ceil(u64::from(per_minute.get()));
        match self.limiter.check_key(&network(caller)) {
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
pub(crate) fn caller(request: &ServiceRequest, trusted: &[IpNet]) -> Option<IpAddr> {
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
fn network(address: IpAddr) -> IpAddr {
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
                .to_srv_request();
            assert_eq!(caller(&request, &trusted), Some(expected.parse().unwrap()), "{peer} {forwarded}");
        }
    }

    #[test]
    fn a_version_6_network_is_one_caller() {
        let address = |last| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
        assert_eq!(network(address(1)), network(address(2)));
    }
}
