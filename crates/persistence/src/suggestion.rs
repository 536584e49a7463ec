//! Suggestions: written with the objects that are called so, and found by where words of their names begin.
//!
//! A suggestion stands once, however many objects are behind it; the last one takes it along.

mod asked;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Nullable, Text};
use digituki_domain::area::MunicipalityCode;
use digituki_domain::location::{Location, LocationFacts};
use digituki_domain::noun::{Kept, Noun};
use digituki_domain::provider::{Provider, ProviderFacts, ProviderId};
use digituki_domain::search::bare;
use digituki_domain::suggestion::{Beginning, SuggestionKind, beginnings, beginnings_of};
use digituki_domain::text::Names;
use digituki_domain::validity::Validity;
use digituki_domain::vocabulary::Vocabulary as _;
use serde::Serialize;

use crate::among::among;
use crate::batch::{Batch, add_rows};
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::names;
use crate::noun::{Referred, Step};
use crate::schema::{locations, providers, suggestion_holders, suggestion_words, suggestions};
use crate::write::Tx;

pub use asked::suggest;

/// What an object lets be suggested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Suggested {
    kind: SuggestionKind,
    value: String,
    /// What it is called; a postcode is called as its municipality.
    names: Option<Names>,
    municipality: Option<MunicipalityCode>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
}

impl Suggested {
    /// A provider that everyone may see.
    pub(crate) fn provider(id: &ProviderId, facts: &ProviderFacts) -> Vec<Self> {
        let suggested = Self {
            kind: SuggestionKind::Provider,
            value: id.to_string(),
            names: Some(facts.names.clone()),
            municipality: None,
            valid_from: facts.valid_from,
            valid_to: facts.valid_to,
        };
        facts.offer_status.is_published().then_some(suggested).into_iter().collect()
    }

    /// The postcode of a location.
    pub(crate) fn postcode(facts: &LocationFacts) -> Vec<Self> {
        let suggested = |postcode: &digituki_domain::address::Postcode| Self {
            kind: SuggestionKind::Postcode,
            value: postcode.to_string(),
            names: None,
            municipality: Some(facts.address.municipality.clone()),
            valid_from: facts.valid_from,
            valid_to: facts.valid_to,
        };
        facts.address.postcode.iter().map(suggested).collect()
    }

    /// A service that is found at some times.
    pub(crate) fn service(names: &Names, at: impl Iterator<Item = Validity>) -> Vec<Self> {
        let suggested = |validity: Validity| Self {
            kind: SuggestionKind::Service,
            value: names.first().to_owned(),
            names: Some(names.clone()),
            municipality: None,
            valid_from: validity.from,
            valid_to: validity.to,
        };
        at.map(suggested).collect()
    }

    /// The same for all that say the same.
    fn id(&self) -> Result<String> {
        const SUGGESTIONS: uuid::Uuid = uuid::uuid!("0f0ef2b2-2f4e-5d0b-8a53-6f5a3c1d9e47");
        Ok(uuid::Uuid::new_v5(&SUGGESTIONS, serde_json::to_string(self)?.as_bytes()).to_string())
    }

    fn beginnings(&self) -> BTreeSet<Beginning> {
        self.names.as_ref().map_or_else(|| beginnings_of(&self.value), beginnings)
    }

    fn sort_name(&self) -> String {
        self.names.as_ref().map_or_else(|| self.value.clone(), names::sort_key)
    }
}

/// Puts what an object lets be suggested in the place of what it did.
pub(crate) fn put<N: Noun>(
    db: &mut AnyConnection,
    id: &N::Id,
    wanted: Vec<Suggested>,
    step: Step<N::Record>,
) -> Result<()> {
    put_all::<N>(db, &BTreeMap::from([(id.to_string(), wanted)]), matches!(step, Step::Insert))
}

/// The same for several objects, by their ids; they may all be new.
pub(crate) fn put_all<N: Noun>(
    db: &mut AnyConnection,
    wanted: &BTreeMap<String, Vec<Suggested>>,
    are_new: bool,
) -> Result<()> {
    let mut had: BTreeSet<(String, String)> = BTreeSet::new();
    if !are_new {
        let of_objects = suggestion_holders::table
            .filter(suggestion_holders::noun.eq(N::NOUN.code()))
            .filter(among(suggestion_holders::object, wanted.keys().cloned()))
            .select((suggestion_holders::object, suggestion_holders::suggestion));
        had.extend(of_objects.load(db)?);
    }
    let (mut now, mut new) = (BTreeSet::new(), BTreeMap::new());
    for (object, suggested) in wanted.iter().flat_map(|(object, all)| all.iter().map(move |one| (object, one))) {
        let suggestion = suggested.id()?;
        let holder = (object.clone(), suggestion.clone());
        if !had.contains(&holder) {
            new.insert(suggestion, suggested);
        }
        now.insert(holder);
    }
    if now != had {
        let holders: Vec<_> = now.difference(&had).collect();
        let gone: Vec<_> = had.difference(&now).collect();
        add(db, &new, N::NOUN.code(), &holders)?;
        remove(db, N::NOUN.code(), &gone)?;
    }
    Ok(())
}

