//! The tables that belong to no room: the audit trail, and what commits and limits are counted with.

use crate::declare::tables;

tables! {
    audit_entries (id) {
        id -> Text,
        tenant -> Text,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        target -> Text,
        address -> Nullable<Text>,
        request_id -> Nullable<Text>,
    }

    counters (name) {
        name -> Text,
        value -> BigInt,
    }

    commits (id) {
        id -> Text,
        committed_at -> BigInt,
    }

    rate_windows (key) {
        key -> Text,
        bucket -> BigInt,
        current_takes -> BigInt,
        previous_takes -> BigInt,
        expires_at -> BigInt,
        granted -> BigInt,
    }

    /// Of all signed calls in PostgreSQL; of changing ones in SQLite, whose one process keeps those
    /// of validations in memory.
    nonces (key, signature) {
        key -> Text,
        signature -> Binary,
        expires_at -> BigInt,
    }
}
