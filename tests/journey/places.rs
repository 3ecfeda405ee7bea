//! Where journeys are made: the platform on one machine, and the built functions deployed to an emulated AWS.
//!
//! A run that is described in the file which the environment variable `COUNTERSIGN_JOURNEYS` names is used instead of one's own:
//! `COUNTERSIGN_JOURNEYS=.countersign/local.json cargo test -p journeys -- journey ::local`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use super::running::{Running, free_pair_of_ports, get};
use crate::repository::root;

/// Makes a journey in both places, as tests of its own name: `<name>::local` and `<name>::deployed`.
macro_rules! in_both_places {
    ($(#[doc = $doc:literal])* $name:ident, $journey:expr) => {
        $(#[doc = $doc])*
        mod $name {
            use super::*;

            #[test]
            fn local() {
                $journey(crate::journey::places::local());
            }

            #[test]
            fn deployed() {
                $journey(crate::journey::places::deployed());
            }
        }
    };
}
pub(crate) use in_both_places;

/// A platform that runs.
pub(crate) struct Place {
    /// What a run writes about itself: issuer, people, apps, inbox.
    pub(crate) description: Value,
    /// Its name, for files that are kept.
    pub(crate) name: &'static str,
    _running: Vec<Running>,
}

impl Place {
    /// The demo tenant's issuer.
    pub(crate) fn issuer(&self) -> &str {
        self.description["tenants"]["demo"]["issuer"].as_str().expect("an issuer")
    }

    /// The demo tenant's person.
    pub(crate) fn person(&self) -> &Value {
        &self.description["tenants"]["demo"]["users"][0]
    }

    /// The demo tenant's first app that authenticates so.
    pub(crate) fn client(&self, authentication: &str) -> &Value {
        let clients = self.description["tenants"]["demo"]["clients"].as_array().expect("a list of apps");
        let client = clients.iter().find(|client| client["token_endpoint_auth_method"] == authentication);
        client.unwrap_or_else(|| panic!("no app of {} authenticates by {authentication}", self.name))
    }
}

/// The platform on one machine, started once for all tests.
pub(crate) fn local() -> &'static Place {
    static LOCAL: LazyLock<Place> = LazyLock::new(|| {
        given("local").unwrap_or_else(|| {
            let data = fresh_folder("local");
            let port = free_pair_of_ports();
            let running = Running::start("local", command(&data).env("PORT", port.to_string()));
            let description = wait_until_it_answers(&running, &data);
            Place { description, name: "local", _running: vec![running] }
        })
    });
    &LOCAL
}

/// The built functions on an emulated AWS, deployed once for all tests.
pub(crate) fn deployed() -> &'static Place {
    static DEPLOYED: LazyLock<Place> = LazyLock::new(|| {
        given("deployed").unwrap_or_else(|| {
            let output = fresh_folder("deployed").join("emulated.json");
            // The demo app is registered at the next port.
            let port = free_pair_of_ports();
            let mut deploy = deployment(port, &output);
            let emulated = ready("deployed", deploy.arg("--seed-program").arg(built("seed")));
            let demo_app_port = (port + 1).to_string();
            let demo_app = Running::start("deployed-demo-app", Command::new(built("demo-app")).arg(&output).arg(&demo_app_port));
            Place { description: read(&output), name: "deployed", _running: vec![demo_app, emulated] }
        })
    });
    &DEPLOYED
}

/// A deployment of the test's own in which there is nothing yet, and what it says about itself.
pub(crate) fn empty_deployment() -> (Running, Value) {
    let output = fresh_folder("empty").join("emulated.json");
    let running = ready("empty", deployment(free_pair_of_ports(), &output).arg("--no-seed"));
    (running, read(&output))
}

fn deployment(port: u16, output: &Path) -> Command {
    let mut deploy = Command::new(root().join(".venv/emulated/bin/python"));
    deploy.args(["infra/emulated/deploy.py", "--port", &port.to_string(), "--output"]).arg(output);
    deploy
}

fn ready(name: &str, deploy: &Command) -> Running {
    let emulated = Running::start(name, deploy);
    emulated.wait_until("the deployment", || emulated.log().lines().any(|line| line.starts_with("ready ")).then_some(()));
    emulated
}

/// The local platform over a data folder.
pub(crate) fn command(data: &Path) -> Command {
    let mut command = Command::new(built("local"));
    command.env("COUNTERSIGN_DATA", data);
    command
}

/// Waits until a platform answers requests; what it says about itself.
#[track_caller]
pub(crate) fn wait_until_it_answers(running: &Running, data: &Path) -> Value {
    let file = data.join("local.json");
    let description = running.wait_until("local.json", || file.exists().then(|| read(&file)));
    running.wait_until("the discovery document", || {
        let issuer = description["tenants"]["demo"]["issuer"].as_str()?;
        let (port, path) = issuer.strip_prefix("http://localhost:")?.split_once('/')?;
        get(port.parse().ok()?, &format!("/{path}/.well-known/openid-configuration")).filter(|(status, _)| *status == 200)
    });
    description
}

/// An empty folder of the run that a test has for itself.
pub(crate) fn fresh_folder(name: &str) -> PathBuf {
    let folder = root().join("target/journeys").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("what an earlier run left");
    }
    fs::create_dir_all(&folder).expect("target is writable");
    folder
}

/// A program that was built beside this one.
pub(crate) fn built(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("this test is a file");
    let program = own.parent().and_then(Path::parent).expect("target/debug/deps").join(name);
    assert!(program.exists(), "`cargo test --workspace --no-run` comes first, which builds the programs too");
    program
}

#[expect(clippy::disallowed_methods, reason = "says where to find a run that is there already; no function reads it")]
fn given(name: &'static str) -> Option<Place> {
    let file = std::env::var("COUNTERSIGN_JOURNEYS").ok()?;
    Some(Place { description: read(&root().join(file)), name, _running: Vec::new() })
}

fn read(file: &Path) -> Value {
    let text = fs::read(file).expect("a run writes what it is");
    serde_json::from_slice(&text).expect("a run writes JSON")
}
