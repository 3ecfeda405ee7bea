//! `docs/protocols.md`: what is implemented of which specification, and the test that shows it. A row without its test, and a stale page, fail.

mod rows;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::repository::{files, root};

use rows::{ABSENT, Row, SPECIFICATIONS};

const UPDATE: &str = "UPDATE_DOCS=1 cargo test -p journeys --test journeys protocols";

#[test]
fn the_page_says_what_is_there_and_which_test_shows_it() {
    let expected = page(&sources());
    let file = root().join("docs/protocols.md");
    if update_wanted() {
        fs::write(&file, &expected).expect("docs is writable");
    }
    let standing = fs::read_to_string(&file).unwrap_or_default();
    assert!(standing == expected, "docs/protocols.md is stale: {UPDATE}");
}

#[test]
fn a_test_that_is_not_there_is_noticed() {
    let sources = [(PathBuf::from("a/tests/b.rs"), "async fn it_is_so() {}".to_owned())];
    assert_eq!(file_of("it_is_so", &sources).as_deref(), Some(Path::new("a/tests/b.rs")));
    assert_eq!(file_of("it_is", &sources), None);
}

#[expect(clippy::disallowed_methods, reason = "a switch of the test, not of the product")]
fn update_wanted() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

fn page(sources: &[(PathBuf, String)]) -> String {
    let mut page = format!("# Protocols\n\nWritten by `{UPDATE}`; a test fails when it is stale or names a test that isn't there.\n");
    for (specification, rows) in SPECIFICATIONS {
        write!(page, "\n## {specification}\n\n| section | what | shown by |\n|---|---|---|\n").expect("text");
        for row in *rows {
            writeln!(page, "| {} | {} | {} |", row.section, row.what, shown_by(row, sources)).expect("text");
        }
    }
    page.push_str("\n## Not here, and not offered by discovery\n\n");
    for absent in ABSENT {
        writeln!(page, "- {absent}").expect("text");
    }
    page
}

fn shown_by(row: &Row, sources: &[(PathBuf, String)]) -> String {
    let file = file_of(row.test, sources).unwrap_or_else(|| panic!("no test is called {}", row.test));
    format!("[`{}`](../{})", row.test, file.display())
}

fn file_of(test: &str, sources: &[(PathBuf, String)]) -> Option<PathBuf> {
    let declared = format!("fn {test}(");
    sources.iter().find(|(_, text)| text.contains(&declared)).map(|(file, _)| file.clone())
}

/// Every source file with its path in the repository, in order.
fn sources() -> Vec<(PathBuf, String)> {
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("a readable source file");
        (file.strip_prefix(root()).expect("a file of the repository").to_owned(), text)
    };
    ["functions", "shared", "tests"].iter().flat_map(|folder| files(&root().join(folder), "rs")).map(read).collect()
}
