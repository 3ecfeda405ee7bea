//! Whether a tenant lets anybody in: it does, it is suspended, or it waits to be erased.
//!
//! Nothing is lost by either: a suspended tenant goes on when it is resumed, and one that waits to be erased when it is restored in time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Slug;
use crate::policy;
use crate::timestamp::Timestamp;

/// What a tenant is like, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// It lets people and apps in.
    Active,
    /// It refuses everybody, until it is resumed.
    Suspended,
    /// It refuses everybody and will be erased, unless it is restored before.
    Ending,
}

/// How a tenant stands; it counts the changes of that and of the tenant's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// Counts its changes.
    pub version: u64,
    /// Since when it is suspended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<Timestamp>,
    /// When it will be erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

/// Why a tenant can't stand so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSo {
    /// Who administers the platform would lock themself out.
    #[error("the system tenant stays")]
    System,
    /// It is restored first.
    #[error("the tenant is about to be erased")]
    Ending,
    /// Its time has come: it may be half gone.
    #[error("the tenant is being erased")]
    Over,
}

impl Standing {
    /// Whether it never changed.
    pub const fn is_untouched(&self) -> bool {
        self.version == 0
    }

    /// What it is like, in a word.
    pub const fn status(&self) -> TenantStatus {
        match (self.ends_at, self.suspended_at) {
            (Some(_), _) => TenantStatus::Ending,
            (None, Some(_)) => TenantStatus::Suspended,
            (None, None) => TenantStatus::Active,
        }
    }

    /// Whether it lets anybody in.
    pub const fn is_active(&self) -> bool {
        matches!(self.status(), TenantStatus::Active)
    }

    /// The same under another name.
    #[must_use]
    pub const fn renamed(self) -> Self {
        Self { version: self.version + 1, ..self }
    }

    /// Suspended; `None` where it is already.
    pub fn suspended(self, slug: &Slug, now: Timestamp) -> Result<Option<Self>, NotSo> {
        match self.status() {
            _ if slug.is_system() => Err(NotSo::System),
            TenantStatus::Ending => Err(NotSo::Ending),
            TenantStatus::Suspended => Ok(None),
            TenantStatus::Active => Ok(Some(Self { suspended_at: Some(now), ..self.renamed() })),
        }
    }

    /// Open again; `None` where it is.
    pub const fn resumed(self) -> Result<Option<Self>, NotSo> {
        match self.status() {
            TenantStatus::Ending => Err(NotSo::Ending),
            TenantStatus::Active => Ok(None),
            TenantStatus::Suspended => Ok(Some(Self { suspended_at: None, ..self.renamed() })),
        }
    }

    /// To be erased when the grace is over; `None` where it is already.
    pub fn ending(self, slug: &Slug, now: Timestamp) -> Result<Option<Self>, NotSo> {
        match self.status() {
            _ if slug.is_system() => Err(NotSo::System),
            TenantStatus::Ending => Ok(None),
            TenantStatus::Active | TenantStatus::Suspended => Ok(Some(Self { ends_at: Some(now.plus(policy::TENANT_GRACE)), ..self.renamed() })),
        }
    }

    /// As it stood before it was to be erased; `None` where it isn't to be.
    pub fn restored(self, now: Timestamp) -> Result<Option<Self>, NotSo> {
        match self.ends_at {
            None => Ok(None),
            Some(ends_at) if ends_at <= now => Err(NotSo::Over),
            Some(_) => Ok(Some(Self { ends_at: None, ..self.renamed() })),
        }
    }

    /// Whether it may be erased on behalf of a wish for `due_at`: nobody restored it since.
    pub fn is_over(&self, due_at: Timestamp, now: Timestamp) -> bool {
        self.ends_at == Some(due_at) && due_at <= now
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn demo() -> Slug {
        Slug::parse("demo").expect("a slug")
    }

    fn changed(standing: Result<Option<Standing>, NotSo>) -> Standing {
        standing.expect("it may").expect("it changes")
    }

    #[test]
    fn a_tenant_is_suspended_and_resumed_and_each_change_counts() {
        let active = Standing::default();
        assert!(active.is_active() && active.is_untouched());
        assert_eq!(active.resumed(), Ok(None));
        let suspended = changed(active.suspended(&demo(), NOW));
        assert_eq!((suspended.status(), suspended.version, suspended.is_active()), (TenantStatus::Suspended, 1, false));
        assert_eq!(suspended.suspended(&demo(), NOW), Ok(None));
        let resumed = changed(suspended.resumed());
        assert_eq!((resumed.status(), resumed.version), (TenantStatus::Active, 2));
        assert_eq!(resumed.renamed().version, 3);
    }

    #[test]
    fn a_tenant_that_ends_waits_for_thirty_days_and_comes_back_as_it_stood() {
        let suspended = changed(Standing::default().suspended(&demo(), NOW));
        for before in [Standing::default(), suspended] {
            let ending = changed(before.ending(&demo(), NOW));
            let due_at = NOW.plus(policy::TENANT_GRACE);
            assert_eq!((ending.status(), ending.ends_at), (TenantStatus::Ending, Some(due_at)));
            assert_eq!((ending.suspended(&demo(), NOW), ending.resumed()), (Err(NotSo::Ending), Err(NotSo::Ending)));
            assert_eq!(ending.ending(&demo(), NOW.plus(Duration::from_secs(1))), Ok(None), "its time doesn't begin again");
            assert_eq!(changed(ending.restored(NOW)).status(), before.status());
            let last = Timestamp::from_millis(due_at.millis() - 1);
            assert!(ending.restored(last).is_ok() && !ending.is_over(due_at, last));
            assert!(ending.restored(due_at) == Err(NotSo::Over) && ending.is_over(due_at, due_at));
            let again = changed(changed(ending.restored(NOW)).ending(&demo(), NOW.plus(Duration::from_secs(1))));
            assert!(!again.is_over(due_at, due_at.plus(policy::TENANT_GRACE)), "an older wish erases nothing");
        }
        assert_eq!(Standing::default().restored(NOW), Ok(None));
    }

    #[test]
    fn the_system_tenant_stays() {
        let system = Slug::system();
        assert_eq!(Standing::default().suspended(&system, NOW), Err(NotSo::System));
        assert_eq!(Standing::default().ending(&system, NOW), Err(NotSo::System));
    }

    #[test]
    fn a_tenant_of_before_is_active() {
        assert_eq!(serde_json::from_str::<Standing>("{}").expect("a standing"), Standing::default());
        assert_eq!(serde_json::to_value(Standing::default()).expect("JSON"), serde_json::json!({ "version": 0 }));
    }
}
