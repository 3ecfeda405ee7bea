//! Making tenants, people, apps and APIs, as sign-up and the admin API will: keys first, then one transaction each.

mod administrators;
mod invitations;
mod migration;
mod policies;
mod roster;

use std::collections::HashMap;
use std::sync::Arc;

use cloud::keys::KeyContext;
use crypto::password::{self, Unusable, Workspace};
use crypto::{DataKeys, SymmetricKey};
use domain::api::{Api, InvalidApi};
use domain::client::Client;
use domain::credential::PasswordCredential;
use domain::event::{Actor, Event, EventKind, Lookups, Personal, Subject};
use domain::identifier::{Canonical, InvalidIdentifier};
use domain::key_ring::rotation::RotationPolicy;
use domain::key_ring::{Algorithm, KeyState, Purpose, SigningRing, WrappedDataKey, WrappedKeyVersion};
use domain::preset::Preset;
use domain::registration::RegistrationPolicy;
use domain::tenant::{Issuer, Tenant};
use domain::user::{Email, Profile, User};
use domain::{Epoch, Secret, Slug, TenantId, Timestamp, UserId, Zone};
use store::{ApiCreation, ClientCreation, HashAcceptance, SlugPlace, SlugState, TenantCreation, TenantStore, UserCreation};

use crate::failure::Failure;
use crate::key_rotation::make_signing_key;
use crate::people::KeyOwner;
use crate::platform::Platform;
use crate::random::Random;
use crate::tenant_context::{TenantContext, broken};
use crate::tenants::{Name, Needs, Signing, Tenants};

pub use administrators::{NotAnAdministrator, NotAnOwner};
pub use invitations::NotInvited;
pub use roster::{Membership, NotAssigned, NotChanged};

const NEEDS: Needs = Needs { purposes: &Purpose::ALL, signing: Signing::None };

/// A tenant to be.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// Its name in hosts.
    pub slug: Slug,
    /// The name that pages show.
    pub name: String,
    /// Its issuer, for good.
    pub issuer: Issuer,
    /// How people get an account.
    pub registration: RegistrationPolicy,
}

/// How a tenant is made.
#[derive(Clone, Debug)]
pub struct Making {
    /// Its identifier, unless the slug was claimed for another one.
    pub id: TenantId,
    /// The settings that it begins with, how people get an account among them; without one that is as [`NewTenant`] says.
    pub preset: Option<Preset>,
    /// The administrator who makes it; nobody where a program does.
    pub actor: Option<Actor>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MadeTenant {
    /// It is made.
    Made(TenantId),
    /// It stood before.
    Stands(TenantId),
    /// The slug is a tenant's of another zone, or was that of one that is gone.
    Taken,
}

/// A person to be.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Name to sign in with, as entered.
    pub username: String,
    /// Address, as entered; proved already.
    pub email: String,
    /// Password.
    pub password: NewPassword,
    /// Standard claims.
    pub profile: Profile,
}

/// The password of a person to be.
#[derive(Clone, Debug)]
pub enum NewPassword {
    /// As its owner types it.
    Chosen(Secret<String>),
    /// Its hash elsewhere, in a form that `crypto::password::import` reads.
    Imported(Secret<String>),
    /// Its hash as this platform makes it, made once for many people of a seed who share it, salt and all.
    Hashed(Secret<String>),
}

impl From<Secret<String>> for NewPassword {
    fn from(password: Secret<String>) -> Self {
        Self::Chosen(password)
    }
}

