//! The connections of this process. When there are too many, the one that has been waiting longest for
//! its client has to leave; whoever is being answered stays.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use futures_util::task::AtomicWaker;

/// A seat's mark when the server is at work for its client.
const AT_WORK: u64 = 0;
/// A seat's mark when it has been asked to leave.
const ASKED: u64 = u64::MAX;

/// All connections, of all workers.
pub(crate) struct Crowd {
    /// Above this number some are asked to leave.
    most: usize,
    most_lingering: usize,
    /// Counts the waits, so that each is younger than those before it.
    waits: AtomicU64,
    open: AtomicUsize,
    lingering: AtomicUsize,
    seats: Mutex<Seats>,
}

#[derive(Default)]
struct Seats {
    next: u64,
    taken: HashMap<u64, Arc<Mark>>,
    /// How many have been asked to leave, and are still there.
    asked: usize,
}

struct Mark {
    /// Since when it waits for its client, or one of the marks above.
    since: AtomicU64,
    waker: AtomicWaker,
}

/// The place of one connection, to be left by dropping it.
pub(crate) struct Seat {
    crowd: Arc<Crowd>,
    number: u64,
    mark: Arc<Mark>,
}

/// Leave to linger, until it is dropped.
pub(crate) struct Lingering<'a>(&'a Crowd);

impl Crowd {
    /// So many without any being asked to leave, and so many that linger.
    pub(crate) fn new(most: usize, most_lingering: usize) -> Self {
        let count = AtomicUsize::default;
        let waits = AtomicU64::new(AT_WORK + 1);
        Self { most, most_lingering, waits, open: count(), lingering: count(), seats: Mutex::default() }
    }

    /// Takes in a connection, which waits for its client.
    pub(crate) fn enter(self: &Arc<Self>) -> Seat {
        let mark = Arc::new(Mark { since: AtomicU64::new(AT_WORK), waker: AtomicWaker::new() });
        let mut seats = self.lock();
        let number = seats.next;
        seats.next += 1;
        seats.taken.insert(number, Arc::clone(&mark));
        self.open.fetch_add(1, Ordering::Relaxed);
        // Before it waits itself: nobody is asked to leave for having just come.
        self.make_room(&mut seats);
        mark.since.store(self.now(), Ordering::Relaxed);
        Seat { crowd: Arc::clone(self), number, mark }
    }

    fn make_room(&self, seats: &mut Seats) {
        while seats.taken.len() - seats.asked > self.most {
            let waiting = seats.taken.values().filter_map(|mark| {
                let since = mark.since.load(Ordering::Relaxed);
                (since != AT_WORK && since != ASKED).then_some((since, mark))
            });
            let Some((since, mark)) = waiting.min_by_key(|(since, _)| *since) else { return };
            let asked = mark.since.compare_exchange(since, ASKED, Ordering::AcqRel, Ordering::Relaxed);
            // Else its client has just sent something.
            if asked.is_ok() {
                mark.waker.wake();
                seats.asked += 1;
            }
        }
    }

    fn now(&self) -> u64 {
        self.waits.fetch_add(1, Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// From now on it waits for its client.
    pub(crate) fn waits(&self) {
        self.mark(self.crowd.now());
        if self.crowd.open.load(Ordering::Relaxed) > self.crowd.most {
            self.crowd.make_room(&mut self.crowd.lock());
        }
    }

    /// From now on it does not.
    pub(crate) fn works(&self) {
        self.mark(AT_WORK);
    }

    /// Whether it has been asked to leave. Else the waker will be told.
    pub(crate) fn is_asked_to_leave(&self, waker: &Waker) -> bool {
        self.mark.waker.register(waker);
        self.mark.since.load(Ordering::Acquire) == ASKED
    }

    /// Leave to linger, unless too many do.
    pub(crate) fn linger(&self) -> Option<Lingering<'_>> {
        let (lingering, most) = (&self.crowd.lingering, self.crowd.most_lingering);
        let one_more = |count| (count < most).then_some(count + 1);
        lingering.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok().map(|_| Lingering(&self.crowd))
    }

    fn mark(&self, since: u64) {
        if self.mark.since.swap(since, Ordering::AcqRel) == ASKED {
            self.crowd.lock().asked -= 1;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.crowd.lock();
        seats.taken.remove(&self.number);
        if self.mark.since.load(Ordering::Relaxed) == ASKED {
            seats.asked -= 1;
        }
        self.crowd.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Lingering<'_> {
    fn drop(&mut self) {
        self.0.lingering.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(seats: &[&Seat]) -> Vec<bool> {
        seats.iter().map(|seat| seat.is_asked_to_leave(Waker::noop())).collect()
    }

    #[test]
    fn whoever_has_waited_longest_makes_room() {
        let crowd = Arc::new(Crowd::new(3, 1));
        let (first, second, third) = (crowd.enter(), crowd.enter(), crowd.enter());
        first.works();
        assert_eq!(asked(&[&first, &second, &third]), [false; 3]);
        let fourth = crowd.enter();
        assert_eq!(asked(&[&first, &second, &third, &fourth]), [false, true, false, false]);
        drop(second);
        third.works();
        third.waits();
        assert_eq!(asked(&[&first, &third, &fourth]), [false; 3]);
        let _fifth = crowd.enter();
        assert_eq!(asked(&[&first, &third, &fourth]), [false, false, true], "third has waited less long");
    }

    #[test]
    fn whoever_gets_to_work_after_all_stays_and_another_leaves() {
        let crowd = Arc::new(Crowd::new(1, 1));
        let (first, second) = (crowd.enter(), crowd.enter());
        assert_eq!(asked(&[&first, &second]), [true, false]);
        first.works();
        first.waits();
        assert_eq!(asked(&[&first, &second]), [false, true]);
    }

    #[test]
    fn nobody_leaves_while_all_are_at_work_and_the_rest_as_soon_as_they_wait() {
        let crowd = Arc::new(Crowd::new(2, 1));
        let seats: Vec<_> = (0..4).map(|_| crowd.enter()).inspect(Seat::works).collect();
        let seats: Vec<_> = seats.iter().collect();
        assert_eq!(asked(&seats), [false; 4]);
        seats[3].waits();
        seats[2].waits();
        seats[1].waits();
        assert_eq!(asked(&seats), [false, false, true, true]);
    }

    #[test]
    fn only_so_many_linger() {
        let crowd = Arc::new(Crowd::new(2, 1));
        let (first, second) = (crowd.enter(), crowd.enter());
        let lingering = first.linger();
        assert!(lingering.is_some() && second.linger().is_none());
        drop(lingering);
        assert!(second.linger().is_some());
    }
}
