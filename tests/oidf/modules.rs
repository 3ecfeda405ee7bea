//! The modules of the Basic OP plan, each for whatever response mode its plan asks for.

pub(crate) mod claims;
pub(crate) mod codes;
pub(crate) mod requests;
pub(crate) mod sessions;
pub(crate) mod tokens;
pub(crate) mod unsupported;

/// The 38 modules that the Basic OP and the Form Post Basic OP plans have in common, as tests of their names.
macro_rules! modules_of_basic_op {
    ($mode:expr) => {
        $crate::oidf::modules::tests_of! { $mode;
            claims: oidcc_userinfo_get, oidcc_userinfo_post_header, oidcc_userinfo_post_body, oidcc_scope_profile, oidcc_scope_email,
                oidcc_scope_address, oidcc_scope_phone, oidcc_scope_all, oidcc_claims_essential;
            codes: oidcc_codereuse, oidcc_codereuse_30seconds, oidcc_ensure_request_with_valid_pkce_succeeds, oidcc_refresh_token;
            requests: oidcc_response_type_missing, oidcc_alternate_happy_flow, oidcc_display_page, oidcc_display_popup,
                oidcc_ensure_request_with_unknown_parameter_succeeds, oidcc_login_hint, oidcc_ui_locales, oidcc_claims_locales,
                oidcc_ensure_request_with_acr_values_succeeds, oidcc_ensure_registered_redirect_uri, oidcc_ensure_post_request_succeeds;
            sessions: oidcc_prompt_login, oidcc_prompt_none_not_logged_in, oidcc_prompt_none_logged_in, oidcc_max_age_1, oidcc_max_age_10000,
                oidcc_id_token_hint;
            tokens: oidcc_server, oidcc_idtoken_signature, oidcc_idtoken_unsigned,
                oidcc_ensure_request_without_nonce_succeeds_for_code_flow, oidcc_server_client_secret_post;
            unsupported: oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported,
                oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported, oidcc_ensure_request_object_with_redirect_uri;
        }
    };
}

macro_rules! tests_of {
    ($mode:expr; $($file:ident: $($module:ident),+;)+) => {
        $($(
            #[tokio::test]
            async fn $module() {
                $crate::oidf::modules::$file::$module($mode).await;
            }
        )+)+
    };
}

pub(crate) use {modules_of_basic_op, tests_of};
