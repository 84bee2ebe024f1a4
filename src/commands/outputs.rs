//! Where reports go: standard output and files, several formats from one run.
//!
//! Files are begun before the work starts, so that a path that cannot be written costs a second and not a scan.

use super::failure::Failure;
use super::settings::Settings;
use super::terminal::Surroundings;
use crate::ingest::{Access, PendingFile};
use crate::model::report::{Report, Status};
use crate::report::{Format, render, render_github_summary};
use anyhow::Context;
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The outputs of a run.
#[derive(Debug)]
pub(super) struct Outputs {
    sinks: Vec<(Format, Sink)>,
    surroundings: Surroundings,
    job_summary: Option<PathBuf>,
}

#[derive(Debug)]
enum Sink {
    Stdout,
    File(PathBuf, PendingFile),
}

impl Outputs {
    /// Begins every output that the settings name.
    pub(super) fn open(settings: &Settings) -> anyhow::Result<Self> {
        let wanted = plan(settings.layer.list("formats"), settings.layer.text("output"))
            .map_err(|failure| anyhow::Error::from(failure).context(settings.origin("formats")))?;
        let mut sinks = Vec::new();
        for (format, path) in wanted {
            let sink = match path {
                None => Sink::Stdout,
                Some(path) => {
                    let file = PendingFile::create(&path, Access::Usual).map_err(|error| unwritable(&path, &error))?;
                    Sink::File(path, file)
                }
            };
            sinks.push((format, sink));
        }
        let annotates = sinks.iter().any(|(format, _)| format.as_str() == "github");
        let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| annotates && !path.is_empty());
        Ok(Self {
            sinks,
            surroundings: Surroundings::look(),
            job_summary: summary.map(PathBuf::from),
        })
    }

    /// Writes the report everywhere. A closed pipe on standard output is no error.
    pub(super) fn write(self, report: &Report, settings: &Settings) -> anyhow::Result<()> {
        let mut on_stdout = false;
        for (format, sink) in self.sinks {
            match sink {
                Sink::Stdout => {
                    on_stdout = true;
                    let style = self.surroundings.stdout(&settings.layer);
                    let mut out = BufWriter::new(io::stdout().lock());
                    match render(format, report, &style, &mut out).and_then(|()| out.flush()) {
                        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                            // What is still buffered has no reader; dropping it must not be tried again.
                            let _ = out.into_parts();
                        }
                        written => written.context("cannot write to standard output")?,
                    }
                }
                Sink::File(path, file) => {
                    let style = self.surroundings.file(&settings.layer);
                    let mut out = BufWriter::new(file);
                    render(format, report, &style, &mut out)
                        .and_then(|()| out.into_inner().map_err(io::IntoInnerError::into_error))
                        .and_then(PendingFile::commit)
                        .map_err(|error| unwritable(&path, &error))?;
                }
            }
        }
        if let Some(path) = self.job_summary {
            append_summary(&path, report).map_err(|error| unwritable(&path, &error))?;
        }
        if !on_stdout && !settings.quiet() {
            let _ = writeln!(io::stderr().lock(), "{}", in_one_line(report));
        }
        Ok(())
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot write `{}`: {error}", path.display()))
        .help("choose another path, or make its directory writable")
}

/// The job summary of a workflow is a file that every step adds to.
fn append_summary(path: &Path, report: &Report) -> io::Result<()> {
    let mut text = Vec::new();
    render_github_summary(report, &mut text)?;
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)?
        .write_all(&text)
}

/// What a run that prints no report says of it.
fn in_one_line(report: &Report) -> String {
    let counts = report.summary.findings.iter().filter(|(_, count)| **count > 0);
    let counts: Vec<String> = counts
        .map(|(severity, count)| format!("{count} {}", severity.as_str().to_lowercase()))
        .chain((report.summary.unknown > 0).then(|| format!("{} unknown", report.summary.unknown)))
        .collect();
    let passed = report.findings.iter().all(|finding| finding.status == Status::Pass);
    let found = if counts.is_empty() && passed {
        "nothing found".to_owned()
    } else {
        counts.join(", ")
    };
    let gate = &report.summary.gate;
    format!(
        "{found}; gate {} gives exit code {}",
        gate.fail_on.to_lowercase(),
        gate.exit_code
    )
}

/// Each format with its file, or none for standard output.
fn plan(formats: &[String], output: Option<&str>) -> Result<Vec<(Format, Option<PathBuf>)>, Failure> {
    let mut wanted = Vec::new();
    for text in formats {
        let (name, path) = match text.split_once('=') {
            Some((_, "")) => return Err(Failure::new(format!("`{text}` names no path after `=`"))),
            Some((name, path)) => (name, Some(PathBuf::from(path))),
            None => (text.as_str(), None),
        };
        let format = name.trim().to_lowercase().parse().map_err(Failure::new)?;
        wanted.push((format, path.filter(|path| path != Path::new("-"))));
    }
    if wanted.is_empty() {
        wanted.push((Format::Table, None));
    }
    if let Some(output) = output {
        match wanted.iter_mut().find(|(_, path)| path.is_none()) {
            Some((_, path)) => *path = Some(PathBuf::from(output)).filter(|path| path != Path::new("-")),
            None => {
                return Err(Failure::new(format!(
                    "nothing is left for --output `{output}`: every format has its path"
                ))
                .help("leave --output out, or add a --format without `=PATH`"));
            }
        }
    }
    let mut seen = BTreeSet::new();
    for (format, path) in &wanted {
        if !seen.insert(path.clone()) {
            let place = path
                .as_ref()
                .map_or("standard output".to_owned(), |path| format!("`{}`", path.display()));
            return Err(
                Failure::new(format!("{place} is given to two formats, the second is {format}"))
                    .help("give each format its own path: --format FORMAT=PATH"),
            );
        }
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(formats: &[&str], output: Option<&str>) -> Result<Vec<String>, String> {
        let formats: Vec<String> = formats.iter().map(|&text| text.to_owned()).collect();
        let shown = |(format, path): &(Format, Option<PathBuf>)| {
            format!(
                "{format}>{}",
                path.as_ref().map_or(String::new(), |path| path.display().to_string())
            )
        };
        let planned = plan(&formats, output).map_err(|failure| failure.to_string())?;
        Ok(planned.iter().map(shown).collect())
    }

    #[test]
    fn formats_find_their_places() {
        assert_eq!(planned(&[], None).unwrap(), ["table>"]);
        assert_eq!(planned(&[], Some("a")).unwrap(), ["table>a"]);
        assert_eq!(planned(&["json=a=b", "table"], None).unwrap(), ["json>a=b", "table>"]);
        assert_eq!(planned(&["json=a", "JSONL"], Some("b")).unwrap(), ["json>a", "jsonl>b"]);
        assert_eq!(planned(&["json=-"], None).unwrap(), ["json>"]);
    }

    #[test]
    fn what_cannot_be_meant_is_an_error() {
        assert!(planned(&["jsno"], None).unwrap_err().contains("`jsno`"));
        assert!(
            planned(&["json", "table"], None)
                .unwrap_err()
                .contains("standard output is given to two formats")
        );
        assert!(
            planned(&["json=a", "jsonl=a"], None)
                .unwrap_err()
                .contains("`a` is given to two formats")
        );
        assert!(
            planned(&["json=a"], Some("b"))
                .unwrap_err()
                .contains("nothing is left for --output")
        );
        assert!(planned(&["json="], None).unwrap_err().contains("names no path"));
    }
}
