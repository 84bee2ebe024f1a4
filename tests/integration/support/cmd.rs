//! Runs the compiled binary as a user would, in an environment that knows nothing of this machine's AWS settings,
//! proxies, colours or terminals, and not for longer than its time.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::fake_aws::FakeAws;

/// A run in the making.
#[derive(Debug)]
pub(crate) struct Cmd {
    program: OsString,
    args: Vec<OsString>,
    env: BTreeMap<OsString, OsString>,
    dir: Option<OsString>,
    stdin: Vec<u8>,
    timeout: Duration,
    home: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; `None` when a signal ended the process.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) elapsed: Duration,
}

impl Cmd {
    /// The binary under test, with credentials of nobody and no endpoint.
    pub(crate) fn bin() -> Self {
        Self::of(env!("CARGO_BIN_EXE_bedrock-audit"))
    }

    /// Any program, in the same environment.
    pub(crate) fn of(program: impl AsRef<OsStr>) -> Self {
        let home = tempfile::tempdir().expect("a temporary home");
        let mut env: BTreeMap<OsString, OsString> = std::env::vars_os()
            .filter(|(name, _)| !scrubbed(&name.to_string_lossy()))
            .collect();
        let fixed: [(&str, &OsStr); 9] = [
            ("HOME", home.path().as_os_str()),
            ("AWS_EC2_METADATA_DISABLED", "true".as_ref()),
            ("AWS_CONFIG_FILE", "/dev/null".as_ref()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".as_ref()),
            ("AWS_REGION", "us-east-1".as_ref()),
            ("NO_PROXY", "127.0.0.1".as_ref()),
            ("no_proxy", "127.0.0.1".as_ref()),
            ("LC_ALL", "C".as_ref()),
            ("TZ", "UTC".as_ref()),
        ];
        env.extend(fixed.into_iter().map(|(name, value)| (name.into(), value.to_owned())));
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            env,
            dir: None,
            stdin: Vec::new(),
            timeout: Duration::from_mins(1),
            home,
        }
    }

    /// Talks to this fake, signed as its own account.
    pub(crate) fn aws(self, aws: &FakeAws) -> Self {
        self.endpoint(aws)
            .env("AWS_ACCESS_KEY_ID", aws.access_key())
            .env("AWS_SECRET_ACCESS_KEY", "fake-secret")
    }

    /// Talks to this fake, but has no credentials.
    pub(crate) fn endpoint(self, aws: &FakeAws) -> Self {
        self.env("AWS_ENDPOINT_URL", aws.url())
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.env.insert(name.into(), value.as_ref().to_owned());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.env.remove(OsStr::new(name));
        self
    }

    /// Runs in this directory instead of the test's own.
    pub(crate) fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.dir = Some(dir.as_ref().as_os_str().to_owned());
        self
    }

    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The temporary home directory.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs to the end; a run that takes too long is killed and fails the test.
    pub(crate) fn run(self) -> Ran {
        self.run_while(|_| ())
    }

    /// The same, and does something with the process, known by its number, before waiting for its end.
    pub(crate) fn run_while(self, meanwhile: impl FnOnce(u32)) -> Ran {
        match self.try_run_while(meanwhile) {
            Ok(ran) => ran,
            Err(ran) => panic!(
                "timed out after {:?}\nstdout: {}\nstderr: {}",
                ran.elapsed, ran.stdout, ran.stderr
            ),
        }
    }

    /// Runs to the end, or until the time is over: then `Err` with what there was.
    pub(crate) fn try_run(self) -> Result<Ran, Ran> {
        self.try_run_while(|_| ())
    }

    fn try_run_while(self, meanwhile: impl FnOnce(u32)) -> Result<Ran, Ran> {
        let began = Instant::now();
        let mut command = Command::new(&self.program);
        command.args(&self.args).env_clear().envs(&self.env);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        let mut child = command.spawn().expect("the program starts");
        feed(&mut child, self.stdin);
        let (done, ended) = mpsc::channel();
        let stdout = collect(child.stdout.take(), done.clone());
        let stderr = collect(child.stderr.take(), done);
        meanwhile(child.id());
        // Both pipes close when the process ends, so no polling is needed.
        let left = |began: Instant| self.timeout.saturating_sub(began.elapsed());
        let in_time = (0..2).all(|_| ended.recv_timeout(left(began)).is_ok());
        if !in_time {
            let _ = child.kill();
        }
        let status = child.wait().expect("the program ends");
        let text = |reader: thread::JoinHandle<Vec<u8>>| {
            String::from_utf8_lossy(&reader.join().unwrap_or_default()).into_owned()
        };
        let ran = Ran {
            code: status.code(),
            stdout: text(stdout),
            stderr: text(stderr),
            elapsed: began.elapsed(),
        };
        if in_time { Ok(ran) } else { Err(ran) }
    }
}

