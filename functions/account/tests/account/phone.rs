//! The telephone number of one's own account: the code that proves it, who may type it, and how often.

use std::time::Duration;

use domain::event::EventKind;
use domain::phone::PhoneCode;
use domain::policy;
use domain::user::{Phone, Profile};
use http::StatusCode;
use store::PersonKeys;
use testkit::rows::{text, value};
use testkit::{Answer, Call};
use web::Cookie;

use crate::mine::Home;

const NUMBER: &str = "+4915123456789";
const PAGE: &str = "200 Signing in · Demo";
const WRONG: &str = "422 Problem: Signing in · Demo";
const THROTTLED: &str = "429 Problem: Signing in · Demo";

impl Home {
    async fn ask_phone(&self, number: &str) -> Answer {
        self.post("/account/security", &[("phone", number)]).await
    }

    async fn in_flight(&self) -> Option<PhoneCode> {
        let keys = PersonKeys::of(self.place.scene.person.id.clone()).with_phone_code();
        self.place.scene.home().read_person(&keys).await.expect("a read").phone_code
    }

    /// The code that was sent last, as `deliver` mints it.
    async fn code(&self) -> String {
        let event = self.in_flight().await.expect("a code").event;
        self.place.scene.tenant.code_of(&event).expect("keys").expose().clone()
    }

    async fn wrong_code(&self) -> String {
        let code = self.code().await;
        if code == "123456" { "654321".to_owned() } else { "123456".to_owned() }
    }

    async fn type_code(&self, code: &str) -> Answer {
        self.post("/account/security", &[("code", code)]).await
    }

    async fn phone(&self) -> Option<Phone> {
        self.ada().await.profile.phone
    }

    async fn has(&self, number: &str, verified: bool) {
        let profile = Profile { phone: Some(Phone { number: number.to_owned(), verified }), ..self.ada().await.profile };
        self.place.scene.change_person(&self.place.stage, "profile", value(&profile)).await;
    }
}

fn proved(number: &str) -> Phone {
    Phone { number: number.to_owned(), verified: true }
}

#[tokio::test]
async fn a_number_is_asked_for_proved_by_its_code_and_shown_until_it_is_removed() {
    let home = Home::new().await;
    let asked = home.ask_phone("+49 (151) 2345-6789").await;
    assert_eq!(asked.outcome(), PAGE);
    assert!(asked.body.contains("We sent a code to <bdi>+4915123456789</bdi>"), "{}", asked.page());
    assert!(asked.body.contains("autocomplete=\"one-time-code\""));
    assert_eq!(home.phone().await, None, "nothing is theirs before it is proved");
    let code = home.code().await;
    let typed = home.type_code(&format!(" {} {} ", &code[..3], &code[3..])).await;
    assert_eq!(typed.outcome(), PAGE);
    assert!(typed.body.contains("Your phone number is confirmed.") && typed.body.contains("<p id=\"phone-now\"><bdi>+4915123456789</bdi></p>"));
    assert_eq!((home.phone().await, home.in_flight().await), (Some(proved(NUMBER)), None));
    let removed = home.post("/account/security", &[("remove_phone", "yes")]).await;
    assert_eq!(removed.outcome(), PAGE);
    assert!(removed.body.contains("Your account has no phone number any more."));
    assert_eq!(home.phone().await, None);
    for kind in ["phone.change_requested", "phone.changed", "phone.removed"] {
        let events = home.place.events(kind).await;
        assert_eq!(events.len(), 1, "{kind}");
        assert!(!format!("{events:?}").contains(&code) && !format!("{events:?}").contains("15123456789"), "{kind}");
    }
    assert_eq!(home.post("/account/security", &[("remove_phone", "yes")]).await.outcome(), "409 Problem: Signing in · Demo");
}

