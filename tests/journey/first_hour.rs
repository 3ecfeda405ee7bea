//! The first hour, as `docs/how-to/first-hour.md` has it: its blocks are run as they stand, by a shell, and a person at a browser does what it asks for.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::make_run::founding_link;
use super::places::{command, empty_deployment, fresh_folder, wait_until_it_answers};
use super::running::{Running, free_pair_of_ports};
use super::{node, program};
use crate::repository::root;

const PAGE: &str = "docs/how-to/first-hour.md";
const OWNER: &str = "grace@example.org";

#[test]
fn the_first_hour_ends_in_a_token_on_one_machine() {
    let data = fresh_folder("first-hour");
    let running = Running::start("first-hour", command(&data).env("PORT", free_pair_of_ports().to_string()));
    let description = wait_until_it_answers(&running, &data);
    follow(&description["base_url"], &founding_link(&running).expect("nobody owns the platform yet"), "owner@system.example");
}

#[test]
fn the_first_hour_ends_in_a_token_on_an_empty_deployment() {
    let (_running, description) = empty_deployment();
    let mut invoke = Command::new(root().join(".venv/emulated/bin/python"));
    invoke.arg("first_administrator.py").current_dir(root().join("tests/python"));
    let answer = program::journey(invoke, "first_administrator", &json!({ "aws": description["aws"], "email": OWNER }));
    follow(&description["base_url"], answer["link"].as_str().expect("a link"), OWNER);
}

fn follow(base_url: &Value, link: &str, email: &str) {
    let text = fs::read_to_string(root().join(PAGE)).expect("the page");
    let done = node::journey("first_hour", "follows", &json!({ "script": blocks(&text), "base_url": base_url, "link": link, "email": email }));
    let (id_token, access_token) = (&done["id_token"], &done["access_token"]);
    assert!(id_token["iss"].as_str().is_some_and(|issuer| issuer.ends_with("/t/acme")), "{id_token}");
    assert_eq!(access_token["aud"], "https://orders.acme.example");
    assert_eq!(access_token["scope"], "orders:read orders:write");
    assert_eq!(access_token["groups"], json!(["Orders"]));
    assert_eq!(access_token["sub"], id_token["sub"]);
    let happened = done["happened"].as_array().expect("kinds of events");
    for kind in ["user.created", "password.changed", "session.started", "grant.issued"] {
        assert!(happened.contains(&json!(kind)), "{kind}: {happened:?}");
    }
}

/// What a reader is to put into their shell, one block after the other.
fn blocks(page: &str) -> String {
    let blocks: Vec<&str> = page.split("\n```sh\n").skip(1).filter_map(|after| after.split("\n```").next()).collect();
    assert!(blocks.len() > 5, "{PAGE} has its blocks");
    blocks.join("\n")
}
