//! What a person sees: sign-in, consent, error. Every value that somebody else chose is escaped by the template and cut to a sensible length.

mod consent;
mod error;
pub(crate) mod form_post;
mod logout;
mod notice;
mod reset;
mod select_account;
pub(crate) mod shown;
mod sign_in;
mod sign_up;
pub(crate) mod style;

pub use consent::ConsentPage;
pub use error::{ErrorPage, ErrorReason};
pub use form_post::FormPostPage;
pub use logout::{LoggedOutPage, LogoutOutcome, LogoutPage};
pub use notice::{Notice, NoticePage};
pub use reset::{NewPasswordPage, ResetPage, ResetProblem};
pub use select_account::SelectAccountPage;
pub use sign_in::{SignInPage, SignInProblem};
pub use sign_up::{Again, CheckMailPage, ProofAsked, SignUpPage, SignUpProblems, VerifyPage};

use crate::language::Language;

/// A page that [`crate::responders::html`] sends.
pub trait Page: askama::Template {
    /// The language it is in.
    fn language(&self) -> Language;

    /// The whole document.
    fn html(&self) -> String {
        self.render().expect("a template that only prints texts can't fail")
    }
}
