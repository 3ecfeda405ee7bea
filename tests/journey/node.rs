//! Journeys by clients that aren't ours: npm's `openid-client`, and Chromium driven by `playwright-core`.

use std::process::Command;

use serde_json::Value;

use super::program;
use crate::repository::root;

/// Makes a journey of `tests/node/<file>.mjs`; answers what it says at its end.
#[track_caller]
pub(crate) fn journey(file: &str, journey: &str, input: &Value) -> Value {
    let mut node = Command::new("node");
    node.args(["run.mjs", file, journey]).current_dir(root().join("tests/node"));
    program::journey(node, &format!("{file} {journey}"), input)
}
