//! The tables of what is sent to sellers and buyers.

use crate::declare::tables;

tables! {
    endpoints (tenant) {
        tenant -> Text,
        url -> Nullable<Text>,
        sealed_secret -> Binary,
        gone_since -> Nullable<BigInt>,
        version -> BigInt,
        failing_since -> Nullable<BigInt>,
        failures -> BigInt,
        unresponsive -> Bool,
        width -> Nullable<BigInt>,
        paused_at -> Nullable<BigInt>,
        probed -> Bool,
        owner -> Nullable<Text>,
        mode -> Nullable<Text>,
        description -> Nullable<Text>,
        events -> Nullable<Text>,
        disabled -> Bool,
        created_at -> Nullable<BigInt>,
        sealed_old_secret -> Nullable<Binary>,
        old_secret_until -> Nullable<BigInt>,
    }

    deliveries (id) {
        id -> Text,
        tenant -> Text,
        event -> Text,
        license -> Text,
        sealed_body -> Binary,
        status -> Text,
        attempts -> BigInt,
        schedule_from -> BigInt,
        due_at -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
        sequence -> BigInt,
        customer -> Nullable<Text>,
        external_id -> Nullable<Text>,
        endpoint -> Nullable<Text>,
        waits_in -> Nullable<Text>,
    }

    attempts (delivery, number) {
        delivery -> Text,
        number -> BigInt,
        at -> BigInt,
        url -> Text,
        status -> Nullable<BigInt>,
        snippet -> Text,
    }

    mails (id) {
        id -> Text,
        tenant -> Text,
        license -> Text,
        recipient -> Text,
        status -> Text,
        reason -> Nullable<Text>,
        attempts -> BigInt,
        due_at -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
        kind -> Text,
    }

    /// The lanes of each queue, by which claims find what is due.
    lanes (tenant, queue) {
        tenant -> Text,
        queue -> Text,
        state -> Nullable<Text>,
        width -> Nullable<BigInt>,
        turn_at -> Nullable<BigInt>,
    }
}
