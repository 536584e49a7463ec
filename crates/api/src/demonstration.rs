//! The demonstration data set: made up, marked as such, and removed again by one command.

use clap::Args;
use digituki_domain::demonstration::{Batch, Demonstration, need_indicators};
use digituki_domain::location::Location;
use digituki_domain::policy::Permit;
use digituki_domain::provider::Provider;
use digituki_domain::role::Caller;
use digituki_domain::service::Service;
use digituki_persistence::demonstration::{self, MadeUp, Removed};
use digituki_persistence::write::Author;
use digituki_persistence::{Store, need_indicator};
use indicatif::{ProgressBar, ProgressStyle};

use crate::client::{Failure, open_existing};
use crate::serve::migrate;
use crate::settings::Settings;

/// How many objects are written in one transaction: others wait no longer for their turn.
const STRIDE: usize = 200;

/// Makes a registry up for demonstrations, or removes it.
#[derive(Debug, Args)]
pub struct Demo {
    /// How many service points to make up.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    points: u64,
    /// The same number makes the same objects.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Remove what was made up, whatever its seed and its number.
    #[arg(long)]
    remove: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Demo {
    /// Does it, and says what came of it on the standard output.
    pub async fn run(self) -> Result<(), Failure> {
        self.settings.check()?;
        migrate(&self.settings).await?;
        if self.settings.read_only() {
            return Err(Failure::read_only());
        }
        let store = open_existing(&self.settings)?;
        if self.remove {
            let Removed { gone, in_use } = self.remove(&store).await?;
            println!("removed {gone} objects of the demonstration");
            if in_use > 0 {
                println!("{in_use} remain: others refer to them");
            }
        } else if store.read(demonstration::is_there).await? {
            println!("there is a demonstration already: digituki demo --remove removes it");
        } else {
            let objects = self.load(&store).await?;
            println!("{} service points are made up, of {objects} objects", self.points);
        }
        Ok(())
    }

    async fn load(&self, store: &Store) -> Result<usize, Failure> {
        let moment = self.settings.clock().moment();
        let grounds = store.read(move |db| demonstration::grounds(db, moment.today)).await?;
        let municipalities = store.read(need_indicator::municipalities).await?;
        let needs = need_indicators(self.seed, &grounds, municipalities, moment.today);
        let bar = bar(self.points, "service points");
        let points = usize::try_from(self.points).unwrap_or(usize::MAX);
        let (mut waiting, mut objects): (Vec<Batch>, usize) = (Vec::new(), 0);
        for batch in Demonstration::new(self.seed, points, grounds, moment.now) {
            waiting.push(batch);
            if size(&waiting) >= STRIDE {
                objects += self.put(store, &bar, std::mem::take(&mut waiting)).await?;
            }
        }
        objects += self.put(store, &bar, waiting).await?;
        if let Some(needs) = needs {
            objects += store.write(self.author(), |tx| demonstration::load_need_indicators(tx, needs)).await?;
        }
        bar.finish_and_clear();
        store.analyse().await?;
        Ok(objects)
    }

    async fn put(&self, store: &Store, bar: &ProgressBar, batches: Vec<Batch>) -> Result<usize, Failure> {
        let objects = size(&batches);
        let points: usize = batches.iter().map(|batch| batch.points).sum();
        store.write(self.author(), move |tx| demonstration::load(tx, batches)).await?;
        bar.inc(points.try_into().unwrap_or(0));
        Ok(objects)
    }

    async fn remove(&self, store: &Store) -> Result<Removed, Failure> {
        let count = store.read(demonstration::count).await?;
        let bar = bar(count.try_into().unwrap_or(0), "objects");
        let mut removed = Removed::default();
        // What refers to others before these.
        for one in [
            self.remove_all::<Service>(store, &bar).await?,
            self.remove_all::<Location>(store, &bar).await?,
            self.remove_all::<Provider>(store, &bar).await?,
            store.write(self.author(), demonstration::remove_need_indicators).await?,
        ] {
            removed.gone += one.gone;
            removed.in_use += one.in_use;
        }
        bar.finish_and_clear();
        store.analyse().await?;
        Ok(removed)
    }

    async fn remove_all<N: MadeUp>(&self, store: &Store, bar: &ProgressBar) -> Result<Removed, Failure> {
        let mut removed = Removed::default();
        let mut after = String::new();
        loop {
            let limit = i64::try_from(STRIDE).unwrap_or(i64::MAX);
            let (some, last) =
                store.write(self.author(), move |tx| demonstration::remove::<N>(tx, &after, limit)).await?;
            removed.gone += some.gone;
            removed.in_use += some.in_use;
            bar.inc((some.gone + some.in_use).try_into().unwrap_or(0));
            let Some(last) = last else { return Ok(removed) };
            after = last;
        }
    }

    fn author(&self) -> Author {
        let permit = Permit::unlimited(Caller::operator());
        Author { permit, operation: "demo".into(), request_id: None, clock: self.settings.clock() }
    }
}

fn size(batches: &[Batch]) -> usize {
    batches.iter().map(|batch| 1 + batch.locations.len() + batch.services.len()).sum()
}

/// How far it has come, on the standard error of a terminal.
fn bar(length: u64, what: &'static str) -> ProgressBar {
    let template = "{bar:40} {pos} of {len} {msg}, {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(what)
}
