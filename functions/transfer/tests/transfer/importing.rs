use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::event::Administered;
use domain::policies::{Policies, Retention};
use domain::transfer::{Format, Job, JobFailure, JobState, Reason};
use domain::user::UserStatus;
use domain::{Timestamp, policy};
use futures_util::future::join_all;
use runtime::{Clock, Platform};
use testkit::rows::{number, text};
use testkit::transport::Crash;
use transfer::{Deps, Worked, work};

use crate::support::{Place, place};

/// bcrypt's hash of a password of elsewhere.
const HASH: &str = "$2b$05$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK";
const ENDED: Worked = Worked { taken: 1, ended: 1, failed: 0 };
const NOTHING: Worked = Worked { taken: 0, ended: 0, failed: 0 };

fn counted(job: &Job) -> (JobState, u64, u64, u64) {
    (job.state, job.progress.rows, job.progress.created, job.progress.refused)
}

async fn told(place: &Place, kind: &str) -> usize {
    place.stage.event_types().await.iter().filter(|told| *told == kind).count()
}

#[tokio::test]
async fn a_file_makes_the_accounts_that_it_says() {
    let place = place().await;
    let file = format!(
        "\u{feff}username,email,email_verified,status,name,sub,password_hash\r\n\
         grace,grace@example.org,TRUE,,'=Grace,auth0|1,{HASH}\r\n\
         alan,,,disabled,\"Turing, Alan\",,\r\n"
    );
    let job = place.import(Format::Csv, file.as_bytes()).await;
    assert_eq!(place.work().await, ENDED);
    let done = place.job(&job).await;
    assert_eq!((counted(&done), done.version, done.leased_until), ((JobState::Done, 2, 2, 0), 3, None));
    let people = place.people(&place.scene).await;
    let [grace, alan] = ["grace", "alan"].map(|name| people.iter().find(|user| user.username.as_deref() == Some(name)).expect("somebody"));
    assert_eq!((grace.sub.as_str(), grace.profile.name.as_deref(), grace.status), ("auth0|1", Some("=Grace"), UserStatus::Active));
    assert!(grace.email.as_ref().is_some_and(|email| email.verified && email.address == "grace@example.org"));
    assert_eq!((alan.profile.name.as_deref(), alan.status, alan.email.as_ref()), (Some("Turing, Alan"), UserStatus::Disabled, None));
    assert_eq!(place.record().await.imported_hashes.len(), 1);
    // The file is gone, the job is closed, and nobody works on it again.
    assert_eq!((place.stage.objects.names(), place.work().await), (vec![], NOTHING));
    assert_eq!(told(&place, "transfer.ended").await, 1);
}

#[tokio::test]
async fn what_is_told_of_an_import_is_kept_as_long_as_the_tenant_says() {
    let mut place = place().await;
    let policies = Policies { retention: Retention { days: 7 }, ..Policies::default() };
    place.stage.embedded.change_tenant(&place.stage.tenant, "policies", &policies).await;
    place.restart();
    place.import(Format::Ndjson, b"{\"username\":\"grace\"}\n").await;
    assert_eq!(place.work().await, ENDED);
    let week = place.stage.clock.now().plus(policies.retention.time()).seconds();
    let rows = place.stage.rows("events").await;
    for kind in ["user.created", "transfer.ended"] {
        let kept: Vec<u64> = rows.iter().filter(|row| text(row, "type") == kind).map(|row| number(row, "expires_at")).collect();
        assert!(kept.contains(&week), "{kind}: {kept:?}");
    }
}

