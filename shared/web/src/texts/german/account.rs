//! Pages about accounts in German.

use domain::attributes;
use domain::sign_up::Problem;

use crate::pages::Notice;
use crate::texts::{AccountTexts, Around, NoticeTexts};

pub(super) static TEXTS: AccountTexts = AccountTexts {
    sign_up: "Konto anlegen",
    no_account: "Noch kein Konto?",
    email: "E-Mail-Adresse",
    username: "Benutzername",
    given_name: "Vorname (freiwillig)",
    family_name: "Nachname (freiwillig)",
    password_hint: |minimum| format!("Mindestens {minimum} Zeichen. Ein paar Wörter, die nur Sie so zusammenstellen, merkt man sich leicht."),
    terms: Around { before: "Ich stimme den ", after: " zu." },
    terms_name: "Nutzungsbedingungen",
    sign_up_problem,
    invitation: "Einladung annehmen",
    invitation_detail: "Wählen Sie ein Passwort, dann ist Ihr Konto bereit.",
    optional: " (freiwillig)",
    choose: "Bitte wählen …",
    yes: "Ja",
    no: "Nein",
    attribute_problem,
    attributes_too_large: "Zusammen ist das mehr, als wir aufbewahren können. Kürzen Sie etwas.",
    complete: "Bevor es weitergeht",
    complete_attributes: "Wir brauchen noch ein paar Angaben von Ihnen.",
    complete_terms: "Unsere Nutzungsbedingungen haben sich geändert.",
    complete_without_terms: "Um weiterzumachen, stimmen Sie den Nutzungsbedingungen zu.",
    complete_then: Around { before: "Danach geht es weiter zu ", after: "." },
    go_on: "Weiter",
    keep_signed_in: "Auf diesem Gerät angemeldet bleiben",
    forgotten: "Passwort vergessen?",
    reset: "Ein neues Passwort setzen",
    reset_detail: "Sagen Sie uns Ihren Benutzernamen oder Ihre E-Mail-Adresse. Gibt es ein Konto, schicken wir einen Link an dessen Adresse.",
    reset_send: "Link schicken",
    reset_incomplete: "Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein.",
    new_password: "Neues Passwort setzen",
    outlived: "Neues Passwort wählen",
    outlived_detail: "Ihr Passwort ist länger unverändert, als es hier sein darf. Mit einem neuen sind Sie auf Ihren anderen Geräten abgemeldet.",
    outlived_password: "Neues Passwort",
    outlived_set: "Ändern und weiter",
    new_password_detail: "Mit einem neuen Passwort sind Sie überall abgemeldet, und Links aus älteren E-Mails gelten nicht mehr.",
    check_mail: "Sehen Sie in Ihre E-Mails",
    mail_sent: Around { before: "Wir haben eine E-Mail an ", after: " geschickt. Folgen Sie dem Link darin. Er gilt 24 Stunden." },
    send_again: "Noch einmal schicken",
    sent_again: "Sie ist noch einmal unterwegs. Sehen Sie auch im Spam-Ordner nach.",
    verify: "E-Mail-Adresse bestätigen",
    verify_detail: "Bestätigen Sie, dass diese Adresse Ihnen gehört, dann ist Ihr Konto bereit.",
    verify_by_password: "Das ist ein anderer Browser als der, in dem Sie das Konto angelegt haben. Geben Sie das Passwort ein, das Sie dort gewählt haben.",
    verify_wrong_password: "Das ist nicht das Passwort, das für dieses Konto gewählt wurde. Haben Sie keines angelegt, schließen Sie die Seite: Es geschieht nichts.",
    not_me: "Das war ich nicht",
    not_me_detail: "War es jemand anderes, melden wir Sie überall ab und sperren Ihr Passwort, sodass niemand mehr damit hineinkommt.",
    not_me_email: "War es jemand anderes, bekommt das Konto seine frühere Adresse zurück, wir melden Sie überall ab und sperren Ihr Passwort, sodass niemand mehr damit hineinkommt.",
    not_me_by_mail: "Dann schicken wir Ihnen einen Link für ein neues.",
    not_me_by_administrator: "Bitten Sie dann die Betreiber dieses Dienstes um ein neues.",
    not_me_lock: "Mein Konto sperren",
    notice,
};

const fn sign_up_problem(problem: Problem) -> &'static str {
    match problem {
        Problem::Email => "Das ist keine E-Mail-Adresse.",
        Problem::EmailDomain => "Ein Konto bekommt, wer eine E-Mail-Adresse dieser Organisation hat.",
        Problem::Username => {
            "Ein Benutzername hat bis zu 64 Buchstaben von a bis z, Ziffern, Punkte, Binde- und Unterstriche und beginnt mit Buchstabe oder Ziffer."
        }
        Problem::UsernameTaken => "Diesen Benutzernamen hat schon jemand. Wählen Sie einen anderen.",
        Problem::Name => "Dieser Name ist zu lang oder enthält Zeichen, die sich nicht anzeigen lassen.",
        Problem::Terms => "Um ein Konto anzulegen, stimmen Sie den Nutzungsbedingungen zu.",
    }
}

