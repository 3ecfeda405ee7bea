//! Read → decide → act for the link of an invitation: one read, the hash, one transaction that makes the account and closes the invitation.
//!
//! A program that follows the link changes nothing: the page asks. The link proves the address, whoever may sign up by themselves here.

use axum::response::Response;
use crypto::SymmetricKey;
use crypto::artefact::Kind;
use domain::Timestamp;
use domain::event::{Administered, CreatedBy, EventKind, Personal, Subject, kept_identifier};
use domain::identifier::IdentifierKind;
use domain::invitation::Invitation;
use domain::password_policy::Factors;
use domain::registration::{Registration, RegistrationPolicy};
use domain::sign_up::{Entered, Problem};
use domain::user::User;
use http::StatusCode;
use runtime::interaction::{Came, InvitationLink};
use runtime::people::KeyOwner;
use runtime::{Failure, Random, Refused};
use store::{Acceptance, Enrolment, NewUser};
use web::{Brand, ErrorReason, Notice, Parameters, SignUpFrom, SignUpPage, SignUpProblems, responders};

use crate::filled::{Checked, Filled};
use crate::visitor::{Visitor, link};
use crate::{Deps, hashing};

/// How often an answer is tried while the tenant's administrators change.
const ENROLMENTS: usize = 5;

/// Asks for what the account is made of.
pub(crate) async fn show(deps: &Deps, came: &Came, query: &str) -> Result<Response, Refused> {
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| ErrorReason::MalformedRequest)?;
    let (visitor, parameters) = (&visitor, &parameters);
    let Some(invited) = visit.beside(Invited::find(visitor, parameters)).await? else { return Ok(dead(visitor)) };
    let profile = &invited.invitation.profile;
    let known = Entered { given_name: profile.given_name.as_deref(), family_name: profile.family_name.as_deref(), ..Entered::default() };
    Ok(invited.page(&Filled::with(known), &SignUpProblems::default()))
}

/// Makes the account.
pub(crate) async fn posted(deps: &Deps, came: &Came, body: &[u8]) -> Result<Response, Refused> {
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let parameters = visitor.form(body)?;
    visit.beside(Box::pin(answer(deps, &visitor, &parameters))).await
}

async fn answer(deps: &Deps, visitor: &Visitor<'_>, parameters: &Parameters) -> Result<Response, Refused> {
    let Some(invited) = Invited::find(visitor, parameters).await? else { return Ok(dead(visitor)) };
    let tenant = visitor.tenant().record();
    // Whoever was invited is admitted, and by the address that was invited, whatever the form says.
    let filled = Filled::read(tenant, parameters).under(&invited.invitation.email);
    let policy = RegistrationPolicy { who: Registration::Open, ..tenant.registration.clone() };
    let checked = match filled.check(tenant, &policy, &invited.invitation.groups) {
        Ok(checked) => checked,
        Err(problems) => return Ok(invited.page(&filled, &problems)),
    };
    Ok(match invited.accept(deps, (&filled, &checked)).await? {
        Acceptance::Stale => return Err(Failure::Unavailable("the tenant's administrators keep changing".to_owned()).into()),
        Acceptance::Accepted => visitor.notice(StatusCode::OK, visitor.came.language(), Notice::InvitationAccepted),
        Acceptance::Closed => dead(visitor),
        Acceptance::Taken(IdentifierKind::Username) => {
            invited.page(&filled, &SignUpProblems { entered: [Problem::UsernameTaken].into(), ..SignUpProblems::default() })
        }
        Acceptance::Taken(_) => visitor.notice(StatusCode::CONFLICT, visitor.came.language(), Notice::InvitedBefore),
    })
}

fn dead(visitor: &Visitor<'_>) -> Response {
    visitor.notice(StatusCode::GONE, visitor.came.language(), Notice::LinkDead)
}

/// Somebody with the link of an invitation that is open to it.
struct Invited<'a> {
    visitor: &'a Visitor<'a>,
    sealed: &'a str,
    address: String,
    invitation: Invitation,
}

