//! Opening: one server, tools beside it, and sentences for the operator.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use mintage_domain::ports::{
    Commit, Housekeeping, KeyQuery, MasterKeys, Tenants, ValidateQuery, Validations,
};
use mintage_domain::usecase::env::SealedField;
use mintage_sqlite::{OpenError, SqliteConfig, SqliteStore};
use mintage_testkit::TestEnv;
use mintage_testkit::fixtures::Shop;
use tempfile::TempDir;

fn config() -> SqliteConfig {
    SqliteConfig::default()
}

#[test]
fn a_second_server_is_refused_while_the_first_runs() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("mintage.db");
    let first = SqliteStore::open_server(&path, &config()).unwrap();
    let second = SqliteStore::open_server(&path, &config());
    let sentence = second.unwrap_err().to_string();
    assert!(sentence.contains("another server is using"), "{sentence}");
    assert!(sentence.contains("mintage.db"), "{sentence}");
    drop(first);
    SqliteStore::open_server(&path, &config()).unwrap();
}

#[test]
fn a_tool_writes_beside_a_server_and_each_reads_what_the_other_wrote() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("mintage.db");
    let server = SqliteStore::open_server(&path, &config()).unwrap();
    let tool = SqliteStore::open_tool(&path, &config()).unwrap();
    for round in 0..20 {
        let (by_tool, by_server) = (format!("tool-{round}"), format!("server-{round}"));
        std::thread::scope(|scope| {
            scope.spawn(|| tool.commit(Shop::new(&by_tool).foundation()).unwrap());
            scope.spawn(|| server.commit(Shop::new(&by_server).foundation()).unwrap());
        });
        let (by_tool, by_server) = (Shop::new(&by_tool).tenant, Shop::new(&by_server).tenant);
        assert!(server.tenant(&by_tool.id).unwrap().is_some());
        assert!(tool.tenant(&by_server.id).unwrap().is_some());
    }
}

#[test]
fn servers_and_tools_that_start_at_once_make_the_tables_once() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("mintage.db");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let tool = SqliteStore::open_tool(&path, &config()).unwrap();
                tool.ready().unwrap();
            });
        }
    });
}

#[test]
fn what_cannot_be_opened_is_told_in_a_sentence_that_names_it() {
    let dir = TempDir::new().unwrap();
    let nowhere = dir.path().join("nowhere").join("mintage.db");
    let text = dir.path().join("notes.txt");
    std::fs::write(
        &text,
        "no database, just notes, but long enough to have a header",
    )
    .unwrap();
    for (path, told) in [
        (nowhere.as_path(), "nowhere"),
        (text.as_path(), "notes.txt"),
        (Path::new(":memory:"), ":memory:"),
    ] {
        let error: OpenError = SqliteStore::open_tool(path, &config()).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[test]
fn the_files_of_a_database_are_readable_by_their_owner_only() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("mintage.db");
    let modes = || -> Vec<(String, u32)> {
        let files = std::fs::read_dir(dir.path()).unwrap().map(Result::unwrap);
        let mut modes: Vec<_> = files
            .map(|it| {
                let name = it.file_name().to_string_lossy().into_owned();
                (name, it.metadata().unwrap().permissions().mode() & 0o777)
            })
            .collect();
        modes.sort();
        modes
    };
    // A file from before, which others may read.
    std::fs::write(&path, "").unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let server = SqliteStore::open_server(&path, &config()).unwrap();
    let shop = Shop::opened(&server, "acme");
    let nonce = Some(shop.nonce(&shop.api_key()));
    let key = KeyQuery {
        tenant: shop.tenant.id.clone(),
        product: shop.product.id.clone(),
        mode: shop.mode,
        hashes: Vec::new(),
    };
    server.validate(ValidateQuery { nonce, key }).unwrap();
    let modes = modes();
    let names = ["", "-shm", "-wal", ".lock", ".nonces."].map(|it| format!("mintage.db{it}"));
    for (name, (found, mode)) in names.iter().zip(&modes) {
        assert!(found.starts_with(name), "{modes:?}");
        assert_eq!(*mode, 0o600, "{found}");
    }
    assert_eq!(modes.len(), names.len());
}

#[test]
fn a_store_that_only_reads_creates_migrates_and_writes_nothing() {
    let dir = TempDir::new().unwrap();
    // Characters with a meaning in URLs.
    let path = dir.path().join("a b%20?mode=rwc#.db");
    let open = || SqliteStore::open_read_only(&path, &config());
    assert!(matches!(open(), Err(OpenError::Missing(_))));
    std::fs::write(&path, "").unwrap();
    assert!(matches!(open(), Err(OpenError::Outdated(_))));
    assert_eq!(files(dir.path()).len(), 1);

    drop(SqliteStore::open_tool(&path, &config()).unwrap());
    // The last thread of the store removes its two other files.
    for _ in 0..500 {
        if files(dir.path()).len() > 1 {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    let before = files(dir.path());
    let test = TestEnv::seeded("reading");
    let canary = test.env().seal(SealedField::CANARY, "k1", b"mintage");
    let store = open().unwrap();
    store.ready().unwrap();
    assert!(store.add_canary(&canary).is_err());
    drop(store);
    assert_eq!(files(dir.path()), before);

    // Beside a server, what the server has written is read.
    let server = SqliteStore::open_server(&path, &config()).unwrap();
    server.add_canary(&canary).unwrap();
    let store = open().unwrap();
    assert_eq!(store.canaries(), Ok(vec![canary]));
    let shop = Shop::new("acme");
    assert!(store.commit(shop.foundation()).is_err());
    assert_eq!(server.tenant(&shop.tenant.id), Ok(None));
}

/// The files of a directory with their bytes. A file that is removed meanwhile is left out.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(directory).unwrap();
    let each = entries.filter_map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        match std::fs::read(entry.path()) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            read => Some((name, read.unwrap())),
        }
    });
    each.collect()
}
