//! The tables, in column types that both databases have. `migrations/` creates them; each adapter
//! tests that the two agree.
#![expect(missing_docs, reason = "the domain documents what is stored here")]

mod connecting;
mod infrastructure;
mod ledger;
mod outbox;
mod seller_stripe;

pub use connecting::{oauth_rounds, probe_coupons, restricted_keys};
pub use infrastructure::{audit_entries, commits, counters, nonces, rate_windows};
pub use ledger::{ledger_books, ledger_entries, promotion_codes};
pub use outbox::{attempts, deliveries, endpoints, lanes, mails};
pub use seller_stripe::{manual_endpoints, product_stripe_keys, sale_mappings};

use crate::declare::tables;

tables! {
    tenants (id) {
        id -> Text,
        email -> Text,
        plan -> Text,
        created_at -> BigInt,
        version -> BigInt,
        mails -> Bool,
        status -> Text,
    }

    management_tokens (id) {
        id -> Text,
        tenant -> Text,
        hash -> Binary,
        scopes -> Text,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        version -> BigInt,
        name -> Nullable<Text>,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
    }

    products (tenant, id) {
        tenant -> Text,
        id -> Text,
        display_name -> Text,
        key_prefix -> Text,
        key_format -> Text,
        key_secret -> Binary,
        created_at -> BigInt,
        archived_at -> Nullable<BigInt>,
        version -> BigInt,
        deactivated_at -> Nullable<BigInt>,
    }

    key_types (tenant, product, id) {
        tenant -> Text,
        product -> Text,
        id -> Text,
        display_name -> Text,
        term -> Text,
        activation_limit -> BigInt,
        entitlements -> Text,
        price -> Nullable<BigInt>,
        price_currency -> Nullable<Text>,
        created_at -> BigInt,
        archived_at -> Nullable<BigInt>,
        version -> BigInt,
        allow_promotion_codes -> Bool,
        automatic_tax -> Bool,
        tax_id_collection -> Bool,
        invoice_creation -> Bool,
        managed_payments -> Bool,
        quantity_as -> Text,
        term_from -> Text,
        updates_for -> Nullable<BigInt>,
        // How the key type recurs, as JSON.
        recurrence -> Nullable<Text>,
        reminder_days -> Nullable<BigInt>,
    }

    price_links (tenant, product, key_type, account) {
        tenant -> Text,
        product -> Text,
        key_type -> Text,
        account -> Text,
        stripe_product -> Text,
        stripe_price -> Text,
        amount -> BigInt,
        amount_currency -> Text,
        // How often the price is paid, as JSON.
        billing -> Nullable<Text>,
    }

    connections (tenant) {
        tenant -> Text,
        mode -> Nullable<Text>,
        account -> Nullable<Text>,
        checkout_key -> Nullable<Binary>,
        retiring -> Text,
        version -> BigInt,
    }

    account_links (account, mode) {
        account -> Text,
        mode -> Text,
        tenant -> Text,
        active -> Bool,
        linked_at -> BigInt,
        version -> BigInt,
        by_key -> Bool,
        last_event_at -> Nullable<BigInt>,
    }

    account_states (account, mode) {
        account -> Text,
        mode -> Text,
        facts -> Nullable<Text>,
        checked_at -> BigInt,
        payouts -> Text,
        version -> BigInt,
    }

    stripe_events (id, endpoint) {
        id -> Text,
        endpoint -> Text,
        kind -> Text,
        account -> Nullable<Text>,
        outcome -> Text,
        reason -> Nullable<Text>,
        payload -> Nullable<Binary>,
        retry_at -> Nullable<BigInt>,
        received_at -> BigInt,
        version -> BigInt,
        tenant -> Nullable<Text>,
        attempts -> BigInt,
    }

    customers (id) {
        id -> Text,
        tenant -> Text,
        mode -> Text,
        email -> Text,
        name -> Nullable<Text>,
        external_id -> Nullable<Text>,
        metadata -> Text,
        created_at -> BigInt,
    }

    orders (id) {
        id -> Text,
        tenant -> Text,
        mode -> Text,
        account -> Text,
        product -> Text,
        key_type -> Text,
        term -> Text,
        activation_limit -> BigInt,
        entitlements -> Text,
        price -> BigInt,
        price_currency -> Text,
        fee -> Nullable<BigInt>,
        fee_currency -> Nullable<Text>,
        buyer -> Nullable<Text>,
        session -> Nullable<Text>,
        status -> Text,
        customer -> Nullable<Text>,
        total -> Nullable<BigInt>,
        total_currency -> Nullable<Text>,
        payment -> Nullable<Text>,
        created_at -> BigInt,
        fulfilled_at -> Nullable<BigInt>,
        version -> BigInt,
        email -> Nullable<Text>,
        // What is sold beyond one plain license, as JSON.
        basket -> Nullable<Text>,
        metadata -> Nullable<Text>,
        recurrence -> Nullable<Text>,
        claim -> Nullable<Text>,
    }

    payments (intent, account) {
        intent -> Text,
        account -> Text,
        order_id -> Nullable<Text>,
        refunded -> BigInt,
        fully_refunded -> Bool,
        created_at -> BigInt,
        version -> BigInt,
        charged -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        refunds -> Nullable<Text>,
        subscription -> Nullable<Text>,
        invoice -> Nullable<Text>,
        disputes -> Nullable<Text>,
    }

    subscriptions (id, account) {
        id -> Text,
        account -> Text,
        order_id -> Nullable<Text>,
        grace_days -> BigInt,
        // What Stripe reported, as JSON.
        news -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }

    licenses (id) {
        id -> Text,
        tenant -> Text,
        mode -> Text,
        product -> Text,
        key_type -> Text,
        customer -> Text,
        order_id -> Nullable<Text>,
        line -> Nullable<BigInt>,
        unit -> Nullable<BigInt>,
        key_hash -> Binary,
        masked_key -> Text,
        sealed_key -> Binary,
        activation_limit -> BigInt,
        entitlements -> Text,
        expires_at -> Nullable<BigInt>,
        revocation -> Nullable<Text>,
        revoked_at -> Nullable<BigInt>,
        holds -> Text,
        held -> Bool,
        created_at -> BigInt,
        version -> BigInt,
        notes -> Nullable<Text>,
        metadata -> Text,
        // `active`, `frozen` or `revoked` as it follows without a clock; `expired` once housekeeping
        // has noticed the end of the term. Lists are sorted by it.
        state -> Text,
        event_sequence -> BigInt,
        updates_until -> Nullable<BigInt>,
        // The days of a term that starts at the first activation.
        pending_term -> Nullable<BigInt>,
        // The subscription that pays for the license, as JSON.
        subscription -> Nullable<Text>,
        // From when the subscription freezes the license, and for which cause.
        frozen_from -> Nullable<BigInt>,
        frozen_by -> Nullable<Text>,
        noticed_end -> Nullable<BigInt>,
        reminded_end -> Nullable<BigInt>,
    }

    license_metadata (license, key) {
        license -> Text,
        key -> Text,
        tenant -> Text,
        value -> Text,
        // When the license was created.
        created_at -> BigInt,
    }

    activations (license, fingerprint) {
        license -> Text,
        fingerprint -> Text,
        id -> Text,
        tenant -> Text,
        mode -> Text,
        hostname -> Nullable<Text>,
        os -> Nullable<Text>,
        metadata -> Text,
        first_seen -> BigInt,
        last_seen -> BigInt,
        released_at -> Nullable<BigInt>,
        version -> BigInt,
    }

    idempotency_records (key, tenant, product, mode) {
        key -> Text,
        tenant -> Text,
        product -> Text,
        mode -> Text,
        body -> Binary,
        license -> Text,
        api_key -> Text,
        expires_at -> BigInt,
        version -> BigInt,
    }

    api_keys (id) {
        id -> Text,
        tenant -> Text,
        product -> Text,
        mode -> Text,
        scope -> Text,
        sealed_secret -> Binary,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        version -> BigInt,
        signature_version -> Nullable<BigInt>,
    }

    master_keys (id) {
        id -> Text,
        sealed_canary -> Binary,
    }

    api_key_uses (key) {
        key -> Text,
        last_used_at -> BigInt,
    }
}

diesel::joinable!(licenses -> customers (customer));
diesel::joinable!(licenses -> orders (order_id));

diesel::allow_tables_to_appear_in_same_query!(
    licenses,
    customers,
    orders,
    key_types,
    license_metadata,
    counters
);
diesel::allow_tables_to_appear_in_same_query!(deliveries, endpoints);

/// Each column of each table as `(table, column, type)`, the type written `Text` or `Nullable<Text>`.
pub fn columns() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    let rooms = [
        COLUMNS,
        connecting::COLUMNS,
        infrastructure::COLUMNS,
        ledger::COLUMNS,
        outbox::COLUMNS,
        seller_stripe::COLUMNS,
    ];
    rooms.into_iter().flatten()
}
