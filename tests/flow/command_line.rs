//! The command line against a platform that is served, on the way that its program takes: arguments, the environment, what is printed, the exit code.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cli::{Environment, Outcome, Screen};
use domain::administration::AdminRole;
use domain::{ClientId, Secret};
use local::TestPlatform;
use runtime::{Clock, Provisioner, SystemClock};
use serde_json::{Value, json};
use store::AdministratorsChange;

use super::relying_party::RelyingParty;
use super::visitor::Visitor;

const PASSWORD: &str = "correct horse é";
/// bcrypt's hash of it.
const HASH: &str = "$2b$05$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK";

/// What is printed.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody fails while printing").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Printed {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nobody fails while printing").clone()).expect("UTF-8")
    }
}

/// What became of a command.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) outcome: Outcome,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A shell at which the demo's administering app is set up.
pub(crate) struct Shell<'p> {
    pub(crate) platform: &'p TestPlatform,
    secret: String,
}

impl<'p> Shell<'p> {
    /// One whose app is made an administrator. Clocks agree, since the program has one of its own.
    pub(crate) async fn of(platform: &'p TestPlatform, role: AdminRole) -> Self {
        platform.clock.set(SystemClock.now());
        let (demo, provisioner) = (&platform.demo, Provisioner::new(platform.platform()));
        let owner = provisioner.make_owner(&demo.tenant, &demo.person().username).await.expect("somebody owns it first");
        let id = ClientId::parse(&demo.administration().client_id).expect("an id");
        let made = provisioner.make_app_administrator(&demo.tenant, &id, role).await.expect("an app");
        assert_eq!((owner, made), (AdministratorsChange::Changed, AdministratorsChange::Changed));
        Self { platform, secret: demo.administration().client_secret.clone().expect("a secret") }
    }

    /// Runs a command; nobody is there to be asked unless they type `answers`.
    pub(crate) async fn run(&self, arguments: &[&str], answers: Option<&str>) -> Done {
        let demo = &self.platform.demo;
        let said = ["countersign", "--issuer", demo.issuer(), "--client-id", &demo.administration().client_id];
        let environment = Environment { client_secret: Some(Secret::new(self.secret.clone())), since_epoch };
        let (out, err) = (Printed::default(), Printed::default());
        let mut screen = Screen::new(out.clone(), err.clone(), answers);
        let arguments = said.iter().chain(arguments).map(OsString::from);
        let outcome = cli::run(arguments, &environment, &mut screen).await;
        let done = Done { outcome, out: out.text(), err: err.text() };
        assert!(!done.out.contains(&self.secret) && !done.err.contains(&self.secret), "a secret is printed: {done:?}");
        done
    }

    /// The same of one that is done.
    #[track_caller]
    pub(crate) fn does<'a>(&'a self, arguments: &'a [&'a str]) -> impl Future<Output = Done> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let done = self.run(arguments, None).await;
            assert_eq!(done.outcome, Outcome::Fine, "{caller}: {done:?}");
            done
        }
    }
}

fn since_epoch() -> Duration {
    Duration::from_millis(SystemClock.now().millis())
}

/// A file that goes with the test.
pub(crate) struct File(pub(crate) PathBuf);

impl File {
    pub(crate) fn new(name: &str, content: &str) -> Self {
        let file = Self(std::env::temp_dir().join(format!("countersign-cli-{}-{name}", std::process::id())));
        fs::write(&file.0, content).expect("a file");
        file
    }

