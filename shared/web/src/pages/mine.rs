//! The pages on which people keep their own account: what stands on all of them, and a module for each section.

mod activity;
mod apps;
mod data;
mod email;
mod phone;
mod profile;
mod security;
mod sessions;

use std::time::Duration;

use domain::account::EmailProblem;
use domain::attributes::Schema;
use domain::device::Device;
use domain::password_policy::PasswordProblem;
use domain::phone::PhoneProblem;
use domain::photo::PhotoProblem;
use domain::profile::Problems;

use super::{Brand, Page, shown};
use crate::language::Language;
use crate::texts::MyAccountTexts;

pub use activity::{ActivityPage, Entry};
pub use apps::{AppsPage, ConnectedApp};
pub use data::DataPage;
pub use email::ConfirmEmailPage;
pub use phone::PhonePart;
pub use profile::{PhotoPart, ProfilePage};
pub use security::SecurityPage;
pub use sessions::{SessionsPage, ShownSession};

/// A section of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What is known of the person.
    Profile,
    /// What they sign in with.
    Security,
    /// Where they are signed in.
    Sessions,
    /// What happened.
    Activity,
    /// Which apps know them.
    Apps,
    /// All that is stored, and its end.
    Data,
}

impl Section {
    /// Every section, in the order in which pages list them.
    pub const ALL: [Self; 6] = [Self::Profile, Self::Security, Self::Sessions, Self::Activity, Self::Apps, Self::Data];

    /// What follows `/account` in its address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Profile => "",
            Self::Security => "/security",
            Self::Sessions => "/sessions",
            Self::Activity => "/activity",
            Self::Apps => "/apps",
            Self::Data => "/data",
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Security => "security",
            Self::Sessions => "sessions",
            Self::Activity => "activity",
            Self::Apps => "apps",
            Self::Data => "data",
        }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The profile stands as entered.
    ProfileSaved,
    /// There is another photo.
    PhotoChanged,
    /// There is none any more.
    PhotoRemoved,
    /// There is a new password.
    PasswordChanged,
    /// A link is on its way to the new address.
    EmailAsked,
    /// The new address isn't waited for any more.
    EmailForgotten,
    /// The new address is theirs.
    EmailChanged,
    /// A code is on its way to the new telephone number.
    PhoneAsked,
    /// The new telephone number is theirs.
    PhoneChanged,
    /// There is no telephone number any more.
    PhoneRemoved,
    /// A session is over.
    SessionEnded,
    /// All others are.
    OthersEnded,
    /// An app may learn nothing any more.
    AppRemoved,
    /// The account will be deleted.
    DeletionAsked,
    /// It won't.
    DeletionCancelled,
}

impl Done {
    /// Everything that may be done, for tests that show all pages.
    pub const ALL: [Self; 15] = [
        Self::ProfileSaved,
        Self::PhotoChanged,
        Self::PhotoRemoved,
        Self::PasswordChanged,
        Self::EmailAsked,
        Self::EmailForgotten,
        Self::EmailChanged,
        Self::PhoneAsked,
        Self::PhoneChanged,
        Self::PhoneRemoved,
        Self::SessionEnded,
        Self::OthersEnded,
        Self::AppRemoved,
        Self::DeletionAsked,
        Self::DeletionCancelled,
    ];
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The account changed while the page was open: it is shown as it is now.
    ChangedMeanwhile,
    /// Who administers the tenant isn't deleted.
    Administers,
    /// What was entered isn't what the fields take.
    Profile(Problems),
    /// The present password isn't that.
    CurrentPassword,
    /// The new one can't be chosen.
    NewPassword(PasswordProblem),
    /// Too many tries.
    Throttled {
        /// When the next one counts.
        retry_after: Duration,
    },
    /// The address can't be asked for.
    Email(EmailProblem),
    /// The file can't be the photo.
    Photo(PhotoProblem),
    /// The telephone number can't be asked for.
    Phone(PhoneProblem),
    /// What was typed isn't the newest code.
    Code,
    /// No code is waited for any more.
    CodeOver,
}

/// What a page says about the form before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It did something.
    Done(Done),
    /// It did nothing.
    Wrong(Wrong),
}

/// What stands on every one of these pages.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The language.
    pub language: Language,
    /// Whose page it is.
    pub brand: Brand<'a>,
    /// The issuer's path and `/account`.
    pub base: &'a str,
    /// The account, as its person knows it.
    pub account: &'a str,
    /// The attributes that the tenant keeps.
    pub schema: &'a Schema,
    /// The sealed state of the page's forms.
    pub state: &'a str,
    /// What became of the form before.
    pub said: Option<&'a Said>,
}

