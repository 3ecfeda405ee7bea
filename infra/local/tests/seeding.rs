//! The demo is made once, however often and wherever the seed was cut off, and the file always says how to sign in.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crypto::SymmetricKey;
use domain::{Region, ZoneName};
use local::seed::{Addresses, Document, SeedError, Standing, invent, plant, seed};
use runtime::{Platform, TenantRouting};
use testkit::{Embedded, FixedClock, LocalKeys, SeededRandom};

const BASE_URL: &str = "http://localhost:8090";

fn platform(tables: &Embedded) -> Platform {
    let random = Arc::new(SeededRandom::new(1));
    Platform {
        store: tables.store(),
        keys: Arc::new(LocalKeys::new(SymmetricKey::from_bytes([1; 32]), random.clone())),
        clock: Arc::new(FixedClock::default()),
        random,
        zone: ZoneName::new("test"),
        region: tables.region().clone(),
        routing: TenantRouting::ByPath { base_url: BASE_URL.to_owned() },
    }
}

fn addresses() -> Addresses {
    Addresses { base_url: BASE_URL.to_owned(), inbox_url: None, demo_app_url: Some("http://localhost:8091".to_owned()) }
}

fn regions(tables: &Embedded) -> Vec<Region> {
    vec![tables.region().clone()]
}

/// A file that goes with the test.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("countersign-seed-{}-{name}.json", std::process::id())))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        fs::remove_file(&self.0).expect("the seed wrote it");
    }
}

#[tokio::test]
async fn a_second_seed_keeps_everything_and_one_without_the_file_says_what_was_forgotten() {
    let (tables, file) = (Embedded::memory(), File::new("twice"));
    let platform = platform(&tables);
    let first = seed(&platform, regions(&tables), &addresses(), &file.0).await.expect("empty tables");
    let second = seed(&platform, regions(&tables), &addresses(), &file.0).await.expect("the same tables");
    assert_eq!(first, second);
    assert_eq!(Document::read(&file.0).expect("a file"), Some(first));

    fs::remove_file(&file.0).expect("it was written");
    let forgotten = seed(&platform, regions(&tables), &addresses(), &file.0).await.expect_err("nobody knows the password");
    assert!(matches!(forgotten, SeedError::Forgotten { .. }), "{forgotten}");
}

#[tokio::test]
async fn a_seed_that_was_cut_off_after_its_file_is_finished_by_the_next() {
    let (tables, file) = (Embedded::memory(), File::new("cut-off"));
    let platform = platform(&tables);
    let written = invent(&platform, &addresses()).expect("a loopback issuer");
    written.write(&file.0).expect("a file");
    let finished = seed(&platform, regions(&tables), &addresses(), &file.0).await.expect("empty tables");
    assert_eq!(finished, written);
    let planted = plant(&platform, regions(&tables), &written).await.expect("the same again");
    assert_eq!(planted.things.len(), 4);
    assert!(planted.things.iter().all(|(_, standing)| *standing == Standing::Before), "{planted:?}");
}