#[tokio::test]
async fn a_row_that_can_be_no_account_is_told_by_its_line_and_the_others_go_on() {
    let place = place().await;
    let long = "x".repeat(1 << 20);
    let lines: [Vec<u8>; 8] = [
        br#"{"username":"grace"}"#.to_vec(),
        b"{\"username\":\"\xff\xfe\"}".to_vec(),
        long.into_bytes(),
        br#"["username"]"#.to_vec(),
        br#"{"username":"a\u202eb"}"#.to_vec(),
        br#"{"username":"eve","password_hash":"hunter2"}"#.to_vec(),
        br#"{"username":"ADA"}"#.to_vec(),
        br#"{"username":"alan"}"#.to_vec(),
    ];
    let job = place.import(Format::Ndjson, &lines.join(b"\n".as_slice())).await;
    assert_eq!(place.work().await, ENDED);
    assert_eq!(counted(&place.job(&job).await), (JobState::Done, 8, 2, 6));
    let refused = place.refused(&job).await;
    let reasons: Vec<_> = refused.iter().map(|refused| (refused.line, refused.reason)).collect();
    let expected = [Reason::Encoding, Reason::TooLong, Reason::Form, Reason::Invalid, Reason::Hash, Reason::Taken];
    assert_eq!(reasons, (2..).zip(expected).collect::<Vec<_>>());
    assert_eq!(refused[5].detail, "username");
    assert!(refused.iter().all(|refused| !refused.detail.contains("hunter2")));
    assert_eq!(place.people(&place.scene).await.len(), 3);
}

#[tokio::test]
async fn a_tenant_takes_so_many_kinds_of_hashes_and_no_more() {
    let place = place().await;
    let row = |name: usize, cost: usize| format!("u{name},$2b${cost:02}$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK\n");
    let file: String = std::iter::once("username,password_hash\n".to_owned()).chain((0..10).map(|name| row(name, 5 + name / 2))).collect();
    let job = place.import(Format::Csv, file.as_bytes()).await;
    place.work().await;
    let done = place.job(&job).await;
    let kinds = policy::IMPORTED_HASHES_MAX as u64;
    assert_eq!(counted(&done), (JobState::Done, 10, 2 * kinds, 10 - 2 * kinds));
    assert_eq!(place.record().await.imported_hashes.len(), policy::IMPORTED_HASHES_MAX);
    assert!(place.refused(&job).await.iter().all(|refused| refused.reason == Reason::Hash));
    assert_eq!(told(&place, "imported_hashes.accepted").await, policy::IMPORTED_HASHES_MAX, "each is asked about once");
}

#[tokio::test]
async fn a_file_that_is_not_there_or_names_no_columns_makes_nothing() {
    let place = place().await;
    let missing = place.started(&place.scene, Format::Csv, 20).await;
    let short = place.import(Format::Csv, b"username\ngrace\n").await;
    place.stage.objects.send(&format!("https://objects.example/{}?put=8", crate::support::part(&short, cloud::parts::Way::In, 1)), b"username");
    let unknown = place.import(Format::Csv, b"username,password\ngrace,hunter2\n").await;
    let empty = place.import(Format::Csv, b"\r\n\n").await;
    assert_eq!(place.work().await, Worked { taken: 4, ended: 4, failed: 0 });
    for (job, why) in [
        (&missing, JobFailure::MissingPart(1)),
        (&short, JobFailure::MissingPart(1)),
        (&unknown, JobFailure::Header("column 2 has no name that is known".to_owned())),
        (&empty, JobFailure::Header("the file has no lines".to_owned())),
    ] {
        let failed = place.job(job).await;
        assert_eq!((counted(&failed), failed.failed), ((JobState::Failed, 0, 0, 0), Some(why)));
    }
    assert_eq!((place.people(&place.scene).await.len(), place.stage.objects.names()), (1, vec![]));
}

