//! A PostgreSQL of a test's own, to be stopped and started.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Output};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

/// The exit status by which the script says that somebody else has the port.
const PORT_TAKEN: i32 = 3;

/// A cluster. Dropping it removes it.
pub(crate) struct Cluster {
    folder: PathBuf,
    port: String,
    pub(crate) url: String,
}

impl Cluster {
    /// Makes and starts a cluster on a free port.
    pub(crate) fn start() -> Self {
        // Below /tmp, where the server's own user may go.
        let folder = tempfile::Builder::new().prefix("digituki-cluster-").tempdir_in("/tmp").unwrap().keep();
        let mut cluster = Self { folder, port: String::new(), url: String::new() };
        while cluster.url.is_empty() {
            cluster.port = said(&script(&["free-port"]));
            let started = script(&["start", cluster.folder(), &cluster.port]);
            if started.status.code() != Some(PORT_TAKEN) {
                cluster.url = said(&started);
            }
        }
        cluster
    }

    /// The same, and every commit is written before it is acknowledged, as on a real one.
    pub(crate) fn start_durable() -> Self {
        let cluster = Self::start();
        let mut connection = PgConnection::establish(&cluster.url).unwrap();
        connection.batch_execute("ALTER SYSTEM SET synchronous_commit = on").unwrap();
        connection.batch_execute("SELECT pg_reload_conf()").unwrap();
        cluster
    }

    /// Stops it as a crash would, in the middle of whatever it does.
    pub(crate) fn kill(&self) {
        said(&script(&["stop", self.folder()]));
    }

    /// Stops it as a crash would, once what it was told is on the disk.
    pub(crate) fn stop(&self) {
        // These clusters commit without waiting for the disk; a real one would not forget.
        PgConnection::establish(&self.url).unwrap().batch_execute("CHECKPOINT").unwrap();
        self.kill();
    }

    /// Starts it on the port that it had.
    pub(crate) fn start_again(&self) {
        assert_eq!(said(&script(&["start", self.folder(), &self.port])), self.url);
    }

    fn folder(&self) -> &str {
        self.folder.to_str().unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        script(&["remove", self.folder()]);
    }
}

fn script(arguments: &[&str]) -> Output {
    let script = env::var("DIGITUKI_TEST_POSTGRES_SCRIPT")
        .expect("DIGITUKI_TEST_POSTGRES_SCRIPT names no script: run `make test`, which sets it");
    Command::new(script).args(arguments).output().unwrap()
}

#[track_caller]
fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().trim().to_owned()
}