fn attribute_problem(label: &str, problem: attributes::Problem) -> String {
    match problem {
        attributes::Problem::Missing => format!("„{label}“ wird gebraucht."),
        attributes::Problem::Invisible => format!("„{label}“ enthält Zeichen, die sich nicht zeigen lassen."),
        attributes::Problem::TooLong { maximum } => format!("„{label}“ hat höchstens {maximum} Zeichen."),
        attributes::Problem::Pattern => format!("„{label}“ ist nicht so geschrieben, wie es sein muss."),
        attributes::Problem::Integer => format!("„{label}“ ist eine ganze Zahl."),
        attributes::Problem::Boolean => format!("„{label}“ ist Ja oder Nein."),
        attributes::Problem::Date => format!("„{label}“ ist ein Tag, geschrieben wie 2026-11-22."),
        attributes::Problem::Choice => format!("„{label}“ ist eines aus der Liste."),
        attributes::Problem::ReadOnly => format!("„{label}“ können Sie nicht ändern."),
    }
}

const fn notice(notice: Notice) -> NoticeTexts {
    match notice {
        Notice::SignUpClosed => NoticeTexts {
            title: "Hier kann man kein Konto anlegen",
            detail: "Konten legen die Betreiber dieses Dienstes an. Bitten Sie sie um eines.",
        },
        Notice::AddressVerified => NoticeTexts {
            title: "Ihr Konto ist bereit",
            detail: "Ihre E-Mail-Adresse ist bestätigt. Gehen Sie zurück zur App und melden Sie sich an. Diese Seite können Sie schließen.",
        },
        Notice::InvitationAccepted => NoticeTexts {
            title: "Willkommen, Ihr Konto ist bereit",
            detail: "Melden Sie sich mit Ihrer E-Mail-Adresse und dem eben gewählten Passwort an, in jeder App, die danach fragt. Sie können diese Seite schließen.",
        },
        Notice::InvitedBefore => NoticeTexts {
            title: "Sie haben schon ein Konto",
            detail: "Unter Ihrer E-Mail-Adresse gibt es ein Konto. Melden Sie sich damit an; ein vergessenes Passwort setzen Sie auf der Anmeldeseite neu.",
        },
        Notice::ResetSent => NoticeTexts {
            title: "Bitte sehen Sie in Ihre E-Mails",
            detail: "Gibt es ein Konto mit diesem Namen, haben wir einen Link an dessen E-Mail-Adresse geschickt. Er gilt eine Stunde.",
        },
        Notice::ResetOff => {
            NoticeTexts { title: "Hier kann man kein neues Passwort setzen", detail: "Bitten Sie die Betreiber dieses Dienstes um Hilfe." }
        }
        Notice::PasswordChanged => NoticeTexts {
            title: "Ihr Passwort ist geändert",
            detail: "Sie sind überall abgemeldet. Gehen Sie zurück zur App und melden Sie sich mit dem neuen Passwort an. Diese Seite können Sie schließen.",
        },
        Notice::AlarmRaised => NoticeTexts {
            title: "Ihr Konto ist gesperrt",
            detail: "Sie sind überall abgemeldet, und das Passwort gilt nicht mehr. Ein Link für ein neues ist an Ihre E-Mail-Adresse unterwegs.",
        },
        Notice::AlarmRaisedWithoutRecovery => NoticeTexts {
            title: "Ihr Konto ist gesperrt",
            detail: "Sie sind überall abgemeldet, und das Passwort gilt nicht mehr. Bitten Sie die Betreiber dieses Dienstes um ein neues.",
        },
        Notice::EmailGivenBack => NoticeTexts {
            title: "Ihr Konto ist gesperrt",
            detail: "Es hat wieder seine frühere E-Mail-Adresse. Sie sind überall abgemeldet, und das Passwort gilt nicht mehr. Ein Link für ein neues ist an diese Adresse unterwegs.",
        },
        Notice::EmailGivenBackWithoutRecovery => NoticeTexts {
            title: "Ihr Konto ist gesperrt",
            detail: "Es hat wieder seine frühere E-Mail-Adresse. Sie sind überall abgemeldet, und das Passwort gilt nicht mehr. Bitten Sie die Betreiber dieses Dienstes um ein neues.",
        },
        Notice::LinkDead => NoticeTexts {
            title: "Dieser Link gilt nicht mehr",
            detail: "Er ist abgelaufen, durch einen neueren ersetzt oder nicht ganz kopiert. Gehen Sie zurück zur App und fangen Sie noch einmal an.",
        },
    }
}
