//! Clients as apps. One that can be no app, or would be open to what it wasn't, is left out and reported.

use domain::client::{ClientAuthenticationMethod, Settings};
use domain::tenant::{Issuer, Tenant};
use domain::{ClientId, Slug, TenantId, Timestamp};
use serde_json::{Map, Value, json};

use super::addresses::{Addresses, addresses};
use super::attributes::Attributes;
use super::coverage::{self, CLIENT, says_something};
use super::report::Report;
use super::{BUILT_IN_CLIENTS, items, mappers, text};

/// Attributes of a client that are read, or say what the platform does in one way alone.
const READ: [&str; 16] = [
    "post.logout.redirect.uris",
    "backchannel.logout.url",
    "backchannel.logout.session.required",
    "access.token.lifespan",
    "pkce.code.challenge.method",
    "id.token.signed.response.alg",
    "user.info.response.signature.alg",
    "use.jwks.string",
    "jwks.string",
    "client.secret.creation.time",
    "realm_client",
    "backchannel.logout.revoke.offline.tokens",
    "display.on.consent.screen",
    "use.refresh.tokens",
    "client_credentials.use_refresh_token",
    "require.pushed.authorization.requests",
];

/// A tenant by which apps are judged as they will be when they are applied.
pub(super) fn tenant() -> Tenant {
    let issuer = Issuer::parse("https://tenant.example").expect("an issuer");
    Tenant::named(TenantId::from_random([0; 16]), Slug::parse("tenant").expect("a slug"), "Tenant", issuer, Timestamp::default())
}

/// The realm's apps, by their ids.
pub(super) fn apps(realm: &Value, attributes: &mut Attributes, tenant: &mut Tenant, report: &mut Report) -> Map<String, Value> {
    let mut apps = Map::new();
    let master = format!("{}-realm", text(&realm["realm"]).unwrap_or_default());
    for client in items(&realm["clients"]) {
        let Some(id) = text(&client["clientId"]).filter(|id| !BUILT_IN_CLIENTS.contains(id) && **id != master) else { continue };
        let Some(members) = client.as_object() else { continue };
        coverage::look(CLIENT, members, ("clients/*", id), report);
        if let Some(settings) = app(&Said { realm, client, id }, attributes, tenant, report) {
            apps.insert(id.to_owned(), settings);
        }
    }
    report.carried("apps", apps.len());
    apps
}

/// A client, and the realm that speaks for it where it says nothing.
struct Said<'a> {
    realm: &'a Value,
    client: &'a Value,
    id: &'a str,
}

fn app(said: &Said<'_>, attributes: &mut Attributes, tenant: &mut Tenant, report: &mut Report) -> Option<Value> {
    let Said { realm, client, id } = *said;
    if let Some((at, advice)) = no_app(client, id) {
        report.left(at, id, advice);
        return None;
    }
    let found = addresses(client, id, report);
    let kind = kind(client, &found, id, report)?;
    let mut settings = Map::new();
    // One that is called by what Keycloak has a text for has no name of its own.
    let name = text(&client["name"]).filter(|name| !name.contains("${") && domain::identifier::is_title(name)).unwrap_or(id);
    settings.insert("name".to_owned(), json!(name));
    settings.insert("type".to_owned(), json!(kind));
    settings.insert("consent".to_owned(), json!(if client["consentRequired"] == true { "ask" } else { "implied" }));
    authentication(client, kind, id, &mut settings, report);
    attributes_of(said, kind, &mut settings, report);
    if kind != "machine" {
        let Addresses { redirect_uris, post_logout_redirect_uris, origins } = found;
        settings.insert("redirect_uris".to_owned(), json!(redirect_uris));
        settings.insert("post_logout_redirect_uris".to_owned(), json!(post_logout_redirect_uris));
        settings.insert("origins".to_owned(), json!(origins));
        let rules = mappers::rules(mappers_of(realm, client), id, attributes, tenant, report);
        settings.insert("claims".to_owned(), json!(rules));
    }
    let settings = Value::Object(settings);
    match serde_json::from_value::<Settings>(settings.clone())
        .map_err(|error| error.to_string())
        .and_then(|read| read.check(tenant).map_err(|why| why.to_string()))
    {
        Ok(()) => Some(settings),
        Err(why) => {
            report.left("clients", id, &format!("There can be no such app: {why}."));
            None
        }
    }
}

