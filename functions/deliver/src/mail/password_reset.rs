//! The mail with the link for a new password, because it is forgotten or locked. It goes to the address of the account, whatever was typed.

use crypto::artefact::Kind;
use domain::delivery::Delivery;
use domain::event::EventKind;
use domain::tenant::Recovery;
use domain::{Timestamp, policy};
use runtime::Failure;
use runtime::interaction::ResetLink;
use web::letter::named;
use web::{Language, Letter};

use super::{About, Addressed, Composed, greeting, language, link, person_of};
use crate::Deps;

/// Composes the mail. There is none when its link wouldn't be good any more.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    let Some(about) = person_of(deps, delivery, now).await? else { return Ok(Composed::Nobody) };
    let (credential_version, say): (u64, Say) = match about.event.kind {
        EventKind::PasswordResetRequested { credential_version } => (credential_version, forgotten),
        EventKind::AlarmRaised { credential_version } | EventKind::EmailGivenBack { credential_version, .. } => (credential_version, locked),
        _ => return Ok(Composed::Nobody),
    };
    let is_over = now >= about.event.at.plus(policy::RESET_LINK) || !about.user.is_active() || about.event.at < about.user.not_before;
    if is_over {
        return Ok(Composed::Over);
    }
    Ok(letter(&about, credential_version, say)?.into())
}

struct Said {
    subject: String,
    lead: String,
    closing: Vec<&'static str>,
}

type Say = fn(Language, &str, Recovery) -> Said;

fn letter(about: &About, credential_version: u64, say: Say) -> Result<Option<Addressed>, Failure> {
    let Some(email) = &about.user.email else { return Ok(None) };
    let language = language(&about.user.profile);
    let (tenant_name, recovery) = (named(&about.tenant.record().name), about.tenant.record().recovery);
    let Said { subject, lead, closing } = say(language, &tenant_name, recovery);
    let words = match language {
        Language::English => "Set a new password",
        Language::German => "Ein neues Passwort setzen",
    };
    let link = match recovery {
        Recovery::ByMail => Some((words, url(about, credential_version)?)),
        Recovery::Off => None,
    };
    let letter = Letter {
        language,
        tenant_name,
        branding: about.tenant.record().branding.clone(),
        subject,
        greeting: greeting(language, &about.user),
        lead,
        facts: Vec::new(),
        link,
        closing: closing.into_iter().map(str::to_owned).collect(),
    };
    Ok(Some(Addressed { to: email.address.clone(), letter }))
}

fn forgotten(language: Language, tenant: &str, _: Recovery) -> Said {
    match language {
        Language::English => Said {
            subject: format!("A new password for your account at {tenant}"),
            lead: format!("somebody, probably you, says that you forgot your password at {tenant}."),
            closing: vec!["The link is good for an hour, and once.", "If it wasn't you, there is nothing to do: your password stays as it is."],
        },
        Language::German => Said {
            subject: format!("Ein neues Passwort für Ihr Konto bei {tenant}"),
            lead: format!("jemand, vermutlich Sie, sagt, dass Sie Ihr Passwort bei {tenant} vergessen haben."),
            closing: vec!["Der Link gilt eine Stunde und einmal.", "Waren Sie das nicht, ist nichts zu tun: Ihr Passwort bleibt, wie es ist."],
        },
    }
}

fn locked(language: Language, tenant: &str, recovery: Recovery) -> Said {
    let (subject, lead) = match language {
        Language::English => (
            format!("Your account at {tenant} is locked"),
            format!("as you said that it wasn't you who used your account at {tenant}, you're signed out everywhere, and your password is locked."),
        ),
        Language::German => (
            format!("Ihr Konto bei {tenant} ist gesperrt"),
            format!(
                "weil Sie gesagt haben, dass nicht Sie Ihr Konto bei {tenant} benutzt haben, sind Sie überall abgemeldet, und Ihr Passwort ist gesperrt."
            ),
        ),
    };
    let next = match (language, recovery) {
        (Language::English, Recovery::ByMail) => "The link is good for an hour, and once. After that, ask for another on the sign-in page.",
        (Language::English, Recovery::Off) => "Ask your administrator for a new one.",
        (Language::German, Recovery::ByMail) => "Der Link gilt eine Stunde und einmal. Danach bekommen Sie auf der Anmeldeseite einen neuen.",
        (Language::German, Recovery::Off) => "Bitten Sie Ihre Administration um ein neues.",
    };
    let otherwise = match language {
        Language::English => "If you said no such thing, somebody else reads your mail. Change the password of your mailbox first.",
        Language::German => "Haben Sie das nicht gesagt, liest jemand Ihre E-Mails mit. Ändern Sie zuerst das Passwort Ihres Postfachs.",
    };
    Said { subject, lead, closing: vec![next, otherwise] }
}

fn url(about: &About, credential_version: u64) -> Result<String, Failure> {
    let payload = ResetLink { user_id: about.user.id.clone(), credential_version, asked_at: about.event.at };
    link(&about.tenant, &about.event, (Kind::ResetLink, "/reset"), about.event.at.plus(policy::RESET_LINK), &payload)
}