    pub(crate) fn name(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _gone_already = fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn a_token_is_printed_alone_and_opens_the_admin_api() {
    let platform = TestPlatform::served().await;
    let shell = Shell::of(&platform, AdminRole::Auditor).await;
    let printed = shell.does(&["token"]).await;
    assert_eq!((printed.out.lines().count(), printed.err.as_str()), (1, ""));
    assert_eq!(printed.out.trim_end().split('.').count(), 3, "a JWS");
    let printed: Value = serde_json::from_str(&shell.does(&["token", "--format", "json"]).await.out).expect("JSON");
    assert!(printed["access_token"].is_string() && printed["expires_in"].as_u64().is_some_and(|seconds| seconds > 60), "{printed}");

    let other = Shell { platform: &platform, secret: "another secret".to_owned() };
    let refused = other.run(&["token"], None).await;
    assert_eq!((refused.outcome, refused.out.as_str()), (Outcome::Failed, ""));
    assert!(refused.err.starts_with("No token: invalid_client"), "{}", refused.err);
}

#[tokio::test]
async fn the_doctor_finds_everything_well_and_says_what_is_not() {
    let platform = TestPlatform::served().await;
    let shell = Shell::of(&platform, AdminRole::Auditor).await;
    let well = shell.run(&["doctor"], None).await;
    assert_eq!((well.outcome, well.out.lines().filter(|line| line.starts_with("good ")).count()), (Outcome::Fine, 10), "{}", well.out);
    assert!(well.out.contains("as auditor"), "{}", well.out);
    // Who may see neither keys nor administrators is told so, and it is no fault.
    let narrow = TestPlatform::served().await;
    let narrow = Shell::of(&narrow, AdminRole::HelpDesk).await.run(&["doctor", "--format", "json"], None).await;
    let found: Value = serde_json::from_str(&narrow.out).expect("JSON");
    assert_eq!((narrow.outcome, &found["well"]), (Outcome::Fine, &json!(true)), "{found:#}");

    let ill = Shell { platform: &platform, secret: "another secret".to_owned() }.run(&["doctor"], None).await;
    assert_eq!(ill.outcome, Outcome::Failed);
    assert!(ill.out.contains("BAD        token") && ill.out.contains("→ Look at the app's id and its secret"), "{}", ill.out);
    let elsewhere = shell.run(&["doctor", "--tenant", "other"], None).await;
    assert_eq!(elsewhere.outcome, Outcome::Failed);
    assert!(elsewhere.out.contains("BAD        admin API"), "{}", elsewhere.out);
}

#[tokio::test]
async fn people_are_imported_from_a_file_and_rows_that_made_no_account_are_listed() {
    let platform = TestPlatform::served().await;
    let shell = Shell::of(&platform, AdminRole::UserManager).await;
    let rows = format!("username,email,password_hash\ngrace,grace@example.org,{HASH}\nada,,\nbarbara,no address,\n");
    let file = File::new("people.csv", &rows);
    let begun = shell.does(&["users", "import", file.name(), "--no-wait"]).await;
    assert!(begun.out.starts_with("queued: 0 accounts made"), "{begun:?}");
    let job = begun.err.lines().find_map(|line| line.strip_prefix("Import ")).expect("an id").to_owned();
    assert!(begun.err.contains(&format!("countersign users import --resume {job}")), "{}", begun.err);
    platform.sweep().await;

    let ended = shell.run(&["users", "import", "--resume", &job], None).await;
    let expected = "line 3: taken: username\nline 4: invalid: email: ";
    assert_eq!(ended.outcome, Outcome::Failed, "{ended:?}");
    assert!(ended.out.starts_with(expected) && ended.out.ends_with("\ndone: 1 accounts made, 2 rows refused.\n"), "{ended:?}");
    let again: Value = serde_json::from_str(&shell.run(&["users", "import", "--resume", &job, "--format", "json"], None).await.out).expect("JSON");
    assert_eq!((&again["state"], &again["created"], &again["refused_rows"][0]["reason"]), (&json!("done"), &json!(1), &json!("taken")));

    let app = RelyingParty::public(&platform);
    platform.clock.advance(domain::policy::CACHE_USABLE);
    Visitor::ada(&platform, 1).typing("grace", PASSWORD).arrive(&platform, &app).await;
}

#[tokio::test]
async fn an_import_that_was_cut_off_goes_on_with_its_own_file_alone() {
    let platform = TestPlatform::served().await;
    let shell = Shell::of(&platform, AdminRole::UserManager).await;
    let file = File::new("cut-off.ndjson", "{\"username\":\"grace\"}\n");
    platform.objects.be_at("http://localhost:9/");
    let cut_off = shell.run(&["users", "import", file.name()], None).await;
    assert_eq!(cut_off.outcome, Outcome::Failed);
    assert!(cut_off.err.contains("http://localhost:9 can't be reached: "), "{}", cut_off.err);
    let again = cut_off.err.lines().find_map(|line| line.strip_prefix("Go on with: countersign ")).expect("a way").to_owned();
    platform.objects.be_at(&format!("{}/transfers/", platform.demo.issuer().strip_suffix("/t/demo").expect("below a base URL")));
    let again: Vec<&str> = again.split(' ').chain(["--no-wait"]).collect();

    let other = File::new("other.ndjson", "{\"username\":\"another\"}\n");
    let refused = shell.run(&["users", "import", "--resume", again[3], other.name()], None).await;
    assert_eq!(refused.outcome, Outcome::Usage, "{refused:?}");
    let without = shell.run(&["users", "import", "--resume", again[3]], None).await;
    assert_eq!(without.outcome, Outcome::Usage, "{without:?}");
    shell.does(&again).await;
    platform.sweep().await;
    let ended = shell.does(&["users", "import", "--resume", again[3]]).await;
    assert!(ended.out.ends_with("done: 1 accounts made, 0 rows refused.\n"), "{ended:?}");
}

#[tokio::test]
async fn what_a_tenant_is_set_up_with_is_exported_changed_planned_and_applied() {
    let platform = TestPlatform::served().await;
    let shell = Shell::of(&platform, AdminRole::Admin).await;
    let file = File::new("tenant.yaml", "");
    shell.does(&["export", "--output", file.name()]).await;
    let exported = fs::read_to_string(&file.0).expect("what was exported");
    assert_eq!(shell.does(&["export"]).await.out, exported);
    assert_eq!(shell.does(&["plan", file.name()]).await.out, "Nothing differs.\n");
    assert_eq!(shell.does(&["apply", file.name()]).await.out, "Nothing differs.\n");

    let changed = File::new("changed.yaml", "version: 1\nroles: [editor]\ngroups: {Editors: {roles: [editor]}}\n");
    let planned = shell.run(&["plan", changed.name()], None).await;
    assert_eq!(planned.outcome, Outcome::Differences, "{planned:?}");
    assert!(
        planned.out.contains("+ role editor\n")
            && planned.out.contains("+ group Editors\n")
            && planned.out.ends_with("2 to create, 0 to change, 0 to remove.\n")
    );
    let said: Value = serde_json::from_str(&shell.run(&["plan", changed.name(), "--format", "json"], None).await.out).expect("JSON");
    assert_eq!(said["changes"].as_array().map(Vec::len), Some(2), "{said:#}");
    for (answers, outcome) in [(None, Outcome::Usage), (Some("no\n"), Outcome::Failed), (Some(""), Outcome::Failed)] {
        assert_eq!(shell.run(&["apply", changed.name()], answers).await.outcome, outcome, "{answers:?}");
    }
    assert_eq!(shell.does(&["export"]).await.out, exported, "nobody agreed");
    let applied = shell.run(&["apply", changed.name()], Some("yes\n")).await;
    assert_eq!((applied.outcome, applied.err.ends_with("Applied.\n")), (Outcome::Fine, true), "{applied:?}");
    assert_eq!(shell.does(&["plan", changed.name()]).await.out, "Nothing differs.\n");
    assert!(shell.does(&["export"]).await.out.contains("Editors"));
    let back = shell.does(&["apply", file.name(), "--yes"]).await;
    assert!(back.out.contains("- role editor\n") && back.out.contains("- group Editors\n"), "{back:?}");
    assert_eq!(shell.does(&["export"]).await.out, exported);

    let wrong = File::new("wrong.json", "{\"version\":1,\"roles\":[\" x\"]}");
    let refused = shell.run(&["plan", wrong.name()], None).await;
    assert_eq!((refused.outcome, refused.err.starts_with("malformed: ")), (Outcome::Failed, true), "{refused:?}");
}

#[tokio::test]
async fn what_the_admin_api_refuses_is_said_as_it_says_it() {
    let platform = TestPlatform::served().await;
    let shell = Shell::of(&platform, AdminRole::Auditor).await;
    let file = File::new("refused.csv", "username\ngrace\n");
    let refused = shell.run(&["users", "import", file.name()], None).await;
    assert_eq!((refused.outcome, refused.out.as_str()), (Outcome::Failed, ""));
    assert!(refused.err.starts_with("forbidden: None of your roles permits this.\n"), "{}", refused.err);
}
