use serde_json::json;

use super::*;
use crate::samples::{self, NOW};

const BYE: &str = "https://app.example/bye?from=op";

fn client() -> Client {
    Client { post_logout_redirect_uris: vec![RedirectUri::parse(BYE).expect("an address")], ..samples::public_client() }
}

fn claims(changes: &[(&str, Value)]) -> Map<String, Value> {
    let of_session = sid::of(&samples::session().id, samples::sha256);
    let mut claims = json!({ "iss": samples::issuer(), "sub": "sub-of-ada", "aud": "app", "exp": 1, "sid": of_session });
    for (name, value) in changes {
        claims[*name] = value.clone();
    }
    claims.as_object().expect("an object").clone()
}

fn hint(changes: &[(&str, Value)]) -> Result<Hint, HintRefusal> {
    Hint::read(claims(changes), &samples::tenant())
}

fn request(parameters: &[(&str, &str)]) -> LogoutRequest {
    LogoutRequest::read(&parameters.iter().copied().collect())
}

fn step(hint: Option<&Hint>) -> &'static str {
    let (session, user) = (samples::session(), samples::user());
    match next_step(hint, &samples::tenant(), Some((&session, &user)), samples::sha256, NOW) {
        NextStep::End(..) => "end",
        NextStep::Ask(..) => "ask",
        NextStep::NothingToEnd => "nothing",
    }
}

#[test]
fn a_hint_of_this_very_session_ends_it_expired_or_not_and_every_other_one_asks() {
    assert_eq!(step(hint(&[]).ok().as_ref()), "end");
    assert_eq!(step(None), "ask");
    for other in [("sub", json!("sub-of-eve")), ("sid", json!("another-session")), ("sid", Value::Null)] {
        assert_eq!(step(hint(&[other.clone()]).ok().as_ref()), "ask", "{other:?}");
    }
}

#[test]
fn where_nobody_is_signed_in_nothing_ends() {
    let (session, user) = (samples::session(), samples::user());
    let hint = hint(&[]).expect("a hint");
    assert_eq!(next_step(Some(&hint), &samples::tenant(), None, samples::sha256, NOW), NextStep::NothingToEnd);
    let over = Session { ends_at: NOW, ..session };
    assert_eq!(next_step(Some(&hint), &samples::tenant(), Some((&over, &user)), samples::sha256, NOW), NextStep::NothingToEnd);
}

#[test]
fn a_hint_needs_its_claims_and_its_issuer() {
    assert!(hint(&[]).is_ok());
    assert_eq!(hint(&[("iss", json!("https://other.id.example"))]), Err(HintRefusal::OtherIssuer));
    for malformed in [("sub", json!(7)), ("aud", json!(["app", "other"])), ("aud", json!("a#b")), ("iss", Value::Null), ("sid", json!(1))] {
        assert_eq!(hint(&[malformed.clone()]), Err(HintRefusal::Claims), "{malformed:?}");
    }
}

#[test]
fn a_hint_names_the_app_and_one_that_is_not_good_leaves_none() {
    let named = |parameters: &[(&str, &str)], hint: Option<Result<Hint, HintRefusal>>| {
        let (judged, refusal) = request(parameters).with_hint(hint.clone());
        assert_eq!(judged.hint.is_some(), refusal.is_none() && hint.is_some_and(|hint| hint.is_ok()));
        (judged.request.client_id.map(|id| id.to_string()), refusal)
    };
    let app = || Some("app".to_owned());
    assert_eq!(named(&[], Some(hint(&[]))), (app(), None));
    assert_eq!(named(&[("client_id", "app")], Some(hint(&[]))), (app(), None));
    assert_eq!(named(&[("client_id", "app")], None), (app(), None));
    assert_eq!(named(&[("client_id", "other")], Some(hint(&[]))), (None, Some(HintRefusal::OtherClient)));
    assert_eq!(named(&[("client_id", "app")], Some(Err(HintRefusal::Signature))), (None, Some(HintRefusal::Signature)));
    assert_eq!(named(&[("client_id", "a#b")], None), (None, None));
}

#[test]
fn the_browser_goes_to_a_registered_address_alone_with_the_state_as_it_came() {
    let to = |parameters: &[(&str, &str)]| request(parameters).destination(Some(&client())).map(|to| to.map(|to| to.url));
    assert_eq!(to(&[]), Ok(None));
    assert_eq!(to(&[("state", "s")]), Ok(None));
    assert_eq!(to(&[("post_logout_redirect_uri", BYE)]), Ok(Some(BYE.to_owned())));
    assert_eq!(to(&[("post_logout_redirect_uri", BYE), ("state", "a b&c")]), Ok(Some(format!("{BYE}&state=a+b%26c"))));
    let longest = "s".repeat(policy::STATE_MAX);
    assert_eq!(to(&[("post_logout_redirect_uri", BYE), ("state", &longest)]), Ok(Some(format!("{BYE}&state={longest}"))));
    let long = "s".repeat(policy::STATE_MAX + 1);
    assert_eq!(to(&[("post_logout_redirect_uri", BYE), ("state", &long)]), Err(NoReturn::StateTooLong));
    for other in ["https://app.example/bye", "https://app.example/bye?from=op&x=1", samples::REDIRECT_URI, "//evil.example", "javascript:alert(1)"] {
        assert_eq!(to(&[("post_logout_redirect_uri", other)]), Err(NoReturn::NotRegistered), "{other}");
    }
    assert_eq!(request(&[("post_logout_redirect_uri", BYE)]).destination(None), Err(NoReturn::UnknownClient));
}

#[test]
fn what_is_kept_of_a_request_has_an_end() {
    let long = "ü".repeat(40_000);
    let kept = request(&[("post_logout_redirect_uri", &long), ("state", &long), ("ui_locales", &long)]);
    assert_eq!((kept.post_logout_redirect_uri, kept.ui_locales), (None, None));
    let state = kept.state.expect("a state that is too long to be echoed");
    assert!(state.len() > policy::STATE_MAX && state.len() <= policy::STATE_MAX + 4, "{}", state.len());
    assert_eq!(request(&[("state", "s")]).state.as_deref(), Some("s"));
}

#[test]
fn confirming_ends_the_session_that_was_asked_about_and_no_other() {
    let (tenant, session, user) = (samples::tenant(), samples::session(), samples::user());
    let browser = Some((&session, &user));
    let answer = |user_id: &UserId, session_id: &SessionId, browser| confirmed((user_id, session_id), &tenant, browser, NOW);
    assert_eq!(answer(&user.id, &session.id, browser), Confirmed::End(&session, &user));
    assert_eq!(answer(&user.id, &SessionId::from_random([9; 16]), browser), Confirmed::AnotherSession);
    assert_eq!(answer(&UserId::from_random([9; 16]), &session.id, browser), Confirmed::AnotherSession);
    assert_eq!(answer(&user.id, &session.id, None), Confirmed::EndedBefore);
    let over = Session { ends_at: NOW, ..session.clone() };
    assert_eq!(answer(&user.id, &session.id, Some((&over, &user))), Confirmed::EndedBefore);
}

#[test]
fn state_joins_whatever_query_the_address_has() {
    for (address, with) in [
        ("https://app.example/bye", "https://app.example/bye?state=s"),
        ("https://app.example/bye?", "https://app.example/bye?state=s"),
        ("https://app.example/bye?x=1", "https://app.example/bye?x=1&state=s"),
        ("https://app.example/bye?x=1&", "https://app.example/bye?x=1&state=s"),
    ] {
        assert_eq!(with_state(&RedirectUri::parse(address).expect("an address"), Some("s")), with);
    }
}