#[tokio::test]
async fn what_is_no_number_or_theirs_already_is_refused_and_sends_nothing() {
    let home = Home::new().await;
    home.has(NUMBER, true).await;
    for number in ["", "0151 23456789", "+49", "+49151234567a", "+49 151 234567-89", &"+".repeat(1000), "+4915\u{202e}1234567"] {
        let answer = home.ask_phone(number).await;
        assert_eq!(answer.outcome(), WRONG, "{number}");
    }
    assert!(home.ask_phone(NUMBER).await.body.contains("That is your phone number already."));
    assert!(home.ask_phone("0151").await.body.contains("That isn’t a phone number with its country’s code"));
    assert!(home.in_flight().await.is_none() && home.place.events("phone.change_requested").await.is_empty());
    home.has(NUMBER, false).await;
    assert!(home.get("/account/security").await.body.contains("· not confirmed"));
    assert_eq!(home.ask_phone(NUMBER).await.outcome(), PAGE, "a number that nobody proved");
}

#[tokio::test]
async fn a_number_that_somebody_else_has_can_be_proved_too() {
    let home = Home::new().await;
    let grace = home.place.scene.add_person("grace", "grace@example.org").await;
    home.ask_phone(NUMBER).await;
    home.type_code(&home.code().await).await;
    assert_eq!(home.phone().await, Some(proved(NUMBER)));
    let names: Vec<_> = home.place.stage.rows("identity").await.into_iter().filter(|row| text(row, "pk").starts_with("CLAIM#")).collect();
    assert!(!format!("{names:?}").contains("phone"), "no claim is made of it: {}", grace.id);
}

#[tokio::test]
async fn five_wrong_codes_end_a_code_and_what_can_be_none_counts_nothing() {
    let home = Home::new().await;
    home.ask_phone(NUMBER).await;
    let (right, wrong) = (home.code().await, home.wrong_code().await);
    for none in ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"] {
        assert_eq!(home.type_code(none).await.outcome(), WRONG, "{none}");
    }
    assert_eq!(home.in_flight().await.expect("a code").attempts, 0);
    for attempt in 1..=policy::PHONE_CODE_ATTEMPTS {
        let answer = home.type_code(&wrong).await;
        assert_eq!(answer.outcome(), WRONG);
        assert!(answer.body.contains("That isn’t the code that we sent last."), "{}", answer.page());
        assert_eq!(answer.body.contains("id=\"code\""), attempt < policy::PHONE_CODE_ATTEMPTS, "the form goes with the last try");
    }
    let over = home.type_code(&right).await;
    assert_eq!(over.outcome(), WRONG);
    assert!(over.body.contains("That code doesn’t work any more."), "{}", over.page());
    assert_eq!((home.phone().await, home.in_flight().await.expect("a code").attempts), (None, policy::PHONE_CODE_ATTEMPTS));
}

#[tokio::test]
async fn the_fifth_try_is_still_good() {
    let home = Home::new().await;
    home.ask_phone(NUMBER).await;
    let wrong = home.wrong_code().await;
    for _ in 1..policy::PHONE_CODE_ATTEMPTS {
        home.type_code(&wrong).await;
    }
    assert_eq!(home.type_code(&home.code().await).await.outcome(), PAGE);
    assert_eq!(home.phone().await, Some(proved(NUMBER)));
}

#[tokio::test]
async fn guesses_at_the_same_time_are_five_as_well() {
    let home = Home::new().await;
    home.ask_phone(NUMBER).await;
    let (form, wrong) = (home.get("/account/security").await.field("state").to_owned(), home.wrong_code().await);
    let guess = || Call::form("/account/security", &[("state", &form), ("code", &wrong)]).with_cookies(&home.browser);
    let answers = futures_util::future::join_all((0..12).map(|_| home.place.endpoint.send(guess()))).await;
    let compared = answers.iter().filter(|answer| answer.body.contains("That isn’t the code")).count();
    assert_eq!(compared, usize::try_from(policy::PHONE_CODE_ATTEMPTS).expect("few"));
    assert!(answers.iter().all(|answer| answer.status == StatusCode::UNPROCESSABLE_ENTITY));
}

