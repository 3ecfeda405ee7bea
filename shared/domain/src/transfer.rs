//! People in files: what a row says of somebody, the two formats that rows are written in, and the jobs that read and write them.
//!
//! A file is cut into lines first, whatever its format: a broken line is an error of its own and never swallows the next one. No value of a person holds
//! a line break, so that a quoted field over two lines is an error as well.

mod column;
mod csv;
mod job;
mod json;
mod lines;
mod row;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use column::{Column, MEANINGS};
pub use csv::Header;
pub use job::{Job, JobFailure, JobId, JobState, NotNow, Place, Progress, Purpose, parts};
pub use lines::{Line, Lines, Position};
pub use row::{ImportedRow, Reason, RefusedRow, Row};

/// What a file's rows are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma-separated values (RFC 4180) in UTF-8, the first line with the names of the columns.
    Csv,
    /// One JSON object per line (NDJSON).
    Ndjson,
}

impl Format {
    /// The row that a line is; `header` is that of a CSV file.
    pub fn read(self, header: &Header, line: &str) -> Result<Row, RefusedRow> {
        match self {
            Self::Csv => header.read(line),
            Self::Ndjson => json::read(line),
        }
    }

    /// A row as a line, with its end.
    pub fn write(self, header: &Header, row: &Row) -> String {
        match self {
            Self::Csv => header.write(row),
            Self::Ndjson => json::write(row),
        }
    }

    /// What a file begins with.
    pub fn beginning(self, header: &Header) -> String {
        match self {
            Self::Csv => header.line(),
            Self::Ndjson => String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
