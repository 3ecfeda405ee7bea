//! Every operation by everybody who may not: refused, and nothing is changed. The operations are those of the document, so that a new one has its row.

use domain::administration::{AdminRole, Assignment};
use domain::api::Api;
use domain::policy;
use http::{Method, StatusCode};
use testkit::{Answer, Call, builders};

use crate::support::{Place, place, problem};

/// The operations by their ids, and the roles that they refuse where they are about Ada, an owner.
const ROWS: &[(&str, &[AdminRole])] = {
    use AdminRole::{AppDeveloper, Auditor, HelpDesk, Security, UserManager};
    const ALL: &[AdminRole] = &[UserManager, HelpDesk, Security, Auditor, AppDeveloper];
    const NO_ADMINISTRATORS: &[AdminRole] = &[UserManager, HelpDesk, AppDeveloper];
    const NO_PEOPLE: &[AdminRole] = &[AppDeveloper];
    const NO_POLICIES: &[AdminRole] = &[UserManager, HelpDesk, AppDeveloper];
    const NO_POLICY_CHANGES: &[AdminRole] = &[UserManager, HelpDesk, Auditor, AppDeveloper];
    const NO_IMPORTERS: &[AdminRole] = &[HelpDesk, Security, Auditor, AppDeveloper];
    &[
        ("list_tenants", NO_ADMINISTRATORS),
        ("create_tenant", ALL),
        ("show_tenant", &[]),
        ("change_tenant", ALL),
        ("suspend_tenant", ALL),
        ("resume_tenant", ALL),
        ("delete_tenant", ALL),
        ("restore_tenant", ALL),
        ("list_domains", NO_ADMINISTRATORS),
        ("add_domain", ALL),
        ("show_domain", NO_ADMINISTRATORS),
        ("remove_domain", ALL),
        ("verify_domain", ALL),
        ("list_administrators", NO_ADMINISTRATORS),
        ("show_administrator", NO_ADMINISTRATORS),
        ("assign_administrator", ALL),
        ("remove_administrator", ALL),
        ("show_administering_app", NO_ADMINISTRATORS),
        ("assign_app", ALL),
        ("remove_administering_app", ALL),
        ("list_users", NO_PEOPLE),
        ("create_user", &[HelpDesk, Security, Auditor, AppDeveloper]),
        ("show_user", NO_PEOPLE),
        ("change_user", ALL),
        ("delete_user", ALL),
        ("change_photo", ALL),
        ("remove_photo", ALL),
        ("disable_user", ALL),
        ("enable_user", ALL),
        ("sign_out_user", ALL),
        ("unlock_user", ALL),
        ("require_password_change", ALL),
        ("list_sessions", NO_PEOPLE),
        ("end_session", ALL),
        ("list_grants", NO_PEOPLE),
        ("revoke_grant", ALL),
        ("show_history", NO_PEOPLE),
        ("list_invitations", NO_PEOPLE),
        ("create_invitation", &[HelpDesk, Security, Auditor, AppDeveloper]),
        ("show_invitation", NO_PEOPLE),
        ("revoke_invitation", &[HelpDesk, Security, Auditor, AppDeveloper]),
        ("send_invitation", &[HelpDesk, Security, Auditor, AppDeveloper]),
        ("create_import", NO_IMPORTERS),
        ("show_import", NO_IMPORTERS),
        ("start_import", NO_IMPORTERS),
        ("cancel_import", NO_IMPORTERS),
        ("list_import_results", NO_IMPORTERS),
        ("create_export", ALL),
        ("show_export", ALL),
        ("cancel_export", ALL),
        ("list_apps", &[]),
        ("create_app", ALL),
        // The developer is one of the system tenant, where their app is: what a tenant's own developer may is in `apps.rs`.
        ("show_app", &[UserManager, HelpDesk, AppDeveloper]),
        ("change_app", ALL),
        ("delete_app", ALL),
        // It shows what is known of somebody, as well.
        ("preview_app", &[UserManager, HelpDesk, AppDeveloper]),
        ("list_secrets", &[UserManager, HelpDesk, AppDeveloper]),
        ("add_secret", ALL),
        ("remove_secret", ALL),
        ("list_apis", &[UserManager, HelpDesk]),
        ("create_api", ALL),
        ("show_api", &[UserManager, HelpDesk]),
        ("change_api", ALL),
        ("delete_api", ALL),
        ("show_scope_roles", &[UserManager, HelpDesk]),
        ("change_scope_roles", ALL),
        ("list_keys", &[UserManager, HelpDesk, AppDeveloper]),
        ("ask_of_keys", &[UserManager, HelpDesk, Auditor, AppDeveloper]),
        ("do_in_bulk", &[]),
        ("list_groups", &[]),
        ("create_group", ALL),
        ("show_group", &[]),
        ("change_group", ALL),
        ("delete_group", ALL),
        ("list_roles", &[]),
        ("create_role", ALL),
        ("delete_role", ALL),
        ("show_attributes", &[]),
        ("change_attributes", ALL),
        // It says what policies say, too.
        ("show_configuration", NO_POLICIES),
        ("plan_configuration", NO_POLICIES),
        ("apply_configuration", ALL),
        ("list_policies", NO_POLICIES),
        ("show_policy", NO_POLICIES),
        ("change_policy", NO_POLICY_CHANGES),
        ("show_group_policy", NO_POLICIES),
        ("change_group_policy", NO_POLICY_CHANGES),
        ("remove_group_policy", NO_POLICY_CHANGES),
        ("list_policy_versions", NO_POLICIES),
        ("show_policy_version", NO_POLICIES),
        ("restore_policy_version", NO_POLICY_CHANGES),
    ]
};

