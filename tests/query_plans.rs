//! How the databases look for what is asked, over 20,000 service points: by an index wherever one can serve.

use std::sync::LazyLock;

use rstest::rstest;

use crate::support::database::Place;
use crate::support::session::{DUPLICATES, LOCATIONS, POINTS, SERVICES};
use crate::support::{Database, Registry, statements};

#[rstest]
fn dump(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    statements::watch();
    let registry = Registry::on(database.demonstrated(), &[]);
    for target in ["/v1/service-points?language=se&limit=2", "/v1/service-points?open_at=now&freshness=watch&near=60.17,24.94"] {
        let heard = statements::heard(registry.place(), || { registry.json(target); });
        for each in heard { println!("{each}\n"); }
    }
}
