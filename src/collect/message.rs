//! Turns what a service or a library said into one harmless line.
//!
//! Error texts travel into snapshots, reports and tickets: they keep what explains the failure, and lose line breaks,
//! control characters, request ids (which would make two equal runs differ), blobs and anything like an access key.

const LONGEST: usize = 400;
const LONGEST_WORD: usize = 200;

/// The text on one line, without what must not or need not be kept.
pub(super) fn clean(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut words = text.split_whitespace().peekable();
    let mut kept: Vec<String> = Vec::new();
    while let Some(word) = words.next() {
        let bare = bare(word);
        let spaced = bare == "request" && words.peek().is_some_and(|next| self::bare(next) == "id");
        if spaced {
            words.next();
        }
        if spaced || bare == "requestid" {
            words.next();
        } else if bare.starts_with("requestid") {
            // The id is glued to its name, as in `RequestId:1234`.
        } else {
            kept.push(mask(word));
        }
    }
    let mut line = kept.join(" ");
    if line.chars().count() > LONGEST {
        line = line.chars().take(LONGEST).chain(['…']).collect();
    }
    line
}

fn bare(word: &str) -> String {
    word.chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase()
}

/// A word that is too long to be language is a token or an encoded blob; an access key id is named by its prefix.
fn mask(word: &str) -> String {
    if word.len() > LONGEST_WORD && !word.contains("arn:") {
        return "…".to_owned();
    }
    for prefix in ["AKIA", "ASIA"] {
        if let Some((before, rest)) = word.split_once(prefix) {
            let id: usize = rest
                .bytes()
                .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
                .count();
            if id >= 12 {
                return format!("{before}{prefix}…{}", rest.get(id..).unwrap_or(""));
            }
        }
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_without_ids() {
        assert_eq!(clean("no\n way\u{1b}[31m"), "no way [31m");
        assert_eq!(clean("denied (RequestId: 12-34) at last"), "denied at last");
        assert_eq!(clean("denied, Request ID: 12-34"), "denied,");
        assert_eq!(clean("denied RequestId:12-34"), "denied");
    }

    #[test]
    fn no_keys_and_no_blobs() {
        assert_eq!(clean("key AKIAIOSFODNN7EXAMPLE, bad"), "key AKIA…, bad");
        let blob = "x".repeat(300);
        assert_eq!(clean(&format!("Encoded message: {blob}")), "Encoded message: …");
        assert!(clean(&"word ".repeat(500)).chars().count() <= LONGEST + 1);
    }
}
