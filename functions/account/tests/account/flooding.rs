//! Every form that hashes a password asks a flood to come again, before anything is looked at.

use domain::policy;
use futures_util::future::join_all;
use image::ImageFormat;
use testkit::{Call, CookieJar};

use crate::mine::Home;
use crate::photos::{form, picture};
use crate::support::{CHOSEN, GRACE, Place, place};

impl Place {
    /// Sends a form three times more than there are turns.
    pub(crate) async fn floods(&self, form: &Call) {
        let answers = join_all((0..policy::PASSWORD_TURNS + 3).map(|_| self.endpoint.send(form.clone()))).await;
        let busy: Vec<_> = answers.iter().filter(|answer| answer.outcome() == "429 Many people are signing in just now · Countersign").collect();
        assert_eq!(busy.len(), 3);
        assert!(busy.iter().all(|answer| answer.header("retry-after") == "2"));
    }
}

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
        place.floods(&form).await;
    }
    assert_eq!(place.events("password.changed").await.len(), 1);
}

#[tokio::test]
async fn a_flood_of_passwords_or_photos_of_ones_own_account_is_asked_to_come_again() {
    let home = Home::new().await;
    let page = home.get("/account/security").await;
    let state = page.field("state");
    let password = Call::form("/account/security", &[("state", state), ("current_password", "wrong"), ("new_password", CHOSEN)]);
    let photo = home.sending(form(state, &picture(ImageFormat::Png)));
    for form in [password.with_cookies(&home.browser), photo] {
        home.place.floods(&form).await;
    }
}
