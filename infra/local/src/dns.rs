//! The DNS of one machine: a file with a record on each line, `name value`, read whenever somebody asks. What it doesn't hold isn't there.

use std::fs;
use std::io;
use std::path::PathBuf;

use async_trait::async_trait;
use cloud::dns::{DnsUnavailable, TxtRecords};
use domain::policy;

/// A file of TXT records.
pub struct TxtFile(PathBuf);

impl TxtFile {
    /// The records in `file`, which need not be there.
    pub const fn at(file: PathBuf) -> Self {
        Self(file)
    }
}

#[async_trait]
impl TxtRecords for TxtFile {
    async fn txt(&self, name: &str) -> Result<Vec<String>, DnsUnavailable> {
        let records = match fs::read_to_string(&self.0) {
            Ok(records) => records,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(DnsUnavailable(error.to_string())),
        };
        let values = records.lines().filter_map(|line| line.split_once(' ')).filter(|(named, _)| *named == name);
        Ok(values.map(|(_, value)| value.trim().to_owned()).take(policy::DNS_TXT_MAX).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[tokio::test]
    async fn a_record_is_found_once_it_is_written_into_the_file() {
        let folder = Scratch::new();
        let file = folder.path().join("txt-records");
        let dns = TxtFile::at(file.clone());
        assert_eq!(dns.txt("_countersign.a.example").await, Ok(vec![]));
        fs::write(&file, "_countersign.a.example countersign=x\n_countersign.b.example other\n_countersign.a.example v=spf1 -all\n").expect("a file");
        assert_eq!(dns.txt("_countersign.a.example").await, Ok(vec!["countersign=x".to_owned(), "v=spf1 -all".to_owned()]));
    }
}
