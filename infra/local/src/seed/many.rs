//! Many people of one tenant and many tenants beside it, for what has to cost the same however many there are.
//!
//! Ids and names follow from a number, and each is made by one transaction. So a seed that was cut off goes on where it was: whoever stands is read by the
//! hundred and left as they are.

use std::collections::BTreeSet;

use crypto::derive::sha256;
use crypto::password::{self, Workspace};
use domain::registration::RegistrationPolicy;
use domain::user::Profile;
use domain::{Secret, Slug, TenantId, UserId};
use futures_util::{StreamExt, TryStreamExt, stream};
use runtime::provision::{MadeTenant, Making, NewPassword, NewTenant, NewUser, NotCreated};
use runtime::{Failure, Platform, Provisioner};
use store::{SlugState, TenantStore, UserCreation};

use super::{SeedError, plan_error};

/// People who are read at once to see who stands.
const READ_AT_ONCE: usize = 100;
/// People who are made beside each other.
const MADE_AT_ONCE: usize = 8;

/// How many there are to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Many {
    /// People of the one tenant.
    pub people: usize,
    /// Tenants beside it, empty ones.
    pub tenants: usize,
}

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Tenants.
    Tenants,
    /// People.
    People,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// With what.
    pub kind: Kind,
    /// How many stand.
    pub done: usize,
    /// Of how many.
    pub of: usize,
}

/// How many of a kind were made, and how many stood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Made just now.
    pub made: usize,
    /// Stood before.
    pub before: usize,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sown {
    /// Tenants.
    pub tenants: Count,
    /// People.
    pub people: Count,
}

/// The name by which person `number` signs in; `@many.example` behind it is their address.
pub fn username(number: usize) -> String {
    format!("person-{number:07}")
}

/// The id of person `number` of a tenant.
pub fn user_id(tenant: &TenantId, number: usize) -> UserId {
    UserId::from_random(bits(&format!("person {number} of {tenant}")))
}

/// The slug of tenant `number`.
pub fn slug(number: usize) -> Result<Slug, SeedError> {
    Slug::parse(&format!("many-{number:05}")).map_err(plan_error)
}

/// Makes sure that there are as many. Everybody has `password`, and one hash of it, since as many hashes as people would take hours.
pub async fn sow(
    platform: &Platform,
    tenant: &TenantId,
    (many, password): (Many, &Secret<String>),
    told: &dyn Fn(Progress),
) -> Result<Sown, SeedError> {
    let field = Field { platform, provisioner: Provisioner::new(platform), tenant, told };
    Ok(Sown { tenants: field.tenants(many.tenants).await?, people: field.people(many.people, password).await? })
}

struct Field<'a> {
    platform: &'a Platform,
    provisioner: Provisioner,
    tenant: &'a TenantId,
    told: &'a dyn Fn(Progress),
}

impl Field<'_> {
    async fn tenants(&self, of: usize) -> Result<Count, SeedError> {
        let mut count = Count::default();
        for number in 0..of {
            if self.make_tenant(number).await? {
                count.made += 1;
            } else {
                count.before += 1;
            }
            (self.told)(Progress { kind: Kind::Tenants, done: number + 1, of });
        }
        Ok(count)
    }

    /// Whether it was made just now.
    async fn make_tenant(&self, number: usize) -> Result<bool, SeedError> {
        let slug = slug(number)?;
        let place = self.platform.store.directory().find_slug(&slug, &self.platform.zone).await.map_err(Failure::from)?;
        if place.is_some_and(|place| place.state == SlugState::Given && place.zone == self.platform.zone) {
            return Ok(false);
        }
        let issuer = self.platform.routing.issuer(&slug)?;
        let new = NewTenant { name: format!("Tenant {number}"), issuer, registration: RegistrationPolicy::default(), slug };
        let how = Making { id: TenantId::from_random(bits(&format!("tenant {number}"))), preset: None, actor: None };
        match self.provisioner.make_tenant(&new, &how).await? {
            MadeTenant::Made(_) => Ok(true),
            MadeTenant::Stands(_) => Ok(false),
            MadeTenant::Taken => Err(SeedError::SlugTaken(new.slug.to_string())),
        }
    }

    async fn people(&self, of: usize, password: &Secret<String>) -> Result<Count, SeedError> {
        let mut count = Count::default();
        let mut hash = None;
        let home = self.home().await?;
        for first in (0..of).step_by(READ_AT_ONCE) {
            let numbers = first..of.min(first + READ_AT_ONCE);
            let ids: Vec<_> = numbers.clone().map(|number| user_id(self.tenant, number)).collect();
            let standing = home.find_people(&ids).await.map_err(Failure::from)?;
            let standing: BTreeSet<_> = standing.into_iter().map(|user| user.id).collect();
            let lacking: Vec<_> = numbers.clone().zip(&ids).filter(|(_, id)| !standing.contains(id)).collect();
            count.made += lacking.len();
            count.before += ids.len() - lacking.len();
            if !lacking.is_empty() {
                let hash = hash.get_or_insert_with(|| password::hash(password, self.platform.random.bytes(), &mut Workspace::new()));
                let all = stream::iter(lacking).map(|(number, id)| self.make_person(number, id, hash));
                all.buffer_unordered(MADE_AT_ONCE).try_collect::<()>().await?;
            }
            (self.told)(Progress { kind: Kind::People, done: numbers.end, of });
        }
        Ok(count)
    }

    async fn home(&self) -> Result<TenantStore, SeedError> {
        let zone = self.platform.store.directory().find_zone(&self.platform.zone).await.map_err(Failure::from)?;
        let zone = zone.ok_or_else(|| SeedError::Plan("the directory doesn't know this zone".to_owned()))?;
        Ok(self.platform.store.home(&zone.place(self.tenant)).map_err(Failure::from)?)
    }

    async fn make_person(&self, number: usize, id: &UserId, hash: &Secret<String>) -> Result<(), SeedError> {
        let username = username(number);
        let new = NewUser {
            email: format!("{username}@many.example"),
            password: NewPassword::Hashed(hash.clone()),
            profile: Profile { name: Some(format!("Person {number:07}")), ..Profile::default() },
            username,
        };
        match self.provisioner.create_user_of(self.tenant, id.clone(), &new).await {
            Ok(UserCreation::Created | UserCreation::Exists) => Ok(()),
            Ok(UserCreation::Taken(_)) => Err(SeedError::Plan(format!("{} is somebody else already", new.username))),
            Err(NotCreated::Failure(failure)) => Err(failure.into()),
            Err(reason @ (NotCreated::Identifier(_) | NotCreated::Hash(_) | NotCreated::TooManyKinds)) => Err(SeedError::Plan(reason.to_string())),
        }
    }
}

fn bits(of: &str) -> [u8; 16] {
    let hash = sha256(format!("countersign many {of}").as_bytes());
    std::array::from_fn(|index| hash[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_person_each_time_and_another_one_elsewhere() {
        let [here, there] = [1, 2].map(|byte| TenantId::from_random([byte; 16]));
        assert_eq!(user_id(&here, 7), user_id(&here, 7));
        assert_eq!([user_id(&here, 7), user_id(&here, 8), user_id(&there, 7)].into_iter().collect::<BTreeSet<_>>().len(), 3);
        assert_eq!((username(7).as_str(), slug(7).expect("a slug").to_string().as_str()), ("person-0000007", "many-00007"));
    }
}
