//! Journeys by clients that aren't ours: npm's `openid-client`, and Chromium driven by `playwright-core`.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::repository::root;

/// Makes a journey of `tests/node/<file>.mjs`; answers what it says at its end.
#[track_caller]
pub(crate) fn journey(file: &str, journey: &str, input: &Value) -> Value {
    let mut node = Command::new("node");
    node.args(["run.mjs", file, journey]).current_dir(root().join("tests/node"));
    let mut child = node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("node is installed");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.to_string().as_bytes()).expect("the script reads what it needs");
    drop(stdin);
    let output = child.wait_with_output().expect("the script ends");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{file} {journey}\n{said}{}", String::from_utf8_lossy(&output.stderr));
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{file} {journey} ends in JSON ({error}):\n{said}"))
}
