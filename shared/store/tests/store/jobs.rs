//! Imports and exports: one is at a job at a time, who was overtaken writes nothing, and what is over is open no more.

use domain::event::{Administered, RecordedEvent, Subject};
use domain::transfer::{Format, Job, JobFailure, JobState, Place, Position, Progress, Purpose, Reason, RefusedRow};
use domain::{JobId, Timestamp, UserId, policy};
use futures_util::future::join_all;
use store::once::{Made, MakingRequest, OnceKey, Thing};
use store::{AttemptId, JobChange, OpenJob, TenantStore, Work};
use testkit::Embedded;

use crate::costs::Till;
use crate::support::{NOW, event_about, event_rows, later, new_user, rows, tenant_id, tenant_store};

const IMPORT: Purpose = Purpose::Import { bytes: 7 };
const EXPORT: Purpose = Purpose::Export { hashes: true };

fn job(number: u8, purpose: Purpose) -> Job {
    Job::new((JobId::from_random([number; 16]), tenant_id()), purpose, Format::Csv, NOW)
}

fn told(number: u8) -> RecordedEvent {
    event_about(Subject::Tenant, Administered::ImportAsked { job: JobId::from_random([1; 16]) }.into(), number)
}

async fn open(work: &Work) -> Vec<JobId> {
    let mut jobs = Vec::new();
    for shard in 0..policy::DUE_SHARDS {
        let open = work.list_open_jobs(shard, 100).await.expect("a list");
        assert!(open.corrupt.is_empty());
        jobs.extend(open.rows.into_iter().map(|open| open.job));
    }
    jobs
}

async fn begun(store: &TenantStore, job: &Job) -> Job {
    assert_eq!(store.create_job(job, None, &told(1)).await, Ok(Made::Now(JobChange::Changed)));
    if job.state == JobState::Queued {
        return job.clone();
    }
    let started = job.started().expect("it waits");
    assert_eq!(store.start_job(&started, &told(2)).await, Ok(JobChange::Changed));
    started
}

fn taken(job: &Job, now: Timestamp) -> Job {
    job.taken(now).expect("it is free")
}

#[tokio::test]
async fn an_import_is_open_from_its_start_and_an_export_from_its_beginning() {
    let embedded = Embedded::memory();
    let (store, work) = (tenant_store(&embedded), embedded.store().work());
    store.create_job(&job(1, IMPORT), None, &told(1)).await.expect("a job");
    assert_eq!((open(&work).await, store.find_job(&job(1, IMPORT).id).await), (vec![], Ok(Some(job(1, IMPORT)))));
    let started = job(1, IMPORT).started().expect("it waits");
    assert_eq!(store.start_job(&started, &told(2)).await, Ok(JobChange::Changed));
    assert_eq!(store.start_job(&started, &told(3)).await, Ok(JobChange::Stale));
    assert_eq!((open(&work).await, store.find_job(&started.id).await), (vec![started.id.clone()], Ok(Some(started))));
    store.create_job(&job(2, EXPORT), None, &told(4)).await.expect("a job");
    assert_eq!((open(&work).await.len(), event_rows(&embedded).await.len()), (2, 3));
    assert_eq!(store.find_job(&JobId::from_random([9; 16])).await, Ok(None));
}

#[tokio::test]
async fn a_request_that_makes_a_job_makes_it_once() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let request = |body| MakingRequest { key: OnceKey::new(Thing::MakingRequest, "admin", "key"), body: AttemptId([body; 16]), ends_at: later(60) };
    assert_eq!(store.create_job(&job(1, EXPORT), Some(&request(1)), &told(1)).await, Ok(Made::Now(JobChange::Changed)));
    assert_eq!(store.create_job(&job(1, EXPORT), Some(&request(1)), &told(2)).await, Ok(Made::Before));
    assert_eq!(store.create_job(&job(2, EXPORT), Some(&request(2)), &told(3)).await, Ok(Made::OtherRequest));
    assert_eq!(event_rows(&embedded).await.len(), 1);
}

#[tokio::test]
async fn of_fifty_who_take_a_job_up_one_is_at_it() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let mine = &taken(&begun(store, &job(1, EXPORT)).await, NOW);
    let takes = join_all((0..50).map(|_| store.take_job(mine))).await;
    assert_eq!(takes.iter().filter(|take| **take == Ok(JobChange::Changed)).count(), 1);
    assert_eq!(store.find_job(&mine.id).await, Ok(Some(mine.clone())));
}

#[tokio::test]
async fn who_was_overtaken_writes_nothing_any_more() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let first = taken(&begun(&store, &job(1, IMPORT)).await, NOW);
    store.take_job(&first).await.expect("an answer");
    let place = |line| Place::File(Position { offset: line * 10, line });
    let moved = first.moved(place(5), Progress { rows: 5, created: 4, refused: 1 }, later(1));
    assert_eq!(store.move_job(&moved).await, Ok(JobChange::Changed));
    assert_eq!(store.move_job(&moved).await, Ok(JobChange::Changed), "a lost answer is no loss");
    let after = later(1).plus(policy::TRANSFER_LEASE);
    let second = taken(&moved, after);
    assert_eq!((store.take_job(&second).await, second.progress.rows, second.place.clone()), (Ok(JobChange::Changed), 5, place(5)));
    let late = first.moved(place(9), Progress { rows: 9, created: 9, refused: 0 }, after);
    assert_eq!(store.move_job(&late).await, Ok(JobChange::Stale));
    assert_eq!(store.end_job(&late.done(), &told(3)).await, Ok(JobChange::Stale));
    assert_eq!(store.find_job(&first.id).await, Ok(Some(second)));
    assert_eq!(event_rows(&embedded).await.len(), 2);
}

