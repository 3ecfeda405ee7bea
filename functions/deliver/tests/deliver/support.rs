//! A stage with the function on it, and deliveries that are due.

use std::sync::Arc;

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use deliver::Deps;
use domain::delivery::{Channel, Delivery, DeliveryId, DeliveryState};
use domain::event::{Browser, EventKind, RecordedEvent};
use runtime::Clock;
use store::event_shard;
use testkit::{Handset, Inbox, LocalEgress, LocalQueue, Scene, Stage};

pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) handset: Arc<Handset>,
    pub(crate) nudges: Arc<LocalQueue>,
    pub(crate) egress: Arc<LocalEgress>,
    pub(crate) deps: Deps,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let (inbox, handset) = (Arc::new(Inbox::default()), Arc::new(Handset::default()));
    let (nudges, egress) = (Arc::new(LocalQueue::default()), Arc::new(LocalEgress::default()));
    let deps = Deps::new(&stage.platform, inbox.clone(), handset.clone(), nudges.clone(), egress.clone());
    Place { stage, scene, inbox, handset, nudges, egress, deps }
}

/// The nudge for a delivery.
pub(crate) fn nudge(id: &DeliveryId) -> String {
    serde_json::to_string(id).expect("JSON")
}

impl Place {
    /// A delivery as `relay` writes it for a sign-in from a new browser.
    pub(crate) async fn due(&self) -> DeliveryId {
        self.due_for(&self.scene.signed_in(Browser::New).await).await
    }

    pub(crate) async fn due_for(&self, event: &RecordedEvent) -> DeliveryId {
        self.due_by(Channel::MailNewBrowser, event).await
    }

    /// A delivery of an event by any channel.
    pub(crate) async fn due_by(&self, channel: Channel, event: &RecordedEvent) -> DeliveryId {
        let id = DeliveryId { tenant: event.tenant.clone(), event: event.id.clone(), channel };
        let state = DeliveryState::Due { due_at: self.stage.clock.now() };
        let delivery = Delivery { id: id.clone(), event_at: event.at, event_shard: event_shard(&event.subject), attempts: 0, state };
        self.stage.platform.store.work().write_delivery(&delivery).await.expect("a delivery");
        id
    }

    /// An event about Ada, and the delivery that it causes.
    pub(crate) async fn due_about_ada(&self, kind: EventKind, channel: Channel) -> DeliveryId {
        let event = self.scene.personal_event(kind).await;
        self.scene.home().record_event(&event).await.expect("an event");
        self.due_by(channel, &event).await
    }

    /// Hands over a batch; says which messages were named as failed.
    pub(crate) async fn receive(&self, bodies: &[String]) -> Vec<String> {
        let mut event = SqsEvent::default();
        for (number, body) in bodies.iter().enumerate() {
            let mut message = SqsMessage::default();
            message.message_id = Some(format!("message-{number}"));
            message.body = Some(body.clone());
            event.records.push(message);
        }
        let answer = deliver::receive(&self.deps, event).await;
        answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier.unwrap_or_default()).collect()
    }

    pub(crate) async fn nudge(&self, id: &DeliveryId) {
        assert!(self.receive(&[nudge(id)]).await.is_empty());
    }

    pub(crate) async fn state(&self, id: &DeliveryId) -> DeliveryState {
        self.delivery(id).await.state
    }

    pub(crate) async fn delivery(&self, id: &DeliveryId) -> Delivery {
        self.stage.platform.store.work().find_delivery(id).await.expect("an answer").expect("a delivery")
    }

    /// What the sweep of due rows finds now.
    pub(crate) async fn swept(&self) -> Vec<DeliveryId> {
        let work = self.stage.platform.store.work();
        let mut due = Vec::new();
        for shard in 0..domain::policy::DUE_SHARDS {
            due.extend(work.list_due(shard, self.stage.clock.now(), 100).await.expect("an answer").rows);
        }
        due
    }
}
