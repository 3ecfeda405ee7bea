//! Who asks, about which tenant: a token of that tenant, or of the system tenant, whose administrators are the platform's.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use crypto::base64url;
use domain::administration::{Administrators, Assignment};
use domain::api::Api;
use domain::client::Client;
use domain::event::{Actor as DoneBy, Event, EventKind, Lookups, Personal, RecordedEvent, Subject};
use domain::family::Evidence;
use domain::tenant::Tenant;
use domain::user::User;
use domain::{ClientId, Secret, Slug, Timestamp, UserId, policy};
use futures_util::future::{join, join3};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use oauth::access_token::{self, AccessToken, Reference};
use oauth::bearer::{self, Reason};
use oauth::{introspection, scope};
use runtime::tenants::Name;
use runtime::{Failure, Random, TenantContext, Visit};
use store::once::{self, MakingRequest, OnceKey};
use store::{AttemptId, PersonKeys, Signing, TenantStore};

use crate::Deps;
use crate::access::{Act, Actor, Administrator, Thing};
use crate::came::{self, RequestKey};
use crate::problem::{Problem, Refused, broken};
use crate::rate::{self, Tally};

/// The tenant whose administrators are the platform's.
const SYSTEM: &str = "system";

/// An administrator at a tenant.
pub(crate) struct Arrived {
    pub(crate) deps: Deps,
    /// The tenant that the request is about.
    pub(crate) tenant: Arc<TenantContext>,
    pub(crate) now: Timestamp,
    /// The administrators of that tenant, as they stand.
    pub(crate) administrators: Administrators,
    pub(crate) headers: HeaderMap,
    of: Arc<TenantContext>,
    who: Who,
    assignment: Assignment,
    came: Option<CameBy>,
}

/// A person who administers, and the app that they do it with.
pub(crate) struct CameBy {
    pub(crate) user: User,
    pub(crate) app: Arc<Client>,
}

enum Who {
    Person { id: UserId, fresh: bool },
    Machine(ClientId),
}

impl FromRequestParts<Deps> for Arrived {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, deps: &Deps) -> Result<Self, Refused> {
        let path = RawPathParams::from_request_parts(parts, deps).await.map_err(|_| Problem::NotFound)?;
        let tenant = path.iter().find_map(|(name, value)| (name == "tenant").then(|| value.to_owned())).unwrap_or_else(|| SYSTEM.to_owned());
        let tally = parts.extensions.get::<Tally>().cloned().unwrap_or_default();
        Self::at(deps, parts.headers.clone(), &tenant, &tally).await
    }
}

impl Arrived {
    // Finds the tenant, and who asks. Whoever has no good token learns nothing of whether there is such a tenant.
    async fn at(deps: &Deps, headers: HeaderMap, tenant: &str, tally: &Tally) -> Result<Self, Refused> {
        let now = deps.clock.now();
        let authorization = headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        let token = bearer::token(authorization, None).map_err(Problem::Token)?;
        let about = find(deps, tenant, now).await?;
        let stated = access_token::stated_issuer(token.expose());
        let of_it = |visit: &Visit| stated.as_deref().is_some_and(|stated| visit.tenant.record().is_issuer(stated));
        let mut of = match about {
            Some(about) if of_it(&about) => about,
            _ => find(deps, SYSTEM, now).await?.filter(of_it).ok_or(Problem::Token(Reason::OtherIssuer.into()))?,
        };
        let Identified { who, assignment, administrators, came } = identify(deps, &mut of, &token, (now, tally)).await?;
        let of = of.tenant;
        if !of.record().standing.is_active() {
            return Err(Problem::TenantClosed.into());
        }
        if tenant == of.record().slug.as_str() {
            return Ok(Self { deps: deps.clone(), tenant: Arc::clone(&of), now, administrators, headers, of, who, assignment, came });
        }
        let tenant = find(deps, tenant, now).await?.ok_or(Problem::NotFound)?.tenant;
        let administrators = tenant.home(now)?.read_administrators().await?;
        Ok(Self { deps: deps.clone(), tenant, now, administrators, headers, of, who, assignment, came })
    }

