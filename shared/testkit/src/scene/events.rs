//! Events about the scene's person.

use domain::event::{EventKind, Personal, RecordedEvent};
use store::PersonKeys;

use super::Scene;

impl Scene {
    /// An event about the person that happens now, with what is personal about it.
    ///
    /// # Panics
    /// When the person has no key.
    pub async fn personal_event(&self, kind: EventKind) -> RecordedEvent {
        let [address, country, user_agent] = ["198.51.100.7", "DE", "Firefox/150.0"].map(|text| Some(text.to_owned()));
        self.personal_event_with(kind, Personal { address, country, user_agent, ..Personal::default() }).await
    }

    /// The same with this of what is personal about it.
    ///
    /// # Panics
    /// When the person has no key.
    pub async fn personal_event_with(&self, kind: EventKind, personal: Personal) -> RecordedEvent {
        let keys = PersonKeys::of(self.person.id.clone()).with_user_key();
        let wrapped = self.home().read_person(&keys).await.expect("an answer").user_key;
        let person = (&self.person.id, wrapped.as_ref());
        self.tenant.event_about(person, kind, personal, (&*self.random, self.now())).expect("an event")
    }
}
