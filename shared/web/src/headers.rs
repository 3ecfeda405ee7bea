//! Security headers of pages and documents (CSP Level 3, RFC 6797, RFC 9111; OWASP Secure Headers).

use std::convert::Infallible;
use std::sync::LazyLock;

use axum::response::{IntoResponseParts, ResponseParts};
use domain::branding::WebAddress;
use domain::client::RedirectUri;
use domain::policy::JWKS_LIFETIME;
use domain::tenant::Tenant;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::pages::{brand, form_post, style};

/// Two years, as browsers' preload lists ask.
const HSTS: &str = "max-age=63072000";
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
                           microphone=(), midi=(), payment=(), usb=()";

static PUBLIC: LazyLock<HeaderValue> =
    LazyLock::new(|| HeaderValue::try_from(format!("public, max-age={}", JWKS_LIFETIME.as_secs())).expect("letters and digits"));

/// What the headers of a page depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageSecurity {
    secure_transport: bool,
    returns_to: Option<String>,
    colours: Option<String>,
    pictures: Option<String>,
    script: Option<&'static str>,
    photos: bool,
}

impl PageSecurity {
    /// A page of a tenant, whose forms post to its issuer alone. It shows the tenant's colours, and pictures from the origin of its logo.
    pub fn of(tenant: &Tenant) -> Self {
        let pictures = tenant.branding.logo.as_ref().map(WebAddress::origin).filter(|origin| is_harmless(origin));
        Self { secure_transport: !tenant.issuer().is_loopback(), colours: brand::csp_source(&tenant.branding), pictures, ..Self::default() }
    }

    /// A page before the tenant is known: an unknown host, a broken request.
    pub fn without_issuer() -> Self {
        Self::default()
    }

    /// A page whose form ends at the app.
    // Chromium holds a page's `form-action` against every redirect that follows the POST, those that the app's callback adds included, and cancels
    // the navigation. Which origins those are, nobody knows; so the scheme is allowed, and plain http for apps on this machine alone.
    #[must_use]
    pub fn returning_to(mut self, redirect_uri: &RedirectUri) -> Self {
        let source = redirect_uri.scheme();
        self.returns_to = is_harmless(&source).then_some(source);
        self
    }

    /// A page that shows photos, which are kept at the tenant's own origin.
    #[must_use]
    pub fn showing_photos(mut self) -> Self {
        self.photos = true;
        self
    }

    /// A page whose form posts itself, by the one script that there is.
    #[must_use]
    pub fn posting_itself(mut self) -> Self {
        self.script = Some(form_post::csp_source());
        self
    }

    /// The page's Content-Security-Policy.
    pub fn content_security_policy(&self) -> String {
        let also = |source: &Option<String>| source.as_deref().map_or_else(String::new, |source| format!(" {source}"));
        let (app, colours, pictures) = (also(&self.returns_to), also(&self.colours), also(&self.pictures));
        let photos = if self.photos { " 'self'" } else { "" };
        let script = self.script.map_or_else(String::new, |source| format!("; script-src {source}"));
        format!(
            "default-src 'none'{script}; style-src {style}{colours}; img-src data:{pictures}{photos}; form-action 'self'{app}; base-uri 'none'; frame-ancestors 'none'",
            style = style::csp_source()
        )
    }
}

// SECURITY: a source that could end the directive would write a policy of its own.
fn is_harmless(source: &str) -> bool {
    !source.is_empty() && source.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'.' | b'-' | b'+' | b'/'))
}