#[tokio::test]
async fn a_run_that_is_killed_at_any_request_is_followed_by_one_that_makes_each_row_once() {
    let mut place = place().await;
    for (crash, round) in [(Crash::Before, "b"), (Crash::After, "a")] {
        for nth in 1..200 {
            let rows = (0..6).map(|row| format!("{round}{nth}-{row},{}", if row == 0 { HASH } else { "" }));
            let file = format!("username,password_hash\n{}\n{round}{nth}-0,\n,\n", rows.collect::<Vec<_>>().join("\n"));
            let before = place.people_count().await;
            let job = place.import(Format::Csv, file.as_bytes()).await;
            place.restart();
            place.stage.faulty.crash_at(nth, crash);
            let ended = place.stage.faulty.until_crash(work(&place.deps)).await;
            place.stage.faulty.heal();
            place.restart();
            if ended.is_err() {
                place.stage.clock.advance(policy::TRANSFER_LEASE);
                place.work().await;
            }
            let done = place.job(&job).await;
            assert_eq!(counted(&done), (JobState::Done, 8, 6, 2), "{crash:?} {nth}");
            assert_eq!(place.people_count().await, before + 6, "{crash:?} {nth}");
            let lines: Vec<u64> = place.refused(&job).await.iter().map(|refused| refused.line).collect();
            assert!(lines.contains(&9) && lines.len() == 2, "{crash:?} {nth}: {lines:?}");
            if ended.is_ok() {
                assert!(nth > 20, "{nth}");
                break;
            }
            assert!(nth < 199, "it never ends");
        }
    }
}

#[tokio::test]
async fn one_of_many_runs_is_at_a_job() {
    let place = place().await;
    place.import(Format::Ndjson, b"{\"username\":\"grace\"}").await;
    let others: Vec<Deps> = (0..8).map(|_| Deps::new(&place.stage.platform)).collect();
    let worked = join_all(others.iter().map(work)).await;
    assert_eq!(worked.iter().map(|worked| worked.as_ref().expect("a run").taken).sum::<usize>(), 1);
    assert_eq!(place.people_count().await, 2);
}

#[tokio::test]
async fn a_job_that_an_administrator_ended_is_left() {
    let place = place().await;
    let job = place.import(Format::Ndjson, b"{\"username\":\"grace\"}").await;
    let cancelled = job.cancelled().expect("it waits");
    let event = place.scene.event(Administered::TransferCancelled { job: job.id.clone() }.into());
    place.scene.home().cancel_job(&cancelled, &event).await.expect("an end");
    assert_eq!((place.work().await, place.people_count().await), (NOTHING, 1));
}

/// A clock that goes on by a second whenever it is looked at.
struct Running(AtomicU64);

impl Clock for Running {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

#[tokio::test]
async fn a_run_ends_in_time_and_the_next_goes_on_where_it_was() {
    let place = place().await;
    let file = (0..350).map(|row| format!("{{\"username\":\"u{row}\"}}\n")).collect::<Vec<_>>().concat();
    let job = place.import(Format::Ndjson, file.as_bytes()).await;
    let clock = Arc::new(Running(AtomicU64::new(place.stage.clock.now().seconds())));
    let deps = Deps::new(&Platform { clock, ..place.stage.platform.clone() });
    let mut rows = vec![];
    while place.job(&job).await.state != JobState::Done {
        assert_eq!(work(&deps).await.expect("a run").failed, 0);
        rows.push(place.job(&job).await.progress.rows);
        assert!(rows.len() < 10, "{rows:?}");
    }
    assert!(rows.len() > 1 && rows.windows(2).all(|pair| pair[0] <= pair[1]), "{rows:?}");
    assert_eq!(counted(&place.job(&job).await), (JobState::Done, 350, 350, 0));
    let names: BTreeSet<u64> = place.imported_lines().await.into_iter().collect();
    assert_eq!((names.len(), names.first(), names.last()), (350, Some(&1), Some(&350)));
}

#[tokio::test]
async fn an_outage_of_the_files_puts_an_import_off() {
    let place = place().await;
    let job = place.import(Format::Ndjson, b"{\"username\":\"grace\"}").await;
    place.stage.objects.be_down(true);
    assert_eq!(place.work().await, Worked { failed: 1, ..NOTHING });
    place.stage.objects.be_down(false);
    assert_eq!(place.work().await, NOTHING, "it is leased");
    place.stage.clock.advance(policy::TRANSFER_LEASE);
    assert_eq!((place.work().await, place.job(&job).await.state), (ENDED, JobState::Done));
}

impl Place {
    async fn people_count(&self) -> usize {
        self.everybody().await.len()
    }

    /// The lines that accounts were made of.
    async fn imported_lines(&self) -> Vec<u64> {
        self.everybody().await.into_iter().filter_map(|user| user.imported).map(|row| row.line).collect()
    }
}
