//! Rounds of starts: in each the bare function and every function of ours once, so that a slow moment is slow for all.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crypto::password::MEMORY_KIB;
use runtime::SystemClock;

use super::aws::EmulatedAws;
use super::function::{Function, deployed};
use super::occasions::{Occasions, is_real};
use super::{Samples, Start};
use crate::Error;
use crate::ground::Ground;
use crate::stopwatch::{memory_now, most_memory};
use crate::warm::{FirstArgon2id, first_random_number};

/// The bare function's package.
const BARE: &str = "hello";
/// The function that hashes passwords.
const HASHING: &str = "sign-in";
/// Argon2id's block, in bytes.
const BLOCK: u64 = MEMORY_KIB as u64 * 1024;

/// What is measured, and how often.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where `cargo lambda` left the binaries.
    pub built: PathBuf,
    /// Starts of each.
    pub rounds: usize,
    /// Sign-ins of one process, over which its memory should be flat.
    pub sign_ins: usize,
}

/// What starts cost.
pub struct Starts {
    /// CPU of a process's first random number.
    pub first_random_number: Duration,
    /// The bare function.
    pub bare: Samples,
    /// Ours by name.
    pub functions: Vec<(String, Samples)>,
    /// One process that stays.
    pub lasting: Lasting,
}

/// The memory of one process of `sign-in`, in bytes, Argon2id's block apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasting {
    /// After this many sign-ins …
    pub early_at: usize,
    /// … it had this.
    pub early: u64,
    /// After this many …
    pub late_at: usize,
    /// … it had this.
    pub late: u64,
}

/// Measures starts. Nothing in this process may have drawn a random number before.
pub async fn measure(options: &Options) -> Result<Starts, Error> {
    let first_random_number = first_random_number()?;
    let ground = Ground::seeded(Arc::new(SystemClock), &[]).await?;
    let mut aws = EmulatedAws::start(&ground).await?;
    let mut occasions = Occasions::new(&ground).await?;
    let bare = Function::bare(&options.built, BARE)?;
    let functions = in_order(deployed(&options.built, aws.url())?);
    let mut starts = Starts {
        first_random_number,
        bare: Samples::default(),
        functions: functions.iter().map(|function| (function.name.clone(), Samples::default())).collect(),
        lasting: Lasting { early_at: 0, early: 0, late_at: 0, late: 0 },
    };
    for _ in 0..options.rounds {
        starts.bare.0.push(start(&bare, &mut occasions, &mut aws).await?);
        for (function, (_, samples)) in functions.iter().zip(&mut starts.functions) {
            samples.0.push(start(function, &mut occasions, &mut aws).await?);
        }
    }
    let hashing = functions.iter().find(|function| function.name == HASHING).ok_or("no function hashes passwords")?;
    starts.lasting = lasting(hashing, &mut occasions, options.sign_ins).await?;
    Ok(starts)
}

// `deliver` sends what `relay` wrote in the same round.
fn in_order(mut functions: Vec<Function>) -> Vec<Function> {
    functions.sort_by_key(|function| function.name == "deliver");
    functions
}

async fn start(function: &Function, occasions: &mut Occasions<'_>, aws: &mut EmulatedAws) -> Result<Start, Error> {
    let event = occasions.event(&function.name).await?;
    let mut running = function.start().await?;
    let (answer, cpu) = running.ask(&event).await?;
    let memory = most_memory(running.pid)?;
    let sent = aws.take_sent();
    if !is_real(&function.name, &answer, &sent) {
        return Err(format!("{} answered {answer}", function.name).into());
    }
    occasions.remember(sent);
    let (hashing, block) = if function.name == HASHING { (FirstArgon2id::cost()?, BLOCK) } else { (Duration::ZERO, 0) };
    Ok(Start { first_poll: running.first_poll, cpu: cpu.saturating_sub(hashing), memory: memory.saturating_sub(block) })
}

async fn lasting(function: &Function, occasions: &mut Occasions<'_>, sign_ins: usize) -> Result<Lasting, Error> {
    let mut running = function.start().await?;
    let early_at = sign_ins.div_ceil(10);
    let mut early = 0;
    for number in 1..=sign_ins {
        let (answer, _) = running.ask(&occasions.sign_in().await?).await?;
        if !is_real(HASHING, &answer, &[]) {
            return Err(format!("{HASHING} answered {answer}").into());
        }
        if number == early_at {
            early = memory_now(running.pid)?.saturating_sub(BLOCK);
        }
    }
    Ok(Lasting { early_at, early, late_at: sign_ins, late: memory_now(running.pid)?.saturating_sub(BLOCK) })
}
