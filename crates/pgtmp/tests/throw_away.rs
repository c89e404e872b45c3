//! What holds on a server of our own. These start one each, whatever `TEST_DATABASE_URL` says.

#![expect(clippy::unwrap_used, reason = "a server that fails is a failed test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use mintage_pgtmp::{Database, Error, Options, Server};

fn start(options: &Options) -> Server {
    Server::throw_away(options).unwrap()
}

/// The directory of the server that this URL leads to.
fn dir_of(url: &str) -> PathBuf {
    let parameters = url.split_once('?').unwrap().1;
    PathBuf::from(
        parameters
            .split('&')
            .find_map(|pair| pair.strip_prefix("host="))
            .unwrap(),
    )
}

/// The process id of the server in this directory.
fn server_in(dir: &Path) -> String {
    let pid = fs::read_to_string(dir.join("data/postmaster.pid")).unwrap();
    pid.lines().next().unwrap().to_owned()
}

/// Whether this process still runs; one that has ended and waits to be reaped does not.
fn is_running(pid: &str) -> bool {
    processes()
        .iter()
        .any(|process| process[0] == pid && !process[2].starts_with('Z'))
}

/// The process id of a child of this process.
fn child_of(parent: u32) -> Option<String> {
    let parent = parent.to_string();
    processes()
        .into_iter()
        .find(|process| process[1] == parent)
        .map(|[pid, ..]| pid)
}

