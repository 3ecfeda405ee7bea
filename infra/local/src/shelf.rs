//! Documents kept in sight: mails that were sent, stream records and messages that were given up. In a folder, or in memory for tests.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// JSON documents in the order in which they came.
#[derive(Debug)]
pub struct Shelf {
    folder: Option<PathBuf>,
    contents: Mutex<Contents>,
}

#[derive(Debug, Default)]
struct Contents {
    documents: Vec<Value>,
    // The number of the last file; files may have been taken away.
    last: u64,
}

impl Shelf {
    /// A shelf that ends with the process.
    pub fn in_memory() -> Self {
        Self { folder: None, contents: Mutex::default() }
    }

    /// A shelf whose documents are files of `folder`, with those that are there already.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut files = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        let read = |file: &PathBuf| serde_json::from_slice(&fs::read(file)?).map_err(io::Error::other);
        let documents = files.iter().map(read).collect::<io::Result<Vec<_>>>()?;
        let last = files.last().and_then(|file| file.file_stem()?.to_str()?.parse().ok()).unwrap_or(0);
        Ok(Self { folder: Some(folder.to_owned()), contents: Mutex::new(Contents { documents, last }) })
    }

    /// Adds a document; it is on disk when this returns.
    pub fn add(&self, document: Value) -> io::Result<()> {
        let mut contents = self.lock();
        contents.last += 1;
        if let Some(folder) = &self.folder {
            let file = folder.join(format!("{:06}.json", contents.last));
            write_whole(&file, format!("{document:#}\n").as_bytes())?;
        }
        contents.documents.push(document);
        Ok(())
    }

    /// All documents, the oldest first.
    pub fn list(&self) -> Vec<Value> {
        self.lock().documents.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a file that is there whole or not at all, whenever the process ends.
pub fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial = file.with_extension("partial");
    fs::write(&partial, bytes)?;
    fs::rename(&partial, file)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn documents_in_a_folder_outlive_the_process_in_their_order() {
        let scratch = Scratch::new();
        let shelf = Shelf::in_folder(scratch.path()).expect("a folder");
        for number in 1..=12 {
            shelf.add(json!(number)).expect("it is written");
        }
        let again = Shelf::in_folder(scratch.path()).expect("the same folder");
        assert_eq!(again.list(), (1..=12).map(|number| json!(number)).collect::<Vec<_>>());
        fs::remove_file(scratch.path().join("000003.json")).expect("somebody tidies up");
        let again = Shelf::in_folder(scratch.path()).expect("the same folder");
        again.add(json!("more")).expect("it is written");
        assert_eq!(again.list().len(), 12);
        assert_eq!(Shelf::in_folder(scratch.path()).expect("the same folder").list().last(), Some(&json!("more")));
    }

    #[test]
    fn documents_in_memory_stay_in_memory() {
        let shelf = Shelf::in_memory();
        shelf.add(json!(1)).expect("memory takes it");
        assert_eq!(shelf.list(), [json!(1)]);
        assert!(Shelf::in_memory().list().is_empty());
    }
}