#[tokio::test]
async fn what_is_over_is_open_no_more_and_tells_why() {
    let embedded = Embedded::memory();
    let (store, work) = (tenant_store(&embedded), embedded.store().work());
    let done = taken(&begun(&store, &job(1, IMPORT)).await, NOW);
    store.take_job(&done).await.expect("an answer");
    let done = done.given_up(JobFailure::MissingPart(3));
    assert_eq!(store.end_job(&done, &told(3)).await, Ok(JobChange::Changed));
    assert_eq!(store.end_job(&done, &told(3)).await, Ok(JobChange::Changed), "the same end");
    assert_eq!((open(&work).await, store.find_job(&done.id).await), (vec![], Ok(Some(done))));
    assert_eq!(event_rows(&embedded).await.len(), 3);
}

#[tokio::test]
async fn whoever_works_on_a_job_that_is_cancelled_is_overtaken() {
    let embedded = Embedded::memory();
    let (store, work) = (tenant_store(&embedded), embedded.store().work());
    let running = taken(&begun(&store, &job(1, EXPORT)).await, NOW);
    store.take_job(&running).await.expect("an answer");
    let cancelled = running.cancelled().expect("it runs");
    assert_eq!(store.cancel_job(&cancelled, &told(3)).await, Ok(JobChange::Changed));
    assert_eq!(store.cancel_job(&cancelled, &told(4)).await, Ok(JobChange::Stale));
    assert_eq!(store.move_job(&running.moved(running.place.clone(), running.progress, later(1))).await, Ok(JobChange::Stale));
    assert_eq!(store.end_job(&running.done(), &told(5)).await, Ok(JobChange::Stale));
    assert_eq!((open(&work).await, store.find_job(&running.id).await), (vec![], Ok(Some(cancelled))));
}

#[tokio::test]
async fn nothing_is_written_of_a_job_that_was_swept() {
    let embedded = Embedded::memory();
    let (store, work) = (tenant_store(&embedded), embedded.store().work());
    let mine = taken(&job(1, EXPORT), NOW);
    assert_eq!([store.take_job(&mine).await, store.move_job(&mine).await], [Ok(JobChange::Stale), Ok(JobChange::Stale)]);
    assert_eq!(
        [store.end_job(&mine.done(), &told(1)).await, store.cancel_job(&mine.done(), &told(2)).await],
        [Ok(JobChange::Stale), Ok(JobChange::Stale)]
    );
    assert!(rows(&embedded, &embedded.tables().expect("six tables").work).await.is_empty());
    begun(&store, &job(2, EXPORT)).await;
    store.close_job(&OpenJob { tenant: tenant_id(), job: job(2, EXPORT).id }).await.expect("an end");
    assert_eq!(open(&work).await, []);
}

#[tokio::test]
async fn refused_rows_come_in_the_order_of_their_lines_a_page_at_a_time() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let refused = |line| RefusedRow::new(Reason::Form, "no row").of_line(line);
    for line in [10, 2, 1000, 3] {
        store.note_refused(&job(1, IMPORT), &refused(line)).await.expect("a note");
    }
    store.note_refused(&job(1, IMPORT), &refused(2)).await.expect("the same note");
    store.note_refused(&job(2, IMPORT), &refused(5)).await.expect("another job's");
    begun(&store, &job(1, IMPORT)).await;
    let page = async |after, limit| store.list_refused(&job(1, IMPORT).id, after, limit).await.expect("a list");
    assert_eq!(page(0, 2).await, [refused(2), refused(3)]);
    assert_eq!(page(3, 100).await, [refused(10), refused(1000)]);
    assert_eq!(page(1000, 100).await, []);
}

#[tokio::test]
async fn passwords_are_read_of_those_who_have_one() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let new = new_user(2);
    store.create_user(&new, &told(1)).await.expect("an account");
    let found = store.read_passwords(&[UserId::from_random([99; 16]), new.user.id.clone()]).await.expect("an answer");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [(new.user.id, new.password.expect("a password"))]);
    assert!(store.read_passwords(&[]).await.expect("an answer").is_empty());
}

#[tokio::test]
async fn what_jobs_cost() {
    let till = Till::new();
    let store = till.store();
    store.create_job(&job(1, IMPORT), None, &told(1)).await.expect("a job");
    till.assert_paid(4, "create_job, an import");
    let started = job(1, IMPORT).started().expect("it waits");
    store.start_job(&started, &told(2)).await.expect("a start");
    till.assert_paid(6, "start_job");
    let mine = taken(&started, NOW);
    store.take_job(&mine).await.expect("an answer");
    till.assert_paid(1, "take_job");
    store.move_job(&mine).await.expect("an answer");
    till.assert_paid(1, "move_job");
    store.note_refused(&mine, &RefusedRow::new(Reason::Form, "no row").of_line(2)).await.expect("a note");
    till.assert_paid(1, "note_refused");
    store.end_job(&mine.done(), &told(3)).await.expect("an end");
    till.assert_paid(6, "end_job");
    let request = MakingRequest { key: OnceKey::new(Thing::MakingRequest, "admin", "key"), body: AttemptId([1; 16]), ends_at: later(60) };
    store.create_job(&job(2, EXPORT), Some(&request), &told(4)).await.expect("a job");
    till.assert_paid(8, "create_job, an export by a request that makes it once");
    store.cancel_job(&job(2, EXPORT).cancelled().expect("it waits"), &told(5)).await.expect("an end");
    till.assert_paid(6, "cancel_job");
}
