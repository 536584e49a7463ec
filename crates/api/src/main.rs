//! The command line.

use std::net::TcpListener;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use digituki::{LogFormat, Settings};

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
    /// Print the contract, the OpenAPI document.
    Openapi,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    digituki::start_logging(cli.log_format);
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            log::error!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), String> {
    let system = actix_web::rt::System::new();
    match command {
        Command::Serve(settings) => {
            settings.check()?;
            let address = settings.address();
            let listener = TcpListener::bind(address)
                .map_err(|error| format!("DIGITUKI_LISTEN: cannot listen on {address}: {error}"))?;
            let serving = async { digituki::serve(*settings, listener, |_| ())?.run().await };
            system.block_on(serving).map_err(|error| error.to_string())
        }
        Command::Migrate(settings) => {
            settings.check()?;
            system.block_on(digituki::migrate(&settings))
        }
        Command::Openapi => {
            let document = serde_json::to_string_pretty(&digituki::document()).map_err(|error| error.to_string())?;
            println!("{document}");
            Ok(())
        }
    }
}
