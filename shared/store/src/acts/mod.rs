//! What flows do: each one conditional write or one transaction, the change together with its event.
//!
//! A failed condition is an outcome, named after what it means. Write units are those of rows within 1 KB.

pub(crate) mod accept_imported_hash;
mod apply_configuration;
pub(crate) mod assign_administrators;
pub(crate) mod begin_sign_up;
pub(crate) mod change_email;
pub(crate) mod change_password;
mod change_policy;
pub(crate) mod change_tenant;
pub(crate) mod change_user;
pub(crate) mod complete_profile;
mod count_failure;
mod count_wrong_secret;
pub(crate) mod create_api;
pub(crate) mod create_client;
pub(crate) mod create_tenant;
pub(crate) mod create_user;
pub(crate) mod end_session;
pub(crate) mod erase_tenant;
pub(crate) mod erase_user;
mod grant_consent;
pub(crate) mod invite;
pub(crate) mod lock_password;
pub(crate) mod manage_account;
mod prove_phone;
mod put_month_key;
pub(crate) mod record_event;
pub(crate) mod redeem_code;
pub(crate) mod refresh_family;
mod reserve_attempt;
pub(crate) mod revoke_family;
pub(crate) mod rotate_keys;
pub(crate) mod start_session;
pub(crate) mod touch_session;
pub(crate) mod transfer;
mod watermark;
pub(crate) mod withdraw_consent;