fn no_app(client: &Value, id: &str) -> Option<(&'static str, &'static str)> {
    if client["protocol"] == "saml" {
        Some(("clients/*/protocol", "There is no SAML: the app takes OpenID Connect."))
    } else if client["bearerOnly"] == true {
        Some(("clients/*/bearerOnly", "It is an API: register it by its audience, and bind its scopes to roles."))
    } else if client["enabled"] == false {
        Some(("clients/*/enabled", "No app is off: register it when it is wanted."))
    } else if ClientId::parse(id).is_err() {
        Some(("clients/*/clientId", "An id has 1 to 100 letters, digits and - . _ ~: register it by another, and teach that to the app."))
    } else {
        None
    }
}

fn kind(client: &Value, found: &Addresses, id: &str, report: &mut Report) -> Option<&'static str> {
    // Keycloak takes what isn't said for the code flow.
    let people = client["standardFlowEnabled"] != false;
    let itself = client["serviceAccountsEnabled"] == true;
    match (people, client["publicClient"] == true) {
        (false, false) if itself => {
            report.changed(
                "clients/*/serviceAccountsEnabled",
                id,
                "Say the APIs and scopes that it asks for as itself, in `apis`: until then it gets no token.",
            );
            Some("machine")
        }
        (false, _) => {
            report.left("clients", id, "Neither people nor itself: the app takes the code flow, or is an API.");
            None
        }
        (true, public) => {
            if itself {
                report.left("clients/*/serviceAccountsEnabled", id, "An app of people doesn't ask as itself: register a machine beside it.");
            }
            if found.redirect_uris.is_empty() {
                report.left("clients", id, "It has no whole address to be answered at: name one, and put it into the file.");
                return None;
            }
            let own_scheme = found.redirect_uris.iter().any(|uri| !uri.starts_with("https://") && !uri.starts_with("http://"));
            Some(if !public {
                "web"
            } else if own_scheme {
                "native"
            } else {
                "single_page"
            })
        }
    }
}

fn authentication(client: &Value, kind: &str, id: &str, settings: &mut Map<String, Value>, report: &mut Report) {
    if !matches!(kind, "web" | "machine") {
        return;
    }
    let keys = text(&client["attributes"]["jwks.string"]).filter(|_| text(&client["attributes"]["use.jwks.string"]) == Some("true"));
    let keys: Option<Value> = keys.and_then(|keys| serde_json::from_str(keys).ok());
    let keys = keys.and_then(|keys: Value| keys["keys"].as_array().cloned()).filter(|keys| !keys.is_empty());
    match (text(&client["clientAuthenticatorType"]).unwrap_or("client-secret"), keys) {
        ("client-jwt", Some(keys)) => {
            settings.insert("authentication".to_owned(), json!(ClientAuthenticationMethod::PrivateKeyJwt.as_str()));
            settings.insert("jwks".to_owned(), json!(keys));
        }
        ("client-secret", _) => {
            let advice = "Secrets are drawn here and told once: give the app a new one (POST apps/{app}/secrets), sent by HTTP Basic unless `authentication` says `client_secret_post`.";
            report.left("clients/*/secret", id, advice);
        }
        (other, _) => {
            let advice =
                "It authenticates by a secret that is drawn here, until its public keys are in `jwks` and `authentication` is `private_key_jwt`.";
            report.changed(&format!("clients/*/clientAuthenticatorType/{other}"), id, advice);
        }
    }
}

