//! The story so far, from the files in `data/history/`: what is not known stays null.

use digituki_domain::area::{AreaId, AreaKind};
use digituki_domain::call::Call;
use digituki_domain::grant::{EntryType, Grant, GrantEntry, GrantEntryFacts, GrantEvent, GrantId, GrantStep};
use digituki_domain::key::Key;
use digituki_domain::organisation::OrganisationId;
use digituki_domain::pilot::{Pilot, PilotId};
use digituki_domain::programme::Programme;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::shipped::Ledger;
use crate::column;
use crate::error::{Error, Result};
use crate::noun::Stored;
use crate::write::Tx;

/// Loads the story, what is referred to before what refers to it.
pub(super) fn load(tx: &mut Tx, ledger: &mut Ledger) -> Result<()> {
    for programme in read::<Vec<Value>>(include_str!("../../data/history/programmes.json"))? {
        ship::<Programme>(tx, ledger, programme, column::parse)?;
    }
    for mut call in read::<Vec<Value>>(include_str!("../../data/history/calls.json"))? {
        (call["published"], call["cancelled"]) = (json!(true), json!(false));
        ship::<Call>(tx, ledger, call, column::parse)?;
    }
    let mut shared: Map<String, Value> = read(include_str!("../../data/history/pilots.json"))?;
    for own in items(shared.remove("pilots")) {
        let pilot = with_shared(&shared, own, json!({"ends": null}));
        ship::<Pilot>(tx, ledger, pilot, |key| Ok(PilotId::of_key(key)))?;
    }
    let mut shared: Map<String, Value> = read(include_str!("../../data/history/grants.json"))?;
    for region in items(shared.remove("regions")) {
        let region: Option<AreaId> = region.as_str().and_then(|code| AreaId::new(AreaKind::Region, code).ok());
        let Some(region) = region else { return Err(Error::Unforeseen("shipped data: a grant's region".into())) };
        let call: Key = column::parse(shared["call"].as_str().unwrap_or_default())?;
        let own = json!({
            "key": format!("{call}:{}", region.code()),
            "beneficiary": format!("regional-council-{}", region.code()),
            "areas": [region],
            // That something was awarded, and paid, is known; how much, and on which days, is not.
            "entries": [unknown(1, EntryType::Award), unknown(2, EntryType::Payment)],
            "steps": [GrantStep { event: GrantEvent::Complete, day: None, remarks: None }]
        });
        let grant = with_shared(&shared, own, json!({}));
        ship::<Grant>(tx, ledger, grant, |key| Ok(GrantId::of_key(key)))?;
    }
    Ok(())
}

/// An entry of which neither day nor amount is known.
fn unknown(number: i32, entry_type: EntryType) -> GrantEntry {
    let facts = GrantEntryFacts { entry_type, day: None, amount: None, remarks: None, replaces: None };
    GrantEntry::new(number, facts, None)
}

fn read<T: DeserializeOwned>(file: &str) -> Result<T> {
    serde_json::from_str(file).map_err(|error| Error::Unforeseen(format!("shipped data: {error}")))
}

fn items(list: Option<Value>) -> Vec<Value> {
    list.and_then(|list| list.as_array().cloned()).unwrap_or_default()
}

/// What a file says once for all, and what it says of each.
fn with_shared(shared: &Map<String, Value>, own: Value, absent: Value) -> Value {
    let parts = [Value::Object(shared.clone()), absent, own];
    parts.into_iter().filter_map(|part| part.as_object().cloned()).flatten().collect()
}

/// Loads one object of a file, which calls it and the organisations that it names by their keys.
fn ship<N: Stored>(
    tx: &mut Tx,
    ledger: &mut Ledger,
    mut object: Value,
    id: impl Fn(&str) -> Result<N::Id>,
) -> Result<()> {
    let key = object.get("key").and_then(Value::as_str).unwrap_or_default();
    let id = id(key)?;
    identify_organisations(&mut object);
    let record = serde_json::from_value(object).map_err(|error| Error::Unforeseen(format!("shipped data: {error}")))?;
    ledger.ship::<N>(tx, id, record)
}

fn identify_organisations(value: &mut Value) {
    const NAMES: [&str; 4] = ["organisation", "organiser", "lead", "beneficiary"];
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match value.as_str() {
                    Some(key) if NAMES.contains(&name.as_str()) => *value = json!(OrganisationId::of_key(key)),
                    _ => identify_organisations(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(identify_organisations),
        _ => (),
    }
}
