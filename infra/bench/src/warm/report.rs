//! The table of warm flows beside their budgets.

use std::fmt::Write;
use std::time::Duration;

use super::{Costs, Refusals, Samples};
use crate::Error;
use crate::scene;
use crate::statistics::{microseconds, milliseconds, ratio};

/// How far a refused sign-in of an unknown account may be from that of a known one.
const EQUAL_WITHIN: f64 = 0.05;

/// The measured part of the page about warm requests.
pub fn report(costs: &Costs) -> Result<String, Error> {
    let mut page = String::new();
    writeln!(page, "Written by `make bench`. {}", scene::described()?)?;
    writeln!(page, "\nMedians of the CPU of a warm function's thread per request; signing, sealing, the table's client and the log line included.")?;
    let signature = microseconds(costs.token.signature());
    let argon2id = milliseconds(costs.refusals.argon2id.cpu());
    writeln!(page, "One ES256 signature took {signature} µs, one Argon2id {argon2id} ms in the same run.\n")?;
    writeln!(page, "| flow | ES256 signatures | budget | µs |\n|---|---|---|---|")?;
    for (flow, samples, budget) in rows(costs) {
        writeln!(page, "{}", row(flow, samples, budget))?;
    }
    for (call, samples) in [("one read of two rows", &costs.read), ("one transaction of a row and its event", &costs.transaction)] {
        let signatures = samples.in_signatures();
        writeln!(page, "| {call}, through the AWS SDK alone | {signatures:.1} | in the flows above | {} |", microseconds(samples.cpu()))?;
    }
    let rsa = costs.token_rs256.cpu().saturating_sub(costs.token.cpu());
    writeln!(page, "| of it the RSA signature | {:.1} | apart | {} |", ratio(rsa, costs.token_rs256.signature()), microseconds(rsa))?;
    write!(page, "\n{}", refused(&costs.refusals)?)?;
    Ok(page)
}

const fn rows(costs: &Costs) -> [(&'static str, &Samples, Option<f64>); 15] {
    [
        ("discovery", &costs.discovery, Some(1.0)),
        ("JWKS", &costs.jwks, Some(1.0)),
        ("authorize with a live session", &costs.live_session, Some(3.5)),
        ("authorize without, sign-in page", &costs.without_session, Some(1.5)),
        ("sign-in by password, Argon2id apart", &costs.sign_in, Some(9.0)),
        ("consent given", &costs.consent, Some(4.0)),
        ("par", &costs.pushed, Some(3.0)),
        ("userinfo", &costs.userinfo, Some(6.5)),
        ("introspect", &costs.introspect, Some(6.5)),
        ("revoke", &costs.revoke, Some(5.0)),
        ("logout", &costs.logout, Some(5.0)),
        ("token: code, ID token by ES256", &costs.token, Some(7.0)),
        ("token: code, ID token by RS256", &costs.token_rs256, None),
        ("token: refresh", &costs.refresh, Some(6.0)),
        ("token: client credentials", &costs.client_credentials, Some(2.0)),
    ]
}

fn row(flow: &str, samples: &Samples, budget: Option<f64>) -> String {
    let signatures = samples.in_signatures();
    let budget = match budget {
        Some(most) if signatures <= most => format!("{most}"),
        Some(most) => format!("{most}, **not held**"),
        None => "apart".to_owned(),
    };
    format!("| {flow} | {signatures:.1} | {budget} | {} |", microseconds(samples.cpu()))
}

fn refused(refusals: &Refusals) -> Result<String, Error> {
    let (known, unknown) = (refusals.known.cpu(), refusals.unknown.cpu());
    let ratio = ratio(unknown, known);
    let verdict = if (ratio - 1.0).abs() <= EQUAL_WITHIN { "" } else { ", **not held**" };
    let rest = |total: Duration| microseconds(total.saturating_sub(refusals.argon2id.cpu()));
    let mut page = String::new();
    writeln!(page, "| sign-in refused | ms | µs, Argon2id apart |\n|---|---|---|")?;
    writeln!(page, "| known account | {} | {} |", milliseconds(known), rest(known))?;
    writeln!(page, "| unknown account | {} | {} |", milliseconds(unknown), rest(unknown))?;
    writeln!(page, "| unknown by known | {ratio:.3}; budget 1 ± {EQUAL_WITHIN}{verdict} | |")?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(flow: u64, signature: u64) -> Samples {
        let mut samples = Samples::default();
        samples.add(Duration::from_micros(flow), Duration::from_micros(signature));
        samples
    }

    #[test]
    fn a_flow_above_its_budget_says_so() {
        assert_eq!(row("f", &samples(30, 10), Some(3.5)), "| f | 3.0 | 3.5 | 30.0 |");
        assert_eq!(row("f", &samples(40, 10), Some(3.5)), "| f | 4.0 | 3.5, **not held** | 40.0 |");
        assert_eq!(row("f", &samples(40, 10), None), "| f | 4.0 | apart | 40.0 |");
    }

    #[test]
    fn refusals_that_tell_accounts_apart_say_so() {
        let refusals = |unknown| Refusals { known: samples(10_000, 10), unknown: samples(unknown, 10), argon2id: samples(9000, 10) };
        assert!(refused(&refusals(10_400)).expect("a table").contains("| 1.040; budget 1 ± 0.05 |"));
        assert!(refused(&refusals(9400)).expect("a table").contains("| 0.940; budget 1 ± 0.05, **not held** |"));
    }
}
