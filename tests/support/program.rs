//! The program itself, as a process.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};

use crate::support::poll;
use crate::support::registry::{CLOCK, PATIENCE};

/// The program with an environment of its own.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = in_own_environment(path());
    command.args(arguments);
    command
}

/// What is set where the tests run does not count.
fn in_own_environment(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for name in env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("DIGITUKI_") || name == "DATABASE_URL" || name == "RUST_LOG"
    }) {
        command.env_remove(name);
    }
    command
}

/// Without limits of rate, and without lines in the log for requests.
fn quietly(mut command: Command) -> Command {
    command.envs([("DIGITUKI_RATE_LIMIT", "off"), ("RUST_LOG", "info,digituki::request=off,digituki::http=off")]);
    command
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    program(arguments).envs(environment.iter().copied()).output().unwrap()
}

/// Built by `make test` beside this very test.
fn path() -> PathBuf {
    let test = env::current_exe().unwrap();
    let path = test.parent().and_then(|deps| deps.parent()).unwrap().join("digituki");
    assert!(path.exists(), "{} is missing: run `make test`, or `cargo build -p digituki` first", path.display());
    path
}

/// The program, serving. Dropping it kills it.
pub(crate) struct Serving {
    child: Child,
    log: BufReader<ChildStderr>,
    pub(crate) address: SocketAddr,
}

impl Serving {
    /// Serves a database on a free port; returns when it listens.
    pub(crate) fn start(url: &str) -> Self {
        Self::spawn(program(&["serve"]), url)
    }

    /// The same without limits of rate, and without lines in the log that nobody would read.
    pub(crate) fn start_quietly(url: &str) -> Self {
        Self::spawn(quietly(program(&["serve"])), url)
    }

    /// The same, with its writes, its waits for the disk and its answers written to a file.
    pub(crate) fn start_traced(url: &str, trace: &Path) -> Self {
        let mut strace = in_own_environment("strace");
        strace.args(["-f", "-y", "-s", "64", "-e", "trace=pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync", "-o"]);
        strace.arg(trace).arg(path()).arg("serve");
        Self::spawn(quietly(strace), url)
    }

    /// The same on a file system of its own, of so many kilobytes, that is mounted on a folder; `arguments` run the
    /// program there once before, and what it says goes to a file.
    pub(crate) fn start_on_small_disk(folder: &Path, kilobytes: u32, url: &str, arguments: &str, said: &Path) -> Self {
        let mut shell = in_own_environment("unshare");
        let steps = format!(
            "mount -t tmpfs -o size={kilobytes}k tmpfs \"$1\" && \"$0\" {arguments} > \"$2\" && exec \"$0\" serve"
        );
        shell.args(["--map-root-user", "--mount", "sh", "-c", &steps]).arg(path()).arg(folder).arg(said);
        Self::spawn(quietly(shell), url)
    }

    /// What the process sees under a path.
    pub(crate) fn sees(&self, path: &Path) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.child.id(), path.display()))
    }

    /// The same with so many file descriptors at most, without limits of rate, and without a line in the log for each
    /// request, which nobody would read.
    pub(crate) fn start_within(descriptors: u32, url: &str) -> Self {
        let mut shell = in_own_environment("sh");
        shell.args(["-c", &format!("ulimit -n {descriptors} && exec \"$0\" serve")]).arg(path());
        Self::spawn(quietly(shell), url)
    }

    fn spawn(mut command: Command, url: &str) -> Self {
        let mut child = command
            .envs([("DATABASE_URL", url), ("DIGITUKI_LISTEN", "127.0.0.1:0"), ("DIGITUKI_CLOCK", CLOCK)])
            .envs([("DIGITUKI_LOG_FORMAT", "json"), ("DIGITUKI_WORKERS", "1")])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let address = loop {
            let line = line(&mut log).expect("the log says where it listens");
            let message = line["message"].as_str().unwrap_or_default();
            if let Some((address, _)) = message.strip_prefix("listening on ").and_then(|rest| rest.split_once(';')) {
                break address.parse().unwrap();
            }
        };
        Self { child, log, address }
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status().unwrap();
        assert!(done.success());
    }

    /// Reads on in the log up to a line that fits.
    pub(crate) fn log_until(&mut self, fits: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        loop {
            let line = line(&mut self.log).expect("the log ended without the line that was awaited");
            if fits(&line) {
                return line;
            }
        }
    }

    /// Waits until the process has ended.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        poll::until("the end of the process", PATIENCE, || self.child.try_wait().unwrap())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line(log: &mut BufReader<ChildStderr>) -> Option<serde_json::Value> {
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    (!line.is_empty()).then(|| serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
}
