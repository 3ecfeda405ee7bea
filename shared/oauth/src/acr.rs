//! Authentication contexts (OpenID Connect Core §2, `acr`): what each way to sign in amounts to.

use domain::session::AuthenticationMethod;

/// A password alone.
pub const PASSWORD: &str = "urn:countersign:acr:password";

/// What can be reached, as metadata states it.
pub const SUPPORTED: [&str; 1] = [PASSWORD];

/// The context that these methods reach together; none without a method.
pub fn reached(methods: &[AuthenticationMethod]) -> Option<&'static str> {
    methods
        .iter()
        .map(|method| match method {
            AuthenticationMethod::Password => PASSWORD,
        })
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_reaches_what_metadata_states() {
        assert_eq!(reached(&[AuthenticationMethod::Password]), Some(SUPPORTED[0]));
        assert_eq!(reached(&[]), None);
    }
}
