//! Where a client is answered, sent after logout, and called from: whole addresses alone, compared to the byte.

use std::collections::BTreeSet;

use domain::client::{RedirectUri, WebOrigin};
use serde_json::Value;
use url::Url;

use super::report::Report;
use super::{items, text};

/// The addresses of a client.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Addresses {
    pub(super) redirect_uris: Vec<String>,
    pub(super) post_logout_redirect_uris: Vec<String>,
    pub(super) origins: BTreeSet<String>,
}

/// Between addresses of an attribute that holds several.
const BETWEEN: &str = "##";

pub(super) fn addresses(client: &Value, app: &str, report: &mut Report) -> Addresses {
    let root = text(&client["rootUrl"]);
    let redirect_uris = carried(items(&client["redirectUris"]).filter_map(text), root, ("clients/*/redirectUris", app), report);
    let after_logout = text(&client["attributes"]["post.logout.redirect.uris"]).unwrap_or_default();
    let post_logout_redirect_uris = match after_logout {
        "" | "-" => Vec::new(),
        "+" => redirect_uris.clone(),
        all => carried(all.split(BETWEEN).filter(|uri| *uri != "+"), root, ("clients/*/attributes/post.logout.redirect.uris", app), report),
    };
    let mut origins = BTreeSet::new();
    for origin in items(&client["webOrigins"]).filter_map(text) {
        match origin {
            "+" => origins.extend(redirect_uris.iter().filter_map(|uri| origin_of(uri))),
            origin if WebOrigin::parse(origin).is_ok() => drop(origins.insert(origin.to_owned())),
            origin => report.left(
                "clients/*/webOrigins",
                &format!("{app}: {origin}"),
                "An origin is scheme, host and port of one place: name each from which the app's code calls.",
            ),
        }
    }
    Addresses { redirect_uris, post_logout_redirect_uris, origins }
}

fn carried<'a>(uris: impl Iterator<Item = &'a str>, root: Option<&str>, (at, app): (&str, &str), report: &mut Report) -> Vec<String> {
    let mut whole = Vec::new();
    for uri in uris {
        // Keycloak completes what begins with a slash by the root.
        let full = if uri.starts_with('/') { format!("{}{uri}", root.unwrap_or_default().trim_end_matches('/')) } else { uri.to_owned() };
        let whose = format!("{app}: {full}");
        if full.contains('*') || full.contains("${") {
            report.left(at, &whose, "An address has no wildcard: name each, to the byte.");
        } else if let Err(why) = RedirectUri::parse(&full) {
            report.left(at, &whose, &format!("It isn't taken: {why}."));
        } else if !whole.contains(&full) {
            whole.push(full);
        }
    }
    whole
}

fn origin_of(uri: &str) -> Option<String> {
    let origin = Url::parse(uri).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_addresses_are_carried_over_and_the_others_are_reported() {
        let client = json!({
            "rootUrl": "https://shop.example", "webOrigins": ["+", "*", "https://admin.shop.example"],
            "redirectUris": ["/cb", "https://shop.example/cb", "https://shop.example/*", "http://shop.example/cb", "https://two.example:8443/cb"],
            "attributes": { "post.logout.redirect.uris": "https://shop.example/bye##https://shop.example/*" },
        });
        let mut report = Report::default();
        let found = addresses(&client, "shop", &mut report);
        assert_eq!(found.redirect_uris, ["https://shop.example/cb", "https://two.example:8443/cb"]);
        assert_eq!(found.post_logout_redirect_uris, ["https://shop.example/bye"]);
        assert_eq!(found.origins.into_iter().collect::<Vec<_>>(), ["https://admin.shop.example", "https://shop.example", "https://two.example:8443"]);
        assert!(report.says("clients/*/redirectUris", "https://shop.example/*") && report.says("clients/*/redirectUris", "http://shop.example/cb"));
        assert!(report.says("clients/*/webOrigins", "shop: *") && report.says("clients/*/attributes/post.logout.redirect.uris", "/*"));
    }

    #[test]
    fn after_logout_may_be_as_after_sign_in() {
        let client = json!({ "redirectUris": ["https://shop.example/cb"], "attributes": { "post.logout.redirect.uris": "+" } });
        assert_eq!(addresses(&client, "shop", &mut Report::default()).post_logout_redirect_uris, ["https://shop.example/cb"]);
    }
}