fn attributes_of(said: &Said<'_>, kind: &str, settings: &mut Map<String, Value>, report: &mut Report) {
    let Said { realm, client, id } = *said;
    let said = |name: &str| text(&client["attributes"][name]).filter(|value| !value.is_empty());
    let pkce = said("pkce.code.challenge.method").is_some() || kind != "web";
    settings.insert("security_profile".to_owned(), json!(if pkce { "oauth2.1" } else { "oidc" }));
    if !pkce {
        report.changed(
            "clients/*/attributes/pkce.code.challenge.method",
            id,
            "It follows the profile `oidc`, which doesn't want PKCE of an app with a secret: teach it PKCE, then `oauth2.1`.",
        );
    }
    let realms = text(&realm["defaultSignatureAlgorithm"]).unwrap_or("RS256");
    let algorithm = said("id.token.signed.response.alg").unwrap_or(realms);
    if kind != "machine" {
        settings.insert("id_token_signed_response_alg".to_owned(), json!(known_algorithm(algorithm)));
        if known_algorithm(algorithm) != algorithm {
            report.changed(
                "clients/*/attributes/id.token.signed.response.alg",
                &format!("{id}: {algorithm}"),
                "ID tokens are signed by ES256 or RS256.",
            );
        }
        if let Some(algorithm) = said("user.info.response.signature.alg").filter(|algorithm| *algorithm != "none") {
            settings.insert("userinfo_signed_response_alg".to_owned(), json!(known_algorithm(algorithm)));
        }
        if let Some(uri) = said("backchannel.logout.url") {
            let required = said("backchannel.logout.session.required") == Some("true");
            settings.insert("backchannel_logout".to_owned(), json!({ "uri": uri, "session_required": required }));
        }
    }
    // A life of the realm is every app's that says none.
    let seconds = said("access.token.lifespan").and_then(|seconds| seconds.parse().ok()).or_else(|| realm["accessTokenLifespan"].as_u64());
    if let Some(seconds) = seconds.filter(|seconds| *seconds > 0) {
        let longest = domain::policy::ACCESS_TOKEN.as_secs();
        let bounded = seconds.clamp(domain::policy::ACCESS_TOKEN_SHORTEST.as_secs(), longest);
        settings.insert("lifetimes".to_owned(), json!({ "access_token_seconds": bounded }));
        if bounded != seconds {
            report.changed(
                "accessTokenLifespan",
                &format!("{id}: {seconds} s"),
                "Access tokens live 1 to 10 minutes, those for an API as long as the API says.",
            );
        }
    }
    for (name, value) in client["attributes"].as_object().into_iter().flatten().filter(|(name, _)| !READ.contains(&name.as_str())) {
        if says_something(value) && !matches!(text(value), Some("false" | "0" | "ANY" | "any")) {
            report.left(&format!("clients/*/attributes/{name}"), id, "Nothing says that of an app: look whether the app depends on it.");
        }
    }
}

fn known_algorithm(said: &str) -> &'static str {
    if said.starts_with("ES") { "ES256" } else { "RS256" }
}

/// The client's own mappers, and those of the scopes that it has by default.
fn mappers_of<'a>(realm: &'a Value, client: &'a Value) -> impl Iterator<Item = &'a Value> {
    let has = move |scope: &Value| items(&client["defaultClientScopes"]).any(|name| *name == scope["name"]);
    let of_scopes = items(&realm["clientScopes"]).filter(move |scope| is_own(scope) && has(scope)).flat_map(|scope| items(&scope["protocolMappers"]));
    items(&client["protocolMappers"]).chain(of_scopes)
}

/// Scopes of every realm, which the platform has of its own or has no use for.
const BUILT_IN_SCOPES: [&str; 15] = [
    "profile",
    "email",
    "address",
    "phone",
    "roles",
    "web-origins",
    "acr",
    "basic",
    "microprofile-jwt",
    "offline_access",
    "role_list",
    "organization",
    "service_account",
    "saml_organization",
    "openid",
];

fn is_own(scope: &Value) -> bool {
    text(&scope["name"]).is_some_and(|name| !BUILT_IN_SCOPES.contains(&name))
}

