//! One file per grant.

pub(crate) mod authorization_code;
