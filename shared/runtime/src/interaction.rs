//! What the functions with pages share: a browser's cookies, the sealed states of pages, and how a code goes back to the app.

pub mod browser;
pub mod came;
pub mod pages;
pub mod requests;
pub mod returning;
pub mod states;

pub use browser::{Browser, DeviceMemory, SessionReference};
pub use came::{Asked, Came};
pub use returning::WayBack;
pub use states::{
    AccountState, CompletionState, ConsentState, EmailLink, FormerEmailLink, InvitationLink, LogoutState, NotMeLink, OutlivedState, ResetLink,
    ResetState, SentTo, SignInState, SignUpState, StateId, VerificationLink,
};
