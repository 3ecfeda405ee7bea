//! What no lint of the compiler says about the texts of this repository.

use std::fs;

use crate::repository::{files, root};

/// Lines that a source file may have: well above the three hundred that are the aim.
const LINES_MAX: usize = 400;

/// Lines of sources with what is said of them, by a rule that finds them.
fn lines_where(rule: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for path in ["rs", "mjs", "py", "yaml", "html", "css"].into_iter().flat_map(|extension| files(root(), extension)) {
        let text = fs::read_to_string(&path).expect("sources are UTF-8");
        let short = path.strip_prefix(root()).expect("below the root").display().to_string();
        found.extend(text.lines().enumerate().filter(|(_, line)| rule(line)).map(|(index, line)| format!("{short}:{}: {}", index + 1, line.trim())));
    }
    found
}

#[test]
fn nothing_is_left_to_do() {
    let marks = ["TODO", "FIXME", "XXX"];
    let marked = lines_where(|line| marks.iter().any(|mark| line.contains(&format!("{mark}:")) || line.contains(&format!("// {mark}"))));
    // This file names the marks, in quotes, and nothing else does.
    assert!(marked.is_empty(), "{}", marked.join("\n"));
}

#[test]
fn relaxed_lints_say_why() {
    let silent = lines_where(|line| line.trim_start().starts_with("#[allow(") || line.trim_start().starts_with("#![allow("));
    assert!(silent.is_empty(), "use #[expect(…, reason = …)]:\n{}", silent.join("\n"));
}

#[test]
fn no_source_file_outgrows_its_subject() {
    let long = files(root(), "rs").into_iter().filter_map(|path| {
        let lines = fs::read_to_string(&path).expect("sources are UTF-8").lines().count();
        (lines > LINES_MAX).then(|| format!("{}: {lines} lines", path.display()))
    });
    let long: Vec<_> = long.collect();
    assert!(long.is_empty(), "more than {LINES_MAX} lines:\n{}", long.join("\n"));
}
