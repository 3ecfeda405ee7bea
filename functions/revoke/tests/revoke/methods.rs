//! Each method of client authentication here: the registered one, and no other (OpenID Connect Core §9).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ClientId;
use domain::client::{Client, ClientAuthenticationMethod, SecurityProfile};
use http::StatusCode;
use runtime::Clock;
use testkit::assertion::{self, Signer, authenticated};
use testkit::builders::{self, CLIENT_SECRET};
use testkit::form::with;
use testkit::{Answer, Call};

use crate::support::{Place, place};

impl Place {
    async fn by(&self, method: ClientAuthenticationMethod, app: &Client, (token, jti): (&str, &str)) -> Answer {
        let (form, id) = (vec![("token", token)], app.id.as_str());
        let claims = assertion::claims(app, self.scene.issuer().as_str(), jti, self.stage.clock.now());
        let call = match method {
            ClientAuthenticationMethod::None => Call::form("/revoke", &with(&form, "client_id", id)),
            ClientAuthenticationMethod::ClientSecretBasic => {
                let credentials = STANDARD.encode(format!("{id}:{CLIENT_SECRET}"));
                Call::form("/revoke", &form).with("authorization", &format!("Basic {credentials}"))
            }
            ClientAuthenticationMethod::ClientSecretPost => {
                Call::form("/revoke", &with(&with(&form, "client_id", id), "client_secret", CLIENT_SECRET))
            }
            ClientAuthenticationMethod::PrivateKeyJwt => Call::form("/revoke", &authenticated(&form, &assertion::signed(Signer::Own, &claims))),
        };
        self.endpoint.send(call).await
    }
}

#[tokio::test]
async fn an_app_authenticates_by_its_registered_method_alone() {
    let place = place().await;
    let keyed = assertion::client(SecurityProfile::OAuth21);
    let of = |method, id: &str| Client { id: ClientId::parse(id).expect("an id"), authentication: method, ..builders::confidential_client() };
    let apps = [keyed, of(ClientAuthenticationMethod::ClientSecretBasic, "by-basic"), of(ClientAuthenticationMethod::ClientSecretPost, "by-post")];
    let methods = [
        ClientAuthenticationMethod::None,
        ClientAuthenticationMethod::ClientSecretBasic,
        ClientAuthenticationMethod::ClientSecretPost,
        ClientAuthenticationMethod::PrivateKeyJwt,
    ];
    for app in apps {
        place.scene.register(&app).await;
        let (token, _) = place.scene.access_token(&app, &["openid"]).await;
        for method in methods.into_iter().filter(|method| *method != app.authentication) {
            let answer = place.by(method, &app, (&token, "other")).await;
            assert_eq!((answer.status, answer.text_of("error").as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"), "{} {method:?}", app.id);
        }
        let answer = place.by(app.authentication, &app, (&token, "own")).await;
        assert!(answer.status == 200, "{}: {}", app.id, answer.outcome());
    }
}

#[tokio::test]
async fn an_assertion_that_was_used_here_is_used_everywhere() {
    let place = place().await;
    let app = assertion::client(SecurityProfile::OAuth21);
    place.scene.register(&app).await;
    let (token, _) = place.scene.access_token(&app, &["openid"]).await;
    let method = ClientAuthenticationMethod::PrivateKeyJwt;
    assert_eq!(place.by(method, &app, (&token, "j")).await.status, StatusCode::OK);
    let again = place.by(method, &app, (&token, "j")).await;
    assert_eq!((again.status, again.text_of("error").as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"));
    assert_eq!(place.by(method, &app, ("unknown", "j")).await.status, StatusCode::UNAUTHORIZED, "also for a token that nobody knows");
    assert_eq!(place.by(method, &app, ("unknown", "k")).await.status, StatusCode::OK);
}
