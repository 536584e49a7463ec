//! What no load generator does: sends each line of a file once, and walks a collection by its links.

use std::fs::read_to_string;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::Agent;

use crate::{Failure, Result};

/// What is sent where.
pub(crate) struct Push<'a> {
    pub(crate) url: &'a str,
    pub(crate) file: &'a Path,
    pub(crate) skip: usize,
    pub(crate) count: usize,
    pub(crate) connections: usize,
    pub(crate) token: Option<&'a str>,
}

/// Sends each line in a request of its own.
pub(crate) fn push(push: &Push<'_>) -> Result<()> {
    let text = read_to_string(push.file)?;
    let lines: Vec<&str> = text.lines().skip(push.skip).take(push.count).collect();
    if lines.len() < push.count {
        return Err("the file is too short".into());
    }
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    let sent = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..push.connections).map(|_| scope.spawn(|| send(push, &lines, &next))).collect();
        let mut latencies = Vec::new();
        for sender in senders {
            latencies.extend(sender.join().map_err(|_| "a sender panicked")??);
        }
        Ok::<_, Failure>(latencies)
    });
    let (mut latencies, took) = (sent?, started.elapsed());
    latencies.sort_unstable();
    let p99 = latencies.get(latencies.len() * 99 / 100).copied().unwrap_or_default();
    println!("{}", json!({"count": latencies.len(), "seconds": took.as_secs_f64(), "p99_ms": milliseconds(p99)}));
    Ok(())
}

fn send(push: &Push<'_>, lines: &[&str], next: &AtomicUsize) -> Result<Vec<Duration>> {
    let agent = Agent::new_with_defaults();
    let mut latencies = Vec::new();
    while let Some(line) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
        let mut request = agent.post(push.url).content_type("application/json");
        if let Some(token) = push.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let started = Instant::now();
        let mut response = request.send(*line)?;
        response.body_mut().read_to_vec()?;
        latencies.push(started.elapsed());
    }
    Ok(latencies)
}

/// Walks from page to page.
pub(crate) fn walk(url: &str) -> Result<()> {
    let agent = Agent::new_with_defaults();
    let (mut items, mut pages, mut address) = (0, Vec::new(), url.to_owned());
    let started = Instant::now();
    loop {
        let asked = Instant::now();
        let body = agent.get(&address).call()?.body_mut().with_config().limit(u64::MAX).read_to_vec()?;
        pages.push(asked.elapsed());
        items += body.windows(ITEM.len()).filter(|part| *part == ITEM).count();
        match next(&body)? {
            Some(cursor) => address = format!("{url}&cursor={cursor}"),
            None => break,
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    // The last page may be short, so the one before it stands for it.
    let last = pages.len().saturating_sub(2);
    let page = |number: usize| pages.get(number).copied().map_or(0.0, milliseconds);
    println!(
        "{}",
        json!({"items": items, "pages": pages.len(), "seconds": seconds, "first_ms": page(1.min(last)), "last_ms": page(last)})
    );
    Ok(())
}

/// How each point of a page begins behind its id.
const ITEM: &[u8] = b",\"service\":{";

/// The cursor of the next page, which stands behind all items: reading all of a page would be what is measured.
fn next(body: &[u8]) -> Result<Option<String>> {
    const KEY: &[u8] = b"],\"next\":";
    let found = body.windows(KEY.len()).rposition(|part| part == KEY).ok_or("a page says no next one")?;
    let mut values = serde_json::Deserializer::from_slice(&body[found + KEY.len()..]).into_iter::<Value>();
    Ok(values.next().transpose()?.and_then(|next| next.as_str().map(str::to_owned)))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
