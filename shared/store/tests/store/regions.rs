//! A tenant has one writer: its home region, wherever the function runs.

use domain::Region;
use store::once::{self, Claiming, OnceKey, Thing};
use store::{AttemptId, PersonKeys, SessionStart, StoreError};
use testkit::embedded::{Place, zone_store};
use testkit::{Embedded, stacks};

use crate::support::{
    event_rows, family, grant_issued, identity_rows, later, placement, rows, session, session_id, session_started, tenant_id, user_id,
};

fn region(name: &str) -> Embedded {
    Embedded::open(Place::Memory, Region::new(name), stacks::own()).expect("an embedded DynamoDB")
}

#[tokio::test]
async fn a_function_elsewhere_reads_and_acts_at_home_and_writes_nothing_where_it_runs() {
    let (home, elsewhere) = (region("eu-west-1"), region("eu-central-1"));
    let store = zone_store(elsewhere.region(), &[(&home, home.http()), (&elsewhere, elsewhere.http())]);
    let store = store.home(&placement(home.region())).expect("a client for the home region");
    assert_eq!(store.start_session(&session(), None, &session_started(1)).await, Ok(SessionStart::Started));
    let key = OnceKey::new(Thing::ClientAssertion, "app", "jti");
    assert_eq!(once::claim(&store, &key, later(60), AttemptId([1; 16])).await, Ok(Claiming::First));
    let found = store.read_person(&PersonKeys::of(user_id()).with_session(session_id())).await.expect("a read");
    assert_eq!(found.session, Some(session()));
    assert_eq!((identity_rows(&home).await.len(), event_rows(&home).await.len()), (1, 1));
    let tables = elsewhere.tables().expect("six tables");
    for table in [&tables.identity, &tables.events, &tables.once, &tables.keys, &tables.work, &tables.directory] {
        assert!(rows(&elsewhere, table).await.is_empty(), "{table}");
    }
}

#[tokio::test]
async fn a_code_redeemed_in_both_regions_is_redeemed_once() {
    let (home, elsewhere) = (region("eu-west-1"), region("eu-central-1"));
    let from = |here: &Embedded, attempt: u8| {
        let store = zone_store(here.region(), &[(&home, home.http()), (&elsewhere, elsewhere.http())]);
        let store = store.home(&placement(home.region())).expect("a client for the home region");
        async move { store.redeem_code(&family(), AttemptId([attempt; 16]), &grant_issued(attempt)).await }
    };
    let (one, other) = futures_util::future::join(from(&home, 1), from(&elsewhere, 2)).await;
    let redeemed = [one, other].iter().filter(|outcome| **outcome == Ok(store::Redemption::Redeemed)).count();
    assert_eq!(redeemed, 1);
}

#[tokio::test]
async fn a_home_that_the_deployment_does_not_know_is_named() {
    let here = region("eu-west-1");
    let unknown = Region::new("us-east-1");
    assert_eq!(here.store().home(&placement(&unknown)).err(), Some(StoreError::UnknownRegion(unknown)));
}

#[tokio::test]
async fn the_directory_and_the_deliveries_are_those_of_the_region_where_the_function_runs() {
    let (one, here) = (region("eu-west-1"), region("eu-central-1"));
    let store = zone_store(here.region(), &[(&one, one.http()), (&here, here.http())]);
    let place = store::SlugPlace { tenant: tenant_id(), zone: domain::ZoneName::new("eu"), state: store::SlugState::Claimed };
    store.directory().claim_slug(&domain::Slug::parse("demo").expect("a slug"), &place).await.expect("a claim");
    let directory = |embedded: &Embedded| embedded.tables().expect("six tables").directory;
    assert_eq!(rows(&here, &directory(&here)).await.len(), 1);
    assert!(rows(&one, &directory(&one)).await.is_empty());
    let second = domain::Slug::parse("second").expect("a slug");
    store.placing_in(one.region().clone()).directory().claim_slug(&second, &place).await.expect("a claim");
    assert_eq!(
        (rows(&here, &directory(&here)).await.len(), rows(&one, &directory(&one)).await.len()),
        (1, 1),
        "it is written where all zones write it"
    );
}
