//! The pages of a person's own account in German.

use domain::account::EmailProblem;
use domain::history::Happening;
use domain::profile::ProfileField;

use crate::pages::{Done, Section};
use crate::texts::{Around, MyAccountTexts};

pub(super) static TEXTS: MyAccountTexts = MyAccountTexts {
    your_account: "Ihr Konto",
    section,
    done,
    changed_meanwhile: "Ihr Konto hat sich geändert, seit diese Seite geöffnet wurde. So ist es jetzt; bitte versuchen Sie es noch einmal.",
    administers: "Sie sind hier Administrator. Ihr Konto kann gelöscht werden, sobald jemand anderes das übernommen hat.",
    photo: &super::photo::TEXTS,
    about_you: "Über Sie",
    save: "Speichern",
    field,
    told: "Über Sie geführt",
    told_detail: "Ändern können das nur die Betreiber dieses Dienstes.",
    field_wrong,
    password: "Passwort",
    current_password: "Bisheriges Passwort",
    current_password_wrong: "Das ist nicht Ihr bisheriges Passwort.",
    new_password: "Neues Passwort",
    email_pending: Around { before: "Wir haben einen Link an ", after: " geschickt. Folgen Sie ihm in diesem Browser, dann ist es Ihre Adresse." },
    forget_email: "Adresse nicht ändern",
    new_email: "Neue E-Mail-Adresse",
    ask_email: "Link dorthin schicken",
    email_problem,
    phone: &super::phone::TEXTS,
    confirm_email: Around { before: "Soll ", after: " die E-Mail-Adresse Ihres Kontos werden?" },
    sessions_lead: "Hier sind Sie angemeldet. Melden Sie ab, was nicht Sie sind.",
    this_session: "Dieser Browser",
    signed_in_at: "Angemeldet",
    last_used_at: "zuletzt benutzt",
    end_others: "Überall sonst abmelden",
    unknown_device: "Unbekannter Browser",
    unknown_place: "Unbekannte Adresse",
    activity_lead: "Was zuletzt mit Ihrem Konto geschah. Waren Sie etwas davon nicht, ändern Sie Ihr Passwort.",
    happening,
    older: "Ältere Einträge",
    apps_lead: "Diese Apps dürfen sehen, was Sie ihnen erlaubt haben.",
    no_apps: "Sie haben keiner App etwas erlaubt.",
    since: "Seit",
    remove: "Entfernen",
    download: "Daten herunterladen",
    download_detail: "Alles, was hier über Sie gespeichert ist, als JSON-Datei.",
    delete: "Konto löschen",
    delete_detail: "Ihr Konto und alles, was hier über Sie bekannt ist, wird nach 14 Tagen gelöscht. Bis dahin können Sie es sich anders überlegen.",
    deletion_due: Around { before: "Ihr Konto wird gelöscht am ", after: "." },
    keep: "Konto behalten",
};

const fn section(section: Section) -> &'static str {
    match section {
        Section::Profile => "Profil",
        Section::Security => "Anmeldung",
        Section::Sessions => "Geräte",
        Section::Activity => "Aktivität",
        Section::Apps => "Apps",
        Section::Data => "Ihre Daten",
    }
}

const fn done(done: Done) -> &'static str {
    match done {
        Done::ProfileSaved => "Gespeichert.",
        Done::PhotoChanged => "Ihr Foto ist gespeichert.",
        Done::PhotoRemoved => "Ihr Foto ist entfernt.",
        Done::PasswordChanged => "Ihr Passwort ist geändert, und Sie sind überall sonst abgemeldet.",
        Done::EmailAsked => "Sehen Sie im Postfach der neuen Adresse nach: Mit dem Link darin wird sie Ihre.",
        Done::EmailForgotten => "Ihre Adresse bleibt, wie sie ist.",
        Done::EmailChanged => "Ihre E-Mail-Adresse ist geändert.",
        Done::PhoneAsked => "Sehen Sie in den Nachrichten des Telefons nach: Mit dem Code wird die Nummer Ihre.",
        Done::PhoneChanged => "Ihre Telefonnummer ist bestätigt.",
        Done::PhoneRemoved => "Ihr Konto hat keine Telefonnummer mehr.",
        Done::SessionEnded => "Das Gerät ist abgemeldet.",
        Done::OthersEnded => "Alle anderen Geräte sind abgemeldet.",
        Done::AppRemoved => "Die App sieht nichts mehr.",
        Done::DeletionAsked => "Ihr Konto wird in 14 Tagen gelöscht. Wir haben Ihnen dazu eine E-Mail geschickt.",
        Done::DeletionCancelled => "Ihr Konto bleibt.",
    }
}

