//! A realm as Keycloak exports it, brought over from the command line: translated, applied, imported. Its people sign in with the passwords that they had there.

use std::fs;
use std::path::Path;

use cli::Outcome;
use domain::administration::AdminRole;
use domain::policy;
use local::TestPlatform;
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
    let (standing, config, users, report) =
        (File::new("standing.yaml", ""), File::new("realm.yaml", ""), File::new("realm.ndjson", ""), File::new("realm.md", ""));
    shell.does(&["export", "--output", standing.name()]).await;
    let realm = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/tests/realm.json");
    let translate = ["keycloak", realm.to_str().expect("UTF-8"), "--onto", standing.name(), "--config", config.name(), "--users", users.name()];
    let translated = shell.does(&[translate.as_slice(), &["--report", report.name()]].concat()).await;
    assert!(translated.out.starts_with("4 people, 3 apps; "), "{translated:?}");
    nothing_secret_is_written_but_hashes_in_the_file_of_people(&[&config, &report], &users);

    let planned = shell.run(&["plan", config.name()], None).await;
    assert_eq!(planned.outcome, Outcome::Differences, "{planned:?}");
    for line in ["+ app shop\n", "+ app spa\n", "+ app robot\n", "+ group Sales/EMEA\n", "+ role shop:refund\n", "~ policy session\n"] {
        assert!(planned.out.contains(line), "{line}{}", planned.out);
    }
    assert!(!planned.out.contains("\n- "), "what stands beside the realm stays: {}", planned.out);
    shell.does(&["apply", config.name(), "--yes"]).await;
    assert_eq!(shell.does(&["plan", config.name()]).await.out, "Nothing differs.\n");

    let begun = shell.does(&["users", "import", users.name(), "--no-wait"]).await;
    let job = begun.err.lines().find_map(|line| line.strip_prefix("Import ")).expect("an id").to_owned();
    platform.clock.advance(policy::CACHE_USABLE);
    platform.sweep().await;
    let ended = shell.does(&["users", "import", "--resume", &job]).await;
    assert_eq!(ended.out, "done: 4 accounts made, 0 rows refused.\n");
    platform.clock.advance(policy::CACHE_USABLE);
    people_sign_in(&platform).await;
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
