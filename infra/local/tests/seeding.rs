//! The demo is made once, however often and wherever the seed was cut off, and the file always says how to sign in.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crypto::SymmetricKey;
use domain::{Region, ZoneName};
use local::seed::{Addresses, Document, SeedError, Standing, invent, plant, seed};
use runtime::{Platform, TenantRouting};
use testkit::{Embedded, FixedClock, LocalKeys, MemoryDns, MemoryObjects, SeededRandom};

const BASE_URL: &str = "http://localhost:8090";

fn platform(tables: &Embedded) -> Platform {
    let random = Arc::new(SeededRandom::new(1));
    let objects = Arc::new(MemoryObjects::default());
    Platform {
        store: tables.store(),
        objects: objects.clone(),
        parts: objects.clone(),
        links: objects,
        dns: Arc::new(MemoryDns::default()),
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
    assert_eq!(planted.things.len(), 8);
    assert!(planted.things.iter().all(|(_, standing)| *standing == Standing::Before), "{planted:?}");
}

#[test]
fn the_program_seeds_the_tables_of_an_endpoint_and_says_the_same_when_it_is_run_again() {
    let (tables, file, key) = (Embedded::memory(), File::new("program"), File::new("key"));
    fs::write(&key.0, [9; 32]).expect("a key file");
    let mut program = Command::new(env!("CARGO_BIN_EXE_seed"));
    program.args(["--endpoint", tables.endpoint().as_str(), "--region", tables.region().as_str(), "--zone", "test", "--base-url", BASE_URL]);
    program.args(["--kms-key", &format!("file:{}", key.0.display()), "--output"]).arg(&file.0);
    program.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    let mut run = || {
        let output = program.output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (String::from_utf8(output.stdout).expect("UTF-8"), Document::read(&file.0).expect("a file").expect("it was written"))
    };
    let (said, document) = run();
    assert_eq!(run(), (said.clone(), document.clone()));
    assert_eq!(document.tenants["demo"].issuer, format!("{BASE_URL}/t/demo"));
    assert!(said.contains(&document.tenants["demo"].users[0].password), "{said}");
}

/// The program with arguments that make many, at these tables.
fn many(tables: &Embedded, (key, file): (&File, &File)) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_seed"));
    program.args(["--endpoint", tables.endpoint().as_str(), "--region", tables.region().as_str(), "--zone", "test", "--base-url", BASE_URL]);
    program.args(["--kms-key", &format!("file:{}", key.0.display()), "--people", "1000", "--tenants", "3", "--output"]).arg(&file.0);
    program.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    program
}

#[test]
fn a_program_that_is_killed_on_its_way_to_many_goes_on_where_it_was() {
    let (tables, file, key) = (Embedded::memory(), File::new("many"), File::new("many-key"));
    fs::write(&key.0, [9; 32]).expect("a key file");
    let mut first = many(&tables, (&key, &file)).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the program runs");
    let lines = BufReader::new(first.stderr.take().expect("its standard error")).lines();
    let mut told: Vec<String> = lines.map_while(Result::ok).take_while(|line| line != "people 200 of 1000").collect();
    first.kill().expect("it isn't over");
    assert!(!first.wait().expect("its end").success(), "it was killed");
    assert_eq!(told.pop().as_deref(), Some("people 100 of 1000"));
    assert!(told.contains(&"tenants 3 of 3".to_owned()), "{told:?}");

    let second = many(&tables, (&key, &file)).output().expect("the program runs");
    let said = String::from_utf8(second.stdout).expect("UTF-8");
    assert!(second.status.success() && said.contains("tenants   0 made, 3 stood before"), "{said}");
    let people = said.lines().find_map(|line| line.strip_prefix("people    ")).expect("a line on people");
    let numbers: Vec<usize> = people.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!(numbers.iter().sum::<usize>() == 1_000 && numbers.iter().all(|number| *number >= 100), "{people}");
    let third = many(&tables, (&key, &file)).output().expect("the program runs");
    assert!(String::from_utf8_lossy(&third.stdout).contains("people    0 made, 1000 stood before"));
}
