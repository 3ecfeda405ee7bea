//! What stays at the issuer where it was made (docs/decisions/0025), each with its twin.

use http::StatusCode;
use testkit::builders;
use testkit::endpoint::{Answer, Call, CookieJar};

use super::{Browser, DOMAIN, Hosts, SLUG_HOST, asking};

const PAIRS: [(&str, &str); 2] = [(SLUG_HOST, DOMAIN), (DOMAIN, SLUG_HOST)];

fn is_invalid_grant(answer: &Answer) -> bool {
    (answer.status, answer.text_of("error").as_str()) == (StatusCode::BAD_REQUEST, "invalid_grant")
}

#[tokio::test]
async fn a_code_is_redeemed_where_it_was_issued() {
    let hosts = Hosts::with_a_domain().await;
    for (here, there) in PAIRS {
        let (_, code) = hosts.arrive(here).await;
        let refused = hosts.redeem(there, &code).await;
        assert!(is_invalid_grant(&refused), "{here} at {there}: {}", refused.body);
        assert_eq!(hosts.redeem(here, &code).await.status, StatusCode::OK, "it wasn't used up");
    }
}

#[tokio::test]
async fn a_refresh_token_is_good_at_the_issuer_of_its_id_token() {
    let hosts = Hosts::with_a_domain().await;
    for (here, there) in PAIRS {
        let tokens = hosts.tokens(here).await;
        let token = tokens.text_of("refresh_token");
        let refused = hosts.refresh(there, &token).await;
        assert!(is_invalid_grant(&refused), "{here} at {there}: {}", refused.body);
        let refreshed = hosts.refresh(here, &token).await;
        assert_eq!(refreshed.status, StatusCode::OK, "the family lives: {}", refreshed.body);
        assert_eq!(super::claims(&refreshed, "id_token")["iss"], format!("https://{here}"));
        // Who gives it back is believed wherever they do.
        let form = [("token", refreshed.text_of("refresh_token")), ("client_id", "app".to_owned())];
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(hosts.send(there, Call::form("/revoke", &form)).await.status, StatusCode::OK);
        assert!(is_invalid_grant(&hosts.refresh(here, &refreshed.text_of("refresh_token")).await));
    }
}

#[tokio::test]
async fn a_pushed_request_is_asked_where_it_was_pushed() {
    let hosts = Hosts::with_a_domain().await;
    for (here, there) in PAIRS {
        let asked = asking(&[]);
        let form: Vec<(String, String)> = url::form_urlencoded::parse(asked.split_once('?').expect("a query").1.as_bytes()).into_owned().collect();
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let pushed = hosts.send(here, Call::form("/par", &form)).await;
        assert_eq!(pushed.status, StatusCode::CREATED, "{}", pushed.body);
        let query = testkit::form::encoded(&[("client_id", "app"), ("request_uri", &pushed.text_of("request_uri"))]);
        let asking = format!("/authorize?{query}");
        let refused = hosts.get(there, &asking).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{here} at {there}: {}", refused.outcome());
        let asked = hosts.get(here, &asking).await;
        assert!(asked.body.contains("id=\"sign-in\""), "{}", asked.outcome());
    }
}

#[tokio::test]
async fn a_page_is_sent_and_a_session_lives_where_they_began() {
    let hosts = Hosts::with_a_domain().await;
    for (here, there) in PAIRS {
        let (signed_in, _) = hosts.arrive(here).await;
        let mut elsewhere = Browser { hosts: &hosts, host: there.to_owned(), cookies: signed_in.cookies.clone() };
        let page = elsewhere.send(Call::get(asking(&[]))).await;
        assert!(page.body.contains("id=\"sign-in\""), "{here} at {there}: {}", page.outcome());
        let mut again = Browser { hosts: &hosts, host: here.to_owned(), cookies: signed_in.cookies.clone() };
        assert!(!again.arrive().await.returned("code").is_empty());

        let mut beginning = Browser { hosts: &hosts, host: here.to_owned(), cookies: CookieJar::default() };
        let page = beginning.send(Call::get(asking(&[]))).await;
        let form = [("state", page.field("state")), ("username", "ada"), ("password", builders::PASSWORD)];
        let moved = hosts.send(there, Call::form("/sign-in", &form).with_cookies(&beginning.cookies)).await;
        assert!(moved.status.is_client_error(), "{here} at {there}: {}", moved.outcome());
        let cross_site = Call::form("/sign-in", &form).with_cookies(&beginning.cookies).with("origin", &format!("https://{there}"));
        assert_eq!(hosts.send(here, cross_site).await.status, StatusCode::FORBIDDEN, "each issuer is an origin of its own");
        let posted = hosts.send(here, Call::form("/sign-in", &form).with_cookies(&beginning.cookies)).await;
        assert!(posted.status.is_redirection() || posted.body.contains("consent"), "{}", posted.outcome());
    }
}

#[tokio::test]
async fn a_hint_of_the_other_issuer_names_its_person() {
    let hosts = Hosts::with_a_domain().await;
    for (here, there) in PAIRS {
        let hint = hosts.tokens(here).await.text_of("id_token");
        let (mut browser, _) = hosts.arrive(there).await;
        let answer = browser.send(Call::get(asking(&[("id_token_hint", &hint), ("prompt", "none")]))).await;
        assert!(!answer.returned("code").is_empty(), "{here} at {there}: {}", answer.outcome());
        assert_eq!(answer.returned("iss"), format!("https://{there}"));
    }
}
