//! What was measured, and where: a number without its commit and machine says nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The page that results are written to.
pub fn page() -> PathBuf {
    repository().join("docs/performance.md")
}

/// One sentence: which commit, on which machine.
pub fn described() -> Result<String, Error> {
    let cores = std::thread::available_parallelism()?;
    let architecture = std::env::consts::ARCH.replace('_', "-");
    let system = if std::env::consts::OS == "linux" { "Linux" } else { std::env::consts::OS };
    Ok(format!("Commit {}, {cores} cores {architecture} {system}.", commit()?))
}

fn commit() -> Result<String, Error> {
    let commit = git(&["rev-parse", "--short=10", "HEAD"])?;
    // What is measured is built from sources, so pages that change don't count.
    let changed = git(&["status", "--porcelain", "--", ".", ":!docs"])?;
    Ok(if changed.is_empty() { commit } else { format!("{commit} with uncommitted changes") })
}

fn git(arguments: &[&str]) -> Result<String, Error> {
    let output = Command::new("git").current_dir(repository()).args(arguments).output()?;
    if output.status.success() { Ok(String::from_utf8(output.stdout)?.trim().to_owned()) } else { Err("git knows no commit here".into()) }
}
