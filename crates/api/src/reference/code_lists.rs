//! Every code list.

use digituki_domain::code_list::{self, CodeList, CodeListItem};
use digituki_domain::text::TextLanguage;

use super::document::Document;
use super::markdown::{code, table};

/// The page.
pub(super) fn page(document: &Document) -> Result<String, String> {
    let lists = code_list::all();
    let links = lists.iter().map(|CodeList { name, .. }| format!("- [{name}](#{name})")).collect::<Vec<_>>();
    let sections = lists.iter().map(|list| section(document, list)).collect::<Result<Vec<_>, _>>()?;
    Ok(format!(
        include_str!("code_lists.md"),
        list = document.address("list_code_lists")?,
        get = document.address("get_code_list")?,
        links = links.join("\n"),
        sections = sections.join("\n\n"),
    ))
}

fn section(document: &Document, CodeList { name, items }: &CodeList) -> Result<String, String> {
    let about = document.about_enumeration(name).ok_or_else(|| format!("the contract has no enumeration {name}"))?;
    let row = |CodeListItem { code: value, names }: &CodeListItem| {
        let label = |language| names.get(language).unwrap_or_default().to_owned();
        [code(value), label(TextLanguage::Fi), label(TextLanguage::Sv), label(TextLanguage::En)]
    };
    Ok(format!("## {name}\n\n{about}\n\n{}", table(&["code", "fi", "sv", "en"], items.iter().map(row))))
}
