//! Who asks, and where: what is said, and what follows from the issuer.

use std::fs;
use std::path::Path;

use domain::tenant::{Issuer, is_loopback_http};
use domain::{Secret, Slug};
use url::Url;

use crate::Environment;
use crate::arguments::ConnectionAsked;
use crate::failure::Failure;

/// What the path of the admin API is.
const ADMIN: &str = "/admin/v1";

/// Who asks, and where.
pub(crate) struct Connection {
    pub(crate) place: Place,
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret<String>,
}

/// Where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Who issues tokens.
    pub(crate) issuer: Issuer,
    /// The admin API, without a slash at its end: the audience of tokens.
    pub(crate) admin: String,
    /// The slug of the tenant that is administered.
    pub(crate) tenant: Slug,
    /// The slug of the tenant that issues tokens, where its issuer says it.
    pub(crate) own: Option<Slug>,
}

impl Connection {
    pub(crate) fn of(asked: &ConnectionAsked, environment: &Environment) -> Result<Self, Failure> {
        let place = Place::of(asked)?;
        let client_id = asked.client_id.clone().filter(|id| !id.is_empty());
        let client_id = client_id.ok_or_else(|| Failure::usage("Which app? --client-id or COUNTERSIGN_CLIENT_ID says it."))?;
        let client_secret = match (&asked.client_secret_file, &environment.client_secret) {
            (Some(file), _) => in_file(file)?,
            (None, Some(secret)) => secret.clone(),
            (None, None) => return Err(Failure::usage("The app's secret? --client-secret-file or COUNTERSIGN_CLIENT_SECRET says it.")),
        };
        Ok(Self { place, client_id, client_secret })
    }
}

// A line's end is the editor's, not the secret's.
fn in_file(file: &Path) -> Result<Secret<String>, Failure> {
    let text = Secret::new(fs::read_to_string(file).map_err(Failure::file(file))?);
    let secret = text.expose().trim_end_matches(['\r', '\n']);
    if secret.is_empty() { Err(Failure::usage(format!("{} is empty.", file.display()))) } else { Ok(Secret::new(secret.to_owned())) }
}

impl Place {
    pub(crate) fn of(asked: &ConnectionAsked) -> Result<Self, Failure> {
        let said = asked.issuer.as_deref().filter(|issuer| !issuer.is_empty());
        let said = said.ok_or_else(|| Failure::usage("Which tenant? --issuer or COUNTERSIGN_ISSUER says its issuer."))?;
        let issuer = Issuer::parse(said).ok().filter(|issuer| Url::parse(issuer.as_str()).is_ok_and(|url| is_safe(&url)));
        let issuer = issuer.ok_or_else(|| {
            Failure::usage("The issuer is no https URL without a slash at its end, as discovery shows it; http is for this machine alone.")
        })?;
        let follows = Follows::from(&issuer);
        let admin = asked.admin.clone().filter(|admin| !admin.is_empty()).or(follows.admin);
        let admin = admin.ok_or_else(|| Failure::usage("Where the admin API is doesn't follow from this issuer: --admin says it."))?;
        let tenant = match asked.tenant.as_deref().filter(|tenant| !tenant.is_empty()) {
            Some(tenant) => Some(Slug::parse(tenant).map_err(|_| Failure::usage("--tenant is no slug."))?),
            None => follows.tenant.clone(),
        };
        let tenant = tenant.ok_or_else(|| Failure::usage("The tenant's slug doesn't follow from this issuer: --tenant says it."))?;
        Ok(Self { issuer, admin: checked_admin(&admin)?, tenant, own: follows.tenant })
    }

    /// The URL of something of the tenant; `below` begins with a slash or is empty.
    pub(crate) fn url(&self, below: &str) -> String {
        format!("{}/tenants/{}{below}", self.admin, self.tenant)
    }
}

// SECURITY: a token leaves this machine by TLS alone.
fn checked_admin(text: &str) -> Result<String, Failure> {
    let text = text.trim_end_matches('/');
    let fits = Url::parse(text).is_ok_and(|url| is_safe(&url) && url.path() == ADMIN && url.query().is_none() && url.fragment().is_none());
    if fits { Ok(text.to_owned()) } else { Err(Failure::usage(format!("--admin is an https URL that ends in {ADMIN}."))) }
}

/// Whether nobody reads along: by TLS, or without leaving this machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    (url.scheme() == "https" || is_loopback_http(url)) && url.username().is_empty() && url.password().is_none()
}

/// What an issuer says beside itself.
struct Follows {
    admin: Option<String>,
    tenant: Option<Slug>,
}

impl From<&Issuer> for Follows {
    /// A tenant is below a path of its machine, or a host of its zone.
    fn from(issuer: &Issuer) -> Self {
        if let Some(slug) = issuer.path().strip_prefix("/t/") {
            return Self { admin: Some(format!("{}{ADMIN}", issuer.origin())), tenant: Slug::parse(slug).ok() };
        }
        let host = issuer.origin().strip_prefix("https://").and_then(|host| host.split_once('.'));
        // A wrong guess gets no token: it would have to be an API that the issuer knows.
        let of_zone = host.filter(|(_, zone)| issuer.path().trim_matches('/').is_empty() && zone.contains('.'));
        let Some((slug, zone)) = of_zone else { return Self { admin: None, tenant: None } };
        Self { admin: Some(format!("https://admin.{zone}{ADMIN}")), tenant: Slug::parse(slug).ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(issuer: &str) -> ConnectionAsked {
        ConnectionAsked { issuer: Some(issuer.to_owned()), ..ConnectionAsked::default() }
    }

    #[test]
    fn admin_api_and_tenant_follow_from_an_issuer_of_a_zone_or_of_one_machine() {
        for (issuer, admin) in [
            ("https://shop.id.example.com", "https://admin.id.example.com/admin/v1"),
            ("http://localhost:8080/t/shop", "http://localhost:8080/admin/v1"),
        ] {
            let place = Place::of(&asked(issuer)).expect("all that is needed");
            assert_eq!((place.admin.as_str(), place.tenant.as_str()), (admin, "shop"));
            assert_eq!(place.url("/imports"), format!("{admin}/tenants/shop/imports"));
        }
    }

    #[test]
    fn what_is_said_goes_before_what_follows() {
        let said = ConnectionAsked {
            admin: Some("https://admin.other.example/admin/v1/".to_owned()),
            tenant: Some("other".to_owned()),
            ..asked("https://login.shop.example")
        };
        let place = Place::of(&said).expect("all that is needed");
        assert_eq!(place.url(""), "https://admin.other.example/admin/v1/tenants/other");
        assert_eq!(place.own.as_ref().map(Slug::as_str), Some("login"));
    }

    #[test]
    fn nothing_is_sent_in_clear_or_to_a_place_that_is_no_admin_api() {
        let refused = |asked: &ConnectionAsked| matches!(Place::of(asked), Err(Failure::Usage(_)));
        for issuer in ["http://shop.id.example.com", "shop.id.example.com", "https://shop.id.example.com/", "https://example"] {
            assert!(refused(&asked(issuer)), "{issuer}");
        }
        for admin in ["http://admin.id.example.com/admin/v1", "https://admin.id.example.com", "https://u:p@admin.id.example.com/admin/v1"] {
            let said = ConnectionAsked { admin: Some(admin.to_owned()), ..asked("https://shop.id.example.com") };
            assert!(refused(&said), "{admin}");
        }
    }
}
