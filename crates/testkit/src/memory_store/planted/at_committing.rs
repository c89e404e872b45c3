//! What a store may leave out of a commit.

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::write::Expected;

use crate::memory_store::planted::loss::Loss;

pub(super) const AT_COMMITTING: &[Loss<Changes>] = &[
    (
        "nonces",
        |c| c.nonces.clear(),
        "used_nonces_and_idempotency_keys_are_pruned_when_they_expire",
    ),
    (
        "idempotency",
        |c| c.idempotency.clear(),
        "an_idempotency_key_is_recorded_once",
    ),
    (
        "counters",
        |c| c.counters.clear(),
        "a_commit_uses_up_its_nonce",
    ),
    (
        "tenants",
        |c| c.tenants.clear(),
        "a_slug_is_free_again_beneath_another_owner",
    ),
    (
        "tokens",
        |c| c.tokens.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "products",
        |c| c.products.clear(),
        "a_product_reads_back_as_written",
    ),
    (
        "key types",
        |c| c.key_types.clear(),
        "a_key_type_reads_back_as_written",
    ),
    (
        "prices",
        |c| c.prices.clear(),
        "a_price_reads_back_as_written",
    ),
    (
        "forgotten prices",
        |c| c.forgotten_prices.clear(),
        "prices_are_replaced_and_forgotten_by_account",
    ),
    (
        "connections",
        |c| c.connections.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "accounts",
        |c| c.accounts.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "oauth rounds",
        |c| c.oauth_rounds.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "events",
        |c| c.events.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "customers",
        |c| c.customers.clear(),
        "an_idempotency_key_is_recorded_once",
    ),
    (
        "orders",
        |c| c.orders.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "payments",
        |c| c.payments.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "licenses",
        |c| c.licenses.clear(),
        "an_idempotency_key_is_recorded_once",
    ),
    (
        "activations",
        |c| c.activations.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "api keys",
        |c| c.api_keys.clear(),
        "an_api_key_reads_back_as_written",
    ),
    (
        "endpoints",
        |c| c.endpoints.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "deliveries",
        |c| c.deliveries.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "attempts",
        |c| c.attempts.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "mails",
        |c| c.mails.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "audit",
        |c| c.audit.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "that rows are new",
        |c| {
            c.orders
                .iter_mut()
                .for_each(|it| it.expected = Expected::Version(it.value.version.saturating_sub(1)));
        },
        "what_was_acknowledged_is_read",
    ),
    (
        "the caps of counters",
        |c| c.counters.iter_mut().for_each(|it| it.cap = None),
        "a_commit_uses_up_its_nonce",
    ),
    (
        "the unit of licenses",
        |c| c.licenses.iter_mut().for_each(|it| it.value.unit = None),
        "what_was_acknowledged_is_read",
    ),
    (
        "all but the first delivery",
        |c| c.deliveries.truncate(1),
        "sealed_values_of_each_kind_are_listed_in_pages",
    ),
    (
        "all but the first license",
        |c| c.licenses.truncate(1),
        "a_license_whose_end_was_noticed_is_in_the_same_lists",
    ),
    (
        "the second half of the audit trail",
        |c| c.audit.truncate(c.audit.len() / 2),
        "what_was_acknowledged_is_read",
    ),
];
