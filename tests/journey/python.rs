//! Journeys by clients that aren't ours: Python's `authlib`.

use std::process::Command;

use serde_json::Value;

use super::program;
use crate::repository::root;

/// Makes the journey of `tests/python/<file>.py`; answers what it says at its end.
#[track_caller]
pub(crate) fn journey(file: &str, input: &Value) -> Value {
    let mut python = Command::new(root().join(".venv/authlib/bin/python"));
    python.arg(format!("{file}.py")).current_dir(root().join("tests/python"));
    program::journey(python, file, input)
}
