//! TLS to PostgreSQL, on a server with a certificate of its own.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use mintage_pgtmp::{Database, Options, Server};
use mintage_postgres::{PostgresConfig, PostgresStore};
use tempfile::TempDir;

/// A certificate for an address, signed by its own key, and that key.
fn certificate(directory: &Path, name: &str, address: &str) -> [PathBuf; 2] {
    let [pem, key] = ["pem", "key"].map(|end| directory.join(format!("{name}.{end}")));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt"])
        .args(["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=test", "-addext"])
        .arg(format!("subjectAltName=IP:{address},DNS:db.test"))
        .arg("-out")
        .arg(&pem)
        .arg("-keyout")
        .arg(&key)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    [pem, key]
}

/// Turns TLS on, and refuses connections without it, except over the socket.
fn encrypt(database: &Database, [pem, key]: [PathBuf; 2]) {
    let data = PathBuf::from(database.run("show data_directory").unwrap().trim());
    let owner = fs::metadata(&data).unwrap();
    for (name, file) in [("server.crt", pem), ("server.key", key)] {
        let place = data.join(name);
        fs::copy(file, &place).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o600)).unwrap();
        chown(&place, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    let access = "local all all trust\nhostssl all all 127.0.0.0/8 trust\n";
    fs::write(data.join("pg_hba.conf"), access).unwrap();
    database.run("alter system set ssl = on").unwrap();
    database.run("select pg_reload_conf()").unwrap();
}

struct Encrypted {
    database: Database,
    address: String,
    authority: PathBuf,
    stranger: PathBuf,
    _directory: TempDir,
}

impl Encrypted {
    fn start() -> Self {
        // A loopback address of this process alone, since the port is fixed.
        let [.., a, b] = std::process::id().to_be_bytes();
        let address = format!("127.83.{a}.{}", b.max(1));
        let server = Server::throw_away(&Options {
            settings: vec![format!("listen_addresses={address}")],
            ..Options::default()
        });
        let database = server.unwrap().create_database().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let own = certificate(directory.path(), "own", &address);
        let [stranger, _] = certificate(directory.path(), "stranger", &address);
        let authority = own[0].clone();
        encrypt(&database, own);
        Self {
            database,
            address,
            authority,
            stranger,
            _directory: directory,
        }
    }

    /// Opens a store, and returns why it cannot be opened.
    fn open(&self, host: &str, parameters: &str, authority: Option<&Path>) -> Result<(), String> {
        let (_, user) = self.database.url().split_once("user=").unwrap();
        let (user, _) = user.split_once('&').unwrap();
        let (name, address) = (self.database.name(), &self.address);
        let url = format!("postgres://{user}@{host}/{name}?hostaddr={address}&{parameters}");
        let config = PostgresConfig {
            authorities: authority.map(Path::to_owned),
            ..PostgresConfig::default()
        };
        let store = PostgresStore::open(&url, &config).map_err(|error| error.to_string())?;
        let encrypted = self.database.run(
            "select bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) \
             where application_name = 'mintage'",
        );
        assert_eq!(encrypted.unwrap().trim(), "t", "{parameters}");
        drop(store);
        Ok(())
    }
}

#[test]
fn a_connection_is_encrypted_and_checked_as_the_url_says() {
    let server = Encrypted::start();
    let (own, stranger) = (Some(&*server.authority), Some(&*server.stranger));
    let own_parameter = format!(
        "sslmode=verify-full&sslrootcert={}",
        server.authority.display()
    );
    let address = server.address.as_str();
    for (host, parameters, authority, refused) in [
        (address, "sslmode=require", None, None),
        (address, "sslmode=prefer", None, None),
        (address, "sslmode=verify-full", own, None),
        ("db.test", "sslmode=verify-full", own, None),
        ("db.test", &own_parameter, stranger, None),
        (
            "db.test",
            "sslmode=verify-full",
            stranger,
            Some("verify failed"),
        ),
        (
            "db.test",
            "sslmode=require",
            stranger,
            Some("verify failed"),
        ),
        (
            "other.test",
            "sslmode=verify-full",
            own,
            Some("does not match host name"),
        ),
        (address, "sslmode=disable", own, Some("no encryption")),
    ] {
        let opened = server.open(host, parameters, authority);
        match (opened, refused) {
            (Ok(()), None) => {}
            (Err(error), Some(refused)) => {
                assert!(error.contains(refused), "{host} {parameters}: {error}");
            }
            (opened, _) => panic!("{host} {parameters}: {opened:?}"),
        }
    }
}
