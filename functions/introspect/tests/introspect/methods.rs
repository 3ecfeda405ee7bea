//! Each method of client authentication here: the registered one, and no other (OpenID Connect Core §9).

use crate::support::place;

#[tokio::test]
async fn an_app_authenticates_by_its_registered_method_alone() {
    place().await.assert_registered_method_alone(|answer| answer.json()["active"] == true).await;
}

#[tokio::test]
async fn an_assertion_that_was_used_here_is_used_everywhere() {
    place().await.assert_assertions_are_used_once().await;
}
