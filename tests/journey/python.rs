//! Journeys by clients that aren't ours: Python's `authlib`.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::repository::root;

/// Makes the journey of `tests/python/<file>.py`; answers what it says at its end.
#[track_caller]
pub(crate) fn journey(file: &str, input: &Value) -> Value {
    let mut python = Command::new(root().join(".venv/authlib/bin/python"));
    python.arg(format!("{file}.py")).current_dir(root().join("tests/python"));
    let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("`make journeys` installed it");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.to_string().as_bytes()).expect("the script reads what it needs");
    drop(stdin);
    let output = child.wait_with_output().expect("the script ends");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{file}\n{said}{}", String::from_utf8_lossy(&output.stderr));
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{file} ends in JSON ({error}):\n{said}"))
}
