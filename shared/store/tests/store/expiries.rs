//! When sessions are looked at: arranged once, listed when it is time, moved on or gone.

use std::time::Duration;

use domain::session::Expiry;
use domain::{SessionId, Timestamp, policy};
use store::Work;
use testkit::Embedded;

use crate::support::{NOW, later, session_id, tenant_id, user_id};

fn expiry(seconds: u64) -> Expiry {
    Expiry { tenant: tenant_id(), user_id: user_id(), session_id: session_id(), due_at: later(seconds) }
}

async fn due(work: &Work, now: Timestamp) -> Vec<Expiry> {
    let mut found = Vec::new();
    for shard in 0..policy::DUE_SHARDS {
        let due = work.list_expiries(shard, now, 100).await.expect("a list");
        assert!(due.corrupt.is_empty());
        found.extend(due.rows);
    }
    found
}

#[tokio::test]
async fn a_look_that_is_arranged_twice_is_one_and_comes_when_it_is_due() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    work.write_expiry(&expiry(60)).await.expect("a look");
    work.write_expiry(&expiry(60)).await.expect("a look");
    assert_eq!(due(&work, later(60).minus(Duration::from_millis(1))).await, []);
    assert_eq!(due(&work, later(60)).await, [expiry(60)]);
}

#[tokio::test]
async fn a_look_moves_on_or_ends_and_one_of_another_session_stays() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    let other = Expiry { session_id: SessionId::from_random([77; 16]), ..expiry(60) };
    work.write_expiry(&expiry(60)).await.expect("a look");
    work.write_expiry(&other).await.expect("a look");
    work.move_expiry(&expiry(60), Some(later(90))).await.expect("a move");
    assert_eq!(due(&work, later(60)).await, std::slice::from_ref(&other));
    work.move_expiry(&expiry(90), Some(later(90))).await.expect("a move to where it is");
    assert!(due(&work, later(90)).await.contains(&expiry(90)));
    work.move_expiry(&expiry(90), None).await.expect("an end");
    work.move_expiry(&expiry(90), None).await.expect("an end of what is gone");
    assert_eq!(due(&work, later(90)).await, [other]);
}

#[tokio::test]
async fn deliveries_and_looks_are_listed_apart() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    work.write_expiry(&expiry(0)).await.expect("a look");
    work.write_delivery(&crate::support::delivery(1)).await.expect("a delivery");
    assert_eq!(due(&work, NOW).await, [expiry(0)]);
    for shard in 0..policy::DUE_SHARDS {
        let listed = work.list_due(shard, NOW, 100).await.expect("a list");
        assert!(listed.corrupt.is_empty() && listed.rows.iter().all(|id| *id == crate::support::delivery(1).id));
    }
}
