//! Every problem and every fault.

use digituki_domain::problem::Code;

use super::document::Document;
use super::markdown::{code, number, table};
use crate::http::problem::{MAX_ERRORS, MEDIA_TYPE};

/// The page.
pub(super) fn page(document: &Document) -> Result<String, String> {
    let told = |of: &[Code]| {
        let row = |code_of: Code| [code_of.status().to_string(), code(code_of.as_str()), code_of.when().to_owned()];
        table(&["status", "code", "when"], sorted(of, |code| (code.status(), code.as_str())).map(row))
    };
    let title = |code_of: Code| {
        let title = code_of.title();
        [code(code_of.as_str()), title.fi.to_owned(), title.sv.to_owned(), title.en.to_owned()]
    };
    Ok(format!(
        include_str!("problems.md"),
        list = document.address("list_problems")?,
        get = document.address("get_problem")?,
        media_type = code(MEDIA_TYPE),
        invalid = code(Code::InvalidRequest.as_str()),
        conflict = code(Code::Conflict.as_str()),
        most = number(MAX_ERRORS),
        problems = told(Code::OF_REQUESTS),
        faults = told(Code::OF_FAULTS),
        titles = table(&["code", "fi", "sv", "en"], sorted(Code::ALL, |code| code.as_str()).map(title)),
    ))
}

fn sorted<K: Ord>(codes: &[Code], key: impl FnMut(&Code) -> K) -> impl Iterator<Item = Code> {
    let mut codes = codes.to_vec();
    codes.sort_by_key(key);
    codes.into_iter()
}
