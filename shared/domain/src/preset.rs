//! What a tenant begins with: one of three sets of security settings, each of which may be changed afterwards.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::password_policy::{PasswordPolicy, Strength};
use crate::policy;
use crate::registration::{Registration, RegistrationPolicy};
use crate::tenant::{Recovery, SessionPolicy, Tenant};

/// A set of settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// For customers: what every tenant has unless it says otherwise.
    #[default]
    Basic,
    /// For employees: accounts by invitation, sessions of a working day.
    Workforce,
    /// For what is supervised: accounts by administrators alone, short sessions, harder passwords, no help by mail.
    Regulated,
}

// NIST SP 800-63B-4 §2.2.3 (AAL2): an hour without use, a day at most.
const WORKFORCE_IDLE: Duration = Duration::from_hours(1);
const WORKFORCE_ABSOLUTE: Duration = Duration::from_hours(24);
// NIST SP 800-63B-4 §2.3.3 (AAL3), and PCI DSS 4.0.1 §8.2.8: a quarter of an hour without use; twelve hours at most.
const REGULATED_IDLE: Duration = Duration::from_mins(15);
const REGULATED_ABSOLUTE: Duration = Duration::from_hours(12);
// PCI DSS 4.0.1 §8.3.7: none of the last four, and the present one is one more.
const REGULATED_HISTORY: u8 = 5;

impl Preset {
    /// Whether it is the first of them, which a record needn't say.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references to its predicates")]
    pub(crate) const fn is_basic(&self) -> bool {
        matches!(self, Self::Basic)
    }

    /// `tenant` with these settings.
    #[must_use]
    pub fn applied(self, tenant: Tenant) -> Tenant {
        let registered = |who| RegistrationPolicy { who, ..RegistrationPolicy::default() };
        let sessions = |idle: Duration, absolute: Duration| SessionPolicy { idle_seconds: idle.as_secs(), absolute_seconds: absolute.as_secs() };
        let tenant = Tenant { preset: self, kept_sessions: None, ..tenant };
        match self {
            Self::Basic => Tenant {
                registration: registered(Registration::Closed),
                sessions: SessionPolicy::default(),
                passwords: PasswordPolicy::default(),
                recovery: Recovery::ByMail,
                ..tenant
            },
            Self::Workforce => Tenant {
                registration: registered(Registration::Invited),
                sessions: sessions(WORKFORCE_IDLE, WORKFORCE_ABSOLUTE),
                passwords: PasswordPolicy::default(),
                recovery: Recovery::ByMail,
                ..tenant
            },
            Self::Regulated => Tenant {
                registration: registered(Registration::Closed),
                sessions: sessions(REGULATED_IDLE, REGULATED_ABSOLUTE),
                passwords: PasswordPolicy { strength: Strength::Strong, history: REGULATED_HISTORY, ..PasswordPolicy::default() },
                recovery: Recovery::Off,
                ..tenant
            },
        }
    }
}

const _: () = assert!(REGULATED_HISTORY as usize <= policy::PASSWORD_HISTORY_MAX);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{Slug, TenantId};
    use crate::tenant::Issuer;
    use crate::timestamp::Timestamp;

    fn tenant() -> Tenant {
        let issuer = Issuer::parse("https://demo.id.example.com").expect("an issuer");
        Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Demo", issuer, Timestamp::from_seconds(0))
    }

    #[test]
    fn the_basic_set_is_what_every_tenant_begins_with() {
        assert_eq!(Preset::default().applied(tenant()), tenant());
    }

    #[test]
    fn each_set_is_stricter_than_the_one_before() {
        let [basic, workforce, regulated] = [Preset::Basic, Preset::Workforce, Preset::Regulated].map(|preset| preset.applied(tenant()));
        for (looser, stricter) in [(&basic, &workforce), (&workforce, &regulated)] {
            assert!(stricter.sessions.idle() < looser.sessions.idle() && stricter.sessions.absolute() < looser.sessions.absolute());
            assert!(stricter.passwords.minimum_alone >= looser.passwords.minimum_alone && stricter.passwords.history >= looser.passwords.history);
        }
        assert_eq!((workforce.preset, workforce.registration.who, workforce.recovery), (Preset::Workforce, Registration::Invited, Recovery::ByMail));
        assert_eq!((regulated.sessions.idle_seconds, regulated.sessions.absolute_seconds), (900, 43_200));
        assert_eq!((regulated.registration.who, regulated.recovery), (Registration::Closed, Recovery::Off));
        assert_eq!((regulated.passwords.strength, regulated.passwords.history), (Strength::Strong, 5));
    }

    #[test]
    fn a_set_changes_nothing_else() {
        let before = Tenant { name: "Other".to_owned(), ..tenant() };
        let after = Preset::Regulated.applied(before.clone());
        assert_eq!((after.id, after.slug, after.name, after.first_issuer), (before.id, before.slug, before.name, before.first_issuer));
    }
}
