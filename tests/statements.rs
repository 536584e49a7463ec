//! The price of a list in SQL statements.

use rstest::rstest;

use crate::support::{Contract, Database, Registry, statements};

#[rstest]
fn the_number_of_statements_of_a_list_does_not_grow_with_its_limit(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    statements::watch();
    let registry = Registry::start(database);
    let price = |target: &str| {
        let before = statements::sent_to(registry.place());
        registry.json(target);
        statements::sent_to(registry.place()) - before
    };
    for operation in Contract::of(&registry).collections() {
        let path = operation.least_target();
        assert_eq!(price(&format!("{path}?limit=2")), price(&format!("{path}?limit=500")), "{path}");
    }
    assert!(statements::sent_to(registry.place()) > 0, "no statement was seen at all");
}
