//! The parameters of one request, as every check reads them (RFC 6749 §3.1, §3.2).

use std::fmt;

/// Parameters by name. Whoever read them from the wire refused duplicates, but of the one that may be repeated; an empty value is as good as absent, unknown ones are ignored.
#[derive(Clone, Default)]
pub struct RequestParameters<'a>(Vec<(&'a str, &'a str)>);

impl<'a> RequestParameters<'a> {
    /// The value of a parameter, unless it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// Every value of a parameter that may be repeated.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| *known == name).map(|(_, value)| *value)
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for RequestParameters<'a> {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(pairs: T) -> Self {
        Self(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }
}

// SECURITY: values are secrets, codes and tokens; only names are printed.
impl fmt::Debug for RequestParameters<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_is_as_good_as_absent() {
        let parameters: RequestParameters<'_> = [("state", ""), ("nonce", "n")].into_iter().collect();
        assert_eq!(parameters.get("state"), None);
        assert_eq!(parameters.get("nonce"), Some("n"));
        let repeated: RequestParameters<'_> = [("resource", "a"), ("resource", ""), ("resource", "b")].into_iter().collect();
        assert_eq!(repeated.all("resource").collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_value_is_never_printed() {
        let parameters: RequestParameters<'_> = [("client_secret", "hunter2")].into_iter().collect();
        assert_eq!(format!("{parameters:?}"), r#"{"client_secret"}"#);
    }
}
