//! APIs that know nothing but their issuer and their own name validate access tokens (RFC 9068 §4), each by a library that isn't ours. A third one,
//! `jsonwebtoken`, does so in `tests/flow/resource_server.rs`, where time can be moved.

use domain::GroupId;
use domain::api::{ApiScope, Audience};
use domain::client::ClientAuthenticationMethod;
use domain::roster::{Group, GroupName, RoleName};
use local::TestPlatform;
use runtime::provision::Membership;
use runtime::{Provisioner, SystemClock};
use serde_json::{Value, json};
use store::{TenantChange, UserChange};

use super::places::{Place, in_both_places};
use super::{node, python};

in_both_places!(
    /// By npm's `jose`.
    an_api_validates_by_jose,
    |place: &Place| {
        let algorithms = node::journey("resource_server", "validates", &json!({"description": place.description}));
        assert_eq!(algorithms, json!(["ES256", "RS256"]));
    }
);

in_both_places!(
    /// By Python's `authlib`.
    an_api_validates_by_authlib,
    |place: &Place| {
        let algorithms = python::journey("resource_server", &json!({"description": place.description}));
        assert_eq!(algorithms, json!(["ES256", "RS256"]));
    }
);

/// Groups, roles and the scope that a role opens, by `jose` and by `authlib`. Made on one machine only: no route changes groups and roles yet.
#[tokio::test]
async fn apis_read_a_persons_groups_and_roles() {
    let platform = TestPlatform::served().await;
    // The libraries have a clock of their own.
    platform.clock.set(runtime::Clock::now(&SystemClock));
    make_ada_an_editor(&platform).await;
    let (issuer, audience) = (platform.demo.issuer().to_owned(), platform.demo.apis()[0].audience.clone());
    let app = platform.demo.app(ClientAuthenticationMethod::None);
    let scope = "openid groups roles orders:read orders:write";
    let asked = json!({ "issuer": issuer, "client": app, "person": platform.demo.person(), "audience": audience, "scope": scope });
    let by_jose = blocking(move || node::journey("resource_server", "takesAPersons", &asked)).await;
    let expected = json!({ "scope": "orders:read orders:write", "groups": ["Editors"], "roles": ["editor"] });
    let told = |claims: &Value| json!({ "scope": claims["scope"], "groups": claims["groups"], "roles": claims["roles"] });
    assert_eq!(told(&by_jose["claims"]), expected);
    let presented = json!({ "issuer": issuer, "audience": audience, "token": by_jose["token"], "scope": "orders:write" });
    assert_eq!(blocking(move || python::journey("resource_server", &presented)).await, expected);
}

async fn make_ada_an_editor(platform: &TestPlatform) {
    let provisioner = Provisioner::new(platform.platform());
    let (tenant, editors) = (&platform.demo.tenant, GroupId::from_random([5; 16]));
    let role = RoleName::parse("editor").expect("a name");
    let group = Group { name: GroupName::parse("Editors").expect("a name"), roles: [role.clone()].into() };
    let audience = Audience::parse(&platform.demo.apis()[0].audience).expect("an audience");
    let scope = ApiScope::parse("orders:write").expect("a scope");
    let change = provisioner.change_roster(tenant, |roster| {
        roster.roles.insert(role.clone());
        roster.groups.insert(editors.clone(), group);
        roster.scopes.insert(audience, [(scope, [role].into())].into());
    });
    assert_eq!(change.await.expect("an answer"), TenantChange::Changed);
    let membership = Membership { groups: [editors].into(), ..Membership::default() };
    let assigned = provisioner.assign(tenant, &platform.demo.person().username, &membership).await;
    assert_eq!(assigned.expect("an answer"), UserChange::Changed);
}

// The journey blocks, and the platform that it talks to answers on this thread.
pub(super) async fn blocking(journey: impl FnOnce() -> Value + Send + 'static) -> Value {
    tokio::task::spawn_blocking(journey).await.expect("the journey ends well")
}
