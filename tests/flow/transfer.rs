//! An import of thousands of rows, killed again and again and taken up again: each row makes its account once, and its people sign in with the password
//! that they had.
//!
//! `make test` imports two thousand rows, `make proof` as many as `IMPORTED_ROWS` says.

use std::collections::BTreeSet;

use cloud::parts::{PartName, Parts, Way};
use domain::event::{Administered, Event, EventKind, Lookups, Personal, RecordedEvent, Subject};
use domain::transfer::{Format, Job, JobState, Purpose};
use domain::{JobId, policy};
use local::TestPlatform;
use runtime::Clock;
use serde_json::Value;
use store::TenantStore;
use testkit::transport::Crash;

use super::ledger::rows;
use super::relying_party::RelyingParty;
use super::visitor::Visitor;

const USUAL: usize = 2_000;
/// A run is killed at this request, counted from its first: two or three batches get through.
const KILLED_AT: usize = 409;
/// Every so many rows one can be no account, and one says again who the one before is.
const BETWEEN_BAD: usize = 250;
const PASSWORD: &str = "correct horse é";
/// bcrypt's hash of it.
const HASH: &str = "$2b$05$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK";

#[expect(clippy::disallowed_methods, reason = "a switch of the test, not of the product")]
fn rows_wanted() -> usize {
    std::env::var("IMPORTED_ROWS").ok().and_then(|wanted| wanted.parse().ok()).unwrap_or(USUAL)
}

fn row(number: usize) -> String {
    match number % BETWEEN_BAD {
        1 => format!("person{number},no address,Person {number},\n"),
        2 => format!("person{},,\"'=Person, {number}\",\n", number - 2),
        3 => format!("person{number},,Person {number},{HASH}\n"),
        _ => format!("person{number},person{number}@example.org,Person {number},\n"),
    }
}

async fn home(platform: &TestPlatform) -> TenantStore {
    let platform_of = platform.platform();
    let zone = platform_of.store.directory().find_zone(&platform_of.zone).await.expect("an answer").expect("a zone");
    platform_of.store.home(&zone.place(&platform.demo.tenant)).expect("a client for the home region")
}

fn event(platform: &TestPlatform, kind: Administered) -> RecordedEvent {
    let id = platform.platform().random.event_id(platform.clock.now());
    let (tenant, kind, personal) = (platform.demo.tenant.clone(), EventKind::from(kind), Personal::default());
    Event { id, tenant, subject: Subject::Tenant, kind, personal }.record(None, Lookups::default())
}

/// Starts an import of a file that was sent.
async fn start(platform: &TestPlatform, home: &TenantStore, file: &str) -> JobId {
    let ids = (JobId::from_random(platform.platform().random.bytes()), platform.demo.tenant.clone());
    let job = Job::new(ids, Purpose::Import { bytes: file.len() as u64 }, Format::Csv, platform.clock.now());
    home.create_job(&job, None, &event(platform, Administered::ImportAsked { job: job.id.clone() })).await.expect("a job");
    let part = PartName { way: Way::In, tenant: job.tenant.clone(), job: job.id.clone(), number: 1 };
    platform.objects.write(&platform.platform().region, &part, file.as_bytes().to_vec()).await.expect("it is kept");
    let started = job.started().expect("it waits");
    home.start_job(&started, &event(platform, Administered::ImportStarted { job: job.id.clone() })).await.expect("a start");
    job.id
}

/// Lets the function run until the job is over, and kills it whenever it gets as far as that; how often it was killed.
async fn run(platform: &TestPlatform, home: &TenantStore, id: &JobId) -> usize {
    let mut killed = 0;
    loop {
        let crash = if killed % 2 == 0 { Crash::Before } else { Crash::After };
        // At another place of a batch each time.
        platform.faulty().crash_at(KILLED_AT + killed % 37, crash);
        let ended = platform.faulty().until_crash(platform.sweep()).await;
        platform.faulty().heal();
        if home.find_job(id).await.expect("an answer").expect("a job").is_over() {
            return killed;
        }
        assert!(ended.is_err(), "a run that isn't killed ends the job");
        killed += 1;
        platform.clock.advance(policy::TRANSFER_LEASE);
    }
}

fn lines(people: &[&Value]) -> BTreeSet<u64> {
    people.iter().filter_map(|person| person["imported"]["line"].as_u64()).collect()
}

#[tokio::test]
async fn a_long_import_that_is_killed_again_and_again_makes_each_row_once() {
    let platform = TestPlatform::start().await;
    let home = home(&platform).await;
    let count = rows_wanted();
    let file: String = std::iter::once("username,email,name,password_hash\n".to_owned()).chain((0..count).map(row)).collect();
    let id = start(&platform, &home, &file).await;
    let killed = run(&platform, &home, &id).await;
    assert!(killed >= count / 400, "{killed}");
    let bad = (0..count).filter(|number| (1..=2).contains(&(number % BETWEEN_BAD))).count();
    let job = home.find_job(&id).await.expect("an answer").expect("a job");
    let (made, refused) = ((count - bad) as u64, bad as u64);
    assert_eq!((job.state, job.progress.rows, job.progress.created, job.progress.refused), (JobState::Done, count as u64, made, refused));
    let identity = rows(&platform, "identity").await;
    let people: Vec<&Value> = identity.iter().filter(|row| row["sk"] == "USER" && row["imported"]["job"] == id.as_str()).collect();
    // A line for each account and an account for each line.
    assert_eq!((people.len() as u64, lines(&people).len() as u64), (made, made));
    let events = rows(&platform, "events").await;
    assert_eq!(events.iter().filter(|event| event["type"] == "user.created" && event["by"] == "import").count() as u64, made);
    assert_eq!(events.iter().filter(|event| event["type"] == "transfer.ended").count(), 1);
    let noted = home.list_refused(&id, 0, 100).await.expect("an answer");
    assert_eq!(noted.iter().map(|row| row.line % BETWEEN_BAD as u64).collect::<BTreeSet<_>>(), [3, 4].into());
    assert!(platform.objects.names().is_empty(), "the file is gone");
    signs_in(&platform).await;
}

async fn signs_in(platform: &TestPlatform) {
    platform.clock.advance(policy::CACHE_USABLE);
    let app = RelyingParty::public(platform);
    let mut person = Visitor::ada(platform, 1).typing("person3", PASSWORD);
    let code = person.arrive(platform, &app).await;
    let (access_token, _) = app.tokens(platform, &code).await;
    assert_eq!(app.userinfo(platform, &access_token).await.text_of("name"), "Person 3");
    let mut other = Visitor::ada(platform, 2).typing("person3", "another password");
    let page = other.ask(platform, &app).await;
    assert!(other.sign_in(platform, &app, &page).await.body.contains("id=\"password\""));
}
