//! The commands that keep clients and keys. They work beside a running server.

use clap::{Args, Subcommand};
use digituki_domain::area::{AreaId, AreaKind, RegionCode};
use digituki_domain::client::{Client, ClientFacts, ClientId};
use digituki_domain::invalid::Invalid;
use digituki_domain::noun::NounName;
use digituki_domain::organisation::OrganisationId;
use digituki_domain::role::Role;
use digituki_domain::text::TextLanguage;
use serde::Serialize;
use serde_json::json;

use crate::client::{self, Credentials, Failure};
use crate::ledger;
use crate::serve::migrate;
use crate::settings::Settings;

/// What is done with the systems that sign in.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Add a client; its secret is shown this once.
    Add(Box<Add>),
    /// List the clients.
    List(Box<List>),
    /// Revoke a client: its next request fails.
    Revoke(Box<Revoke>),
    /// Give a client another secret; the one that it had is dead.
    Rotate(Box<Rotate>),
}

/// What is done with the keys that sign access tokens.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Sign with a new key; the one before is published until its tokens have expired.
    Rotate(Box<Settings>),
}

/// Erases by law.
#[derive(Debug, Args)]
pub struct Erase {
    /// What kind of object it is.
    #[arg(value_parser = parsed::<NounName>)]
    noun: NounName,
    /// The object's id.
    object: String,
    /// Only what was said in this version, which is not the present one.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    version: Option<i64>,
    #[command(flatten)]
    settings: Settings,
}

impl Erase {
    /// Does it, and says what came of it on the standard output.
    pub async fn run(self) -> Result<(), Failure> {
        let Self { noun, object, version, settings } = self;
        settings.check()?;
        let erased = ledger::erase(&settings, noun, object, version).await?;
        println!("erased {erased} payloads; the chain of the log is whole");
        Ok(())
    }
}

/// Looks through the log and says what came of it on the standard output.
pub async fn verify(settings: &Settings) -> Result<(), Failure> {
    settings.check()?;
    let report = ledger::verify(settings).await?;
    for fault in &report.faults {
        println!("{fault}");
    }
    if report.faults.is_empty() {
        println!("{} entries, each as it was written", report.entries);
        return Ok(());
    }
    Err(Failure::Impossible(format!("the log of {} entries is not what was written", report.entries)))
}

/// Writes the service points anew and says what came of it on the standard output.
pub async fn rebuild(settings: &Settings) -> Result<(), Failure> {
    prepare(settings).await?;
    println!("the service points of {} services stand as their sources say", ledger::rebuild(settings).await?);
    Ok(())
}

/// Adds a client.
#[derive(Debug, Args)]
pub struct Add {
    /// What people call it: 1 to 100 characters.
    #[arg(long)]
    name: String,
    /// What it is to the registry.
    #[arg(long, value_parser = parsed::<Role>)]
    role: Role,
    /// A region that it works for, such as region:01; repeated for several.
    #[arg(long = "area", value_parser = region)]
    areas: Vec<RegionCode>,
    /// The organisation that it works for.
    #[arg(long, value_parser = parsed::<OrganisationId>)]
    organisation: Option<OrganisationId>,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

/// Lists the clients.
#[derive(Debug, Args)]
pub struct List {
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

/// Revokes a client.
#[derive(Debug, Args)]
pub struct Revoke {
    /// The client's id.
    #[arg(value_parser = parsed::<ClientId>)]
    client_id: ClientId,
    #[command(flatten)]
    settings: Settings,
}

/// Gives a client another secret.
#[derive(Debug, Args)]
pub struct Rotate {
    /// The client's id.
    #[arg(value_parser = parsed::<ClientId>)]
    client_id: ClientId,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

impl ClientCommand {
    /// Does it, and says what came of it on the standard output.
    pub async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add(add) => {
                let Add { name, role, areas: regions, organisation, json, settings } = *add;
                let facts = ClientFacts { name, role, regions, organisation };
                facts.check().map_err(Failure::Refused)?;
                prepare(&settings).await?;
                show(&client::add(&settings, facts).await?, json)
            }
            Self::List(list) => {
                prepare(&list.settings).await?;
                print_list(&client::list(&list.settings).await?, list.json);
                Ok(())
            }
            Self::Revoke(revoke) => {
                prepare(&revoke.settings).await?;
                let client = client::revoke(&revoke.settings, revoke.client_id).await?;
                println!("revoked {} ({})", client.id, client.facts.name);
                Ok(())
            }
            Self::Rotate(rotate) => {
                prepare(&rotate.settings).await?;
                show(&client::rotate(&rotate.settings, rotate.client_id).await?, rotate.json)
            }
        }
    }
}

impl KeyCommand {
    /// Does it, and says what came of it on the standard output.
    pub async fn run(self) -> Result<(), Failure> {
        let Self::Rotate(settings) = self;
        prepare(&settings).await?;
        println!("tokens are signed with {}", client::rotate_key(&settings).await?);
        Ok(())
    }
}

async fn prepare(settings: &Settings) -> Result<(), Failure> {
    settings.check()?;
    Ok(migrate(settings).await?)
}

/// What a client is told of itself, once.
#[derive(Serialize)]
struct Shown<'a> {
    client_id: String,
    client_secret: &'a str,
    role: Role,
    areas: Vec<String>,
    organisation_id: Option<OrganisationId>,
}

fn show(Credentials { client, secret }: &Credentials, as_json: bool) -> Result<(), Failure> {
    let shown = Shown {
        client_id: client.id.to_string(),
        client_secret: secret.reveal(),
        role: client.facts.role,
        areas: areas(client),
        organisation_id: client.facts.organisation,
    };
    if as_json {
        println!("{}", serde_json::to_string(&shown).map_err(|error| error.to_string())?);
    } else {
        println!("client_id      {}", shown.client_id);
        println!("client_secret  {}", shown.client_secret);
        println!("Keep the secret now: it is not shown again.");
    }
    Ok(())
}

fn print_list(clients: &[Client], as_json: bool) {
    if as_json {
        let items: Vec<_> = clients
            .iter()
            .map(|client| {
                json!({
                    "client_id": client.id.to_string(), "name": client.facts.name, "role": client.facts.role,
                    "areas": areas(client), "organisation_id": client.facts.organisation,
                    "created_at": client.created_at, "revoked_at": client.revoked_at
                })
            })
            .collect();
        println!("{}", json!({ "items": items }));
        return;
    }
    for client in clients {
        let organisation = client.facts.organisation.map(|id| id.to_string());
        let works_for = areas(client).into_iter().chain(organisation).collect::<Vec<_>>().join(" ");
        let state = if client.revoked_at.is_some() { "revoked" } else { "active" };
        println!("{}  {state:7}  {}  {}  {works_for}", client.id, client.facts.role, client.facts.name);
    }
}

fn areas(client: &Client) -> Vec<String> {
    client.facts.regions.iter().map(|region| format!("region:{}", region.as_str())).collect()
}

fn parsed<T: std::str::FromStr<Err = Invalid>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|invalid: Invalid| invalid.message(TextLanguage::En))
}

fn region(text: &str) -> Result<RegionCode, String> {
    let area: AreaId = parsed(text)?;
    match area.kind() {
        AreaKind::Region => parsed(area.code()),
        _ => Err("clients work for regions, such as region:01".into()),
    }
}
