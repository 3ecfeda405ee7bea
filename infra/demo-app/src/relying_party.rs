//! The authorization code flow as a client sees it (OpenID Connect Core 1.0 §3.1), on the `openidconnect` crate.

use std::error::Error;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreIdToken, CoreIdTokenClaims, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DiscoveryError, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SubjectIdentifier, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::failure::Failure;
use crate::{Configuration, InvalidConfiguration};

/// How long the provider may take to answer one request.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
const SCOPES: [&str; 2] = ["profile", "email"];

/// A client of one provider.
pub(crate) struct RelyingParty {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect_uri: RedirectUrl,
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
#[derive(Debug)]
pub(crate) struct SignedIn {
    /// The ID token's JOSE header.
    pub(crate) header: Claims,
    /// The ID token's claims, verified.
    pub(crate) claims: Claims,
    /// What the userinfo endpoint said, or why it said nothing.
    pub(crate) userinfo: Result<Claims, String>,
    /// The scopes that were granted.
    pub(crate) scopes: Vec<String>,
}

/// A JSON object of claims.
pub(crate) type Claims = Map<String, Value>;

#[derive(Debug, Deserialize, Serialize)]
struct OtherClaims(Claims);
impl AdditionalClaims for OtherClaims {}

type Provider = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

impl RelyingParty {
    /// Checks that the URLs are URLs; asks the provider nothing yet.
    pub(crate) fn new(configuration: Configuration) -> Result<Self, InvalidConfiguration> {
        let Configuration { issuer, client_id, client_secret, redirect_uri } = configuration;
        let invalid = |what, url: &str| InvalidConfiguration { what, url: url.to_owned() };
        // Not following redirects keeps the provider from naming somebody else's endpoint.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(ANSWER_TIMEOUT).build();
        Ok(Self {
            issuer: IssuerUrl::new(issuer.clone()).map_err(|_| invalid("issuer", &issuer))?,
            redirect_uri: RedirectUrl::new(redirect_uri.clone()).map_err(|_| invalid("redirect URI", &redirect_uri))?,
            client_id: ClientId::new(client_id),
            client_secret: client_secret.map(ClientSecret::new),
            http: http.expect("a client without TLS has nothing to load that could fail"),
        })
    }

    /// The provider that this app trusts.
    pub(crate) fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// Begins a sign-in: where to send the person, and what to remember.
    pub(crate) async fn begin(&self) -> Result<(Url, Attempt), Failure> {
        let provider = self.discover().await?;
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
        let provider = self.discover().await?;
        let tokens = self.redeem(&provider, AuthorizationCode::new(code), PkceCodeVerifier::new(attempt.verifier)).await?;
        let claims = verified_claims(&provider, &tokens, &Nonce::new(attempt.nonce))?;
        let userinfo = self.userinfo(&provider, tokens.access_token(), claims.subject()).await;
        let [header, claims] = id_token_parts(&tokens)?;
        let scopes = tokens.scopes().map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect()).unwrap_or_default();
        Ok(SignedIn { header, claims, userinfo, scopes })
    }

    /// The provider as it describes itself now (OpenID Connect Discovery 1.0 §4).
    async fn discover(&self) -> Result<Provider, Failure> {
        let metadata = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await.map_err(|error| match &error {
            DiscoveryError::Request(_) => Failure::Unreachable(chain(&error)),
            _ => Failure::Unusable(chain(&error)),
        })?;
        let client = CoreClient::from_provider_metadata(metadata, self.client_id.clone(), self.client_secret.clone());
        Ok(client.set_redirect_uri(self.redirect_uri.clone()))
    }

    /// A token request (RFC 6749 §4.1.3, RFC 7636 §4.5).
    async fn redeem(&self, provider: &Provider, code: AuthorizationCode, verifier: PkceCodeVerifier) -> Result<CoreTokenResponse, Failure> {
        let request = provider.exchange_code(code).map_err(|error| Failure::Unusable(chain(&error)))?;
        request.set_pkce_verifier(verifier).request_async(&self.http).await.map_err(|error| match &error {
            RequestTokenError::Request(_) => Failure::Unreachable(chain(&error)),
            RequestTokenError::ServerResponse(answer) => Failure::NotRedeemed(answer.to_string()),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Failure::Unusable(chain(&error)),
        })
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

/// The ID token's claims, once it is signed by the provider, for this client, for this attempt, not expired, and of this access token
/// (OpenID Connect Core 1.0 §3.1.3.7, §3.1.3.8).
fn verified_claims<'a>(provider: &Provider, tokens: &'a CoreTokenResponse, nonce: &Nonce) -> Result<&'a CoreIdTokenClaims, Failure> {
    let not_verified = |error: &dyn Error| Failure::NotVerified(chain(error));
    let id_token = id_token(tokens)?;
    let verifier = provider.id_token_verifier();
    let claims = id_token.claims(&verifier, nonce).map_err(|error| not_verified(&error))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().map_err(|error| not_verified(&error))?;
        let key = id_token.signing_key(&verifier).map_err(|error| not_verified(&error))?;
        let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(|error| not_verified(&error))?;
        if hash != *expected {
            return Err(Failure::NotVerified("at_hash is of another access token".to_owned()));
        }
    }
    Ok(claims)
}

fn id_token(tokens: &CoreTokenResponse) -> Result<&CoreIdToken, Failure> {
    tokens.id_token().ok_or_else(|| Failure::NotVerified("the token response holds no ID token".to_owned()))
}

/// Header and payload as they were sent: the library's types leave out claims that it doesn't know.
fn id_token_parts(tokens: &CoreTokenResponse) -> Result<[Claims; 2], Failure> {
    let jwt = id_token(tokens)?.to_string();
    let part = |index| {
        let part = jwt.split('.').nth(index)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    let parts = part(0).zip(part(1)).map(|(header, claims)| [header, claims]);
    parts.ok_or_else(|| Failure::NotVerified("it is no JWS of JSON objects".to_owned()))
}

/// An error and its causes, in one line.
fn chain(error: &dyn Error) -> String {
    std::iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