    /// Goes on if the policies permit it.
    pub(crate) fn may(&self, act: Act, thing: Thing<'_>) -> Result<(), Refused> {
        let actor = match &self.who {
            Who::Person { id, fresh } => Actor::Person { id, fresh: *fresh },
            Who::Machine(id) => Actor::Machine(id),
        };
        let who = Administrator { actor, of: &self.of.record().id, platform: self.platform(), assignment: &self.assignment };
        let permitted = |who: &Administrator<'_>| self.deps.policies.permit(who, act, &self.tenant.record().id, thing);
        if permitted(&who)? {
            return Ok(());
        }
        // Who would be permitted after a sign-in of just now is asked for one.
        match who.actor {
            Actor::Person { id, fresh: false } if permitted(&Administrator { actor: Actor::Person { id, fresh: true }, ..who })? => {
                Err(Problem::NotFresh.into())
            }
            _ => Err(Problem::Forbidden.into()),
        }
    }

    /// The same about somebody's account.
    pub(crate) fn may_to(&self, act: Act, id: &UserId) -> Result<(), Refused> {
        self.may(act, Thing::Person { id, assignment: self.administrators.person(id), becomes: None })
    }

    /// The same about an app.
    pub(crate) fn may_with(&self, act: Act, id: &ClientId) -> Result<(), Refused> {
        self.may(act, Thing::App { id, administers: self.administrators.machine(id).is_some() })
    }

    /// The person of this very tenant who asks, and by which app.
    pub(crate) fn author(&self) -> Option<&CameBy> {
        self.came.as_ref().filter(|_| self.of.record().id == self.tenant.record().id)
    }

    /// The version that the request changes, if it is the one that stands.
    pub(crate) fn changes(&self, standing: u64) -> Result<(), Problem> {
        if came::version(&self.headers)? == standing { Ok(()) } else { Err(Problem::Stale) }
    }

    /// The tenant's rows.
    pub(crate) fn home(&self) -> Result<&TenantStore, Failure> {
        self.tenant.home(self.now)
    }

    /// The tenant as it stands, past what is in memory: what is said of people and apps may name groups and roles that were made just now.
    pub(crate) async fn standing(&self) -> Result<Tenant, Refused> {
        let bundle = self.home()?.read_bundle(&[], Signing::Left).await?;
        // One that was erased a moment ago is still in memory.
        Ok(bundle.ok_or(Problem::NotFound)?.tenant)
    }

    /// Randomness and the moment, for what is made.
    pub(crate) fn drawn(&self) -> (&dyn Random, Timestamp) {
        (&*self.deps.random, self.now)
    }

    /// The path of something of the tenant.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("/admin/v1/tenants/{}{below}", self.tenant.record().slug)
    }

    /// What a request makes once, where its sender gave it a key. Who asks for what is part of it: under another's key nothing is found.
    pub(crate) fn making(&self, what: &str, key: Option<RequestKey>) -> Option<Making> {
        let key = key?;
        let name = format!("{what}|{:?}|{}", self.actor(), key.text);
        let key_of = OnceKey::new(once::Thing::MakingRequest, "admin", &name);
        let request = MakingRequest { key: key_of, body: AttemptId(key.body), ends_at: self.now.plus(policy::MAKING_REQUEST) };
        Some(Making { name, request })
    }

    /// 128 bits for the id of what is made: the same for the same request.
    pub(crate) fn bits(&self, making: Option<&Making>) -> Result<[u8; 16], Failure> {
        making.map_or_else(|| Ok(self.deps.random.bytes()), |making| self.tenant.lookup_bits("id made by a request", &making.name))
    }

    /// 256 bits for a secret of what is made, which is told again to who sends the same request again.
    pub(crate) fn secret_bits(&self, making: Option<&Making>) -> Result<[u8; 32], Failure> {
        let Some(making) = making else { return Ok(self.deps.random.bytes()) };
        let text = self.tenant.lookup("secret made by a request", &making.name)?;
        base64url::decode(&text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| broken("a keyed hash of another length"))
    }

    /// What happened to somebody of the tenant.
    pub(crate) fn event_about(&self, user: &UserId, kind: impl Into<EventKind>) -> RecordedEvent {
        self.event(Subject::User(user.clone()), kind.into())
    }

    /// What happened to the tenant.
    pub(crate) fn event_here(&self, kind: impl Into<EventKind>) -> RecordedEvent {
        self.event(Subject::Tenant, kind.into())
    }

    fn event(&self, subject: Subject, kind: EventKind) -> RecordedEvent {
        let (id, tenant) = (self.deps.random.event_id(self.now), self.tenant.record().id.clone());
        Event { id, tenant, subject, kind, personal: Personal::default() }.record(None, Lookups::default()).done_by(self.actor())
    }

    /// Who asks, as events tell it.
    pub(crate) fn actor(&self) -> DoneBy {
        match (&self.who, self.platform()) {
            (Who::Person { id, .. }, false) => DoneBy::Person(id.clone()),
            (Who::Person { id, .. }, true) => DoneBy::PlatformPerson(id.clone()),
            (Who::Machine(id), false) => DoneBy::App(id.clone()),
            (Who::Machine(id), true) => DoneBy::PlatformApp(id.clone()),
        }
    }

    fn platform(&self) -> bool {
        self.of.record().slug.as_str() == SYSTEM
    }
}

