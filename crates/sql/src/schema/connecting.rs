//! The tables of how sellers connect: the rounds of OAuth, and restricted keys.

use crate::declare::tables;

tables! {
    oauth_rounds (state) {
        state -> Binary,
        tenant -> Text,
        mode -> Text,
        expires_at -> BigInt,
        used -> Bool,
        version -> BigInt,
        begun_by -> Nullable<Text>,
        browser -> Nullable<Binary>,
    }

    restricted_keys (id) {
        id -> Text,
        account -> Nullable<Text>,
        sealed_key -> Binary,
        hint -> Text,
        endpoint_state -> Text,
        endpoint -> Nullable<Text>,
        sealed_webhook_secret -> Binary,
        excess -> Text,
        unhealthy_since -> Nullable<BigInt>,
        missing -> Text,
        refused -> Bool,
        checked_at -> BigInt,
        connected_at -> BigInt,
        sealed_former_key -> Binary,
        former_endpoint -> Nullable<Text>,
        former_until -> Nullable<BigInt>,
        due_at -> Nullable<BigInt>,
        version -> BigInt,
    }

    probe_coupons (id) {
        id -> Text,
        tenant -> Text,
        mode -> Text,
        sealed_key -> Binary,
        orphan -> Bool,
        created_at -> BigInt,
        retry_at -> BigInt,
        version -> BigInt,
    }
}
