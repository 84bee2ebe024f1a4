//! The fuzz targets without a fuzzer: changed copies of the fixtures, the same ones every time, so that a stable
//! toolchain runs each target on every change. Time is bounded by the number of inputs.

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../fuzz/targets.rs"]
mod targets;

/// A stream of numbers that is the same everywhere.
struct Stream(u64);

impl Stream {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    /// A copy with a few bytes changed, taken out, doubled, or replaced by a word that means something.
    fn changed(&mut self, seed: &[u8], words: &[&str]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let end = (at + self.below(24)).min(bytes.len());
            match self.below(5) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
                3 => bytes.truncate(bytes.len() - self.below(bytes.len() / 8)),
                _ => {
                    let word = words[self.below(words.len())].as_bytes().to_vec();
                    bytes.splice(at..end, word);
                }
            }
        }
        bytes
    }

    fn rounds(&mut self, seeds: &[Vec<u8>], words: &[&str], rounds: usize, mut target: impl FnMut(&[u8])) {
        seeds.iter().for_each(|seed| target(seed));
        for _ in 0..rounds {
            let seed = &seeds[self.below(seeds.len())];
            target(&self.changed(seed, words));
        }
    }
}

fn files(directory: &str, suffix: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == suffix));
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn snapshots() {
    let words = [
        "null",
        "[]",
        "{}",
        "\"\"",
        "-1",
        "1e999",
        "true",
        "\"$unread\":[]",
        "\u{0}",
        "\"*\"",
        "\"arn:aws:\"",
    ];
    Stream(1).rounds(&files("fixtures/snapshots", "json"), &words, 60, targets::snapshot);
}

#[test]
fn controls() {
    let words = [
        "[[rules]]",
        "\"\"\"",
        "= true",
        "subject.",
        "{{",
        "}}",
        ".map(x, x)",
        "match = ",
        "'",
        "\u{fffd}",
        "params.",
    ];
    Stream(2).rounds(&files("controls", "toml"), &words, 40, |bytes| {
        targets::control(&text(bytes));
    });
}

#[test]
fn expressions() {
    let seeds = [
        "subject.list.filter(x, x != subject.name).map(x, x + subject.name).join(', ')",
        "subject.on && subject.count > 2 || size(subject.list) == 0",
        "subject.list.exists(x, x.matches('^[a-z]$')) ? {'k': [subject.table]} : {}",
        "'%s is %d'.format([subject.name, subject.count]).replace('a', 'aaaa').split('')",
    ];
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    let words = [
        "subject.list",
        "subject.table",
        ".map(y, y)",
        ".all(y, y == y)",
        "[",
        "]",
        "(",
        ")",
        "!",
        "-",
        "?",
        ":",
        "+",
        "'",
        "1",
        "0u",
        "null",
        "has(subject.name)",
        ".distinct()",
        ".sort()",
        ".flatten()",
        " in ",
        "{",
        "}",
        "b'x'",
        ".?name",
        "timestamp('x')",
    ];
    Stream(3).rounds(&seeds, &words, 4_000, |bytes| targets::expression(&text(bytes)));
}

#[test]
fn policies() {
    let words = [
        "\"Effect\":\"Deny\"",
        "\"NotAction\":",
        "\"*\"",
        "${aws:username}",
        "\"ForAllValues:StringLike\":",
        "null",
        "[[",
        "%7B",
        "\u{feff}",
        "\"Statement\":",
        "1e999",
        "\\u0041",
        "\"Null\":{\"aws:x\":true}",
    ];
    Stream(4).rounds(&files("fixtures/iam/aws-managed", "json"), &words, 3_000, |bytes| {
        targets::policy(&text(bytes));
    });
}

#[test]
fn patterns() {
    let seeds = [
        "arn:aws:*:model/a?*b*\narn:*/a*\narn:aws:x:model/acb",
        "*a*b*c*\n?*?*?\nabcabc",
        "a\n*\nü",
    ];
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    let words = ["*", "?", "**", "*?*", "ü", "\n", "a", "${x}"];
    Stream(5).rounds(&seeds, &words, 5_000, |bytes| targets::pattern(&text(bytes)));
}
