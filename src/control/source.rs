//! Where in a control file something stands, and what is wrong there.

use std::fmt;
use std::ops::Range;

/// The text of a control file with its name.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path, or `builtin:NAME`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A fault in a control file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// Line, from 1; 0 where the fault is the file's as a whole.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Fault {
    /// Where it is, as editors read it.
    pub fn place(&self) -> String {
        if self.line == 0 {
            return self.file.clone();
        }
        format!("{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.message)
    }
}

impl SourceFile {
    /// A fault at a byte offset.
    pub fn fault_at(&self, offset: usize, message: impl Into<String>) -> Fault {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Fault {
            file: self.name.clone(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
            message: message.into(),
        }
    }

    /// A fault of the file as a whole.
    pub fn fault(&self, message: impl Into<String>) -> Fault {
        Fault {
            file: self.name.clone(),
            line: 0,
            column: 0,
            message: message.into(),
        }
    }

    /// What the TOML parser says is wrong.
    pub fn fault_of(&self, error: &toml::de::Error) -> Fault {
        let message = error.message().trim().replace('\n', " ");
        match error.span() {
            Some(span) => self.fault_at(span.start, message),
            None => self.fault(message),
        }
    }

    /// A fault at the value of a top-level key; of the file as a whole where the key is not found.
    pub fn fault_at_key(&self, key: &str, message: impl Into<String>) -> Fault {
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            if line.trim_start().starts_with('[') {
                break;
            }
            if let Some((name, value)) = line.split_once('=')
                && name.trim() == key
            {
                let padding = value.len() - value.trim_start().len();
                return self.fault_at(start + name.len() + 1 + padding, message);
            }
            start += line.len();
        }
        self.fault(message)
    }

    /// Where the text of a TOML string begins: past its opening quotes and, in the multi-line form, the line break.
    pub fn text_start(&self, span: &Range<usize>) -> usize {
        let raw = self.text.get(span.clone()).unwrap_or("");
        let quotes = ["\"\"\"", "'''", "\"", "'"]
            .iter()
            .find(|quote| raw.starts_with(**quote))
            .map_or(0, |q| q.len());
        let line_break = usize::from(quotes == 3 && raw.get(3..).is_some_and(|rest| rest.starts_with('\n')));
        span.start + quotes + line_break
    }
}

/// The known name closest to a misspelt one, as a hint to add to a message; empty where nothing is close.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 2.max(candidate.len() / 3))
        .min()
        .map_or_else(String::new, |(_, candidate)| format!("; did you mean `{candidate}`?"))
}