/// Why a person wasn't made.
#[derive(Debug, thiserror::Error)]
pub enum NotCreated {
    /// The password's hash is none that may be brought.
    #[error(transparent)]
    Hash(#[from] Unusable),
    /// The tenant has as many kinds of imported hashes as it may have.
    #[error("more than {} kinds of imported password hashes", domain::policy::IMPORTED_HASHES_MAX)]
    TooManyKinds,
    /// An identifier is none.
    #[error(transparent)]
    Identifier(#[from] InvalidIdentifier),
    /// The platform's own fault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Why an API wasn't registered.
#[derive(Debug, thiserror::Error)]
pub enum NotRegistered {
    /// It can't be so.
    #[error(transparent)]
    Api(#[from] InvalidApi),
    /// The platform's own fault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Makes tenants, people, apps and APIs.
pub struct Provisioner {
    platform: Platform,
    tenants: Arc<Tenants>,
}

/// What is stored of a password. A hash of elsewhere is told only after its kind is noted, so that its account is at no time told by its work.
pub async fn stored_password(
    tenant: &TenantContext,
    password: &NewPassword,
    (random, now): (&dyn Random, Timestamp),
) -> Result<Secret<String>, NotCreated> {
    let brought = match password {
        NewPassword::Chosen(password) => return Ok(password::hash(password, random.bytes(), &mut Workspace::new())),
        NewPassword::Hashed(hash) => return Ok(hash.clone()),
        NewPassword::Imported(hash) => password::import(hash.expose())?,
    };
    if !tenant.record().imported_hashes.contains(&brought.kind) {
        accept_kind(tenant, &brought.kind, (random, now)).await?;
    }
    Ok(brought.stored)
}

/// Notes a kind of hashes of elsewhere with the tenant.
pub async fn accept_kind(tenant: &TenantContext, kind: &str, (random, now): (&dyn Random, Timestamp)) -> Result<(), NotCreated> {
    let accepted = EventKind::ImportedHashesAccepted { kind: kind.to_owned() };
    let (id, tenant_id, subject) = (random.event_id(now), tenant.record().id.clone(), Subject::Tenant);
    let event = Event { id, tenant: tenant_id, subject, kind: accepted, personal: Personal::default() }.record(None, Lookups::default());
    match tenant.home(now)?.accept_imported_hash(kind, &event).await.map_err(Failure::from)? {
        HashAcceptance::Accepted => Ok(()),
        HashAcceptance::TooMany => Err(NotCreated::TooManyKinds),
    }
}

impl Provisioner {
    /// A provisioner on a platform whose keys may wrap as well as unwrap.
    pub fn new(platform: &Platform) -> Self {
        Self { platform: platform.clone(), tenants: Arc::new(Tenants::new(platform, NEEDS)) }
    }

    /// Makes sure that the directory knows the zone of this platform, with these regions.
    pub async fn ensure_zone(&self, regions: Vec<domain::Region>) -> Result<(), Failure> {
        let zone = Zone { name: self.platform.zone.clone(), regions, epoch: Epoch(0), epoch_began_at: self.platform.clock.now() };
        self.platform.store.directory().put_zone(&zone).await?;
        Ok(())
    }

    /// Makes a tenant with fresh keys, or finishes one whose making was cut off; `None` when the slug is another's.
    pub async fn create_tenant(&self, new: &NewTenant) -> Result<Option<TenantId>, Failure> {
        let how = Making { id: TenantId::from_random(self.random().bytes()), preset: None, actor: None };
        Ok(match self.make_tenant(new, &how).await? {
            MadeTenant::Made(id) | MadeTenant::Stands(id) => Some(id),
            MadeTenant::Taken => None,
        })
    }

    /// The same, telling whether it stood before. A slug that was claimed for this zone, or whose tenant's making was cut off, names the tenant for whom it
    /// was claimed, and not `how.id`.
    pub async fn make_tenant(&self, new: &NewTenant, how: &Making) -> Result<MadeTenant, Failure> {
        let directory = self.platform.store.directory();
        let wish = SlugPlace { tenant: how.id.clone(), zone: self.platform.zone.clone(), state: SlugState::Claimed };
        let place = directory.claim_slug(&new.slug, &wish).await?;
        if place.zone != wish.zone || place.state == SlugState::Gone {
            return Ok(MadeTenant::Taken);
        }
        let zone = directory.find_zone(&self.platform.zone).await?;
        let placement = zone.ok_or_else(|| Failure::Broken("the directory doesn't know this zone".to_owned()))?.place(&place.tenant);
        let home = self.platform.store.home(&placement)?;
        let made = match home.read_bundle(&[], store::Signing::Included).await? {
            Some(standing) => {
                // A look at its keys that was lost is found again; one that stands is the same row.
                if let Some(ring) = &standing.signing {
                    home.put_off_look(None, ring.due_at(&RotationPolicy::of(&standing.tenant))).await?;
                }
                MadeTenant::Stands(place.tenant.clone())
            }
            None => self.make_at(&home, new, how).await?,
        };
        if place.state == SlugState::Claimed {
            directory.settle_slug(&new.slug, &SlugPlace { state: SlugState::Given, ..place }).await?;
        }
        Ok(made)
    }

    async fn make_at(&self, home: &TenantStore, new: &NewTenant, how: &Making) -> Result<MadeTenant, Failure> {
        let (id, now) = (home.tenant().clone(), self.platform.clock.now());
        let (data_keys, signing_key) = self.make_data_keys(&id, now).await?;
        let signing = self.make_ring(&id, &signing_key, now)?;
        let named = Tenant::named(id.clone(), new.slug.clone(), &new.name, new.issuer.clone(), now);
        let tenant = match how.preset {
            Some(preset) => preset.applied(named),
            None => Tenant { registration: new.registration.clone(), ..named },
        };
        let event = self.event(&id, EventKind::TenantCreated, Subject::Tenant, now).record(None, Lookups::default());
        let event = how.actor.iter().fold(event, |event, actor| event.done_by(actor.clone()));
        let first_look_at = signing.due_at(&RotationPolicy::of(&tenant));
        Ok(match home.create_tenant(&store::NewTenant { tenant, data_keys, signing, first_look_at }, &event).await? {
            TenantCreation::Created => MadeTenant::Made(id),
            TenantCreation::Exists => MadeTenant::Stands(id),
        })
    }

    /// Makes a person who may sign in at once.
    pub async fn create_user(&self, tenant: &TenantId, new: &NewUser) -> Result<UserCreation, NotCreated> {
        self.create_user_of(tenant, UserId::from_random(self.random().bytes()), new).await
    }

    /// The same with an id that is given, so that whoever is cut off finds the person again.
    pub async fn create_user_of(&self, tenant: &TenantId, id: UserId, new: &NewUser) -> Result<UserCreation, NotCreated> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let user = user(id, new, now);
        Canonical::email(&new.email)?;
        Canonical::username(&new.username)?;
        let claims = tenant.claims_of(&user)?;
        let (key, user_key) = tenant.make_personal_key(KeyOwner::User(&user.id), self.random(), now)?;
        let hash = stored_password(&tenant, &new.password, (self.random(), now)).await?;
        let password = PasswordCredential::first(tenant.seal_password_hash(&user.id, &hash, self.random().bytes())?, now);
        let personal = Personal { identifier: Some(new.email.clone()), ..Personal::default() };
        let event = Event { personal, ..self.event(&tenant.record().id, EventKind::user_created(), Subject::User(user.id.clone()), now) };
        let event = tenant.record_event(event, &key, self.random().bytes())?;
        let new = store::NewUser { user, password: Some(password), claims, user_key };
        Ok(tenant.home(now)?.create_user(&new, &event).await.map_err(Failure::from)?)
    }

    /// Registers an app.
    pub async fn create_client(&self, tenant: &TenantId, client: &Client) -> Result<ClientCreation, Failure> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let kind = EventKind::ClientCreated { client_id: client.id.clone() };
        let event = self.event(&tenant.record().id, kind, Subject::Tenant, now).record(None, Lookups::default());
        Ok(tenant.home(now)?.create_client(client, &event).await?)
    }

    /// Registers an API.
    pub async fn create_api(&self, tenant: &TenantId, api: &Api) -> Result<ApiCreation, NotRegistered> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        api.check(tenant.record())?;
        let kind = EventKind::ApiCreated { audience: api.audience.clone() };
        let event = self.event(&tenant.record().id, kind, Subject::Tenant, now).record(None, Lookups::default());
        Ok(tenant.home(now)?.create_api(api, &event).await.map_err(Failure::from)?)
    }

    fn random(&self) -> &dyn Random {
        &*self.platform.random
    }

    async fn tenant(&self, id: &TenantId, now: Timestamp) -> Result<Arc<TenantContext>, Failure> {
        let visit = self.tenants.find_standing(&Name::Id(id.clone()), now).await?;
        visit.map(|visit| visit.tenant).ok_or_else(|| Failure::Broken(format!("no tenant {id}")))
    }

    fn event(&self, tenant: &TenantId, kind: EventKind, subject: Subject, now: Timestamp) -> Event {
        Event { id: self.random().event_id(now), tenant: tenant.clone(), subject, kind, personal: Personal::default() }
    }

    async fn make_data_keys(&self, tenant: &TenantId, now: Timestamp) -> Result<(Vec<WrappedDataKey>, DataKeys), Failure> {
        let mut wrapped = Vec::new();
        let mut plain = HashMap::new();
        for purpose in Purpose::ALL {
            let made = self.platform.keys.generate(&KeyContext { tenant, purpose }).await?;
            wrapped.push(WrappedDataKey { purpose, versions: vec![WrappedKeyVersion { id: 1, wrapped: made.wrapped, created_at: now }] });
            plain.insert(purpose, SymmetricKey::from_bytes(*made.plaintext.expose()));
        }
        let signing = plain.remove(&Purpose::Signing).into_iter().map(|key| (1, key)).collect();
        Ok((wrapped, DataKeys::new(signing).map_err(broken("signing data key"))?))
    }

    fn make_ring(&self, tenant: &TenantId, signing: &DataKeys, now: Timestamp) -> Result<SigningRing, Failure> {
        let made = |algorithm| make_signing_key(tenant, algorithm, signing, self.random());
        let keys = Algorithm::OF_TENANTS.into_iter().map(|algorithm| Ok(made(algorithm)?.record(KeyState::Active, now)));
        Ok(SigningRing { version: 1, keys: keys.collect::<Result<_, Failure>>()? })
    }
}

fn user(id: UserId, new: &NewUser, now: Timestamp) -> User {
    User {
        username: Some(new.username.clone()),
        email: Some(Email::first(new.email.clone(), true)),
        profile: new.profile.clone(),
        ..User::new(id, now)
    }
}
