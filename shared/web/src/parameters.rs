//! Parameters of a query string or a form, read strictly: each at most once but for `resource`, empty as if absent (OAuth 2.1 §1.7, RFC 6749 §3.1).

use std::fmt;

use domain::policy::PARAMETERS_MAX;

/// The parameter that may be repeated (RFC 8707 §2).
const REPEATABLE: &str = "resource";

/// Decoded parameters, in the order they came; unknown ones are kept.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

/// Why a query string or a form wasn't read. The text is safe to show: of the request it holds at most a parameter's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// More parameters than any request of the platform has.
    #[error("more than {PARAMETERS_MAX} parameters")]
    TooMany,
    /// A percent sign without two hexadecimal digits after it.
    #[error("invalid percent-encoding")]
    PercentEncoding,
    /// Bytes that aren't UTF-8.
    #[error("invalid UTF-8")]
    Utf8,
    /// A NUL, which no parameter has and some stores choke on.
    #[error("a NUL character")]
    Nul,
    /// A parameter came twice (RFC 6749 §3.1).
    #[error("parameter sent more than once: {0}")]
    Duplicate(String),
}

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text, the encoding of queries and forms alike.
    pub fn parse(encoded: &[u8]) -> Result<Self, ParameterError> {
        let mut read: Vec<(String, String)> = Vec::new();
        for pair in encoded.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()) {
            if read.len() == PARAMETERS_MAX {
                return Err(ParameterError::TooMany);
            }
            let (name, value) = match pair.iter().position(|&byte| byte == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            let name = decode(name)?;
            if name != REPEATABLE && read.iter().any(|(earlier, _)| *earlier == name) {
                return Err(ParameterError::Duplicate(shown_name(&name)));
            }
            read.push((name, decode(value)?));
        }
        Ok(Self(read))
    }

    /// The value of a parameter; `None` when it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All parameters that have a value, in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

// SECURITY: values are passwords, client secrets and codes; only names are printed.
impl fmt::Debug for Parameters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.0.iter().map(|(name, _)| (name, "***"))).finish()
    }
}

fn decode(encoded: &[u8]) -> Result<String, ParameterError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (digits, after) = rest.split_at_checked(2).ok_or(ParameterError::PercentEncoding)?;
                bytes.push(hexadecimal(digits[0])? << 4 | hexadecimal(digits[1])?);
                rest = after;
            }
            other => bytes.push(other),
        }
    }
    if bytes.contains(&0) {
        return Err(ParameterError::Nul);
    }
    String::from_utf8(bytes).map_err(|_| ParameterError::Utf8)
}

fn hexadecimal(digit: u8) -> Result<u8, ParameterError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(ParameterError::PercentEncoding),
    }
}

/// A parameter's name as an error may repeat it: the characters that `error_description` allows (RFC 6749 §5.2), 40 at most.
fn shown_name(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_graphic() && !matches!(letter, '"' | '\\') { letter } else { '?' }).take(40).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Parameters, ParameterError> {
        Parameters::parse(text.as_bytes())
    }

    #[test]
    fn names_and_values_are_decoded_and_unknown_ones_kept() {
        let read = parse("scope=openid+profile&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fa%3Db&x-own=%C3%BC&flag").expect("well formed");
        assert_eq!(read.get("scope"), Some("openid profile"));
        assert_eq!(read.get("redirect_uri"), Some("https://app.example/cb?a=b"));
        assert_eq!(read.get("x-own"), Some("ü"));
        assert_eq!(read.get("flag"), None);
        assert_eq!(read.iter().count(), 3);
    }

    #[test]
    fn an_empty_value_is_as_good_as_absent() {
        let read = parse("code_challenge=&state=x&&").expect("well formed");
        assert_eq!(read.get("code_challenge"), None);
        assert_eq!(read.get("state"), Some("x"));
    }

    #[test]
    fn a_parameter_sent_twice_is_refused_by_its_name_even_when_encoded_differently_or_empty() {
        for twice in ["scope=a&scope=b", "scope=a&sc%6Fpe=a", "scope=&scope=a"] {
            assert_eq!(parse(twice), Err(ParameterError::Duplicate("scope".to_owned())), "{twice}");
        }
        assert!(parse("scope=a&scopes=a&Scope=a").is_ok());
        let repeated = parse("resource=a&x=y&resource=b").expect("the one that may be");
        assert_eq!(repeated.iter().collect::<Vec<_>>(), [("resource", "a"), ("x", "y"), ("resource", "b")]);
    }

    #[test]
    fn a_hostile_name_is_made_harmless_in_the_error() {
        let Err(ParameterError::Duplicate(name)) = parse("a%22%0D%0A%3Cb&a%22%0D%0A%3Cb") else { panic!("a duplicate") };
        assert_eq!(name, "a???<b");
    }

    #[test]
    fn broken_encodings_are_refused_each_by_its_name() {
        for broken in ["a=%", "a=%4", "a=%zz", "%g0=a", "a=%+1"] {
            assert_eq!(parse(broken), Err(ParameterError::PercentEncoding), "{broken}");
        }
        for broken in ["a=%ff", "%c3=a", "a=%ed%a0%80"] {
            assert_eq!(parse(broken), Err(ParameterError::Utf8), "{broken}");
        }
        assert_eq!(Parameters::parse(b"a=\xff"), Err(ParameterError::Utf8));
        assert_eq!(parse("a=%00"), Err(ParameterError::Nul));
        assert_eq!(Parameters::parse(b"a\0=1"), Err(ParameterError::Nul));
    }

    #[test]
    fn the_limit_of_parameters_is_met_and_not_passed() {
        let many = |count: usize| (0..count).map(|at| format!("p{at}=1")).collect::<Vec<_>>().join("&");
        assert!(parse(&many(PARAMETERS_MAX)).is_ok());
        assert_eq!(parse(&many(PARAMETERS_MAX + 1)), Err(ParameterError::TooMany));
    }

    #[test]
    fn debug_output_shows_no_value() {
        let printed = format!("{:?}", parse("password=hunter2").expect("well formed"));
        assert_eq!(printed, r#"{"password": "***"}"#);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Parameters::parse(&bytes);
        }

        #[test]
        fn what_was_percent_encoded_comes_back(value in "[^\0]{1,40}") {
            let encoded = value.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
            let read = parse(&format!("v={encoded}")).expect("well formed");
            prop_assert_eq!(read.get("v"), Some(value.as_str()));
        }
    }
}
