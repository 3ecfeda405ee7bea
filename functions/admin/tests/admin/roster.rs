//! Groups and roles.

use std::collections::BTreeSet;

use domain::GroupId;
use domain::roster::{Group, GroupName, RoleName, Roster};
use http::StatusCode;
use serde_json::json;

use crate::support::{place, problem};

#[tokio::test]
async fn a_group_is_made_renamed_given_roles_and_taken_away() {
    let place = place().await;
    let token = place.token().await;
    assert_eq!(place.put_bare(&token, "/roles/editor", 0).await.header("etag"), "\"1\"");
    assert_eq!(place.put_bare(&token, "/roles/editor", 1).await.header("etag"), "\"1\"", "it is there already");
    assert_eq!(place.get(&token, "/roles").await.json(), json!({ "items": ["editor"] }));
    let made = place.send_with(&token, "/groups", 1, &json!({ "name": "Writers", "roles": ["editor"] })).await;
    assert_eq!((made.status, made.header("etag")), (StatusCode::CREATED, "\"2\""), "{}", made.body);
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(made.header("location"), format!("/admin/v1/tenants/demo/groups/{id}"));
    let below = format!("/groups/{id}");
    let changed = place.put(&token, &below, 2, &json!({ "name": "Authors" })).await;
    assert_eq!((changed.status, changed.json()), (StatusCode::OK, json!({ "id": id, "name": "Authors", "roles": [] })));
    assert_eq!(place.get(&token, &below).await.json(), changed.json());
    assert_eq!(place.get(&token, "/groups").await.json(), json!({ "items": [changed.json()] }));
    assert_eq!(place.delete(&token, &below, 3).await.header("etag"), "\"4\"");
    assert_eq!(problem(&place.get(&token, &below).await).1, "not-found");
    assert_eq!(place.delete(&token, "/roles/editor", 4).await.status, StatusCode::NO_CONTENT);
    assert_eq!(place.get(&token, "/roles").await.json(), json!({ "items": [] }));
}

#[tokio::test]
async fn a_person_is_put_into_a_group_and_given_a_role() {
    let place = place().await;
    let token = place.token().await;
    place.put_bare(&token, "/roles/editor", 0).await;
    let group = place.create_group(&token, "Writers").await;
    let grace = place.scene.add_person("grace", "grace@example.org").await;
    let below = format!("/users/{}", grace.id);
    let changed = place.patch(&token, &below, grace.version, &json!({ "groups": [group], "roles": ["editor"] })).await;
    assert_eq!((changed.status, &changed.json()["groups"], &changed.json()["roles"]), (StatusCode::OK, &json!([group]), &json!(["editor"])));
    let none = place.patch(&token, &below, grace.version + 1, &json!({ "groups": [], "roles": [] })).await;
    assert_eq!((none.status, &none.json()["groups"], &none.json()["roles"]), (StatusCode::OK, &json!([]), &json!([])));
}

#[tokio::test]
async fn groups_that_together_are_more_than_the_record_holds_are_refused() {
    let place = place().await;
    let token = place.token().await;
    let name = |number: usize| RoleName::parse(&format!("{number:0>64}")).expect("a name");
    let roles: BTreeSet<RoleName> = (0..100).map(name).collect();
    let group = |number: u8| {
        (GroupId::from_random([number; 16]), Group { name: GroupName::parse(&number.to_string()).expect("a name"), roles: roles.clone() })
    };
    // A hundred roles are 6.7 KB in each group: a few more groups are more than 400 KB.
    let roster = Roster { version: 1, roles: roles.clone(), groups: (0..55).map(group).collect(), ..Roster::default() };
    let event = place.scene.event(domain::event::EventKind::RosterChanged { version: 1 });
    place.scene.home().change_roster(&roster, &event).await.expect("an answer");
    let mut version = 1;
    let refused = loop {
        let made = place.send_with(&token, "/groups", version, &json!({ "name": format!("Group {version}"), "roles": roles })).await;
        if made.status != StatusCode::CREATED {
            break made;
        }
        version += 1;
        assert!(version < 20, "a record without a bound");
    };
    assert_eq!(problem(&refused), (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()));
    assert_eq!(refused.json()["detail"], "size: more than one record holds");
    assert!(version > 1, "what fits is let");
}

#[tokio::test]
async fn a_change_is_of_the_version_that_stands_and_makes_nothing_that_can_not_be() {
    let place = place().await;
    let token = place.token().await;
    let group = place.create_group(&token, "Writers").await;
    for (version, said, status, slug) in [
        (0, json!({ "name": "Readers" }), 412, "changed-meanwhile"),
        (1, json!({ "name": "Writers" }), 422, "invalid"),
        (1, json!({ "name": "Readers", "roles": ["root"] }), 422, "invalid"),
        (1, json!({ "name": "" }), 400, "malformed"),
        (1, json!({ "name": "a\u{202e}b" }), 400, "malformed"),
        (1, json!({ "name": "x".repeat(1_000_000) }), 400, "malformed"),
        (1, json!({ "name": "Readers", "id": "x" }), 400, "malformed"),
        (1, json!({}), 400, "malformed"),
    ] {
        let shown: String = said.to_string().chars().take(80).collect();
        let answer = place.send_with(&token, "/groups", version, &said).await;
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{shown}");
    }
    let unsaid = place.create(&token, "/groups", &json!({ "name": "Readers" })).await;
    assert_eq!(problem(&unsaid), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()));
    for (path, status) in [("/roles/%20x", 422), ("/roles/%E2%80%AE", 422)] {
        assert_eq!(place.put_bare(&token, path, 1).await.status.as_u16(), status, "{path}");
    }
    for nothing in ["/groups/x".to_owned(), format!("/groups/{}", domain::GroupId::from_random([9; 16])), "/roles/unknown".to_owned()] {
        assert_eq!(problem(&place.delete(&token, &nothing, 1).await), (StatusCode::NOT_FOUND, "not-found".to_owned()), "{nothing}");
    }
    let listed = place.get(&token, "/groups").await;
    assert_eq!((listed.header("etag"), listed.json()), ("\"1\"", json!({ "items": [{ "id": group, "name": "Writers", "roles": [] }] })));
}
