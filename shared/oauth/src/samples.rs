//! Records that the tests of this crate begin with.

use std::collections::BTreeSet;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::api::{Api, ApiScope, Audience};
use domain::claims::RequestedClaims;
use domain::client::{Client, ClientAuthenticationMethod, GrantType, RedirectUri, SecretHash, SecurityProfile};
use domain::custom_domain::{Challenge, DomainName};
use domain::family::{Family, FamilyState};
use domain::roster::{Group, GroupName, RoleName, Roster};
use domain::session::{Beginning, Session};
use domain::tenant::{Issuer, SessionPolicy, Tenant};
use domain::user::{Address, Email, Phone, Profile, User};
use domain::{ClientId, Epoch, FamilyId, GroupId, SessionId, Slug, TenantId, Timestamp, UserId};

use crate::authorization_request::{AuthorizationRequest, ResponseMode};
use crate::code::{AuthorizationCode, CodeId};
use crate::parameters::RequestParameters;
use crate::pkce::CodeChallenge;

/// The redirect URI of every sample client.
pub(crate) const REDIRECT_URI: &str = "https://app.example/cb";
/// The secret of every confidential sample client.
pub(crate) const SECRET: &str = "s3cret-of-the-app";
/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// RFC 7636, appendix B.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// When tests happen.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest::digest(&digest::SHA256, bytes).as_ref().try_into().expect("32 bytes")
}

pub(crate) fn issuer() -> Issuer {
    Issuer::parse("https://demo.id.example").expect("an issuer")
}

/// The tenant of [`issuer`].
pub(crate) fn tenant() -> Tenant {
    Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Demo", issuer(), Timestamp::from_seconds(0))
}

/// The same with a domain of its own.
pub(crate) fn tenant_with_a_domain() -> (Tenant, DomainName) {
    let (domain, challenge) = (DomainName::parse("login.acme.example").expect("a domain"), Challenge::from_random([1; 16]));
    let wanted = tenant().domains.wanting(domain.clone(), challenge.clone(), None, NOW).expect("a wish");
    let domains = wanted.proving(&domain, &challenge, NOW).expect("a wish");
    (Tenant { domains, ..tenant() }, domain)
}

pub(crate) fn confidential_client() -> Client {
    Client {
        authentication: ClientAuthenticationMethod::ClientSecretBasic,
        secrets: vec![SecretHash { sha256: URL_SAFE_NO_PAD.encode(sha256(SECRET.as_bytes())), created_at: Timestamp::from_seconds(0) }],
        redirect_uris: vec![RedirectUri::parse(REDIRECT_URI).expect("a redirect URI")],
        security_profile: SecurityProfile::Oidc,
        ..Client::named(ClientId::parse("app").expect("a client id"), "App", Timestamp::from_seconds(0))
    }
}

pub(crate) fn public_client() -> Client {
    Client {
        authentication: ClientAuthenticationMethod::None,
        secrets: Vec::new(),
        security_profile: SecurityProfile::OAuth21,
        ..confidential_client()
    }
}

/// The audience of [`api`].
pub(crate) const AUDIENCE: &str = "https://api.example";

fn api_scopes(names: &[&str]) -> BTreeSet<ApiScope> {
    names.iter().map(|name| ApiScope::parse(name).expect("a scope")).collect()
}

/// An API with scopes and tokens of its own kind.
pub(crate) fn api() -> Api {
    Api {
        scopes: api_scopes(&["read", "write", "delete"]),
        access_token_seconds: 3600,
        ..Api::named(Audience::parse(AUDIENCE).expect("an audience"), "API", Timestamp::from_seconds(0))
    }
}

/// A client that may read and write at [`api`] as itself.
pub(crate) fn machine() -> Client {
    Client {
        grant_types: BTreeSet::from([GrantType::ClientCredentials]),
        apis: [(api().audience, api_scopes(&["read", "write"]))].into(),
        redirect_uris: Vec::new(),
        ..confidential_client()
    }
}

