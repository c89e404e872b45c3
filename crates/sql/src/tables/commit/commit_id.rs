//! Ids of commits.

use diesel::prelude::*;
use mintage_domain::base::id::CommitId;
use mintage_domain::commit::changes::Changes;

use super::super::super::db::Conn;
use crate::schema::commits;
use crate::table::stored;
use crate::writes::{Form, Writes};

/// A row of `commits`.
#[derive(Debug, Clone)]
pub struct CommitRow {
    id: String,
    committed_at: i64,
}

impl From<&Changes> for CommitRow {
    fn from(changes: &Changes) -> Self {
        Self {
            id: changes.id.to_string(),
            committed_at: changes.at.as_micros(),
        }
    }
}

stored!(CommitRow: commits { key id, set committed_at });

/// Write what a commit changes. An id that is there already belongs to a copy of the same changes,
/// which the guards have judged.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add(Form::InsertMissing, [CommitRow::from(changes)]);
}

/// Whether a transaction with this id was committed.
pub fn exists(conn: &mut Conn, id: &CommitId) -> QueryResult<bool> {
    let found = commits::table
        .find(id.as_str())
        .select(commits::id)
        .first::<String>(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Insert the id of a transaction, unless it is there. Returns whether it was inserted.
pub fn insert(conn: &mut Conn, changes: &Changes) -> QueryResult<bool> {
    let inserted = diesel::insert_into(commits::table)
        .values((
            commits::id.eq(changes.id.as_str()),
            commits::committed_at.eq(changes.at.as_micros()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(inserted > 0)
}
