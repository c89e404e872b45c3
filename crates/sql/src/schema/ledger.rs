//! The tables of the sales ledger and of promotion codes.

use crate::declare::tables;

tables! {
    ledger_entries (id, account, mode, tenant) {
        id -> Text,
        account -> Text,
        mode -> Text,
        tenant -> Text,
        kind -> Text,
        stripe_type -> Text,
        currency -> Text,
        sales -> BigInt,
        gross -> BigInt,
        discount -> BigInt,
        refunds -> BigInt,
        disputes -> BigInt,
        stripe_fees -> BigInt,
        platform_fees -> BigInt,
        other -> BigInt,
        payouts -> BigInt,
        net -> BigInt,
        source -> Nullable<Text>,
        intent -> Nullable<Text>,
        order_id -> Nullable<Text>,
        code -> Nullable<Text>,
        campaign -> Nullable<Text>,
        created_at -> BigInt,
        version -> BigInt,
    }

    ledger_books (account, mode, tenant) {
        account -> Text,
        mode -> Text,
        tenant -> Text,
        read_until -> BigInt,
        checked_at -> Nullable<BigInt>,
        pass -> Nullable<Text>,
        drift -> Text,
        due_at -> BigInt,
        leased_until -> Nullable<BigInt>,
        failures -> BigInt,
        version -> BigInt,
    }

    promotion_codes (id) {
        id -> Text,
        tenant -> Text,
        account -> Text,
        mode -> Text,
        product -> Nullable<Text>,
        code -> Text,
        percent_off -> Nullable<BigInt>,
        amount_off -> Nullable<BigInt>,
        amount_currency -> Nullable<Text>,
        duration -> Text,
        months -> Nullable<BigInt>,
        max_redemptions -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        first_time_only -> Bool,
        campaign -> Nullable<Text>,
        active -> Bool,
        state -> Text,
        stripe_id -> Nullable<Text>,
        created_at -> BigInt,
        version -> BigInt,
    }
}
