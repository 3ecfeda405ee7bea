#![doc = include_str!("../README.md")]

pub mod cookies;
pub mod cors;
pub mod form;
pub mod headers;
pub mod language;
pub mod letter;
pub mod origin;
pub mod pages;
pub mod parameters;
pub mod responders;
mod texts;
pub mod upload;

pub use cookies::{Cookie, CookiePolicy, SetCookie};
pub use form::{FormBody, FormError, read_form};
pub use headers::PageSecurity;
pub use language::Language;
pub use letter::Letter;
pub use pages::{
    ActivityPage, Again, AppsPage, AttributeFields, Brand, CheckMailPage, CompletePage, ConfirmEmailPage, ConnectedApp, ConsentPage, DataPage, Done,
    Entry, ErrorPage, ErrorReason, FormPostPage, Head, LoggedOutPage, LogoutOutcome, LogoutPage, NewPasswordPage, NotMePage, Notice, NoticePage,
    OutlivedPage, Page, PhonePart, PhotoPart, ProfilePage, ProofAsked, ResetPage, ResetProblem, Said, Section, SecurityPage, SelectAccountPage,
    SessionsPage, ShownSession, SignInPage, SignInProblem, SignUpFrom, SignUpPage, SignUpProblems, Undone, VerifyPage, Wrong,
};
pub use parameters::{ParameterError, Parameters};
pub use upload::{Upload, read_upload};
