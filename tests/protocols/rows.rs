//! The rows of the table, by specification.

/// One requirement, or a few that one test shows.
pub(super) struct Row {
    /// Of the specification.
    pub(super) section: &'static str,
    /// In a few words.
    pub(super) what: &'static str,
    /// The function that shows it.
    pub(super) test: &'static str,
}

const fn row(section: &'static str, what: &'static str, test: &'static str) -> Row {
    Row { section, what, test }
}

/// The specifications, in order of the page.
pub(super) const SPECIFICATIONS: &[(&str, &[Row])] = &[
    ("RFC 6749, OAuth 2.0, as OAuth 2.1 narrows it", OAUTH),
    ("RFC 7636, PKCE", PKCE),
    ("RFC 6750, Bearer tokens", BEARER),
    ("RFC 9470, Step-up authentication", STEP_UP),
    ("RFC 9457, Problem details", PROBLEMS),
    ("RFC 7009, Revocation", REVOCATION),
    ("RFC 7662, Introspection", INTROSPECTION),
    ("RFC 7523, client authentication by JWT", ASSERTIONS),
    ("RFC 9126, Pushed authorization requests", PUSHED),
    ("RFC 9700, Security best current practice", PRACTICE),
    ("RFC 9068, JWT access tokens", ACCESS_TOKENS),
    ("RFC 8707, Resource indicators", RESOURCES),
    ("RFC 9207, Issuer identification", ISSUER),
    ("RFC 8414 and OpenID Connect Discovery 1.0", DISCOVERY),
    ("OpenID Connect Core 1.0", CORE),
    ("OAuth 2.0 Multiple Response Types and Form Post Response Mode", RESPONSE_MODES),
    ("OpenID Connect RP-Initiated Logout 1.0", LOGOUT),
    ("OpenID Connect Back-Channel Logout 1.0", BACKCHANNEL),
    ("Fetch, CORS", CORS),
];

const OAUTH: &[Row] = &[
    row(
        "2.3.1",
        "client authentication by HTTP Basic and in the body, by the registered method alone",
        "each_client_authenticates_by_its_registered_method_and_no_other",
    ),
    row("2.3", "more than one method is refused", "more_than_one_method_is_an_invalid_request"),
    row("3.1", "unknown parameters are ignored", "oidcc_ensure_request_with_unknown_parameter_succeeds"),
    row("3.1.2.4", "an unregistered redirect URI ends in a page", "an_unknown_client_or_return_address_is_an_error_page_and_no_redirect"),
    row("4.1.2", "a code is good once; a second use ends what the first began", "a_second_redemption_is_refused_and_ends_the_family"),
    row("4.1.2", "of many redemptions at once one succeeds at most", "of_fifty_parallel_redemptions_one_succeeds_at_most_and_the_family_is_dead"),
    row("4.1.3", "a code is its client's and its tenant's alone", "another_clients_or_tenants_code_is_refused"),
    row("5.2", "errors are JSON that nobody stores", "a_refusal_is_json_that_nobody_stores"),
    row("4.4", "an app gets a token for an API as itself, and nothing beside it", "an_app_gets_a_token_for_its_api_and_nothing_beside_it"),
    row("4.4", "public apps and those that aren't registered for it don't", "only_a_registered_app_that_keeps_a_secret_asks_as_itself"),
    row(
        "6",
        "refresh tokens; a narrower scope is granted, a wider one refused",
        "a_narrower_scope_is_granted_and_a_wider_one_refused_and_changes_nothing",
    ),
];

const PKCE: &[Row] = &[
    row("4.3", "S256, required where the security profile says so", "a_profile_that_requires_pkce_refuses_a_request_without_a_good_challenge"),
    row("4.6", "a wrong, missing or needless verifier is refused", "a_wrong_missing_or_needless_verifier_is_refused"),
];

const BEARER: &[Row] = &[
    row("2.1, 2.2", "a token by header or in a posted form", "a_token_may_stand_in_the_header_or_in_a_posted_form"),
    row("2.3", "never in the query", "a_token_in_the_query_or_under_another_scheme_is_not_looked_at"),
    row("3.1", "refusals by challenge", "a_bad_token_is_told_so"),
];

const STEP_UP: &[Row] =
    &[row("3", "the account API asks for a sign-in of just now", "a_token_of_now_in_a_session_that_began_earlier_does_not_stand_for_its_person")];

const PROBLEMS: &[Row] = &[row("3", "refusals of the account API", "a_profile_is_patched_and_what_is_no_field_of_the_persons_is_refused")];