/// Scopes of the realm's own: what they tell is said of each app that has them by default.
pub(super) fn scopes(realm: &Value, report: &mut Report) {
    for scope in items(&realm["clientScopes"]).filter(|scope| is_own(scope)) {
        let name = text(&scope["name"]).unwrap_or_default();
        report.changed(
            "clientScopes",
            name,
            "What it tells is told to the apps that have it by default; scopes that open something are an API's: register the API with them.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(clients: &Value) -> (Map<String, Value>, Report) {
        let realm = json!({ "realm": "acme", "accessTokenLifespan": 300, "clients": clients });
        let mut report = Report::default();
        let mut attributes = Attributes::of(&realm, &mut report);
        (apps(&realm, &mut attributes, &mut tenant(), &mut report), report)
    }

    #[test]
    fn a_client_with_a_secret_is_a_web_app_whose_secret_is_drawn_anew() {
        let (apps, report) = translated(&json!([{
            "clientId": "shop", "name": "Shop", "secret": "hush-hush", "redirectUris": ["https://shop.example/cb"], "consentRequired": true,
            "attributes": { "backchannel.logout.url": "https://shop.example/bye", "backchannel.logout.session.required": "true", "access.token.lifespan": "7200",
                "oauth2.device.authorization.grant.enabled": "true", "id.token.signed.response.alg": "PS256" },
        }]));
        let expected = json!({
            "name": "Shop", "type": "web", "consent": "ask", "security_profile": "oidc", "id_token_signed_response_alg": "RS256",
            "backchannel_logout": { "uri": "https://shop.example/bye", "session_required": true }, "lifetimes": { "access_token_seconds": 600 },
            "redirect_uris": ["https://shop.example/cb"], "post_logout_redirect_uris": [], "origins": [], "claims": [],
        });
        assert_eq!(apps["shop"], expected);
        for (at, whose) in [
            ("clients/*/secret", "shop"),
            ("accessTokenLifespan", "7200"),
            ("clients/*/attributes/oauth2.device.authorization.grant.enabled", "shop"),
            ("clients/*/attributes/id.token.signed.response.alg", "PS256"),
            ("clients/*/attributes/pkce.code.challenge.method", "shop"),
        ] {
            assert!(report.says(at, whose), "{at}");
        }
        assert!(!report.as_markdown().contains("hush-hush") && !report.as_json().to_string().contains("hush-hush"));
    }

    #[test]
    fn public_clients_are_apps_of_a_browser_or_a_device() {
        let (apps, _) = translated(&json!([
            { "clientId": "spa", "publicClient": true, "redirectUris": ["https://spa.example/"], "name": "${client_spa}" },
            { "clientId": "phone", "publicClient": true, "redirectUris": ["com.example.phone:/cb"] },
            { "clientId": "robot", "standardFlowEnabled": false, "serviceAccountsEnabled": true, "secret": "x" },
        ]));
        assert_eq!(
            ["spa", "phone", "robot"].map(|id| apps[id]["type"].as_str().unwrap_or_default().to_owned()),
            ["single_page", "native", "machine"]
        );
        assert_eq!(
            (&apps["spa"]["name"], &apps["spa"]["consent"], &apps["spa"]["security_profile"]),
            (&json!("spa"), &json!("implied"), &json!("oauth2.1"))
        );
    }

    #[test]
    fn what_can_be_no_app_is_left_out_and_reported() {
        let (apps, report) = translated(&json!([
            { "clientId": "account" }, { "clientId": "acme-realm" },
            { "clientId": "old", "protocol": "saml", "redirectUris": ["https://old.example/"] },
            { "clientId": "api", "bearerOnly": true },
            { "clientId": "off", "enabled": false, "redirectUris": ["https://off.example/"] },
            { "clientId": "a b", "redirectUris": ["https://a.example/"] },
            { "clientId": "wild", "redirectUris": ["https://wild.example/*"] },
            { "clientId": "idle", "standardFlowEnabled": false },
            { "clientId": "desk", "redirectUris": ["com.example.desk:/cb"], "secret": "x" },
        ]));
        assert_eq!(apps.len(), 0, "{apps:?}");
        for (at, whose) in [
            ("clients/*/protocol", "old"),
            ("clients/*/bearerOnly", "api"),
            ("clients/*/enabled", "off"),
            ("clients/*/clientId", "a b"),
            ("clients/*/redirectUris", "wild"),
            ("clients", "wild"),
            ("clients", "idle"),
            ("clients", "desk"),
        ] {
            assert!(report.says(at, whose), "{at} {whose}");
        }
        assert!(!report.says("clients", "account"));
    }

    #[test]
    fn an_app_that_signs_what_it_says_goes_on_so_where_its_keys_are_in_the_realm() {
        let key = json!({ "kty": "EC", "crv": "P-256", "x": "x", "y": "y" });
        let of = |attributes: &Value| json!([{ "clientId": "shop", "clientAuthenticatorType": "client-jwt", "redirectUris": ["https://shop.example/cb"], "attributes": attributes }]);
        let (apps, _) = translated(&of(&json!({ "use.jwks.string": "true", "jwks.string": json!({ "keys": [key] }).to_string() })));
        assert_eq!((&apps["shop"]["authentication"], &apps["shop"]["jwks"]), (&json!("private_key_jwt"), &json!([key])));
        let (apps, report) = translated(&of(&json!({ "use.jwks.url": "true", "jwks.url": "https://shop.example/jwks" })));
        assert_eq!(apps["shop"].get("authentication"), None);
        assert!(report.says("clients/*/clientAuthenticatorType/client-jwt", "shop") && report.says("clients/*/attributes/jwks.url", "shop"));
    }
}
