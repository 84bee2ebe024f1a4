//! The commands: the only place that sees the environment, the clock and the terminal at once.
//!
//! Standard output carries what was asked for and nothing else. A reader that closes the pipe early ends a command
//! quietly: `scan` and `check` still exit by the gate, all others with 0.

mod access;
mod check;
mod config;
mod controls;
mod detections;
mod exceptions;
mod failure;
mod judge;
mod known;
mod logging;
mod outputs;
mod pager;
mod permissions;
mod render;
mod schema;
mod settings;
mod shell;
mod terminal;

#[cfg(feature = "live")]
mod collect;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod scan;

use crate::cli::{Cli, Command};
use crate::exit::ExitStatus;
use clap::Parser;
use failure::Failure;
use settings::Settings;
use std::ffi::OsString;
use std::io::{self, Write};

/// Parses, runs, and reports what went wrong.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and are no error; nothing can be done where printing fails.
            let _ = error.print();
            return if error.use_stderr() {
                ExitStatus::Error
            } else {
                ExitStatus::Clean
            };
        }
    };
    run(cli).unwrap_or_else(|error| {
        let _ = failure::report(&error, &mut io::stderr().lock());
        ExitStatus::Error
    })
}

/// Runs one command.
pub fn run(cli: Cli) -> anyhow::Result<ExitStatus> {
    let global = cli.global;
    match cli.command {
        #[cfg(feature = "live")]
        Command::Scan(args) => scan::run(&args, Settings::load(&global, |layer| scan::lay(&args, layer))?),
        #[cfg(feature = "live")]
        Command::Collect(args) => collect::run(&args, Settings::load(&global, |layer| collect::lay(&args, layer))?),
        #[cfg(not(feature = "live"))]
        Command::Scan(_) | Command::Collect(_) => Err(without_aws()),
        Command::Check(args) => check::run(&args, Settings::load(&global, |layer| check::lay(&args, layer))?),
        Command::Access(args) => access::run(&args, &Settings::load(&global, |layer| access::lay(&args, layer))?),
        Command::Controls(command) => controls::run(&command, &global),
        Command::Detections(args) => detections::run(&args, &global),
        Command::Permissions(args) => permissions::run(&args),
        Command::Render(args) => render::run(&args, Settings::load(&global, |layer| args.output.lay(layer))?),
        Command::Exceptions(command) => exceptions::run(&command, &global),
        Command::Config(command) => config::run(&command, Settings::load(&global, |_| ())?),
        Command::Schema(args) => schema::run(args.of),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { command } => shell::man(command.as_deref()),
    }
}

#[cfg(not(feature = "live"))]
fn without_aws() -> anyhow::Error {
    Failure::new("this build cannot talk to AWS: it was made without the feature `live`")
        .help("build with `cargo install --path .`, or judge a saved snapshot with `bedrock-audit check FILE`")
        .into()
}

/// Prints what a command is for. A closed pipe is the reader's good right.
fn print(text: &str) -> anyhow::Result<ExitStatus> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}")).into())
        }
        _ => Ok(ExitStatus::Clean),
    }
}
