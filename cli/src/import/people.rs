//! A file of people on this machine.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::arguments::Form;
use crate::failure::Failure;

/// How much is read at once to count lines.
const BLOCK: usize = 256 * 1024;

/// A file of people.
pub(super) struct PeopleFile {
    path: PathBuf,
    form: Form,
    bytes: u64,
    lines: u64,
}

impl PeopleFile {
    /// A file that is there and holds something.
    pub(super) fn open(path: &Path, said: Option<Form>) -> Result<Self, Failure> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let form = said.or_else(|| of_extension(extension));
        let form = form.ok_or_else(|| Failure::usage(format!("What is {} written in? --as csv or --as ndjson says it.", path.display())))?;
        let (bytes, lines) = measured(File::open(path).map_err(Failure::file(path))?).map_err(Failure::file(path))?;
        if bytes == 0 { Err(Failure::usage(format!("{} is empty.", path.display()))) } else { Ok(Self { path: path.to_owned(), form, bytes, lines }) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// As the admin API calls it.
    pub(super) const fn form_name(&self) -> &'static str {
        match self.form {
            Form::Csv => "csv",
            Form::Ndjson => "ndjson",
        }
    }

    /// About how many people are in it: blank lines are counted as well.
    pub(super) const fn rows(&self) -> u64 {
        match self.form {
            Form::Csv => self.lines.saturating_sub(1),
            Form::Ndjson => self.lines,
        }
    }

    /// So many bytes from somewhere on.
    pub(super) fn part(&self, first: u64, bytes: u64) -> Result<Vec<u8>, Failure> {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(first))?;
            let mut part = Vec::new();
            file.take(bytes).read_to_end(&mut part)?;
            if part.len() as u64 == bytes { Ok(part) } else { Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it got shorter")) }
        };
        read().map_err(Failure::file(&self.path))
    }
}

fn of_extension(extension: &str) -> Option<Form> {
    match extension.to_ascii_lowercase().as_str() {
        "csv" => Some(Form::Csv),
        "ndjson" | "jsonl" => Some(Form::Ndjson),
        _ => None,
    }
}

fn measured(mut file: impl Read) -> io::Result<(u64, u64)> {
    let (mut bytes, mut lines, mut last, mut block) = (0, 0, b'\n', vec![0; BLOCK]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok((bytes, lines + u64::from(last != b'\n'))),
            read => {
                bytes += read as u64;
                lines += block[..read].split(|byte| *byte == b'\n').count() as u64 - 1;
                last = block[read - 1];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_line_counts_with_or_without_its_end() {
        for (text, measure) in [("", (0, 0)), ("a\n", (2, 1)), ("a\nb", (3, 2)), ("a\nb\n", (4, 2))] {
            assert_eq!(measured(text.as_bytes()).expect("memory"), measure, "{text:?}");
        }
    }

    #[test]
    fn the_extension_says_the_form_where_it_is_one_of_them() {
        assert_eq!(
            ["csv", "CSV", "jsonl", "ndjson", "txt", ""].map(of_extension),
            [Some(Form::Csv), Some(Form::Csv), Some(Form::Ndjson), Some(Form::Ndjson), None, None]
        );
    }
}