/// Forgets what an object let be suggested.
pub(crate) fn forget<N: Noun>(db: &mut AnyConnection, id: &N::Id) -> Result<()> {
    put_all::<N>(db, &BTreeMap::from([(id.to_string(), Vec::new())]), false)
}

/// Adds suggestions, unless other objects have brought them, and who holds them.
fn add(
    db: &mut AnyConnection,
    new: &BTreeMap<String, &Suggested>,
    noun: &'static str,
    holders: &[&(String, String)],
) -> Result<()> {
    let names = |suggested: &Suggested| suggested.names.as_ref().map(serde_json::to_string).transpose();
    let rows: Vec<(&String, &Suggested, Option<String>)> =
        new.iter().map(|(id, suggested)| Ok((id, *suggested, names(suggested)?))).collect::<Result<_>>()?;
    let words: Vec<(&String, SuggestionKind, Beginning)> = new
        .iter()
        .flat_map(|(id, suggested)| suggested.beginnings().into_iter().map(move |word| (id, suggested.kind, word)))
        .collect();
    let mut batch = Batch::on(db);
    add_rows!(batch, insert_or_ignore_into suggestions, rows => |(id, suggested, names)| {
        id: Text = id.as_str(),
        kind: Text = suggested.kind.code(),
        value: Text = suggested.value.as_str(),
        names: Nullable<Text> = names.as_deref(),
        municipality: Nullable<Text> = suggested.municipality.as_ref().map(MunicipalityCode::as_str),
        sort_name: Text = suggested.sort_name(),
        valid_from: Nullable<Date> = suggested.valid_from,
        valid_to: Nullable<Date> = suggested.valid_to,
    }, "ON CONFLICT DO NOTHING");
    add_rows!(batch, insert_or_ignore_into suggestion_words, words => |(id, kind, word)| {
        kind: Text = kind.code(),
        inside: Bool = word.is_inside,
        word_key: Text = word.key.as_str(),
        bare_key: Text = bare(&word.key),
        suggestion: Text = id.as_str(),
    }, "ON CONFLICT DO NOTHING");
    add_rows!(batch, insert_into suggestion_holders, holders => |(object, suggestion)| {
        noun: Text = noun,
        object: Text = object.as_str(),
        suggestion: Text = suggestion.as_str(),
    });
    batch.run()
}

/// Takes suggestions from who held them; those that nobody holds any more are gone.
fn remove(db: &mut AnyConnection, noun: &'static str, holders: &[&(String, String)]) -> Result<()> {
    if holders.is_empty() {
        return Ok(());
    }
    for (object, suggestion) in holders {
        diesel::delete(suggestion_holders::table.find((noun, object, suggestion))).execute(db)?;
    }
    let mut alone: BTreeSet<&String> = holders.iter().map(|(_, suggestion)| suggestion).collect();
    let still = suggestion_holders::table.filter(among(suggestion_holders::suggestion, alone.iter().copied()));
    let still: Vec<String> = still.select(suggestion_holders::suggestion).distinct().load(db)?;
    alone.retain(|suggestion| !still.contains(suggestion));
    if !alone.is_empty() {
        let gone = || alone.iter().copied();
        let mut batch = Batch::on(db);
        batch.add(diesel::delete(suggestion_words::table.filter(among(suggestion_words::suggestion, gone()))))?;
        batch.add(diesel::delete(suggestions::table.filter(among(suggestions::id, gone()))))?;
        batch.run()?;
    }
    Ok(())
}

/// Writes the suggestions of all providers and locations anew; those of services come with their points.
pub fn rebuild(tx: &mut Tx) -> Result<()> {
    const STRIDE: i64 = 200;
    let db = tx.db();
    diesel::delete(suggestion_words::table).execute(db)?;
    diesel::delete(suggestion_holders::table).execute(db)?;
    diesel::delete(suggestions::table).execute(db)?;
    // Those of one noun, some at a time.
    macro_rules! each {
        ($noun:ty, $table:ident, $suggested:expr) => {{
            let mut after = String::new();
            loop {
                let some = $table::table.filter($table::id.gt(after.clone())).order($table::id).limit(STRIDE);
                let ids: Vec<String> = some.select($table::id).load(db)?;
                let Some(last) = ids.last() else { break };
                after.clone_from(last);
                for kept in <$noun>::find_many(db, &ids)? {
                    put::<$noun>(db, &kept.id, $suggested(&kept), Step::Insert)?;
                }
            }
        }};
    }
    each!(Provider, providers, |kept: &Kept<Provider>| Suggested::provider(&kept.id, &kept.record.facts));
    each!(Location, locations, |kept: &Kept<Location>| Suggested::postcode(&kept.record.facts));
    Ok(())
}
