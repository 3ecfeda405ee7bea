//! A flood of sign-ins: some are asked to come again, the others are answered, and memory stays as it is.
//!
//! Small among the other tests; `make proof` sends 10,000 (`FLOOD_SIGN_INS`) in a process of its own and looks at its memory.

use std::fs;

use domain::policy;
use futures_util::future::join_all;
use http::StatusCode;
use local::TestPlatform;
use testkit::endpoint::Call;

use super::relying_party::{RelyingParty, path};
use super::visitor::{Visitor, answer};

/// How many come at once.
const WAVE: usize = 100;
/// What a process may grow by: rows of a table that is kept in memory here, and no second block of Argon2's 19 MiB per request.
const GROWTH_MAX_KIB: usize = 64 * 1024;

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "how many is the caller's to say, as for journeys")]
async fn a_flood_of_sign_ins_is_asked_to_come_again_and_memory_is_flat() {
    let asked = std::env::var("FLOOD_SIGN_INS").ok().map(|number| number.parse::<usize>().expect("a number"));
    let log = testkit::Log::listen();
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut stranger = Visitor::ada(&platform, 1);
    let page = stranger.ask(&platform, &app).await;
    let (platform, url) = (&platform, path(&app.url("/sign-in")));
    let (mut answered, mut refused, mut before) = (0, 0, None);
    for wave in 0..asked.unwrap_or(2 * WAVE).div_ceil(WAVE) {
        let guesses = (0..WAVE).map(|number| {
            let name = format!("nobody-{wave}-{number}");
            let form = Call::form(&url, &[("state", page.field("state")), ("username", &name), ("password", "wrong")]);
            answer(platform, stranger.clone().call(form))
        });
        for guess in join_all(guesses).await {
            match guess.status {
                StatusCode::FORBIDDEN => answered += 1,
                StatusCode::TOO_MANY_REQUESTS => {
                    assert_eq!(guess.header("retry-after"), policy::PASSWORD_TURN_RETRY.as_secs().to_string());
                    refused += 1;
                }
                _ => panic!("{} in wave {wave}:\n{}", guess.outcome(), log.text()),
            }
        }
        before = before.or_else(resident_kib);
    }
    assert!(answered >= policy::PASSWORD_TURNS && refused >= WAVE - policy::PASSWORD_TURNS, "{answered} answered, {refused} refused");
    if let (Some(_), Some(before), Some(after)) = (asked, before, resident_kib()) {
        assert!(after <= before + GROWTH_MAX_KIB, "{before} KiB grew to {after} KiB");
    }
    let mut ada = Visitor::ada(platform, 2);
    ada.arrive(platform, &app).await;
}

/// What the process holds in memory, where the system says so.
fn resident_kib() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}
