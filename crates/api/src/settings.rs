//! The configuration, by environment or by flag. A wrong value stops the start with one sentence.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};
use digituki_domain::clock::Clock;
use digituki_persistence::{DatabaseUrl, Load, Options};
use ipnet::IpNet;
use url::Url;

use crate::auth::issuers::Issuers;
use crate::capacity::Capacity;
use crate::http::cors::Origins;
use crate::http::front;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How the registry runs.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    #[arg(
        help = "Where the registry is kept: sqlite://relative/path, sqlite:///absolute/path or postgres://user@host/database"
    )]
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://var/digituki.db", hide_env_values = true)]
    database_url: DatabaseUrl,

    #[command(flatten)]
    pool: Pool,

    /// The address and port to listen on.
    #[arg(long, env = "DIGITUKI_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// The address under which callers reach the registry: it stands in links and problem types
    /// [default: http:// and the address listened on].
    #[arg(long, env = "DIGITUKI_PUBLIC_URL", value_parser = public_url)]
    public_url: Option<String>,

    /// The origins whose pages may use the registry: * or a list with commas.
    #[arg(long, env = "DIGITUKI_CORS_ORIGINS", default_value = "*", value_parser = origins)]
    cors_origins: Origins,

    /// What to load on first start.
    #[arg(long, env = "DIGITUKI_LOAD", default_value = "history")]
    load: LoadChoice,

    /// The instant that the registry starts at and runs on from, for tests and demonstrations only:
    /// an RFC 3339 instant, refused on any address but loopback.
    #[arg(long, env = "DIGITUKI_CLOCK", value_parser = Clock::parse)]
    clock: Option<DateTime<Utc>>,

    /// Requests a minute for an anonymous address, or off.
    #[arg(long, env = "DIGITUKI_RATE_LIMIT", default_value = "600")]
    rate_limit: Limit,

    /// Proxies whose X-Forwarded-For is believed: networks with commas, such as 10.0.0.0/8.
    #[arg(long, env = "DIGITUKI_TRUSTED_PROXIES", value_delimiter = ',')]
    trusted_proxies: Vec<IpNet>,

    /// A JSON file of other issuers whose access tokens are taken, and of what their subjects may.
    #[arg(long, env = "DIGITUKI_ISSUERS", value_parser = Issuers::read)]
    issuers: Option<Issuers>,

    /// Take no changes: neither from callers nor, at the start, by migrating and loading.
    #[arg(
        long, env = "DIGITUKI_READ_ONLY", action = clap::ArgAction::Set, value_parser = BoolishValueParser::new(),
        default_value = "false", num_args = 0..=1, require_equals = true, default_missing_value = "true"
    )]
    read_only: bool,

    /// Threads that serve requests [default: one for each processor].
    #[arg(long, env = "DIGITUKI_WORKERS", value_parser = clap::value_parser!(u16).range(1..=512))]
    workers: Option<u16>,

    /// The largest request body, in bytes.
    #[arg(long, env = "DIGITUKI_BODY_LIMIT", default_value_t = 1_048_576, value_parser = clap::value_parser!(u64).range(1_024..=104_857_600))]
    body_limit: u64,

    /// Seconds that a request's head may take to arrive.
    #[arg(long, env = "DIGITUKI_HEAD_TIMEOUT", default_value = "10", value_parser = seconds)]
    head_timeout: Duration,

    /// Seconds that a request's body may take to arrive, fewer than the request may take
    /// [default: 30, or three quarters of the request's when that is less].
    #[arg(long, env = "DIGITUKI_BODY_TIMEOUT", value_parser = seconds)]
    body_timeout: Option<Duration>,

    /// Seconds that a request may take.
    #[arg(long, env = "DIGITUKI_REQUEST_TIMEOUT", default_value = "40", value_parser = seconds)]
    request_timeout: Duration,

    /// Seconds that a connection may rest between two requests.
    #[arg(long, env = "DIGITUKI_KEEP_ALIVE", default_value = "15", value_parser = seconds)]
    keep_alive: Duration,

    /// Seconds that running requests get to finish when the registry is told to stop.
    #[arg(long, env = "DIGITUKI_SHUTDOWN_TIMEOUT", default_value = "20", value_parser = seconds)]
    shutdown_timeout: Duration,
}

