//! Samples of the pages about accounts.

use std::sync::LazyLock;
use std::time::Duration;

use super::looks::brand;
use domain::attributes::{self, Attribute, AttributeName, Choice, Kind, Posted, Reader, Schema, Translated, Writer};
use domain::completion::{self, Lacking};
use domain::password_policy::{CharacterKind, PasswordProblem};
use domain::registration::{Registration, RegistrationPolicy, Terms, UsernameField};
use domain::sign_up::{Entered, Problem};
use domain::tenant::Recovery;
use web::{
    Again, CheckMailPage, CompletePage, Language, NewPasswordPage, NotMePage, Notice, NoticePage, OutlivedPage, Page, ProofAsked, ResetPage,
    ResetProblem, SignUpFrom, SignUpPage, SignUpProblems, Undone, VerifyPage,
};

fn policy() -> &'static RegistrationPolicy {
    static POLICY: LazyLock<RegistrationPolicy> = LazyLock::new(|| RegistrationPolicy {
        who: Registration::Open,
        username: UsernameField::Required,
        terms: Some(Terms { version: "2026-11".to_owned(), url: "https://northwind.example/terms".to_owned() }),
    });
    &POLICY
}

fn translated((english, german): (&str, &str)) -> Translated {
    Translated([("en".to_owned(), english.to_owned()), ("de".to_owned(), german.to_owned())].into())
}

fn attribute(name: &str, label: (&str, &str), kind: Kind) -> Attribute {
    let label = translated(label);
    let name = AttributeName::parse(name).expect("a name");
    Attribute { name, label, hint: Translated::default(), kind, required: true, readers: [Reader::Person].into(), writer: Writer::Person }
}

/// One attribute of each type.
pub(crate) fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let of = [("red", ("Red", "Rot")), ("green", ("Green", "Grün"))];
        let of = of.map(|(value, label)| Choice { value: value.to_owned(), label: translated(label) });
        let hint = translated(("As on your badge.", "Wie auf Ihrem Ausweis."));
        let text = Kind::Text { maximum: 9, pattern: Some("[A-Z]-[0-9]+".to_owned()) };
        let attributes = vec![
            Attribute { hint, ..attribute("badge", ("Badge", "Ausweis"), text) },
            attribute("desks", ("Desks", "Plätze"), Kind::Integer),
            attribute("remote", ("Works from home", "Arbeitet zu Hause"), Kind::Boolean),
            attribute("born", ("Birthday", "Geburtstag"), Kind::Date),
            attribute("team", ("Team", "Gruppe"), Kind::Choice { of: of.into() }),
        ];
        Schema { version: 1, attributes }
    });
    assert_eq!(SCHEMA.check(), Ok(()));
    &SCHEMA
}

/// What was entered for them.
fn badge() -> &'static Posted<'static> {
    static ENTERED: LazyLock<Posted<'static>> = LazyLock::new(|| [("badge", "a-1"), ("desks", "2"), ("remote", "false"), ("team", "green")].into());
    &ENTERED
}

/// Every problem that an attribute can have, one of them on each in turn.
fn attribute_problems() -> Vec<attributes::Problems> {
    use attributes::Problem;
    let all = [
        Problem::Missing,
        Problem::Invisible,
        Problem::TooLong { maximum: 9 },
        Problem::Pattern,
        Problem::Integer,
        Problem::Boolean,
        Problem::Date,
        Problem::Choice,
        Problem::ReadOnly,
    ];
    let name = |at: usize| schema().attributes[at % schema().attributes.len()].name.clone();
    let of = |(at, problem)| attributes::Problems { of: [(name(at), problem)].into(), ..attributes::Problems::default() };
    let too_large = attributes::Problems { too_large: true, ..attributes::Problems::default() };
    all.into_iter().enumerate().map(of).chain([too_large]).collect()
}

pub(crate) fn sign_up(language: Language, problems: &SignUpProblems) -> SignUpPage<'_> {
    SignUpPage {
        language,
        brand: brand(),
        client_name: Some("Field Notes"),
        action: "/t/demo/sign-up",
        from: SignUpFrom::Page("sealed-state"),
        policy: policy(),
        schema: schema(),
        password_minimum: 15,
        entered: Entered::default(),
        attributes: badge(),
        problems,
    }
}

pub(crate) fn check_mail(language: Language) -> CheckMailPage<'static> {
    CheckMailPage { language, brand: brand(), email: "ada@example.com", action: "/t/demo/sign-up", state: "sealed-state", again: Again::No }
}