const REVOCATION: &[Row] = &[
    row(
        "2.1",
        "an access or refresh token that is given back ends its family",
        "an_access_token_or_a_refresh_token_that_is_given_back_ends_the_family",
    ),
    row(
        "2.2.1",
        "a token that an app got for itself ends by its expiry, and the app is told so",
        "a_token_that_an_app_got_for_itself_is_refused_honestly",
    ),
    row("2.2", "any other token is answered alike and changes nothing", "what_is_not_the_apps_own_is_answered_alike_and_changes_nothing"),
];

const INTROSPECTION: &[Row] = &[
    row("2.2", "a live token is active", "a_live_access_token_is_active_and_nobody_stores_the_answer"),
    row("2.2", "a revoked, expired or signed-out one is inactive, without a reason", "a_revoked_expired_or_signed_out_token_is_inactive"),
    row("4", "an app learns nothing about another's tokens", "an_app_learns_nothing_about_tokens_that_are_not_its_own"),
];

const ASSERTIONS: &[Row] = &[
    row("2.2", "`private_key_jwt` by ES256 or RS256, at every endpoint that apps call", "an_app_authenticates_by_its_registered_method_alone"),
    row("3", "an assertion is used once, at all endpoints together", "an_assertion_that_was_used_here_is_used_everywhere"),
];

const PUSHED: &[Row] = &[
    row("2.1", "the client authenticates as at the token endpoint", "section_2_1_a_request_is_authenticated_as_at_the_token_endpoint"),
    row(
        "2.1",
        "the list of checks is that of the authorization endpoint",
        "section_2_1_the_list_of_checks_is_that_of_the_authorization_endpoint_and_an_error_is_json",
    ),
    row("2.2", "the answer is a `request_uri` of its client", "section_2_2_the_answer_is_a_request_uri_that_holds_what_was_asked"),
];

const PRACTICE: &[Row] = &[
    row("2.1", "redirect URIs compare byte for byte", "oidcc_ensure_registered_redirect_uri"),
    row("4.14.2", "refresh tokens rotate where they must, and a reuse ends the family", "reuse_kills_family"),
    row("4.14.2", "a retry whose answer was lost gets the same successor", "refresh_retry_same_successor"),
    row("4.15", "no app's `sub` can be a person's", "the_subject_of_no_app_can_be_a_persons"),
    row("4.12", "redirects after credentials are 303", "a_person_with_a_session_and_consent_is_sent_back_with_a_code"),
];

const ACCESS_TOKENS: &[Row] = &[
    row("2.1, 2.2", "`at+jwt` with issuer, audience, client, subject and id", "a_code_is_redeemed_for_an_access_token_and_an_id_token"),
    row("2.2", "`sub` of an app's own token is the app's", "an_apps_own_token_is_for_its_api_and_names_no_person"),
    row("3", "one audience; algorithm and lifetime are the API's", "the_api_says_what_signs_its_tokens_and_how_long_they_live"),
    row("4", "an API validates by `jsonwebtoken`, `jose`, `authlib`", "an_api_validates_by_jsonwebtoken"),
    row("4", "tokens of another type, tenant or audience are refused", "a_token_of_another_type_tenant_or_audience_is_refused"),
];

const RESOURCES: &[Row] = &[
    row(
        "2, 2.1",
        "a request names one API of the tenant; several, malformed or unknown ones are `invalid_target`",
        "a_resource_that_is_several_malformed_unknown_or_foreign_goes_back_with_invalid_target",
    ),
    row(
        "2.2",
        "an app asks for itself for one API that it was granted; any other `resource`, none or several are `invalid_target`",
        "a_resource_that_is_missing_several_malformed_unknown_foreign_or_not_granted_is_refused",
    ),
    row(
        "2.2",
        "a code yields a token for the API that was granted, or for the platform, and for no other",
        "a_code_yields_no_token_for_another_api_and_nothing_is_consumed",
    ),
    row("2.2", "so does a refresh token", "a_refresh_token_of_an_api_refreshes_for_it_or_for_the_platform"),
];

const ISSUER: &[Row] = &[
    row("2", "`iss` in every answer, errors too", "oidcc_response_type_missing"),
    row("2", "at a domain of a tenant's own it is the issuer there", "a_person_is_the_same_to_apps_at_both_issuers_and_each_states_itself"),
    row("4", "a code of one issuer is good at no other, of the same tenant neither", "a_code_is_redeemed_where_it_was_issued"),
];

const DISCOVERY: &[Row] = &[
    row("3", "both documents say what exists and nothing else", "metadata_states_what_exists_for_both_specifications_alike"),
    row("4.3", "the issuer is the tenant's, whatever a header says", "no_header_and_no_query_changes_an_issuer"),
];

