//! Photos that no record points to are removed, and no other.

use cloud::objects::{ObjectName, Objects};
use domain::PhotoId;
use domain::delivery::{Channel, DeliveryState};
use domain::event::EventKind;
use domain::policy;
use runtime::Clock;
use testkit::rows::value;

use crate::support::{Place, place};

const PHOTO: [u8; 16] = [1; 16];

impl Place {
    /// Keeps a photo that Ada's record points to, or doesn't.
    async fn photo(&self, is_shown: bool) -> PhotoId {
        let photo = PhotoId::from_random(PHOTO);
        let tenant = &self.scene.tenant;
        let name = ObjectName::of(tenant.record().id.clone(), photo.clone());
        self.stage.objects.put(&tenant.placement().home, &name, b"jpeg".to_vec()).await.expect("it is kept");
        if is_shown {
            let shown = self.scene.person.with_photo(&tenant.record().first_issuer, &photo, self.stage.clock.now());
            self.scene.change_person(&self.stage, "profile", value(&shown.profile)).await;
        }
        photo
    }
}

#[tokio::test]
async fn a_photo_is_removed_unless_the_record_points_to_it() {
    for (is_shown, kept) in [(true, 1), (false, 0)] {
        let kinds = |photo: &PhotoId| {
            let former = Some(photo.clone());
            [
                EventKind::PhotoKept { photo: photo.clone() },
                EventKind::PhotoChanged { version: 2, former: former.clone() },
                EventKind::AccountDeleted { photo: former },
            ]
        };
        for kind in kinds(&PhotoId::from_random(PHOTO)) {
            let place = place().await;
            place.photo(is_shown).await;
            let id = place.due_about_ada(kind.clone(), Channel::DeletePhoto).await;
            for _ in 0..2 {
                place.nudge(&id).await;
                assert_eq!(place.stage.objects.names().len(), kept, "{kind:?}");
            }
            assert_eq!(place.state(&id).await, DeliveryState::Done { at: place.stage.clock.now() });
        }
    }
}

#[tokio::test]
async fn a_photo_is_removed_where_the_record_points_to_another() {
    let place = place().await;
    place.photo(true).await;
    let id = place.due_about_ada(EventKind::PhotoKept { photo: PhotoId::from_random([2; 16]) }, Channel::DeletePhoto).await;
    let tenant = &place.scene.tenant;
    let other = ObjectName::of(tenant.record().id.clone(), PhotoId::from_random([2; 16]));
    place.stage.objects.put(&tenant.placement().home, &other, b"jpeg".to_vec()).await.expect("it is kept");
    place.nudge(&id).await;
    let shown = ObjectName::of(tenant.record().id.clone(), PhotoId::from_random(PHOTO));
    assert_eq!(place.stage.objects.names(), [shown.to_string()]);
}

#[tokio::test]
async fn where_there_was_no_photo_before_nothing_is_removed() {
    let place = place().await;
    place.photo(false).await;
    for kind in [EventKind::PhotoChanged { version: 2, former: None }, EventKind::AccountDeleted { photo: None }] {
        let id = place.due_about_ada(kind, Channel::DeletePhoto).await;
        place.nudge(&id).await;
        assert_eq!(place.state(&id).await, DeliveryState::Done { at: place.stage.clock.now() });
    }
    assert_eq!(place.stage.objects.names().len(), 1);
}

#[tokio::test]
async fn a_photo_that_cannot_be_reached_is_removed_later() {
    let place = place().await;
    let photo = place.photo(false).await;
    let id = place.due_about_ada(EventKind::PhotoKept { photo }, Channel::DeletePhoto).await;
    place.stage.objects.be_down(true);
    place.nudge(&id).await;
    assert!(matches!(place.state(&id).await, DeliveryState::Due { .. }));
    place.stage.objects.be_down(false);
    place.stage.clock.advance(policy::DELIVERY_FIRST_BACKOFF);
    place.nudge(&id).await;
    assert!(place.stage.objects.names().is_empty());
}
