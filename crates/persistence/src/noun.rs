//! What every noun's table can do, and what follows from it for all of them.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use digituki_domain::clock::Moment;
use digituki_domain::external_id::ExternalId;
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::noun::{Kept, Noun, Sourced, Writable};
use digituki_domain::policy::{Permit, Sight};
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::column::{self, Json};
use crate::connection::AnyConnection;
use crate::error::{Error, Result, refuse};
use crate::page::{Asked, Page, Position};
use crate::service_point::Outdated;
use crate::write::Tx;
use crate::{external_id, feed};

/// A noun that the store keeps.
pub trait Stored: Noun {
    /// The object as it is kept.
    fn find(db: &mut AnyConnection, id: &Self::Id) -> Result<Option<Kept<Self>>>;

    /// Writes its row and all that is derived from its record, but for service points; only the write road calls it.
    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()>;

    /// The services whose points it makes say what is not true any more.
    fn outdates(_: &mut AnyConnection, _: &Kept<Self>, _: Step<Self::Record>) -> Result<Outdated> {
        Ok(Outdated::none())
    }

    /// Refuses a removal that somebody asks for, of what is to stay. Erasing by law does not ask.
    fn check_removal(_: &Kept<Self>) -> Result<()> {
        Ok(())
    }

    /// Removes it with all that was derived from its record; only the write road calls it.
    fn remove(_: &mut AnyConnection, id: &Self::Id) -> Result<()> {
        Err(Error::Unforeseen(format!("{} {id} was to be removed, but its noun knows no removal", Self::NOUN.code())))
    }

    /// To whom it shows and whose it is.
    fn sight(_: &mut AnyConnection, _: &Self::Id, _: &Self::Record, _: NaiveDate) -> Result<Sight> {
        Ok(Sight::national())
    }

    /// Passes on what belongs to whom it belongs to, when that has changed: `before` is to whom it showed, and whose it
    /// was.
    fn pass_on(_: &mut Tx, _: &Self::Id, _before: &Sight) -> Result<()> {
        Ok(())
    }

    /// Objects as they are published, in their order; a constant number of statements, however many.
    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>>;
}

/// A noun that callers write.
pub trait Written: Stored + Writable {
    /// A new object's id.
    fn new_id(_: &Self::Facts) -> Self::Id;

    /// The record that the facts make, checked against what the registry holds; `before` is the object that
    /// they replace.
    fn compose(tx: &mut Tx, id: &Self::Id, facts: Self::Facts, before: Option<&Self::Record>) -> Result<Self::Record>;
}

/// A noun that other systems push by their own ids.
pub trait Pushed: Written + Sourced {
    /// The object that a source calls so.
    fn by_source(db: &mut AnyConnection, external: &ExternalId) -> Result<Option<Kept<Self>>> {
        match external_id::object::<Self>(db, external)? {
            Some(id) => Self::find(db, &id),
            None => Ok(None),
        }
    }
}

/// A noun to which records of others refer.
pub(crate) trait Referred: Stored {
    /// Objects as they are kept, in any order, with one statement.
    fn find_many(db: &mut AnyConnection, ids: &[String]) -> Result<Vec<Kept<Self>>>;
}