const CORE: &[Row] = &[
    row("2", "ID tokens by ES256 or RS256, with `auth_time`, `acr`, `amr`, `at_hash`", "oidcc_server"),
    row("3.1.2.1", "`prompt` none, login, consent, select_account", "prompt_login_asks_who_is_signed_in_and_is_met_by_signing_in_for_it"),
    row("3.1.2.1", "`max_age`", "oidcc_max_age_1"),
    row("3.1.2.1", "`id_token_hint`, expired or not", "oidcc_id_token_hint"),
    row("3.1.2.1", "`login_hint`, `ui_locales`", "oidcc_login_hint"),
    row("3.1.2.1", "`acr_values`", "oidcc_ensure_request_with_acr_values_succeeds"),
    row("3.1.2.1", "requests by GET and by POST", "oidcc_ensure_post_request_succeeds"),
    row("3.1.2.6", "`login_required`, `consent_required`", "a_missing_consent_is_consent_required"),
    row("5.3", "userinfo by GET and POST", "oidcc_userinfo_post_body"),
    row("5.3.2", "signed userinfo for the apps that registered so", "a_client_that_registered_so_gets_its_claims_signed"),
    row("5.3.2", "what is unknown is left out, never null", "what_is_unknown_is_left_out_and_never_null"),
    row("5.4", "scopes profile, email, address, phone: their claims at userinfo and not in the ID token", "oidcc_scope_all"),
    row("5.5", "the `claims` parameter, for userinfo and ID token", "oidcc_claims_essential"),
    row("6", "request objects are refused by their own error names", "oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported"),
    row(
        "10.1.1",
        "keys rotate: published before they sign, and as long as their tokens count",
        "f26_every_token_verifies_by_every_key_set_of_the_last_day_through_three_rotations",
    ),
    row("11", "`offline_access`", "oidcc_refresh_token"),
    row("12.2", "a refreshed ID token keeps `auth_time`", "a_refresh_is_answered_with_new_tokens_of_the_same_sign_in"),
];

const RESPONSE_MODES: &[Row] = &[
    row("2.1", "answers by query and by fragment", "a_fragment_holds_the_code_or_the_error"),
    row("2", "answers by form, without JavaScript too", "a_form_posts_the_code_by_itself_or_by_its_button"),
];

const LOGOUT: &[Row] = &[
    row("2", "a hint of the session ends it at once", "oidcc_rp_initiated_logout"),
    row("2", "without a hint the person is asked", "without_a_hint_the_person_is_asked"),
    row("2", "requests by POST, whose hint no URL holds", "no_address_ever_holds_the_hint"),
    row("3", "a registered address byte for byte, with `state`", "a_registered_address_is_gone_to_byte_for_byte_and_state_is_echoed_when_it_came"),
];

const BACKCHANNEL: &[Row] = &[
    row("2.1", "discovery says so", "oidcc_backchannel_logout_discovery_endpoint_verification"),
    row("2.4", "the logout token: `typ`, `sub` and `sid`, `events`, `jti`, two minutes, no `nonce`", "oidcc_backchannel_rp_initiated_logout"),
    row("2.5", "Apache with `mod_auth_openidc` loses its session", "a_page_behind_apache_is_entered_refreshed_and_left"),
    row("2.5", "each app of the session is told, and no other", "each_app_of_the_session_that_wants_to_know_gets_a_token_and_no_other_app"),
    row("2.5", "a session that runs out is told of, too", "an_app_is_told_when_a_session_that_was_used_runs_out_in_the_end"),
    row(
        "2.8",
        "200 and 204 succeed, 400 is final, the rest is tried again",
        "two_hundred_and_two_hundred_and_four_succeed_four_hundred_is_final_and_the_rest_is_tried_again",
    ),
    row("4", "addresses of this machine are called by nobody but a loopback deployment", "a_production_configuration_calls_nobody_on_this_machine"),
];

const CORS: &[Row] = &[
    row("3.2", "scripts of registered origins may read discovery, keys, token, userinfo and revocation", "a_registered_origin_may_call_and_read"),
    row("3.2", "nobody's script may read a page", "pages_are_for_nobodys_scripts"),
];

/// What a reader may look for in vain.
pub(super) const ABSENT: &[&str] = &[
    "implicit and hybrid flows, and the resource owner's password grant: OAuth 2.1 has none of them",
    "front-channel logout and session management by iframe: browsers block the cookies that both need",
    "dynamic registration, device grant, DPoP, mutual TLS, request objects, FAPI profiles",
];