#[tokio::test]
async fn only_the_newest_code_counts_for_ten_minutes_and_once() {
    let home = Home::new().await;
    home.ask_phone("+447700900123").await;
    let older = home.code().await;
    home.ask_phone(NUMBER).await;
    let newer = home.code().await;
    assert_ne!(older, newer);
    assert!(home.type_code(&older).await.body.contains("That isn’t the code that we sent last."));
    home.type_code(&newer).await;
    assert_eq!(home.phone().await, Some(proved(NUMBER)));
    let again = home.type_code(&newer).await;
    assert!(again.outcome() == WRONG && again.body.contains("That code doesn’t work any more."), "{}", again.page());
    home.ask_phone("+447700900123").await;
    let late = home.code().await;
    home.forward(policy::PHONE_CODE);
    let answer = home.type_code(&late).await;
    assert!(answer.outcome() == WRONG && answer.body.contains("That code doesn’t work any more."), "{}", answer.page());
    assert!(!home.get("/account/security").await.body.contains("id=\"code\""));
    assert_eq!((home.phone().await, home.place.events("phone.changed").await.len()), (Some(proved(NUMBER)), 1));
}

#[tokio::test]
async fn a_code_counts_in_the_session_and_browser_that_asked_for_it() {
    let home = Home::new().await;
    home.ask_phone(NUMBER).await;
    let code = home.code().await;
    let mut elsewhere = home.place.scene.cookies(&home.place.scene.session().await);
    elsewhere.set(&home.place.scene.cookie_name(Cookie::Browser), "another");
    let page = home.place.endpoint.send(Call::get("/account/security").with_cookies(&elsewhere)).await;
    assert!(page.status == StatusCode::OK && !page.body.contains("id=\"code\""));
    let there = Call::form("/account/security", &[("state", page.field("state")), ("code", &code)]).with_cookies(&elsewhere);
    let answer = home.place.endpoint.send(there).await;
    assert!(answer.outcome() == WRONG && answer.body.contains("That code doesn’t work any more."), "{}", answer.page());
    for state in ["", "forged"] {
        let forged = Call::form("/account/security", &[("state", state), ("code", &code)]).with_cookies(&home.browser);
        assert_eq!(home.place.endpoint.send(forged).await.outcome(), "409 Problem: Signing in · Demo");
    }
    assert_eq!(home.in_flight().await.expect("a code").attempts, 0, "nobody else uses it up");
    assert_eq!(home.type_code(&code).await.outcome(), PAGE);
}

#[tokio::test]
async fn a_person_is_sent_three_codes_an_hour() {
    let mut home = Home::new().await;
    for last in 1..=policy::SMS_PER_PERSON {
        assert_eq!(home.ask_phone(&format!("+49151000000{last}")).await.outcome(), PAGE);
    }
    let code = home.code().await;
    let refused = home.ask_phone("+447700900123").await;
    assert_eq!(refused.outcome(), THROTTLED);
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(home.code().await, code, "the code that was sent stays good");
    assert_eq!(home.place.events("phone.change_requested").await.len(), 3);
    home.forward(policy::SMS_WINDOW);
    home.session = home.place.scene.session().await;
    home.browser = home.place.scene.cookies(&home.session);
    home.browser.set(&home.place.scene.cookie_name(Cookie::Browser), "binding");
    assert_eq!(home.ask_phone("+447700900123").await.outcome(), PAGE, "an hour later");
}

impl Home {
    /// Counts `times` codes to what `of` names, as other people's would.
    async fn count(&self, kind: &str, of: &str, times: u32) {
        let window = domain::attempt::window(self.place.now(), policy::SMS_WINDOW);
        let identifier = self.place.scene.tenant.lookup(kind, of).expect("a lookup");
        let key = store::AttemptKey { identifier, source: kind.to_owned(), window };
        for _ in 0..times {
            self.place.scene.home().reserve_attempt(&key, u32::MAX).await.expect("a count");
        }
    }
}

