//! Sign-in, refresh and logout as a client sees them (OpenID Connect Core 1.0 §3.1, §12; RP-Initiated Logout 1.0), on the `openidconnect` crate.

use std::error::Error;
use std::time::Duration;

#[cfg(test)]
use base64::Engine;
#[cfg(test)]
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreErrorResponseType, CoreGenderClaim, CoreIdToken, CoreTokenResponse};
use openidconnect::{
    AccessToken, AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DiscoveryError, EndSessionUrl, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpClientError, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardErrorResponse, SubjectIdentifier,
    UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::failure::Failure;
use crate::id_token::{id_token, id_token_parts, verified_claims};
use crate::{Configuration, InvalidConfiguration};

/// How long the provider may take to answer one request.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
const SCOPES: [&str; 3] = ["profile", "email", "offline_access"];

/// A client of one provider.
pub(crate) struct RelyingParty {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect_uri: RedirectUrl,
    post_logout_redirect_uri: PostLogoutRedirectUrl,
    http: reqwest::Client,
}

/// What the app remembers while a person is at the provider.
pub(crate) struct Attempt {
    /// Comes back with the answer.
    pub(crate) state: String,
    /// Comes back inside the ID token.
    pub(crate) nonce: String,
    /// Proves at the token endpoint who began (RFC 7636).
    pub(crate) verifier: String,
}

/// The authorization response (RFC 6749 §4.1.2, RFC 9207 §2).
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// What the app learned about a person.
pub(crate) struct SignedIn {
    /// The ID token's JOSE header.
    pub(crate) header: Claims,
    /// The ID token's claims, verified.
    pub(crate) claims: Claims,
    /// What the userinfo endpoint said, or why it said nothing.
    pub(crate) userinfo: Result<Claims, String>,
    /// The scopes that were granted.
    pub(crate) scopes: Vec<String>,
    /// How often the tokens were refreshed.
    pub(crate) refreshes: u32,
    /// What the app keeps for its next requests.
    pub(crate) kept: Kept,
}

/// The tokens that an app keeps.
pub(crate) struct Kept {
    /// As it was sent: the hint by which a person is signed out.
    id_token: CoreIdToken,
    subject: SubjectIdentifier,
    refresh_token: Option<RefreshToken>,
}

#[cfg(test)]
impl Kept {
    /// Tokens of somebody, which no provider signed.
    pub(crate) fn of_somebody() -> Self {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let claims = r#"{"iss":"https://op.example","aud":"demo","exp":2,"iat":1,"sub":"s"}"#;
        let id_token = format!("{}.{}.{}", part(r#"{"alg":"ES256"}"#), part(claims), part("no signature"));
        let id_token = id_token.parse().expect("an ID token");
        Self { id_token, subject: SubjectIdentifier::new("s".to_owned()), refresh_token: None }
    }
}

/// A JSON object of claims.
pub(crate) type Claims = Map<String, Value>;

#[derive(Debug, Deserialize, Serialize)]
struct OtherClaims(Claims);
impl AdditionalClaims for OtherClaims {}

/// A client of the provider as it describes itself now.
pub(crate) type Provider = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

impl RelyingParty {
    /// Checks that the URLs are URLs; asks the provider nothing yet.
    pub(crate) fn new(configuration: Configuration) -> Result<Self, InvalidConfiguration> {
        let Configuration { issuer, client_id, client_secret, redirect_uri } = configuration;
        let invalid = |what, url: &str| InvalidConfiguration { what, url: url.to_owned() };
        // The client is built with what the workspace builds it with, which may be TLS without a provider of its own; one that was chosen before stays.
        let _chosen_before = rustls::crypto::aws_lc_rs::default_provider().install_default();
        // Not following redirects keeps the provider from naming somebody else's endpoint.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(ANSWER_TIMEOUT).build();
        let url = Url::parse(&redirect_uri).and_then(|url| url.join("/")).map_err(|_| invalid("redirect URI", &redirect_uri))?;
        Ok(Self {
            issuer: IssuerUrl::new(issuer.clone()).map_err(|_| invalid("issuer", &issuer))?,
            redirect_uri: RedirectUrl::new(redirect_uri.clone()).map_err(|_| invalid("redirect URI", &redirect_uri))?,
            post_logout_redirect_uri: PostLogoutRedirectUrl::from_url(url),
            client_id: ClientId::new(client_id),
            client_secret: client_secret.map(ClientSecret::new),
            http: http.expect("a client without TLS has nothing to load that could fail"),
        })
    }

    /// The provider that this app trusts.
    pub(crate) fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// The provider's origin, where forms of this app may end.
    pub(crate) fn provider_origin(&self) -> String {
        self.issuer.url().origin().ascii_serialization()
    }

    /// Begins a sign-in: where to send the person, and what to remember.
    pub(crate) async fn begin(&self) -> Result<(Url, Attempt), Failure> {
        let (provider, _) = self.discover().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let request = provider
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge);
        let (url, state, nonce) = request.url();
        Ok((url, Attempt { state: state.into_secret(), nonce: nonce.secret().clone(), verifier: verifier.into_secret() }))
    }

    /// Ends a sign-in with the provider's answer to it.
    pub(crate) async fn complete(&self, answer: Answer, attempt: Attempt) -> Result<SignedIn, Failure> {
        // SECURITY: before anything else is believed, also before an error is (RFC 9207 §2.4).
        if answer.iss.as_deref() != Some(self.issuer()) {
            return Err(Failure::OtherIssuer { found: answer.iss, expected: self.issuer().to_owned() });
        }
        if let Some(error) = answer.error {
            return Err(Failure::Refused { error, description: answer.error_description });
        }
        let code = answer.code.ok_or_else(|| Failure::Unreadable("it holds neither a code nor an error".to_owned()))?;
        let (provider, _) = self.discover().await?;
        let tokens = self.redeem(&provider, AuthorizationCode::new(code), PkceCodeVerifier::new(attempt.verifier)).await?;
        let subject = verified_claims(&provider, &tokens, &Nonce::new(attempt.nonce))?.subject().clone();
        self.learn(&provider, &tokens, subject).await
    }

    /// New tokens of the same sign-in (RFC 6749 §6, OpenID Connect Core 1.0 §12).
    pub(crate) async fn refresh(&self, before: &SignedIn) -> Result<SignedIn, Failure> {
        let (provider, _) = self.discover().await?;
        let refresh_token = before.kept.refresh_token.as_ref().ok_or_else(|| Failure::NotRedeemed("offline_access wasn't granted".to_owned()))?;
        let request = provider.exchange_refresh_token(refresh_token).map_err(|error| Failure::Unusable(chain(&error)))?;
        let tokens = request.request_async(&self.http).await.map_err(|error| not_redeemed(&error))?;
        // OpenID Connect Core 1.0 §12.2: the same person; a nonce isn't expected.
        let subject = verified_claims(&provider, &tokens, |_: Option<&Nonce>| Ok(()))?.subject().clone();
        if subject != before.kept.subject {
            return Err(Failure::NotVerified("the refreshed ID token is about somebody else".to_owned()));
        }
        let after = self.learn(&provider, &tokens, subject).await?;
        // RFC 6749 §6: without a new refresh token the old one is still good.
        let refresh_token = after.kept.refresh_token.clone().or_else(|| before.kept.refresh_token.clone());
        Ok(SignedIn { refreshes: before.refreshes + 1, kept: Kept { refresh_token, ..after.kept }, ..after })
    }

    /// Where to send a person to be signed out of the provider, too (OpenID Connect RP-Initiated Logout 1.0 §2).
    pub(crate) async fn end_session(&self, signed_in: &SignedIn) -> Result<Url, Failure> {
        let (_, end_session) = self.discover().await?;
        let end_session = end_session.ok_or_else(|| Failure::Unusable("it has no end_session_endpoint".to_owned()))?;
        let request = LogoutRequest::from(end_session).set_id_token_hint(&signed_in.kept.id_token);
        Ok(request.set_post_logout_redirect_uri(self.post_logout_redirect_uri.clone()).http_get_url())
    }

    async fn learn(&self, provider: &Provider, tokens: &CoreTokenResponse, subject: SubjectIdentifier) -> Result<SignedIn, Failure> {
        let userinfo = self.userinfo(provider, tokens.access_token(), &subject).await;
        let [header, claims] = id_token_parts(tokens)?;
        let scopes = tokens.scopes().map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect()).unwrap_or_default();
        let kept = Kept { id_token: id_token(tokens)?.clone(), subject, refresh_token: tokens.refresh_token().cloned() };
        Ok(SignedIn { header, claims, userinfo, scopes, refreshes: 0, kept })
    }

    /// The provider as it describes itself now (OpenID Connect Discovery 1.0 §4), and where it ends sessions.
    async fn discover(&self) -> Result<(Provider, Option<EndSessionUrl>), Failure> {
        let metadata = ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &self.http).await.map_err(|error| match &error {
            DiscoveryError::Request(_) => Failure::Unreachable(chain(&error)),
            _ => Failure::Unusable(chain(&error)),
        })?;
        let end_session = metadata.additional_metadata().end_session_endpoint.clone();
        let client = CoreClient::from_provider_metadata(metadata, self.client_id.clone(), self.client_secret.clone());
        Ok((client.set_redirect_uri(self.redirect_uri.clone()), end_session))
    }

    /// A token request (RFC 6749 §4.1.3, RFC 7636 §4.5).
    async fn redeem(&self, provider: &Provider, code: AuthorizationCode, verifier: PkceCodeVerifier) -> Result<CoreTokenResponse, Failure> {
        let request = provider.exchange_code(code).map_err(|error| Failure::Unusable(chain(&error)))?;
        request.set_pkce_verifier(verifier).request_async(&self.http).await.map_err(|error| not_redeemed(&error))
    }

    /// Claims about the subject of the ID token and of nobody else (OpenID Connect Core 1.0 §5.3.2).
    async fn userinfo(&self, provider: &Provider, access_token: &AccessToken, subject: &SubjectIdentifier) -> Result<Claims, String> {
        let request = provider.user_info(access_token.clone(), Some(subject.clone())).map_err(|error| chain(&error))?;
        let userinfo: UserInfoClaims<OtherClaims, CoreGenderClaim> = request.request_async(&self.http).await.map_err(|error| chain(&error))?;
        match serde_json::to_value(userinfo) {
            Ok(Value::Object(claims)) => Ok(claims),
            _ => Err("the claims are no JSON object".to_owned()),
        }
    }
}

type TokenError = RequestTokenError<HttpClientError<reqwest::Error>, StandardErrorResponse<CoreErrorResponseType>>;

fn not_redeemed(error: &TokenError) -> Failure {
    match error {
        RequestTokenError::Request(_) => Failure::Unreachable(chain(error)),
        RequestTokenError::ServerResponse(answer) => Failure::NotRedeemed(answer.to_string()),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Failure::Unusable(chain(error)),
    }
}

/// An error and its causes, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    std::iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
