//! German.

mod account;
mod mine;
mod phone;
mod photo;

use domain::branding::LegalLink;
use std::time::Duration;

use domain::password_policy::{CharacterKind, PasswordProblem};
use domain::policy::PASSWORD_MAX_CHARACTERS;

use super::{Around, ErrorTexts, ScopeTexts, Texts};
use crate::pages::ErrorReason;

pub(super) static TEXTS: Texts = Texts {
    sign_in: "Anmelden",
    to_continue: Around { before: "um mit ", after: " fortzufahren" },
    username: "Benutzername oder E-Mail",
    password: "Passwort",
    problem: "Problem",
    wrong_credentials: "Benutzername und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal.",
    incomplete: "Geben Sie Ihren Benutzernamen und Ihr Passwort ein.",
    throttled,
    unchecked: "Wir können Ihre Anmeldung gerade nicht prüfen. Sehen Sie nach, ob Benutzername und Passwort stimmen, und versuchen Sie es in einer Minute noch einmal.",
    expired: "Diese Seite war lange offen, deshalb haben wir sie erneuert. Bitte melden Sie sich noch einmal an.",
    select_account: "Konto auswählen",
    other_account: "Anderes Konto verwenden",
    go_on: "Weiter",
    returning: "Zurück zur App",
    returning_to: Around { before: "Zurück zu ", after: "" },
    returning_detail: "Wenn nichts geschieht, drücken Sie den Knopf.",
    consent_title: "Zugriff erlauben",
    consent_heading: Around { before: "Darf ", after: " auf Ihr Konto zugreifen?" },
    signed_in_as: "Angemeldet als",
    consent_lead: "Die App kann dann:",
    scope_openid: ScopeTexts { title: "Sie wiedererkennen", detail: "Anhand einer ID, die der App sagt, dass Sie es sind" },
    scope_profile: ScopeTexts { title: "Ihr Profil sehen", detail: "Name, Benutzername, Bild, Geburtstag, Sprache und Ähnliches" },
    scope_email: ScopeTexts { title: "Ihre E-Mail-Adresse sehen", detail: "Und ob sie bestätigt ist" },
    scope_address: ScopeTexts { title: "Ihre Postanschrift sehen", detail: "Straße, Ort, Postleitzahl und Land" },
    scope_phone: ScopeTexts { title: "Ihre Telefonnummer sehen", detail: "Auch, ob sie bestätigt ist" },
    scope_groups: ScopeTexts { title: "Ihre Gruppen sehen", detail: "Die Namen der Gruppen, in denen Sie sind" },
    scope_roles: ScopeTexts { title: "Ihre Rollen sehen", detail: "Was Ihre Organisation Sie tun lässt" },
    scope_account: ScopeTexts { title: "Ihr Konto verwalten", detail: "Profil, Passwort, Adresse, Geräte, Apps und Daten" },
    scope_offline_access: ScopeTexts { title: "Verbunden bleiben", detail: "Auch nach dem Abmelden, bis Sie das zurücknehmen" },
    scope_of_api: Around { before: "Eine Berechtigung bei ", after: "" },
    returns_to: Around { before: "In beiden Fällen geht es zurück zu ", after: "." },
    allow: "Erlauben",
    deny: "Ablehnen",
    sign_out_question: "Möchten Sie sich abmelden?",
    sign_out_means: "Das beendet Ihre Sitzung in diesem Browser. Apps, die Sie damit geöffnet haben, bitten Sie dann um eine neue Anmeldung.",
    sign_out: "Abmelden",
    stay_signed_in: "Angemeldet bleiben",
    signed_out: "Sie sind abgemeldet",
    signed_out_detail: "Sie können diese Seite schließen.",
    signed_out_without_return: "Wir können Sie nicht zur App zurückleiten, weil sie die gesendete Adresse nicht registriert hat. Sie können diese Seite schließen.",
    stayed: "Sie sind weiterhin angemeldet",
    stayed_detail: "Es hat sich nichts geändert. Sie können diese Seite schließen oder zur App zurückkehren.",
    account: &account::TEXTS,
    mine: &mine::TEXTS,
    error,
    password_problem,
    incident: "Vorfallnummer",
    legal: |link| match link {
        LegalLink::Privacy => "Datenschutz",
        LegalLink::Imprint => "Impressum",
        LegalLink::Terms => "Nutzungsbedingungen",
        LegalLink::Support => "Hilfe",
    },
    secured_by: "Gesichert durch",
};

fn throttled(wait: Duration) -> String {
    match wait.as_secs() {
        0 | 1 => "Zu viele Versuche. Versuchen Sie es in einer Sekunde noch einmal.".to_owned(),
        seconds @ 2..=90 => format!("Zu viele Versuche. Versuchen Sie es in {seconds} Sekunden noch einmal."),
        seconds => format!("Zu viele Versuche. Versuchen Sie es in {} Minuten noch einmal.", seconds.div_ceil(60)),
    }
}

