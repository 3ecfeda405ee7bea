//! Every event of `events/` is answered by the built function that it is for. Made on the deployment only: on one machine there is no Lambda in
//! front of the functions.

use serde_json::json;

use super::node;
use super::places::deployed;
use crate::repository::root;

#[test]
fn every_event_is_answered() {
    let place = deployed();
    let endpoint = &place.description["aws"]["endpoint_url"];
    let input = json!({"endpoint": endpoint, "folder": root().join("events"), "path_prefix": "/t/demo"});
    let answers = node::journey("events", "invokeAll", &input);
    let expected = json!({
        "account.sign-up": 200,
        // Its `Origin` isn't this deployment's.
        "account.verify": 403,
        "admin.tenant": 401,
        // An app that nobody registered gets a page, not a redirect.
        "authorize.characters-no-uri-can-hold": 400,
        "authorize.get": 400,
        // The delivery isn't there any more, so its nudge is done with.
        "deliver.nudge": {"batchItemFailures": []},
        "discovery.jwks": 200,
        "discovery.openid-configuration": 200,
        // A link, which no test writes down.
        "first-administrator.system": answers["first-administrator.system"],
        "introspect.post": 401,
        // It isn't time yet for the keys of a new tenant.
        "key-rotation.every-minute": {"looked": 0, "rotated": 0, "failed": 0},
        // Nobody is signed in.
        "logout.get": 200,
        // Its `Origin` isn't this deployment's.
        "logout.post": 403,
        "par.post": 401,
        // Another tenant's event, which this zone doesn't have: its delivery is written all the same, and ends there.
        "relay.session-ended": {"batchItemFailures": []},
        "relay.session-started": {"batchItemFailures": []},
        "revoke.post": 401,
        "sign-in.post": 403,
        "token.authorization-code": 401,
        "token.client-credentials": 401,
        // Nobody has asked for an import or export.
        "transfer.every-minute": {"taken": 0, "ended": 0, "failed": 0},
        "userinfo.get": 401,
        "webhook-retry.every-minute": answers["webhook-retry.every-minute"],
    });
    assert_eq!(answers, expected);
}
