//! A cluster of our own: made, run, watched, removed.

use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::{Error, Options};

/// Always here: the path of a socket is limited to about 100 bytes, which `TMPDIR` may exceed,
/// and the account that root hands the server to must be able to reach it.
const PARENT: &str = "/tmp";

/// The role that owns the cluster.
pub(crate) const USER: &str = "test";

/// How long a server may take to accept connections; a busy machine needs a second or two.
const START_LIMIT: Duration = Duration::from_mins(1);

/// Makes the cluster, runs the server until it ends or standard input does, then removes the directory.
///
/// It is told to stop again and again: early in its life a server still ignores the signal.
const WATCHDOG: &str = r#"
programs=$1 dir=$2 user=$3; shift 3
trap 'rm -rf "$dir"' EXIT
exec 3<&0
"$programs/initdb" --auth=trust --no-sync --locale=C --encoding=UTF8 --username="$user" \
    --pgdata="$dir/data" </dev/null 3<&- || exit
"$programs/postgres" -D "$dir/data" -k "$dir" -p 5432 "$@" 3<&- & server=$!
(cat <&3; while kill -INT $server 2>&-; do sleep 1; done) & watcher=$!
wait $server; status=$?
kill $watcher 2>&-
exit $status
"#;

/// A running server and the directory it lives in. Dropping it ends both.
pub(crate) struct Cluster {
    watchdog: Child,
    dir: PathBuf,
}

impl Cluster {
    /// Makes a cluster with the programs of this directory and waits until it accepts connections.
    pub(crate) fn start(programs: &Path, options: &Options) -> Result<Self, Error> {
        let dir = tempfile::Builder::new()
            .prefix("mintage-pg-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(PARENT)
            .map_err(Error::system("make a directory under /tmp"))?;
        let account = hand_over(dir.path())?;
        let log = File::create_new(dir.path().join("log"))
            .map_err(Error::system("make the server's log"))?;
        // Read by a handle of its own, which outlives the file.
        let said =
            File::open(dir.path().join("log")).map_err(Error::system("open the server's log"))?;
        let mut command = watchdog(programs, dir.path(), account, options);
        let watchdog = command
            .stderr(log)
            .spawn()
            .map_err(Error::system("start the server"))?;
        // From here on the watchdog removes the directory.
        let mut cluster = Self {
            watchdog,
            dir: dir.keep(),
        };
        cluster.await_ready(said)?;
        Ok(cluster)
    }

    /// The directory of the socket, which is also the value of libpq's `host`.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    fn await_ready(&mut self, mut said: File) -> Result<(), Error> {
        let deadline = Instant::now() + START_LIMIT;
        while !self.is_ready() {
            let ended = self
                .watchdog
                .try_wait()
                .map_err(Error::system("watch the server"))?;
            if ended.is_some() || Instant::now() > deadline {
                let mut log = String::new();
                said.read_to_string(&mut log)
                    .map_err(Error::system("read the server's log"))?;
                return Err(Error::NotReady { log: ending(&log) });
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// The eighth line of the server's pid file is its state, as `pg_ctl` reads it.
    fn is_ready(&self) -> bool {
        fs::read_to_string(self.dir.join("data/postmaster.pid")).is_ok_and(|pid| {
            pid.lines()
                .nth(7)
                .is_some_and(|state| state.trim() == "ready")
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Closing the pipe is the signal; the wait leaves nothing behind when this returns.
        drop(self.watchdog.stdin.take());
        if let Err(error) = self.watchdog.wait() {
            eprintln!(
                "the throw-away PostgreSQL in {} may still run: {error}",
                self.dir.display()
            );
        }
    }
}

/// Gives the directory to an unprivileged account when we are root, for PostgreSQL refuses to run as root.
fn hand_over(dir: &Path) -> Result<Option<Account>, Error> {
    // Whoever made the directory owns it: the one way to ask for our user id with the standard library alone.
    let ours = fs::metadata(dir)
        .map_err(Error::system("read the new directory"))?
        .uid();
    if ours != 0 {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").map_err(Error::system("read /etc/passwd"))?;
    let account = Account::unprivileged(&passwd).ok_or(Error::NoAccount)?;
    chown(dir, Some(account.uid), Some(account.gid))
        .map_err(Error::system("hand over the directory"))?;
    Ok(Some(account))
}

/// The command that makes, runs and watches the server, in a process group that no keyboard interrupts.
fn watchdog(programs: &Path, dir: &Path, account: Option<Account>, options: &Options) -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(programs)
        .arg(dir)
        .arg(USER);
    command.args(["-c", "listen_addresses=", "-c"]);
    command.arg(format!("max_connections={}", options.max_connections));
    if !options.durable {
        for setting in [
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
        ] {
            command.args(["-c", setting]);
        }
    }
    // From a directory that every account may enter, in the language that the log is read in.
    command.current_dir("/").env("LC_ALL", "C");
    command
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
    command
}

/// The last lines of a log: enough to tell why.
fn ending(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
