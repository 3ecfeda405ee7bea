//! Rows as comma-separated values (RFC 4180).
//!
//! SECURITY: a spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula. Such a cell is written with an
//! apostrophe before it (OWASP, CSV Injection), which reading takes away again; one that begins with an apostrophe gets another, so that both are told
//! apart.

use csv_core::{ReadRecordResult, Reader};

use super::column::{Column, MEANINGS};
use super::row::{Reason, RefusedRow, Row};
use crate::attributes::Schema;
use crate::policy;

/// The columns of a file, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header(Vec<Column>);

/// Between the names of groups or roles; a backslash before it makes it part of a name.
const BETWEEN: char = ';';
const ESCAPE: char = '\\';
/// More columns than any tenant has, and what is read of a line with more.
const COLUMNS_MAX: usize = MEANINGS.len() + 1 + policy::ATTRIBUTES_MAX;

impl Header {
    /// The columns of a tenant's people; that of hashes where they are wanted.
    pub fn of(schema: &Schema, hashes: bool) -> Self {
        let fixed = MEANINGS.iter().filter_map(|(name, _)| Column::parse(name));
        let attributes = schema.attributes.iter().map(|attribute| Column::Attribute(attribute.name.as_str().to_owned()));
        Self(fixed.chain(attributes).chain(hashes.then_some(Column::PasswordHash)).collect())
    }

    /// The columns that the first line of a file names; every one is known and stands there once.
    pub fn parse(line: &str) -> Result<Self, String> {
        let names = cells(line).map_err(|refused| refused.detail)?;
        let mut columns = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let column = Column::parse(name.trim()).ok_or_else(|| format!("column {} has no name that is known", place + 1))?;
            if columns.contains(&column) {
                return Err(format!("the column {column} stands there twice"));
            }
            columns.push(column);
        }
        Ok(Self(columns))
    }

    /// The first line of a file, with its end.
    pub(super) fn line(&self) -> String {
        joined(self.0.iter().map(ToString::to_string))
    }

    pub(super) fn read(&self, line: &str) -> Result<Row, RefusedRow> {
        let cells = cells(line)?;
        if cells.len() != self.0.len() {
            let detail = format!("{} values under {} columns", cells.len(), self.0.len());
            return Err(RefusedRow::new(Reason::Form, &detail));
        }
        let mut row = Row::default();
        for (column, cell) in self.0.iter().zip(&cells) {
            match column {
                Column::Groups | Column::Roles => names(cell).iter().try_for_each(|name| row.take(column, name))?,
                column => row.take(column, cell)?,
            }
        }
        Ok(row)
    }

    pub(super) fn write(&self, row: &Row) -> String {
        joined(self.0.iter().map(|column| match column {
            Column::Groups | Column::Roles => listed(&row.values(column)),
            column => row.values(column).concat(),
        }))
    }
}

fn joined(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<_> = cells.map(|cell| quoted(&neutral(&cell))).collect();
    format!("{}\r\n", cells.join(","))
}

const fn begins_no_text(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\'')
}

fn neutral(text: &str) -> String {
    if text.starts_with(begins_no_text) { format!("'{text}") } else { text.to_owned() }
}

fn as_meant(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(begins_no_text)).unwrap_or(cell)
}

fn quoted(cell: &str) -> String {
    let plain = !cell.contains([',', '"', '\n', '\r']) && cell.trim() == cell;
    if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}

fn listed(names: &[String]) -> String {
    let escaped = |name: &String| name.replace(ESCAPE, "\\\\").replace(BETWEEN, "\\;");
    names.iter().map(escaped).collect::<Vec<_>>().join(&BETWEEN.to_string())
}

fn names(cell: &str) -> Vec<String> {
    let (mut names, mut name, mut is_escaped) = (Vec::new(), String::new(), false);
    for c in cell.chars() {
        match c {
            c if is_escaped => {
                name.push(c);
                is_escaped = false;
            }
            ESCAPE => is_escaped = true,
            BETWEEN => names.push(std::mem::take(&mut name)),
            c => name.push(c),
        }
    }
    names.push(name);
    names.iter().map(|name| name.trim().to_owned()).collect()
}

/// The cells of one line, as they were before they were neutral.
fn cells(line: &str) -> Result<Vec<String>, RefusedRow> {
    let wrong = |detail: &str| RefusedRow::new(Reason::Form, detail);
    let (mut output, mut ends) = (vec![0; line.len() + 1], vec![0; COLUMNS_MAX]);
    let input = format!("{line}\n");
    // One call reads a line: only a quote that nothing closes goes on past its end.
    let (result, _, _, count) = Reader::new().read_record(input.as_bytes(), &mut output, &mut ends);
    match result {
        ReadRecordResult::Record => {}
        ReadRecordResult::OutputEndsFull => return Err(wrong("more values than there are columns")),
        ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull | ReadRecordResult::End => return Err(wrong("a quote that nothing closes")),
    }
    let begins = std::iter::once(&0).chain(&ends);
    let cells = begins.zip(&ends).take(count).map(|(begin, end)| String::from_utf8_lossy(&output[*begin..*end]));
    Ok(cells.map(|cell| as_meant(&cell).to_owned()).collect())
}
