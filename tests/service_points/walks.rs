//! Pages while others write: nothing that a page names leads nowhere, and nothing that lasts is passed over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rstest::rstest;
use serde_json::{Value, json};

use super::hand_made::HandMade;
use crate::support::session::{LOCATIONS, POINTS, SERVICES, Session, hours, named};
use crate::support::{Database, Registry};

/// How many pages are fetched at least.
const PAGES: usize = 1_000;
/// After how many pages somebody writes.
const PAGES_A_WRITE: usize = 8;
/// What each reader asks, in turns.
const QUESTIONS: [&str; 4] = [
    "sort=name&limit=7",
    "sort=verified_at&limit=11",
    "near=60.17,24.94&limit=5",
    "near=60.17,24.94&radius_km=400&sort=name&language=fi&limit=13",
];

/// What the readers and the writer know of each other.
#[derive(Default)]
struct Shared {
    pages: AtomicUsize,
    /// The services of which somebody has begun to delete one.
    deleted: Mutex<BTreeSet<String>>,
}

/// The ids of the points that are there.
fn ids(registry: &Registry) -> BTreeSet<String> {
    registry.items(POINTS).iter().map(super::id).collect()
}

#[rstest]
fn a_thousand_pages_among_merges_and_deletions_lead_nowhere_wrong_and_pass_nothing_over(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let world = HandMade::by(&developer);
    let places: Vec<String> = (0..12)
        .map(|number| {
            let point = json!({"lat": 60.1 + f64::from(number) * 0.11, "lon": 24.9});
            world.place("091", &json!({"point": point, "opening_hours": hours("24/7")}))
        })
        .collect();
    for (number, place) in places.iter().cycle().take(48).enumerate() {
        world.given_at(place, &format!("Palvelu {number:02}"), &json!({}));
    }
    for number in 0..8 {
        world.by_phone(&format!("Puhelin {number}"), "nationwide", &[]);
    }
    let lasting = ids(&registry);
    assert_eq!(lasting.len(), 56);

    let shared = Shared::default();
    let (tell, told) = channel();
    let losers = thread::scope(|scope| {
        let readers = (0..3).map(|reader| {
            let (tell, registry, lasting, shared) = (tell.clone(), &registry, &lasting, &shared);
            scope.spawn(move || read(registry, lasting, shared, &tell, reader))
        });
        let readers: Vec<_> = readers.collect();
        drop(tell);
        let losers = write(&world, &places, &shared, &told);
        for reader in readers {
            reader.join().unwrap();
        }
        losers
    });
    assert!(shared.pages.into_inner() >= PAGES);
    assert!(losers.len() > 30, "{} merges", losers.len());
    let there = ids(&registry);
    for (loser, survivor) in losers {
        let answer = registry.get(&format!("{POINTS}/{loser}"));
        assert_eq!(answer.status, 301, "{loser}: {}", answer.text());
        assert!(answer.header("location").unwrap().ends_with(&format!("{POINTS}/{survivor}")), "{loser}");
        assert_eq!(registry.get(&answer.header("location").unwrap()).status, 200, "{loser}");
        assert!(there.contains(&survivor) && !there.contains(&loser), "{loser}");
    }
}

/// Walks until enough pages have been fetched.
fn read(registry: &Registry, lasting: &BTreeSet<String>, shared: &Shared, tell: &Sender<()>, reader: usize) {
    for turn in reader.. {
        let question = QUESTIONS[turn % QUESTIONS.len()];
        let (mut seen, mut cursor) = (BTreeMap::<String, usize>::new(), String::new());
        loop {
            let page = registry.json(&format!("{POINTS}?{question}{cursor}"));
            shared.pages.fetch_add(1, Ordering::Relaxed);
            // Nobody listens any more once everything has been written.
            let _ = tell.send(());
            for point in page["items"].as_array().unwrap() {
                *seen.entry(super::id(point)).or_default() += 1;
            }
            // One of each page by its own address.
            page["items"].as_array().unwrap().last().iter().for_each(|point| leads_somewhere(registry, point, shared));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert!(seen.values().all(|times| *times == 1), "{question}: {seen:?}");
        let passed_over: Vec<_> = lasting.iter().filter(|id| !seen.contains_key(*id)).collect();
        assert!(passed_over.is_empty(), "{question}: {passed_over:?}");
        if shared.pages.load(Ordering::Relaxed) >= PAGES {
            return;
        }
    }
}

/// Fails unless a point that a page named is there, is somewhere else now, or is being deleted.
fn leads_somewhere(registry: &Registry, point: &Value, shared: &Shared) {
    let id = super::id(point);
    let answer = registry.get(&format!("{POINTS}/{id}"));
    match answer.status {
        200 => (),
        301 => assert_eq!(registry.get(&answer.header("location").unwrap()).status, 200, "{id}"),
        404 => {
            let service = point["service"]["id"].as_str().unwrap();
            assert!(shared.deleted.lock().unwrap().contains(service), "{id} is gone, and nobody deleted it");
        }
        status => panic!("{id}: {status} {}", answer.text()),
    }
}

/// Writes something after every few pages, until nobody reads; gives the points that were merged, and into which.
fn write(world: &HandMade, places: &[String], shared: &Shared, told: &Receiver<()>) -> Vec<(String, String)> {
    let mut losers = Vec::new();
    for step in 0.. {
        if (0..PAGES_A_WRITE).any(|_| told.recv().is_err()) {
            return losers;
        }
        let place = |name: f64| world.place("091", &json!({"point": {"lat": 60.2 + name, "lon": 24.95}}));
        let name = format!("Palvelu {:02} x", step % 48);
        match step % 4 {
            0 => {
                let (here, there) = (place(0.01), place(0.02));
                let survivor = world.given_at(&here, &name, &json!({}));
                let other = world.given_at(&there, &name, &json!({}));
                merge(world.developer, &survivor, &other);
                losers.push((
                    format!("{}.{}", named(&other), named(&there)),
                    format!("{}.{}", named(&survivor), named(&there)),
                ));
            }
            1 => {
                let (here, there) = (place(0.03), place(0.04));
                let service = world.given_at(&there, &name, &json!({}));
                merge(world.developer, &here, &there);
                let id = named(&service);
                losers.push((format!("{id}.{}", named(&there)), format!("{id}.{}", named(&here))));
            }
            2 => {
                let service = world.given_at(&places[step % places.len()], &name, &json!({}));
                shared.deleted.lock().unwrap().insert(named(&service).to_owned());
                world.developer.delete(&service);
            }
            _ => {
                let other = if step % 8 == 3 { "Mo-Fr 09:00-16:00; PH off" } else { "24/7" };
                let place = &places[step % places.len()];
                world.developer.patch(place, &json!({"opening_hours": null}));
                world.developer.patch(place, &json!({"opening_hours": hours(other)}));
            }
        }
    }
    losers
}

fn merge(developer: &Session, survivor: &str, other: &str) {
    assert!([SERVICES, LOCATIONS].iter().any(|nouns| survivor.starts_with(nouns)));
    let answer = developer.merge(survivor, other);
    assert_eq!(answer.status, 200, "{}", answer.text());
}
