//! Every way in which a snapshot file can be wrong, and what is said of it.

use super::*;
use std::io::Write;

const GOOD: &str = r#"{"schema_version": 1, "accounts": {"111122223333": {"regions": {"eu-west-1": {}}}}}"#;

fn message(bytes: &[u8]) -> String {
    let error = parse("f", bytes).unwrap_err();
    assert!(!error.help.is_empty());
    error.to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn reads_plain_compressed_and_marked_files() {
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(GOOD.bytes());
    for bytes in [
        GOOD.as_bytes().to_vec(),
        gzip(GOOD.as_bytes()),
        marked.clone(),
        gzip(&marked),
    ] {
        assert_eq!(parse("f", &bytes).unwrap().accounts.len(), 1);
    }
}

#[test]
fn names_what_is_wrong_and_where() {
    let newer = GOOD.replace(": 1,", ": 2, \"novelty\": [],");
    let twice = GOOD.replace(r#""accounts""#, r#""complete": true, "complete": false, "accounts""#);
    let same_account = r#"{"schema_version":1,"accounts":{"1":{},"1":{}}}"#;
    let unknown = GOOD.replace("regions", "reigons");
    let half = gzip(GOOD.repeat(50).as_bytes());
    let mut damaged = gzip(GOOD.as_bytes());
    damaged[20] ^= 0xff;
    let rows: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), "f: the file is empty"),
        (b"Resources:\n".to_vec(), "does not begin with `{`"),
        (b"[]".to_vec(), "does not begin with `{`"),
        (b"{}".to_vec(), "it has no `schema_version`"),
        (
            br#"{"schema_version":1,"accounts":{}}"#.to_vec(),
            "f: the snapshot holds no account",
        ),
        (GOOD[..40].into(), "f:1:40: the file ends in the middle"),
        (
            half[..half.len() / 2].to_vec(),
            "f: the compressed file ends in the middle",
        ),
        (damaged, "f: the compressed file is damaged"),
        (
            newer.into(),
            "f: the snapshot has schema version 2, and this program reads up to 1",
        ),
        (twice.into(), "`complete` stands twice in one object"),
        (same_account.into(), "f:1:42: `1` stands twice in one object"),
        (unknown.into(), "unknown field `reigons`"),
        (
            b"{\"schema_version\": 1,\n \"\xff\": 1}".to_vec(),
            "f:2:3: the file is not UTF-8 text",
        ),
        ("{\"a\":".repeat(200_000).into(), "nested too deeply"),
        (format!("{GOOD}x").into(), "trailing characters"),
        (
            br#"{"schema_version":"1.0","findings":[],"summary":{}}"#.to_vec(),
            "f: this is a report and not a snapshot",
        ),
        (
            br#"{"terraform_version":"1.9"}"#.to_vec(),
            "f: this is a Terraform plan",
        ),
    ];
    for (bytes, expected) in rows {
        let found = message(&bytes);
        assert!(found.contains(expected), "{found}\ninstead of\n{expected}");
    }
}

#[test]
fn unites_files_and_refuses_two_truths() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        Input::File(path)
    };
    let one = file("one", GOOD);
    let two = file("two", &GOOD.replace("111122223333", "444455556666"));
    let other = file("other", &GOOD.replace("{}", r#"{"agents": {"collected": true}}"#));
    assert_eq!(load(&[one.clone(), two]).unwrap().accounts.len(), 2);
    let error = load(&[one, other]).unwrap_err().to_string();
    assert!(
        error.contains("stands in two snapshots with different contents"),
        "{error}"
    );
}

#[test]
fn missing_files_and_directories_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let rows = [
        (directory.path().join("none"), "there is no such file"),
        (directory.path().to_owned(), "it is a directory"),
    ];
    for (path, expected) in rows {
        let error = load(&[Input::File(path)]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
