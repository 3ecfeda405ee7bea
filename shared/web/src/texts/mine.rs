//! What the pages say on which people keep their own account.

use domain::account::EmailProblem;
use domain::history::Happening;
use domain::profile::ProfileField;

use super::{Around, PhoneTexts, PhotoTexts};
use crate::pages::{Done, Section};

/// Everything that these pages say in one language.
pub(crate) struct MyAccountTexts {
    /// What the list of sections is called.
    pub(crate) your_account: &'static str,
    /// A section's name and heading.
    pub(crate) section: fn(Section) -> &'static str,
    /// What was done.
    pub(crate) done: fn(Done) -> &'static str,
    /// Nothing was done, since the account changed while the page was open.
    pub(crate) changed_meanwhile: &'static str,
    pub(crate) administers: &'static str,
    /// About the photo.
    pub(crate) photo: &'static PhotoTexts,
    /// Heading of what is known beside it.
    pub(crate) about_you: &'static str,
    /// Button.
    pub(crate) save: &'static str,
    /// A field's label.
    pub(crate) field: fn(ProfileField) -> &'static str,
    /// Heading of what administrators keep of the person.
    pub(crate) told: &'static str,
    /// Who changes it.
    pub(crate) told_detail: &'static str,
    /// What form its value has.
    pub(crate) field_wrong: fn(ProfileField) -> &'static str,
    /// Heading.
    pub(crate) password: &'static str,
    /// Label.
    pub(crate) current_password: &'static str,
    /// The password isn't that.
    pub(crate) current_password_wrong: &'static str,
    /// Label.
    pub(crate) new_password: &'static str,
    /// Around the address that waits to be proved.
    pub(crate) email_pending: Around,
    /// Button that forgets it.
    pub(crate) forget_email: &'static str,
    /// Label.
    pub(crate) new_email: &'static str,
    /// Button.
    pub(crate) ask_email: &'static str,
    /// Why an address can't be asked for.
    pub(crate) email_problem: fn(EmailProblem) -> &'static str,
    /// Around the address that a link proves.
    pub(crate) confirm_email: Around,
    /// About the telephone number.
    pub(crate) phone: &'static PhoneTexts,
    /// Above the list of sessions.
    pub(crate) sessions_lead: &'static str,
    /// The session that the page is shown in.
    pub(crate) this_session: &'static str,
    /// Before a time.
    pub(crate) signed_in_at: &'static str,
    /// Before a time.
    pub(crate) last_used_at: &'static str,
    /// Button.
    pub(crate) end_others: &'static str,
    /// A browser that named itself in no way that is known.
    pub(crate) unknown_device: &'static str,
    /// An address that isn't known.
    pub(crate) unknown_place: &'static str,
    /// Above what happened.
    pub(crate) activity_lead: &'static str,
    /// What happened.
    pub(crate) happening: fn(Happening) -> &'static str,
    /// Link to what happened before.
    pub(crate) older: &'static str,
    /// Above the list of apps.
    pub(crate) apps_lead: &'static str,
    /// In its place.
    pub(crate) no_apps: &'static str,
    /// Before a time.
    pub(crate) since: &'static str,
    /// Button.
    pub(crate) remove: &'static str,
    /// Heading and link.
    pub(crate) download: &'static str,
    /// Its sentence.
    pub(crate) download_detail: &'static str,
    /// Heading and button.
    pub(crate) delete: &'static str,
    /// Its sentence.
    pub(crate) delete_detail: &'static str,
    /// Around the time at which the account will be deleted.
    pub(crate) deletion_due: Around,
    /// Button.
    pub(crate) keep: &'static str,
}
