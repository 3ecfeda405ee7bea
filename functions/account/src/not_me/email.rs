//! "This wasn't me" from whoever still gets the mail of the address before: it is the account's again, as long as nobody else has it.

use axum::response::Response;
use domain::alarm;
use domain::event::EventKind;
use domain::tenant;
use domain::user::User;
use http::StatusCode;
use runtime::interaction::FormerEmailLink;
use runtime::{Failure, Refused};
use store::{EmailChange, Recovery};
use web::Notice;

use crate::Deps;
use crate::mine::email::claims_of;
use crate::visitor::Visitor;

/// How often the record is read anew that somebody else is writing, as who took the account may be.
const TRIES: usize = 3;

/// Gives the address back. Where somebody else has it by now, the account has none: its mail goes to nobody who may have taken it.
pub(super) async fn give_back(deps: &Deps, visitor: &Visitor<'_>, link: &FormerEmailLink) -> Result<Response, Refused> {
    let tenant = visitor.tenant();
    for _ in 0..TRIES {
        let found = tenant.home(visitor.now)?.read_recovery(&link.user_id, &visitor.now.month()).await?;
        let mut next = match alarm::give_back(link.version, found.user.as_ref(), tenant.record().not_before, visitor.now) {
            Ok(next) => next,
            Err(reason) => {
                tracing::info!(%reason, "a link gives no address back");
                return Ok(visitor.dead_link());
            }
        };
        let mut became = write(deps, visitor, &found, &next).await?;
        if became == EmailChange::Taken {
            next.email = None;
            became = write(deps, visitor, &found, &next).await?;
        }
        if became == EmailChange::Changed {
            return Ok(visitor.notice(StatusCode::OK, visitor.came.language(), said(&next, tenant.record().recovery)));
        }
    }
    Ok(visitor.dead_link())
}

async fn write(deps: &Deps, visitor: &Visitor<'_>, found: &Recovery, next: &User) -> Result<EmailChange, Failure> {
    let tenant = visitor.tenant();
    let locked = found.password.as_ref().map(|password| password.locked(visitor.now));
    let kind = EventKind::EmailGivenBack { version: next.version, credential_version: locked.as_ref().map_or(0, |locked| locked.version) };
    let event = tenant.event_about((&next.id, found.user_key.as_ref()), kind, visitor.came.personal(), (&*deps.random, visitor.now))?;
    let claims = claims_of(visitor, found.user.as_ref(), next)?;
    Ok(tenant.home(visitor.now)?.give_back_email(next, locked.as_ref(), &claims, &event).await?)
}

const fn said(user: &User, recovery: tenant::Recovery) -> Notice {
    match (&user.email, recovery) {
        (Some(_), tenant::Recovery::ByMail) => Notice::EmailGivenBack,
        (Some(_), tenant::Recovery::Off) => Notice::EmailGivenBackWithoutRecovery,
        (None, _) => Notice::AlarmRaisedWithoutRecovery,
    }
}