/// How the database is used.
#[derive(Debug, Clone, Args)]
struct Pool {
    /// Connections to the database at most: one writes, the others read (on SQLite, no more than there are processors, or four).
    #[arg(long = "pool-size", env = "DIGITUKI_POOL_SIZE", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=256))]
    size: u32,

    /// Seconds that a request waits for a connection.
    #[arg(long = "pool-timeout", env = "DIGITUKI_POOL_TIMEOUT", default_value = "2", value_parser = seconds)]
    timeout: Duration,

    /// Seconds that a write waits for its turn.
    #[arg(long, env = "DIGITUKI_WRITER_TIMEOUT", default_value = "20", value_parser = seconds)]
    writer_timeout: Duration,

    /// Seconds that a statement may take (PostgreSQL).
    #[arg(long, env = "DIGITUKI_STATEMENT_TIMEOUT", default_value = "5", value_parser = seconds)]
    statement_timeout: Duration,
}

/// What to load.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum LoadChoice {
    /// Areas, populations and organisations.
    Reference,
    /// These, and the story: programmes, calls, pilots and grants.
    History,
}

#[derive(Debug, Clone, Copy)]
struct Limit(Option<NonZeroU32>);

impl FromStr for Limit {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, String> {
        match value {
            "off" => Ok(Self(None)),
            _ => value
                .parse()
                .ok()
                .filter(|limit: &NonZeroU32| limit.get() <= 1_000_000)
                .map(|limit| Self(Some(limit)))
                .ok_or_else(|| "it is neither off nor a whole number from 1 to 1000000".to_owned()),
        }
    }
}

impl Settings {
    /// Reads settings from flags, as the command line does.
    pub fn from_flags(flags: &[&str]) -> Result<Self, String> {
        #[derive(clap::Parser)]
        struct Flags {
            #[command(flatten)]
            settings: Settings,
        }
        let flags = std::iter::once(&"digituki").chain(flags);
        let Flags { settings } = clap::Parser::try_parse_from(flags).map_err(|error: clap::Error| error.to_string())?;
        settings.check()?;
        Ok(settings)
    }

    /// What no single value shows: whether the values go together.
    pub fn check(&self) -> Result<(), String> {
        if self.clock.is_some() && !self.listen.ip().is_loopback() {
            return Err(format!(
                "DIGITUKI_CLOCK is for tests and demonstrations: it is refused on {}, which is not a loopback address",
                self.listen
            ));
        }
        if self.body_timeout.is_some_and(|timeout| timeout >= self.request_timeout) {
            return Err(format!(
                "DIGITUKI_BODY_TIMEOUT must be less than DIGITUKI_REQUEST_TIMEOUT, {} seconds: nothing would be left for \
                 the work",
                self.request_timeout.as_secs()
            ));
        }
        if self.public_url.is_none() && self.listen.ip().is_unspecified() {
            return Err(format!(
                "DIGITUKI_PUBLIC_URL is needed with DIGITUKI_LISTEN {}: no link could name it",
                self.listen
            ));
        }
        Ok(())
    }

