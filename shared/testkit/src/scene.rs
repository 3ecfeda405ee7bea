//! What stands before a request: a session, a consent, a code, a token, each as the platform's own functions leave it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crypto::artefact::Kind;
use crypto::derive;
use domain::api::Api;
use domain::claims::RequestedClaims;
use domain::client::{Client, RedirectUri};
use domain::consent::Consent;
use domain::event::{Browser, Event, EventKind, Lookups, Personal, RecordedEvent, Subject};
use domain::family::{Family, FamilyState};
use domain::identifier::Canonical;
use domain::key_ring::Purpose;
use domain::refresh::Offline;
use domain::registration::RegistrationPolicy;
use domain::session::{Beginning, Session};
use domain::tenant::Issuer;
use domain::user::{Profile, User};
use domain::{ClientId, FamilyId, SessionId, Slug, TenantId, Timestamp, policy};
use oauth::authorization_request::{AuthorizationRequest, ResponseMode, reference};
use oauth::code::{AuthorizationCode, CodeId};
use oauth::grants::authorization_code::Redemption;
use oauth::pkce::CodeChallenge;
use oauth::{access_token, id_token};
use runtime::interaction::{SessionReference, requests};
use runtime::provision::{NewTenant, NewUser, Provisioner};
use runtime::tenants::Name;
use runtime::{Clock, Needs, Platform, Random, Signing, TenantContext, Tenants};
use store::{AttemptId, PersonKeys, TenantStore};
use web::{Cookie, CookiePolicy};

use crate::endpoint::{Answer, CookieJar};
use crate::{FixedClock, Stage, builders};

mod apis;
mod domains;
mod events;
mod rows;
mod states;

/// RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// RFC 7636, appendix B.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const NEEDS: Needs = Needs { purposes: &Purpose::ALL, signing: Signing::Signs };

/// A tenant with every key at hand, and its person.
pub struct Scene {
    /// The tenant as functions see it.
    pub tenant: Arc<TenantContext>,
    /// Its person.
    pub person: User,
    clock: Arc<FixedClock>,
    random: Arc<dyn Random>,
    platform: Platform,
}

impl Stage {
    /// The tenant `demo` and Ada.
    ///
    /// # Panics
    /// When the stage is broken, which fails the test that asked; so do all that follow.
    pub async fn scene(&self) -> Scene {
        Scene::of(self, Name::Id(self.tenant.clone())).await
    }

    /// A second tenant with a person of the same names and apps of the same ids.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn second_tenant(&self) -> Scene {
        self.tenant_called("other", "Other").await
    }

    /// The same of that name.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn tenant_called(&self, slug: &str, name: &str) -> Scene {
        let slug = Slug::parse(slug).expect("a slug");
        let issuer = self.platform.routing.issuer(&slug).expect("an issuer");
        let new = NewTenant { slug, name: name.to_owned(), issuer, registration: RegistrationPolicy::default() };
        let tenant = create_tenant(&self.platform, &new).await;
        Scene::of(self, Name::Id(tenant)).await
    }
}

/// Makes a tenant, its person and both sample apps.
pub(crate) async fn create_tenant(platform: &Platform, new: &NewTenant) -> TenantId {
    let provisioner = Provisioner::new(platform);
    let tenant = provisioner.create_tenant(new).await.expect("a tenant").expect("a free slug");
    let ada = builders::user();
    let email = ada.email.map(|email| email.address).unwrap_or_default();
    let new = NewUser { username: ada.username.unwrap_or_default(), email, password: builders::password().into(), profile: ada.profile };
    provisioner.create_user(&tenant, &new).await.expect("a person");
    for client in [builders::client(), builders::confidential_client()] {
        provisioner.create_client(&tenant, &client).await.expect("an app");
    }
    tenant
}

