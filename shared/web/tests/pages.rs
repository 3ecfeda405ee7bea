//! Every template with every sample in every language, rendered as a browser gets it.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::client::RedirectUri;
use domain::password_policy::PasswordProblem;
use domain::sign_up::{Entered, Problem};
use domain::tenant::{Issuer, Tenant};
use web::responders;
use web::{
    Brand, CheckMailPage, ConsentPage, ErrorPage, ErrorReason, FormPostPage, Language, LoggedOutPage, LogoutOutcome, LogoutPage, Page, PageSecurity,
    SelectAccountPage, SignInPage, SignInProblem, SignUpFrom, SignUpPage, SignUpProblems,
};

#[path = "pages/account.rs"]
mod account;
#[path = "pages/looks.rs"]
mod looks;
#[path = "pages/mine.rs"]
mod mine;

use looks::{brand, tenant};

use account::{account_samples, check_mail, sign_up};

/// Longer than a page without its style sheet needs to be; a sealed state comes on top.
const PAGE_MAX: usize = 7 * 1024;

fn redirect_uri() -> RedirectUri {
    RedirectUri::parse("https://notes.example.com/callback").expect("a registrable URI")
}

fn sign_in(language: Language) -> SignInPage<'static> {
    SignInPage {
        language,
        brand: brand(),
        client_name: "Field Notes",
        action: "/t/demo/sign-in",
        state: "sealed-state",
        identifier: "",
        may_keep: false,
        sign_up: None,
        reset: None,
        problem: None,
    }
}

fn consent(language: Language, redirect_uri: &RedirectUri) -> ConsentPage<'_> {
    ConsentPage {
        language,
        brand: brand(),
        client_name: "Field Notes",
        redirect_uri,
        account: "ada@example.com",
        scopes: &["openid", "profile", "email", "address", "phone", "offline_access", "inventory:read"],
        audience: None,
        action: "/t/demo/consent",
        state: "sealed-state",
    }
}

fn form_post(language: Language, redirect_uri: &RedirectUri) -> FormPostPage<'_> {
    let fields = &[("code", "sealed-code"), ("state", "af0ifjsldkj"), ("iss", "https://demo.id.example.com")];
    FormPostPage { language, brand: brand(), client_name: "Field Notes", redirect_uri, fields }
}

fn select_account(language: Language) -> SelectAccountPage<'static> {
    SelectAccountPage {
        language,
        brand: brand(),
        client_name: "Field Notes",
        account: "ada@example.com",
        action: "/t/demo/authorize",
        client_id: "notes",
        same: "urn:sealed-same",
        other: "urn:sealed-other",
    }
}

fn logout(language: Language) -> LogoutPage<'static> {
    LogoutPage { language, brand: brand(), account: "ada@example.com", action: "/t/demo/logout", confirmation: "sealed-state" }
}

/// Each sample's name and document.
fn samples(language: Language) -> Vec<(String, String)> {
    let problems = [
        ("wrong", SignInProblem::WrongCredentials),
        ("incomplete", SignInProblem::Incomplete),
        ("throttled", SignInProblem::Throttled { retry_after: Duration::from_mins(10) }),
        ("throttled_shortly", SignInProblem::Throttled { retry_after: Duration::from_secs(30) }),
        ("unavailable", SignInProblem::Unavailable),
        ("expired", SignInProblem::Expired),
    ];
    let mut pages = vec![("sign_in".to_owned(), sign_in(language).html()), ("consent".to_owned(), consent(language, &redirect_uri()).html())];
    pages.push(("form_post".to_owned(), form_post(language, &redirect_uri()).html()));
    pages.push(("select_account".to_owned(), select_account(language).html()));
    for (name, problem) in problems {
        let page = SignInPage { identifier: "ada@example.com", problem: Some(problem), ..sign_in(language) };
        pages.push((format!("sign_in_{name}"), page.html()));
    }
    pages.push(("logout".to_owned(), logout(language).html()));
    for outcome in [LogoutOutcome::SignedOut, LogoutOutcome::SignedOutWithoutReturn, LogoutOutcome::Stayed] {
        pages.push((format!("logged_out_{outcome:?}"), LoggedOutPage { language, brand: brand(), outcome }.html()));
    }
    for reason in ErrorReason::ALL {
        let page = ErrorPage { language, brand: Some(brand()), reason, incident: "7Q4KXM2P" };
        pages.push((format!("error_{reason:?}"), page.html()));
    }
    let nowhere = ErrorPage { language, brand: None, reason: ErrorReason::NotFound, incident: "7Q4KXM2P" };
    pages.push(("error_without_tenant".to_owned(), nowhere.html()));
    let (sign_up, reset) = (Some("/t/demo/sign-up?state=sealed-state"), Some("/t/demo/reset?state=sealed-state"));
    let offered = SignInPage { sign_up, reset, ..sign_in(language) };
    pages.push(("sign_in_with_sign_up".to_owned(), offered.html()));
    let kept = SignInPage { may_keep: true, ..sign_in(language) };
    pages.push(("sign_in_that_may_be_kept".to_owned(), kept.html()));
    pages.extend(account_samples(language));
    pages.extend(mine::my_samples(language));
    pages
}

