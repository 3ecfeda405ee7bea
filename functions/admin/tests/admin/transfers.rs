//! Imports and exports: asked for, sent and fetched by links, followed and ended.

use cloud::parts::{PartName, Parts, Way};
use domain::administration::{AdminRole, Assignment};
use domain::event::Administered;
use domain::transfer::{Place as At, Progress, Reason, RefusedRow};
use domain::{JobId, policy};
use http::{Method, StatusCode};
use runtime::Clock;
use serde_json::{Value, json};
use store::JobChange;
use testkit::{Answer, Call, builders};

use crate::support::{Place, place, problem};

const FILE: &str = "username,name\ngrace,Grace\n,Nobody\nalan,Alan\n";

/// Announces an import of a file.
async fn announce(place: &Place, token: &str, bytes: usize) -> Answer {
    place.create(token, "/imports", &json!({ "format": "csv", "bytes": bytes })).await
}

fn of(made: &Answer) -> String {
    made.header("location").strip_prefix("/admin/v1/tenants/demo").expect("a place below the tenant").to_owned()
}

/// What `transfer` does with a job: it ends with this progress, these lines refused, or this part written.
async fn worked_off(place: &Place, below: &str, progress: Progress, part: Option<&str>) {
    let (home, now) = (place.scene.home(), place.stage.clock.now());
    let id = JobId::parse(below.rsplit('/').next().unwrap_or_default()).expect("an id");
    let job = home.find_job(&id).await.expect("an answer").expect("a job").taken(now).expect("it is free");
    home.take_job(&job).await.expect("an answer");
    for line in 1..=progress.refused {
        let refused = RefusedRow::new(Reason::Invalid, "an account has an address or a username").of_line(line + 2);
        home.note_refused(&job, &refused).await.expect("an answer");
    }
    let mut place_of = job.place.clone();
    if let Some(content) = part {
        let name = PartName { way: Way::Out, tenant: job.tenant.clone(), job: id.clone(), number: 1 };
        let region = &place.scene.tenant.placement().home;
        place.stage.objects.write(region, &name, content.as_bytes().to_vec()).await.expect("it is kept");
        place_of = At::List { parts: 1, after: None };
    }
    let done = job.moved(place_of, progress, now).done();
    let ended = Administered::TransferEnded { job: id, state: done.state, rows: progress.rows, created: progress.created };
    assert_eq!(home.end_job(&done, &place.scene.event(ended.into())).await, Ok(JobChange::Changed));
}

/// An import that was sent and started.
async fn under_way(place: &Place, token: &str) -> String {
    let made = announce(place, token, FILE.len()).await;
    let below = of(&made);
    place.stage.objects.send(made.json()["upload"]["parts"][0]["url"].as_str().expect("a link"), FILE.as_bytes());
    assert_eq!(place.post(token, &format!("{below}/start"), 1).await.status, StatusCode::OK);
    below
}

#[tokio::test]
async fn a_file_is_announced_sent_started_and_told_of() {
    let place = place().await;
    let token = place.token().await;
    let made = announce(&place, &token, FILE.len()).await;
    let (shown, below) = (made.json(), of(&made));
    assert_eq!((made.status, made.header("etag"), shown["state"].as_str()), (StatusCode::CREATED, "\"1\"", Some("awaiting_upload")));
    assert_eq!((shown["upload"]["parts"][0]["number"].as_u64(), shown["upload"]["parts"][0]["bytes"].as_u64()), (Some(1), Some(FILE.len() as u64)));
    assert_eq!(place.get(&token, &below).await.json()["upload"], shown["upload"]);
    place.stage.objects.send(shown["upload"]["parts"][0]["url"].as_str().expect("a link"), FILE.as_bytes());
    let started = place.post(&token, &format!("{below}/start"), 1).await;
    assert_eq!((started.status, started.header("etag"), started.json()["state"].as_str()), (StatusCode::OK, "\"2\"", Some("queued")));
    assert_eq!(started.json()["upload"], Value::Null);
    worked_off(&place, &below, Progress { rows: 3, created: 2, refused: 1 }, None).await;
    let done = place.get(&token, &below).await;
    let counts = ["rows", "created", "refused"].map(|name| done.json()[name].as_u64());
    assert_eq!((done.json()["state"].as_str(), counts, done.header("etag")), (Some("done"), [Some(3), Some(2), Some(1)], "\"3\""));
    let results = place.get(&token, &format!("{below}/results")).await.json();
    let refused = json!({ "line": 3, "reason": "invalid", "detail": "an account has an address or a username" });
    assert_eq!(results, json!({ "items": [refused] }));
}

