//! Who asks: `none`, `client_secret_basic`, `client_secret_post`, each alone and as registered (RFC 6749 §2.3, OpenID Connect Core §9).

use domain::ClientId;
use domain::client::{Client, ClientAuthenticationMethod};
use http::StatusCode;
use testkit::builders::{self, CLIENT_SECRET};
use testkit::{Answer, Call};

use crate::support::{Place, basic, grant, place, with};

const INVALID_CLIENT: &str =
    r#"401 {"error":"invalid_client","error_description":"The client is unknown, or did not authenticate by its registered method."}"#;
const INVALID_REQUEST: &str = r#"400 {"error":"invalid_request","error_description":"A required parameter is missing, or a parameter is malformed, too long or not supported."}"#;

/// How a request authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Nothing,
    Basic(&'static str),
    Post(&'static str),
}

fn app(method: ClientAuthenticationMethod) -> Client {
    let id = ClientId::parse(method.as_str()).expect("an id");
    let secrets = if method == ClientAuthenticationMethod::None { Vec::new() } else { builders::confidential_client().secrets };
    Client { id, authentication: method, secrets, ..builders::confidential_client() }
}

impl Place {
    async fn redeem_by(&self, app: &Client, code: &str, by: By) -> Answer {
        let (form, id) = (grant(code), app.id.as_str());
        self.endpoint
            .send(match by {
                By::Nothing => Call::form("/token", &with(&form, "client_id", id)),
                By::Basic(secret) => Call::form("/token", &form).with("authorization", &basic(id, secret)),
                By::Post(secret) => Call::form("/token", &with(&with(&form, "client_id", id), "client_secret", secret)),
            })
            .await
    }
}

#[tokio::test]
async fn each_client_authenticates_by_its_registered_method_and_no_other() {
    let right = [
        (ClientAuthenticationMethod::None, By::Nothing),
        (ClientAuthenticationMethod::ClientSecretBasic, By::Basic(CLIENT_SECRET)),
        (ClientAuthenticationMethod::ClientSecretPost, By::Post(CLIENT_SECRET)),
    ];
    let place = place().await;
    for (method, registered) in right {
        let app = app(method);
        place.scene.register(&app).await;
        let code = place.scene.code(&app).await;
        for by in [By::Nothing, By::Basic(CLIENT_SECRET), By::Basic("wrong"), By::Basic(""), By::Post(CLIENT_SECRET), By::Post("wrong")] {
            if by != registered {
                assert_eq!(place.redeem_by(&app, &code, by).await.outcome(), INVALID_CLIENT, "{method:?} by {by:?}");
            }
        }
        assert_eq!(place.redeem_by(&app, &code, registered).await.status, StatusCode::OK, "{method:?}, and nothing was consumed");
    }
}

#[tokio::test]
async fn a_client_that_is_not_authenticated_is_told_how() {
    let place = place().await;
    let answer = place.redeem_by(&builders::confidential_client(), "no-code", By::Basic("wrong")).await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    401
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    vary: origin
    www-authenticate: Basic realm="https://demo.id.example.com", charset="UTF-8"
    x-content-type-options: nosniff

    {"error":"invalid_client","error_description":"The client is unknown, or did not authenticate by its registered method."}
    "#);
}

#[tokio::test]
async fn an_unknown_client_is_answered_like_a_wrong_secret() {
    let place = place().await;
    let unknown = Client { id: ClientId::parse("nobody").expect("an id"), ..builders::client() };
    for by in [By::Nothing, By::Basic(CLIENT_SECRET), By::Post(CLIENT_SECRET)] {
        assert_eq!(place.redeem_by(&unknown, "no-code", by).await.outcome(), INVALID_CLIENT);
    }
    assert_eq!(place.endpoint.post("/token", &grant("no-code")).await.outcome(), INVALID_CLIENT, "no client_id at all");
}

#[tokio::test]
async fn more_than_one_method_is_an_invalid_request() {
    let place = place().await;
    let app = builders::confidential_client();
    let code = place.scene.code(&app).await;
    let header = basic(app.id.as_str(), CLIENT_SECRET);
    let form = grant(&code);
    for (form, headers) in [
        (with(&form, "client_secret", CLIENT_SECRET), vec![&header]),
        (with(&form, "client_assertion", "x"), vec![&header]),
        (with(&form, "client_id", "sample-public"), vec![&header]),
        (form.clone(), vec![&header, &header]),
    ] {
        let call = headers.iter().fold(Call::form("/token", &form), |call, header| call.with("authorization", header));
        assert_eq!(place.endpoint.send(call).await.outcome(), INVALID_REQUEST, "{form:?}");
    }
    let same_id = Call::form("/token", &with(&form, "client_id", app.id.as_str())).with("authorization", &header);
    assert_eq!(place.endpoint.send(same_id).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_basic_header_is_read_strictly() {
    let place = place().await;
    let app = builders::confidential_client();
    let code = place.scene.code(&app).await;
    let good = basic(app.id.as_str(), CLIENT_SECRET);
    for header in [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Bearer x",
        "Basic c2FtcGxl",
        &good.replace('=', ""),
        &format!("{good}="),
        &good.replace("Basic ", "Basic\t"),
    ] {
        if header == good {
            continue;
        }
        let answer = place.endpoint.send(Call::form("/token", &grant(&code)).with("authorization", header)).await;
        assert_eq!(answer.outcome(), INVALID_CLIENT, "{header}");
    }
    // RFC 9110 §11.1: a scheme has no case.
    let answer = place.endpoint.send(Call::form("/token", &grant(&code)).with("authorization", &good.replace("Basic", "bASIC"))).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_secret_in_the_query_is_not_looked_at() {
    let place = place().await;
    let app = app(ClientAuthenticationMethod::ClientSecretPost);
    place.scene.register(&app).await;
    let code = place.scene.code(&app).await;
    let path = format!("/token?client_id={}&client_secret={CLIENT_SECRET}", app.id);
    assert_eq!(place.endpoint.post(&path, &grant(&code)).await.outcome(), INVALID_CLIENT);
    assert_eq!(place.redeem_by(&app, &code, By::Post(CLIENT_SECRET)).await.status, StatusCode::OK);
}
