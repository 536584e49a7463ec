//! Changes: what the log says of every write.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{IntoParams, ToSchema};

use crate::merge::ObjectId;
use crate::noun::NounName;
use crate::policy::{Permit, Sight};
use crate::version::Version;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What happened to an object.
    pub enum Operation = "operation" {
        Created = "created" ["luotu", "skapad", "created"],
        Updated = "updated" ["muutettu", "ändrad", "updated"],
        Deleted = "deleted" ["poistettu", "borttagen", "deleted"],
        Merged = "merged" ["yhdistetty toiseen", "sammanslagen med en annan", "merged into another"],
    }
}

/// A change of one object.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Change {
    /// Its number: later changes have greater ones. Numbers that you do not see belong to what is not
    /// published.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991i64, example = 1)]
    pub seq: i64,
    /// When it was made.
    pub recorded_at: DateTime<Utc>,
    /// What kind of object changed.
    pub noun: NounName,
    /// Which one: its id, its key, or its kind and code.
    #[schema(
        min_length = 3,
        max_length = 64,
        pattern = "^[A-Za-z0-9:_-]+$",
        example = "6ce13e44-92a6-5284-a207-48785ec11b3e"
    )]
    pub id: String,
    /// What happened to it. What is no longer published shows as deleted, what newly is as created.
    pub operation: Operation,
    /// The version that the change made.
    pub version: Version,
    /// The object as it was after the change.
    #[schema(schema_with = object_or_null)]
    pub data: Option<Value>,
    /// The id of the object of the same kind into which it was merged, of a change that is `merged`; else null.
    pub survivor: Option<ObjectId>,
}

/// Whatever its noun is.
fn object_or_null() -> Schema {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .description(Some(
            "The object as it was after the change, in the form of its own address; null when it was deleted, or when its \
             contents were erased by law. What follows the clock (a call's or a pilot's status, freshness, to which \
             areas a municipality belongs) and what others have to do with it (`notices`) is as of the reading.",
        ))
        .into()
}

/// To whom an object showed before a change and after it; none where it was not there. After a merger it is the object
/// into which it was merged that shows.
#[derive(Debug, Clone, Default)]
pub struct Sights {
    /// Before.
    pub before: Option<Sight>,
    /// After.
    pub after: Option<Sight>,
}

impl Sights {
    /// What a change looks like to whoever has the permit; none when it concerns nothing that they see.
    pub fn shown(&self, operation: Operation, permit: &Permit) -> Option<Operation> {
        let seen = |sight: &Option<Sight>| sight.as_ref().is_some_and(|sight| permit.sees(sight));
        match (seen(&self.before), seen(&self.after)) {
            (false, false) => None,
            // Of what they never saw, nothing has become of what they see.
            (false, true) if operation == Operation::Merged => None,
            (false, true) => Some(Operation::Created),
            (true, true) => Some(operation),
            (true, false) => Some(Operation::Deleted),
        }
    }
}

/// Which changes a page of the feed shows.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangeFilter {
    /// Those after this number; all when left out.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991i64, example = 0)]
    pub after: Option<i64>,
    /// Those of any of these kinds of objects.
    #[param(value_type = Option<Vec<NounName>>, max_items = 100)]
    pub noun: Vec<NounName>,
    /// Seconds to wait for a change when there is none yet, at most 30.
    #[param(minimum = 0, maximum = 30)]
    pub wait: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Scope;
    use crate::role::Caller;

    #[test]
    fn to_the_public_what_is_published_appears_and_what_is_withdrawn_goes() {
        let (hidden, shown) = (Some(Sight::default()), Some(Sight::national()));
        let table = [
            (None, hidden.clone(), Operation::Created, None),
            (None, shown.clone(), Operation::Created, Some(Operation::Created)),
            (hidden.clone(), shown.clone(), Operation::Updated, Some(Operation::Created)),
            (shown.clone(), shown.clone(), Operation::Updated, Some(Operation::Updated)),
            (shown.clone(), hidden.clone(), Operation::Updated, Some(Operation::Deleted)),
            (hidden.clone(), None, Operation::Deleted, None),
            (shown.clone(), None, Operation::Deleted, Some(Operation::Deleted)),
            (shown.clone(), shown.clone(), Operation::Merged, Some(Operation::Merged)),
            (shown.clone(), hidden.clone(), Operation::Merged, Some(Operation::Deleted)),
            (hidden, shown, Operation::Merged, None),
        ];
        for (before, after, operation, expected) in table {
            let permit = Permit::new(Caller::public(), Scope::Read)
                .map(|permit| Sights { before: before.clone(), after: after.clone() }.shown(operation, &permit));
            assert_eq!(permit, Some(expected), "{before:?} {after:?} {operation}");
        }
    }
}
