//! The areas of programmes, pilots and grants: each has a table of (whose, kind, code).

use std::collections::HashMap;

use digituki_domain::area::{AreaKind, AreaRef};

use crate::area::Named;
use crate::column::Plain;
use crate::connection::AnyConnection;
use crate::error::Result;

/// The named areas of each of the rows of a page.
pub(crate) struct Scopes(HashMap<String, Vec<AreaRef>>);

impl Scopes {
    /// Names the areas of rows as they were read, in their order.
    pub(crate) fn load(db: &mut AnyConnection, rows: Vec<(String, Plain<AreaKind>, String)>) -> Result<Self> {
        let rows = rows
            .into_iter()
            .map(|(whose, kind, code)| Ok((whose, kind.read()?, code)))
            .collect::<Result<Vec<(String, AreaKind, String)>>>()?;
        let references = Named::load(db, rows.iter().map(|(_, kind, code)| (*kind, code.clone())))?;
        let mut scopes: HashMap<String, Vec<AreaRef>> = HashMap::new();
        for (whose, kind, code) in rows {
            scopes.entry(whose).or_default().push(references.get(kind, &code)?);
        }
        Ok(Self(scopes))
    }

    /// The areas of one row.
    pub(crate) fn take(&mut self, whose: &str) -> Vec<AreaRef> {
        self.0.remove(whose).unwrap_or_default()
    }
}
