//! Need indicators of the demonstration: marked, out of the way of real ones, and gone again.

use rstest::rstest;
use serde_json::Value;

use super::{LOADS, NEEDS, load, row, short};
use crate::support::program::run;
use crate::support::registry::CLOCK;
use crate::support::{Database, Registry};

fn demo(registry: &Registry, arguments: &[&str]) -> String {
    let environment = [("DATABASE_URL", registry.database_url()), ("DIGITUKI_CLOCK", CLOCK)];
    let made = run(&[&["demo"], arguments].concat(), &environment);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8_lossy(&made.stdout).into_owned()
}

#[rstest]
fn a_demonstration_makes_figures_up_and_leaves_real_ones_alone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let real = load(&developer, &[row("091", "share_65_plus", "2020-12-31", 17.0)]);
    demo(&registry, &["--points", "5"]);
    let of_helsinki = || registry.items(&format!("{NEEDS}?municipality=091"));
    let (made_up, others): (Vec<Value>, Vec<Value>) =
        of_helsinki().into_iter().partition(|row| row["demonstration"] == true);
    assert_eq!(others.iter().map(short).collect::<Vec<_>>(), ["091 share_65_plus 2020-12-31 17.0"]);
    assert!(made_up.len() > 20 && made_up.iter().all(|row| row["source"] == "demonstration"), "{made_up:?}");
    assert!(made_up.iter().all(|row| row["indicator"] != "share_65_plus"), "where something real is known");
    let loads = registry.items(LOADS);
    assert_eq!(loads.iter().filter(|load| load["demonstration"] == true).count(), 1);
    assert_eq!(loads.len(), 2);
    let index = registry.json("/v1/need-index?area=municipality:091");
    assert_eq!(index["items"][0]["demonstration"], true);

    assert!(demo(&registry, &["--points", "5"]).contains("already"));
    demo(&registry, &["--remove"]);
    assert_eq!(registry.items(LOADS), [real]);
    assert_eq!(of_helsinki(), others);
    assert_eq!(registry.items(NEEDS), others);
    demo(&registry, &["--points", "5"]);
    let again: Vec<Value> = of_helsinki().into_iter().filter(|row| row["demonstration"] == true).collect();
    let figures = |rows: &[Value]| rows.iter().map(short).collect::<Vec<_>>();
    assert_eq!(figures(&again), figures(&made_up), "the same for the same seed");
}
