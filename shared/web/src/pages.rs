//! What a person sees: sign-in, consent, error. Every value that somebody else chose is escaped by the template and cut to a sensible length.

mod attributes;
pub(crate) mod brand;
mod complete;
mod consent;
mod error;
pub(crate) mod form_post;
mod logout;
mod mine;
mod not_me;
mod notice;
mod reset;
mod select_account;
pub(crate) mod shown;
mod sign_in;
mod sign_up;
pub(crate) mod style;

pub use attributes::AttributeFields;
pub use brand::Brand;
pub use complete::CompletePage;
pub use consent::ConsentPage;
pub use error::{ErrorPage, ErrorReason};
pub use form_post::FormPostPage;
pub use logout::{LoggedOutPage, LogoutOutcome, LogoutPage};
pub use mine::{
    ActivityPage, AppsPage, ConfirmEmailPage, ConnectedApp, DataPage, Done, Entry, Head, PhonePart, PhotoPart, ProfilePage, Said, Section,
    SecurityPage, SessionsPage, ShownSession, Wrong,
};
pub use not_me::{NotMePage, Undone};
pub use notice::{Notice, NoticePage};
pub use reset::{NewPasswordPage, OutlivedPage, ResetPage, ResetProblem};
pub use select_account::SelectAccountPage;
pub use sign_in::{SignInPage, SignInProblem};
pub use sign_up::{Again, CheckMailPage, ProofAsked, SignUpFrom, SignUpPage, SignUpProblems, VerifyPage};

use domain::branding::WebAddress;

use crate::language::Language;
use crate::texts::{AccountTexts, Texts};

/// A page that [`crate::responders::html`] sends.
pub trait Page: askama::Template {
    /// The language it is in.
    fn language(&self) -> Language;

    /// Whose page it is, as it shows.
    fn brand(&self) -> Brand<'_>;

    /// The whole document.
    fn html(&self) -> String {
        self.render().expect("a template that only prints texts can't fail")
    }
}

/// What every template says, whatever its page is about.
pub(crate) trait Frame {
    /// The texts of the page's language.
    fn texts(&self) -> &'static Texts;

    /// Those of pages about accounts.
    fn account_texts(&self) -> &'static AccountTexts {
        self.texts().account
    }

    /// The tag of the page's language.
    fn tag(&self) -> &'static str;

    /// The tenant's name, fit to be shown.
    fn tenant(&self) -> String;

    /// Its mark.
    fn tenant_initial(&self) -> String;

    /// Its picture.
    fn logo(&self) -> Option<&str>;

    /// Its colours, as rules beside the style sheet.
    fn brand_sheet(&self) -> Option<String>;

    /// The colour of the page's icon, without the sign before it.
    fn icon_colour(&self) -> String;

    /// Its line of welcome.
    fn welcome(&self) -> Option<&str>;

    /// Its links at the foot: the name in ids, the words, the address.
    fn legal_links(&self) -> Vec<(&'static str, &'static str, &str)>;
}

impl<P: Page> Frame for P {
    fn texts(&self) -> &'static Texts {
        self.language().texts()
    }

    fn tag(&self) -> &'static str {
        self.language().tag()
    }

    fn tenant(&self) -> String {
        shown::name(self.brand().name)
    }

    fn tenant_initial(&self) -> String {
        shown::initial(self.brand().name)
    }

    fn logo(&self) -> Option<&str> {
        self.brand().branding.logo.as_ref().map(WebAddress::as_str)
    }

    fn brand_sheet(&self) -> Option<String> {
        brand::sheet(self.brand().branding)
    }

    fn icon_colour(&self) -> String {
        self.brand().branding.accent.map_or_else(|| style::ACCENT.to_owned(), |accent| accent.light.digits())
    }

    fn welcome(&self) -> Option<&str> {
        self.brand().branding.welcome(self.language().tag())
    }

    fn legal_links(&self) -> Vec<(&'static str, &'static str, &str)> {
        let links = self.brand().branding.links.iter();
        links.map(|(link, address)| (link.as_str(), (self.texts().legal)(*link), address.as_str())).collect()
    }
}
