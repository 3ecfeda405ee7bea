use serde_json::{Value, json};

use super::*;
use crate::claim_rules::InvalidRule;
use crate::client::Client;
use crate::id::ClientId;
use crate::id::{GroupId, Slug, TenantId, UserId};
use crate::roster::{Group, GroupName, Roster};
use crate::tenant::Issuer;
use crate::timestamp::Timestamp;
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

fn role_claim(claim: &str) -> Value {
    json!({ "claim": claim, "from": { "type": "roles" }, "in": ["id_token"] })
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
        "backchannel_logout": { "uri": "https://app.example/out", "session_required": true }, "consent": "implied", "claims": [role_claim("roles")],
        "lifetimes": { "access_token_seconds": 120, "id_token_seconds": 60, "refresh_idle_seconds": 600, "refresh_absolute_seconds": 6000 },
    }));
    let client = Client::registered(ClientId::parse("app").expect("an id"), &said, NOW);
    let read = client.settings();
    assert_eq!((read.lifetimes, &read.claims), (said.lifetimes, &said.claims));
    assert_eq!((&read.redirect_uris, &read.access, &read.backchannel_logout), (&said.redirect_uris, &said.access, &said.backchannel_logout));
    let again = client.changed(&read).expect("the same");
    assert_eq!(again, Client { version: client.version + 1, ..client.clone() });
    assert_eq!(client.changed(&Settings { kind: AppKind::Native, ..read }), Err(InvalidSettings::Kind));
}

#[test]
fn what_can_not_be_is_refused_by_what_it_is() {
    let many: Vec<String> = (0..=policy::APP_ADDRESSES_MAX).map(|number| format!("https://app.example/{number}")).collect();
    let scopes: Vec<String> = (0..=policy::API_SCOPES_MAX).map(|number| format!("scope:{number}")).collect();
    for (change, why) in [
        (json!({ "name": "" }), InvalidSettings::Name),
        (json!({ "name": "a\u{202e}b" }), InvalidSettings::Name),
        (json!({ "name": " App" }), InvalidSettings::Name),
        (json!({ "name": "x".repeat(1_000_000) }), InvalidSettings::Name),
        (json!({ "authentication": "none" }), InvalidSettings::Authentication),
        (json!({ "type": "single_page", "authentication": "client_secret_post" }), InvalidSettings::Authentication),
        (json!({ "authentication": "private_key_jwt" }), InvalidSettings::Keys),
        (json!({ "jwks": [{}] }), InvalidSettings::Keys),
        (json!({ "authentication": "private_key_jwt", "jwks": [{}, { "x5c": ["x".repeat(policy::APP_KEY_BYTES_MAX)] }] }), InvalidSettings::KeySize),
        (json!({ "grant_types": [] }), InvalidSettings::Grants),
        (json!({ "grant_types": ["client_credentials"] }), InvalidSettings::Grants),
        (json!({ "grant_types": ["refresh_token"] }), InvalidSettings::Grants),
        (json!({ "type": "machine", "redirect_uris": [], "grant_types": ["authorization_code"] }), InvalidSettings::Grants),
        (json!({ "apis": { "https://api.example": ["read"] } }), InvalidSettings::Apis),
        (json!({ "type": "machine", "redirect_uris": [], "apis": { "https://api.example": scopes } }), InvalidSettings::Apis),
        (json!({ "redirect_uris": [] }), InvalidSettings::RedirectUris),
        (json!({ "type": "machine" }), InvalidSettings::RedirectUris),
        (json!({ "redirect_uris": many }), InvalidSettings::RedirectUris),
        (json!({ "post_logout_redirect_uris": many }), InvalidSettings::TooMany),
        (json!({ "redirect_uris": ["https://*.app.example/cb"] }), InvalidSettings::Wildcard),
        (json!({ "post_logout_redirect_uris": ["https://app.example/*"] }), InvalidSettings::Wildcard),
        (json!({ "origins": ["https://*.app.example"] }), InvalidSettings::Wildcard),
        (json!({ "redirect_uris": ["https://app.example\\@evil.example/cb"] }), InvalidSettings::Ambiguous),
        (json!({ "post_logout_redirect_uris": ["https://bank.example@evil.example/"] }), InvalidSettings::Ambiguous),
        (json!({ "redirect_uris": ["com.example.app:/cb"] }), InvalidSettings::OwnScheme),
        (json!({ "backchannel_logout": { "uri": "com.example.app:/out", "session_required": false } }), InvalidSettings::BackchannelLogout),
        (json!({ "sessions": { "idle_seconds": 59, "absolute_seconds": 60 } }), InvalidSettings::Sessions),
        (json!({ "sessions": { "idle_seconds": 120, "absolute_seconds": 119 } }), InvalidSettings::Sessions),
        (json!({ "lifetimes": { "access_token_seconds": 59 } }), InvalidSettings::Lifetimes),
        (json!({ "lifetimes": { "refresh_idle_seconds": 86_400_000 } }), InvalidSettings::Lifetimes),
        (
            json!({ "claims": [{ "claim": "x", "from": { "type": "roles" }, "in": [] }] }),
            InvalidSettings::Claims { rule: 0, why: InvalidRule::Nowhere },
        ),
        (
            json!({ "type": "machine", "redirect_uris": [], "claims": [role_claim("x")] }),
            InvalidSettings::Claims { rule: 0, why: InvalidRule::Machine },
        ),
        (json!({ "claims": [role_claim("x"), role_claim("sub")] }), InvalidSettings::Claims { rule: 1, why: InvalidRule::Registered }),
        (json!({ "access": { "groups": [] } }), InvalidSettings::Access),
        (json!({ "access": { "groups": [group(2)] } }), InvalidSettings::Access),
    ] {
        let shown: String = change.to_string().chars().take(100).collect();
        assert_eq!(web(change), Err(why), "{shown}");
    }
}