fn error(reason: ErrorReason) -> ErrorTexts {
    let (title, detail, advice) = match reason {
        ErrorReason::UnknownClient => (
            "Wir kennen diese App nicht",
            "Die App, von der Sie kommen, ist bei uns nicht registriert.",
            "Gehen Sie zurück zur App. Wenn es wieder geschieht, sagen Sie es den Betreibern der App.",
        ),
        ErrorReason::RedirectUriMismatch => (
            "Wir können Sie nicht zu dieser App zurückleiten",
            "Die Rücksprungadresse in der Anfrage der App ist nicht von ihr registriert. Zu Ihrer Sicherheit haben wir hier angehalten.",
            "Gehen Sie zurück zur App. Wenn es wieder geschieht, sagen Sie es den Betreibern der App.",
        ),
        ErrorReason::MalformedRequest => (
            "Diese Anfrage ist unvollständig",
            "In dem Link oder Formular, das Sie hierher gebracht hat, fehlt etwas, oder es gehört nicht hinein.",
            "Gehen Sie zurück zur App und beginnen Sie von vorn.",
        ),
        ErrorReason::BodyTooLarge => (
            "Diese Anfrage ist zu groß",
            "Das Formular enthält mehr, als wir annehmen.",
            "Gehen Sie zurück, kürzen Sie Ihre Eingaben und versuchen Sie es noch einmal.",
        ),
        ErrorReason::UnsupportedMediaType => (
            "Diese Anfrage hat das falsche Format",
            "Das Formular wurde auf eine Weise gesendet, die wir nicht lesen.",
            "Gehen Sie zurück zur App und beginnen Sie von vorn.",
        ),
        ErrorReason::SignInExpired => (
            "Diese Seite ist abgelaufen",
            "Sie war zu lange offen, oder Sie haben schon erledigt, wofür sie da war. Es ist nichts verloren.",
            "Gehen Sie zurück zur App und melden Sie sich noch einmal an.",
        ),
        ErrorReason::OtherBrowser => (
            "Diese Seite gehört zu einem anderen Browser",
            "Sie wurde in einem anderen Browser geöffnet, oder dieser hier nimmt keine Cookies an.",
            "Erlauben Sie Cookies für diese Seite, gehen Sie dann zurück zur App und melden Sie sich noch einmal an.",
        ),
        ErrorReason::CrossSite => (
            "Wir haben diese Anfrage angehalten",
            "Sie wurde von einer fremden Website gesendet, nicht von unserer eigenen Seite.",
            "Wenn Sie sich anmelden wollten, gehen Sie zurück zur App und beginnen Sie von vorn.",
        ),
        ErrorReason::NotFound => (
            "Hier ist nichts",
            "Vielleicht ist die Adresse falsch geschrieben, oder die Seite ist umgezogen.",
            "Prüfen Sie die Adresse, oder gehen Sie zurück zur App, von der Sie kommen.",
        ),
        ErrorReason::TenantClosed => (
            "Zurzeit geschlossen",
            "Im Moment kann sich hier niemand anmelden. An Ihrem Konto wurde nichts geändert.",
            "Fragen Sie die Stelle, von der Sie Ihr Konto haben, wann wieder geöffnet ist.",
        ),
        ErrorReason::MethodNotAllowed => (
            "Diese Seite lässt sich nicht direkt öffnen",
            "Sie ist ein Schritt der Anmeldung bei einer App.",
            "Gehen Sie zurück zur App und beginnen Sie von vorn.",
        ),
        ErrorReason::Busy => (
            "Gerade melden sich viele Menschen an",
            "Wir nehmen sie der Reihe nach, und die Schlange ist voll. Es wurde nichts angesehen oder geändert.",
            "Gehen Sie zurück und versuchen Sie es in ein paar Sekunden noch einmal.",
        ),
        ErrorReason::Unavailable => (
            "Wir sind gleich wieder da",
            "Ein Dienst, den wir brauchen, antwortet gerade nicht. Es liegt nicht an Ihnen.",
            "Warten Sie eine Minute, gehen Sie dann zurück zur App und versuchen Sie es noch einmal.",
        ),
        ErrorReason::Internal => (
            "Bei uns ist etwas schiefgegangen",
            "Es liegt nicht an Ihnen, und von Ihren Daten wurde nichts verändert.",
            "Gehen Sie zurück zur App und versuchen Sie es noch einmal. Wenn es wieder geschieht, nennen Sie dem Support die Nummer unten.",
        ),
    };
    ErrorTexts { title, detail, advice }
}

fn password_problem(problem: PasswordProblem) -> String {
    match problem {
        PasswordProblem::Empty => "Geben Sie ein Passwort ein.".to_owned(),
        PasswordProblem::TooLong => format!("Dieses Passwort ist zu lang. Nehmen Sie höchstens {PASSWORD_MAX_CHARACTERS} Zeichen."),
        PasswordProblem::TooShort { minimum } => {
            format!("Nehmen Sie mindestens {minimum} Zeichen. Einige Wörter hintereinander merkt man sich leicht.")
        }
        PasswordProblem::Lacks(CharacterKind::Lower) => "Fügen Sie einen Kleinbuchstaben hinzu.".to_owned(),
        PasswordProblem::Lacks(CharacterKind::Upper) => "Fügen Sie einen Großbuchstaben hinzu.".to_owned(),
        PasswordProblem::Lacks(CharacterKind::Digit) => "Fügen Sie eine Ziffer hinzu.".to_owned(),
        PasswordProblem::Lacks(CharacterKind::Symbol) => "Fügen Sie ein Sonderzeichen hinzu, etwa einen Bindestrich oder ein Leerzeichen.".to_owned(),
        PasswordProblem::Common => {
            "Viele benutzen dieses Passwort, deshalb wird es als eines der ersten probiert. Wählen Sie ein anderes.".to_owned()
        }
        PasswordProblem::Known => "Dieses Passwort besteht aus Namen, die andere kennen. Wählen Sie ein anderes.".to_owned(),
        PasswordProblem::Guessable => "Dieses Passwort ist leicht zu erraten. Machen Sie es länger oder weniger regelmäßig.".to_owned(),
        PasswordProblem::Former => "Dieses Passwort hatten Sie schon einmal. Wählen Sie ein anderes.".to_owned(),
    }
}
