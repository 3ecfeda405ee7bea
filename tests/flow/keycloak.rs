//! A realm as Keycloak exports it, brought over from the command line: translated and imported. Its people sign in with the passwords that they had there.

use std::fs;
use std::path::Path;

use domain::administration::AdminRole;
use domain::roster::{Group, GroupName};
use domain::{GroupId, policy};
use local::TestPlatform;
use runtime::Provisioner;
use serde_json::Value;

use super::command_line::{File, Shell};
use super::relying_party::RelyingParty;
use super::visitor::Visitor;

/// Who is in `cli/tests/realm.json`, and with what password: each hash was made by Python's `hashlib` and `cryptography`.
const PEOPLE: [(&str, &str, &str); 3] = [
    ("ada.sha256", "analytical engine 1843", "0b6a4f1e-5c1d-4c58-9a3e-000000000001"),
    ("alan.sha512", "b\u{f6}mbe at hut 8", "0b6a4f1e-5c1d-4c58-9a3e-000000000002"),
    ("grace.argon2", "nanoseconds of wire", "0b6a4f1e-5c1d-4c58-9a3e-000000000003"),
];

#[tokio::test]
async fn a_realm_is_brought_over_and_its_people_sign_in_with_the_passwords_that_they_had() {
    let platform = TestPlatform::served().await;
    let shell = Shell::of(&platform, AdminRole::Admin).await;
    let (config, users, report) = (File::new("realm.json", ""), File::new("realm.ndjson", ""), File::new("realm.md", ""));
    let realm = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/tests/realm.json");
    let translate = ["keycloak", realm.to_str().expect("UTF-8"), "--config", config.name(), "--users", users.name(), "--report", report.name()];
    let translated = shell.does(&translate).await;
    assert!(translated.out.starts_with("4 people, 3 apps; "), "{translated:?}");
    nothing_secret_is_written_but_hashes_in_the_file_of_people(&[&config, &report], &users);
    set_up(&platform, &config).await;

    let begun = shell.does(&["users", "import", users.name(), "--no-wait"]).await;
    let job = begun.err.lines().find_map(|line| line.strip_prefix("Import ")).expect("an id").to_owned();
    platform.clock.advance(policy::CACHE_USABLE);
    platform.sweep().await;
    let ended = shell.does(&["users", "import", "--resume", &job]).await;
    assert_eq!(ended.out, "done: 4 accounts made, 0 rows refused.\n");
    platform.clock.advance(policy::CACHE_USABLE);
    people_sign_in(&platform).await;
}

/// Gives the tenant the groups, roles and attributes that the file says.
async fn set_up(platform: &TestPlatform, config: &File) {
    let said: Value = serde_json::from_str(&fs::read_to_string(&config.0).expect("it was written")).expect("JSON");
    let (provisioner, tenant) = (Provisioner::new(platform.platform()), &platform.demo.tenant);
    let attributes = serde_json::from_value(said["attributes"].clone()).expect("attributes");
    provisioner.change_attributes(tenant, |schema| schema.attributes = attributes).await.expect("a schema");
    let roles = |of: &Value| serde_json::from_value(of.clone()).expect("roles");
    let change = provisioner.change_roster(tenant, |roster| {
        roster.roles = roles(&said["roles"]);
        for (number, (name, group)) in (1..).zip(said["groups"].as_object().expect("groups")) {
            let group = Group { name: GroupName::parse(name).expect("a name"), roles: roles(&group["roles"]) };
            roster.groups.insert(GroupId::from_random([number; 16]), group);
        }
    });
    change.await.expect("a roster");
}

fn nothing_secret_is_written_but_hashes_in_the_file_of_people(others: &[&File], users: &File) {
    let read = |file: &File| fs::read_to_string(&file.0).expect("it was written");
    for file in others.iter().copied().chain([users]) {
        assert!(!read(file).contains("kc-secret-of"), "{}", file.name());
    }
    assert!(others.iter().all(|file| !read(file).contains("$pbkdf2")) && read(users).contains("$pbkdf2-sha512$"));
}

async fn people_sign_in(platform: &TestPlatform) {
    let app = RelyingParty::public(platform);
    for (network, (username, password, sub)) in (1..).zip(PEOPLE) {
        let mut wrong = Visitor::ada(platform, network).typing(username, "another password");
        let page = wrong.ask(platform, &app).await;
        assert!(wrong.sign_in(platform, &app, &page).await.body.contains("id=\"password\""), "{username}");
        // The second time it is our own hash.
        for _ in 0..2 {
            let code = Visitor::ada(platform, network).typing(username, password).arrive(platform, &app).await;
            let (access_token, _) = app.tokens(platform, &code).await;
            let told: Value = app.userinfo(platform, &access_token).await.json();
            assert_eq!((told["sub"].as_str(), told["preferred_username"].as_str()), (Some(sub), Some(username)));
        }
    }
}