#[tokio::test]
async fn results_come_a_page_at_a_time_under_a_cursor_of_their_own() {
    let place = place().await;
    let token = place.token().await;
    let below = under_way(&place, &token).await;
    worked_off(&place, &below, Progress { rows: 5, created: 0, refused: 5 }, None).await;
    let (mut lines, mut query) = (vec![], "?limit=2".to_owned());
    loop {
        let page = place.get(&token, &format!("{below}/results{query}")).await.json();
        lines.extend(page["items"].as_array().expect("items").iter().filter_map(|row| row["line"].as_u64()));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=2&cursor={next}");
    }
    assert_eq!(lines, [3, 4, 5, 6, 7]);
    let cursor = query.split_once("cursor=").expect("more than one page").1;
    assert_eq!(problem(&place.get(&token, &format!("/users?cursor={cursor}")).await), (StatusCode::BAD_REQUEST, "cursor".to_owned()));
    let other = of(&announce(&place, &token, 7).await);
    assert_eq!(problem(&place.get(&token, &format!("{other}/results?cursor={cursor}")).await), (StatusCode::BAD_REQUEST, "cursor".to_owned()));
}

#[tokio::test]
async fn a_file_has_a_length_that_is_sent_in_parts() {
    let place = place().await;
    let token = place.token().await;
    for bytes in [0, policy::TRANSFER_BYTES_MAX + 1] {
        let refused = place.create(&token, "/imports", &json!({ "format": "csv", "bytes": bytes })).await;
        assert_eq!(problem(&refused), (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()), "{bytes}");
    }
    for wrong in
        [json!({}), json!({ "format": "xlsx", "bytes": 1 }), json!({ "format": "csv", "bytes": -1 }), json!({ "format": "csv", "bytes": 1, "x": 1 })]
    {
        assert_eq!(problem(&place.create(&token, "/imports", &wrong).await), (StatusCode::BAD_REQUEST, "malformed".to_owned()), "{wrong}");
    }
    let made = place.create(&token, "/imports", &json!({ "format": "ndjson", "bytes": policy::TRANSFER_PART_BYTES + 1 })).await.json();
    let lengths: Vec<_> = made["upload"]["parts"].as_array().expect("parts").iter().filter_map(|part| part["bytes"].as_u64()).collect();
    assert_eq!(lengths, [policy::TRANSFER_PART_BYTES, 1]);
}

#[tokio::test]
async fn a_job_is_started_once_and_ended_once_by_its_version() {
    let place = place().await;
    let token = place.token().await;
    let below = of(&announce(&place, &token, 7).await);
    let start = format!("{below}/start");
    let bare = place.send(&token, Call::new(Method::POST, Place::path(&start))).await;
    assert_eq!(problem(&bare), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()));
    assert_eq!(problem(&place.post(&token, &start, 2).await), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()));
    assert_eq!(place.post(&token, &start, 1).await.status, StatusCode::OK);
    assert_eq!(problem(&place.post(&token, &start, 2).await), (StatusCode::CONFLICT, "past-that".to_owned()));
    let cancelled = place.post(&token, &format!("{below}/cancel"), 2).await;
    assert_eq!((cancelled.status, cancelled.json()["state"].as_str()), (StatusCode::OK, Some("cancelled")));
    assert_eq!(problem(&place.post(&token, &format!("{below}/cancel"), 3).await), (StatusCode::CONFLICT, "past-that".to_owned()));
    let export = of(&place.create(&token, "/exports", &json!({ "format": "csv" })).await);
    assert_eq!(place.post(&token, &format!("{export}/cancel"), 1).await.json()["state"], "cancelled");
}

