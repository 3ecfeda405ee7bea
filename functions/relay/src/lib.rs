//! Reads the stream of events: writes what is to be delivered, and when a session may run out, to `work`, and nudges `deliver`. It calls nobody else.

mod record;

use std::sync::Arc;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use cloud::queue::Nudges;
use domain::delivery::{Channel, Delivery, DeliveryId, DeliveryState, caused_by};
use domain::event::RecordedEvent;
use domain::session::Expiry;
use runtime::{Clock, Failure, HomeRegion, Platform};
use store::{Store, event_shard};

use record::{Change, Unreadable};

/// What its role may do: read the directory's zone, write deliveries and when a session is to be looked at, nudge.
pub struct Deps {
    store: Store,
    region: HomeRegion,
    clock: Arc<dyn Clock>,
    nudges: Arc<dyn Nudges>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform, nudges: Arc<dyn Nudges>) -> Self {
        Self { store: platform.store.clone(), region: HomeRegion::new(platform), clock: platform.clock.clone(), nudges }
    }
}

/// Why a record was not relayed; Lambda hands it over again, then alone, then to the on-failure target.
#[derive(Debug, thiserror::Error)]
enum NotRelayed {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Relays a batch. Records come in order, so the first that fails ends the batch and is named in the answer.
pub async fn receive(deps: &Deps, event: Event) -> DynamoDbEventResponse {
    let mut answer = DynamoDbEventResponse::default();
    let mut written = Vec::new();
    for record in &event.records {
        match relay_record(deps, record).await {
            Ok(deliveries) => written.extend(deliveries),
            Err(reason) => {
                tracing::error!(sequence_number = record.change.sequence_number, %reason, "a record was not relayed");
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier.clone_from(&record.change.sequence_number);
                answer.batch_item_failures.push(failure);
                break;
            }
        }
    }
    // A nudge that is lost heals: the due rows stand, and webhook-retry sweeps them.
    if !written.is_empty()
        && let Err(error) = deps.nudges.nudge(&written).await
    {
        tracing::warn!(%error, "nudges were lost");
    }
    answer
}

async fn relay_record(deps: &Deps, record: &EventRecord) -> Result<Vec<DeliveryId>, NotRelayed> {
    let now = deps.clock.now();
    match record::read(record, now)? {
        Change::Recorded(event) => relay_event(deps, &event).await.map_err(NotRelayed::from),
        Change::Expired => Ok(Vec::new()),
        // SECURITY: nobody may change or delete an event; whoever did has rights that no role of ours grants.
        Change::Tampered => {
            tracing::error!(alarm = "event_tampered", event_id = record.event_id, "an event was changed or deleted before its time");
            Ok(Vec::new())
        }
    }
}

async fn relay_event(deps: &Deps, event: &RecordedEvent) -> Result<Vec<DeliveryId>, Failure> {
    let (channels, expiry) = (caused_by(&event.kind), Expiry::arranged_by(event));
    let causes_nothing = channels.is_empty() && expiry.is_none();
    // Each replica has its own stream with every region's writes; only the tenant's home acts on them.
    if causes_nothing || !deps.region.is_home_of(&event.tenant).await? {
        return Ok(Vec::new());
    }
    if let Some(expiry) = expiry {
        deps.store.work().write_expiry(&expiry).await?;
    }
    write_deliveries(deps, event, channels).await
}

async fn write_deliveries(deps: &Deps, event: &RecordedEvent, channels: &[Channel]) -> Result<Vec<DeliveryId>, Failure> {
    let mut written = Vec::new();
    for channel in channels {
        let id = DeliveryId { tenant: event.tenant.clone(), event: event.id.clone(), channel: channel.clone() };
        let state = DeliveryState::Due { due_at: channel.first_due(&event.kind, deps.clock.now()) };
        let delivery = Delivery { id: id.clone(), event_at: event.at, event_shard: event_shard(&event.subject), attempts: 0, state };
        // Seen before is fine: the stream hands over at least once, and the nudge may be what was lost.
        deps.store.work().write_delivery(&delivery).await?;
        written.push(id);
    }
    Ok(written)
}
