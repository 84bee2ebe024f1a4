//! The command line: parse, run, exit.

use bedrock_audit::commands;
use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main(std::env::args_os()).into()
}
