//! How the rows that guards name are found.

use std::collections::BTreeSet;

use mintage_domain::commit::guards::Facts;
use mintage_domain::commit::row::Row;

use crate::table::Value;

/// How the rows of one kind are found, and what their versions are.
#[derive(Debug)]
pub(crate) struct Lookup {
    /// Where.
    pub(crate) table: &'static str,
    /// The columns of the key.
    pub(crate) key: &'static [&'static str],
    /// The column of the version; rows without one are in version 1.
    pub(crate) version: Option<&'static str>,
    /// Whether a found row is locked until the transaction ends. What never changes needs none.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "SQLite locks the whole file")
    )]
    pub(crate) locks: bool,
    /// Whether the key is random, so that a new row practically never exists already.
    #[cfg_attr(
        not(feature = "sqlite"),
        expect(dead_code, reason = "PostgreSQL inserts and sees")
    )]
    pub(crate) random: bool,
    /// The values of the key, if the row is of this kind.
    pub(crate) key_of: fn(&Row) -> Option<Vec<Value>>,
}

impl Lookup {
    /// The key of rows that count their changes.
    pub(crate) const fn new(
        table: &'static str,
        key: &'static [&'static str],
        key_of: fn(&Row) -> Option<Vec<Value>>,
    ) -> Self {
        Self {
            table,
            key,
            version: Some("version"),
            locks: true,
            random: false,
            key_of,
        }
    }

    /// The same for random ids.
    pub(crate) const fn of_random_id(
        table: &'static str,
        key_of: fn(&Row) -> Option<Vec<Value>>,
    ) -> Self {
        Self {
            random: true,
            ..Self::new(table, &["id"], key_of)
        }
    }

    /// The same for rows that never change.
    pub(crate) const fn of_fixed(
        table: &'static str,
        key: &'static [&'static str],
        key_of: fn(&Row) -> Option<Vec<Value>>,
    ) -> Self {
        Self {
            version: None,
            locks: false,
            ..Self::new(table, key, key_of)
        }
    }
}

/// The rows of one kind that a batch asks for.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// How they are found.
    pub(crate) lookup: &'static Lookup,
    /// Each row with its key.
    pub(crate) rows: Vec<(&'a Row, Vec<Value>)>,
}

/// Sorts rows by how they are found. The order of the lookups and of the rows is the same on every
/// node, so that two nodes never wait for each other's locks.
pub(crate) fn sort<'a>(
    lookups: &[&'static Lookup],
    rows: impl IntoIterator<Item = &'a Row>,
) -> Vec<Asked<'a>> {
    let rows: BTreeSet<&Row> = rows.into_iter().collect();
    let mut all = Vec::new();
    for lookup in lookups {
        let found: Vec<_> = rows
            .iter()
            .filter_map(|row| Some((*row, (lookup.key_of)(row)?)))
            .collect();
        if !found.is_empty() {
            all.push(Asked {
                lookup,
                rows: found,
            });
        }
    }
    all
}

/// Notes the version of a row that was found.
pub(crate) fn note(facts: &mut Facts, row: &Row, version: i64) {
    let version = u64::try_from(version).unwrap_or_default();
    facts.versions.insert(row.clone(), version);
}