/// Refuses objects that the registry does not hold, each at the place that named it.
pub(crate) fn require<N: Referred>(db: &mut AnyConnection, asked: Vec<(Place, N::Id)>) -> Result<()> {
    let ids: Vec<String> = asked.iter().map(|(_, id)| id.to_string()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let known: BTreeSet<String> = N::find_many(db, &ids)?.into_iter().map(|kept| kept.id.to_string()).collect();
    let unknown = asked.into_iter().filter(|(_, id)| !known.contains(&id.to_string()));
    refuse(unknown.map(|(place, id)| Violation { place, invalid: Invalid::NoSuch { value: id.to_string() } }).collect())
}

/// The records of what a page refers to, by id. The past may speak of what is gone: then what was known of it last; of
/// what has been erased, nothing.
pub(crate) fn records<N: Referred>(
    db: &mut AnyConnection,
    wanted: impl Iterator<Item = N::Id>,
) -> Result<HashMap<String, N::Record>> {
    let ids: BTreeSet<String> = wanted.map(|id| id.to_string()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<String> = ids.into_iter().collect();
    let found = N::find_many(db, &ids)?.into_iter().map(|kept| (kept.id.to_string(), kept.record));
    let mut found: HashMap<String, N::Record> = found.collect();
    let gone = ids.iter().filter(|id| !found.contains_key(*id)).map(|id| column::parse(id));
    let gone: Vec<N::Id> = gone.collect::<Result<_>>()?;
    let last = feed::last_records::<N>(db, &gone)?.into_iter().map(|(id, record)| (id.to_string(), record));
    found.extend(last);
    Ok(found)
}

/// Whether a row is new.
#[derive(Debug)]
pub enum Step<'a, R> {
    /// The row is new.
    Insert,
    /// The row takes the place of the one before, which said this.
    Replace(&'a R),
}

impl<R> Clone for Step<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Step<'_, R> {}

impl<'a, R> Step<'a, R> {
    /// Whether a part of what is said is other than it was.
    pub(crate) fn changes<P: PartialEq>(self, now: &'a R, part: impl Fn(&'a R) -> P) -> bool {
        match self {
            Self::Insert => true,
            Self::Replace(before) => part(before) != part(now),
        }
    }

    /// What a list that is a part of what is said has lost, and what it has won.
    pub(crate) fn difference<T: ToString>(
        self,
        now: &'a R,
        list: impl Fn(&'a R) -> Vec<T>,
    ) -> (Vec<String>, Vec<String>) {
        let texts = |record| list(record).iter().map(ToString::to_string).collect::<BTreeSet<String>>();
        let now = texts(now);
        let before = match self {
            Self::Insert => BTreeSet::new(),
            Self::Replace(before) => texts(before),
        };
        (before.difference(&now).cloned().collect(), now.difference(&before).cloned().collect())
    }
}

/// One object, if the caller may see it.
pub fn get<N: Stored>(db: &mut AnyConnection, id: &N::Id, moment: Moment, permit: &Permit) -> Result<Option<N>> {
    match N::find(db, id)? {
        Some(kept) => show(db, kept, moment, permit),
        None => Ok(None),
    }
}

/// An object as it is published, if the caller may see it.
pub fn show<N: Stored>(db: &mut AnyConnection, kept: Kept<N>, moment: Moment, permit: &Permit) -> Result<Option<N>> {
    let sight = N::sight(db, &kept.id, &kept.record, moment.today)?;
    if permit.sees(&sight) { Ok(N::represent(db, vec![kept], moment)?.pop()) } else { Ok(None) }
}

/// The columns that every row read by its record has.
pub(crate) type Columns<N> = (String, Json<<N as Noun>::Record>, i64);

/// Reads rows of these columns.
pub(crate) fn kept<N: Noun>(rows: impl IntoIterator<Item = Columns<N>>) -> Result<Vec<Kept<N>>> {
    let read = |(id, record, version): Columns<N>| {
        Ok(Kept { id: column::parse(&id)?, record: record.read()?, version: Version::new(version) })
    };
    rows.into_iter().map(read).collect()
}

/// Makes a page of the rows that were read for it, each with what it is sorted by.
pub(crate) fn page<N: Stored, F>(
    db: &mut AnyConnection,
    asked: &Asked<F>,
    rows: Vec<(String, Columns<N>)>,
    total: Option<i64>,
) -> Result<Page<N>> {
    let position = |(sort, (id, ..)): &(String, Columns<N>)| Position { sort: sort.clone(), id: id.clone() };
    asked.window.page(rows, total, position, |rows| {
        let kept = kept::<N>(rows.into_iter().map(|(_, columns)| columns))?;
        N::represent(db, kept, asked.moment)
    })
}

/// Lists the rows that a boxed query matches, in the order of a column and then of their identifier.
macro_rules! list_rows {
    ($db:expr, $asked:expr, $matching:expr, $table:ident, $id:ident, $sort:expr) => {{
        let total = $asked.window.total(|| $matching().count().get_result($db))?;
        let rows = $crate::page::keyset!($matching(), $asked.window, $sort, $table::$id)
            .select(($sort, ($table::$id, $table::record, $table::version)))
            .load($db)?;
        $crate::noun::page($db, $asked, rows, total)
    }};
}
pub(crate) use list_rows;

/// Finds the row with an identifier.
macro_rules! find_row {
    ($db:expr, $table:ident, $id:ident, $key:expr) => {{
        let columns = ($table::$id, $table::record, $table::version);
        let row: Option<$crate::noun::Columns<Self>> =
            $table::table.find($key).select(columns).first($db).optional()?;
        Ok($crate::noun::kept::<Self>(row)?.pop())
    }};
}
pub(crate) use find_row;

/// Finds the rows with any of some identifiers.
macro_rules! find_rows {
    ($db:expr, $table:ident, $id:ident, $keys:expr) => {{
        let columns = ($table::$id, $table::record, $table::version);
        let rows: Vec<$crate::noun::Columns<Self>> =
            $table::table.filter($crate::among::among($table::$id, $keys)).select(columns).load($db)?;
        $crate::noun::kept::<Self>(rows)
    }};
}
pub(crate) use find_rows;

/// Inserts a row, or puts it in the place of the one before.
macro_rules! put_row {
    ($db:expr, $table:ident, $key:expr, $row:expr, $step:expr) => {
        match $step {
            $crate::noun::Step::Insert => diesel::insert_into($table::table).values($row).execute($db)?,
            $crate::noun::Step::Replace(_) => diesel::update($table::table.find($key)).set($row).execute($db)?,
        }
    };
}
pub(crate) use put_row;

/// The same within a batch.
macro_rules! add_row {
    ($batch:expr, $table:ident, $key:expr, $row:expr, $step:expr) => {
        match $step {
            $crate::noun::Step::Insert => $batch.add(diesel::insert_into($table::table).values($row))?,
            $crate::noun::Step::Replace(_) => $batch.add(diesel::update($table::table.find($key)).set($row))?,
        }
    };
}
pub(crate) use add_row;

/// Writes within a batch what a list of (whose, value) has lost and what it has won.
macro_rules! add_list {
    ($batch:expr, $table:ident ($whose:ident = $id:expr, $column:ident), $difference:expr) => {{
        let (lost, won): (Vec<String>, Vec<String>) = $difference;
        for value in lost {
            $batch.add(diesel::delete($table::table.find(($id, value))))?;
        }
        if !won.is_empty() {
            $crate::batch::add_rows!($batch, insert_into $table, won => |value| {
                $whose: diesel::sql_types::Text = $id,
                $column: diesel::sql_types::Text = value.clone(),
            });
        }
    }};
}
pub(crate) use add_list;

/// Replaces what a table of (whose, value…) holds of one row: the same for every list that is filtered by.
macro_rules! put_list {
    ($db:expr, $table:ident, $whose:ident = $id:expr, $step:expr, $values:expr => $columns:expr) => {
        if matches!($step, $crate::noun::Step::Replace(_)) {
            diesel::delete($table::table.filter($table::$whose.eq($id))).execute($db)?;
        }
        for value in $values {
            diesel::insert_into($table::table).values(($table::$whose.eq($id), $columns(value))).execute($db)?;
        }
    };
}
pub(crate) use put_list;

/// The same for a table of (whose, kind, code), where the record says other areas than before: there may be hundreds.
macro_rules! put_areas {
    ($db:expr, $table:ident, $whose:ident = $id:expr, $step:expr, $record:ident . $($areas:ident).+) => {
        if $step.changes($record, |record| &record.$($areas).+) {
            let areas = &$record.$($areas).+;
            $crate::noun::put_list!($db, $table, $whose = $id, $step, areas => |area: &digituki_domain::area::AreaId| (
                $table::kind.eq(area.kind().code()),
                $table::code.eq(area.code().to_owned()),
            ));
        }
    };
}
pub(crate) use put_areas;
