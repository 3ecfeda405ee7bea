//! The folder that holds everything the platform keeps on one machine: tables, master key, port, mails. One run holds it at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use domain::Secret;
use runtime::Random;

use crate::shelf::write_whole;

/// The port of a data folder that nobody gave another.
pub const DEFAULT_PORT: u16 = 8080;

/// Why a data folder can't be used; each is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// Another run holds it.
    #[error("The data folder {0} is held by another run; stop that one first.")]
    Held(String),
    /// The issuers in it name another port.
    #[error("The data in {folder} belongs to port {kept}, which its issuers name: leave out PORT={wanted}, or start over with `make reset`.")]
    OtherPort {
        /// The folder.
        folder: String,
        /// Its port.
        kept: u16,
        /// What was asked for.
        wanted: u16,
    },
    /// A file that the tables can't be read without is gone or damaged.
    #[error("{file} {what}, without which the data in {folder} can't be used; start over with `make reset`.")]
    Damaged {
        /// The folder.
        folder: String,
        /// The file in it.
        file: &'static str,
        /// Missing, or how it is damaged.
        what: &'static str,
    },
    /// The disk said no.
    #[error("The data folder {folder} can't be used: {error}.")]
    Disk {
        /// The folder.
        folder: String,
        /// Why.
        error: io::Error,
    },
}

/// A data folder that this process holds.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    // The lock ends with the file, however the process ends.
    _lock: File,
}

impl DataFolder {
    /// Takes the folder, making it when it isn't there.
    pub fn take(path: &Path) -> Result<Self, DataFolderError> {
        let disk = |error| DataFolderError::Disk { folder: path.display().to_string(), error };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(disk)?;
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(path.join("lock")).map_err(disk)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataFolderError::Held(path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(disk(error)),
        }
    }

    /// A file or folder in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where the tables are.
    pub fn database(&self) -> PathBuf {
        self.file("platform.sqlite")
    }

    /// The port to serve: the folder's own, else what is wanted, else the default.
    pub fn port(&self, wanted: Option<u16>) -> Result<u16, DataFolderError> {
        let kept = match fs::read_to_string(self.file("port")) {
            Ok(text) => text.trim().parse().map_err(|_| self.damaged("port", "isn't a port's number"))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(wanted.unwrap_or(DEFAULT_PORT)),
            Err(error) => return Err(self.disk(error)),
        };
        match wanted {
            Some(wanted) if wanted != kept => Err(DataFolderError::OtherPort { folder: self.name(), kept, wanted }),
            _ => Ok(kept),
        }
    }

    /// Whether the folder has a port of its own.
    pub fn has_port(&self) -> bool {
        self.file("port").exists()
    }

    /// Remembers the port, because issuers name it.
    pub fn keep_port(&self, port: u16) -> Result<(), DataFolderError> {
        write_whole(&self.file("port"), format!("{port}\n").as_bytes()).map_err(|error| self.disk(error))
    }

    /// The key that wraps all others here; made with the folder, and never again while there are tables.
    pub fn master_key(&self, random: &dyn Random) -> Result<Secret<[u8; 32]>, DataFolderError> {
        match fs::read(self.file("master.key")) {
            Ok(bytes) => bytes.try_into().map(Secret::new).map_err(|_| self.damaged("master.key", "isn't 32 bytes long")),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.disk(error)),
            Err(_) if self.database().exists() => Err(self.damaged("master.key", "is missing")),
            Err(_) => {
                let key = Secret::new(random.bytes::<32>());
                self.write_secret("master.key", key.expose()).map_err(|error| self.disk(error))?;
                Ok(key)
            }
        }
    }

    fn write_secret(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let partial = self.file(&format!("{name}.partial"));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(partial, self.file(name))
    }

    /// The complaint that the disk said no.
    pub fn disk(&self, error: io::Error) -> DataFolderError {
        DataFolderError::Disk { folder: self.name(), error }
    }

    fn damaged(&self, file: &'static str, what: &'static str) -> DataFolderError {
        DataFolderError::Damaged { folder: self.name(), file, what }
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use runtime::SystemRandom;

    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn one_run_holds_a_folder_and_the_next_takes_it_after_the_first() {
        let scratch = Scratch::new();
        let first = DataFolder::take(scratch.path()).expect("nobody holds it");
        let second = DataFolder::take(scratch.path()).expect_err("the first holds it");
        assert!(matches!(second, DataFolderError::Held(_)), "{second}");
        drop(first);
        assert!(DataFolder::take(scratch.path()).is_ok());
    }

    #[test]
    fn a_folder_keeps_its_port_and_another_is_refused_by_a_sentence_that_names_make_reset() {
        let scratch = Scratch::new();
        let folder = DataFolder::take(scratch.path()).expect("a new folder");
        assert_eq!(folder.port(None).expect("no port is kept"), DEFAULT_PORT);
        assert_eq!(folder.port(Some(9000)).expect("no port is kept"), 9000);
        folder.keep_port(9000).expect("it is written");
        assert_eq!(folder.port(None).expect("its own"), 9000);
        assert_eq!(folder.port(Some(9000)).expect("its own"), 9000);
        let other = folder.port(Some(9001)).expect_err("another").to_string();
        assert!(other.contains("make reset") && other.contains("9000") && other.lines().count() == 1, "{other}");
    }

    #[test]
    fn the_master_key_is_made_once_for_its_owner_alone() {
        let scratch = Scratch::new();
        let folder = DataFolder::take(scratch.path()).expect("a new folder");
        let key = folder.master_key(&SystemRandom::new()).expect("a new key");
        assert_eq!(folder.master_key(&SystemRandom::new()).expect("the same key"), key);
        let mode = fs::metadata(folder.file("master.key")).expect("its file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn tables_without_their_master_key_get_no_new_one() {
        let scratch = Scratch::new();
        let folder = DataFolder::take(scratch.path()).expect("a new folder");
        fs::write(folder.database(), b"").expect("a database");
        let error = folder.master_key(&SystemRandom::new()).expect_err("the key is missing").to_string();
        assert!(error.starts_with("master.key is missing") && error.contains("make reset"), "{error}");
    }
}
