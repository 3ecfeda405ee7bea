//! A person and what belongs to one flow of theirs.

use domain::consent::Consent;
use domain::family::Family;
use domain::key_ring::WrappedUserKey;
use domain::phone::PhoneCode;
use domain::session::Session;
use domain::user::User;
use domain::{ClientId, FamilyId, SessionId, UserId};

use super::batch;
use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;

/// What to read of a person, beside the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonKeys {
    user_id: UserId,
    session: Option<SessionId>,
    consent: Option<ClientId>,
    family: Option<FamilyId>,
    user_key: bool,
    phone_code: bool,
}

impl PersonKeys {
    /// The person alone.
    pub const fn of(user_id: UserId) -> Self {
        Self { user_id, session: None, consent: None, family: None, user_key: false, phone_code: false }
    }

    /// And this session.
    #[must_use]
    pub fn with_session(self, session: SessionId) -> Self {
        Self { session: Some(session), ..self }
    }

    /// And this session, if there is one to read.
    #[must_use]
    pub fn with_session_if(self, session: Option<SessionId>) -> Self {
        Self { session, ..self }
    }

    /// And the consent to this client.
    #[must_use]
    pub fn with_consent(self, client: ClientId) -> Self {
        Self { consent: Some(client), ..self }
    }

    /// And this family.
    #[must_use]
    pub fn with_family(self, family: FamilyId) -> Self {
        Self { family: Some(family), ..self }
    }

    /// And the person's wrapped key.
    #[must_use]
    pub fn with_user_key(self) -> Self {
        Self { user_key: true, ..self }
    }

    /// And the code in flight that proves a telephone number.
    #[must_use]
    pub fn with_phone_code(self) -> Self {
        Self { phone_code: true, ..self }
    }
}

/// What was found of a person. Nothing of it is known to be live: the domain decides that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The person.
    pub user: Option<User>,
    /// The session asked for.
    pub session: Option<Session>,
    /// The consent asked for.
    pub consent: Option<Consent>,
    /// The family asked for.
    pub family: Option<Family>,
    /// The person's wrapped key, when asked for.
    pub user_key: Option<WrappedUserKey>,
    /// The newest code in flight, when asked for.
    pub phone_code: Option<PhoneCode>,
}

impl TenantStore {
    /// A person and what `keys` names. One request, strongly consistent.
    pub async fn read_person(&self, keys: &PersonKeys) -> Result<Person, StoreError> {
        let user = keys::user(&self.tenant, &keys.user_id);
        let session = keys.session.as_ref().map(|id| keys::session(&self.tenant, &keys.user_id, id));
        let consent = keys.consent.as_ref().map(|id| keys::consent(&self.tenant, &keys.user_id, id));
        let family = keys.family.as_ref().map(|id| keys::family(&self.tenant, &keys.user_id, id));
        let user_key = keys.user_key.then(|| keys::user_key(&self.tenant, &keys.user_id));
        let phone_code = keys.phone_code.then(|| keys::phone_code(&self.tenant, &keys.user_id));
        let others = [session.as_ref(), consent.as_ref(), family.as_ref(), user_key.as_ref(), phone_code.as_ref()];
        let wanted: Vec<_> = std::iter::once(&user).chain(others.into_iter().flatten()).cloned().collect();
        let mut found = batch::read(&self.database, &wanted).await?;
        Ok(Person {
            user: found.take(&user)?,
            session: found.take_if(session.as_ref())?,
            consent: found.take_if(consent.as_ref())?,
            family: found.take_if(family.as_ref())?,
            user_key: found.take_if(user_key.as_ref())?,
            phone_code: found.take_if(phone_code.as_ref())?,
        })
    }
}