/// An entry of the list of sections.
pub(crate) struct Link {
    pub(crate) url: String,
    pub(crate) id: &'static str,
    pub(crate) label: &'static str,
    pub(crate) is_here: bool,
}

/// A page with a head.
pub(crate) trait Mine: Page {
    /// Which section it is.
    const SECTION: Section;

    /// Its head.
    fn head(&self) -> &Head<'_>;

    fn mine(&self) -> &'static MyAccountTexts {
        self.head().language.texts().mine
    }

    fn heading(&self) -> &'static str {
        (self.mine().section)(Self::SECTION)
    }

    fn account(&self) -> String {
        shown::account(self.head().account)
    }

    fn links(&self) -> Vec<Link> {
        let link = |section: Section| Link {
            url: format!("{}{}", self.head().base, section.path()),
            id: section.id(),
            label: (self.mine().section)(section),
            is_here: section == Self::SECTION,
        };
        Section::ALL.map(link).into()
    }

    /// Where its forms post: to the page itself.
    fn action(&self) -> String {
        format!("{}{}", self.head().base, Self::SECTION.path())
    }

    fn logout(&self) -> String {
        format!("{}/logout", self.head().base.strip_suffix("/account").unwrap_or_default())
    }

    fn done(&self) -> Option<&'static str> {
        match self.head().said {
            Some(Said::Done(done)) => Some((self.mine().done)(*done)),
            Some(Said::Wrong(_)) | None => None,
        }
    }

    fn wrong(&self) -> Option<&Wrong> {
        match self.head().said {
            Some(Said::Wrong(wrong)) => Some(wrong),
            Some(Said::Done(_)) | None => None,
        }
    }

    fn problems(&self) -> Vec<String> {
        let texts = self.head().language.texts();
        match self.wrong() {
            None => Vec::new(),
            Some(Wrong::ChangedMeanwhile) => vec![texts.mine.changed_meanwhile.to_owned()],
            Some(Wrong::Administers) => vec![texts.mine.administers.to_owned()],
            Some(Wrong::Profile(problems)) => {
                let fields = problems.fields.iter().map(|field| (texts.mine.field_wrong)(*field).to_owned());
                fields.chain(self.head().language.attribute_problems(self.head().schema, &problems.attributes)).collect()
            }
            Some(Wrong::CurrentPassword) => vec![texts.mine.current_password_wrong.to_owned()],
            Some(Wrong::NewPassword(problem)) => vec![(texts.password_problem)(*problem)],
            Some(Wrong::Throttled { retry_after }) => vec![(texts.throttled)(*retry_after)],
            Some(Wrong::Email(problem)) => vec![(texts.mine.email_problem)(*problem).to_owned()],
            Some(Wrong::Photo(problem)) => vec![(texts.mine.photo.problem)(*problem).to_owned()],
            Some(Wrong::Phone(problem)) => vec![(texts.mine.phone.problem)(*problem).to_owned()],
            Some(Wrong::Code) => vec![texts.mine.phone.code_wrong.to_owned()],
            Some(Wrong::CodeOver) => vec![texts.mine.phone.code_over.to_owned()],
        }
    }

    /// A browser as its person knows it: `Firefox, Linux`.
    fn device(&self, user_agent: Option<&str>) -> String {
        let device = user_agent.map(Device::of).unwrap_or_default();
        let known: Vec<&str> = [device.browser, device.system].into_iter().flatten().collect();
        if known.is_empty() { self.mine().unknown_device.to_owned() } else { known.join(", ") }
    }
}

/// An address, and its country where that is known: `198.51.100.7 (DE)`.
fn place(address: Option<&str>, country: Option<&str>) -> Option<String> {
    let address = shown::account(address?);
    Some(country.map_or_else(|| address.clone(), |country| format!("{address} ({})", shown::account(country))))
}

/// Makes pages of structs that have a `head`.
macro_rules! pages_of {
    ($($page:ident => $section:ident),+ $(,)?) => {$(
        impl $crate::pages::Page for $page<'_> {
            fn language(&self) -> $crate::language::Language {
                self.head.language
            }

            fn brand(&self) -> $crate::pages::Brand<'_> {
                self.head.brand
            }
        }

        impl $crate::pages::mine::Mine for $page<'_> {
            const SECTION: $crate::pages::mine::Section = $crate::pages::mine::Section::$section;

            fn head(&self) -> &$crate::pages::mine::Head<'_> {
                &self.head
            }
        }
    )+};
}
pub(crate) use pages_of;