/// Scopes by their names.
pub fn scopes(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What an app asked for: the code flow with PKCE, `openid`, a state and a nonce.
///
/// # Panics
/// Never; its texts are valid.
pub fn request(client: &Client) -> AuthorizationRequest {
    AuthorizationRequest {
        client_id: client.id.clone(),
        redirect_uri: RedirectUri::parse(builders::REDIRECT_URI).expect("a redirect URI"),
        scopes: scopes(&["openid"]),
        state: Some("af0ifjsldkj".to_owned()),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        code_challenge: Some(CodeChallenge::parse(CHALLENGE).expect("a challenge")),
        claims: RequestedClaims::default(),
        audience: None,
        response_mode: ResponseMode::Query,
        prompt: BTreeSet::new(),
        max_age: None,
        subject: None,
        login_hint: None,
        ui_locales: None,
        asked_at: FixedClock::USUAL,
        pushed: None,
    }
}

impl Scene {
    async fn of(stage: &Stage, name: Name) -> Self {
        let tenants = Arc::new(Tenants::new(&stage.platform, NEEDS));
        let visit = tenants.find_standing(&name, stage.clock.now()).await.expect("an answer").expect("a tenant");
        let tenant = visit.tenant.clone();
        let home = tenant.home(stage.clock.now()).expect("a home");
        let claim = tenant.claim(&Canonical::username("ada").expect("a username")).expect("a claim");
        let user_id = home.find_identifier(&claim).await.expect("an answer").expect("a person");
        let person = home.read_person(&PersonKeys::of(user_id)).await.expect("an answer").user.expect("a person");
        let (clock, random) = (Arc::clone(&stage.clock), stage.platform.random.clone());
        Self { tenant: visit.tenant, person, clock, random, platform: stage.platform.clone() }
    }

    /// The tenant's issuer.
    pub fn issuer(&self) -> &Issuer {
        self.tenant.record().issuer()
    }

    /// Registers one more app.
    ///
    /// # Panics
    /// When it can't be registered.
    pub async fn register(&self, client: &Client) {
        Provisioner::new(&self.platform).create_client(&self.tenant.record().id, client).await.expect("an app");
    }

    /// One more person, with the password of the first.
    ///
    /// # Panics
    /// When they can't be made.
    pub async fn add_person(&self, username: &str, email: &str) -> User {
        let new =
            NewUser { username: username.to_owned(), email: email.to_owned(), password: builders::password().into(), profile: Profile::default() };
        let provisioner = Provisioner::new(&self.platform);
        provisioner.create_user(&self.tenant.record().id, &new).await.expect("a person");
        let claim = self.tenant.claim(&Canonical::typed(username).expect("a name")).expect("a claim");
        let id = self.home().find_identifier(&claim).await.expect("an answer").expect("an owner");
        self.home().read_person(&PersonKeys::of(id)).await.expect("an answer").user.expect("a person")
    }

    /// The person's session, begun now.
    ///
    /// # Panics
    /// When it can't be begun.
    pub async fn session(&self) -> Session {
        let (session, started) = self.begin_session(Browser::Known);
        self.home().start_session(&session, None, &self.event(started)).await.expect("a session");
        session
    }

    /// The person signs in from a browser: a session, and the event with what is personal about it.
    ///
    /// # Panics
    /// When that can't be written.
    pub async fn signed_in(&self, browser: Browser) -> RecordedEvent {
        let (session, started) = self.begin_session(browser);
        let event = self.personal_event(started).await;
        self.home().start_session(&session, None, &event).await.expect("a session");
        event
    }

    fn begin_session(&self, browser: Browser) -> (Session, EventKind) {
        let session_id = SessionId::from_random(self.random.bytes());
        let beginning = Beginning::by_password(session_id.clone(), self.person.id.clone());
        let session = Session::begin(beginning, self.tenant.record().sessions, self.now());
        let (client_id, runs_out_at) = (builders::client().id, Some(session.runs_out_at()));
        (session, EventKind::SessionStarted { session_id, client_id, browser, credential_version: 1, runs_out_at })
    }

    /// The person's consent.
    ///
    /// # Panics
    /// When it can't be given.
    pub async fn allow(&self, client: &Client, names: &[&str]) {
        let given = Consent { client_id: client.id.clone(), scopes: scopes(names), given_at: self.now() };
        let event = self.event(EventKind::ConsentGranted { client_id: client.id.clone(), scopes: scopes(names), audience: None });
        self.home().grant_consent(&self.person.id, &given, &event).await.expect("a consent");
    }

    /// The request that an answer sends the browser on with to the authorization endpoint.
    ///
    /// # Panics
    /// When it sends it anywhere else.
    pub fn resumed(&self, answer: &Answer) -> AuthorizationRequest {
        let location = answer.header("location");
        assert!(location.starts_with(&self.issuer().endpoint("/authorize?")), "{}", answer.outcome());
        let (client_id, request_uri) = (answer.returned("client_id"), answer.returned("request_uri"));
        let client_id = ClientId::parse(&client_id).expect("a client id");
        let parameters = [("request_uri", request_uri.as_str())].into_iter().collect();
        let sealed = reference::sealed(&parameters).expect("a sealed request");
        requests::open(&self.tenant, &client_id, sealed, self.now()).expect("keys").expect("a request that is good now")
    }

    /// The `request_uri` of a sealed request.
    ///
    /// # Panics
    /// When it can't be sealed.
    pub fn request_uri(&self, request: &AuthorizationRequest) -> String {
        requests::request_uri(&self.tenant, request, (&*self.random, self.now())).expect("a request_uri")
    }

    /// An ID token that the tenant signed for `client` about somebody, issued long ago.
    ///
    /// # Panics
    /// When it can't be signed.
    pub fn old_id_token(&self, client: &Client, sub: &str) -> String {
        let claims = serde_json::json!({ "iss": self.issuer(), "sub": sub, "aud": client.id, "iat": 1, "exp": 2 });
        self.tenant.sign(client.id_token_signed_response_alg, id_token::TYP, &claims).expect("a token")
    }

    /// The cookies of a browser in which the session lives.
    ///
    /// # Panics
    /// When they can't be sealed.
    pub fn cookies(&self, session: &Session) -> CookieJar {
        let reference = SessionReference { user_id: session.user_id.clone(), session_id: session.id.clone() };
        CookieJar::of(&self.cookie_name(Cookie::Session), &self.seal(Kind::Session, None, session.ends_at, &reference))
    }

    /// A cookie's full name at this tenant.
    pub fn cookie_name(&self, cookie: Cookie) -> String {
        CookiePolicy::of(self.issuer()).name(cookie)
    }

    /// What a code says that answers `request` in `session`.
    pub fn code_of(&self, session: &Session, request: &AuthorizationRequest) -> AuthorizationCode {
        AuthorizationCode::issue(CodeId::from_random(self.random.bytes()), request, session, derive::sha256)
    }

    /// A code, sealed for its client.
    pub fn seal_code(&self, client: &Client, code: &AuthorizationCode) -> String {
        self.seal(Kind::AuthorizationCode, Some(client), self.now().plus(policy::AUTHORIZATION_CODE), code)
    }

    /// A code as `client` gets it for [`request`], after the person signed in and agreed.
    pub async fn code(&self, client: &Client) -> String {
        self.allow(client, &["openid"]).await;
        let session = self.session().await;
        self.seal_code(client, &self.code_of(&session, &request(client)))
    }

    /// A code for offline access as well, after the person agreed to that.
    pub async fn offline_code(&self, client: &Client) -> String {
        let names = ["openid", "email", "offline_access"];
        self.allow(client, &names).await;
        let session = self.session().await;
        self.seal_code(client, &self.code_of(&session, &AuthorizationRequest { scopes: scopes(&names), ..request(client) }))
    }

    /// Seals any artefact of this tenant.
    ///
    /// # Panics
    /// When it can't be sealed.
    pub fn seal(&self, kind: Kind, client: Option<&Client>, expires_at: Timestamp, payload: &impl serde::Serialize) -> String {
        self.tenant.seal(kind, client.map(|client| &client.id), expires_at, self.random.bytes(), payload).expect("an artefact")
    }

    /// An access token of a family that was made now, and the family.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn access_token(&self, client: &Client, names: &[&str]) -> (String, Family) {
        self.access_token_in(&self.session().await, client, names).await
    }

    /// The same in a session that is there.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn access_token_in(&self, session: &Session, client: &Client, names: &[&str]) -> (String, Family) {
        let family = self.family(client, session, names);
        self.access_token_of(client, session, (family, None)).await
    }

    /// The same with offline access.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn offline_access_token(&self, client: &Client, names: &[&str]) -> (String, Family) {
        let session = self.session().await;
        let family = self.family(client, &session, names);
        let offline = Offline::begin(session.authenticated_at, session.methods.clone(), family.epoch, self.now());
        let family = Family { ends_at: offline.ends_at, offline: Some(offline), ..family };
        self.access_token_of(client, &session, (family, None)).await
    }

    async fn access_token_of(&self, client: &Client, session: &Session, (family, api): (Family, Option<&Api>)) -> (String, Family) {
        let code = self.code_of(session, &AuthorizationRequest { scopes: family.scopes.clone(), ..request(client) });
        self.write_family(&family).await;
        let redemption = Redemption { tenant: self.tenant.record(), client, family: family.clone(), user: &self.person, code: &code, api };
        let expires_at = access_token::expires_at(client, api, self.now());
        let reference = self.seal(Kind::AccessReference, Some(client), expires_at, &access_token::reference(&redemption.issuance()));
        let claims = access_token::claims(self.issuer(), &redemption.issuance(), self.random.bytes(), &reference, self.now());
        (self.tenant.sign(access_token::algorithm(api), access_token::TYP, &claims).expect("a token"), family)
    }

    /// A family that came from `session`.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn family_in(&self, session: &Session, client: &Client, names: &[&str]) -> Family {
        let family = self.family(client, session, names);
        self.write_family(&family).await;
        family
    }

    async fn write_family(&self, family: &Family) {
        let event = self.event(EventKind::GrantIssued { client_id: family.client_id.clone(), family_id: family.id.clone() });
        self.home().redeem_code(family, AttemptId(self.random.bytes()), &event).await.expect("a family");
    }

    /// Revokes a family, as a replayed code does.
    ///
    /// # Panics
    /// When it can't be revoked.
    pub async fn revoke(&self, family: &Family) {
        let reason = domain::family::RevocationReason::CodeReplayed;
        let event = self.event(EventKind::GrantRevoked { client_id: family.client_id.clone(), family_id: family.id.clone(), reason });
        self.home().revoke_family(&family.user_id, &family.id, reason, self.now(), &event).await.expect("a revocation");
    }

    /// An event about the person that happens now, without anything personal.
    pub fn event(&self, kind: EventKind) -> RecordedEvent {
        let (id, subject) = (self.random.event_id(self.now()), Subject::User(self.person.id.clone()));
        let event = Event { id, tenant: self.tenant.record().id.clone(), subject, kind, personal: Personal::default() };
        event.record(None, Lookups::default())
    }

    /// The tenant's rows.
    ///
    /// # Panics
    /// While a new home waits for the old one.
    pub fn home(&self) -> &TenantStore {
        self.tenant.home(self.now()).expect("a home")
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn family(&self, client: &Client, session: &Session, names: &[&str]) -> Family {
        Family {
            id: FamilyId::from_random(self.random.bytes()),
            user_id: self.person.id.clone(),
            client_id: client.id.clone(),
            session_id: session.id.clone(),
            scopes: scopes(names),
            claims: RequestedClaims::default(),
            audience: None,
            state: FamilyState::Active,
            issued_at: self.now(),
            ends_at: self.now().plus(policy::ACCESS_TOKEN).plus(policy::FAMILY_MARGIN),
            session_ends_at: session.ends_at,
            epoch: self.tenant.placement().epoch,
            offline: None,
            domain: self.tenant.record().domain().cloned(),
        }
    }
}
