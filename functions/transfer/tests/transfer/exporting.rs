use std::collections::BTreeMap;

use crypto::password;
use domain::transfer::{Format, JobState, Place as At};
use domain::user::User;
use domain::{Secret, policy};
use testkit::transport::Crash;
use transfer::work;

use crate::support::{Place, place};

const HASH: &str = "$2b$05$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK";

/// Some people beside Ada, one of whom has a hash of elsewhere.
async fn peopled() -> Place {
    let place = place().await;
    let file =
        format!("username,email,name,sub,status,password_hash\ngrace,grace@example.org,'=Grace,auth0|1,,{HASH}\nalan,,\"Turing, Alan\",,disabled,\n");
    place.import(Format::Csv, file.as_bytes()).await;
    place.work().await;
    place
}

/// What stays the same of somebody who is brought to another tenant.
fn same(user: &User) -> User {
    let user = user.clone();
    let time = user.created_at;
    User { imported: None, version: 1, not_before: time, updated_at: time, ..user }
}

#[tokio::test]
async fn what_is_exported_and_imported_elsewhere_are_the_same_people() {
    for format in [Format::Csv, Format::Ndjson] {
        let place = peopled().await;
        let job = place.export(format, true).await;
        place.work().await;
        let done = place.job(&job).await;
        assert_eq!((done.state, done.progress.rows, done.place.clone()), (JobState::Done, 3, At::List { parts: 1, after: None }));
        let file = place.written(&job, 1);
        let other = place.stage.tenant_called("empty", "Empty").await;
        // Ada is there already, by her names; the others are new.
        let import = place.import_into(&other, format, file.as_bytes()).await;
        place.work().await;
        let ended = other.home().find_job(&import.id).await.expect("an answer").expect("a job");
        assert_eq!((ended.progress.created, ended.progress.refused), (2, 1), "{file}");
        let by_sub = |people: Vec<User>| people.iter().map(|user| (user.sub.clone(), same(user))).collect::<BTreeMap<_, _>>();
        let (here, there) = (by_sub(place.people(&place.scene).await), by_sub(place.people(&other).await));
        let mut brought = 0;
        for (sub, user) in &here {
            if let Some(copy) = there.get(sub) {
                // An id is drawn where the `sub` isn't one.
                assert_eq!(User { id: user.id.clone(), ..copy.clone() }, *user, "{file}");
                brought += 1;
            }
        }
        assert_eq!(brought, 2);
        let grace = there.values().find(|user| user.username.as_deref() == Some("grace")).expect("somebody");
        let passwords = other.home().read_passwords(&[grace.id.clone()]).await.expect("an answer");
        let stored = other.tenant.open_password_hash(&grace.id, &passwords[&grace.id].sealed_hash).expect("a hash");
        assert_eq!(password::export(&stored), Secret::new(HASH.to_owned()));
    }
}

#[tokio::test]
async fn hashes_are_in_a_file_only_where_they_are_asked_for() {
    let place = peopled().await;
    for (hashes, count) in [(false, 0), (true, 2)] {
        let job = place.export(Format::Ndjson, hashes).await;
        place.work().await;
        let file = place.written(&job, 1);
        assert_eq!((file.lines().count(), file.matches("password_hash").count(), file.contains("imported:")), (3, count, false), "{file}");
        assert_eq!(file.contains("$argon2id$") && file.contains(HASH), hashes);
    }
}

#[tokio::test]
async fn a_password_that_is_locked_or_has_to_be_changed_is_in_no_file() {
    let place = peopled().await;
    let ada = &place.scene.person.id;
    let home = place.scene.home();
    let password = home.read_passwords(&[ada.clone()]).await.expect("an answer").remove(ada).expect("a password");
    let kind = domain::event::Administered::PasswordChangeRequired { credential_version: 2 };
    assert!(
        home.outlive_password(ada, &password.outlived(place.stage.platform.clock.now()), &place.scene.event(kind.into())).await.expect("an answer")
    );
    let job = place.export(Format::Ndjson, true).await;
    place.work().await;
    assert_eq!(place.written(&job, 1).matches("password_hash").count(), 1);
}

#[tokio::test]
async fn an_export_that_is_killed_at_any_request_is_written_whole_by_the_next_run() {
    let mut place = peopled().await;
    for crash in [Crash::Before, Crash::After] {
        for nth in 1..60 {
            let job = place.export(Format::Csv, true).await;
            place.restart();
            place.stage.faulty.crash_at(nth, crash);
            let ended = place.stage.faulty.until_crash(work(&place.deps)).await;
            place.stage.faulty.heal();
            place.restart();
            if ended.is_err() {
                place.stage.clock.advance(policy::TRANSFER_LEASE);
                place.work().await;
            }
            let done = place.job(&job).await;
            assert_eq!((done.state, done.progress.rows), (JobState::Done, 3), "{crash:?} {nth}");
            let At::List { parts, .. } = done.place else { panic!("a list") };
            assert_eq!(place.written(&job, parts).lines().count(), 4, "{crash:?} {nth}");
            if ended.is_ok() {
                assert!(nth > 8);
                break;
            }
            assert!(nth < 59, "it never ends");
        }
    }
}
