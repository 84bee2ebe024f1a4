//! A file that appears whole or not at all.
//!
//! It is created beside its target before the work begins, so that a directory that cannot be written to is known at
//! once, and takes the target's name when all is written. Two runs that write one file leave one of the two whole.
//! A target that is no regular file (a FIFO, `/dev/stdout`) is written to at the end instead of being replaced.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Who may read the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Its owner alone.
    Owner,
    /// Whoever the umask lets, or whoever could read the file that it replaces.
    Usual,
}

/// A file in the making; dropped, it leaves no trace.
#[derive(Debug)]
pub struct PendingFile {
    target: PathBuf,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Beside(NamedTempFile),
    // Opened at the end: the opening of a FIFO waits for a reader.
    Special(Vec<u8>),
}

impl PendingFile {
    /// Begins the file that will be at `path`.
    pub fn create(path: &Path, access: Access) -> io::Result<Self> {
        let found = fs::metadata(path).ok();
        if found.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
        }
        if found.as_ref().is_some_and(|found| !found.is_file()) {
            return Ok(Self {
                target: path.to_owned(),
                inner: Inner::Special(Vec::new()),
            });
        }
        // Through a symbolic link, what it points to is replaced and not the link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let directory = match target.parent() {
            Some(directory) if !directory.as_os_str().is_empty() => directory,
            _ => Path::new("."),
        };
        if target.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it names no file"));
        }
        if !directory.is_dir() {
            let message = format!("the directory `{}` does not exist", directory.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".bedrock-audit-").suffix(".part");
        let usual = permissions(access);
        if let Some(usual) = &usual {
            builder.permissions(usual.clone());
        }
        let file = builder.tempfile_in(directory)?;
        if let (Access::Usual, Some(found)) = (access, found) {
            file.as_file().set_permissions(found.permissions())?;
        }
        Ok(Self {
            target,
            inner: Inner::Beside(file),
        })
    }

    /// Puts the file in its place.
    pub fn commit(self) -> io::Result<()> {
        match self.inner {
            Inner::Beside(file) => {
                // The content reaches the disk before the name does, or a crash could leave an empty file.
                file.as_file().sync_all()?;
                file.persist(&self.target)
                    .map(|_: File| ())
                    .map_err(|error| error.error)
            }
            Inner::Special(bytes) => OpenOptions::new().write(true).open(&self.target)?.write_all(&bytes),
        }
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.inner {
            Inner::Beside(file) => file.write(bytes),
            Inner::Special(buffer) => buffer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.inner {
            Inner::Beside(file) => file.flush(),
            Inner::Special(_) => Ok(()),
        }
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is nothing to set")]
fn permissions(access: Access) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(match access {
        Access::Owner => 0o600,
        Access::Usual => 0o666,
    }))
}

#[cfg(not(unix))]
fn permissions(_: Access) -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn dropped_it_leaves_the_old_file_and_no_trace() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, "old").unwrap();
        let mut file = PendingFile::create(&path, Access::Usual).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(directory.path()), ["a"]);
    }

    #[test]
    fn two_writers_leave_one_whole_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let mut first = PendingFile::create(&path, Access::Owner).unwrap();
        let mut second = PendingFile::create(&path, Access::Owner).unwrap();
        first.write_all(b"first").unwrap();
        second.write_all(b"second").unwrap();
        second.commit().unwrap();
        first.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(names(directory.path()), ["a"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_its_owners_even_where_the_old_one_was_not() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        PendingFile::create(&path, Access::Owner).unwrap().commit().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let open = directory.path().join("b");
        fs::write(&open, "old").unwrap();
        fs::set_permissions(&open, Permissions::from_mode(0o640)).unwrap();
        PendingFile::create(&open, Access::Usual).unwrap().commit().unwrap();
        assert_eq!(fs::metadata(&open).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut file = PendingFile::create(&link, Access::Usual).unwrap();
        file.write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn says_at_once_what_cannot_be_written() {
        let directory = tempfile::tempdir().unwrap();
        let rows = [
            (directory.path().join("no/such"), "does not exist"),
            (directory.path().to_owned(), "it is a directory"),
        ];
        for (path, expected) in rows {
            let error = PendingFile::create(&path, Access::Usual).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
