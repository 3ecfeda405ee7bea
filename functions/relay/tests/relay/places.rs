//! Each replica's stream has every region's writes; only the tenant's home delivers.

use std::sync::Arc;

use domain::event::Browser;
use domain::{Epoch, Region, Timestamp, Zone};
use relay::Deps;
use runtime::Platform;

use crate::support::{batch, place};

#[tokio::test]
async fn a_region_that_is_not_the_tenants_home_delivers_nothing() {
    let mut place = place().await;
    place.scene.signed_in(Browser::New).await;
    let records = place.records();
    let elsewhere = Platform { region: Region::new("eu-central-1"), ..place.stage.platform.clone() };
    let there = Deps::new(&elsewhere, Arc::clone(&place.queue) as _);
    assert!(relay::receive(&there, batch(&records)).await.batch_item_failures.is_empty());
    assert_eq!((place.work().await, place.looks().await.len(), place.queue.take().len()), ((0, 0), 0, 0));
    assert!(place.relay(&records).await.is_empty());
    assert_eq!((place.work().await, place.looks().await.len(), place.queue.take().len()), ((1, 1), 1, 1));
}

#[tokio::test]
async fn of_two_regions_exactly_one_is_home() {
    let mut place = place().await;
    let regions = ["eu-west-1", "eu-central-1"].map(Region::new);
    let zone =
        Zone { name: place.stage.platform.zone.clone(), regions: regions.to_vec(), epoch: Epoch(0), epoch_began_at: Timestamp::from_seconds(0) };
    let home = zone.place(&place.stage.tenant).home;
    let row = place.stage.rows("directory").await.into_iter().find(|row| testkit::rows::text(row, "sk") == "ZONE").expect("a zone");
    let mut row = row;
    let names = regions.iter().map(|region| testkit::rows::Value::S(region.as_str().to_owned())).collect();
    row.insert("regions".to_owned(), testkit::rows::Value::L(names));
    place.stage.overwrite("directory", row).await;
    place.scene.signed_in(Browser::New).await;
    let records = place.records();
    let mut delivered = Vec::new();
    for region in regions {
        let here = Platform { region: region.clone(), ..place.stage.platform.clone() };
        relay::receive(&Deps::new(&here, Arc::clone(&place.queue) as _), batch(&records)).await;
        if !place.queue.take().is_empty() {
            delivered.push(region);
        }
    }
    assert_eq!(delivered, [home]);
}
