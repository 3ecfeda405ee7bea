//! What a refused sign-in leaves behind: an event, and one more failure of the account.

use domain::event::EventKind;
use domain::sign_in::Refusal;
use runtime::Failure;
use store::Account;

use crate::Deps;
use crate::account::{self, Named};
use crate::sign_in::Attempt;

/// Records the refusal beside the count. An unknown account leaves the same.
pub(crate) async fn record(deps: &Deps, attempt: &Attempt<'_>, named: &Named, account: &Account, reason: Refusal) -> Result<(), Failure> {
    let kind = EventKind::SignInRefused { client_id: attempt.client.id.clone(), reason };
    let event = account::event_about(deps, attempt, (named, account), kind).await?;
    let owner = account.user.as_ref().map_or(&named.name.nobody, |user| &user.id);
    let failures = account::failures(attempt, owner)?;
    let home = attempt.tenant.home(attempt.now)?;
    tokio::try_join!(home.record_event(&event), home.count_failure(&failures, attempt.now))?;
    Ok(())
}