#[test]
fn a_tenants_apps_call_from_so_many_origins_in_all_and_what_adds_none_is_let() {
    let origin = |number: usize| format!("https://app-{number}.example");
    let of = |numbers: std::ops::Range<usize>| numbers.map(|number| WebOrigin::parse(&origin(number)).expect("an origin")).collect();
    let full = policy::TENANT_ORIGINS_MAX;
    let said =
        |number: usize| settings(json!({ "name": "App", "type": "web", "redirect_uris": ["https://app.example/cb"], "origins": [origin(number)] }));
    let checked = |standing: usize, number| said(number).check(&Tenant { origins: of(0..standing), ..tenant() });
    assert_eq!([checked(full - 1, full), checked(full, 7), checked(full + 1, 7)], [Ok(()), Ok(()), Ok(())]);
    assert_eq!([checked(full, full), checked(full + 1, full + 1)], [Err(InvalidSettings::TenantOrigins); 2]);
}

#[test]
fn an_app_whose_kind_nobody_said_has_the_one_that_fits_it() {
    let app = Client::named(ClientId::parse("app").expect("an id"), "App", NOW);
    let uris = |text: &str| vec![RedirectUri::parse(text).expect("a URI")];
    let web = Client { redirect_uris: uris("https://app.example/cb"), ..app.clone() };
    let secret = Client { authentication: ClientAuthenticationMethod::ClientSecretPost, ..web.clone() };
    let own = Client { grant_types: [GrantType::ClientCredentials].into(), redirect_uris: Vec::new(), ..secret.clone() };
    let native = Client { redirect_uris: uris("com.example.app:/cb"), ..app };
    for (client, kind) in [(web, AppKind::SinglePage), (secret, AppKind::Web), (own, AppKind::Machine), (native, AppKind::Native)] {
        let written = serde_json::to_value(&client).expect("JSON");
        assert_eq!(written.get("kind"), None);
        let read: Client = serde_json::from_value(written).expect("an app");
        // A kind that doesn't fit it was nobody's word.
        let unfit = if kind == AppKind::Web { AppKind::Machine } else { AppKind::Web };
        assert_eq!((read.kind(), Client { kind: Some(unfit), ..read.clone() }.kind()), (kind, kind));
        let said = read.settings();
        assert_eq!(said.check(&tenant()), Ok(()), "{kind:?}");
        assert_eq!(read.changed(&said), Ok(Client { version: read.version + 1, kind: Some(kind), ..read }));
    }
}

#[test]
fn what_an_app_is_trusted_with_is_what_no_person_agrees_to() {
    let said = |change: Value| {
        let mut said = json!({ "name": "App", "type": "machine" });
        said.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        settings(said)
    };
    let plain = said(json!({ "name": "Other", "origins": ["https://app.example"] }));
    let implied = said(json!({ "consent": "implied" }));
    let reading = said(json!({ "apis": { "https://api.example": ["read"] } }));
    let writing = said(json!({ "apis": { "https://api.example": ["read", "write"] } }));
    let other = said(json!({ "apis": { "https://other.example": [] } }));
    let telling = said(json!({ "claims": [role_claim("x")] }));
    let telling_more = said(json!({ "claims": [role_claim("y"), role_claim("x")] }));
    let standing = |settings: &Settings| Client::registered(ClientId::parse("app").expect("an id"), settings, NOW);
    for trusting in [&implied, &reading, &writing, &other, &telling, &telling_more] {
        assert!(trusting.trusts_more_than(None) && trusting.trusts_more_than(Some(&standing(&plain))), "{trusting:?}");
        assert!(!trusting.trusts_more_than(Some(&standing(trusting))), "it is trusted with that already");
        assert!(!plain.trusts_more_than(Some(&standing(trusting))), "to be trusted less");
    }
    assert!(!plain.trusts_more_than(None));
    assert!(telling_more.trusts_more_than(Some(&standing(&telling))) && !telling.trusts_more_than(Some(&standing(&telling_more))));
    assert!(writing.trusts_more_than(Some(&standing(&reading))) && !reading.trusts_more_than(Some(&standing(&writing))));
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
        json!({ "claims": [role_claim("roles"), role_claim("https://app.example/roles")] }),
        json!({ "lifetimes": { "access_token_seconds": 60, "id_token_seconds": 3600, "refresh_idle_seconds": 600 } }),
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
