//! Read → decide → act for a page that asked for what an account lacks: one read, one transaction, and on to the app's request.

use axum::response::Response;
use domain::Timestamp;
use domain::attributes;
use domain::client::Client;
use domain::completion::{self, Lacking};
use domain::event::{EventKind, RecordedEvent};
use domain::user::User;
use runtime::interaction::pages::{PageOf, language};
use runtime::interaction::{Came, CompletionState};
use runtime::{Failure, Refused, TenantContext};
use store::Person;
use web::Parameters;

use crate::posted::{Posted, read_asked};
use crate::{Deps, back_to_authorize};

struct Answer<'a> {
    tenant: &'a TenantContext,
    client: &'a Client,
    state: &'a CompletionState,
    came: &'a Came,
    now: Timestamp,
}

/// Takes what a person says. Whatever stands then, the request is decided anew: this page allows nothing by itself.
pub(crate) async fn complete(deps: &Deps, came: &Came, body: &[u8]) -> Result<Response, Refused> {
    let Posted { mut visit, tenant, client, browser, state, form, now } = match Posted::<CompletionState>::read(deps, came, body).await? {
        Ok(posted) => posted,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let person = visit.beside(read_asked(&tenant, &state, &browser, |keys| keys, now)).await?;
    let answer = Answer { tenant: &tenant, client: &client, state: &state, came, now };
    answer.take(deps, &person, (&form, Posted::<CompletionState>::sealed(&form))).await
}

impl Answer<'_> {
    async fn take(&self, deps: &Deps, person: &Person, (form, sealed): (&Parameters, &str)) -> Result<Response, Refused> {
        let tenant = self.tenant.record();
        let live = person.user.as_ref().zip(person.session.as_ref()).filter(|(user, session)| session.live(tenant, user, self.now).is_ok());
        if let Some((user, _)) = live
            && let Some(lacking) = completion::lacking(tenant, user)
        {
            // Of what else was posted nothing is looked at, so that nobody gives themself what wasn't asked for.
            let posted = attributes::answers(lacking.attributes.iter().copied(), |field| form.get(field));
            match lacking.complete((tenant, user), &posted, form.get("terms"), self.now) {
                Err(problems) => return Ok(self.page().complete_again((sealed, user), &lacking, &posted, &problems)),
                Ok(completed) => {
                    let event = self.event(deps, (&completed, &lacking), person)?;
                    // Whoever was faster changed the record: the request is decided again on what stands.
                    self.tenant.home(self.now)?.complete_profile(&completed, &event).await?;
                }
            }
        }
        back_to_authorize(deps, self.tenant, &self.state.request, self.now)
    }

    fn event(&self, deps: &Deps, (completed, lacking): (&User, &Lacking<'_>), person: &Person) -> Result<RecordedEvent, Failure> {
        let terms = lacking.terms.map(|terms| terms.version.clone());
        let kind = match terms {
            Some(terms) if lacking.attributes.is_empty() => EventKind::TermsAccepted { terms },
            terms => EventKind::ProfileCompleted { version: completed.version, terms },
        };
        self.tenant.event_about((&completed.id, person.user_key.as_ref()), kind, self.came.personal(), (&*deps.random, self.now))
    }

    fn page(&self) -> PageOf<'_> {
        let request = &self.state.request;
        PageOf { tenant: self.tenant, client: self.client, request, language: language(request, &self.came.headers), now: self.now }
    }
}