pub(crate) fn user() -> User {
    User {
        sub: "sub-of-ada".to_owned(),
        username: Some("ada".to_owned()),
        email: Some(Email::first("Ada@example.com", true)),
        profile: Profile { name: Some("Ada Lovelace".to_owned()), ..Profile::default() },
        updated_at: Timestamp::from_seconds(2),
        ..User::new(UserId::from_random([7; 16]), Timestamp::from_seconds(0))
    }
}

/// The same person, of whom everything is known that can be.
pub(crate) fn whole_person() -> User {
    let text = |text: &str| Some(text.to_owned());
    let profile = Profile {
        name: text("Ada Lovelace"),
        given_name: text("Ada"),
        family_name: text("Lovelace"),
        middle_name: text("King"),
        nickname: text("Ada"),
        profile: text("https://ada.example"),
        picture: text("https://ada.example/ada.png"),
        website: text("https://ada.example"),
        gender: text("female"),
        birthdate: text("1815-12-10"),
        locale: text("en-GB"),
        zoneinfo: text("Europe/London"),
        phone: Some(Phone { number: "+44 20 7946 0000".to_owned(), verified: false }),
        address: Some(Address { locality: text("London"), country: text("UK"), ..Address::default() }),
    };
    User { profile, groups: [GroupId::from_random([5; 16])].into(), ..user() }
}

/// A role.
pub(crate) fn role(name: &str) -> RoleName {
    RoleName::parse(name).expect("a name")
}

/// A roster with the group of [`whole_person`], whose role opens `delete` at [`api`] and no other does.
pub(crate) fn roster() -> Roster {
    let group = Group { name: GroupName::parse("Engineers").expect("a name"), roles: [role("engineer")].into() };
    Roster {
        version: 1,
        roles: [role("engineer"), role("guest")].into(),
        groups: [(GroupId::from_random([5; 16]), group)].into(),
        scopes: [(api().audience, [(ApiScope::parse("delete").expect("a scope"), [role("engineer")].into())].into())].into(),
    }
}

/// A session of [`user`] that began a minute ago.
pub(crate) fn session() -> Session {
    let beginning = Beginning::by_password(SessionId::from_random([3; 16]), user().id);
    Session::begin(beginning, SessionPolicy::default(), Timestamp::from_seconds(NOW.seconds() - 60))
}

pub(crate) fn scopes(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// An acceptable request of the public client, with `changes` on top; an empty value takes a parameter away.
pub(crate) fn request_with<'a>(changes: &[(&'a str, &'a str)]) -> RequestParameters<'a> {
    let acceptable = [
        ("response_type", "code"),
        ("client_id", "app"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid profile email"),
        ("state", "st"),
        ("nonce", "no"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = acceptable.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.chain(changes.iter().copied()).collect()
}

/// What the public client asked for, with a challenge.
pub(crate) fn authorization_request() -> AuthorizationRequest {
    AuthorizationRequest {
        client_id: public_client().id,
        redirect_uri: RedirectUri::parse(REDIRECT_URI).expect("a redirect URI"),
        scopes: scopes(&["openid", "email"]),
        state: Some("st".to_owned()),
        nonce: Some("no".to_owned()),
        code_challenge: Some(CodeChallenge::parse(CHALLENGE).expect("a challenge")),
        claims: RequestedClaims::default(),
        audience: None,
        response_mode: ResponseMode::Query,
        prompt: BTreeSet::new(),
        max_age: None,
        subject: None,
        login_hint: None,
        ui_locales: None,
        asked_at: NOW,
        pushed: None,
    }
}

/// The code that answers [`authorization_request`] for the person of [`session`].
pub(crate) fn code() -> AuthorizationCode {
    AuthorizationCode::issue(CodeId::from_random([5; 16]), &authorization_request(), &session(), sha256)
}

/// The family that redeeming [`code`] makes.
pub(crate) fn family() -> Family {
    Family {
        id: FamilyId::from_random([9; 16]),
        user_id: user().id,
        client_id: public_client().id,
        session_id: session().id,
        scopes: code().scopes,
        claims: code().claims,
        audience: None,
        state: FamilyState::Active,
        issued_at: NOW,
        ends_at: Timestamp::from_seconds(NOW.seconds() + 4200),
        session_ends_at: session().ends_at,
        epoch: Epoch(4),
        offline: None,
        domain: None,
    }
}
