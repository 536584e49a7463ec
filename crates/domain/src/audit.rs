//! The audit: who did what or was denied it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::noun::NounName;
use crate::role::Role;
use crate::schema::published_as_string;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What came of a request.
    pub enum Outcome = "outcome" {
        Done = "done" ["tehty", "gjort", "done"],
        Denied = "denied" ["evätty", "nekat", "denied"],
    }
}

/// A line of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its id.
    #[schema(format = "uuid", min_length = 36, example = "019ac0de-0000-7000-8000-000000000000")]
    pub id: String,
    /// When it happened.
    pub recorded_at: DateTime<Utc>,
    /// Which client did it: its id; `operator` on the server's command line, `registry` while loading.
    #[schema(min_length = 3, max_length = 100, example = "019ac0de-0000-7000-8000-000000000001")]
    pub client: String,
    /// The client's role.
    pub role: Role,
    /// The operation of this contract, or the command.
    #[schema(min_length = 3, max_length = 64, example = "create_provider")]
    pub operation: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it was denied: the code of the problem; else null.
    #[schema(max_length = 64, example = json!(null))]
    pub code: Option<String>,
    /// What kind of object was changed, or null.
    pub noun: Option<NounName>,
    /// Which object, or null.
    #[schema(max_length = 64, example = "6ce13e44-92a6-5284-a207-48785ec11b3e")]
    pub object: Option<String>,
    /// The number of the change, or null.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991i64, example = 1_000)]
    pub seq: Option<i64>,
    /// What names the request in the log of the server, or null.
    #[schema(max_length = 64, example = "019ac0de-0000-7000-8000-000000000002")]
    pub request_id: Option<String>,
}

/// Documents a name that a filter compares as it stands.
#[derive(Debug)]
pub struct ExactName;

published_as_string!(
    ExactName,
    "A name, compared as it stands.",
    1,
    100,
    "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
    "create_provider"
);

/// Which lines of the audit a list shows, oldest first.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditFilter {
    /// Those of any of these clients.
    #[param(value_type = Option<Vec<ExactName>>, max_items = 100)]
    pub client: Vec<String>,
    /// Those of any of these operations.
    #[param(value_type = Option<Vec<ExactName>>, max_items = 100)]
    pub operation: Vec<String>,
    /// Those with any of these outcomes.
    #[param(value_type = Option<Vec<Outcome>>, max_items = 100)]
    pub outcome: Vec<Outcome>,
    /// Those about any of these kinds of objects.
    #[param(value_type = Option<Vec<NounName>>, max_items = 100)]
    pub noun: Vec<NounName>,
    /// Those about any of these objects.
    #[param(value_type = Option<Vec<ExactName>>, max_items = 100)]
    pub object: Vec<String>,
    /// Those of this day and later.
    #[param(value_type = Option<NaiveDate>)]
    pub first_day: Option<NaiveDate>,
    /// Those of this day and earlier.
    #[param(value_type = Option<NaiveDate>)]
    pub last_day: Option<NaiveDate>,
}
