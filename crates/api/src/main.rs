//! The command line.

use std::error::Error as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::Resettable;
use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use digituki::client::Failure;
use digituki::{ClientCommand, Demo, Erase, KeyCommand, LogFormat, Settings};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The national registry of digital support.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    /// How the log is written.
    #[arg(long, env = "DIGITUKI_LOG_FORMAT", default_value = "text", global = true)]
    log_format: LogFormat,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Migrate the database, load what it lacks, and serve.
    Serve(Box<Settings>),
    /// Migrate the database and load what it lacks.
    Migrate(Box<Settings>),
    /// Keep the systems that sign in.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Keep the keys that sign access tokens.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Look through the log: every entry there, in its order, unchanged.
    Verify(Box<Settings>),
    /// Erase an object by law, with all that the log holds of it.
    Erase(Box<Erase>),
    /// Make a registry up for demonstrations, or remove it.
    Demo(Box<Demo>),
    /// Write service points and suggestions, which people find, anew from what they are made of.
    Rebuild(Box<Settings>),
    /// Print the contract, the OpenAPI document.
    Openapi,
    /// Write the reference for people, as Markdown.
    Reference {
        /// Where to; it is made if it is not there.
        directory: PathBuf,
    },
}

fn main() -> ExitCode {
    let cli = match unset(Cli::command()).try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    digituki::start_logging(cli.log_format);
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refused @ Failure::Refused(_)) => {
            eprintln!("{refused}");
            ExitCode::from(2)
        }
        Err(Failure::Impossible(why)) => {
            log::error!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Passes over variables that are empty: what compose files write for "not set".
fn unset(command: clap::Command) -> clap::Command {
    let unset_one = |argument: clap::Arg| {
        let empty = argument.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
        if empty { argument.env(Resettable::Reset) } else { argument }
    };
    command.mut_args(unset_one).mut_subcommands(unset)
}

/// A wrong value gets one sentence that says which and why; anything else clap says itself.
fn refuse(error: &clap::Error) -> ExitCode {
    let context = |kind| error.get(kind).map(ToString::to_string);
    let (flag, value) = (context(ContextKind::InvalidArg), context(ContextKind::InvalidValue));
    let (Some(flag), Some(value)) = (flag, value.filter(|_| error.kind() != ErrorKind::UnknownArgument)) else {
        let _ = error.print();
        return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
    };
    let flag = flag.split(' ').next().unwrap_or_default();
    let name = variable(flag).unwrap_or_else(|| flag.to_owned());
    let why = match (error.source(), context(ContextKind::ValidValue)) {
        (Some(source), _) => source.to_string(),
        (None, Some(allowed)) => format!("allowed: {allowed}"),
        (None, None) => "it is of the wrong kind".to_owned(),
    };
    // A URL may hold a password, however wrong it is.
    let value = if flag == "--database-url" { String::new() } else { format!(" {value:?}") };
    eprintln!("{name}{value} will not do: {why}");
    ExitCode::from(2)
}

/// The environment variable that a flag stands for.
fn variable(flag: &str) -> Option<String> {
    let cli = Cli::command();
    let commands = cli.get_subcommands().chain(std::iter::once(&cli));
    let mut arguments = commands.flat_map(clap::Command::get_arguments);
    let argument = arguments.find(|argument| argument.get_long() == flag.strip_prefix("--"))?;
    argument.get_env().map(|name| name.to_string_lossy().into_owned())
}

fn run(command: Command) -> Result<(), Failure> {
    let system = actix_web::rt::System::new();
    match command {
        Command::Serve(settings) => {
            settings.check()?;
            let address = settings.address();
            let listener = TcpListener::bind(address)
                .map_err(|error| format!("DIGITUKI_LISTEN: cannot listen on {address}: {error}"))?;
            let serving = async { digituki::serve(*settings, listener, |_| ())?.run().await };
            Ok(system.block_on(serving).map_err(|error| error.to_string())?)
        }
        Command::Migrate(settings) => {
            settings.check()?;
            Ok(system.block_on(digituki::migrate(&settings))?)
        }
        Command::Client(command) => system.block_on(command.run()),
        Command::Key(command) => system.block_on(command.run()),
        Command::Verify(settings) => system.block_on(digituki::verify(&settings)),
        Command::Erase(erase) => system.block_on(erase.run()),
        Command::Demo(demo) => system.block_on(demo.run()),
        Command::Rebuild(settings) => system.block_on(digituki::rebuild(&settings)),
        Command::Openapi => {
            let document = serde_json::to_string_pretty(&digituki::document()).map_err(|error| error.to_string())?;
            println!("{document}");
            Ok(())
        }
        Command::Reference { directory } => Ok(digituki::reference::write(&directory, &Cli::command())?),
    }
}
