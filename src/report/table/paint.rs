//! Painted text and how it wraps: the little of a terminal library that a report needs.
//!
//! Whether to paint is an argument and not a question to the environment, which table libraries ask behind one's
//! back. Only the sixteen basic colours are used, so that the terminal's own theme decides how they look.

use unicode_width::UnicodeWidthChar as _;

/// How a piece of text is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Plain,
    Bold,
    Dim,
    /// White on red.
    Alarm,
    Red,
    Yellow,
    Cyan,
    Blue,
    Magenta,
    Green,
}

impl Paint {
    /// [ECMA-48](https://ecma-international.org/publications-and-standards/standards/ecma-48/) SGR parameters.
    const fn sgr(self) -> &'static str {
        match self {
            Self::Plain => "0",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Alarm => "1;97;41",
            Self::Red => "1;31",
            Self::Yellow => "33",
            Self::Cyan => "36",
            Self::Blue => "34",
            Self::Magenta => "1;35",
            Self::Green => "32",
        }
    }
}

/// One line: characters and how each looks.
#[derive(Debug, Clone, Default)]
pub(super) struct Line(Vec<(char, Paint)>);

impl Line {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// The line and some more text.
    pub(super) fn with(mut self, paint: Paint, text: &str) -> Self {
        self.0.extend(text.chars().map(|c| (c, paint)));
        self
    }

    pub(super) fn append(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Columns that the line takes.
    pub(super) fn width(&self) -> usize {
        self.0.iter().map(|(c, _)| columns(*c)).sum()
    }

    /// The line with blanks up to `width`.
    pub(super) fn padded(self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width());
        self.with(Paint::Plain, &" ".repeat(missing))
    }

    /// The line as lines of at most `width` columns: broken at blanks, else after punctuation, else anywhere.
    pub(super) fn wrap(&self, width: usize) -> Vec<Self> {
        let width = width.max(2);
        let mut lines = Vec::new();
        let mut rest = self.0.as_slice();
        while !rest.is_empty() {
            let fits = fitting(rest, width);
            let (line, next) = if fits == rest.len() {
                (rest, rest.len())
            } else {
                let at = break_at(rest, fits);
                (rest.get(..at).unwrap_or_default(), at)
            };
            lines.push(Self(trim_end(line).to_vec()));
            rest = trim_start(rest.get(next..).unwrap_or_default());
        }
        if lines.is_empty() {
            lines.push(Self::new());
        }
        lines
    }

    /// The pieces one after the other, as many on a line as fit; none is broken.
    pub(super) fn flow(pieces: Vec<Self>, gap: usize, width: usize) -> Vec<Self> {
        let mut lines: Vec<Self> = Vec::new();
        for piece in pieces {
            match lines.last_mut() {
                Some(last) if last.width() + gap + piece.width() <= width => {
                    let gap = " ".repeat(gap);
                    *last = std::mem::take(last).with(Paint::Plain, &gap).append(piece);
                }
                _ => lines.push(piece),
            }
        }
        lines
    }

    /// The line as text, with escape sequences where `color` asks for them, and no blanks at the end.
    pub(super) fn to_text(&self, color: bool) -> String {
        let mut text = String::new();
        let mut current = Paint::Plain;
        for (c, paint) in trim_end(&self.0) {
            if color && *paint != current {
                if current != Paint::Plain {
                    text.push_str("\u{1b}[0m");
                }
                if *paint != Paint::Plain {
                    text.push_str("\u{1b}[");
                    text.push_str(paint.sgr());
                    text.push('m');
                }
                current = *paint;
            }
            text.push(*c);
        }
        if current != Paint::Plain {
            text.push_str("\u{1b}[0m");
        }
        text
    }
}

fn columns(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// How many characters fit; at least one, so that every step gets on.
fn fitting(chars: &[(char, Paint)], width: usize) -> usize {
    let mut used = 0;
    let fits = chars.iter().take_while(|(c, _)| {
        used += columns(*c);
        used <= width
    });
    fits.count().max(1)
}

/// Where to break a line of which `fits` characters fit.
fn break_at(chars: &[(char, Paint)], fits: usize) -> usize {
    let blank = |at: &usize| chars.get(*at).is_some_and(|(c, _)| *c == ' ');
    let after = |at: &usize, marks: &str| chars.get(at.saturating_sub(1)).is_some_and(|(c, _)| marks.contains(*c));
    if let Some(at) = (1..=fits).rev().find(blank) {
        return at;
    }
    let mut within = (fits / 2..=fits).rev();
    let slash = within.clone().find(|at| *at > 0 && after(at, "/"));
    slash
        .or_else(|| within.find(|at| *at > 0 && after(at, ":-_.,=|")))
        .unwrap_or(fits)
}

fn trim_end(chars: &[(char, Paint)]) -> &[(char, Paint)] {
    // A painted blank is seen where the paint has a background, so only plain ones go.
    let kept = chars
        .iter()
        .rposition(|(c, paint)| *c != ' ' || *paint == Paint::Alarm)
        .map_or(0, |last| last + 1);
    chars.get(..kept).unwrap_or_default()
}

fn trim_start(chars: &[(char, Paint)]) -> &[(char, Paint)] {
    let first = chars.iter().position(|(c, _)| *c != ' ').unwrap_or(chars.len());
    chars.get(first..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        Line::new()
            .with(Paint::Plain, text)
            .wrap(width)
            .iter()
            .map(|line| line.to_text(false))
            .collect()
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(
            wrapped("arn:aws:bedrock:us-east-1:g", 12),
            ["arn:aws:", "bedrock:us-", "east-1:g"]
        );
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("", 3), [""]);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(wrapped("東京東京", 4), ["東京", "東京"]);
        assert_eq!(wrapped("東京", 1), ["東", "京"]);
    }

    #[test]
    fn paint_ends_with_the_line() {
        let line = Line::new().with(Paint::Red, "a b").with(Paint::Plain, "c");
        assert_eq!(line.to_text(true), "\u{1b}[1;31ma b\u{1b}[0mc");
        let lines: Vec<String> = line.wrap(2).iter().map(|line| line.to_text(true)).collect();
        assert_eq!(lines, ["\u{1b}[1;31ma\u{1b}[0m", "\u{1b}[1;31mb\u{1b}[0mc"]);
    }
}
