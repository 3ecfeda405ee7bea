//! Whether a POST came from a page of ours (OWASP CSRF, "verifying origin"; W3C Fetch Metadata). The second line of defence: the first is that
//! every form carries a sealed state bound to the browser's own cookie.

use domain::tenant::Issuer;
use http::{HeaderMap, header};

/// The request was sent by somebody else's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the form was sent from another site")]
pub struct CrossSite;

/// Refuses a POST that a browser says came from another origin than the issuer's.
///
/// A request with neither header is let through: it came from no browser of this decade, so no person's cookies were borrowed.
pub fn check(issuer: &Issuer, headers: &HeaderMap) -> Result<(), CrossSite> {
    let sites: Vec<_> = headers.get_all("sec-fetch-site").iter().collect();
    // `none` is the person's own doing: a reloaded or restored page.
    let site_says_ours = match sites.as_slice() {
        [] => None,
        [only] => Some(*only == "same-origin" || *only == "none"),
        _ => Some(false),
    };
    let origins: Vec<_> = headers.get_all(header::ORIGIN).iter().collect();
    let origin_says_ours = match origins.as_slice() {
        [] => None,
        // An opaque origin proves nothing by itself; a privacy setting may cause it on our own page.
        [only] if *only == "null" => site_says_ours.or(Some(false)),
        [only] => Some(*only == issuer.origin()),
        _ => Some(false),
    };
    if site_says_ours == Some(false) || origin_says_ours == Some(false) { Err(CrossSite) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn checked(lines: &[(&'static str, &'static str)]) -> Result<(), CrossSite> {
        let headers = lines.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
        check(&Issuer::parse("http://localhost:8080/t/demo").expect("an issuer"), &headers)
    }

    #[test]
    fn our_own_page_may_post() {
        assert_eq!(checked(&[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")]), Ok(()));
        assert_eq!(checked(&[("origin", "http://localhost:8080")]), Ok(()));
        assert_eq!(checked(&[("origin", "null"), ("sec-fetch-site", "same-origin")]), Ok(()));
        assert_eq!(checked(&[("sec-fetch-site", "none")]), Ok(()));
    }

    #[test]
    fn a_client_without_either_header_is_no_browser() {
        assert_eq!(checked(&[]), Ok(()));
    }

    #[test]
    fn anybody_elses_page_may_not() {
        for foreign in ["http://localhost:8081", "https://localhost:8080", "http://localhost:8080.evil.example", "http://localhost", "null"] {
            assert_eq!(checked(&[("origin", foreign)]), Err(CrossSite), "{foreign}");
        }
        for site in ["cross-site", "same-site", "something-new"] {
            assert_eq!(checked(&[("sec-fetch-site", site)]), Err(CrossSite), "{site}");
            assert_eq!(checked(&[("origin", "http://localhost:8080"), ("sec-fetch-site", site)]), Err(CrossSite), "{site}");
        }
        assert_eq!(checked(&[("origin", "http://localhost:8081"), ("sec-fetch-site", "same-origin")]), Err(CrossSite));
        assert_eq!(checked(&[("origin", "http://localhost:8080"), ("origin", "http://evil.example")]), Err(CrossSite));
    }
}
