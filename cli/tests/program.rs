//! The program itself: what it prints where, and its exit codes.

use std::process::{Command, Output};

fn countersign(arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_countersign"));
    program.env_clear().args(arguments).output().expect("the program runs")
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn help_is_a_result_and_says_the_exit_codes() {
    let (code, out, err) = said(&countersign(&["--help"]));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for word in ["token", "export", "plan", "apply", "users", "doctor", "130 interrupted", "COUNTERSIGN_ISSUER"] {
        assert!(out.contains(word), "{word}:\n{out}");
    }
}

#[test]
fn what_is_not_said_right_is_said_beside_results_with_exit_code_two() {
    let issuer = ["--issuer", "http://localhost:1/t/demo"];
    for (arguments, about) in [
        (vec!["tokn"], "tokn"),
        (vec!["token"], "--issuer"),
        ([issuer.as_slice(), &["token"]].concat(), "--client-id"),
        ([issuer.as_slice(), &["--client-id", "robot", "token"]].concat(), "COUNTERSIGN_CLIENT_SECRET"),
        (vec!["--issuer", "http://demo.example", "--client-id", "robot", "token"], "https"),
        (vec!["users", "import"], "FILE"),
    ] {
        let (code, out, err) = said(&countersign(&arguments));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        assert!(err.contains(about), "{arguments:?}: {err}");
    }
}

#[test]
fn a_server_that_is_not_there_is_a_sentence_and_exit_code_one() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_countersign"));
    // Nothing listens at the discard service's port.
    program.env_clear().args(["--issuer", "http://localhost:9/t/demo", "--client-id", "robot", "token"]).env("COUNTERSIGN_CLIENT_SECRET", "hush");
    let (code, out, err) = said(&program.output().expect("the program runs"));
    assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
    assert!(err.starts_with("http://localhost:9 can't be reached: ") && !err.contains("hush"), "{err}");
}

#[test]
fn the_doctor_says_where_it_ends_and_what_to_do() {
    let (code, out, _) = said(&countersign(&["--issuer", "http://localhost:9/t/demo", "doctor"]));
    assert_eq!(code, Some(1), "{out}");
    assert!(out.starts_with("good       issuer") && out.contains("BAD        reachable") && out.contains("not asked  token"), "{out}");
}