const fn field(field: ProfileField) -> &'static str {
    match field {
        ProfileField::Name => "Name",
        ProfileField::GivenName => "Vorname",
        ProfileField::FamilyName => "Nachname",
        ProfileField::Nickname => "Spitzname",
        ProfileField::Website => "Website",
        ProfileField::Birthdate => "Geburtstag",
        ProfileField::Zoneinfo => "Zeitzone",
        ProfileField::Locale => "Sprache",
    }
}

const fn field_wrong(field: ProfileField) -> &'static str {
    match field {
        ProfileField::Name | ProfileField::GivenName | ProfileField::FamilyName | ProfileField::Nickname => {
            "Ein Name hat höchstens 100 Zeichen und keine, die wir nicht zeigen können."
        }
        ProfileField::Website => "Eine Website beginnt mit https://.",
        ProfileField::Birthdate => "Ein Geburtstag ist Jahr, Monat und Tag, etwa 1990-12-31.",
        ProfileField::Zoneinfo => "Eine Zeitzone ist eine Region und eine Stadt, etwa Europe/Berlin.",
        ProfileField::Locale => "Wählen Sie eine der Sprachen.",
    }
}

const fn email_problem(problem: EmailProblem) -> &'static str {
    match problem {
        EmailProblem::NoAddress => "Das ist keine E-Mail-Adresse.",
        EmailProblem::Unchanged => "Das ist schon Ihre Adresse.",
        EmailProblem::TooOften => "Ihre Adresse hat sich zuletzt oft geändert. Bitte warten Sie einige Tage.",
    }
}

const fn happening(happening: Happening) -> &'static str {
    match happening {
        Happening::AccountCreated => "Das Konto wurde angelegt",
        Happening::SignedIn => "Angemeldet",
        Happening::SignedInFromNewBrowser => "Angemeldet mit einem neuen Browser",
        Happening::SessionEnded => "Abgemeldet",
        Happening::SignInRefused => "Eine Anmeldung wurde abgelehnt",
        Happening::PasswordResetRequested => "Ein Link für ein neues Passwort wurde angefordert",
        Happening::PasswordChanged => "Das Passwort wurde geändert",
        Happening::EmailChangeRequested => "Eine andere E-Mail-Adresse wurde gewünscht",
        Happening::EmailChanged => "Die E-Mail-Adresse wurde geändert",
        Happening::PhoneChangeRequested => "Ein Code für eine Telefonnummer wurde angefordert",
        Happening::PhoneChanged => "Die Telefonnummer wurde geändert",
        Happening::PhoneRemoved => "Die Telefonnummer wurde entfernt",
        Happening::ProfileChanged => "Das Profil wurde geändert",
        Happening::AppAllowed => "Einer App wurde etwas erlaubt",
        Happening::AppRemoved => "Eine App wurde entfernt",
        Happening::TermsAccepted => "Den Nutzungsbedingungen wurde zugestimmt",
        Happening::EmailGivenBack => "Die frühere E-Mail-Adresse wurde zurückgegeben",
        Happening::AlarmRaised => "Es wurde gemeldet, dass Sie etwas nicht waren",
        Happening::DeletionRequested => "Die Löschung des Kontos wurde gewünscht",
        Happening::DeletionCancelled => "Die Löschung des Kontos wurde abgebrochen",
    }
}
