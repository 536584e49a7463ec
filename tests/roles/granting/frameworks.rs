//! Assessment frameworks in the walk: in each state one, because each shows to others and belongs to others.

use digituki_domain::policy::Sight;

use super::{Thing, Walk};
use crate::assessment_frameworks::{FRAMEWORKS, framework, taken_to};

impl Walk<'_> {
    /// A draft is the developer's alone, what is open for comments belongs to the regions too, and what is published shows to
    /// everyone.
    pub(super) fn add_frameworks(&mut self) {
        let developer = self.world.developer.clone();
        let regions = ["01", "02"].map(|region| region.parse().unwrap()).to_vec();
        let states: [(&str, &[&str], Sight); 4] = [
            ("walked-draft", &[], Sight::default()),
            ("walked-comments", &["open_for_comments"], Sight { published: true, regions, ..Sight::default() }),
            ("walked-published", &["open_for_comments", "publish"], Sight::national()),
            ("walked-retired", &["open_for_comments", "publish", "retire"], Sight::national()),
        ];
        for (key, events, sight) in states {
            let body = framework(key, &["aa", "bb"]);
            let path = taken_to(&developer, &body, events);
            self.things.push(Thing { told: "a framework", collection: FRAMEWORKS, path, body, sight });
        }
    }
}
