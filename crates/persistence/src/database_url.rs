//! `DATABASE_URL`: which database, said without ambiguity; its password never shows.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

/// Where the registry is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Url),
}

/// Why a URL is no `DatabaseUrl`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidDatabaseUrl(String);

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(value: &str) -> Result<Self, InvalidDatabaseUrl> {
        let refuse = |why: &str| {
            Err(InvalidDatabaseUrl(format!(
                "{why}; write sqlite://relative/path, sqlite:///absolute/path or postgres://user@host/database"
            )))
        };
        if let Some(path) = value.strip_prefix("sqlite://") {
            return match path {
                "" | "/" => refuse("it names no file"),
                _ if path.contains(['?', '#', '\0']) => refuse("a path to SQLite takes no parameters"),
                _ if path.contains(":memory:") => refuse("a database in memory would be lost between connections"),
                _ => Ok(Self::Sqlite(PathBuf::from(path))),
            };
        }
        if !(value.starts_with("postgres://") || value.starts_with("postgresql://")) {
            return refuse("it starts with neither sqlite:// nor postgres://");
        }
        let Ok(url) = Url::parse(value) else { return refuse("it is not a valid URL") };
        if url.host_str().is_none_or(str::is_empty) {
            return refuse("it names no host");
        }
        if url.path().trim_matches('/').is_empty() {
            return refuse("it names no database");
        }
        Ok(Self::Postgres(url))
    }
}

impl DatabaseUrl {
    /// A message about it, in which a password is made unreadable.
    pub(crate) fn without_password(&self, message: &str) -> String {
        let Self::Postgres(url) = self else { return message.to_owned() };
        let parameters = url.query_pairs().filter(|(name, _)| name == "password").map(|(_, value)| value.into_owned());
        let passwords = parameters.chain(url.password().map(str::to_owned)).filter(|password| !password.is_empty());
        passwords.fold(message.to_owned(), |message, password| message.replace(&password, "***"))
    }
}

impl fmt::Display for DatabaseUrl {
    /// Without the password, wherever it may stand.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let user = if url.username().is_empty() { String::new() } else { format!("{}@", url.username()) };
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                write!(formatter, "postgres://{user}{}{port}{}", url.host_str().unwrap_or_default(), url.path())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_without_ambiguity() {
        for good in ["sqlite://var/digituki.db", "sqlite:///srv/digituki.db", "postgres://u:p@localhost:5432/d"] {
            assert!(good.parse::<DatabaseUrl>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "digituki.db",
            "sqlite:",
            "sqlite://",
            "sqlite://:memory:",
            "mysql://x/y",
            "postgres://",
            "postgres://h",
        ] {
            assert!(bad.parse::<DatabaseUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_never_shows() {
        let shown = |url: &str| url.parse::<DatabaseUrl>().map(|url| format!("{url} {url:?}")).unwrap_or_default();
        assert!(!shown("postgres://user:s3cret@host/db?password=s3cret").contains("s3cret"));
        assert_eq!(
            "postgres://user:s3cret@/db".parse::<DatabaseUrl>().map_err(|error| error.to_string().contains("s3cret")),
            Err(false)
        );
    }
}
