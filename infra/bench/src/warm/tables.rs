//! What the tables' client costs by itself: one read and one transaction as flows make them, through the AWS SDK, with nothing of ours but the rows.

use std::sync::Arc;
use std::time::Duration;

use domain::client::Client;
use domain::event::{Event, EventKind, Lookups, Personal, Subject};
use domain::identifier::Canonical;
use domain::key_ring::Purpose;
use domain::{ClientId, Slug, UserId};
use runtime::tenants::Name;
use runtime::{Needs, Platform, Signing, TenantContext, Tenants};
use store::PersonKeys;

use crate::Error;
use crate::ground::{App, PERSON, SLUG};
use crate::stopwatch::{thread_cpu, thread_cpu_since};

const NEEDS: Needs = Needs { purposes: &[Purpose::People], signing: Signing::None };

/// The tables of the bench's tenant.
pub(super) struct Tables {
    platform: Platform,
    tenant: Arc<TenantContext>,
    person: UserId,
}

impl Tables {
    pub(super) async fn of(platform: &Platform) -> Result<Self, Error> {
        let now = platform.clock.now();
        let tenants = Arc::new(Tenants::new(platform, NEEDS));
        let tenant = tenants.find(&Name::Slug(Slug::parse(SLUG)?), now).await?.ok_or("no tenant")?.tenant;
        let claim = tenant.claim(&Canonical::username(PERSON)?)?;
        let person = tenant.home(now)?.find_identifier(&claim).await?.ok_or("nobody is called so")?;
        Ok(Self { platform: platform.clone(), tenant, person })
    }

    /// CPU of reading a person and a consent by their keys.
    pub(super) async fn read(&self) -> Result<Duration, Error> {
        let home = self.tenant.home(self.platform.clock.now())?;
        let keys = PersonKeys::of(self.person.clone()).with_consent(ClientId::parse(App::Asking.client_id())?);
        let before = thread_cpu();
        home.read_person(&keys).await?.user.ok_or("the person is gone")?;
        Ok(thread_cpu_since(before))
    }

    /// CPU of writing a new row and its event.
    pub(super) async fn transaction(&self, number: usize) -> Result<Duration, Error> {
        let now = self.platform.clock.now();
        let id = ClientId::parse(&format!("one-more-{number}"))?;
        let kind = EventKind::ClientCreated { client_id: id.clone() };
        let tenant = self.tenant.record().id.clone();
        let event = Event { id: self.platform.random.event_id(now), tenant, subject: Subject::Tenant, kind, personal: Personal::default() };
        let event = event.record(None, Lookups::default());
        let client = Client::named(id, "One more", now);
        let home = self.tenant.home(now)?;
        let before = thread_cpu();
        home.create_client(&client, &event).await?;
        Ok(thread_cpu_since(before))
    }
}