/// An operation of the document, as a request about Ada that changes something if it is let.
struct Operation {
    id: String,
    call: Call,
}

/// The operations about a tenant; the others are about the zone, and for the platform's administrators alone.
fn operations(place: &Place, tenant: &str) -> Vec<Operation> {
    let mut all = all_operations(place, tenant);
    all.retain(|operation| operation.call.path() != "/admin/v1/tenants");
    all
}

fn all_operations(place: &Place, tenant: &str) -> Vec<Operation> {
    let document = admin::document();
    let paths = document["paths"].as_object().expect("paths");
    let mut all = Vec::new();
    for (path, methods) in paths {
        let filled = filled(place, tenant, path);
        for (method, operation) in methods.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            let method: Method = method.to_uppercase().parse().expect("a method");
            let call = Call::new(method, filled.clone()).with("if-match", "\"2\"");
            let call = match operation["requestBody"]["content"].as_object().and_then(|content| content.keys().next()) {
                Some(kind) => call.with_body(kind, body(&id).to_owned()),
                None => call,
            };
            all.push(Operation { id, call });
        }
    }
    all
}

fn filled(place: &Place, tenant: &str, path: &str) -> String {
    let person = place.scene.person.id.to_string();
    let group = domain::GroupId::from_random([1; 16]).to_string();
    let values = [
        ("{tenant}", tenant),
        ("{user}", person.as_str()),
        ("{sid}", "sid"),
        ("{domain}", "login.acme.example"),
        ("{app}", "sample-public"),
        ("{secret}", "secret"),
    ];
    let job = domain::JobId::from_random([1; 16]).to_string();
    let invitation = crypto::base64url::encode([1; 32]);
    let more = [("{invitation}", invitation.as_str()), ("{api}", "aHR0cHM6Ly9hcGkuZXhhbXBsZQ"), ("{group}", group.as_str()), ("{role}", "editor")];
    let more = more.iter().chain(&[("{job}", job.as_str()), ("{policy}", "session"), ("{version}", "0")]).copied().collect::<Vec<_>>();
    let filled = values.iter().chain(&more).fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
    assert!(!filled.contains('{'), "{path}");
    filled
}

fn body(operation: &str) -> &'static str {
    match operation {
        "assign_administrator" | "assign_app" => r#"{"roles":["auditor"]}"#,
        "create_tenant" => r#"{"slug":"acme","name":"Acme","owner_email":"grace@example.com"}"#,
        "add_domain" => r#"{"domain":"login.acme.example"}"#,
        "create_user" => r#"{"username":"grace"}"#,
        "create_import" => r#"{"format":"csv","bytes":7}"#,
        "create_export" => r#"{"format":"csv"}"#,
        "change_user" => r#"{"username":"eve"}"#,
        "create_invitation" => r#"{"email":"grace@example.com"}"#,
        "create_app" => r#"{"settings":{"name":"App","type":"native","redirect_uris":["com.example.app:/cb"]}}"#,
        "change_app" => r#"{"name":"Other","type":"web","redirect_uris":["https://evil.example/cb"]}"#,
        "create_api" => r#"{"audience":"https://other.example","settings":{"name":"API"}}"#,
        "ask_of_keys" => r#"{"how":"withdraw","algorithms":["ES256"]}"#,
        "do_in_bulk" => r#"{"requests":[{"method":"POST","path":"/groups","if_match":"\"0\"","body":{"name":"Other"}}]}"#,
        "preview_app" => r#"{"user":"AgICAgICAgICAgICAgICAg"}"#,
        "change_scope_roles" => "{}",
        "change_attributes" => r#"{"attributes":[]}"#,
        "plan_configuration" | "apply_configuration" => r#"{"version":1,"roles":["intruder"]}"#,
        "change_policy" => r#"{"lifetimes":{"idle_seconds":60,"absolute_seconds":60}}"#,
        "change_group_policy" => r#"{"idle_seconds":60,"absolute_seconds":60}"#,
        "change_tenant" | "change_api" | "create_group" | "change_group" => r#"{"name":"Other"}"#,
        "change_photo" => "\u{ff}\u{d8}",
        other => panic!("no body for {other}"),
    }
}

