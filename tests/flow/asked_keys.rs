//! F25 through the admin API: what an administrator wants of signing keys is done once, by runs that meet each other and by runs that die.

use domain::administration::{AdminRole, Assignment};
use domain::event::Administered;
use domain::user::User;
use futures_util::future::join;
use http::{Method, StatusCode};
use key_rotation::{Deps, turn};
use runtime::Clock;
use serde_json::{Value, json};
use store::PersonKeys;
use testkit::scene::Scene;
use testkit::transport::Crash;
use testkit::{Call, Endpoint, Stage, builders};

const KEYS: &str = "/admin/v1/tenants/demo/keys";

/// A tenant, its owner's token, and the two functions.
struct Place {
    stage: Stage,
    admin: Endpoint,
    token: String,
}

impl Place {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let scene = stage.scene().await;
        let admin = Endpoint::of_administration(&stage, admin::router(admin::Deps::new(&stage.platform)));
        own(&scene).await;
        let (token, _) = scene.admin_token(&builders::client(), &["admin"]).await;
        Self { stage, admin, token }
    }

    async fn keys(&self) -> (String, Vec<Value>) {
        let shown = self.admin.send(Call::get(KEYS).with("authorization", &format!("Bearer {}", self.token))).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
        (shown.header("etag").to_owned(), shown.json()["items"].as_array().cloned().unwrap_or_default())
    }

    async fn ask(&self, wish: &Value) {
        let (version, _) = self.keys().await;
        let call = Call::new(Method::POST, format!("{KEYS}/changes")).with_body("application/json", wish.to_string());
        let call = call.with("if-match", &version).with("authorization", &format!("Bearer {}", self.token));
        let answer = self.admin.send(call).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    }

    fn process(&self) -> Deps {
        Deps::new(&self.stage.platform)
    }
}

async fn own(scene: &Scene) {
    let (home, id) = (scene.home(), &scene.person.id);
    let all = home.read_administrators().await.expect("tables").with_person(id, Some(Assignment::of(AdminRole::Owner)));
    let person = home.read_person(&PersonKeys::of(id.clone())).await.expect("tables").user.expect("somebody");
    let person = User { version: person.version + 1, ..person };
    let event = scene.event(Administered::AdministratorAssigned { version: all.version, roles: [AdminRole::Owner].into() }.into());
    home.assign_administrators(&all, &person, &event).await.expect("tables");
}

fn of(keys: &[Value], algorithm: &str, state: &str) -> Vec<String> {
    let wanted = keys.iter().filter(|key| key["algorithm"] == algorithm && key["state"] == state);
    wanted.filter_map(|key| key["kid"].as_str().map(str::to_owned)).collect()
}

/// Runs that were asked for `wish` end, however they meet or die, in what `expected` says: how many keys of ES256 are next, sign, and retire.
async fn ends_as(wish: &Value, expected: [usize; 3]) {
    let mut deaths = 0;
    for crash in [Crash::Before, Crash::After] {
        for nth in 1.. {
            assert!(nth < 40, "it never ends");
            let place = Place::new().await;
            let (_, before) = place.keys().await;
            place.ask(wish).await;
            let (one, other) = (place.process(), place.process());
            place.stage.faulty.crash_at(nth, crash);
            let ended = place.stage.faulty.until_crash(join(turn(&one), turn(&other))).await;
            place.stage.faulty.heal();
            let shown = format!("{wish} {crash:?} {nth}");
            let (_, between) = place.keys().await;
            assert_eq!([of(&between, "ES256", "active").len(), of(&between, "RS256", "active").len()], [1, 1], "{shown}");

            let again = turn(&place.process()).await.expect("a run");
            assert_eq!((again.failed, turn(&place.process()).await.expect("a run").looked), (0, 0), "{shown}");
            let (version, after) = place.keys().await;
            assert_eq!(["next", "active", "retiring"].map(|state| of(&after, "ES256", state).len()), expected, "{shown}");
            assert_eq!((version.as_str(), of(&after, "RS256", "active")), ("\"2\"", of(&before, "RS256", "active")), "{shown}: once");
            if wish["how"] != "withdraw" {
                let gone = before.iter().find(|key| !after.iter().any(|other| other["kid"] == key["kid"]));
                assert_eq!(gone, None, "{shown}: what signed a token that counts is published");
            }
            if ended.is_ok() {
                break;
            }
            deaths += 1;
        }
    }
    assert!(deaths > 10, "{deaths}");
}

#[tokio::test]
async fn f25_keys_that_are_replaced_through_the_api_are_replaced_once_and_their_tokens_stay_good() {
    ends_as(&json!({ "how": "replace", "algorithms": ["ES256"] }), [0, 1, 1]).await;
}

#[tokio::test]
async fn f25_keys_that_are_withdrawn_through_the_api_are_gone_and_another_one_signs() {
    ends_as(&json!({ "how": "withdraw", "algorithms": ["ES256"] }), [0, 1, 0]).await;
}

#[tokio::test]
async fn a_rotation_begun_through_the_api_signs_when_every_app_knows_its_key_and_the_one_before_can_be_retired() {
    let place = Place::new().await;
    let (_, before) = place.keys().await;
    place.ask(&json!({ "how": "rotate", "algorithms": ["ES256", "RS256"] })).await;
    turn(&place.process()).await.expect("a run");
    let (_, published) = place.keys().await;
    assert_eq!((of(&published, "ES256", "next").len(), of(&published, "ES256", "active")), (1, of(&before, "ES256", "active")));
    place.stage.clock.set(place.stage.clock.now().plus(domain::policy::NEXT_KEY_PUBLISHED));
    turn(&place.process()).await.expect("a run");

    // Whoever asks signs in again by then.
    let scene = place.stage.scene().await;
    let place = Place { token: scene.admin_token(&builders::client(), &["admin"]).await.0, ..place };
    let (_, signing) = place.keys().await;
    assert_eq!(
        (of(&signing, "ES256", "active"), of(&signing, "ES256", "retiring")),
        (of(&published, "ES256", "next"), of(&before, "ES256", "active"))
    );
    place.ask(&json!({ "how": "retire", "kid": of(&before, "ES256", "active")[0] })).await;
    turn(&place.process()).await.expect("a run");
    let (_, retired) = place.keys().await;
    assert_eq!((of(&retired, "ES256", "retiring").len(), of(&retired, "RS256", "retiring").len()), (0, 1));
}
