//! Yardsticks for the registry's speed.
//!
//! A yardstick answers the same questions over the same HTTP with the same JSON, with the least that a server can do: it
//! checks nothing and asks nobody who they are. It does so from one of two layouts: whole documents, as they are
//! answered, or normalised tables, from which each answer is put together. `bench.py` measures the registry against both.

mod areas;
mod client;
mod database;
mod exported;
mod load;
mod render;
mod serve;
mod statements;
mod write;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Whatever went wrong: a yardstick tells nothing apart.
type Failure = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Failure>;

/// How points are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// Each as it is answered.
    Documents,
    /// In tables of services, providers, locations and their values.
    Normalised,
}

/// Yardsticks for the registry's speed.
#[derive(Debug, Parser)]
enum Command {
    /// Fill a new database with what the registry exports.
    Load {
        #[arg(long)]
        layout: Layout,
        /// `sqlite://FILE` or `postgres://…`.
        #[arg(long)]
        database: String,
        /// `/v1/service-points` as `application/x-ndjson`.
        #[arg(long)]
        export: PathBuf,
        /// `/v1/providers`, one a line.
        #[arg(long)]
        providers: PathBuf,
        /// `/v1/municipalities`, one a line.
        #[arg(long)]
        municipalities: PathBuf,
    },
    /// Answer from such a database.
    Serve {
        #[arg(long)]
        layout: Layout,
        #[arg(long)]
        database: String,
        #[arg(long, default_value = "127.0.0.1:8090")]
        listen: String,
    },
    /// Send the lines of a file to a server, each in a request of its own, and print how long that took, as JSON.
    Push {
        /// The address that takes them.
        #[arg(long)]
        url: String,
        /// One JSON object a line.
        #[arg(long)]
        file: PathBuf,
        /// The lines to leave out at the beginning.
        #[arg(long, default_value_t = 0)]
        skip: usize,
        /// How many lines to send.
        #[arg(long)]
        count: usize,
        /// How many connections send them.
        #[arg(long, default_value_t = 8)]
        connections: usize,
        /// The access token to send along.
        #[arg(long)]
        token: Option<String>,
    },
    /// Walk a collection from page to page, and print how long that took, as JSON.
    Walk {
        /// The address of the first page.
        #[arg(long)]
        url: String,
    },
}

#[actix_web::main]
async fn main() -> Result<()> {
    match Command::parse() {
        Command::Load { layout, database, export, providers, municipalities } => {
            load::run(layout, &database, &load::Files { export, providers, municipalities }).await
        }
        Command::Serve { layout, database, listen } => serve::run(layout, database, &listen).await,
        Command::Push { url, file, skip, count, connections, token } => {
            let token = token.as_deref();
            client::push(&client::Push { url: &url, file: &file, skip, count, connections, token })
        }
        Command::Walk { url } => client::walk(&url),
    }
}
