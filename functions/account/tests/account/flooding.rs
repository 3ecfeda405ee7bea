//! Every form that hashes a password asks a flood to come again, before anything is looked at.

use domain::policy;
use futures_util::future::join_all;
use testkit::{Call, CookieJar};

use crate::support::{CHOSEN, GRACE, place};

#[tokio::test]
async fn a_flood_of_each_form_is_asked_to_come_again() {
    let place = place().await;
    place.signed_up().await;
    let invitation = place.invite().await;
    let invitation = Call::form("/invitation", &[("link", &invitation), ("given_name", "Grace"), ("password", CHOSEN)]);
    let (verification, reset) = (place.link(GRACE).await, place.link_for_a_new_password().await);
    let verify = Call::form("/verify", &[("link", &verification), ("password", "not the one that was chosen")]).with_cookies(&CookieJar::default());
    let reset = Call::form("/reset", &[("link", &reset), ("password", CHOSEN)]);
    let sign_up = place.page().await.sign_up(&[("email", "flood@example.org")]);
    for form in [verify, reset, sign_up, invitation] {
        let answers = join_all((0..policy::PASSWORD_TURNS + 3).map(|_| place.endpoint.send(form.clone()))).await;
        let busy: Vec<_> = answers.iter().filter(|answer| answer.outcome() == "429 Many people are signing in just now · Countersign").collect();
        assert_eq!(busy.len(), 3);
        assert!(busy.iter().all(|answer| answer.header("retry-after") == "2"));
    }
    assert_eq!(place.events("password.changed").await.len(), 1);
}
