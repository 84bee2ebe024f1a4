//! Long pages on a terminal go through the user's pager.
//!
//! The process becomes the pager, with the page as its input: so no interrupt can part the two and leave a terminal
//! that nobody looks after.

use super::print;
use crate::exit::ExitStatus;
use std::io::IsTerminal;
#[cfg(unix)]
use std::io::Write;

/// Prints through a pager where standard output is a terminal, and plainly otherwise.
pub(super) fn page(text: &str, wanted: bool) -> anyhow::Result<ExitStatus> {
    let variable = std::env::var_os("PAGER").map(|value| value.to_string_lossy().into_owned());
    if wanted
        && std::io::stdout().is_terminal()
        && let Some(words) = command(variable.as_deref())
    {
        become_pager(text, &words);
    }
    print(text)
}

/// The pager's command line; none where the user wants none.
fn command(variable: Option<&str>) -> Option<Vec<String>> {
    let words: Vec<String> = variable
        .unwrap_or("less")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    (!words.is_empty() && words.first().is_some_and(|word| word != "cat")).then_some(words)
}

/// Returns only where there is no pager.
#[cfg(unix)]
fn become_pager(text: &str, words: &[String]) {
    use std::io::Seek;
    use std::os::unix::process::CommandExt;
    let Some((program, arguments)) = words.split_first() else {
        return;
    };
    let Ok(mut file) = tempfile::tempfile() else { return };
    if file.write_all(text.as_bytes()).and_then(|()| file.rewind()).is_err() {
        return;
    }
    let mut pager = std::process::Command::new(program);
    pager.args(arguments).stdin(file);
    if std::env::var_os("LESS").is_none() {
        // Leave at once where the page fits, show colours, and leave the text on the screen.
        pager.env("LESS", "FRX");
    }
    // What comes back is the error of a pager that is not there, and the page is printed instead.
    let _ = pager.exec();
}

#[cfg(not(unix))]
fn become_pager(_text: &str, _words: &[String]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_decides() {
        assert_eq!(command(None).unwrap(), ["less"]);
        assert_eq!(command(Some("less -S")).unwrap(), ["less", "-S"]);
        assert!(command(Some("")).is_none() && command(Some("cat")).is_none());
    }
}