impl Ran {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\nstdout: {}\nstderr: {}", self.stdout, self.stderr))
    }
}

/// Whether a variable could change what the binary does.
fn scrubbed(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let exact = [
        "RUST_LOG",
        "RUST_BACKTRACE",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "FORCE_COLOR",
        "CI",
        "COLUMNS",
        "LINES",
        "TERM",
        "PAGER",
    ];
    exact.contains(&upper.as_str())
        || upper.ends_with("_PROXY")
        || ["AWS_", "BEDROCK_AUDIT_", "XDG_", "GITHUB_", "LC_"]
            .iter()
            .any(|prefix| upper.starts_with(prefix))
}

fn feed(child: &mut Child, bytes: Vec<u8>) {
    let stdin = child.stdin.take();
    // A thread, because a child that never reads would block us; it may also end before it has read all.
    thread::spawn(move || {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(&bytes);
        }
    });
}

fn collect(from: Option<impl Read + Send + 'static>, done: mpsc::Sender<()>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            let _ = from.read_to_end(&mut bytes);
        }
        let _ = done.send(());
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::super::fake_aws::World;
    use super::*;

    #[test]
    fn the_binary_gets_only_the_settings_of_the_test() {
        let aws = FakeAws::start(World::new("111122223333"));
        let ran = Cmd::of("/usr/bin/env")
            .aws(&aws)
            .env("CI", "1")
            .env("AWS_PROFILE", "x")
            .without("CI")
            .run();
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let mut aws_lines: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("AWS_")).collect();
        aws_lines.sort_unstable();
        assert_eq!(
            aws_lines,
            [
                "AWS_ACCESS_KEY_ID=FAKE111122223333AUDITOR",
                "AWS_CONFIG_FILE=/dev/null",
                "AWS_EC2_METADATA_DISABLED=true",
                &format!("AWS_ENDPOINT_URL={}", aws.url()),
                "AWS_PROFILE=x",
                "AWS_REGION=us-east-1",
                "AWS_SECRET_ACCESS_KEY=fake-secret",
                "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
            ]
        );
        assert!(
            !ran.stdout
                .lines()
                .any(|line| line.starts_with("CI=") || line.starts_with("TERM="))
        );
        let bare = Cmd::of("/usr/bin/env").endpoint(&aws).run();
        assert!(!bare.stdout.contains("AWS_ACCESS_KEY_ID"));
    }

    #[test]
    fn scrubbing_knows_proxies_in_both_spellings() {
        for name in [
            "https_proxy",
            "HTTP_PROXY",
            "AWS_PROFILE",
            "aws_region",
            "BEDROCK_AUDIT_CONFIG",
            "NO_COLOR",
        ] {
            assert!(scrubbed(name), "{name}");
        }
        for name in ["PATH", "TMPDIR", "CIRCUS"] {
            assert!(!scrubbed(name), "{name}");
        }
    }

    #[test]
    fn stdin_and_both_outputs_are_collected() {
        let cmd = Cmd::of("/bin/sh")
            .args(["-c", "cat; echo '{\"a\":1}' >&2; pwd; exit 3"])
            .stdin("in\n");
        let home = cmd.home().canonicalize().expect("the home exists");
        let ran = cmd.dir(&home).run();
        assert_eq!(ran.code, Some(3));
        assert_eq!(ran.stdout, format!("in\n{}\n", home.display()));
        assert_eq!(ran.stderr, "{\"a\":1}\n");
        assert_eq!(Cmd::of("/bin/echo").args(["[1]"]).run().json(), serde_json::json!([1]));
    }

    #[test]
    fn a_run_that_takes_too_long_is_ended() {
        let ran = Cmd::of("/bin/sh")
            .args(["-c", "echo began; exec sleep 30"])
            .timeout(Duration::from_millis(300))
            .try_run();
        let ran = ran.expect_err("it was ended");
        assert_eq!((ran.stdout.as_str(), ran.code), ("began\n", None));
        assert!(ran.elapsed < Duration::from_secs(10));
    }

    #[test]
    fn the_binary_is_found() {
        assert_eq!(Cmd::bin().args(["--help"]).run().code, Some(0));
    }
}