#[tokio::test]
async fn a_number_and_a_network_are_sent_no_more_than_so_many_codes_whoever_asks() {
    for (kind, of, max, alarms) in
        [("sms-number", NUMBER, policy::SMS_PER_NUMBER, vec![]), ("sms-prefix", "+4915", policy::SMS_PER_PREFIX, vec!["sms_prefix_exhausted"])]
    {
        let home = Home::new().await;
        let log = testkit::Log::listen();
        home.count(kind, of, max - 1).await;
        assert_eq!(home.ask_phone(NUMBER).await.outcome(), PAGE, "{kind}");
        assert_eq!(home.ask_phone(NUMBER).await.outcome(), THROTTLED, "{kind}");
        assert_eq!(log.alarms(), alarms, "{kind}");
        assert_eq!(home.ask_phone("+447700900123").await.outcome(), PAGE, "{kind}: elsewhere");
        assert_eq!(home.place.events("phone.change_requested").await.len(), 2, "{kind}");
    }
}

#[tokio::test]
async fn another_number_or_none_wants_a_sign_in_of_just_now_and_typing_a_code_does_not() {
    let home = Home::new().await;
    home.has("+447700900123", true).await;
    home.forward(Duration::from_mins(1));
    home.ask_phone(NUMBER).await;
    home.forward(policy::PHONE_CODE.checked_sub(Duration::from_secs(30)).expect("minutes"));
    let before = home.types().await;
    for fields in [[("phone", "+491511111111")], [("remove_phone", "yes")]] {
        let answer = home.post("/account/security", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.outcome());
        let request = home.place.scene.resumed(&answer);
        assert_eq!(request.max_age, Some(policy::FRESH_SIGN_IN.as_secs() - 1));
        assert_eq!(request.redirect_uri.as_str(), "https://demo.id.example.com/account/security");
    }
    assert_eq!((home.types().await, home.phone().await), (before, Some(proved("+447700900123"))));
    assert_eq!(home.type_code(&home.code().await).await.outcome(), PAGE);
    assert_eq!(home.phone().await, Some(proved(NUMBER)));
}

#[tokio::test]
async fn the_number_before_is_told_of_another_one_if_somebody_proved_it() {
    for is_proved in [true, false] {
        let home = Home::new().await;
        home.has("+447700900123", is_proved).await;
        home.ask_phone(NUMBER).await;
        home.type_code(&home.code().await).await;
        home.has("+447700900123", is_proved).await;
        home.post("/account/security", &[("remove_phone", "yes")]).await;
        let told = home.get("/account/download").await.json()["history"].to_string().matches("+447700900123").count();
        assert_eq!(told, if is_proved { 2 } else { 0 });
    }
}

#[tokio::test]
async fn a_form_of_the_number_counts_from_our_own_page_alone() {
    let home = Home::new().await;
    let form = home.get("/account/security").await.field("state").to_owned();
    for field in [("phone", NUMBER), ("code", "123456"), ("remove_phone", "yes")] {
        let foreign = Call::form("/account/security", &[("state", &form), field]).with_cookies(&home.browser).with("origin", "https://evil.example");
        assert_eq!(home.place.endpoint.send(foreign).await.status, StatusCode::FORBIDDEN, "{field:?}");
    }
    assert!(home.in_flight().await.is_none());
}

#[tokio::test]
async fn a_record_that_changed_meanwhile_keeps_its_number_and_the_code() {
    let home = Home::new().await;
    home.ask_phone(NUMBER).await;
    let code = home.in_flight().await.expect("a code");
    let ada = home.ada().await;
    let kind = |version| EventKind::PhoneChanged { version, credential_version: 1 };
    let stale = domain::user::User { version: ada.version, ..ada.with_proved_phone(&code.number, home.place.now()) };
    let event = home.place.scene.event(kind(stale.version));
    assert_eq!(home.place.scene.home().prove_phone(&stale, &code.event, &event).await, Ok(store::UserChange::Stale));
    assert_eq!((home.phone().await, home.in_flight().await), (None, Some(code)));
}