#[tokio::test]
async fn an_export_is_fetched_when_it_is_done() {
    let place = place().await;
    let token = place.token().await;
    let made = place.create(&token, "/exports", &json!({ "format": "csv" })).await;
    assert_eq!((made.status, made.json()["state"].as_str(), &made.json()["download"]), (StatusCode::CREATED, Some("queued"), &Value::Null));
    worked_off(&place, &of(&made), Progress { rows: 1, ..Progress::default() }, Some("people")).await;
    let done = place.get(&token, &of(&made)).await.json();
    assert_eq!((done["state"].as_str(), done["rows"].as_u64(), done["hashes"].as_bool()), (Some("done"), Some(1), Some(false)));
    let link = done["download"]["parts"][0]["url"].as_str().expect("a link");
    assert_eq!(place.stage.objects.fetch(link), "people");
}

#[tokio::test]
async fn hashes_are_for_an_owner_who_signed_in_just_now() {
    let place = place().await;
    let token = place.token().await;
    let body = json!({ "format": "ndjson", "hashes": true });
    let made = place.create(&token, "/exports", &body).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let below = of(&made);
    worked_off(&place, &below, Progress { rows: 1, ..Progress::default() }, Some("people")).await;
    assert!(place.get(&token, &below).await.json()["download"]["parts"][0]["url"].is_string());
    let session = place.scene.session().await;
    place.stage.clock.advance(policy::FRESH_SIGN_IN);
    let later = place.token().await;
    let api = domain::api::Api::of_administration(place.scene.tenant.record()).expect("an API");
    let (token, _) = place.scene.access_token_for_in(&session, &builders::client(), &api, &["admin"]).await;
    for answer in
        [place.create(&token, "/exports", &body).await, place.get(&token, &below).await, place.post(&token, &format!("{below}/cancel"), 2).await]
    {
        assert_eq!(problem(&answer), (StatusCode::UNAUTHORIZED, "sign-in-again".to_owned()));
        assert!(answer.header("www-authenticate").contains("max_age"));
    }
    assert_eq!(place.get(&later, &below).await.status, StatusCode::OK, "after another sign-in");
    let system = place.stage.tenant_called("system", "System").await;
    place.assign(&system, &system.person.id, Some(Assignment::of(AdminRole::Admin))).await;
    let (admin, _) = system.admin_token(&builders::client(), &["admin"]).await;
    for answer in [place.create(&admin, "/exports", &body).await, place.get(&admin, &below).await] {
        assert_eq!(problem(&answer), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
    }
    assert_eq!(place.create(&admin, "/exports", &json!({ "format": "ndjson" })).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_job_is_found_as_what_it_is_in_its_tenant_while_it_is_remembered() {
    let place = place().await;
    let token = place.token().await;
    let below = of(&announce(&place, &token, 7).await);
    let not_found = (StatusCode::NOT_FOUND, "not-found".to_owned());
    for path in [below.replace("imports", "exports"), "/imports/x".to_owned(), format!("{below}/results/x")] {
        assert_eq!(problem(&place.get(&token, &path).await), not_found, "{path}");
    }
    let other = place.stage.second_tenant().await;
    place.assign(&other, &other.person.id, Some(Assignment::of(AdminRole::Owner))).await;
    let (foreign, _) = other.admin_token(&builders::client(), &["admin"]).await;
    let call = Call::get(format!("/admin/v1/tenants/other{below}"));
    assert_eq!(problem(&place.send(&foreign, call).await), not_found);
    place.stage.clock.advance(policy::TRANSFER_REMEMBERED);
    let later = place.token().await;
    assert_eq!(problem(&place.get(&later, &below).await), not_found);
}

#[tokio::test]
async fn what_is_asked_for_again_under_its_key_is_one_job() {
    let place = place().await;
    let token = place.token().await;
    for (below, body, other) in [
        ("/imports", json!({ "format": "csv", "bytes": 7 }), json!({ "format": "csv", "bytes": 8 })),
        ("/exports", json!({ "format": "csv" }), json!({ "format": "ndjson" })),
    ] {
        let make = async |body: &Value| {
            let call = Call::new(Method::POST, Place::path(below)).with_body("application/json", body.to_string());
            place.send(&token, call.with("idempotency-key", "a")).await
        };
        let (first, again) = (make(&body).await, make(&body).await);
        assert_eq!((again.status, again.json(), again.header("location")), (StatusCode::CREATED, first.json(), first.header("location")));
        assert_eq!(problem(&make(&other).await), (StatusCode::UNPROCESSABLE_ENTITY, "other-request".to_owned()));
    }
}
