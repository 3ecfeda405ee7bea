//! Mails: text and HTML say the same, load nothing from anywhere, and take nobody's name for markup.

use std::collections::BTreeMap;

use domain::branding::{Accent, Branding, Colour, LegalLink, WebAddress};
use web::{Language, Letter};

fn letter() -> Letter {
    Letter {
        language: Language::English,
        tenant_name: "Northwind".to_owned(),
        branding: Branding::none(),
        subject: "Confirm your email address".to_owned(),
        greeting: "Hello Ada,".to_owned(),
        lead: "somebody is creating an account.".to_owned(),
        facts: vec![("When", "2026-11-22 14:32 UTC".to_owned()), ("Address", "192.0.2.7".to_owned())],
        link: Some(("Confirm", "https://demo.id.example.com/verify?link=sealed".to_owned())),
        closing: vec!["The link is good for 24 hours.".to_owned(), "Ignore this mail otherwise.".to_owned()],
    }
}

#[test]
fn the_text_of_a_letter_is_this() {
    insta::assert_snapshot!(letter().text(), @"
    Hello Ada,

    somebody is creating an account.

    When:    2026-11-22 14:32 UTC
    Address: 192.0.2.7

    Confirm:
    https://demo.id.example.com/verify?link=sealed

    The link is good for 24 hours.

    Ignore this mail otherwise.

    Northwind
    ");
    let bare = Letter { facts: Vec::new(), link: None, ..letter() };
    insta::assert_snapshot!(bare.text(), @"
    Hello Ada,

    somebody is creating an account.

    The link is good for 24 hours.

    Ignore this mail otherwise.

    Northwind
    ");
}

#[test]
fn both_forms_say_the_same() {
    let letter = letter();
    let (text, html) = (letter.text(), letter.html());
    let facts = letter.facts.iter().flat_map(|(what, how)| [*what, how.as_str()]);
    let said = [&letter.tenant_name, &letter.greeting, &letter.lead].into_iter().map(String::as_str).chain(facts);
    for said in said.chain(letter.closing.iter().map(String::as_str)).chain(["Confirm", "https://demo.id.example.com/verify?link=sealed"]) {
        assert!(text.contains(said) && html.contains(said), "{said}");
    }
    assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">") && html.contains("<title>Confirm your email address</title>"));
}

#[test]
fn a_letter_loads_nothing_and_runs_nothing() {
    let html = letter().html();
    for never in ["<script", "<img", "<link", "src=", "url(", "@import", "javascript:"] {
        assert!(!html.contains(never), "{never}");
    }
    assert_eq!(html.matches("href=").count(), 1);
}

#[test]
fn a_hostile_value_stays_a_value() {
    let hostile = "\"'></title><script>alert(1)</script>".to_owned();
    let attacked = Letter {
        tenant_name: hostile.clone(),
        subject: hostile.clone(),
        greeting: hostile.clone(),
        lead: hostile.clone(),
        facts: vec![("When", hostile.clone()), ("Address", hostile.clone())],
        link: Some(("Confirm", hostile.clone())),
        closing: vec![hostile.clone(), hostile],
        ..letter()
    };
    let shape = |html: &str| html.split('<').skip(1).map(|tag| tag.split([' ', '>']).next().unwrap_or_default().to_owned()).collect::<Vec<_>>();
    assert_eq!(shape(&attacked.html()), shape(&letter().html()));
}

#[test]
fn a_letter_has_the_colours_and_links_of_its_tenant_in_both_forms() {
    let colour = |text| Colour::parse(text).expect("a colour");
    let imprint = WebAddress::parse("https://northwind.example/imprint").expect("an address");
    let branding = Branding {
        logo: Some(WebAddress::parse("https://northwind.example/logo.png").expect("an address")),
        accent: Some(Accent { light: colour("#0b6e4f"), dark: colour("#5fd3a8") }),
        links: BTreeMap::from([(LegalLink::Imprint, imprint)]),
        ..Branding::none()
    };
    for (language, words) in [(Language::English, "Legal notice"), (Language::German, "Impressum")] {
        let branded = Letter { language, branding: branding.clone(), ..letter() };
        let (text, html) = (branded.text(), branded.html());
        assert!(text.ends_with(&format!("Northwind\n{words}: https://northwind.example/imprint\n")), "{text}");
        assert!(html.contains(&format!("<a href=\"https://northwind.example/imprint\" style=\"margin:0 8px;color:#565c6b\">{words}</a>")), "{html}");
        assert_eq!(html.matches("background:#0b6e4f;color:#ffffff").count(), 2, "{html}");
        assert!(!html.contains("#4353e0") && !html.contains("logo.png"), "{html}");
    }
}
