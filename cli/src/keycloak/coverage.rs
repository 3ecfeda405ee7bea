//! What there is in a realm, a client and a person, and what becomes of each: no member of them goes by unseen. The names are those of Keycloak's
//! representations (<https://www.keycloak.org/docs-api/latest/rest-api/index.html>).

use serde_json::{Map, Value};

use super::report::Report;

/// What becomes of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Becomes {
    /// It is translated, or reported by who translates what it belongs to.
    Read,
    /// It says nothing here: an id of Keycloak's, or what this platform does in one way alone.
    Nothing,
    /// It has no counterpart; what to do.
    Left(&'static str),
}
use Becomes::{Left, Nothing, Read};

type Table = &'static [(&'static str, Becomes)];

const FLOWS: &str = "Sign-in has one flow, without steps to put together.";
const FACTORS: &str = "There are no second factors yet.";
const THEMES: &str = "Say logo, colours and a welcome by the policy `branding`.";
const GUESSES: &str = "Guesses are counted by the platform, in one way, for everybody.";
const LINKS: &str = "How long links by mail are good is the platform's to say.";
const LEGACY: &str = "Nothing of a realm of today: export it anew by a newer Keycloak.";

pub(super) const REALM: Table = &[
    ("id", Nothing),
    ("realm", Read),
    ("enabled", Nothing),
    ("keycloakVersion", Nothing),
    ("notBefore", Nothing),
    ("displayName", Left("An administrator gives the tenant its name.")),
    ("displayNameHtml", Nothing),
    ("clients", Read),
    ("roles", Read),
    ("groups", Read),
    ("users", Read),
    ("defaultRole", Read),
    ("defaultRoles", Read),
    ("clientScopes", Read),
    ("defaultGroups", Left("Nobody is in a group by signing up: invite into groups, or import with them.")),
    ("passwordPolicy", Read),
    ("resetPasswordAllowed", Read),
    ("registrationAllowed", Read),
    ("registrationEmailAsUsername", Read),
    ("rememberMe", Read),
    ("ssoSessionIdleTimeout", Read),
    ("ssoSessionMaxLifespan", Read),
    ("ssoSessionIdleTimeoutRememberMe", Read),
    ("ssoSessionMaxLifespanRememberMe", Read),
    ("eventsEnabled", Read),
    ("eventsExpiration", Read),
    ("defaultSignatureAlgorithm", Read),
    ("accessTokenLifespan", Read),
    ("accessTokenLifespanForImplicitFlow", Nothing),
    ("accessCodeLifespan", Nothing),
    ("accessCodeLifespanUserAction", Nothing),
    ("accessCodeLifespanLogin", Nothing),
    ("actionTokenGeneratedByAdminLifespan", Left(LINKS)),
    ("actionTokenGeneratedByUserLifespan", Left(LINKS)),
    ("offlineSessionIdleTimeout", Left("Say `lifetimes.refresh_idle_seconds` of each app.")),
    ("offlineSessionMaxLifespanEnabled", Nothing),
    ("offlineSessionMaxLifespan", Left("Say `lifetimes.refresh_absolute_seconds` of each app.")),
    ("clientSessionIdleTimeout", Left("Say `sessions` of each app.")),
    ("clientSessionMaxLifespan", Left("Say `sessions` of each app.")),
    ("clientOfflineSessionIdleTimeout", Left("Say `lifetimes` of each app.")),
    ("clientOfflineSessionMaxLifespan", Left("Say `lifetimes` of each app.")),
    ("revokeRefreshToken", Nothing),
    ("refreshTokenMaxReuse", Nothing),
    ("oauth2DeviceCodeLifespan", Nothing),
    ("oauth2DevicePollingInterval", Nothing),
    ("sslRequired", Nothing),
    ("passwordCredentialGrantAllowed", Nothing),
    ("verifyEmail", Nothing),
    ("loginWithEmailAllowed", Nothing),
    ("duplicateEmailsAllowed", Left("An address is one person's: of people with the same, the first is imported.")),
    ("editUsernameAllowed", Left("People don't change their username; administrators do.")),
    ("userCacheEnabled", Nothing),
    ("realmCacheEnabled", Nothing),
    ("bruteForceProtected", Left(GUESSES)),
    ("permanentLockout", Left(GUESSES)),
    ("maxTemporaryLockouts", Nothing),
    ("bruteForceStrategy", Nothing),
    ("maxFailureWaitSeconds", Nothing),
    ("minimumQuickLoginWaitSeconds", Nothing),
    ("waitIncrementSeconds", Nothing),
    ("quickLoginCheckMilliSeconds", Nothing),
    ("maxDeltaTimeSeconds", Nothing),
    ("failureFactor", Nothing),
    ("privateKey", Left("Keys stay where they are: apps read the new ones by discovery.")),
    ("publicKey", Nothing),
    ("certificate", Nothing),
    ("codeSecret", Nothing),
    ("requiredCredentials", Nothing),
    ("otpPolicyType", Nothing),
    ("otpPolicyAlgorithm", Nothing),
    ("otpPolicyInitialCounter", Nothing),
    ("otpPolicyDigits", Nothing),
    ("otpPolicyLookAheadWindow", Nothing),
    ("otpPolicyPeriod", Nothing),
    ("otpPolicyCodeReusable", Nothing),
    ("otpSupportedApplications", Nothing),
    ("localizationTexts", Left("Pages and mails have texts of their own, in English and German.")),
    ("clientProfiles", Left("A profile of each app says what standards leave open.")),
    ("clientPolicies", Left("A profile of each app says what standards leave open.")),
    ("federatedUsers", Left("What people have beside their directory: import them once the directory is exported.")),
    ("scopeMappings", Left("Scopes of an API are bound to roles: `scope_roles` of `apis`.")),
    ("clientScopeMappings", Left("Scopes of an API are bound to roles: `scope_roles` of `apis`.")),
    ("defaultDefaultClientScopes", Nothing),
    ("defaultOptionalClientScopes", Nothing),
    ("browserSecurityHeaders", Nothing),
    ("smtpServer", Left("Mail is sent by the deployment's SES; whoever operates it sets its address.")),
    ("userFederationProviders", Left("A directory isn't asked: import its people, or let them come by the migration hook.")),
    ("userFederationMappers", Nothing),
    ("loginTheme", Left(THEMES)),
    ("accountTheme", Left(THEMES)),
    ("adminTheme", Nothing),
    ("emailTheme", Left(THEMES)),
    ("eventsListeners", Nothing),
    ("enabledEventTypes", Nothing),
    ("adminEventsEnabled", Nothing),
    ("adminEventsDetailsEnabled", Nothing),
    ("identityProviders", Left("Nobody signs in by another provider yet: who has no password asks for one by mail.")),
    ("identityProviderMappers", Nothing),
    ("protocolMappers", Left(LEGACY)),
    ("components", Left("Providers of Keycloak's own: keys are new, directories aren't asked.")),
    ("internationalizationEnabled", Nothing),
    ("supportedLocales", Left("Pages are English and German.")),
    ("defaultLocale", Nothing),
    ("authenticationFlows", Left(FLOWS)),
    ("authenticatorConfig", Left(FLOWS)),
    ("requiredActions", Left(FLOWS)),
    ("browserFlow", Nothing),
    ("registrationFlow", Nothing),
    ("directGrantFlow", Nothing),
    ("resetCredentialsFlow", Nothing),
    ("clientAuthenticationFlow", Nothing),
    ("dockerAuthenticationFlow", Nothing),
    ("firstBrokerLoginFlow", Nothing),
    ("attributes", Nothing),
    ("userManagedAccessAllowed", Left("User-managed access isn't here.")),
    ("organizationsEnabled", Nothing),
    ("organizations", Left("Organizations aren't here: a tenant or groups may stand for them.")),
    ("oid4VciEnabled", Nothing),
    ("verifiableCredentialsEnabled", Nothing),
    ("adminPermissionsEnabled", Left("What administrators may do is said by their roles.")),
    ("social", Left(LEGACY)),
    ("updateProfileOnInitialSocialLogin", Left(LEGACY)),
    ("socialProviders", Left(LEGACY)),
    ("applicationScopeMappings", Left(LEGACY)),
    ("applications", Left(LEGACY)),
    ("oauthClients", Left(LEGACY)),
    ("clientTemplates", Left(LEGACY)),
];

