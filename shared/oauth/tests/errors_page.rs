//! `docs/errors.md` says what every error means. It is written from the code; this test fails when it is stale.

use std::fmt::{Display, Write};
use std::path::Path;

use oauth::ErrorCode;
use oauth::authorization_request::{self, PageRefusal};
use oauth::grants::{self, authorization_code, client_credentials, refresh_token};
use oauth::{bearer, client_authentication, introspection, revocation};

const UPDATE: &str = "UPDATE_DOCS=1 cargo test -p oauth --test errors_page";

/// A flow: where it answers, how, and its reasons with their codes.
struct Flow {
    title: &'static str,
    answer: &'static str,
    reasons: Vec<(String, ErrorCode)>,
}

fn reasons<R: Copy + Display>(all: &[R], code: impl Fn(R) -> ErrorCode) -> Vec<(String, ErrorCode)> {
    all.iter().map(|reason| (reason.to_string(), code(*reason))).collect()
}

fn flows() -> Vec<Flow> {
    vec![
        Flow {
            title: "`/authorize`, once the return address is known",
            answer: "303 to the redirect URI with `error`, `error_description`, `state` and `iss`",
            reasons: reasons(authorization_request::Reason::ALL, authorization_request::Reason::code),
        },
        Flow {
            title: "`/token`: who asks",
            answer: "JSON with the status of the code; `invalid_client` comes with `WWW-Authenticate: Basic`",
            reasons: reasons(client_authentication::Reason::ALL, client_authentication::Reason::code),
        },
        Flow {
            title: "`/token`: what is asked for",
            answer: "JSON with the status of the code",
            reasons: reasons(grants::Reason::ALL, grants::Reason::code),
        },
        Flow {
            title: "`/token`: redeeming a code",
            answer: "JSON with the status of the code",
            reasons: reasons(authorization_code::Reason::ALL, authorization_code::Reason::code),
        },
        Flow {
            title: "`/token`: refreshing",
            answer: "JSON with the status of the code",
            reasons: reasons(refresh_token::Reason::ALL, refresh_token::Reason::code),
        },
        Flow {
            title: "`/token`: an app for itself",
            answer: "JSON with the status of the code",
            reasons: reasons(client_credentials::Reason::ALL, client_credentials::Reason::code),
        },
        Flow {
            title: "`/introspect`",
            answer: "JSON with the status of the code; a token that doesn't count is no error",
            reasons: reasons(introspection::Reason::ALL, introspection::Reason::code),
        },
        Flow {
            title: "`/revoke`",
            answer: "JSON with the status of the code; a token that isn't the client's is no error",
            reasons: reasons(revocation::Reason::ALL, revocation::Reason::code),
        },
        Flow {
            title: "`/userinfo`",
            answer: "the status of the code and `WWW-Authenticate: Bearer`; without a token 401 and a challenge that names no error",
            reasons: reasons(bearer::Reason::ALL, bearer::Reason::code),
        },
    ]
}

fn page() -> Result<String, std::fmt::Error> {
    let mut page = String::new();
    writeln!(page, "# Errors\n\n<!-- Generated from shared/oauth. To write it anew: {UPDATE} -->\n")?;
    writeln!(page, "What a caller reads is fixed per code. Why it happened is in the log, once, under the words of the second part.\n")?;
    writeln!(page, "## What a caller reads\n\n| `error` | status | `error_description` |\n|---|---|---|")?;
    for code in ErrorCode::ALL {
        writeln!(page, "| `{}` | {} | {} |", code.as_str(), code.status(), code.description())?;
    }
    writeln!(page, "\nThe status is that of a direct answer; an error that goes back through the browser is a 303.\n")?;
    writeln!(page, "## Why\n\n### `/authorize`, before the return address is known\n\nAn HTML page, status 400, never a redirect.\n")?;
    writeln!(page, "| in the log |\n|---|")?;
    for refusal in PageRefusal::ALL {
        writeln!(page, "| {refusal} |")?;
    }
    for flow in flows() {
        writeln!(page, "\n### {}\n\nAnswered by {}.\n\n| in the log | `error` |\n|---|---|", flow.title, flow.answer)?;
        for (reason, code) in flow.reasons {
            writeln!(page, "| {reason} | `{}` |", code.as_str())?;
        }
    }
    Ok(page)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a developer asks for the page to be written; nothing deployed reads this")]
fn the_page_of_errors_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    let page = page().expect("writing to a string can't fail");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("docs/ can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "docs/errors.md is stale: {UPDATE}");
}

#[test]
fn every_code_but_those_of_outages_has_a_reason() {
    let outages = [ErrorCode::ServerError, ErrorCode::TemporarilyUnavailable];
    let flows = flows();
    for code in ErrorCode::ALL.into_iter().filter(|code| !outages.contains(code)) {
        assert!(flows.iter().any(|flow| flow.reasons.iter().any(|(_, named)| *named == code)), "{code:?}");
    }
}