async fn refused(place: &Place, token: &str, expected: (StatusCode, &str)) {
    for Operation { id, call } in operations(place, "demo") {
        assert_eq!(problem(&place.send(token, call).await), (expected.0, expected.1.to_owned()), "{id}");
    }
    nothing_changed(place).await;
}

async fn nothing_changed(place: &Place) {
    let home = place.scene.home();
    assert_eq!(home.read_administrators().await.expect("an answer").version, 1);
    let ada = place.user(&place.scene.person.id).await;
    assert_eq!((ada.version, ada.username.as_deref()), (2, Some("ada")));
    let people = home.list_people(domain::listing::List::People, store::Wanted { prefix: "", after: None, limit: 10 }).await;
    assert_eq!(people.expect("an answer").rows.len(), 1);
    let all = store::Wanted { prefix: "", after: None, limit: 10 };
    let apps = home.list_clients(all).await.expect("an answer").rows;
    assert_eq!(apps.iter().map(|app| app.version).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(home.list_invitations(all).await.expect("an answer").rows.len(), 0);
    assert_eq!(home.list_apis(all).await.expect("an answer").rows.len(), 0);
    let record = home.read_bundle(&[], store::Signing::Left).await.expect("an answer").expect("a tenant").tenant;
    assert!(record.roster.is_untouched() && record.policies.is_untouched() && record.attributes.is_untouched());
    assert!(record.domains.is_untouched() && place.stage.dns.asked().is_empty());
    assert!(record.standing.is_untouched() && record.name == "Demo");
    assert!(!place.stage.rows("work").await.iter().any(|row| row.contains_key("asked")), "nothing is wanted of keys");
}

#[tokio::test]
async fn every_operation_has_its_row_and_every_row_its_operation() {
    let place = place().await;
    let mut operations: Vec<String> = all_operations(&place, "demo").into_iter().map(|operation| operation.id).collect();
    let mut rows: Vec<&str> = ROWS.iter().map(|(id, _)| *id).collect();
    operations.sort();
    rows.sort_unstable();
    assert_eq!(operations, rows);
}

#[tokio::test]
async fn without_a_token_with_a_forged_and_with_an_expired_one_nothing_is_told() {
    let place = place().await;
    for Operation { id, call } in operations(&place, "demo") {
        let bare: Answer = place.endpoint.send(call).await;
        assert_eq!((problem(&bare), bare.header("www-authenticate")), ((StatusCode::UNAUTHORIZED, "token".to_owned()), "Bearer"), "{id}");
    }
    let token = place.token().await;
    let forged = format!("{}x", &token[..token.len() - 1]);
    refused(&place, &forged, (StatusCode::UNAUTHORIZED, "token")).await;
    for nonsense in ["a", "a.b.c", "e30.e30.e30"] {
        refused(&place, nonsense, (StatusCode::UNAUTHORIZED, "token")).await;
    }
    place.stage.clock.advance(policy::ACCESS_TOKEN);
    refused(&place, &token, (StatusCode::UNAUTHORIZED, "token")).await;
}

#[tokio::test]
async fn a_token_for_something_else_or_without_the_scope_opens_nothing() {
    let place = place().await;
    let (for_the_platform, _) = place.scene.access_token(&builders::client(), &["openid", "profile"]).await;
    refused(&place, &for_the_platform, (StatusCode::UNAUTHORIZED, "token")).await;
    let other = Api::named(domain::api::Audience::parse("https://api.example").expect("an audience"), "API", place.scene.person.created_at);
    let (for_another, _) = place.scene.access_token_for(&builders::client(), &other, &["admin"]).await;
    refused(&place, &for_another, (StatusCode::UNAUTHORIZED, "token")).await;
    let (narrow, _) = place.scene.admin_token(&builders::client(), &["openid"]).await;
    refused(&place, &narrow, (StatusCode::FORBIDDEN, "token")).await;
}

#[tokio::test]
async fn a_disabled_person_and_somebody_without_a_role_open_nothing() {
    let place = place().await;
    let token = place.token().await;
    let somebody = place.stage.tenant_called("third", "Third").await;
    let (of_nobody, _) = somebody.admin_token(&builders::client(), &["admin"]).await;
    for Operation { id, call } in operations(&place, "third") {
        assert_eq!(problem(&place.send(&of_nobody, call).await), (StatusCode::FORBIDDEN, "forbidden".to_owned()), "{id}");
    }
    place.scene.disable(&place.stage).await;
    for Operation { id, call } in operations(&place, "demo") {
        assert_eq!(problem(&place.send(&token, call).await), (StatusCode::UNAUTHORIZED, "token".to_owned()), "{id}");
    }
}

#[tokio::test]
async fn a_token_of_an_app_that_is_for_others_by_now_opens_nothing() {
    let place = place().await;
    let token = place.token().await;
    assert_eq!(place.get(&token, "").await.status, StatusCode::OK);
    place.scene.close_app(&builders::client()).await;
    place.stage.clock.advance(policy::CACHE_USABLE);
    for Operation { id, call } in operations(&place, "demo") {
        assert_eq!(problem(&place.send(&token, call).await), (StatusCode::UNAUTHORIZED, "token".to_owned()), "{id}");
    }
}

#[tokio::test]
async fn another_tenants_owner_is_nobody_here_and_learns_nothing_of_who_is() {
    let place = place().await;
    let other = place.stage.second_tenant().await;
    place.assign(&other, &other.person.id, Some(Assignment::of(AdminRole::Owner))).await;
    let (foreign, _) = other.admin_token(&builders::client(), &["admin"]).await;
    refused(&place, &foreign, (StatusCode::UNAUTHORIZED, "token")).await;
    let nowhere = place.send(&foreign, Call::get("/admin/v1/tenants/nowhere")).await;
    assert_eq!(problem(&nowhere), (StatusCode::UNAUTHORIZED, "token".to_owned()));
    let own = place.send(&foreign, Call::get("/admin/v1/tenants/other")).await;
    assert_eq!((own.status, own.json()["name"].as_str()), (StatusCode::OK, Some("Other")));
    // Ids of this tenant, in the path of their own, are nobody's there.
    for Operation { id, call } in operations(&place, "other") {
        if call.path().contains(place.scene.person.id.as_str()) {
            assert_eq!(place.send(&foreign, call).await.status, StatusCode::NOT_FOUND, "{id}");
        }
    }
    nothing_changed(&place).await;
}

#[tokio::test]
async fn each_lower_role_is_refused_what_is_not_its_own_and_one_of_the_system_tenant_is_one_of_every_tenant() {
    let place = place().await;
    let system = place.stage.tenant_called("system", "System").await;
    let (token, _) = system.admin_token(&builders::client(), &["admin"]).await;
    refused(&place, &token, (StatusCode::FORBIDDEN, "forbidden")).await;
    let lower = AdminRole::ALL.into_iter().filter(|role| !matches!(role, AdminRole::Owner | AdminRole::Admin));
    for role in lower {
        let apps = if role == AdminRole::AppDeveloper { [builders::client().id].into() } else { [].into() };
        place.assign(&system, &system.person.id, Some(Assignment { roles: [role].into(), apps })).await;
        let (token, _) = system.admin_token(&builders::client(), &["admin"]).await;
        for Operation { id, call } in all_operations(&place, "demo") {
            let refusing = ROWS.iter().find(|(row, _)| *row == id).is_some_and(|(_, roles)| roles.contains(&role));
            // What a role may do is done elsewhere; here it is enough that it isn't refused.
            if refusing || call.method() == Method::GET {
                let status = place.send(&token, call).await.status;
                assert_eq!(status == StatusCode::FORBIDDEN, refusing, "{role:?} {id} {status}");
            }
        }
        nothing_changed(&place).await;
    }
    let nowhere = place.send(&token, Call::get("/admin/v1/tenants/nowhere")).await;
    assert_eq!(problem(&nowhere), (StatusCode::NOT_FOUND, "not-found".to_owned()));
}

#[tokio::test]
async fn no_other_host_has_the_admin_api() {
    let place = place().await;
    let token = place.token().await;
    for host in ["demo.id.example.com", "system.id.example.com", "admin.evil.example", "id.example.com"] {
        let call = Call::get(Place::path("")).with("authorization", &format!("Bearer {token}"));
        assert_eq!(place.endpoint.at(host).send(call).await.status, StatusCode::NOT_FOUND, "{host}");
    }
}
