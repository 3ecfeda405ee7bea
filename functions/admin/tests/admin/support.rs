use domain::UserId;
use domain::administration::{AdminRole, Administrators, Assignment};
use domain::event::Administered;
use domain::user::User;
use http::{Method, StatusCode};
use serde_json::Value;
use store::PersonKeys;
use testkit::scene::Scene;
use testkit::{Answer, Call, Endpoint, Stage, builders};

/// The API, and the tenant `demo` whose owner is Ada.
pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) endpoint: Endpoint,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let endpoint = Endpoint::of_administration(&stage, admin::router(admin::Deps::new(&stage.platform)));
    let place = Place { stage, scene, endpoint };
    place.assign(&place.scene, &place.scene.person.id, Some(Assignment::of(AdminRole::Owner))).await;
    place
}

impl Place {
    /// Assigns somebody past the API, where the policies aren't the matter.
    pub(crate) async fn assign(&self, scene: &Scene, user: &UserId, assignment: Option<Assignment>) -> Administrators {
        let all = scene.home().read_administrators().await.expect("an answer").with_person(user, assignment);
        let kind = Administered::AdministratorAssigned { version: all.version, roles: [AdminRole::Owner].into() };
        let person = found(scene, user).await;
        let person = User { version: person.version + 1, ..person };
        scene.home().assign_administrators(&all, &person, &scene.event(kind.into())).await.expect("an answer");
        all
    }

    /// Somebody of the tenant, as they are now.
    pub(crate) async fn user(&self, id: &UserId) -> User {
        found(&self.scene, id).await
    }

    /// Posts what takes no body, about a version of somebody.
    pub(crate) async fn post(&self, token: &str, below: &str, version: u64) -> Answer {
        self.send(token, Call::new(Method::POST, Self::path(below)).with("if-match", &format!("\"{version}\""))).await
    }

    /// A token of Ada's for the API.
    pub(crate) async fn token(&self) -> String {
        self.scene.admin_token(&builders::client(), &["admin"]).await.0
    }

    /// A path below the tenant.
    pub(crate) fn path(below: &str) -> String {
        format!("/admin/v1/tenants/demo{below}")
    }

    pub(crate) async fn send(&self, token: &str, call: Call) -> Answer {
        self.endpoint.send(call.with("authorization", &format!("Bearer {token}"))).await
    }

    pub(crate) async fn get(&self, token: &str, below: &str) -> Answer {
        self.send(token, Call::get(Self::path(below))).await
    }

    pub(crate) async fn create(&self, token: &str, below: &str, body: &Value) -> Answer {
        self.send(token, Call::new(Method::POST, Self::path(below)).with_body("application/json", body.to_string())).await
    }

    /// Posts what is a change of a version.
    pub(crate) async fn send_with(&self, token: &str, below: &str, version: u64, body: &Value) -> Answer {
        let call = Call::new(Method::POST, Self::path(below)).with_body("application/json", body.to_string());
        self.send(token, call.with("if-match", &format!("\"{version}\""))).await
    }

    /// Puts what takes no body.
    pub(crate) async fn put_bare(&self, token: &str, below: &str, version: u64) -> Answer {
        self.send(token, Call::new(Method::PUT, Self::path(below)).with("if-match", &format!("\"{version}\""))).await
    }

    /// Makes a group; its id.
    pub(crate) async fn create_group(&self, token: &str, name: &str) -> String {
        let version = self.get(token, "/groups").await.header("etag").trim_matches('"').parse().expect("a version");
        let made = self.send_with(token, "/groups", version, &serde_json::json!({ "name": name })).await;
        made.json()["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn patch(&self, token: &str, below: &str, version: u64, body: &Value) -> Answer {
        let call = Call::new(Method::PATCH, Self::path(below)).with_body("application/merge-patch+json", body.to_string());
        self.send(token, call.with("if-match", &format!("\"{version}\""))).await
    }

    pub(crate) async fn delete(&self, token: &str, below: &str, version: u64) -> Answer {
        self.send(token, Call::new(Method::DELETE, Self::path(below)).with("if-match", &format!("\"{version}\""))).await
    }

    pub(crate) async fn put(&self, token: &str, below: &str, version: u64, body: &Value) -> Answer {
        let call = Call::new(Method::PUT, Self::path(below)).with_body("application/json", body.to_string());
        self.send(token, call.with("if-match", &format!("\"{version}\""))).await
    }
}

async fn found(scene: &Scene, user: &UserId) -> User {
    scene.home().read_person(&PersonKeys::of(user.clone())).await.expect("an answer").user.expect("somebody")
}

/// Status and slug of a problem.
pub(crate) fn problem(answer: &Answer) -> (StatusCode, String) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["status"], answer.status.as_u16());
    (answer.status, body["type"].as_str().and_then(|kind| kind.strip_prefix("urn:countersign:problem:")).expect("a slug").to_owned())
}
