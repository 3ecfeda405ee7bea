//! What `make run` keeps, refuses and says. Made on the local platform only: a deployment has neither a data folder nor a template that it reads.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::node;
use super::places::{command, fresh_folder, wait_until_it_answers};
use super::running::{Running, free_pair_of_ports, get, post};
use crate::repository::root;

/// What a run that doesn't start says.
struct Refusal {
    status: Option<i32>,
    text: String,
}

fn refusal(command: &mut Command) -> Refusal {
    let output = command.current_dir(root()).output().expect("the program runs");
    Refusal { status: output.status.code(), text: String::from_utf8(output.stderr).expect("sentences are UTF-8") }
}

/// One sentence on one line, and exit code 1.
#[track_caller]
fn assert_refused(refusal: &Refusal, naming: &[&str]) {
    let Refusal { status, text } = refusal;
    assert_eq!(*status, Some(1), "{text}");
    assert!(text.trim_end().lines().count() == 1 && text.trim_end().ends_with('.'), "one sentence:\n{text}");
    for name in naming {
        assert!(text.contains(name), "{text:?} names {name}");
    }
}

fn start(name: &str, data: &Path, port: Option<u16>) -> (Running, Value) {
    let mut command = command(data);
    if let Some(port) = port {
        command.env("PORT", port.to_string());
    }
    let running = Running::start(name, &command);
    let description = wait_until_it_answers(&running, data);
    (running, description)
}

/// The link of the platform's first owner that a run printed.
pub(crate) fn founding_link(running: &Running) -> Option<String> {
    let log = running.log();
    log.lines().map(str::trim).find(|line| line.starts_with("http://localhost:") && line.contains("/t/system/invitation?link=")).map(str::to_owned)
}

/// A person signs in by way of the public app; answers what was asked of them, and the cookies that their browser has then.
fn visit(description: &Value, cookies: &Value) -> Value {
    let clients = description["tenants"]["demo"]["clients"].as_array().expect("apps");
    let public = clients.iter().find(|client| client["token_endpoint_auth_method"] == "none").expect("a public app");
    node::journey("openid_client", "visit", &json!({"description": description, "client_id": public["client_id"], "cookies": cookies}))
}

#[test]
fn a_second_start_keeps_people_sessions_and_consent_however_the_first_ended() {
    let data = fresh_folder("kept");
    let port = free_pair_of_ports();
    let (running, first) = start("kept-1", &data, Some(port));
    let visited = visit(&first, &json!([]));
    assert_eq!(visited["asked"], json!(["password", "consent"]));
    assert_eq!(running.end("INT").code(), Some(0));

    // The folder's own port, without being told. Nothing that was acknowledged needs a tidy end.
    let (running, second) = start("kept-2", &data, None);
    assert_eq!(second, first);
    let again = visit(&second, &visited["cookies"]);
    assert_eq!((&again["asked"], &again["sub"]), (&json!([]), &visited["sub"]));
    let elsewhere = visit(&second, &json!([]));
    assert_eq!(elsewhere["asked"], json!(["password"]));
    running.end("KILL");

    let (_running, third) = start("kept-3", &data, Some(port));
    assert_eq!(visit(&third, &elsewhere["cookies"])["asked"], json!([]));
}

#[test]
fn a_start_prints_the_link_of_the_first_owner_until_there_is_one() {
    let printed = |running: &Running| Some(founding_link(running)?.split_once("?link=")?.1.to_owned());
    let data = fresh_folder("founded");
    let port = free_pair_of_ports();
    let (running, _) = start("founded-1", &data, Some(port));
    let replaced = printed(&running).expect("a link");
    assert_eq!(running.end("INT").code(), Some(0));
    let (running, _) = start("founded-2", &data, None);
    let link = printed(&running).expect("a link");
    let accept =
        |link: &str| post(port, "/t/system/invitation", &format!("link={link}&password=seven+purple+lanterns+drift")).map(|(status, _)| status);
    assert_eq!(get(port, &format!("/t/system/invitation?link={link}")).map(|(status, _)| status), Some(200));
    assert_eq!([accept(&replaced), accept(&link), accept(&link)], [Some(410), Some(200), Some(410)]);
    assert_eq!(running.end("INT").code(), Some(0));
    let (running, _) = start("founded-3", &data, None);
    assert_eq!(printed(&running), None, "somebody owns the platform");
}

#[test]
fn another_port_than_the_data_folder_s_is_refused() {
    let data = fresh_folder("ported");
    let port = free_pair_of_ports();
    let (running, _) = start("ported", &data, Some(port));
    running.end("INT");
    let other = free_pair_of_ports();
    let refused = refusal(command(&data).env("PORT", other.to_string()));
    assert_refused(&refused, &["make reset", &port.to_string(), &other.to_string()]);
}

#[test]
fn a_port_that_is_in_use_is_refused() {
    let port = free_pair_of_ports();
    let _other = TcpListener::bind(("127.0.0.1", port)).expect("it was free");
    let refused = refusal(command(&fresh_folder("occupied")).env("PORT", port.to_string()));
    assert_refused(&refused, &[&port.to_string()]);
}

#[test]
fn a_data_folder_that_another_run_holds_is_refused() {
    let data = fresh_folder("held");
    let (_running, _) = start("held", &data, Some(free_pair_of_ports()));
    assert_refused(&refusal(&mut command(&data)), &["held"]);
}

#[test]
fn a_template_that_cannot_be_read_is_refused() {
    let data = fresh_folder("unreadable");
    let template = data.join("template.yaml");
    fs::write(&template, "Resources: [unclosed").expect("target is writable");
    let refused = refusal(command(&data).env("COUNTERSIGN_TEMPLATE", &template).env("PORT", free_pair_of_ports().to_string()));
    assert_refused(&refused, &["template.yaml"]);
}

#[test]
fn a_route_that_is_not_in_the_template_is_not_there() {
    let data = fresh_folder("route-removed");
    let template = data.join("template.yaml");
    let text = fs::read_to_string(root().join("template.yaml")).expect("the template");
    let (before, route) = text.split_once("\n  UserinfoRoute:\n").expect("the route of userinfo");
    let (_, after) = route.split_once("\n\n").expect("something after it");
    fs::write(&template, format!("{before}\n\n{after}")).expect("target is writable");
    let port = free_pair_of_ports();
    let mut command = command(&data);
    command.env("COUNTERSIGN_TEMPLATE", &template).env("PORT", port.to_string());
    let running = Running::start("route-removed", &command);
    wait_until_it_answers(&running, &data);
    assert_eq!(get(port, "/t/demo/userinfo").map(|(status, _)| status), Some(404));
    assert_eq!(get(port, "/t/demo/jwks").map(|(status, _)| status), Some(200));
}
