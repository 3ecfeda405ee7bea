//! A journey as a program that isn't Rust: reads what it needs as JSON, ends well or says why not.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Runs it to its end; answers what its last line says.
#[track_caller]
pub(crate) fn journey(mut program: Command, name: &str, input: &Value) -> Value {
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("`make journeys` installed it");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.to_string().as_bytes()).expect("the program reads what it needs");
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{name}\n{said}{}", String::from_utf8_lossy(&output.stderr));
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{name} ends in JSON ({error}):\n{said}"))
}
