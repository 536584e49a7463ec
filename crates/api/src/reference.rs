//! The reference for people. Beside each page's code stands its text, a template: what the code knows is filled in, so
//! that no number and no name stands there twice.

mod code_lists;
mod configuration;
mod document;
mod life_cycle;
mod limits;
mod markdown;
mod problems;
mod roles;
mod state_machines;

use std::fs;
use std::path::Path;

use configuration::Variables;
use document::Document;

/// Stands above every page.
const WRITTEN: &str = "<!-- Written from the code by `make reference`: change that, not this. -->\n\n";

/// Writes the pages into a directory, for the contract and for this command line.
pub fn write(directory: &Path, cli: &clap::Command) -> Result<(), String> {
    let (document, variables) = (Document::current(), Variables::of(cli));
    let pages = [
        ("README.md", include_str!("reference/readme.md").to_owned()),
        ("problems.md", problems::page(&document)?),
        ("code-lists.md", code_lists::page(&document)?),
        ("roles.md", roles::page(&document)?),
        ("state-machines.md", state_machines::page(&document)?),
        ("limits.md", limits::page(&document, &variables)?),
        ("life-cycle.md", life_cycle::page(&document)?),
        ("configuration.md", configuration::page(cli, &variables)),
    ];
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", directory.display());
    fs::create_dir_all(directory).map_err(failed)?;
    for (name, page) in pages {
        fs::write(directory.join(name), [WRITTEN, &page].concat()).map_err(failed)?;
    }
    Ok(())
}
