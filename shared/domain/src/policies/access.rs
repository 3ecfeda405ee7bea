//! Whether somebody who administers the tenant is still let into an app by which they do.

use crate::client::Access;
use crate::tenant::Tenant;
use crate::user::User;

/// Why a change isn't made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockedOut {
    /// Whoever asks for it would be let into the app no more by which they ask.
    #[error("you would not be let in any more")]
    Author,
    /// Nobody of those who may do everything would.
    #[error("no owner would be let in any more")]
    Owners,
}

/// Whether `access` lets in the administrator who asks for it, if they are of the tenant, and an owner of the tenant, if people own it. A tenant that nobody
/// could sign in to administer would be locked for good but for the platform's administrators.
pub fn way_in(access: &Access, tenant: &Tenant, author: Option<&User>, owners: &[User]) -> Result<(), LockedOut> {
    if author.is_some_and(|author| !access.admits(tenant, author)) {
        Err(LockedOut::Author)
    } else if owners.is_empty() || owners.iter().any(|owner| owner.is_active() && access.admits(tenant, owner)) {
        Ok(())
    } else {
        Err(LockedOut::Owners)
    }
}