/// A document without its style sheet and icon, which have tests of their own.
fn without_style(html: &str) -> String {
    let (head, rest) = html.split_once("<style>").expect("a style sheet");
    let (_, body) = rest.split_once("</style>").expect("its end");
    let kept = head.lines().filter(|line| !line.starts_with("<link rel=\"icon\""));
    kept.chain(body.lines()).filter(|line| !line.trim().is_empty()).fold(String::new(), |text, line| text + line + "\n")
}

/// What a person reads of a document: the text between its tags.
fn read_aloud(html: &str) -> String {
    let body = html.split_once("<body>").expect("a body").1;
    let texts = body.split('<').filter(|tag| !tag.starts_with("script")).map(|tag| tag.split_once('>').map_or("", |(_, text)| text.trim()));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_documents_are_these() {
    let of = |name: &str| samples(Language::English).into_iter().find(|(sample, _)| sample == name).expect("a sample").1;
    for name in [
        "sign_in",
        "sign_in_wrong",
        "sign_up_wrong",
        "check_mail_Sent",
        "verify_PasswordAgain",
        "consent",
        "form_post",
        "mine_profile",
        "mine_security",
        "mine_sessions",
        "select_account",
        "logout",
        "logged_out_SignedOut",
        "error_RedirectUriMismatch",
    ] {
        insta::assert_snapshot!(name, without_style(&of(name)));
    }
}

#[test]
fn every_page_reads_like_this_in_every_language() {
    for language in Language::ALL {
        let pages = samples(language).into_iter().map(|(name, html)| format!("## {name}\n{}\n", read_aloud(&html)));
        insta::assert_snapshot!(format!("texts_{}", language.tag()), pages.collect::<Vec<_>>().join("\n"));
    }
}

#[test]
fn every_page_stands_alone_and_says_its_language() {
    for language in Language::ALL {
        for (name, html) in samples(language).into_iter().chain(looks::branded(|| samples(language))) {
            assert!(html.starts_with(&format!("<!doctype html>\n<html lang=\"{}\">", language.tag())), "{name}");
            for (once, what) in [("<h1>", "heading"), ("<main>", "main part"), ("<title>", "title"), ("name=\"viewport\"", "viewport")] {
                assert_eq!(html.matches(once).count(), 1, "{name}: one {what}");
            }
            // One page has a script, which its policy knows by its hash.
            assert_eq!(html.matches("<script").count(), usize::from(name == "form_post"), "{name}");
            for never in ["javascript:", " on", "href=\"http", "src=", "@import", "url(", "style=\"", "{{", "{%"] {
                // The terms, the logo and the links at the foot are the tenant's, wherever they stand; photos are kept at its own origin.
                let of_tenant =
                    |tag: &str| ["id=\"terms-link\"", "class=\"logo\"", "id=\"legal-", "id=\"photo-now\""].iter().any(|its| tag.contains(its));
                let hits: Vec<_> = tags(&html).into_iter().filter(|tag| tag.contains(never) && !of_tenant(tag)).collect();
                assert!(hits.is_empty(), "{name}: {never} in {hits:?}");
            }
            assert!(without_style(&html).len() < PAGE_MAX, "{name}: {} bytes", without_style(&html).len());
        }
    }
}

/// The opening tags of a document.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag)).collect()
}

