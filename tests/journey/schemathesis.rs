//! The admin API by `schemathesis`: requests of every kind that `docs/openapi.json` allows, and of kinds that it doesn't. None is answered by a 5xx or by
//! a status that isn't documented, and what the document refuses is refused. On one machine only, so that what it makes is in nobody's way.

use std::process::Command;
use std::time::Duration;

use domain::client::ClientAuthenticationMethod;
use local::TestPlatform;
use runtime::{Provisioner, SystemClock};
use serde_json::{Value, json};

use super::node;
use super::resource_server::blocking;
use crate::repository::root;

/// Examples per operation and phase.
const EXAMPLES: &str = "12";

#[tokio::test]
async fn the_admin_api_is_what_its_document_says() {
    let platform = TestPlatform::served().await;
    // Node has a clock of its own.
    platform.clock.set(runtime::Clock::now(&SystemClock));
    let person = platform.demo.person();
    Provisioner::new(platform.platform()).make_owner(&platform.demo.tenant, &person.username).await.expect("an owner");
    let issuer = platform.demo.issuer().to_owned();
    let base = issuer.split("/t/").next().expect("a base").to_owned();
    let client = platform.demo.app(ClientAuthenticationMethod::None);
    let asked = json!({ "issuer": issuer, "client": client, "person": person, "audience": format!("{base}/admin/v1"), "scope": "openid admin" });
    let token = blocking(move || node::journey("resource_server", "takesAPersons", &asked)).await["token"].as_str().expect("a token").to_owned();
    // An administrator has so many requests a minute, and minutes go by.
    let minutes = async {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            platform.clock.set(runtime::Clock::now(&SystemClock));
        }
    };
    tokio::select! {
        tried = blocking(move || Value::String(schemathesis(&base, &token))) => {
            assert!(tried.as_str().is_some_and(|said| said.contains("No issues found")), "{tried}");
        }
        never = minutes => never,
    }
}

/// What the tool says once it has found nothing.
fn schemathesis(base: &str, token: &str) -> String {
    let mut tool = Command::new(root().join(".venv/schemathesis/bin/st"));
    tool.current_dir(root().join("tests/python")).args(["--config-file", "schemathesis.toml", "run", "../../docs/openapi.json", "--url", base]);
    tool.args(["--max-examples", EXAMPLES, "--no-color", "-H", &format!("Authorization: Bearer {token}")]);
    let output = tool.output().expect("`make journeys` installed it");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    said
}
