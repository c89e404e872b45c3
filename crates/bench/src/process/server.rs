//! A Mintage server as an operator runs it: a process that is configured by its environment.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{BenchError, BenchResult};
use crate::process::proc_files;

/// How long a server may take to answer.
const START_LIMIT: Duration = Duration::from_secs(30);

/// The pause between two attempts to connect to a server that starts.
const START_PAUSE: Duration = Duration::from_micros(200);

/// Variables of the machine that a process needs, and that do not configure Mintage.
const INHERITED: [&str; 3] = ["HOME", "LD_LIBRARY_PATH", "PATH"];

/// A running server. Dropping it kills the process.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
    log_file: File,
    first_answer: Duration,
}

impl Server {
    /// Starts the program with these variables and waits for its first answer. Its log is a file, as the
    /// log of a service is.
    pub(crate) fn start(
        program: &Path,
        directory: &Path,
        variables: &[(&str, String)],
    ) -> BenchResult<Self> {
        let address = free_address()?;
        let log = directory.join(format!("server-{}.log", address.port()));
        let log_file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(BenchError::cannot("create the server's log"))?;
        let child_log = log_file
            .try_clone()
            .map_err(BenchError::cannot("share the server's log"))?;
        let mut command = command(program);
        command
            .arg("serve")
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .env("MINTAGE_LISTEN", address.to_string())
            .env("MINTAGE_PUBLIC_URL", format!("http://{address}"))
            .current_dir(directory)
            .stderr(child_log);
        let started = Instant::now();
        let child = command
            .spawn()
            .map_err(BenchError::cannot(&format!("start {}", program.display())))?;
        let mut server = Self {
            child,
            address,
            log,
            log_file,
            first_answer: Duration::ZERO,
        };
        server.await_first_answer(started)?;
        Ok(server)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// The time from the start of the process to its first answer.
    pub(crate) fn first_answer(&self) -> Duration {
        self.first_answer
    }

    /// The memory in RAM, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        proc_files::resident_kib(self.process_id()).unwrap_or_default()
    }

    /// The most memory that was in RAM at any time, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        proc_files::peak_kib(self.process_id()).unwrap_or_default()
    }

    /// Empties the log, which grows by a line for each request.
    pub(crate) fn clear_log(&self) {
        // A log that cannot be emptied only takes more of the disk.
        let _ = self.log_file.set_len(0);
    }

    /// The last lines of the log.
    pub(crate) fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    fn await_first_answer(&mut self, started: Instant) -> BenchResult<()> {
        while !answers(self.address) {
            let ended = self.child.try_wait();
            let ended = ended.map_err(BenchError::cannot("watch the server"))?;
            if ended.is_some() || started.elapsed() > START_LIMIT {
                let log = self.log_tail();
                return Err(BenchError::new(format!(
                    "the server does not answer:\n{log}"
                )));
            }
            thread::sleep(START_PAUSE);
        }
        self.first_answer = started.elapsed();
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error means that the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "passes variables of the machine on"
)]
fn command(program: &Path) -> Command {
    let inherited = INHERITED.iter();
    let inherited = inherited.filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut command = Command::new(program);
    command
        .env_clear()
        .envs(inherited)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// A loopback address that nobody listens on.
pub(crate) fn free_address() -> BenchResult<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(BenchError::cannot("find a free port"))
}

fn answers(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(START_LIMIT))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer.starts_with(b"HTTP/1.1 200 "))
    };
    ask().unwrap_or(false)
}
