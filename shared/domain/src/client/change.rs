//! An app as an administrator says that it is, and what of that is trust.

use std::collections::BTreeSet;

use super::{AppKind, Client, ConsentPolicy, GrantType, InvalidSettings, RedirectUri, Settings};
use crate::api::{ApiScope, Audience};
use crate::claim_rules::ClaimRule;
use crate::id::ClientId;
use crate::timestamp::Timestamp;

impl Client {
    /// A new app that is so; its secrets come after.
    pub fn registered(id: ClientId, settings: &Settings, now: Timestamp) -> Self {
        Self { kind: Some(settings.kind), ..Self::named(id, settings.name.clone(), now) }.with_settings(settings)
    }

    /// The app as it is said to be from now on, one version on.
    pub fn changed(&self, settings: &Settings) -> Result<Self, InvalidSettings> {
        if settings.kind != self.kind() {
            return Err(InvalidSettings::Kind);
        }
        Ok(Self { kind: Some(settings.kind), version: self.version + 1, ..self.with_settings(settings) })
    }

    /// What runs it: as it was said, else what fits how it authenticates and where it is answered.
    pub fn kind(&self) -> AppKind {
        let (keeps, for_itself) = (self.is_confidential(), self.grant_types == [GrantType::ClientCredentials].into());
        let own_scheme = |uri: &RedirectUri| !matches!(uri.scheme().as_str(), "https:" | "http:");
        // A row of before kinds were said may have been written with one that doesn't fit it.
        let fits = |kind: &AppKind| matches!(kind, AppKind::Web | AppKind::Machine) == keeps && (*kind == AppKind::Machine) == for_itself;
        self.kind.filter(fits).unwrap_or(match (for_itself, keeps) {
            (true, _) => AppKind::Machine,
            (false, true) => AppKind::Web,
            (false, false) if self.redirect_uris.iter().any(own_scheme) => AppKind::Native,
            (false, false) => AppKind::SinglePage,
        })
    }

    fn with_settings(&self, settings: &Settings) -> Self {
        let settings = settings.clone();
        Self {
            authentication: settings.authentication(),
            grant_types: settings.grant_types(),
            name: settings.name,
            jwks: settings.jwks,
            redirect_uris: settings.redirect_uris,
            post_logout_redirect_uris: settings.post_logout_redirect_uris,
            backchannel_logout: settings.backchannel_logout.map(Into::into),
            origins: settings.origins,
            apis: settings.apis,
            security_profile: settings.security_profile,
            id_token_signed_response_alg: settings.id_token_signed_response_alg,
            userinfo_signed_response_alg: settings.userinfo_signed_response_alg,
            consent: settings.consent,
            sessions: settings.sessions.map(Into::into),
            claims: settings.claims,
            lifetimes: settings.lifetimes,
            access: settings.access,
            ..self.clone()
        }
    }

    /// What is said of it.
    pub fn settings(&self) -> Settings {
        let (kind, client) = (self.kind(), self.clone());
        Settings {
            name: client.name,
            kind,
            security_profile: client.security_profile,
            authentication: Some(client.authentication),
            jwks: client.jwks,
            grant_types: Some(client.grant_types),
            redirect_uris: client.redirect_uris,
            post_logout_redirect_uris: client.post_logout_redirect_uris,
            backchannel_logout: client.backchannel_logout.map(Into::into),
            origins: client.origins,
            apis: client.apis,
            id_token_signed_response_alg: client.id_token_signed_response_alg,
            userinfo_signed_response_alg: client.userinfo_signed_response_alg,
            consent: client.consent,
            sessions: client.sessions.map(Into::into),
            claims: client.claims,
            lifetimes: client.lifetimes,
            access: client.access,
        }
    }
}

// SECURITY: whoever develops an app says what it is set up with; what it is trusted with isn't theirs to say.
impl Settings {
    /// Whether they trust an app with what no person agrees to, beyond what `standing` is trusted with: to learn of people who weren't asked, or to act as
    /// itself at an API.
    pub fn trusts_more_than(&self, standing: Option<&Client>) -> bool {
        let unasked = self.consent == ConsentPolicy::Implied && standing.is_none_or(|client| client.consent != ConsentPolicy::Implied);
        let grants = |(audience, scopes): (&Audience, &BTreeSet<ApiScope>)| {
            standing.and_then(|client| client.apis.get(audience)).is_none_or(|before| !scopes.is_subset(before))
        };
        let told = |rule: &ClaimRule| standing.is_none_or(|client| !client.claims.contains(rule));
        unasked || self.apis.iter().any(grants) || self.claims.iter().any(told)
    }
}
