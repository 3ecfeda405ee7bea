//! Rows as functions that aren't at hand would leave them.

use domain::client::{Access, Client};
use domain::event::Administered;
use domain::{GroupId, SessionId};
use store::ClientChange;

use super::Scene;
use crate::Stage;
use crate::rows::{Value, text};

impl Scene {
    /// Says that an app, as it was registered, is for a group that nobody is in.
    ///
    /// # Panics
    /// When it isn't there, or was changed.
    pub async fn close_app(&self, client: &Client) {
        let nobody = Access::Groups([GroupId::from_random([9; 16])].into());
        let changed = Client { access: Some(nobody), version: client.version + 1, ..client.clone() };
        let done = Administered::ClientChanged { client_id: changed.id.clone(), version: changed.version };
        let change = self.home().change_client(&changed, &self.event(done.into())).await;
        assert_eq!(change, Ok(ClientChange::Changed));
    }

    /// The person is disabled, as an administrator will do it.
    ///
    /// # Panics
    /// When the person isn't there.
    pub async fn disable(&self, stage: &Stage) {
        self.change_person(stage, "status", Value::S("disabled".to_owned())).await;
    }

    /// Changes an attribute of the person's row.
    ///
    /// # Panics
    /// When the person isn't there.
    pub async fn change_person(&self, stage: &Stage, attribute: &str, value: Value) {
        let rows = stage.rows("identity").await;
        let mut row = rows.into_iter().find(|row| text(row, "sk") == "USER" && text(row, "pk").ends_with(self.person.id.as_str())).expect("a person");
        row.insert(attribute.to_owned(), value);
        stage.overwrite("identity", row).await;
    }

    /// A session is over, as signing out leaves it.
    ///
    /// # Panics
    /// When it isn't there.
    pub async fn end_session(&self, stage: &Stage, session: &SessionId) {
        let rows = stage.rows("identity").await;
        let mut row = rows.into_iter().find(|row| text(row, "sk").ends_with(session.as_str())).expect("a session");
        let ended = [("at", Value::N(self.now().millis().to_string())), ("reason", Value::S("signed_out".to_owned()))];
        row.insert("ended".to_owned(), Value::M(ended.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()));
        stage.overwrite("identity", row).await;
    }

    /// Changes an attribute of every row of this tenant that describes a thing itself (a person, an app, the tenant) in partitions of a kind.
    ///
    /// # Panics
    /// When there is none.
    pub async fn change_row(&self, stage: &Stage, partition: &str, attribute: &str, value: Value) {
        let whole = format!("{partition}{}", self.tenant.record().id);
        let rows = stage.rows("identity").await.into_iter().filter(|row| text(row, "pk").starts_with(&whole) && !text(row, "sk").contains('#'));
        let rows: Vec<_> = rows.collect();
        assert!(!rows.is_empty(), "no row in {partition}");
        for mut row in rows {
            row.insert(attribute.to_owned(), value.clone());
            stage.overwrite("identity", row).await;
        }
    }
}
