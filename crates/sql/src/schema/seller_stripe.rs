//! The tables of what sellers set about their own Stripe accounts.

use crate::declare::tables;

tables! {
    manual_endpoints (tenant, mode) {
        tenant -> Text,
        mode -> Text,
        sealed_secret -> Binary,
        hint -> Text,
        sealed_old_secret -> Binary,
        old_secret_until -> Nullable<BigInt>,
        set_at -> BigInt,
        version -> BigInt,
    }

    sale_mappings (tenant, mode) {
        tenant -> Text,
        mode -> Text,
        items -> Text,
        version -> BigInt,
    }

    product_stripe_keys (tenant, product) {
        tenant -> Text,
        product -> Text,
        mode -> Text,
        sealed_key -> Binary,
        hint -> Text,
        set_at -> BigInt,
        version -> BigInt,
    }
}
