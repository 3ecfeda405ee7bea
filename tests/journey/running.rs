//! Programs that a test runs beside itself: they end with the test, however it ends.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::Duration;

use crate::repository::root;

const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
/// Five minutes of looks: enough for a first start on two busy cores.
const LOOKS_MAX: u32 = 6000;
/// Ends the program by the signal that it is told, and by `TERM` when whoever tells is gone.
const GUARD: &str = r#""$@" </dev/null & child=$!; read -r signal; kill "-${signal:-TERM}" "$child"; wait "$child""#;

/// A program that runs.
pub(crate) struct Running {
    guard: Child,
    log: PathBuf,
}

impl Running {
    /// Starts a program; what it prints goes to `target/journeys/<name>.log`.
    pub(crate) fn start(name: &str, program: &Command) -> Self {
        let log = root().join("target/journeys").join(format!("{name}.log"));
        fs::create_dir_all(log.parent().expect("a folder")).expect("target is writable");
        let output = File::create(&log).expect("target is writable");
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "guard"]).arg(program.get_program()).args(program.get_args()).current_dir(root());
        guard.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        guard.stdin(Stdio::piped()).stdout(output.try_clone().expect("a second way to the log")).stderr(output);
        Self { guard: guard.spawn().expect("a shell"), log }
    }

    /// What it has printed.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the log is UTF-8")
    }

    /// Waits until it is as wanted.
    #[track_caller]
    pub(crate) fn wait_until<T>(&self, what: &str, wanted: impl Fn() -> Option<T>) -> T {
        for _ in 0..LOOKS_MAX {
            if let Some(found) = wanted() {
                return found;
            }
            sleep(BETWEEN_LOOKS);
        }
        panic!("{what} is still to come; {}:\n{}", self.log.display(), self.log());
    }

    /// Ends it by a signal, `INT` as Ctrl-C does.
    pub(crate) fn end(mut self, signal: &str) -> ExitStatus {
        let mut stdin = self.guard.stdin.take().expect("piped, and taken once");
        stdin.write_all(format!("{signal}\n").as_bytes()).expect("the guard reads");
        self.guard.wait().expect("the guard ends")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Closes standard input, if `end` has not.
        drop(self.guard.stdin.take());
        let _ended = self.guard.wait();
    }
}

/// A port that is free now, as the one after it is, and that no other test of this run was given.
pub(crate) fn free_pair_of_ports() -> u16 {
    static GIVEN: Mutex<Vec<u16>> = Mutex::new(Vec::new());
    let mut given = GIVEN.lock().expect("no test fails while it holds this");
    loop {
        let first = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = first.local_addr().expect("an address").port();
        let Some(next) = port.checked_add(1) else { continue };
        if TcpListener::bind(("127.0.0.1", next)).is_ok() && !given.contains(&port) && !given.contains(&next) {
            given.extend([port, next]);
            return port;
        }
    }
}

/// The status and body of a GET, or nothing when nobody answers.
pub(crate) fn get(port: u16, path: &str) -> Option<(u16, String)> {
    send(port, &format!("GET {path}"), "")
}

/// The same of a form that is posted.
pub(crate) fn post(port: u16, path: &str, form: &str) -> Option<(u16, String)> {
    send(port, &format!("POST {path}"), form)
}

fn send(port: u16, asked: &str, form: &str) -> Option<(u16, String)> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut connection = TcpStream::connect_timeout(&address, Duration::from_secs(2)).ok()?;
    connection.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let about = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", form.len());
    write!(connection, "{asked} HTTP/1.1\r\nHost: localhost:{port}\r\n{about}Connection: close\r\n\r\n{form}").ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}
