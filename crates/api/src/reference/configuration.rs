//! The variables and the commands of the server, as its command line defines them.

use clap::{Arg, Command};

use super::markdown::{code, table};

/// Every variable that the server reads by its command line.
pub(super) struct Variables(Vec<Variable>);

/// One of them.
pub(super) struct Variable {
    pub(super) name: String,
    flag: String,
    /// Empty where the variable may be unset.
    pub(super) default: String,
    pub(super) meaning: String,
}

/// The page.
pub(super) fn page(cli: &Command, variables: &Variables) -> String {
    let row = |it: &Variable| [code(&it.name), code(&it.flag), it.default.clone(), it.meaning.clone()];
    let mut commands = Vec::new();
    collect_commands(cli, "", &mut commands);
    format!(
        include_str!("configuration.md"),
        variables = table(&["variable", "flag", "default", "meaning"], variables.0.iter().map(row)),
        commands = table(&["command", "what it does"], commands),
    )
}

impl Variables {
    pub(super) fn of(cli: &Command) -> Self {
        let mut found: Vec<Variable> = Vec::new();
        let commands = std::iter::once(cli).chain(cli.get_subcommands());
        for variable in commands.flat_map(Command::get_arguments).filter_map(Variable::of) {
            if found.iter().all(|known| known.name != variable.name) {
                found.push(variable);
            }
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Self(found)
    }

    /// A variable that a page speaks of; the page is not written when it is gone.
    pub(super) fn get(&self, name: &str) -> Result<&Variable, String> {
        let found = self.0.iter().find(|variable| variable.name == name);
        found.ok_or_else(|| format!("the command line knows no variable {name}"))
    }
}

impl Variable {
    /// The default of what is counted.
    pub(super) fn whole_default(&self) -> Result<u64, String> {
        let default = self.default.trim_matches('`');
        default.parse().map_err(|_| format!("{}: the default {default:?} is no whole number", self.name))
    }

    fn of(argument: &Arg) -> Option<Self> {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        // A default that depends on other values stands in the help: clap knows fixed ones only.
        let said = help.strip_suffix(']').and_then(|help| help.split_once(" [default: "));
        let (meaning, default) = said.unwrap_or((&help, ""));
        let fixed = argument.get_default_values().first().map(|value| code(value.to_string_lossy()));
        let values = argument.get_possible_values().into_iter();
        let choices = values.filter_map(|value| Some(format!("{}: {}", code(value.get_name()), value.get_help()?)));
        let meaning = std::iter::once(meaning.to_owned()).chain(choices).collect::<Vec<_>>().join(". ");
        Some(Self {
            name: argument.get_env()?.to_string_lossy().into_owned(),
            flag: format!("--{}", argument.get_long()?),
            default: fixed.unwrap_or_else(|| default.to_owned()),
            meaning,
        })
    }
}

fn collect_commands(command: &Command, above: &str, rows: &mut Vec<[String; 2]>) {
    let name = format!("{above}{}", command.get_name());
    if !command.has_subcommands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        rows.push([code(&name), about]);
    }
    for below in command.get_subcommands() {
        collect_commands(below, &format!("{name} "), rows);
    }
}
