//! The end of one's own account.

use domain::policy;

use crate::mine::Home;

#[tokio::test]
async fn a_deletion_is_asked_for_once_and_taken_back() {
    let home = Home::new().await;
    let asked = home.post("/account/data", &[("delete", "yes")]).await;
    assert_eq!(asked.outcome(), "200 Your data · Demo");
    assert!(asked.body.contains("2026-12-06 14:32 UTC"), "{}", asked.page());
    let due = home.ada().await.deletion.expect("a deletion").due_at;
    assert_eq!(due, home.place.now().plus(policy::DELETION_GRACE));
    assert_eq!(home.post("/account/data", &[("delete", "yes")]).await.outcome(), "409 Problem: Your data · Demo");
    assert_eq!(home.post("/account/data", &[("keep", "yes")]).await.outcome(), "200 Your data · Demo");
    assert_eq!(home.ada().await.deletion, None);
    assert_eq!(home.post("/account/data", &[("keep", "yes")]).await.outcome(), "409 Problem: Your data · Demo");
    for (kind, count) in [("account.deletion_requested", 1), ("account.deletion_cancelled", 1)] {
        assert_eq!(home.place.events(kind).await.len(), count, "{kind}");
    }
}

#[tokio::test]
async fn who_administers_the_tenant_keeps_their_account() {
    let home = Home::new().await;
    runtime::Provisioner::new(&home.place.stage.platform).make_owner(&home.place.stage.tenant, "ada").await.expect("an owner");
    let refused = home.post("/account/data", &[("delete", "yes")]).await;
    assert_eq!(refused.outcome(), "409 Problem: Your data · Demo");
    assert!(refused.body.contains("You are an administrator here."), "{}", refused.page());
    assert_eq!(home.ada().await.deletion, None);
}
