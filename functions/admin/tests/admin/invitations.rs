//! Invitations by administrators: what is made, what is shown, and what no path or log holds.

use domain::administration::{AdminRole, Assignment};
use domain::identifier::Canonical;
use domain::invitation::InvitationStatus;
use domain::policy;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::rows::text;
use testkit::{Answer, Call, builders};

use crate::support::{Place, place, problem};

const GRACE: &str = "Grace@Example.org";

fn address(place: &Place, email: &str) -> String {
    let canonical = Canonical::email(email).expect("an address");
    place.scene.tenant.lookup("identifier", canonical.as_str()).expect("a lookup")
}

async fn invite(place: &Place, token: &str, body: &Value) -> Answer {
    place.create(token, "/invitations", body).await
}

async fn post_bare(place: &Place, token: &str, below: &str, version: u64) -> Answer {
    place.send(token, Call::new(Method::POST, Place::path(below)).with("if-match", &format!("\"{version}\""))).await
}

async fn events(place: &Place, kind: &str) -> Vec<testkit::rows::Row> {
    place.stage.rows("events").await.into_iter().filter(|row| text(row, "type") == kind).collect()
}

#[tokio::test]
async fn somebody_is_invited_into_groups_and_roles_under_an_id_that_tells_no_address() {
    let place = place().await;
    let token = place.token().await;
    let group = place.create_group(&token, "Writers").await;
    let body = json!({ "email": GRACE, "given_name": "Grace", "family_name": "Hopper", "locale": "de", "groups": [group] });
    let made = invite(&place, &token, &body).await;
    assert_eq!((made.status, made.header("etag")), (StatusCode::CREATED, "\"1\""), "{}", made.body);
    let id = address(&place, GRACE);
    assert_eq!(made.header("location"), Place::path(&format!("/invitations/{id}")));
    let told = made.json();
    let user = told["user"].as_str().expect("an id").to_owned();
    let ada = place.scene.person.id.as_str();
    let expected = json!({
        "id": id, "user": user, "email": GRACE, "given_name": "Grace", "family_name": "Hopper", "locale": "de", "groups": [group], "roles": [],
        "invited_by": ada, "status": "open", "ends_at": place.scene.person.created_at.plus(policy::INVITATION).rfc3339(),
    });
    assert_eq!(told, expected);
    let shown = place.get(&token, &format!("/invitations/{id}")).await;
    assert_eq!((shown.status, shown.header("etag"), shown.json()), (StatusCode::OK, "\"1\"", expected.clone()));
    assert_eq!(place.get(&token, "/invitations").await.json(), json!({ "items": [expected] }));
    let sent = events(&place, "invitation.sent").await;
    assert_eq!((sent.len(), text(&sent[0], "actor"), text(&sent[0], "actor_kind")), (1, ada, "person"));
}

