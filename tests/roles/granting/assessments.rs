//! Rounds and assessments in the walk: a draft and a round that is open, and in that what is a region's, a provider's, and
//! everyone's to read.

use digituki_domain::policy::Sight;
use serde_json::{Value, json};

use super::{Thing, Walk};
use crate::assessment_rounds::{ASSESSMENTS, ROUNDS, answers, asked, assessment, regions, round, step, submit};
use crate::support::session::{PROVIDERS, named};

impl Walk<'_> {
    /// By the framework that `add_frameworks` publishes.
    pub(super) fn add_assessments(&mut self) {
        let developer = self.world.developer.clone();
        let nothing = json!({"answers": [], "improvement_actions": []});
        let of_regions = round("walked-published", &regions(&["01", "02"]));
        self.add("a round", &developer, ROUNDS, of_regions.clone(), Sight::default());
        let open = asked(&developer, &of_regions);
        let mut add = |told: &'static str, collection: &'static str, path: String, body: Value, sight: Sight| {
            self.things.push(Thing { told, collection, path, body, sight });
        };
        for (told, region, is_confirmed) in [("own", "01", false), ("foreign", "02", true)] {
            let path = assessment(&developer, &open, &format!("region:{region}"));
            if is_confirmed {
                let coordinator =
                    developer.registry.sign_in("regional_coordinator", &[&format!("region:{region}")], None);
                submit(&coordinator, &path, &answers(&[("aa", 3), ("bb", 4)]));
                assert_eq!(step(&developer, &path, "confirm").status, 200);
            }
            let regions = vec![region.parse().unwrap()];
            add(
                told,
                ASSESSMENTS,
                path,
                nothing.clone(),
                Sight { published: is_confirmed, regions, ..Sight::default() },
            );
        }
        let providers = ["own", "same region", "foreign"].map(|kind| self.world.published(PROVIDERS, kind));
        let subjects = providers.map(|provider| format!("provider:{}", named(&provider.path)));
        let of_providers = asked(&developer, &round("walked-published", &subjects));
        for (provider, subject) in providers.into_iter().zip(&subjects) {
            let path = assessment(&developer, &of_providers, subject);
            add(
                provider.kind,
                ASSESSMENTS,
                path,
                nothing.clone(),
                Sight { published: false, ..provider.sight.clone() },
            );
        }
        add("a round", ROUNDS, open, of_regions, Sight::national());
    }
}
