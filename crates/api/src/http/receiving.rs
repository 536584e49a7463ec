//! The bodies on their way to this process. When there are too many, the one that has been arriving
//! longest makes room: whoever sends at a normal speed gets through, however many send slowly.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

/// The bodies on their way, of all workers.
pub(crate) struct Receiving {
    most: usize,
    places: Mutex<Places>,
}

#[derive(Default)]
struct Places {
    next: u64,
    /// In the order in which they began.
    taken: BTreeMap<u64, oneshot::Sender<()>>,
}

/// One body on its way.
pub(crate) struct Arriving<'a> {
    receiving: &'a Receiving,
    number: u64,
    /// Comes to its end when the body is to be given up.
    pub(crate) given_up: oneshot::Receiver<()>,
}

impl Receiving {
    /// So many at once.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, places: Mutex::default() }
    }

    /// Begins to receive one more.
    pub(crate) fn begin(&self) -> Arriving<'_> {
        let (sender, given_up) = oneshot::channel();
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.taken.len() >= self.most
            && let Some((_, oldest)) = places.taken.pop_first()
        {
            // An error means that it has just arrived.
            let _ = oldest.send(());
        }
        let number = places.next;
        places.next += 1;
        places.taken.insert(number, sender);
        Arriving { receiving: self, number, given_up }
    }
}

impl Drop for Arriving<'_> {
    fn drop(&mut self) {
        self.receiving.places.lock().unwrap_or_else(PoisonError::into_inner).taken.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room_and_whoever_is_done_leaves_its_place() {
        let receiving = Receiving::new(2);
        let is_given_up = |one: &mut Arriving<'_>| one.given_up.try_recv().is_ok();
        let (mut first, second) = (receiving.begin(), receiving.begin());
        assert!(!is_given_up(&mut first));
        drop(second);
        let mut third = receiving.begin();
        assert!(!is_given_up(&mut first));
        let mut fourth = receiving.begin();
        assert!(is_given_up(&mut first) && !is_given_up(&mut third) && !is_given_up(&mut fourth));
        drop(first);
        let _fifth = receiving.begin();
        assert!(is_given_up(&mut third) && !is_given_up(&mut fourth));
    }
}
