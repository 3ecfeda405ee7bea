//! Thousands of things that people and administrators do with accounts, in any order, against a table that says what each is answered.
//!
//! `make test` takes a few hundred steps, `make proof` as many as `RANDOM_WALK` says. A difference is told with its seed and the fewest operations
//! that still show it.

mod model;
mod operation;
mod shrinking;
mod walker;

use std::collections::BTreeSet;

use local::TestPlatform;
use testkit::SeededRandom;

use model::Model;
use operation::{Met, Operation};
use shrinking::shrink;
use walker::Walker;

/// How many operations `make test` takes: about one in three hashes a password.
const USUAL: usize = 400;
/// One platform takes at most this many; a longer walk goes on on a fresh one, so that its tables stay as small as looks at all of them need.
const WALK_MAX: usize = 500;
/// Operations between two looks at every account.
const BETWEEN_LOOKS: usize = 50;
/// How often a walk that found a difference is taken again to find a shorter one.
const SHRINKING_TRIES: usize = 60;
const SEED: u64 = 20_261_122;
/// What every walk meets, so that none walks past what it is for.
const MET: [&str; 28] = [
    "accept Status(200, false)",
    "accept Status(409, false)",
    "accept Status(410, false)",
    "alarm Status(200, true)",
    "alarm Status(410, false)",
    "ask Page(\"Allow access\")",
    "ask Page(\"Sign in\")",
    "assign Done(false)",
    "assign Refused(\"nobody has that name\")",
    "forget Status(200, false)",
    "forget Status(200, true)",
    "invite Done(true)",
    "invite Refused(\"the address has an account\")",
    "invite again Done(true)",
    "invite again Refused(\"no open invitation\")",
    "prove Status(200, false)",
    "prove Status(403, false)",
    "prove Status(410, false)",
    "revoke Done(false)",
    "revoke Refused(\"no open invitation\")",
    "set password Status(200, true)",
    "set password Status(410, false)",
    "sign in Status(303, true)",
    "sign in Status(403, false)",
    "sign out Page(\"Sign out, and then: You’re signed out\")",
    "sign out Page(\"You’re signed out\")",
    "sign up Status(200, false)",
    "sign up Status(200, true)",
];

#[expect(clippy::disallowed_methods, reason = "a switch of the test, not of the product")]
fn operations_wanted() -> usize {
    std::env::var("RANDOM_WALK").ok().and_then(|wanted| wanted.parse().ok()).unwrap_or(USUAL)
}

/// Where the platform does something else than the table says.
#[derive(Clone, Debug)]
struct Difference {
    after: usize,
    said: String,
}

/// The answers that were met, each with the name of its operation.
async fn walk(operations: &[Operation]) -> Result<BTreeSet<String>, Difference> {
    let platform = TestPlatform::start().await;
    let mut walker = Walker::new(&platform).await;
    let mut model = Model::new(walker.now());
    let mut answers = BTreeSet::new();
    for (at, operation) in operations.iter().enumerate() {
        let differs = |said: String| Err(Difference { after: at + 1, said });
        let expected = model.take(*operation, walker.pass(operation.wait()));
        let met = if expected == Met::Skipped { Met::Skipped } else { walker.take(*operation).await };
        if expected != met {
            return differs(format!("{operation:?} was answered {met:?} instead of {expected:?}"));
        }
        answers.insert(format!("{} {met:?}", operation.name()));
        if (at + 1) % BETWEEN_LOOKS == 0 || at + 1 == operations.len() {
            let (expected, met) = (model.accounts(), walker.accounts().await);
            if expected != met {
                return differs(format!("the accounts are {met:?} instead of {expected:?}"));
            }
        }
    }
    Ok(answers)
}

#[tokio::test]
async fn a_random_walk_is_answered_as_the_table_says() {
    let wanted = operations_wanted();
    let mut met = BTreeSet::new();
    for (turn, start) in (0..wanted).step_by(WALK_MAX).enumerate() {
        let seed = SEED + u64::try_from(turn).unwrap_or_default();
        let random = SeededRandom::new(seed);
        let operations = Operation::drawn(&random, WALK_MAX.min(wanted - start));
        let found = match walk(&operations).await {
            Ok(answers) => {
                met.extend(answers);
                continue;
            }
            Err(found) => found,
        };
        let shortest = shrink(operations[..found.after].to_vec(), SHRINKING_TRIES, async |fewer: &[Operation]| walk(fewer).await.is_err()).await;
        let said = walk(&shortest).await.err().map_or_else(|| found.said.clone(), |found| found.said);
        panic!("seed {seed}, operation {}: {}\n{} operations suffice: {said}\n{shortest:#?}", found.after, found.said, shortest.len());
    }
    let missing: Vec<_> = MET.iter().filter(|answer| !met.contains(**answer)).collect();
    assert!(missing.is_empty(), "never met {missing:#?} in {met:#?}");
}
