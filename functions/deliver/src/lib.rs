//! Sends what is due. A nudge names a delivery; the row in `work` decides whether it is sent, and remembers what became of it.

mod backchannel_logout;
mod delete_account;
mod delete_photo;
mod end_sessions;
mod erase_tenant;
mod mail;
mod sms;

use std::sync::Arc;

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use aws_lambda_events::event::streams::{SqsBatchItemFailure, SqsEventResponse};
use cloud::egress::Egress;
use cloud::mail::Mailer;
use cloud::objects::Objects;
use cloud::queue::Nudges;
use cloud::sms::Texter;
use domain::delivery::{Channel, Delivery, DeliveryId, DeliveryState, Try, after};
use domain::key_ring::Purpose;
use domain::{Timestamp, policy};
use futures_util::future::join_all;
use runtime::tenants::{Name, Needs, Signing, Tenants};
use runtime::{Clock, Failure, HomeRegion, Platform, Random};
use store::{Directory, Lease, Work};

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing, Purpose::People, Purpose::Signing], signing: Signing::Signs };

/// What its role may do: read the directory's zone, write, lease and settle deliveries, read the event, its person, sign-up or invitation and their apps, seal
/// links and codes, send mail and text messages, sign, call addresses that apps registered, nudge; end sessions that were cut off, delete accounts whose time has come,
/// and photos that no record points to; erase tenants whose time has come, and say in the directory that their slugs name nobody and their domains
/// lead nowhere.
pub struct Deps {
    work: Work,
    directory: Directory,
    region: HomeRegion,
    tenants: Arc<Tenants>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    mailer: Arc<dyn Mailer>,
    texter: Arc<dyn Texter>,
    nudges: Arc<dyn Nudges>,
    egress: Arc<dyn Egress>,
    objects: Arc<dyn Objects>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform, mailer: Arc<dyn Mailer>, texter: Arc<dyn Texter>, nudges: Arc<dyn Nudges>, egress: Arc<dyn Egress>) -> Self {
        Self {
            work: platform.store.work(),
            directory: platform.store.directory(),
            region: HomeRegion::new(platform),
            tenants: Arc::new(Tenants::new(platform, NEEDS)),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
            mailer,
            texter,
            nudges,
            egress,
            objects: platform.objects.clone(),
        }
    }
}

/// Sends a batch of nudges, each apart from the others: all at once, so that an app that is slow to answer keeps no other waiting.
pub async fn receive(deps: &Deps, event: SqsEvent) -> SqsEventResponse {
    let mut answer = SqsEventResponse::default();
    let delivered = join_all(event.records.iter().map(|message| deliver_message(deps, message))).await;
    for (message, delivered) in event.records.iter().zip(delivered) {
        if let Err(failure) = delivered {
            tracing::error!(message_id = message.message_id, %failure, "a nudge was not worked off");
            let mut failed = SqsBatchItemFailure::default();
            failed.item_identifier.clone_from(&message.message_id);
            answer.batch_item_failures.push(failed);
        }
    }
    answer
}

async fn deliver_message(deps: &Deps, message: &SqsMessage) -> Result<(), Failure> {
    let Some(Ok(id)) = message.body.as_deref().map(serde_json::from_str::<DeliveryId>) else {
        // A nudge that names nothing is dropped: the due row, if there is one, brings another.
        tracing::error!(message_id = message.message_id, "a nudge that names no delivery");
        return Ok(());
    };
    deliver(deps, &id).await
}

/// Sends one delivery if it is due, its tenant is at home here and nobody else is at it.
pub async fn deliver(deps: &Deps, id: &DeliveryId) -> Result<(), Failure> {
    let now = deps.clock.now();
    let Some(delivery) = deps.work.find_delivery(id).await?.filter(|delivery| is_due(delivery, now)) else { return Ok(()) };
    // Due rows are replicated and swept in every region; a lease is worth something only where all others ask for it.
    if !deps.region.is_home_of(&id.tenant).await? {
        return Ok(());
    }
    let Lease::Leased(leased) = deps.work.lease(&delivery, now.plus(policy::DELIVERY_LEASE)).await? else { return Ok(()) };
    let tried = send(deps, &leased, now).await;
    let jitter = u32::from_be_bytes(deps.random.bytes());
    let state = after(tried, leased.attempts, jitter, deps.clock.now());
    if matches!(state, DeliveryState::Parked { .. }) {
        tracing::error!(alarm = "delivery_parked", tenant = id.tenant.as_str(), event = id.event.as_str(), "a delivery was given up");
    }
    deps.work.settle(&leased, state).await?;
    Ok(())
}

fn is_due(delivery: &Delivery, now: Timestamp) -> bool {
    matches!(delivery.state, DeliveryState::Due { due_at } if due_at <= now)
}

async fn send(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Try {
    let tried = match &delivery.id.channel {
        Channel::MailNewBrowser => mail::send(deps, delivery, mail::new_browser::compose(deps, delivery, now)).await,
        Channel::MailSignUp => mail::send(deps, delivery, mail::sign_up::compose(deps, delivery, now)).await,
        Channel::MailInvitation => mail::send(deps, delivery, mail::invitation::compose(deps, delivery, now)).await,
        Channel::MailPasswordReset => mail::send(deps, delivery, mail::password_reset::compose(deps, delivery, now)).await,
        Channel::MailPasswordChanged => mail::send(deps, delivery, mail::password_changed::compose(deps, delivery, now)).await,
        Channel::MailEmailChange => mail::send(deps, delivery, mail::email_change::compose(deps, delivery, now)).await,
        Channel::MailEmailChanged => mail::send(deps, delivery, mail::email_changed::compose(deps, delivery, now)).await,
        Channel::SmsPhoneCode => sms::send(deps, delivery, sms::phone_code::compose(deps, delivery, now)).await,
        Channel::MailPhoneChanged => mail::send(deps, delivery, mail::phone_changed::compose(deps, delivery, now)).await,
        Channel::SmsPhoneChanged => sms::send(deps, delivery, sms::phone_changed::compose(deps, delivery, now)).await,
        Channel::MailDeletion => mail::send(deps, delivery, mail::deletion::compose(deps, delivery, now)).await,
        Channel::DeletePhoto => delete_photo::delete(deps, delivery, now).await,
        Channel::DeleteAccount => delete_account::delete(deps, delivery, now).await,
        Channel::EraseTenant => erase_tenant::erase(deps, delivery, now).await,
        Channel::EndSessions => end_sessions::end(deps, delivery, now).await,
        Channel::BackchannelLogout => backchannel_logout::fan_out(deps, delivery, now).await,
        Channel::LogoutToken(client) => backchannel_logout::tell(deps, delivery, client, now).await,
    };
    tried.unwrap_or_else(|failure| {
        tracing::warn!(%failure, attempts = delivery.attempts, "not composed for now");
        Try::FailedForNow
    })
}

impl Deps {
    async fn tenant(&self, delivery: &Delivery, now: Timestamp) -> Result<Option<Arc<runtime::TenantContext>>, Failure> {
        let visit = self.tenants.find_standing(&Name::Id(delivery.id.tenant.clone()), now).await?;
        Ok(visit.map(|visit| visit.tenant))
    }
}