async fn find(deps: &Deps, slug: &str, now: Timestamp) -> Result<Option<Visit>, Failure> {
    let Ok(slug) = Slug::parse(slug) else { return Ok(None) };
    deps.tenants.find_standing(&Name::Slug(slug), now).await
}

/// A request that makes something once.
pub(crate) struct Making {
    pub(crate) name: String,
    pub(crate) request: MakingRequest,
}

/// What a token's holder is in the tenant that issued it, whose administrators are these.
struct Identified {
    who: Who,
    assignment: Assignment,
    administrators: Administrators,
    came: Option<CameBy>,
}

async fn identify(deps: &Deps, of: &mut Visit, token: &Secret<String>, (now, tally): (Timestamp, &Tally)) -> Result<Identified, Refused> {
    let tenant = of.tenant.clone();
    let api = Api::of_administration(tenant.record()).ok_or(Problem::Token(Reason::OtherIssuer.into()))?;
    let (token, reference) = runtime::bearer::read_for(&tenant, &api.audience, token, now)?.map_err(Problem::Token)?;
    let client = deps.clients.find(of, token.client_id(), now).await?.ok_or(Problem::Token(Reason::Dead.into()))?;
    let home = tenant.home(now)?;
    let Some(reference) = reference else {
        let evidence = introspection::OwnEvidence { tenant: tenant.record(), client: &client, api: Some(&api) };
        if !introspection::own(&token, &evidence).is_active() {
            return Err(Problem::Token(Reason::Dead.into()).into());
        }
        needs_scope(&token)?;
        let counting = rate::count(&tenant, client.id.as_str(), now);
        let (administrators, counted) = of.beside(join(home.read_administrators(), counting)).await;
        tally.keep(counted?, now)?;
        let administrators = administrators?;
        let assignment = administrators.machine(&client.id).cloned().unwrap_or_default();
        return Ok(Identified { who: Who::Machine(client.id.clone()), assignment, administrators, came: None });
    };
    let (sender, keys) = (reference.user_id.to_string(), keys(reference));
    let reading = join3(home.read_person(&keys), home.read_administrators(), rate::count(&tenant, &sender, now));
    let (person, administrators, counted) = of.beside(reading).await;
    tally.keep(counted?, now)?;
    let (person, administrators) = (person?, administrators?);
    let evidence = Evidence {
        tenant: tenant.record(),
        client: Some(&client),
        user: person.user.as_ref(),
        session: person.session.as_ref(),
        family: person.family.as_ref(),
    };
    let (_, user) = bearer::holder(&token, &evidence, (scope::ADMIN, Reason::AdminMissing), now).map_err(|reason| Problem::Token(reason.into()))?;
    let fresh = person.session.as_ref().is_some_and(|session| session.is_fresh(now));
    let assignment = administrators.person(&user.id).cloned().unwrap_or_default();
    let (who, came) = (Who::Person { id: user.id.clone(), fresh }, Some(CameBy { user: user.clone(), app: client.clone() }));
    Ok(Identified { who, assignment, administrators, came })
}

fn keys(reference: Reference) -> PersonKeys {
    PersonKeys::of(reference.user_id).with_family(reference.family_id).with_session_if(reference.session_id)
}

fn needs_scope(token: &AccessToken) -> Result<(), Problem> {
    if token.scopes().contains(scope::ADMIN) { Ok(()) } else { Err(Problem::Token(Reason::AdminMissing.into())) }
}