/// The id, the parent's id and the state of every process.
fn processes() -> Vec<[String; 3]> {
    let mut ps = Command::new("ps");
    let output = ps
        .args(["-A", "-o", "pid=,ppid=,stat="])
        .output()
        .expect("ps, of the package procps");
    let table = String::from_utf8(output.stdout).unwrap();
    let fields = |line: &str| {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    table
        .lines()
        .map(|line| fields(line).try_into().unwrap())
        .collect()
}

/// The program of this crate, which keeps a server until its standard input ends.
fn holder(test_database_url: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mintage-pgtmp"));
    match test_database_url {
        Some(url) => command.env("TEST_DATABASE_URL", url),
        None => command.env_remove("TEST_DATABASE_URL"),
    };
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The URL that the holder prints below the version.
fn url_from(holder: &mut Child) -> String {
    let lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    lines.map(Result::unwrap).nth(1).unwrap()
}

/// A client of the server that has said hello and stays connected.
fn connect(database: &Database) -> UnixStream {
    let mut client = UnixStream::connect(dir_of(database.url()).join(".s.PGSQL.5432")).unwrap();
    let protocol = 3_u32 << 16;
    let hello = format!("user\0test\0database\0{}\0\0", database.name());
    let length = u32::try_from(8 + hello.len()).unwrap();
    client
        .write_all(
            &[
                &length.to_be_bytes()[..],
                &protocol.to_be_bytes(),
                hello.as_bytes(),
            ]
            .concat(),
        )
        .unwrap();
    let mut answer = [0];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(answer, *b"R", "the server did not let the client in");
    client
}

#[test]
fn a_killed_process_leaves_neither_server_nor_directory() {
    let mut holder = holder(None).spawn().unwrap();
    let dir = dir_of(&url_from(&mut holder));
    let server = server_in(&dir);
    assert!(is_running(&server));

    // SIGKILL: nothing of the process runs any more.
    holder.kill().unwrap();
    holder.wait().unwrap();

    let deadline = Instant::now() + Duration::from_secs(30);
    while dir.exists() || is_running(&server) {
        assert!(
            Instant::now() < deadline,
            "{} or process {server} is still there",
            dir.display()
        );
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_process_killed_while_its_server_starts_leaves_nothing_either() {
    let mut holder = holder(None).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let watchdog = loop {
        if let Some(child) = child_of(holder.id()) {
            break child;
        }
        assert!(Instant::now() < deadline, "no server was started");
    };
    holder.kill().unwrap();
    holder.wait().unwrap();

    // The watchdog ends last, after it has removed the directory.
    while is_running(&watchdog) {
        assert!(
            Instant::now() < deadline,
            "process {watchdog} is still there"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_last_handle_ends_the_server_and_removes_its_directory() {
    let server = start(&Options::default());
    let database = server.create_database().unwrap();
    let dir = dir_of(database.url());
    let pid = server_in(&dir);

    drop(server);
    assert_eq!(
        database.run("select 1").unwrap(),
        "1",
        "a database outlives the handle of its server"
    );

    drop(database);
    assert!(!dir.exists());
    assert!(!is_running(&pid));
}

#[test]
fn a_connected_client_holds_up_neither_the_drop_of_a_database_nor_of_its_server() {
    let server = start(&Options::default());
    let [one, other] = [(); 2].map(|()| server.create_database().unwrap());
    let dir = dir_of(one.url());
    let _clients = [connect(&one), connect(&other)];
    let name = one.name().to_owned();

    drop(one);
    let left = other
        .run(&format!(
            "select count(*) from pg_database where datname = '{name}'"
        ))
        .unwrap();
    assert_eq!(left, "0");

    drop((server, other));
    assert!(!dir.exists());
}

#[test]
fn only_a_durable_server_waits_for_the_disk() {
    for (durable, expected) in [(false, "off"), (true, "on")] {
        let server = start(&Options {
            durable,
            max_connections: 17,
            ..Options::default()
        });
        let database = server.create_database().unwrap();
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            assert_eq!(
                database.run(&format!("show {setting}")).unwrap(),
                expected,
                "{setting}"
            );
        }
        assert_eq!(database.run("show max_connections").unwrap(), "17");
    }
}

#[test]
fn a_caller_chooses_further_settings_and_finds_the_programs_and_the_process() {
    let server = start(&Options {
        settings: vec!["work_mem=7MB".to_owned()],
        ..Options::default()
    });
    let database = server.create_database().unwrap();

    assert_eq!(database.run("show work_mem").unwrap(), "7MB");
    assert!(server.program("initdb").unwrap().is_file());
    assert_eq!(server.program("no-such-program"), None);
    let process = server.process_id().unwrap().to_string();
    assert_eq!(process, server_in(&dir_of(database.url())));
}

#[test]
fn no_one_else_may_enter_and_no_port_is_open() {
    use std::os::unix::fs::PermissionsExt;
    let server = start(&Options::default());
    let database = server.create_database().unwrap();

    let mode = fs::metadata(dir_of(database.url()))
        .unwrap()
        .permissions()
        .mode();

    assert_eq!(mode & 0o777, 0o700);
    assert_eq!(database.run("show listen_addresses").unwrap(), "");
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let error = Server::throw_away(&Options {
        max_connections: 0,
        ..Options::default()
    })
    .unwrap_err();

    assert!(matches!(error, Error::NotReady { .. }), "{error}");
    assert!(error.to_string().contains("max_connections"), "{error}");
}

#[test]
fn a_server_named_by_the_environment_is_used_and_left_clean() {
    let server = start(&Options::default());
    let home = server.create_database().unwrap();
    let databases = "select count(*) from pg_database";
    let before = home.run(databases).unwrap();

    let mut holder = holder(Some(home.url())).spawn().unwrap();
    let url = url_from(&mut holder);
    assert_eq!(dir_of(&url), dir_of(home.url()));
    assert_ne!(home.run(databases).unwrap(), before);

    drop(holder.stdin.take());
    assert!(holder.wait().unwrap().success());
    assert_eq!(home.run(databases).unwrap(), before);
}

#[test]
fn an_empty_variable_in_the_environment_counts_as_none() {
    let mut holder = holder(Some("")).spawn().unwrap();
    assert!(dir_of(&url_from(&mut holder)).exists());
}

#[test]
fn an_unusable_url_in_the_environment_is_told_without_its_password() {
    let table = [
        (
            "mysql://me:hunter2@127.0.0.1/db",
            "TEST_DATABASE_URL must read like",
        ),
        (
            "host=127.0.0.1 dbname=db",
            "TEST_DATABASE_URL must read like",
        ),
        ("postgres://me:hunter2@127.0.0.1:1/db", "psql failed"),
    ];
    for (url, expected) in table {
        let output = holder(Some(url)).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{url}");
        assert!(told.contains(expected), "{url}: {told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}