/// The pages about accounts.
pub(crate) fn account_samples(language: Language) -> Vec<(String, String)> {
    let mut pages = vec![("sign_up".to_owned(), sign_up(language, &SignUpProblems::default()).html())];
    let entered = [Problem::Email, Problem::EmailDomain, Problem::Username, Problem::UsernameTaken, Problem::Name, Problem::Terms];
    let lacking = [CharacterKind::Lower, CharacterKind::Upper, CharacterKind::Digit, CharacterKind::Symbol].map(PasswordProblem::Lacks);
    let passwords = [
        PasswordProblem::Empty,
        PasswordProblem::TooLong,
        PasswordProblem::TooShort { minimum: 15 },
        PasswordProblem::Common,
        PasswordProblem::Known,
        PasswordProblem::Guessable,
        PasswordProblem::Former,
    ];
    let all = SignUpProblems { entered: entered.into(), retry_after: Some(Duration::from_mins(10)), ..SignUpProblems::default() };
    pages.push(("sign_up_wrong".to_owned(), sign_up(language, &all).html()));
    let fine = SignUpProblems::default();
    let entered = Entered { email: "ada@example.com", given_name: Some("Ada"), ..Entered::default() };
    let invitation = |problems| SignUpPage { from: SignUpFrom::Invitation("sealed-link"), client_name: None, entered, ..sign_up(language, problems) };
    pages.push(("invitation".to_owned(), invitation(&fine).html()));
    pages.push(("invitation_wrong".to_owned(), invitation(&all).html()));
    for password in passwords.into_iter().chain(lacking) {
        let problems = SignUpProblems { password: Some(password), ..SignUpProblems::default() };
        pages.push((format!("sign_up_{password:?}"), sign_up(language, &problems).html()));
    }
    for (at, attributes) in attribute_problems().into_iter().enumerate() {
        let problems = SignUpProblems { attributes, ..SignUpProblems::default() };
        pages.push((format!("sign_up_attribute_{at}"), sign_up(language, &problems).html()));
    }
    let (entered, problems) = (Posted::new(), completion::Problems::default());
    let terms = policy().terms.as_ref();
    let wrong = completion::Problems { attributes: attribute_problems().remove(0), terms: true };
    let all: Vec<_> = schema().attributes.iter().collect();
    for (name, attributes, terms, problems) in [
        ("all", all.clone(), terms, &problems),
        ("terms", Vec::new(), terms, &problems),
        ("attributes", all.clone(), None, &problems),
        ("wrong", all, terms, &wrong),
    ] {
        let page = CompletePage {
            language,
            brand: brand(),
            client_name: "Field Notes",
            account: "ada@example.com",
            action: "/t/demo/complete",
            state: "sealed-state",
            schema: schema(),
            lacking: &Lacking { attributes, terms },
            entered: if name == "wrong" { badge() } else { &entered },
            problems,
        };
        pages.push((format!("complete_{name}"), page.html()));
    }
    for again in [Again::No, Again::Sent, Again::Throttled { retry_after: Duration::from_mins(10) }] {
        pages.push((format!("check_mail_{again:?}"), CheckMailPage { again, ..check_mail(language) }.html()));
    }
    let later = ProofAsked::PasswordLater { retry_after: Duration::from_mins(10) };
    for asked in [ProofAsked::Nothing, ProofAsked::Password, ProofAsked::PasswordAgain, later] {
        let page = VerifyPage { language, brand: brand(), action: "/t/demo/verify", link: "sealed-link", asked };
        pages.push((format!("verify_{asked:?}"), page.html()));
    }
    for problem in [None, Some(ResetProblem::Incomplete), Some(ResetProblem::Throttled { retry_after: Duration::from_mins(10) })] {
        let identifier = "ada@example.com";
        let page = ResetPage { language, brand: brand(), action: "/t/demo/reset", state: "sealed-state", identifier, problem };
        pages.push((format!("reset_{problem:?}"), page.html()));
    }
    for problem in [None, Some(PasswordProblem::Former)] {
        let action = "/t/demo/reset";
        let page = NewPasswordPage { language, brand: brand(), action, link: "sealed-link", password_minimum: 15, problem };
        pages.push((format!("new_password_{problem:?}"), page.html()));
    }
    for problem in [None, Some(PasswordProblem::Former)] {
        let (client_name, account, action) = ("Field Notes", "ada@example.com", "/t/demo/new-password");
        let page = OutlivedPage { language, brand: brand(), client_name, account, action, state: "sealed-state", password_minimum: 15, problem };
        pages.push((format!("outlived_{problem:?}"), page.html()));
    }
    for recovery in [Recovery::ByMail, Recovery::Off] {
        let page = NotMePage { language, brand: brand(), action: "/t/demo/not-me", link: "sealed-link", undone: Undone::Nothing, recovery };
        pages.push((format!("not_me_{recovery:?}"), page.html()));
        pages.push((format!("not_me_email_{recovery:?}"), NotMePage { undone: Undone::EmailChange, ..page }.html()));
    }
    for notice in Notice::ALL {
        pages.push((format!("notice_{notice:?}"), NoticePage { language, brand: brand(), notice }.html()));
    }
    pages
}
