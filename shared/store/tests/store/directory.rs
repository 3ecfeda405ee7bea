//! The directory: slugs, zones and their epochs.

use domain::{Epoch, Region, Slug, Timestamp, Zone, ZoneName};
use futures_util::future::join_all;
use store::{EpochMove, SlugPlace, SlugState, StoreError, ZoneCreation};
use testkit::Embedded;

use crate::support::{NOW, later, rows};

fn zone() -> Zone {
    Zone {
        name: ZoneName::new("eu"),
        regions: vec![Region::new("eu-west-1"), Region::new("eu-central-1")],
        epoch: Epoch(0),
        epoch_began_at: Timestamp::from_seconds(0),
    }
}

fn place(tenant: u8) -> SlugPlace {
    SlugPlace { tenant: domain::TenantId::from_random([tenant; 16]), zone: ZoneName::new("eu"), state: SlugState::Claimed }
}

#[tokio::test]
async fn a_slug_names_one_tenant_for_ever() {
    let embedded = Embedded::memory();
    let directory = &embedded.store().directory();
    let slug = &Slug::parse("demo").expect("a slug");
    assert_eq!(directory.find_slug(slug, &place(1).zone).await, Ok(None));
    let claims = join_all((0..50).map(|tenant| async move { directory.claim_slug(slug, &place(tenant)).await })).await;
    let winners: Vec<u8> = (0..50).filter(|tenant| claims[usize::from(*tenant)] == Ok(place(*tenant))).collect();
    assert_eq!(winners.len(), 1);
    assert!(claims.iter().all(|claim| *claim == Ok(place(winners[0]))), "everybody learns whose it is");
    assert_eq!(directory.claim_slug(slug, &place(winners[0])).await, Ok(place(winners[0])));
    assert_eq!(directory.find_slug(slug, &place(1).zone).await, Ok(Some(place(winners[0]))));
}

#[tokio::test]
async fn an_epoch_moves_by_one_from_where_it_is_seen() {
    let embedded = Embedded::memory();
    let directory = embedded.store().directory();
    let name = zone().name;
    assert_eq!(directory.find_zone(&name).await, Ok(None));
    assert_eq!(directory.put_zone(&zone()).await, Ok(ZoneCreation::Created));
    assert_eq!(directory.put_zone(&zone()).await, Ok(ZoneCreation::Taken));
    assert_eq!(directory.move_epoch(&name, Epoch(0), NOW).await, Ok(EpochMove::Moved));
    assert_eq!(directory.move_epoch(&name, Epoch(0), later(1)).await, Ok(EpochMove::Stale));
    assert_eq!(directory.find_zone(&name).await, Ok(Some(Zone { epoch: Epoch(1), epoch_began_at: NOW, ..zone() })));
}

#[tokio::test]
async fn moving_the_epoch_of_no_zone_makes_none() {
    let embedded = Embedded::memory();
    let directory = embedded.store().directory();
    assert_eq!(directory.move_epoch(&zone().name, Epoch(0), NOW).await, Ok(EpochMove::Stale));
    assert!(rows(&embedded, &embedded.tables().expect("six tables").directory).await.is_empty());
}

#[tokio::test]
async fn a_zone_without_regions_is_corrupt() {
    let embedded = Embedded::memory();
    let directory = embedded.store().directory();
    directory.put_zone(&Zone { regions: Vec::new(), ..zone() }).await.expect("a zone");
    let found = directory.find_zone(&zone().name).await;
    assert_eq!(found, Err(StoreError::Corrupt { key: "directory ZONE#eu ZONE".to_owned() }));
}

#[tokio::test]
async fn each_zone_has_a_system_tenant_of_its_own() {
    let embedded = Embedded::memory();
    let directory = &embedded.store().directory();
    let system = &Slug::system();
    let elsewhere = SlugPlace { zone: ZoneName::new("us"), ..place(2) };
    assert_eq!(directory.claim_slug(system, &place(1)).await, Ok(place(1)));
    assert_eq!(directory.claim_slug(system, &elsewhere).await, Ok(elsewhere.clone()));
    assert_eq!(directory.claim_slug(system, &place(3)).await, Ok(place(1)));
    assert_eq!(directory.find_slug(system, &elsewhere.zone).await, Ok(Some(elsewhere.clone())));
    assert_eq!(directory.find_slug(system, &place(1).zone).await, Ok(Some(place(1))));
}

#[tokio::test]
async fn a_slug_that_was_claimed_is_given_to_its_tenant_and_to_no_other() {
    let embedded = Embedded::memory();
    let directory = &embedded.store().directory();
    let slug = &Slug::parse("demo").expect("a slug");
    directory.claim_slug(slug, &place(1)).await.expect("a claim");
    let given = |tenant| SlugPlace { state: SlugState::Given, ..place(tenant) };
    directory.settle_slug(slug, &given(2)).await.expect("an answer");
    assert_eq!(directory.find_slug(slug, &place(1).zone).await, Ok(Some(place(1))), "it isn't theirs");
    directory.settle_slug(slug, &given(1)).await.expect("an answer");
    assert_eq!(directory.find_slug(slug, &place(1).zone).await, Ok(Some(given(1))));
    directory.settle_slug(&Slug::parse("nobody").expect("a slug"), &given(1)).await.expect("an answer");
    assert_eq!(directory.find_slug(&Slug::parse("nobody").expect("a slug"), &place(1).zone).await, Ok(None));
}
