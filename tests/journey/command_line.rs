//! The program `countersign`, as it is built, against a platform that runs: an administrator's shell.

use std::process::{Command, Output};

use serde_json::Value;

use super::places::{Place, built, fresh_folder, in_both_places};

/// Runs a command as the demo's app that administers.
fn countersign(place: &Place, arguments: &[&str]) -> Output {
    let clients = place.description["tenants"]["demo"]["clients"].as_array().expect("a list of apps");
    let app = clients.iter().find(|client| client["client_id"] == "demo-admin").expect("an app that administers");
    let mut program = Command::new(built("countersign"));
    program.env_clear().env("COUNTERSIGN_ISSUER", place.issuer()).env("COUNTERSIGN_CLIENT_ID", "demo-admin");
    program.env("COUNTERSIGN_CLIENT_SECRET", app["client_secret"].as_str().expect("a secret"));
    program.args(arguments).output().expect("the program runs")
}

/// What it prints, where it ends as wanted.
#[track_caller]
fn prints(place: &Place, arguments: &[&str], code: i32) -> String {
    let output = countersign(place, arguments);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}{err}");
    out.into_owned()
}

in_both_places!(
    /// A token, and an examination that finds nothing.
    an_app_administers_from_a_shell,
    |place: &Place| {
        assert_eq!(prints(place, &["token"], 0).trim_end().split('.').count(), 3, "a JWS");
        let found: Value = serde_json::from_str(&prints(place, &["doctor", "--format", "json"], 0)).expect("JSON");
        assert_eq!(found["well"], true, "{found:#}");
    }
);

in_both_places!(
    /// What is said in a file is planned, applied, and differs no more.
    a_tenant_is_set_up_by_a_file,
    |place: &Place| {
        let file = fresh_folder(&format!("set-up-{}", place.name)).join("tenant.yaml");
        std::fs::write(&file, "version: 1\npolicies: {retention: {settings: {days: 77}}}\n").expect("a file");
        let name = file.to_str().expect("UTF-8");
        assert!(prints(place, &["plan", name], 3).starts_with("~ policy retention\n"));
        applies(place, name);
        assert_eq!(prints(place, &["plan", name], 0), "Nothing differs.\n");
        assert!(prints(place, &["export"], 0).contains("days: 77"));
    }
);

/// Other journeys change the same tenant meanwhile: who is told so applies again.
fn applies(place: &Place, file: &str) {
    for _ in 0..20 {
        let output = countersign(place, &["apply", file, "--yes"]);
        let err = String::from_utf8_lossy(&output.stderr);
        if output.status.code() == Some(0) {
            return;
        }
        assert!(err.starts_with("Somebody changed the tenant"), "{err}");
    }
    panic!("somebody changes the tenant all the time");
}

in_both_places!(
    /// A file of people is announced, sent, worked off within the minutes that schedules take, and followed to its end.
    people_come_from_a_file_while_somebody_watches,
    |place: &Place| {
        let file = fresh_folder(&format!("people-{}", place.name)).join("people.csv");
        std::fs::write(&file, "username,name\ncommand.line,Command Line\n").expect("a file");
        let printed = prints(place, &["users", "import", file.to_str().expect("UTF-8")], 0);
        assert_eq!(printed, "done: 1 accounts made, 0 rows refused.\n");
    }
);