#[tokio::test]
async fn invitations_are_found_by_how_their_address_begins_a_page_at_a_time() {
    let place = place().await;
    let token = place.token().await;
    for email in ["grace@example.org", "greta@example.org", "Alan@example.org"] {
        assert_eq!(invite(&place, &token, &json!({ "email": email })).await.status, StatusCode::CREATED);
    }
    let emails = |answer: &Answer| -> Vec<String> {
        answer.json()["items"].as_array().expect("items").iter().map(|item| item["email"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(emails(&place.get(&token, "/invitations?email=GR").await), ["grace@example.org", "greta@example.org"]);
    let first = place.get(&token, "/invitations?limit=2").await;
    assert_eq!(emails(&first), ["Alan@example.org", "grace@example.org"]);
    let next = first.json()["next"].as_str().expect("a cursor").to_owned();
    assert_eq!(emails(&place.get(&token, &format!("/invitations?limit=2&cursor={next}")).await), ["greta@example.org"]);
    let elsewhere = place.get(&token, &format!("/users?cursor={next}")).await;
    assert_eq!(problem(&elsewhere), (StatusCode::BAD_REQUEST, "cursor".to_owned()));
}

#[tokio::test]
async fn an_invitation_is_sent_anew_and_taken_back_in_the_version_that_is_named() {
    let place = place().await;
    let token = place.token().await;
    let id = invite(&place, &token, &json!({ "email": GRACE })).await.json()["id"].as_str().expect("an id").to_owned();
    let (below, send) = (format!("/invitations/{id}"), format!("/invitations/{id}/send"));
    let bare = place.send(&token, Call::new(Method::POST, Place::path(&send))).await;
    assert_eq!(problem(&bare), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()));
    assert_eq!(problem(&post_bare(&place, &token, &send, 2).await), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()));
    place.stage.clock.advance(std::time::Duration::from_secs(60));
    let sent = post_bare(&place, &token, &send, 1).await;
    let later = place.scene.person.created_at.plus(std::time::Duration::from_secs(60)).plus(policy::INVITATION).rfc3339();
    assert_eq!((sent.status, sent.header("etag"), sent.json()["ends_at"].as_str()), (StatusCode::OK, "\"2\"", Some(later.as_str())));
    assert_eq!(problem(&place.delete(&token, &below, 1).await).1, "changed-meanwhile");
    let revoked = place.delete(&token, &below, 2).await;
    assert_eq!((revoked.status, revoked.header("etag")), (StatusCode::NO_CONTENT, "\"3\""));
    assert_eq!(place.get(&token, &below).await.json()["status"], "revoked");
    assert_eq!(problem(&post_bare(&place, &token, &send, 3).await), (StatusCode::CONFLICT, "closed".to_owned()));
    assert_eq!(problem(&place.delete(&token, &below, 3).await), (StatusCode::CONFLICT, "closed".to_owned()));
    let standing = place.scene.home().find_invitation(&id).await.expect("an answer").expect("one");
    assert_eq!((standing.version, standing.status), (3, InvitationStatus::Revoked));
    assert_eq!((events(&place, "invitation.sent").await.len(), events(&place, "invitation.revoked").await.len()), (2, 1));
    let again = invite(&place, &token, &json!({ "email": GRACE })).await;
    assert_eq!((again.status, again.json()["id"].as_str()), (StatusCode::CREATED, Some(id.as_str())), "invited anew");
}

#[tokio::test]
async fn nobody_is_invited_who_has_an_account_or_as_what_there_is_not() {
    let place = place().await;
    let token = place.token().await;
    let nowhere = domain::GroupId::from_random([9; 16]).to_string();
    for (body, status, slug) in [
        (json!({ "email": "ADA@example.com" }), 409, "taken"),
        (json!({ "email": "grace" }), 422, "invalid"),
        (json!({ "email": GRACE, "roles": ["admin"] }), 422, "invalid"),
        (json!({ "email": GRACE, "groups": [nowhere] }), 422, "invalid"),
        (json!({ "email": GRACE, "given_name": "a\u{202e}b" }), 422, "invalid"),
        (json!({ "email": GRACE, "locale": "tlh" }), 422, "invalid"),
        (json!({ "email": GRACE, "groups": ["x"] }), 400, "malformed"),
        (json!({ "email": GRACE, "invited_by": "x" }), 400, "malformed"),
        (json!({}), 400, "malformed"),
    ] {
        let answer = invite(&place, &token, &body).await;
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{body}");
    }
    assert_eq!(place.get(&token, "/invitations").await.json(), json!({ "items": [] }));
    let of_nobody = address(&place, GRACE);
    let long = "x".repeat(5000);
    for id in [of_nobody.as_str(), "founding", "grace@example.org", "x", "%00", long.as_str()] {
        for answer in [place.get(&token, &format!("/invitations/{id}")).await, place.delete(&token, &format!("/invitations/{id}"), 1).await] {
            assert_eq!(problem(&answer), (StatusCode::NOT_FOUND, "not-found".to_owned()), "{id}");
        }
    }
    assert_eq!(events(&place, "invitation.sent").await.len(), 0);
}

#[tokio::test]
async fn who_may_assign_administrators_invites_them_and_who_may_not_leaves_their_invitations_alone() {
    let place = place().await;
    let owner = place.token().await;
    let body = json!({ "email": GRACE, "administers": { "roles": ["help_desk"] } });
    let made = invite(&place, &owner, &body).await;
    assert_eq!((made.status, made.json()["administers"].clone()), (StatusCode::CREATED, json!({ "roles": ["help_desk"], "apps": [] })));
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let system = place.stage.tenant_called("system", "System").await;
    let as_role = async |role: AdminRole| {
        place.assign(&system, &system.person.id, Some(Assignment::of(role))).await;
        system.admin_token(&builders::client(), &["admin"]).await.0
    };
    let manager = as_role(AdminRole::UserManager).await;
    let forbidden = (StatusCode::FORBIDDEN, "forbidden".to_owned());
    assert_eq!(problem(&invite(&place, &manager, &body).await), forbidden);
    assert_eq!(problem(&invite(&place, &manager, &json!({ "email": GRACE })).await), forbidden, "it would replace the owner's");
    assert_eq!(problem(&post_bare(&place, &manager, &format!("/invitations/{id}/send"), 1).await), forbidden);
    assert_eq!(problem(&place.delete(&manager, &format!("/invitations/{id}"), 1).await), forbidden);
    assert_eq!(invite(&place, &manager, &json!({ "email": "alan@example.org" })).await.status, StatusCode::CREATED);
    let admin = as_role(AdminRole::Admin).await;
    let owning = json!({ "email": "eve@example.org", "administers": { "roles": ["owner"] } });
    assert_eq!(problem(&invite(&place, &admin, &owning).await), forbidden, "owners are made by owners");
    assert_eq!(invite(&place, &owner, &owning).await.status, StatusCode::CREATED);
    let unfit = json!({ "email": "eve@example.org", "administers": { "roles": ["app_developer"] } });
    assert_eq!(problem(&invite(&place, &owner, &unfit).await), (StatusCode::UNPROCESSABLE_ENTITY, "invalid-administrators".to_owned()));
    assert_eq!(place.delete(&admin, &format!("/invitations/{id}"), 1).await.status, StatusCode::NO_CONTENT);
    let session = place.scene.session().await;
    place.stage.clock.advance(policy::FRESH_SIGN_IN);
    let api = domain::api::Api::of_administration(place.scene.tenant.record()).expect("an API");
    let (old, _) = place.scene.access_token_for_in(&session, &builders::client(), &api, &["admin"]).await;
    assert_eq!(problem(&invite(&place, &old, &body).await), (StatusCode::UNAUTHORIZED, "sign-in-again".to_owned()));
}
