//! The price of a list in SQL statements.

use rstest::rstest;

use crate::support::{Database, Stage, statements};

#[rstest]
fn the_number_of_statements_of_a_list_does_not_grow_with_its_limit(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    statements::watch();
    let stage = Stage::start(database);
    let place = stage.registry.place();
    let price = |target: &str| {
        let before = statements::sent_to(place);
        stage.json(target);
        statements::sent_to(place) - before
    };
    for operation in stage.contract.collections() {
        // The feed asks once for each kind of object that a page speaks of.
        let one_kind = operation.parameter("noun").map_or("", |_| "&noun=municipality");
        let path = operation.least_target();
        let [few, many] = ["2", "500"].map(|limit| price(&format!("{path}?limit={limit}{one_kind}")));
        assert_eq!(few, many, "{path}");
    }
    assert!(statements::sent_to(place) > 0, "no statement was seen at all");
}