impl<'a> Invited<'a> {
    async fn find(visitor: &'a Visitor<'a>, parameters: &'a Parameters) -> Result<Option<Self>, Failure> {
        let Some(sealed) = link(parameters) else { return Ok(None) };
        let opened = visitor.tenant().open::<InvitationLink>(Kind::InvitationLink, None, sealed, visitor.now)?;
        let Ok(link) = opened else { return Ok(None) };
        let standing = visitor.tenant().home(visitor.now)?.find_invitation(&link.address).await?;
        let open = standing.filter(|standing| standing.is_open_to((&link.invitation, link.version), visitor.now));
        Ok(open.map(|invitation| Self { visitor, sealed, address: link.address, invitation }))
    }

    async fn accept(&self, deps: &Deps, (filled, checked): (&Filled<'_>, &Checked)) -> Result<Acceptance, Failure> {
        let (visitor, tenant, drawn) = (self.visitor, self.visitor.tenant(), (&*deps.random, self.visitor.now));
        let around = (&tenant.record().roster, visitor.came.language().tag());
        // A username counts only where one is asked for.
        let entered = Entered { username: filled.entered.username.filter(|_| checked.acceptable.username.is_some()), ..filled.entered };
        let user = self.invitation.become_person(&entered, checked.attributes.clone(), around, visitor.now);
        let password = hashing::credential(deps, visitor, &user.id, &checked.password)?;
        let claims = tenant.claims_of(&user)?;
        let (key, user_key) = tenant.make_personal_key(KeyOwner::User(&user.id), drawn.0, drawn.1)?;
        let new = NewUser { user, password: Some(password), claims, user_key };
        for _ in 1..ENROLMENTS {
            let acceptance = Box::pin(self.enrol(&new, &key, drawn)).await?;
            if acceptance != Acceptance::Stale {
                return Ok(acceptance);
            }
        }
        Box::pin(self.enrol(&new, &key, drawn)).await
    }

    // What its person will administer is added to what the tenant's administrators are just now, in the same transaction. Each try is another one, with
    // events of its own.
    async fn enrol(&self, new: &NewUser, key: &SymmetricKey, drawn: (&dyn Random, Timestamp)) -> Result<Acceptance, Failure> {
        let tenant = self.visitor.tenant();
        let home = tenant.home(self.visitor.now)?;
        let event = |kind: EventKind, personal| tenant.event_under(key, Subject::User(new.user.id.clone()), (kind, personal), drawn);
        let created = event(created(&new.user), self.personal())?;
        let place = (self.address.as_str(), &self.invitation);
        if self.invitation.administers.is_none() {
            return Ok(home.accept_invitation(place, new, None, &created).await?);
        }
        let Ok(Some(all)) = self.invitation.enrolled(home.read_administrators().await?) else { return Ok(Acceptance::Closed) };
        let roles = all.person(&new.user.id).map(|assignment| assignment.roles.clone()).unwrap_or_default();
        let assigned = event(Administered::AdministratorAssigned { version: all.version, roles }.into(), Personal::default())?;
        Ok(home.accept_invitation(place, new, Some(&Enrolment { all: &all, assigned: &assigned }), &created).await?)
    }

    fn personal(&self) -> Personal {
        Personal { identifier: Some(kept_identifier(&self.invitation.email)), ..self.visitor.came.personal() }
    }

    fn page(&self, filled: &Filled<'_>, problems: &SignUpProblems) -> Response {
        let tenant = self.visitor.tenant().record();
        let page = SignUpPage {
            language: self.visitor.came.language(),
            brand: Brand::of(tenant),
            client_name: None,
            action: &self.visitor.action("/invitation"),
            from: SignUpFrom::Invitation(self.sealed),
            policy: &tenant.registration,
            schema: &tenant.attributes,
            password_minimum: tenant.passwords_in(&self.invitation.groups).minimum(Factors::PasswordAlone),
            entered: Entered { email: &self.invitation.email, ..filled.entered },
            attributes: &filled.attributes,
            problems,
        };
        let status = if *problems == SignUpProblems::default() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        responders::html(status, &page, &self.visitor.security())
    }
}

fn created(user: &User) -> EventKind {
    EventKind::UserCreated { by: CreatedBy::Invitation, terms: user.terms.as_ref().map(|terms| terms.version.clone()) }
}
