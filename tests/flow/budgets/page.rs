//! The counted part of `docs/performance.md`. The measured parts between other markers are somebody else's.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::prices::{self, Bills, Line};
use super::{Budget, Cost, Counted};

const BEGIN: &str = "<!-- counted:begin -->";
const END: &str = "<!-- counted:end -->";
/// A page without numbers.
const EMPTY: &str = "# Performance\n
## Counted\n\n<!-- counted:begin -->\n<!-- counted:end -->\n
## Measured: warm requests\n\n<!-- bench:begin -->\n<!-- bench:end -->\n
## Measured: starts\n\n<!-- bench-cold:begin -->\n<!-- bench-cold:end -->\n";

const ABOUT: &str = "\
Written by `UPDATE_DOCS=1 cargo test -p journeys --test flows budgets`; a test fails when a number is above its budget or differs from this page.

Requests to DynamoDB and the longest chain of them, write and read units by AWS's rounding, calls of KMS. Warm is a function that has met the
tenant and the app; cold is a new process.
";

/// What the page says between the markers.
pub(super) fn counted(counted: &[Counted], bills: &Bills) -> String {
    let mut page = format!(
        "{ABOUT}\n| flow | requests / chain | budget | write units | budget | read units | cold: requests / chain | write units | read units | KMS |\n\
         |---|---|---|---|---|---|---|---|---|---|\n"
    );
    for Counted { flow, warm, cold } in counted {
        let Budget { requests, write_units } = flow.budget();
        let budget = requests.map_or_else(|| "–".to_owned(), |(requests, chain)| format!("{requests} / {chain}"));
        let row = format!("| {} | {} | {budget} | {} | {write_units} | {}", flow.name(), shown(warm), warm.write_units, warm.read_units);
        let cold = format!("{} | {} | {} | {} |", shown(cold), cold.write_units, cold.read_units, cold.key_calls);
        writeln!(page, "{row} | {cold}").expect("a text takes every line");
    }
    page.push_str("\nA refusal costs the same whether or not the account exists; a throttled source leaves one event per minute besides.\n");
    page.push_str(&cost(bills));
    page
}

fn shown(cost: &Cost) -> String {
    format!("{} / {}", cost.requests, cost.longest_chain)
}

fn cost(Bills { sign_in, single }: &Bills) -> String {
    let row = |line: &Line| format!("| {} | {} | {} | {:.2} |\n", line.what, short(line.count), short(line.price), line.usd_per_million());
    let rows = |lines: &[Line]| lines.iter().map(row).collect::<String>();
    let apart = |(flow, bill, most): &(super::Flow, prices::Bill, f64)| format!("| {} | {most} | {:.2} |\n", flow.name(), bill.usd_per_million());
    let single: String = single.iter().map(apart).collect();
    format!(
        "\n### Cost of a million password sign-ins\n\n\
         The sign-in page, its form answered with the code, the code, userinfo; everything warm, a known browser, consent given. {source}. \
         {assumed}. Storage, logs and transfer aren't in it.\n\n\
         | what | per sign-in | USD per million | USD |\n|---|---|---|---|\n{lines}| **in one region, without edge** | | at most {most} | **{total:.2}** |\n{apart}\n\
         By the same prices, one request each and everything warm, in USD per million:\n\n| flow | at most | USD |\n|---|---|---|\n{single}",
        source = prices::SOURCE,
        assumed = prices::ASSUMED,
        lines = rows(&sign_in.lines),
        most = prices::PASSWORD_SIGN_IN_MOST,
        total = sign_in.usd_per_million(),
        apart = rows(&sign_in.apart),
    )
}

// Four decimals, without zeros at the end.
fn short(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Fails when the committed page says something else.
#[track_caller]
pub(super) fn assert_current(content: &str) {
    let path = path();
    let page = fs::read_to_string(&path).unwrap_or_else(|_| EMPTY.to_owned());
    let (head, rest) = page.split_once(BEGIN).expect("docs/performance.md has the counted part's first marker");
    let (_, tail) = rest.split_once(END).expect("docs/performance.md has the counted part's last marker");
    let current = format!("{head}{BEGIN}\n\n{}\n\n{END}{tail}", content.trim());
    // Read when the test is compiled; cargo compiles it anew when the variable changes.
    if option_env!("UPDATE_DOCS").is_some() {
        fs::write(&path, &current).expect("the page is writable");
    }
    let page = fs::read_to_string(&path).expect("docs/performance.md");
    assert!(page == current, "docs/performance.md is stale: UPDATE_DOCS=1 cargo test -p journeys --test flows budgets\n{content}");
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md")
}
