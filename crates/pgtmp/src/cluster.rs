//! A throw-away PostgreSQL cluster: created, run, and removed at the end.

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

/// The directory of all clusters. Not `TMPDIR`: the path of a socket is limited to about 100 bytes, and an
/// unprivileged account must be able to enter the directory.
const PARENT: &str = "/tmp";

/// The role that owns the cluster.
pub(crate) const USER: &str = "test";

/// How long a server may take to accept connections. A busy machine needs a second or two.
const START_LIMIT: Duration = Duration::from_mins(1);

/// Creates the cluster, runs the server until the server or standard input ends, and removes the directory.
///
/// The signal to stop is sent every second, since a server ignores it while it starts.
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

/// A running server and its directory. Dropping the cluster stops the server and removes the directory.
pub(crate) struct Cluster {
    watchdog: Child,
    dir: PathBuf,
}

impl Cluster {
    /// Creates a cluster with the programs in this directory, and waits until the server accepts connections.
    pub(crate) fn start(programs: &Path, options: &Options) -> Result<Self, Error> {
        let dir = tempfile::Builder::new()
            .prefix("mintage-pg-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(PARENT)
            .map_err(Error::system("create a directory under /tmp"))?;
        let account = give_to_unprivileged_account(dir.path())?;
        let log = File::create_new(dir.path().join("log"))
            .map_err(Error::system("create the server's log"))?;
        // This handle can still read the log after the watchdog has removed the file.
        let reader =
            File::open(dir.path().join("log")).map_err(Error::system("open the server's log"))?;
        let mut command = watchdog(programs, dir.path(), account, options);
        let watchdog = command
            .stderr(log)
            .spawn()
            .map_err(Error::system("start the server"))?;
        // The watchdog removes the directory from now on.
        let mut cluster = Self {
            watchdog,
            dir: dir.keep(),
        };
        cluster.await_ready(reader)?;
        Ok(cluster)
    }

    /// The directory of the socket, which is also the value of libpq's `host`.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The id of the server's first process, from the first line of the pid file.
    pub(crate) fn process_id(&self) -> Option<u32> {
        let pid = fs::read_to_string(self.dir.join("data/postmaster.pid")).ok()?;
        pid.lines().next()?.trim().parse().ok()
    }

    fn await_ready(&mut self, mut reader: File) -> Result<(), Error> {
        let deadline = Instant::now() + START_LIMIT;
        while !self.is_ready() {
            let ended = self
                .watchdog
                .try_wait()
                .map_err(Error::system("watch the server"))?;
            if ended.is_some() || Instant::now() > deadline {
                let mut log = String::new();
                reader
                    .read_to_string(&mut log)
                    .map_err(Error::system("read the server's log"))?;
                return Err(Error::NotReady { log: tail(&log) });
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Whether the server accepts connections: `pg_ctl` too reads this from the eighth line of the pid file.
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
        // The watchdog stops the server when the pipe is closed, and ends after it has removed the directory.
        drop(self.watchdog.stdin.take());
        if let Err(error) = self.watchdog.wait() {
            eprintln!(
                "the throw-away PostgreSQL in {} may still run: {error}",
                self.dir.display()
            );
        }
    }
}

/// Gives the directory to an unprivileged account if this process runs as root, since PostgreSQL refuses to
/// run as root.
fn give_to_unprivileged_account(dir: &Path) -> Result<Option<Account>, Error> {
    // The owner of the new directory is the user of this process; the standard library has no other way to
    // get the user id.
    let ours = fs::metadata(dir)
        .map_err(Error::system("read the new directory"))?
        .uid();
    if ours != 0 {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").map_err(Error::system("read /etc/passwd"))?;
    let account = Account::unprivileged(&passwd).ok_or(Error::NoAccount)?;
    chown(dir, Some(account.uid), Some(account.gid))
        .map_err(Error::system("change the owner of the directory"))?;
    Ok(Some(account))
}

/// The command of the watchdog, in a process group of its own, which Ctrl-C does not reach.
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
    for setting in &options.settings {
        command.args(["-c", setting]);
    }
    // Every account may enter `/`. With `LC_ALL=C` the log is in English.
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

/// The last lines of a log.
fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
