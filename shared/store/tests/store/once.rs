//! One-time use.

use domain::Timestamp;
use futures_util::future::join_all;
use store::AttemptId;
use store::once::{self, Claiming, OnceKey, Thing};
use testkit::Embedded;

use crate::support::{later, number, rows, tenant_id, tenant_store, text};

fn key(issuer: &str) -> OnceKey {
    OnceKey::new(Thing::ClientAssertion, issuer, "jti")
}

#[tokio::test]
async fn of_fifty_claims_the_first_wins_and_knows_itself_again() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let (store, key) = (&store, &key("app"));
    let claim = |number| once::claim(store, key, later(60), AttemptId([number; 16]));
    let claims = join_all((0..50).map(claim)).await;
    let winners: Vec<u8> = (0..50).filter(|number| claims[usize::from(*number)] == Ok(Claiming::First)).collect();
    assert_eq!(winners.len(), 1);
    assert!(claims.iter().all(Result::is_ok));
    assert_eq!(claim(winners[0]).await, Ok(Claiming::First));
}

#[tokio::test]
async fn a_claim_holds_for_its_issuer_kind_and_id() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let of = |thing, id| OnceKey::new(thing, "app", id);
    let further = [of(Thing::PushedRequest, "jti"), of(Thing::ClientAssertion, "JTI"), of(Thing::ClientAssertion, "")];
    let others = [&[key("app"), key("other"), key("https://idp.example/#app")], further.as_slice()].concat();
    for (number, other) in (0..).zip(&others) {
        assert_eq!(once::claim(&store, other, later(60), AttemptId([number; 16])).await, Ok(Claiming::First), "{other:?}");
    }
}

#[tokio::test]
async fn a_claim_stands_where_earlier_releases_look_for_it() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    for thing in [Thing::ClientAssertion, Thing::PushedRequest] {
        once::claim(&store, &OnceKey::new(thing, "app", "jti"), later(60), AttemptId([1; 16])).await.expect("a claim");
    }
    let rows = rows(&embedded, &embedded.tables().expect("six tables").once).await;
    let mut keys: Vec<_> = rows.iter().map(|row| text(row, "pk").replace(tenant_id().as_str(), "{tenant}")).collect();
    keys.sort();
    assert_eq!(
        keys,
        ["client_assertion", "pushed_request"].map(|kind| format!("ONCE#{{tenant}}#{kind}#app#WxKIvbhszzPMAVjaGh9AXECV2cAP6drdnFivgv8quuU"))
    );
}

#[tokio::test]
async fn a_claim_that_has_ended_holds_until_it_is_swept() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let past = Timestamp::from_seconds(1);
    assert_eq!(once::claim(&store, &key("app"), past, AttemptId([1; 16])).await, Ok(Claiming::First));
    assert_eq!(once::claim(&store, &key("app"), later(60), AttemptId([2; 16])).await, Ok(Claiming::Replay));
    let rows = rows(&embedded, &embedded.tables().expect("six tables").once).await;
    assert_eq!((rows.len(), number(&rows[0], "expires_at")), (1, 1));
}
