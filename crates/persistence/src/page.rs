//! Pages by keyset: a walk neither repeats nor loses a row, whatever is written meanwhile.

use digituki_domain::clock::Moment;
use digituki_domain::policy::Permit;

use crate::error::Result;

/// What a list is asked: which rows, which part of them, by whom and when.
#[derive(Debug, Clone)]
pub struct Asked<F> {
    /// Which rows.
    pub filter: F,
    /// Which part of them.
    pub window: Window,
    /// By whom.
    pub permit: Permit,
    /// When; a walk keeps the day that it began on.
    pub moment: Moment,
}

/// Where a page starts: the sort value and the identifier of the last row of the page before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The value that the list is sorted by.
    pub sort: String,
    /// What tells rows with the same sort value apart.
    pub id: String,
}

/// The part of a list that is asked for.
#[derive(Debug, Clone)]
pub struct Window {
    /// How many rows at most.
    pub limit: usize,
    /// After which row.
    pub after: Option<Position>,
    /// Whether to count all rows too.
    pub count: bool,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page starts; none when this is the last.
    pub next: Option<Position>,
    /// How many rows the whole list has, when that was asked.
    pub total: Option<i64>,
}

impl Window {
    /// How many rows to read: one more than asked for, to know whether there is a next page.
    pub(crate) fn fetch(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// Counts, if that was asked.
    pub(crate) fn total(&self, count: impl FnOnce() -> diesel::QueryResult<i64>) -> Result<Option<i64>> {
        Ok(if self.count { Some(count()?) } else { None })
    }

    /// Makes the page of the rows that were read.
    pub(crate) fn page<R, T>(
        &self,
        mut rows: Vec<R>,
        total: Option<i64>,
        position: impl FnOnce(&R) -> Position,
        items: impl FnOnce(Vec<R>) -> Result<Vec<T>>,
    ) -> Result<Page<T>> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(position);
        Ok(Page { items: items(rows)?, next, total })
    }
}

/// Restricts a boxed query to the rows after the window's start, in the order of the page.
macro_rules! keyset {
    ($query:expr, $window:expr, $sort:expr, $id:expr) => {{
        let query = $query.order(($sort, $id)).limit($window.fetch());
        match &$window.after {
            None => query,
            Some(after) => {
                let (sort, id) = (after.sort.clone(), after.id.clone());
                // In this form an index leads straight to the row; `a > x OR (a = x AND b > y)` reads all before it.
                query.filter($sort.ge(sort.clone()).and($sort.gt(sort).or($id.gt(id))))
            }
        }
    }};
}
pub(crate) use keyset;
