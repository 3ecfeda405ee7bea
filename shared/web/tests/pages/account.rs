//! Samples of the pages about accounts.

use std::sync::LazyLock;
use std::time::Duration;

use domain::password_policy::{CharacterKind, PasswordProblem};
use domain::registration::{Registration, RegistrationPolicy, Terms, UsernameField};
use domain::sign_up::{Entered, Problem};
use web::{
    Again, CheckMailPage, Language, NewPasswordPage, Notice, NoticePage, Page, ProofAsked, ResetPage, ResetProblem, SignUpPage, SignUpProblems,
    VerifyPage,
};

fn policy() -> &'static RegistrationPolicy {
    static POLICY: LazyLock<RegistrationPolicy> = LazyLock::new(|| RegistrationPolicy {
        who: Registration::Open,
        username: UsernameField::Required,
        terms: Some(Terms { version: "2026-11".to_owned(), url: "https://northwind.example/terms".to_owned() }),
    });
    &POLICY
}

pub(crate) fn sign_up(language: Language, problems: &SignUpProblems) -> SignUpPage<'_> {
    SignUpPage {
        language,
        tenant_name: "Northwind",
        client_name: Some("Field Notes"),
        action: "/t/demo/sign-up",
        state: "sealed-state",
        policy: policy(),
        password_minimum: 15,
        entered: Entered::default(),
        problems,
    }
}

pub(crate) fn check_mail(language: Language) -> CheckMailPage<'static> {
    CheckMailPage { language, tenant_name: "Northwind", email: "ada@example.com", action: "/t/demo/sign-up", state: "sealed-state", again: Again::No }
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
    let all = SignUpProblems { entered: entered.into(), password: None, retry_after: Some(Duration::from_mins(10)) };
    pages.push(("sign_up_wrong".to_owned(), sign_up(language, &all).html()));
    for password in passwords.into_iter().chain(lacking) {
        let problems = SignUpProblems { password: Some(password), ..SignUpProblems::default() };
        pages.push((format!("sign_up_{password:?}"), sign_up(language, &problems).html()));
    }
    for again in [Again::No, Again::Sent, Again::Throttled { retry_after: Duration::from_mins(10) }] {
        pages.push((format!("check_mail_{again:?}"), CheckMailPage { again, ..check_mail(language) }.html()));
    }
    let later = ProofAsked::PasswordLater { retry_after: Duration::from_mins(10) };
    for asked in [ProofAsked::Nothing, ProofAsked::Password, ProofAsked::PasswordAgain, later] {
        let page = VerifyPage { language, tenant_name: "Northwind", action: "/t/demo/verify", link: "sealed-link", asked };
        pages.push((format!("verify_{asked:?}"), page.html()));
    }
    for problem in [None, Some(ResetProblem::Incomplete), Some(ResetProblem::Throttled { retry_after: Duration::from_mins(10) })] {
        let identifier = "ada@example.com";
        let page = ResetPage { language, tenant_name: "Northwind", action: "/t/demo/reset", state: "sealed-state", identifier, problem };
        pages.push((format!("reset_{problem:?}"), page.html()));
    }
    for problem in [None, Some(PasswordProblem::Former)] {
        let action = "/t/demo/reset";
        let page = NewPasswordPage { language, tenant_name: "Northwind", action, link: "sealed-link", password_minimum: 15, problem };
        pages.push((format!("new_password_{problem:?}"), page.html()));
    }
    for notice in Notice::ALL {
        pages.push((format!("notice_{notice:?}"), NoticePage { language, tenant_name: "Northwind", notice }.html()));
    }
    pages
}