#[test]
fn no_page_is_left_in_another_language() {
    for ((name, english), (_, german)) in samples(Language::English).into_iter().zip(samples(Language::German)) {
        let (english, german) = (read_aloud(&english), read_aloud(&german));
        let english: BTreeSet<_> = english.lines().collect();
        let shared: Vec<_> = german.lines().filter(|line| line.len() > 1 && english.contains(line)).collect();
        let names = ["Northwind", "Field Notes", "Countersign", "7Q4KXM2P", "ada@example.com", "notes.example.com", "inventory:read"];
        let foreign = |line: &&str| !names.contains(line) && !mine::SAME_IN_EVERY_LANGUAGE.contains(line);
        assert!(!shared.iter().any(foreign), "{name}: {shared:?}");
    }
}

#[test]
fn controls_have_the_ids_that_journeys_and_password_managers_know() {
    let page = sign_in(Language::English).html();
    for control in [r#"id="username" name="username""#, r#"id="password" name="password""#, r#"id="sign-in""#] {
        assert!(page.contains(control), "{control}");
    }
    assert!(page.contains(r#"autocomplete="username""#) && page.contains(r#"autocomplete="current-password""#));
    assert!(page.contains(r#"<form method="post" action="/t/demo/sign-in">"#));
    assert!(page.contains(r#"<input type="hidden" name="state" value="sealed-state">"#));
    let page = consent(Language::English, &redirect_uri()).html();
    assert!(page.contains(r#"<form method="post" action="/t/demo/consent">"#));
    assert!(page.contains(r#"<button id="consent-deny" name="decision" value="deny""#));
    assert!(page.contains(r#"<button id="consent-allow" class="primary" name="decision" value="allow""#));
    let page = form_post(Language::English, &redirect_uri()).html();
    assert!(page.contains(r#"<form id="form-post" method="post" action="https://notes.example.com/callback">"#));
    assert!(page.contains(r#"<input type="hidden" name="code" value="sealed-code">"#));
    assert!(page.contains(r#"<button id="form-post-continue" class="primary" type="submit">"#));
    let page = select_account(Language::English).html();
    assert!(page.contains(r#"<form method="get" action="/t/demo/authorize">"#));
    assert!(page.contains(r#"<button id="account-continue" class="primary" name="request_uri" value="urn:sealed-same""#));
    assert!(page.contains(r#"<button id="account-other" name="request_uri" value="urn:sealed-other""#));
    let page = logout(Language::English).html();
    assert!(page.contains(r#"<form method="post" action="/t/demo/logout">"#));
    assert!(page.contains(r#"<button id="logout-cancel" name="decision" value="cancel""#));
    assert!(page.contains(r#"<button id="logout-confirm" class="primary" name="decision" value="confirm""#));
}

#[test]
fn the_cursor_starts_where_something_is_missing_and_a_problem_is_tied_to_its_fields() {
    let focused = |html: &str| tags(html).into_iter().find(|tag| tag.ends_with("autofocus")).map(|tag| tag.contains("id=\"username\""));
    let fresh = sign_in(Language::English);
    assert_eq!(focused(&fresh.html()), Some(true));
    assert!(!fresh.html().contains("aria-describedby") && !fresh.html().contains("role=\"alert\""));
    let wrong = SignInPage { identifier: "ada", problem: Some(SignInProblem::WrongCredentials), ..fresh };
    assert_eq!(focused(&wrong.html()), Some(false));
    assert_eq!(wrong.html().matches(r#"aria-invalid="true" aria-describedby="problem""#).count(), 2);
    assert!(wrong.html().contains(r#"id="problem" role="alert""#));
    assert!(wrong.html().contains("<title>Problem: Sign in"));
    let throttled = SignInPage { problem: Some(SignInProblem::Throttled { retry_after: Duration::from_secs(61) }), ..wrong };
    assert!(throttled.html().contains("in 61 seconds") && !without_style(&throttled.html()).contains("aria-invalid"));
    let starts_at = |problems: &SignUpProblems| focused_field(&sign_up(Language::English, problems).html());
    assert_eq!(starts_at(&SignUpProblems::default()), "email");
    let password = Some(PasswordProblem::Common);
    assert_eq!(starts_at(&SignUpProblems { password, ..SignUpProblems::default() }), "password");
    let entered = [Problem::Email].into();
    assert_eq!(starts_at(&SignUpProblems { password, entered, ..SignUpProblems::default() }), "email");
}

/// The id of the field in which the cursor starts.
fn focused_field(html: &str) -> String {
    let tag = tags(html).into_iter().find(|tag| tag.ends_with("autofocus")).expect("a field");
    tag.split_once("id=\"").and_then(|(_, rest)| rest.split('"').next()).expect("an id").to_owned()
}

#[test]
fn the_password_never_comes_back() {
    let wrong = SignInPage { identifier: "ada", problem: Some(SignInProblem::WrongCredentials), ..sign_in(Language::English) };
    let password = wrong.html().lines().find(|line| line.contains("id=\"password\"")).map(str::to_owned);
    assert!(!password.expect("a password field").contains("value="));
}

#[test]
fn a_hostile_value_stays_a_value_in_every_slot() {
    let hostile = "\"'></title><script>alert(1)</script><b onmouseover=x>&amp;{{ 7 }}";
    for language in Language::ALL {
        let (plain, uri) = (sign_in(language), redirect_uri());
        let attacked =
            SignInPage { brand: Brand::plain(hostile), client_name: hostile, action: hostile, state: hostile, identifier: hostile, ..plain };
        let prefilled = SignInPage { identifier: "ada", ..plain };
        assert_eq!(shape(&attacked.html()), shape(&prefilled.html()));
        let plain = consent(language, &uri);
        let attacked = ConsentPage {
            brand: Brand::plain(hostile),
            client_name: hostile,
            account: hostile,
            scopes: &["openid", "profile", "email", "address", "phone", "offline_access", hostile],
            action: hostile,
            state: hostile,
            ..plain
        };
        assert_eq!(shape(&attacked.html()), shape(&plain.html()));
        let plain = form_post(language, &uri);
        let fields = &[("code", hostile), ("state", hostile), ("iss", hostile)];
        let attacked = FormPostPage { brand: Brand::plain(hostile), client_name: hostile, fields, ..plain };
        assert_eq!(shape(&attacked.html()), shape(&plain.html()));
        let plain = select_account(language);
        let attacked = SelectAccountPage {
            brand: Brand::plain(hostile),
            client_name: hostile,
            account: hostile,
            action: hostile,
            client_id: hostile,
            same: hostile,
            other: hostile,
            ..plain
        };
        assert_eq!(shape(&attacked.html()), shape(&plain.html()));
        let plain = ErrorPage { language, brand: Some(brand()), reason: ErrorReason::Internal, incident: "7Q4KXM2P" };
        let attacked = ErrorPage { brand: Some(Brand::plain(hostile)), incident: hostile, ..plain };
        assert_eq!(shape(&attacked.html()), shape(&plain.html()));
        let problems = SignUpProblems::default();
        let plain = sign_up(language, &problems);
        let entered =
            Entered { email: hostile, username: Some(hostile), given_name: Some(hostile), family_name: Some(hostile), terms: Some(hostile) };
        let attacked = SignUpPage {
            brand: Brand::plain(hostile),
            client_name: Some(hostile),
            action: hostile,
            from: SignUpFrom::Page(hostile),
            entered,
            ..plain
        };
        assert_eq!(shape(&attacked.html()), shape(&plain.html()));
        let attacked = CheckMailPage { brand: Brand::plain(hostile), email: hostile, action: hostile, state: hostile, ..check_mail(language) };
        assert_eq!(shape(&attacked.html()), shape(&check_mail(language).html()));
    }
}

/// The names of a document's tags, and how many quotation marks each has.
fn shape(html: &str) -> Vec<(&str, usize)> {
    tags(html).into_iter().map(|tag| (tag.split(' ').next().unwrap_or_default(), tag.matches('"').count())).collect()
}

#[test]
fn a_name_turns_no_text_around() {
    let (uri, turning) = (redirect_uri(), "moc.knab\u{202e}");
    let page =
        ConsentPage { brand: Brand::plain(turning), client_name: turning, account: turning, scopes: &[turning], ..consent(Language::English, &uri) };
    assert!(page.html().contains("moc.knab") && !page.html().contains('\u{202e}'));
}

#[test]
fn a_name_of_a_million_letters_makes_no_large_page() {
    let endless = "W".repeat(1_000_000);
    let uri = redirect_uri();
    let pages = [
        SignInPage { brand: Brand::plain(&endless), client_name: &endless, identifier: &endless, ..sign_in(Language::English) }.html(),
        ConsentPage { brand: Brand::plain(&endless), client_name: &endless, account: &endless, ..consent(Language::English, &uri) }.html(),
        ErrorPage { language: Language::English, brand: Some(Brand::plain(&endless)), reason: ErrorReason::NotFound, incident: "1" }.html(),
    ];
    for page in pages {
        assert!(without_style(&page).len() < PAGE_MAX, "{}", without_style(&page).len());
    }
}

#[test]
fn an_app_of_its_own_scheme_is_named_by_it_and_no_scope_makes_no_list() {
    let own = RedirectUri::parse("com.example.notes:/callback").expect("a registrable URI");
    let page = ConsentPage { scopes: &[], ..consent(Language::English, &own) }.html();
    assert!(page.contains("<bdi>com.example.notes</bdi>"));
    assert!(!page.contains("<ul"));
}

#[test]
fn the_headers_of_a_page_are_these_and_its_policy_knows_its_style_sheet() {
    let page = sign_in(Language::German);
    let response = responders::html(http::StatusCode::OK, &page, &PageSecurity::of(&tenant()).returning_to(&redirect_uri()));
    let html = page.html();
    let sheet = html.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).expect("a style sheet").0;
    let hash = STANDARD.encode(crypto::derive::sha256(sheet.as_bytes()));
    let mut lines: Vec<_> = response.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().expect("text"))).collect();
    lines.sort();
    insta::assert_snapshot!(lines.join("\n").replace(&hash, "<hash of the sheet>"));
}

#[test]
fn the_policy_of_the_page_that_posts_itself_knows_its_script() {
    let uri = redirect_uri();
    let html = form_post(Language::English, &uri).html();
    let script = html.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>")).expect("a script").0;
    let hash = STANDARD.encode(crypto::derive::sha256(script.as_bytes()));
    let policy = PageSecurity::of(&tenant()).returning_to(&uri).posting_itself().content_security_policy();
    assert!(policy.contains(&format!("; script-src 'sha256-{hash}';")) && policy.contains("form-action 'self' https:;"), "{policy}");
}

#[test]
fn only_https_asks_for_https_and_a_page_without_a_tenant_has_the_same_policy() {
    let page = ErrorPage { language: Language::English, brand: None, reason: ErrorReason::NotFound, incident: "1" };
    let issuer = Issuer::parse("http://localhost:8080/t/demo").expect("an issuer");
    let local = PageSecurity::of(&Tenant { first_issuer: issuer, ..tenant() });
    for security in [local, PageSecurity::without_issuer()] {
        let response = responders::html(page.reason.status(), &page, &security);
        assert_eq!(response.status(), http::StatusCode::NOT_FOUND);
        assert!(!response.headers().contains_key("strict-transport-security"));
        let policy = response.headers()["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none';") && policy.contains("form-action 'self';"), "{policy}");
    }
}