pub(super) const CLIENT: Table = &[
    ("id", Nothing),
    ("clientId", Read),
    ("name", Read),
    ("enabled", Read),
    ("protocol", Read),
    ("publicClient", Read),
    ("bearerOnly", Read),
    ("description", Left("An app has a name alone.")),
    ("rootUrl", Read),
    ("baseUrl", Nothing),
    ("adminUrl", Left("An app is told that sessions ended at `backchannel_logout`.")),
    ("type", Nothing),
    ("origin", Nothing),
    ("access", Nothing),
    ("alwaysDisplayInConsole", Nothing),
    ("surrogateAuthRequired", Nothing),
    ("notBefore", Nothing),
    ("clientAuthenticatorType", Read),
    ("secret", Read),
    ("redirectUris", Read),
    ("webOrigins", Read),
    ("consentRequired", Read),
    ("registrationAccessToken", Left("Apps are registered by administrators.")),
    ("defaultRoles", Left("Nobody has a role by an app: import people with them.")),
    ("standardFlowEnabled", Read),
    ("serviceAccountsEnabled", Read),
    ("implicitFlowEnabled", Left("There is no implicit flow: the app takes the code flow with PKCE.")),
    ("directAccessGrantsEnabled", Left("No app takes passwords: the app takes the code flow with PKCE.")),
    ("directGrantsOnly", Left(LEGACY)),
    ("proofKeyForCodeExchangeRequired", Nothing),
    ("authorizationServicesEnabled", Left("Resources and permissions aren't kept here: the API decides by scopes and roles.")),
    ("authorizationSettings", Left("Resources and permissions aren't kept here: the API decides by scopes and roles.")),
    ("frontchannelLogout", Left("Apps hear of logouts by back channel alone.")),
    ("attributes", Read),
    ("protocolMappers", Read),
    ("authenticationFlowBindingOverrides", Left(FLOWS)),
    ("fullScopeAllowed", Nothing),
    ("nodeReRegistrationTimeout", Nothing),
    ("registeredNodes", Nothing),
    ("defaultClientScopes", Read),
    ("optionalClientScopes", Read),
    ("clientTemplate", Left(LEGACY)),
    ("useTemplateConfig", Nothing),
    ("useTemplateScope", Nothing),
    ("useTemplateMappers", Nothing),
];

