//! HTML: one page that can be sent to somebody who has no terminal.
//!
//! It loads nothing: style and script stand in the page, and a content security policy names both by their hash, so
//! that nothing else runs whatever a name in AWS holds. Filters work without the script, which adds search and order.

mod class;
mod page;

use crate::model::report::Report;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context};
use sha2::{Digest as _, Sha256};
use std::io::{self, Write};

const TEMPLATE: &str = include_str!("html/page.html");
const CSS: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Writes the page.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .map_err(io::Error::other)?;
    let mut environment = Environment::new();
    environment.set_syntax(syntax);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.add_template("page", TEMPLATE).map_err(io::Error::other)?;
    let page = environment.get_template("page").map_err(io::Error::other)?;
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(CSS)),
        base64(&Sha256::digest(SCRIPT)),
    );
    let context = context! {
        policy,
        css => Value::from_safe_string(CSS.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        page => Serde(page::Page::of(report)?),
    };
    let html = page.render(context).map_err(io::Error::other)?;
    writeln!(out, "{html}")
}

/// [RFC 4648](https://www.rfc-editor.org/rfc/rfc4648#section-4), the little of it that a content security policy needs.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, at| {
            word << 8 | u32::from(chunk.get(at).copied().unwrap_or(0))
        });
        for at in 0..4_usize {
            let index = (word >> (18 - 6 * at) & 63) as usize;
            let letter = if at <= chunk.len() {
                ALPHABET.get(index).copied().unwrap_or(b'=')
            } else {
                b'='
            };
            text.push(char::from(letter));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{CSS, SCRIPT, base64};

    #[test]
    fn base64_as_the_rfc_has_it() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn style_and_script_load_nothing() {
        for text in [CSS, SCRIPT] {
            for outside in [
                "http:",
                "https:",
                "url(",
                "@import",
                "fetch(",
                "eval(",
                "innerHTML",
                "</",
            ] {
                assert!(!text.contains(outside), "{outside}");
            }
        }
    }
}