// There is no Cross-Origin-Opener-Policy on purpose: any value but the default cuts the tie to the window that opened a sign-in popup, and
// apps wait on that tie. What it would guard, scripts and readable globals, these pages don't have.
impl IntoResponseParts for &PageSecurity {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        let headers = parts.headers_mut();
        let policy = HeaderValue::try_from(self.content_security_policy()).expect("the policy's parts were checked to be visible ASCII");
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        set(headers, header::X_FRAME_OPTIONS, "DENY");
        // Not `no-referrer`: under it a browser sends `Origin: null` with our own forms (Fetch §3.2), and `origin::check` is blind. Other
        // origins get no referrer either way.
        set(headers, header::REFERRER_POLICY, "same-origin");
        set(headers, HeaderName::from_static("permissions-policy"), PERMISSIONS);
        set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        if self.secure_transport {
            set(headers, header::STRICT_TRANSPORT_SECURITY, HSTS);
        }
        not_stored(headers);
        Ok(parts)
    }
}

/// For answers that hold something personal or live: kept by nobody (RFC 6749 §5.1), taken for nothing but their type.
pub fn not_stored(headers: &mut HeaderMap) {
    set(headers, header::CACHE_CONTROL, "no-store");
    set(headers, header::PRAGMA, "no-cache");
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
}

/// For documents that are the same for everybody: discovery and JWKS, kept for [`JWKS_LIFETIME`].
pub fn public_document(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, PUBLIC.clone());
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use domain::tenant::Issuer;
    use domain::{Slug, TenantId, Timestamp};

    use super::*;

    fn tenant() -> Tenant {
        let issuer = Issuer::parse("https://demo.id.example.com").expect("an issuer");
        Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Demo", issuer, Timestamp::from_seconds(0))
    }

    fn page() -> PageSecurity {
        PageSecurity::of(&tenant())
    }

    #[test]
    fn pictures_come_from_the_origin_of_the_logo_and_nowhere_else() {
        let img_src = |logo: &str| {
            let mut tenant = tenant();
            tenant.branding.logo = Some(WebAddress::parse(logo).expect("an address"));
            let policy = PageSecurity::of(&tenant).content_security_policy();
            policy.split("; ").find(|directive| directive.starts_with("img-src")).expect("a directive").to_owned()
        };
        assert_eq!(img_src("https://cdn.example:8443/a/logo.png?x=;y"), "img-src data: https://cdn.example:8443");
        // No policy can name an IPv6 address: the picture isn't shown.
        assert_eq!(img_src("https://[2001:db8::1]/logo.png"), "img-src data:");
        assert!(page().content_security_policy().contains("; img-src data:; "));
        assert!(page().showing_photos().content_security_policy().contains("; img-src data: 'self'; "));
    }

    fn form_action(redirect_uri: &str) -> String {
        let policy = page().returning_to(&RedirectUri::parse(redirect_uri).expect("a registrable URI")).content_security_policy();
        let directive = policy.split("; ").find(|directive| directive.starts_with("form-action"));
        directive.expect("a form-action").to_owned()
    }

    #[test]
    fn forms_may_post_to_us_and_end_at_the_app() {
        assert!(page().content_security_policy().contains("form-action 'self';"));
        assert_eq!(form_action("https://app.example/cb"), "form-action 'self' https:");
        assert_eq!(form_action("http://127.0.0.1:8081/cb"), "form-action 'self' http:");
        assert_eq!(form_action("com.example.app:/cb"), "form-action 'self' com.example.app:");
    }

    #[test]
    fn only_the_page_that_posts_itself_runs_a_script_and_only_this_one() {
        assert!(!page().content_security_policy().contains("script-src"));
        let policy = page().posting_itself().content_security_policy();
        assert!(policy.starts_with("default-src 'none'; script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn an_ipv6_address_which_no_policy_can_name_is_allowed_by_its_scheme() {
        assert_eq!(form_action("http://[::1]:8081/cb"), "form-action 'self' http:");
    }

    #[test]
    fn a_redirect_uri_cannot_write_a_directive() {
        for hostile in ["https://app.example/;script-src%20*", "https://a;b.example/cb"] {
            let Ok(uri) = RedirectUri::parse(hostile) else { continue };
            let policy = page().returning_to(&uri).content_security_policy();
            assert_eq!(policy.matches(';').count(), page().content_security_policy().matches(';').count(), "{hostile}");
        }
    }
}