    /// The same settings on the address that was really bound (port 0 asks for any free one).
    #[must_use]
    pub fn bound_to(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// The address to listen on.
    pub fn address(&self) -> SocketAddr {
        self.listen
    }

    /// Whether an issuer of tokens is this registry, of which several processes may serve. Where no public address is
    /// set, each calls itself by the loopback address that it listens on; that a token is ours, its key says.
    pub(crate) fn is_own_issuer(&self, issuer: &str) -> bool {
        let loopback = |url: &Url| {
            let host = url.host_str().unwrap_or_default();
            host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        };
        let unset = self.public_url.is_none() && self.listen.ip().is_loopback();
        issuer == self.public_url() || (unset && Url::parse(issuer).is_ok_and(|url| loopback(&url)))
    }

    pub(crate) fn public_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen))
    }

    pub(crate) fn cors_origins(&self) -> &Origins {
        &self.cors_origins
    }

    pub(crate) fn load(&self) -> Load {
        match self.load {
            LoadChoice::Reference => Load::Reference,
            LoadChoice::History => Load::History,
        }
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock.map_or_else(Clock::default, Clock::starting_at)
    }

    pub(crate) fn rate_limit(&self) -> Option<NonZeroU32> {
        self.rate_limit.0
    }

    pub(crate) fn trusted_proxies(&self) -> &[IpNet] {
        &self.trusted_proxies
    }

    pub(crate) fn issuers(&self) -> Option<&Issuers> {
        self.issuers.as_ref()
    }

    pub(crate) fn read_only(&self) -> bool {
        self.read_only
    }

    pub(crate) fn body_limit(&self) -> u64 {
        self.body_limit
    }

    pub(crate) fn body_timeout(&self) -> Duration {
        self.body_timeout.unwrap_or_else(|| BODY_TIMEOUT.min(self.request_timeout * 3 / 4))
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        self.request_timeout
    }

    pub(crate) fn store(&self) -> Options {
        Options {
            url: self.database_url.clone(),
            pool_size: self.pool.size,
            pool_timeout: self.pool.timeout,
            writer_timeout: self.pool.writer_timeout,
            statement_timeout: self.pool.statement_timeout,
        }
    }

    pub(crate) fn pool_size(&self) -> usize {
        usize::try_from(self.pool.size).unwrap_or(usize::MAX)
    }

    pub(crate) fn workers(&self) -> usize {
        let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.workers.map_or_else(processors, usize::from).clamp(1, 512)
    }

    pub(crate) fn front(&self, capacity: Capacity) -> front::Options {
        front::Options {
            workers: self.workers(),
            connections: capacity.connections,
            lingering: capacity.lingering,
            keep_alive: self.keep_alive,
            head_timeout: self.head_timeout,
            linger: Duration::from_secs(3),
            shutdown_timeout: self.shutdown_timeout,
        }
    }
}

fn seconds(value: &str) -> Result<Duration, String> {
    match value.parse() {
        Ok(seconds @ 1..=600) => Ok(Duration::from_secs(seconds)),
        _ => Err("it is not a whole number of seconds from 1 to 600".to_owned()),
    }
}

fn public_url(value: &str) -> Result<String, String> {
    let plain = |url: &Url| {
        let web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
        let secret = !url.username().is_empty() || url.password().is_some();
        web && !secret && url.path() == "/" && url.query().is_none() && url.fragment().is_none()
    };
    if Url::parse(value).is_ok_and(|url| plain(&url)) {
        Ok(value.trim_end_matches('/').to_owned())
    } else {
        Err("it is not an address such as https://digituki.example: a scheme, a host and perhaps a port".to_owned())
    }
}

fn origins(value: &str) -> Result<Origins, String> {
    if value == "*" {
        return Ok(Origins::Any);
    }
    let origin = |text: &str| match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text => {
            Ok(text.to_owned())
        }
        _ => Err(format!("{text:?} is not an origin such as https://example.fi")),
    };
    value.split(',').map(|text| origin(text.trim())).collect::<Result<_, _>>().map(Origins::Listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_stands_in_the_readme() {
        let readme = include_str!("../../../README.md");
        let command = Settings::augment_args(clap::Command::new("serve"));
        let variables: Vec<_> = command.get_arguments().filter_map(clap::Arg::get_env).collect();
        assert!(variables.len() > 15);
        for variable in variables {
            let variable = variable.to_string_lossy();
            assert!(readme.contains(&format!("| `{variable}` |")), "{variable}");
        }
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_reason() {
        let table: [(&[&str], &str); 12] = [
            (&["--database-url", "digituki.db"], "sqlite://"),
            (&["--listen", "localhost"], "--listen"),
            (&["--public-url", "digituki.fi"], "--public-url"),
            (&["--cors-origins", "https://a.fi/path"], "origin"),
            (&["--load", "everything"], "history"),
            (&["--clock", "yesterday"], "--clock"),
            (&["--clock=-5000-01-01T00:00:00Z"], "--clock"),
            (&["--clock", "2018-04-05T00:00:00Z", "--listen", "192.0.2.1:8080"], "loopback"),
            (&["--listen", "0.0.0.0:8080"], "DIGITUKI_PUBLIC_URL"),
            (&["--rate-limit", "0"], "off"),
            (&["--pool-size", "1"], "2..=256"),
            (&["--body-timeout", "40"], "DIGITUKI_REQUEST_TIMEOUT, 40 seconds"),
        ];
        for (flags, reason) in table {
            match Settings::from_flags(flags) {
                Ok(_) => panic!("{flags:?} was taken"),
                Err(error) => assert!(error.contains(reason), "{flags:?}: {error}"),
            }
        }
    }
}
