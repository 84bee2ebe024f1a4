//! `completions` and `man`, both made from the definition of the command line.

use super::failure::Failure;
use super::print;
use crate::cli::Cli;
use crate::config::place::nearest;
use crate::exit::ExitStatus;
use clap::{Command, CommandFactory};
use clap_complete::Shell;

/// Prints a completion script.
pub(super) fn completions(shell: Shell) -> anyhow::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "bedrock-audit", &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Prints the man page of the program, or of one command.
pub(super) fn man(name: Option<&str>) -> anyhow::Result<ExitStatus> {
    let mut command = Cli::command();
    command.build();
    if let Some(name) = name {
        let names: Vec<String> = command
            .get_subcommands()
            .map(|command| command.get_name().to_owned())
            .collect();
        let found = command.find_subcommand(name).cloned();
        command = found.ok_or_else(|| {
            let failure = Failure::new(format!("there is no command `{name}`"));
            match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help(format!("the commands are {}", names.join(", "))),
            }
        })?;
        command = Command::name(command, format!("bedrock-audit-{name}"));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .manual("bedrock-audit")
        .render(&mut page)?;
    print(&String::from_utf8_lossy(&page))
}
