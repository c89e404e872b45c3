//! Finds the programs of PostgreSQL.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Debian and Ubuntu install the programs of each major version in `<here>/<version>/bin`, which is not on
/// the `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The places that are searched, in this order.
pub(crate) struct Places {
    pg_bin: Option<PathBuf>,
    path: OsString,
    debian: PathBuf,
}

impl Places {
    /// The places of this process: `PG_BIN`, `PATH`, Debian's directories.
    #[expect(
        clippy::disallowed_methods,
        reason = "the variables that tests are run with, read once"
    )]
    pub(crate) fn of_this_process() -> Self {
        Self {
            pg_bin: env::var_os("PG_BIN").map(PathBuf::from),
            path: env::var_os("PATH").unwrap_or_default(),
            debian: PathBuf::from(DEBIAN),
        }
    }

    /// The directory that holds `initdb`, `postgres` and `psql` of one version.
    pub(crate) fn server(&self) -> Option<PathBuf> {
        let has_all = |dir: &PathBuf| {
            ["initdb", "postgres", "psql"]
                .iter()
                .all(|program| dir.join(program).is_file())
        };
        self.pg_bin
            .iter()
            .cloned()
            .chain(
                self.on_path("initdb")
                    .filter_map(|found| real_directory(&found)),
            )
            .chain(self.newest_first())
            .find(has_all)
    }

    /// A `psql` of any version. A symbolic link is not resolved: on Debian, `psql` is a link to a wrapper that
    /// needs the name it is called by.
    pub(crate) fn psql(&self) -> Option<PathBuf> {
        self.pg_bin
            .iter()
            .map(|dir| dir.join("psql"))
            .chain(self.on_path("psql"))
            .chain(self.newest_first().into_iter().map(|dir| dir.join("psql")))
            .find(|program| program.is_file())
    }

    fn on_path(&self, program: &'static str) -> impl Iterator<Item = PathBuf> {
        env::split_paths(&self.path).map(move |dir| dir.join(program))
    }

    fn newest_first(&self) -> Vec<PathBuf> {
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(&self.debian)
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let dir = entry.ok()?.path();
                let version = dir.file_name()?.to_str()?.parse().ok()?;
                Some((version, dir.join("bin")))
            })
            .collect();
        versions.sort_by(|a, b| b.cmp(a));
        versions.into_iter().map(|(_, dir)| dir).collect()
    }
}

/// The directory of the file that a link leads to: the directory of a link to `initdb` may lack the other
/// programs.
fn real_directory(program: &Path) -> Option<PathBuf> {
    Some(fs::canonicalize(program).ok()?.parent()?.to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test cannot run without its files")]

    use std::os::unix::fs::symlink;

    use super::*;

    /// `PG_BIN`, the directories of `PATH`, Debian's directory, and the expected result.
    type Case = (
        Option<&'static str>,
        &'static [&'static str],
        &'static str,
        Option<&'static str>,
    );

    /// A machine with PostgreSQL 9 and 15 where Debian puts them, and others elsewhere.
    struct Machine(tempfile::TempDir);

    impl Machine {
        fn new() -> Self {
            let machine = Self(tempfile::tempdir().unwrap());
            for dir in [
                "debian/9/bin",
                "debian/15/bin",
                "debian/common/bin",
                "brew/bin",
                "mine",
            ] {
                fs::create_dir_all(machine.at(dir)).unwrap();
                for program in ["initdb", "postgres", "psql"] {
                    fs::write(machine.at(dir).join(program), "").unwrap();
                }
            }
            fs::create_dir(machine.at("links")).unwrap();
            symlink(machine.at("brew/bin/initdb"), machine.at("links/initdb")).unwrap();
            fs::create_dir(machine.at("half")).unwrap();
            fs::write(machine.at("half/initdb"), "").unwrap();
            machine
        }

        fn at(&self, path: &str) -> PathBuf {
            fs::canonicalize(self.0.path()).unwrap().join(path)
        }

        fn places(&self, pg_bin: Option<&str>, path: &[&str], debian: &str) -> Places {
            Places {
                pg_bin: pg_bin.map(|dir| self.at(dir)),
                path: env::join_paths(path.iter().map(|dir| self.at(dir))).unwrap(),
                debian: self.at(debian),
            }
        }
    }

    #[test]
    fn a_server_is_searched_in_pg_bin_then_behind_links_on_the_path_then_in_the_newest_debian_version()
     {
        let machine = Machine::new();
        let table: [Case; 7] = [
            (Some("mine"), &["links"], "debian", Some("mine")),
            (None, &["nowhere", "links"], "debian", Some("brew/bin")),
            (None, &[], "debian", Some("debian/15/bin")),
            (Some("nowhere"), &[], "debian", Some("debian/15/bin")),
            (None, &["half"], "debian", Some("debian/15/bin")),
            (None, &["half"], "nowhere", None),
            (None, &[], "nowhere", None),
        ];
        for (pg_bin, path, debian, expected) in table {
            assert_eq!(
                machine.places(pg_bin, path, debian).server(),
                expected.map(|dir| machine.at(dir)),
                "{pg_bin:?} {path:?} {debian}"
            );
        }
    }

    #[test]
    fn a_link_to_psql_is_not_resolved() {
        let machine = Machine::new();
        symlink(machine.at("mine/psql"), machine.at("links/psql")).unwrap();
        let table: [Case; 4] = [
            (Some("mine"), &["links"], "debian", Some("mine/psql")),
            (None, &["half", "links"], "debian", Some("links/psql")),
            (None, &["half"], "debian", Some("debian/15/bin/psql")),
            (None, &["half"], "nowhere", None),
        ];
        for (pg_bin, path, debian, expected) in table {
            assert_eq!(
                machine.places(pg_bin, path, debian).psql(),
                expected.map(|dir| machine.at(dir)),
                "{pg_bin:?} {path:?} {debian}"
            );
        }
    }
}
