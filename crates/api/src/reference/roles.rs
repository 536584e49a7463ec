//! Who may do what: the domain's table, and what each operation asks of it.

use digituki_domain::policy::{Access, Reach, Scope};
use digituki_domain::role::Role;
use digituki_domain::text::Label;
use digituki_domain::vocabulary::Vocabulary;

use super::document::{Document, Operation};
use super::markdown::{code, table};

/// The page.
pub(super) fn page(document: &Document) -> Result<String, String> {
    let scopes: Vec<String> = Scope::VALUES.iter().map(code).collect();
    let head: Vec<&str> = std::iter::once("role").chain(scopes.iter().map(String::as_str)).collect();
    let operations = document.operations().map(|operation| asked(&operation)).collect::<Result<Vec<_>, _>>()?;
    Ok(format!(
        include_str!("roles.md"),
        contract = document.address("get_openapi")?,
        metadata = document.address("get_authorization_server")?,
        list = document.address("get_code_list")?,
        public = code(Role::Public),
        read = code(Scope::Read),
        developer = code(Role::NationalDeveloper),
        roles = table(&["role", "fi", "sv", "en", "works for"], Role::VALUES.iter().map(|role| described(*role))),
        scopes = table(&["scope", "fi", "sv", "en"], Scope::VALUES.iter().map(|scope| labelled(*scope))),
        reach = table(&head, Role::VALUES.iter().map(|role| reached(*role))),
        operations = table(&["operation", "address", "scope"], operations),
    ))
}

fn described(role: Role) -> [String; 5] {
    let Label { fi, sv, en } = role.label();
    let works_for = match (role.needs_regions(), role.needs_organisation()) {
        (true, _) => "one region or more",
        (false, true) => "an organisation",
        (false, false) => "–",
    };
    [code(role), fi.into(), sv.into(), en.into(), works_for.into()]
}

fn labelled(scope: Scope) -> [String; 4] {
    let Label { fi, sv, en } = scope.label();
    [code(scope), fi.into(), sv.into(), en.into()]
}

fn reached(role: Role) -> Vec<String> {
    let reach = |scope: &Scope| match scope.reach(role) {
        Reach::Nothing => "–",
        Reach::Published => "what is published",
        Reach::Named => "what it is named on",
        Reach::Organisation => "its organisation's",
        Reach::Regions => "its regions'",
        Reach::Everything => "everything",
    };
    std::iter::once(code(role)).chain(Scope::VALUES.iter().map(reach).map(str::to_owned)).collect()
}

fn asked(operation: &Operation<'_>) -> Result<[String; 3], String> {
    let scope = match Access::to(operation.id) {
        Some(Access::Open) => "open".to_owned(),
        Some(Access::Scope(scope)) => code(scope),
        None => return Err(format!("the table of who may do what does not know {}", operation.id)),
    };
    Ok([code(operation.id), operation.address(), scope])
}
