//! The database, its schema, and the master key.

use std::sync::Arc;

use mintage_domain::ports::Store;
use mintage_domain::usecase::master_key::{Proof, verify};

use super::check::Check;
use super::report::{Finding, Report};
use crate::config::{Authorities, Database, KeyFile, Layers, Settings, database, read_keys};
use crate::wire::{Opener, WireError, open_store, operator_env};

const RESTORE_KEY: &str = "Set the master key that this database was used with; it is in the backup of the key. \
     Without it the sealed secrets are lost.";

/// Checks the database without changing it. The store, if it can be read.
pub(super) fn check(
    report: &mut Report,
    layers: &Layers,
    settings: Option<&Settings>,
) -> Option<Arc<dyn Store>> {
    let database = match database(layers) {
        Ok(database) => database,
        Err(error) => {
            report.add(Finding::failed(
                Check::Database,
                error,
                "Correct DATABASE_URL.",
            ));
            return None;
        }
    };
    let none = Authorities::default();
    let authorities = settings.map_or(&none, |it| &it.authorities);
    let store = open(report, &database, authorities);
    check_master_key(report, layers, &database, store.as_deref());
    store
}

fn open(
    report: &mut Report,
    database: &Database,
    authorities: &Authorities,
) -> Option<Arc<dyn Store>> {
    let kind = match database {
        Database::Sqlite(path) => format!("SQLite at {}", path.display()),
        Database::Postgres(_) => "PostgreSQL".to_owned(),
    };
    let opened = match open_store(database, authorities, Opener::Reader) {
        Ok(store) => store.ready().map(|()| store).map_err(|it| it.to_string()),
        Err(error) if is_about_the_schema(&error) => {
            report.add(Finding::ok(Check::Database, format_args!("{kind} answers")));
            report.add(Finding::failed(
                Check::Schema,
                error,
                "If the tables are older, take a backup and run `mintage migrate`. If they are newer, \
                 start the newer version, or restore a backup from before the upgrade.",
            ));
            return None;
        }
        Err(error) => Err(error.to_string()),
    };
    match opened {
        Ok(store) => {
            report.add(Finding::ok(Check::Database, format_args!("{kind} answers")));
            let message = "the tables are those of this version";
            report.add(Finding::ok(Check::Schema, message));
            Some(store)
        }
        Err(message) => {
            report.add(Finding::failed(
                Check::Database,
                message,
                "Start the database, and compare the host, the name and the login in DATABASE_URL; for a new \
                 server run `mintage migrate`.",
            ));
            None
        }
    }
}

fn is_about_the_schema(error: &WireError) -> bool {
    use mintage_postgres::OpenError as Postgres;
    use mintage_sqlite::OpenError as Sqlite;
    matches!(
        error,
        WireError::Sqlite(Sqlite::Outdated(_) | Sqlite::Newer(..))
            | WireError::Postgres(Postgres::Outdated | Postgres::Newer(_))
    )
}

fn check_master_key(
    report: &mut Report,
    layers: &Layers,
    database: &Database,
    store: Option<&dyn Store>,
) {
    let keys = match read_keys(layers, database, KeyFile::MustExist) {
        Ok(keys) => keys,
        Err(error) => {
            return report.add(Finding::failed(Check::MasterKey, error, RESTORE_KEY));
        }
    };
    let id = keys.ring.primary_id();
    let Some(store) = store else {
        return report.add(Finding::warning(
            Check::MasterKey,
            format_args!("{id} is set, and could not be compared with the database"),
            "Mend the database first.",
        ));
    };
    report.add(match verify(store, &operator_env(&keys.ring)) {
        Ok(Proof::Canary) => Finding::ok(
            Check::MasterKey,
            format_args!("{id} opens and seals the secrets of this database"),
        ),
        Ok(Proof::Values) => Finding::ok(
            Check::MasterKey,
            format_args!("{id} has not sealed anything in this database yet"),
        ),
        Err(error) => Finding::failed(Check::MasterKey, error, RESTORE_KEY),
    });
}