pub(super) const PERSON: Table = &[
    ("id", Read),
    ("username", Read),
    ("email", Read),
    ("emailVerified", Read),
    ("enabled", Read),
    ("firstName", Read),
    ("lastName", Read),
    ("attributes", Read),
    ("credentials", Read),
    ("realmRoles", Read),
    ("clientRoles", Read),
    ("groups", Read),
    ("serviceAccountClientId", Read),
    ("requiredActions", Read),
    ("self", Nothing),
    ("origin", Nothing),
    ("createdTimestamp", Nothing),
    ("userProfileMetadata", Nothing),
    ("access", Nothing),
    ("notBefore", Nothing),
    ("disableableCredentialTypes", Nothing),
    ("totp", Left(FACTORS)),
    ("federationLink", Left("The password is in a directory: they ask for one by mail, or come by the migration hook.")),
    ("federatedIdentities", Left("Nobody signs in by another provider yet: they ask for a password by mail.")),
    ("clientConsents", Left("They are asked again, once, by each app.")),
    ("applicationRoles", Left(LEGACY)),
    ("socialLinks", Left(LEGACY)),
];

/// Reports the members of `object` that have no counterpart, and those that nobody knows.
pub(super) fn look(table: Table, object: &Map<String, Value>, (at, whose): (&str, &str), report: &mut Report) {
    for (name, _) in object.iter().filter(|(_, value)| says_something(value)) {
        let place = if at.is_empty() { name.clone() } else { format!("{at}/{name}") };
        match table.iter().find(|(known, _)| known == name).map(|(_, becomes)| *becomes) {
            Some(Read | Nothing) => {}
            Some(Left(advice)) => report.left(&place, whose, advice),
            None => report.left(&place, whose, "This program doesn't know it: look whether anything depends on it."),
        }
    }
}

/// Whether a member says anything: what is off, none or empty needs no counterpart.
pub(super) fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(all) => !all.is_empty(),
        Value::Object(all) => !all.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn each_member_is_named_once() {
        for table in [REALM, CLIENT, PERSON] {
            let names: BTreeSet<_> = table.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), table.len());
        }
    }

    #[test]
    fn what_has_no_counterpart_and_what_nobody_knows_is_reported_where_it_says_something() {
        for (table, at) in [(REALM, ""), (CLIENT, "clients/*"), (PERSON, "users/*")] {
            let all = |value: Value| -> Map<String, Value> { table.iter().map(|(name, _)| ((*name).to_owned(), value.clone())).collect() };
            let mut report = Report::default();
            look(table, &all(json!("x")), (at, "somebody"), &mut report);
            let left: Vec<_> = table.iter().filter(|(_, becomes)| matches!(becomes, Left(_))).collect();
            assert_eq!(report.lines(), left.len());
            let mut silent = Report::default();
            for nothing in [json!(null), json!(false), json!(""), json!([]), json!({}), json!(0)] {
                look(table, &all(nothing), (at, "somebody"), &mut silent);
            }
            assert_eq!(silent.lines(), 0);
            look(table, json!({ "ofTomorrow": true }).as_object().expect("an object"), (at, "somebody"), &mut silent);
            assert!(silent.says(&format!("{at}/ofTomorrow"), "somebody") || silent.says("ofTomorrow", "somebody"));
        }
    }
}
