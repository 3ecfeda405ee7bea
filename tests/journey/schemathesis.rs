//! The admin API by `schemathesis`: requests of every kind that `docs/openapi.json` allows, and of kinds that it doesn't. None is answered by a 5xx or by
//! a status that isn't documented, and what the document refuses is refused. On one machine only, so that what it makes is in nobody's way.

use std::process::Command;
use std::time::Duration;

use domain::client::Client;
use domain::registration::RegistrationPolicy;
use domain::user::Profile;
use domain::{Secret, Slug};
use local::TestPlatform;
use runtime::provision::{NewTenant, NewUser};
use runtime::{Clock, Provisioner, SystemClock};
use serde_json::{Value, json};

use super::node;
use super::resource_server::blocking;
use crate::repository::root;

/// Examples per operation and phase.
const EXAMPLES: &str = "12";
const OWNER: &str = "olga";
const PASSWORD: &str = "seven brass kettles hum";

#[tokio::test]
async fn the_admin_api_is_what_its_document_says() {
    let platform = TestPlatform::served().await;
    // Node has a clock of its own.
    platform.clock.set(SystemClock.now());
    let base = platform.demo.issuer().split("/t/").next().expect("a base").to_owned();
    let issuer = platforms_owner(&platform).await;
    let client = json!({ "client_id": "administration", "redirect_uris": ["http://127.0.0.1:1/callback"] });
    let person = json!({ "username": OWNER, "password": PASSWORD });
    let asked = json!({ "issuer": issuer, "client": client, "person": person, "audience": format!("{base}/admin/v1"), "scope": "openid admin" });
    let token = blocking(move || node::journey("resource_server", "takesAPersons", &asked)).await["token"].as_str().expect("a token").to_owned();
    // An administrator has so many requests a minute, and minutes go by.
    let minutes = async {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            platform.clock.set(SystemClock.now());
        }
    };
    tokio::select! {
        tried = blocking(move || Value::String(schemathesis(&base, &token))) => {
            assert!(tried.as_str().is_some_and(|said| said.contains(&format!("Tested: {}\n", operations()))), "{tried}");
        }
        never = minutes => never,
    }
}

/// Somebody who owns the platform, and may all that the document says; the issuer where they sign in.
async fn platforms_owner(platform: &TestPlatform) -> String {
    let (provisioner, slug) = (Provisioner::new(platform.platform()), Slug::system());
    let issuer = platform.platform().routing.issuer(&slug).expect("an issuer");
    let new = NewTenant { slug, name: "System".to_owned(), issuer: issuer.clone(), registration: RegistrationPolicy::default() };
    let system = provisioner.create_tenant(&new).await.expect("an answer").expect("a tenant");
    let email = format!("{OWNER}@example.com");
    let owner = NewUser { username: OWNER.to_owned(), email, password: Secret::new(PASSWORD.to_owned()).into(), profile: Profile::default() };
    provisioner.create_user(&system, &owner).await.expect("a person");
    provisioner.make_owner(&system, OWNER).await.expect("an owner");
    let app = Client::of_operators(platform.clock.now()).expect("an app");
    provisioner.create_client(&system, &app).await.expect("an app");
    issuer.to_string()
}

fn operations() -> usize {
    let document: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    paths.values().filter_map(Value::as_object).map(serde_json::Map::len).sum()
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
