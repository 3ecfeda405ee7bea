//! Read → decide → act for a page that asked for what an account lacks: one read, one transaction, and on to the app's request.

use axum::response::Response;
use crypto::artefact::Kind;
use domain::Timestamp;
use domain::attributes;
use domain::client::Client;
use domain::completion::{self, Lacking};
use domain::event::{EventKind, RecordedEvent};
use domain::user::User;
use runtime::interaction::pages::{PageOf, language};
use runtime::interaction::{Browser, Came, CompletionState};
use runtime::tenants::Name;
use runtime::{Failure, Refused, TenantContext};
use store::{Person, PersonKeys};
use web::{ErrorReason, Parameters, read_form};

use crate::{Deps, back_to_authorize, elsewhere};

struct Answer<'a> {
    tenant: &'a TenantContext,
    client: &'a Client,
    state: &'a CompletionState,
    came: &'a Came,
    now: Timestamp,
}

/// Takes what a person says. Whatever stands then, the request is decided anew: this page allows nothing by itself.
pub(crate) async fn complete(deps: &Deps, came: &Came, body: &[u8]) -> Result<Response, Refused> {
    let now = deps.clock.now();
    let mut visit = deps.tenants.find(&Name::Slug(came.slug.clone()), now).await?.ok_or(ErrorReason::NotFound)?;
    let tenant = visit.tenant.clone();
    web::origin::check(&tenant.record().issuer, &came.headers).map_err(|_| ErrorReason::CrossSite)?;
    let form = read_form(&came.headers, body).map_err(|error| ErrorReason::from(&error))?;
    let sealed = form.get("state").ok_or(ErrorReason::SignInExpired)?;
    let state: CompletionState = tenant.open(Kind::CompletionState, None, sealed, now)?.map_err(|_| ErrorReason::SignInExpired)?;
    let browser = Browser::read(&tenant, &came.headers, now)?;
    if !browser.is_bound_to(&state.binding) {
        return elsewhere(deps, &tenant, &browser, &state.request, now);
    }
    let client = deps.clients.find(&mut visit, &state.request.client_id, now).await?.ok_or(ErrorReason::UnknownClient)?;
    let answer = Answer { tenant: &tenant, client: &client, state: &state, came, now };
    let person = visit.beside(answer.read(&browser)).await?;
    answer.take(deps, &person, (&form, sealed)).await
}

impl Answer<'_> {
    async fn read(&self, browser: &Browser) -> Result<Person, Failure> {
        // Only the session that was asked may answer; another one's cookie reads nothing.
        let asked = browser.session.as_ref().filter(|session| session.session_id == self.state.session_id && session.user_id == self.state.user_id);
        let Some(session) = asked else { return Ok(Person::default()) };
        let keys = PersonKeys::of(session.user_id.clone()).with_session(session.session_id.clone()).with_user_key();
        Ok(self.tenant.home(self.now)?.read_person(&keys).await?)
    }

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
