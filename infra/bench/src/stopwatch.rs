//! CPU and wall time, and the memory of another process. Nothing of the product asks for these.

use std::time::{Duration, Instant};

use nix::time::ClockId;

use crate::Error;

/// CPU that this thread has used, in user and kernel mode.
pub fn thread_cpu() -> Duration {
    ClockId::CLOCK_THREAD_CPUTIME_ID.now().map(Duration::from).unwrap_or_default()
}

/// CPU that this thread has used since it had used `before`.
pub fn thread_cpu_since(before: Duration) -> Duration {
    thread_cpu().saturating_sub(before)
}

/// CPU that the process `pid` has used with all its threads.
#[cfg(target_os = "linux")]
pub fn process_cpu(pid: u32) -> Result<Duration, Error> {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid)?);
    Ok(ClockId::pid_cpu_clock_id(pid)?.now()?.into())
}

/// CPU that the process `pid` has used with all its threads.
#[cfg(not(target_os = "linux"))]
pub fn process_cpu(_: u32) -> Result<Duration, Error> {
    Err("the CPU of another process is read on Linux only".into())
}

/// The moment.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
pub fn moment() -> Instant {
    Instant::now()
}

/// The most memory that the process `pid` has had in RAM, in bytes (`VmHWM` of proc(5)).
pub fn most_memory(pid: u32) -> Result<u64, Error> {
    memory(pid, "VmHWM:")
}

/// The memory that the process `pid` has in RAM, in bytes (`VmRSS` of proc(5)).
pub fn memory_now(pid: u32) -> Result<u64, Error> {
    memory(pid, "VmRSS:")
}

fn memory(pid: u32, field: &str) -> Result<u64, Error> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)).ok_or_else(|| format!("no {field} for process {pid}"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes * 1024)
}
