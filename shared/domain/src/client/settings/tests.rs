use serde_json::{Value, json};

use super::*;
use crate::id::{GroupId, Slug, TenantId, UserId};
use crate::roster::{Group, GroupName, Roster};
use crate::tenant::Issuer;
use crate::user::User;

const NOW: Timestamp = Timestamp::from_seconds(1_000);

fn group(number: u8) -> GroupId {
    GroupId::from_random([number; 16])
}

fn tenant() -> Tenant {
    let writers = Group { name: GroupName::parse("Writers").expect("a name"), roles: BTreeSet::new() };
    let roster = Roster { version: 1, groups: [(group(1), writers)].into(), ..Roster::default() };
    let issuer = Issuer::parse("https://demo.id.example").expect("an issuer");
    Tenant { roster, ..Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Demo", issuer, NOW) }
}

fn settings(said: Value) -> Settings {
    serde_json::from_value(said).expect("settings")
}

/// A web app with these changes.
fn web(change: Value) -> Result<(), InvalidSettings> {
    checked(json!({ "name": "App", "type": "web", "redirect_uris": ["https://app.example/cb"] }), change)
}

fn checked(mut said: Value, change: Value) -> Result<(), InvalidSettings> {
    let Value::Object(change) = change else { panic!("an object") };
    said.as_object_mut().expect("an object").extend(change);
    settings(said).check(&tenant())
}

#[test]
fn each_kind_of_app_has_what_fits_it_when_nothing_else_is_said() {
    use ClientAuthenticationMethod::{ClientSecretBasic, None};
    for (kind, authentication, grants) in [
        ("web", ClientSecretBasic, GrantType::for_people()),
        ("single_page", None, GrantType::for_people()),
        ("native", None, GrantType::for_people()),
        ("machine", ClientSecretBasic, [GrantType::ClientCredentials].into()),
    ] {
        let uris: &[&str] = if kind == "machine" { &[] } else { &["https://app.example/cb"] };
        let settings = settings(json!({ "name": "App", "type": kind, "redirect_uris": uris }));
        assert_eq!(settings.check(&tenant()), Ok(()), "{kind}");
        let client = Client::registered(ClientId::parse("app").expect("an id"), &settings, NOW);
        assert_eq!((client.authentication, &client.grant_types, client.security_profile), (authentication, &grants, SecurityProfile::OAuth21));
    }
}

#[test]
fn what_is_said_of_an_app_reads_back_and_changes_but_for_its_kind() {
    let said = settings(json!({
        "name": "App", "type": "web", "redirect_uris": ["https://app.example/cb"], "access": { "groups": [group(1)] },
        "backchannel_logout": { "uri": "https://app.example/out", "session_required": true }, "consent": "implied",
    }));
    let client = Client::registered(ClientId::parse("app").expect("an id"), &said, NOW);
    let read = client.settings();
    assert_eq!((&read.redirect_uris, &read.access, &read.backchannel_logout), (&said.redirect_uris, &said.access, &said.backchannel_logout));
    let again = client.changed(&read).expect("the same");
    assert_eq!(again, Client { version: client.version + 1, ..client.clone() });
    assert_eq!(client.changed(&Settings { kind: AppKind::Native, ..read }), Err(InvalidSettings::Kind));
}

#[test]
fn what_can_not_be_is_refused_by_what_it_is() {
    let many: Vec<String> = (0..=policy::APP_ADDRESSES_MAX).map(|number| format!("https://app.example/{number}")).collect();
    for (change, why) in [
        (json!({ "name": "" }), InvalidSettings::Name),
        (json!({ "name": "a\u{202e}b" }), InvalidSettings::Name),
        (json!({ "name": " App" }), InvalidSettings::Name),
        (json!({ "name": "x".repeat(1_000_000) }), InvalidSettings::Name),
        (json!({ "authentication": "none" }), InvalidSettings::Authentication),
        (json!({ "type": "single_page", "authentication": "client_secret_post" }), InvalidSettings::Authentication),
        (json!({ "authentication": "private_key_jwt" }), InvalidSettings::Keys),
        (json!({ "jwks": [{}] }), InvalidSettings::Keys),
        (json!({ "grant_types": [] }), InvalidSettings::Grants),
        (json!({ "grant_types": ["client_credentials"] }), InvalidSettings::Grants),
        (json!({ "grant_types": ["refresh_token"] }), InvalidSettings::Grants),
        (json!({ "type": "machine", "redirect_uris": [], "grant_types": ["authorization_code"] }), InvalidSettings::Grants),
        (json!({ "apis": { "https://api.example": ["read"] } }), InvalidSettings::Apis),
        (json!({ "redirect_uris": [] }), InvalidSettings::RedirectUris),
        (json!({ "type": "machine" }), InvalidSettings::RedirectUris),
        (json!({ "redirect_uris": many }), InvalidSettings::RedirectUris),
        (json!({ "post_logout_redirect_uris": many }), InvalidSettings::TooMany),
        (json!({ "redirect_uris": ["https://*.app.example/cb"] }), InvalidSettings::Wildcard),
        (json!({ "post_logout_redirect_uris": ["https://app.example/*"] }), InvalidSettings::Wildcard),
        (json!({ "redirect_uris": ["com.example.app:/cb"] }), InvalidSettings::OwnScheme),
        (json!({ "backchannel_logout": { "uri": "com.example.app:/out", "session_required": false } }), InvalidSettings::BackchannelLogout),
        (json!({ "sessions": { "idle_seconds": 59, "absolute_seconds": 60 } }), InvalidSettings::Sessions),
        (json!({ "sessions": { "idle_seconds": 120, "absolute_seconds": 119 } }), InvalidSettings::Sessions),
        (json!({ "access": { "groups": [] } }), InvalidSettings::Access),
        (json!({ "access": { "groups": [group(2)] } }), InvalidSettings::Access),
    ] {
        let shown: String = change.to_string().chars().take(100).collect();
        assert_eq!(web(change), Err(why), "{shown}");
    }
}

#[test]
fn what_can_be_is_let() {
    for change in [
        json!({ "name": "Ä App <b>" }),
        json!({ "authentication": "private_key_jwt", "jwks": [{}] }),
        json!({ "grant_types": ["authorization_code"] }),
        json!({ "type": "native", "redirect_uris": ["com.example.app:/cb", "http://127.0.0.1/cb"] }),
        json!({ "type": "machine", "redirect_uris": [], "apis": { "https://api.example": ["read"] } }),
        json!({ "sessions": { "idle_seconds": 60, "absolute_seconds": 60 } }),
        json!({ "access": { "groups": [group(1)] } }),
    ] {
        let shown = change.to_string();
        assert_eq!(web(change), Ok(()), "{shown}");
    }
}

#[test]
fn an_address_that_runs_code_or_is_no_field_of_an_app_is_none() {
    for wrong in [
        json!({ "name": "App", "type": "web", "redirect_uris": ["javascript:alert(1)"] }),
        json!({ "name": "App", "type": "web", "origins": ["https://app.example/x"] }),
        json!({ "name": "App", "type": "web", "id": "x" }),
        json!({ "name": "App", "type": "web", "secrets": [] }),
        json!({ "name": "App", "type": "server" }),
        json!({ "type": "web" }),
    ] {
        assert!(serde_json::from_value::<Settings>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn an_app_is_for_everybody_or_for_who_is_in_one_of_its_groups() {
    let client = |access| Client { access: Some(access), ..Client::named(ClientId::parse("app").expect("an id"), "App", NOW) };
    let user = |groups: &[u8]| User { groups: groups.iter().copied().map(group).collect(), ..User::new(UserId::from_random([2; 16]), NOW) };
    let limited = client(Access::Groups([group(1), group(3)].into()));
    assert!(client(Access::Everyone).admits(&tenant(), &user(&[])));
    assert_eq!([limited.admits(&tenant(), &user(&[1])), limited.admits(&tenant(), &user(&[2]))], [true, false]);
    assert!(!limited.admits(&tenant(), &user(&[3])), "a group that is gone lets nobody in");
}

#[test]
fn an_app_that_doesnt_say_whom_it_is_for_is_for_whom_the_tenants_apps_are_for() {
    let client = |access| Client { access, ..Client::named(ClientId::parse("app").expect("an id"), "App", NOW) };
    let user = |groups: &[u8]| User { groups: groups.iter().copied().map(group).collect(), ..User::new(UserId::from_random([2; 16]), NOW) };
    let mut limited = tenant();
    limited.policies.access = Access::Groups([group(1)].into());
    assert!(client(None).admits(&tenant(), &user(&[])));
    assert_eq!([client(None).admits(&limited, &user(&[1])), client(None).admits(&limited, &user(&[2]))], [true, false]);
    assert!(client(Some(Access::Everyone)).admits(&limited, &user(&[])), "what it says itself counts");
    let pages = Client::of_account_pages(&limited).expect("pages");
    assert!(pages.admits(&limited, &user(&[])), "people keep their account");
}
