//! Who is signed in, in memory: an app of its own would keep this wherever it keeps its sessions.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use openidconnect::CsrfToken;

use crate::relying_party::SignedIn;

/// More sessions than this push out the oldest.
const SESSIONS_MAX: usize = 256;

/// The sessions of this run.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<VecDeque<(String, Arc<SignedIn>)>>);

impl Sessions {
    /// Begins a session; answers its random id.
    pub(crate) fn add(&self, signed_in: SignedIn) -> String {
        let id = CsrfToken::new_random().into_secret();
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.truncate(SESSIONS_MAX - 1);
        sessions.push_front((id.clone(), Arc::new(signed_in)));
        id
    }

    /// What a session knows.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<SignedIn>> {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.iter().find(|(key, _)| key == id).map(|(_, signed_in)| Arc::clone(signed_in))
    }

    /// What a session knows from now on, if it is there still.
    pub(crate) fn replace(&self, id: &str, signed_in: SignedIn) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = sessions.iter_mut().find(|(key, _)| key == id) {
            *known = Arc::new(signed_in);
        }
    }

    /// Ends a session, if there is one.
    pub(crate) fn remove(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(key, _)| key != id);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::relying_party::Kept;

    fn somebody() -> SignedIn {
        let kept = Kept::of_somebody();
        SignedIn { header: Map::new(), claims: Map::new(), userinfo: Ok(Map::new()), scopes: Vec::new(), refreshes: 0, kept }
    }

    #[test]
    fn a_session_knows_what_it_was_told_last_until_it_ends() {
        let sessions = Sessions::default();
        let id = sessions.add(somebody());
        sessions.replace(&id, SignedIn { refreshes: 1, ..somebody() });
        assert_eq!(sessions.find(&id).map(|known| known.refreshes), Some(1));
        sessions.remove(&id);
        sessions.replace(&id, somebody());
        assert!(sessions.find(&id).is_none());
    }

    #[test]
    fn the_newest_sessions_are_kept_and_the_oldest_is_pushed_out() {
        let sessions = Sessions::default();
        let first = sessions.add(somebody());
        assert!(sessions.find(&first).is_some());
        let others: Vec<_> = (0..SESSIONS_MAX).map(|_| sessions.add(somebody())).collect();
        assert!(sessions.find(&first).is_none());
        assert!(others.iter().all(|id| sessions.find(id).is_some()));
    }
}
