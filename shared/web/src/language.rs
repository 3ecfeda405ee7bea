//! The language of a page, chosen from what the app and the browser ask for (OpenID Connect Core §3.1.2.1 `ui_locales`, RFC 9110 §12.5.4).

use http::{HeaderMap, header};

/// Ranges of one request that are looked at; browsers send fewer than ten.
const RANGES_MAX: usize = 32;

/// A language that pages speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, which is spoken where nothing fits.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// Every language, for tests and for metadata (`ui_locales_supported`).
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The language of a page: what the app asks for, else what the browser prefers, else English.
    pub fn negotiate(ui_locales: Option<&str>, headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        ui_locales.and_then(Self::from_ui_locales).or_else(|| accepted.and_then(Self::from_accept_language)).unwrap_or_default()
    }

    /// The first language of `ui_locales`, which the app lists by preference, that is spoken here.
    pub fn from_ui_locales(ui_locales: &str) -> Option<Self> {
        ui_locales.split(' ').take(RANGES_MAX).find_map(Self::from_tag)
    }

    /// The spoken language of the highest weight in an `Accept-Language` header; of equal ones the first.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for range in header.split(',').take(RANGES_MAX) {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight = parts.next().map_or(Some(1000), weight).unwrap_or(0);
            let language = if tag == "*" { Some(Self::default()) } else { Self::from_tag(tag) };
            if let Some(language) = language
                && weight > best.map_or(0, |(weight, _)| weight)
            {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// A tag by its primary subtag: `de-AT` is German (RFC 4647 §3.4).
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

/// `q=0.8` in thousandths; `None` for anything else.
fn weight(parameter: &str) -> Option<u16> {
    let number = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_browsers_first_choice_that_is_spoken_here_wins() {
        for (header, language) in [
            ("de", Some(Language::German)),
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Some(Language::English)),
            ("en;q=0.3, DE;q=0.7", Some(Language::German)),
            ("fr, de;q=0.001", Some(Language::German)),
            ("en,de", Some(Language::English)),
            ("de,en", Some(Language::German)),
            ("*", Some(Language::English)),
            ("fr", None),
            ("den", None),
            ("de;q=0, fr", None),
            ("", None),
        ] {
            assert_eq!(Language::from_accept_language(header), language, "{header}");
        }
    }

    #[test]
    fn a_weight_that_is_none_counts_for_nothing() {
        for broken in ["de;q=2", "de;q=x", "de;q=0.1234", "de;q=1.5", "de;quality=1", "de;q=-1", "de;q="] {
            assert_eq!(Language::from_accept_language(broken), None, "{broken}");
        }
    }

    #[test]
    fn what_the_app_asks_for_goes_before_what_the_browser_prefers() {
        let english = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static("en"))]);
        assert_eq!(Language::negotiate(Some("fr-CA de"), &english), Language::German);
        assert_eq!(Language::negotiate(Some("fr"), &english), Language::English);
        assert_eq!(Language::negotiate(None, &english), Language::English);
        assert_eq!(Language::negotiate(None, &HeaderMap::new()), Language::English);
    }
}
