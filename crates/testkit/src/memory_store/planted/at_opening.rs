//! What a store may forget while it is closed.

use std::collections::BTreeMap;

use mintage_domain::base::metadata::Metadata;
use mintage_domain::commit::counter::Counter;
use mintage_domain::model::licenses::standing::Standing;
use mintage_domain::model::outbox::endpoint_health::EndpointHealth;
use mintage_domain::model::sales::refunds::Refunds;
use mintage_domain::model::sellers::tenant::{Plan, TenantStatus};
use mintage_domain::model::stripe::processed_event::EventOutcome;

use crate::memory_store::planted::loss::Loss;
use crate::memory_store::tables::Tables;

pub(super) const AT_OPENING: &[Loss<Tables>] = &[
    (
        "nonces",
        |t| t.nonces.clear(),
        "used_nonces_and_idempotency_keys_are_pruned_when_they_expire",
    ),
    (
        "idempotency keys",
        |t| t.idempotency_keys.clear(),
        "an_idempotency_key_is_recorded_once",
    ),
    (
        "counters",
        |t| t.counters.clear(),
        "a_refused_commit_writes_nothing",
    ),
    (
        "counters of activations",
        |t| {
            t.counters
                .retain(|it, _| !matches!(it, Counter::Activations(_)));
        },
        "a_device_has_one_activation_on_a_license",
    ),
    (
        "the counter of configurations",
        |t| t.counters.retain(|it, _| *it != Counter::Configuration),
        "each_commit_that_changes_the_configuration_counts",
    ),
    (
        "tenants",
        |t| t.tenants.clear(),
        "a_slug_is_free_again_beneath_another_owner",
    ),
    (
        "the plan of tenants",
        |t| each(&mut t.tenants, |it| it.plan = Plan::Pro),
        "a_tenant_reads_back_as_written",
    ),
    (
        "the status of tenants",
        |t| each(&mut t.tenants, |it| it.status = TenantStatus::Active),
        "a_tenant_reads_back_as_written",
    ),
    (
        "whether tenants want mails",
        |t| each(&mut t.tenants, |it| it.mails = true),
        "a_tenant_reads_back_as_written",
    ),
    (
        "the end of tokens",
        |t| each(&mut t.tokens, |it| it.expires_at = None),
        "a_token_reads_back_as_written",
    ),
    (
        "the revocation of tokens",
        |t| each(&mut t.tokens, |it| it.revoked_at = None),
        "the_last_use_of_a_token_only_moves_forward",
    ),
    (
        "the last use of tokens",
        |t| each(&mut t.tokens, |it| it.last_used_at = None),
        "the_last_use_of_a_token_only_moves_forward",
    ),
    (
        "the archiving of products",
        |t| each(&mut t.products, |it| it.archived_at = None),
        "a_changed_product_and_key_type_read_back",
    ),
    (
        "the archiving of key types",
        |t| each(&mut t.key_types, |it| it.archived_at = None),
        "a_changed_product_and_key_type_read_back",
    ),
    (
        "the price of key types",
        |t| each(&mut t.key_types, |it| it.price = None),
        "a_key_type_reads_back_as_written",
    ),
    (
        "price links",
        |t| t.prices.clear(),
        "a_price_reads_back_as_written",
    ),
    (
        "checkout keys",
        |t| each(&mut t.connections, |it| it.checkout_key = None),
        "a_connection_reads_back_as_written",
    ),
    (
        "grants to end",
        |t| each(&mut t.connections, |it| it.retiring.clear()),
        "a_connection_reads_back_as_written",
    ),
    (
        "that accounts were left",
        |t| each(&mut t.accounts, |it| it.active = true),
        "an_account_link_reads_back_as_written",
    ),
    (
        "that OAuth rounds were used",
        |t| each(&mut t.oauth_rounds, |it| it.used = false),
        "an_oauth_round_reads_back_as_written",
    ),
    (
        "the browser of OAuth rounds",
        |t| each(&mut t.oauth_rounds, |it| it.browser = None),
        "an_oauth_round_reads_back_as_written",
    ),
    (
        "events",
        |t| t.events.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "that events are parked",
        |t| each(&mut t.events, |it| it.outcome = EventOutcome::Applied),
        "old_events_are_pruned_unless_they_are_parked",
    ),
    (
        "who customers are",
        |t| t.customers_by_identity.clear(),
        "a_customer_who_was_read_joins",
    ),
    (
        "the name of customers",
        |t| each(&mut t.customers, |it| it.name = None),
        "a_customer_reads_back_as_written",
    ),
    (
        "the external id of customers",
        |t| each(&mut t.customers, |it| it.external_id = None),
        "a_customer_reads_back_as_written",
    ),
    (
        "the metadata of customers",
        |t| each(&mut t.customers, |it| it.metadata.clear()),
        "a_customer_reads_back_as_written",
    ),
    (
        "the total of orders",
        |t| each(&mut t.orders, |it| it.total = None),
        "what_was_acknowledged_is_read",
    ),
    (
        "the fee of orders",
        |t| each(&mut t.orders, |it| it.fee = None),
        "an_order_reads_back_as_written",
    ),
    (
        "the session of orders",
        |t| each(&mut t.orders, |it| it.session = None),
        "what_was_acknowledged_is_read",
    ),
    (
        "the payment of orders",
        |t| each(&mut t.orders, |it| it.payment = None),
        "what_was_acknowledged_is_read",
    ),
    (
        "when orders were fulfilled",
        |t| each(&mut t.orders, |it| it.fulfilled_at = None),
        "what_was_acknowledged_is_read",
    ),
    (
        "payments",
        |t| t.payments.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "refunds",
        |t| each(&mut t.payments, |it| it.refunds = Refunds::default()),
        "a_payment_reads_back_as_written",
    ),
    (
        "what was charged",
        |t| each(&mut t.payments, |it| it.charged = None),
        "a_payment_reads_back_as_written",
    ),
    (
        "which units have a license",
        |t| t.licenses_by_unit.clear(),
        "one_sale_reported_many_times_mints_once",
    ),
    (
        "which keys have a license",
        |t| t.licenses_by_key.clear(),
        "a_device_has_one_activation_on_a_license",
    ),
    (
        "the notes of licenses",
        |t| each(&mut t.licenses, |it| it.notes = None),
        "a_license_reads_back_as_written",
    ),
    (
        "the metadata of licenses",
        |t| each(&mut t.licenses, |it| it.metadata = Metadata::default()),
        "a_license_reads_back_as_written",
    ),
    (
        "the standing of licenses",
        |t| each(&mut t.licenses, |it| it.standing = Standing::new(None)),
        "a_license_whose_end_was_noticed_is_in_the_same_lists",
    ),
    (
        "the holds of licenses",
        |t| {
            each(&mut t.licenses, |it| {
                it.standing =
                    Standing::from_parts(it.standing.expires_at(), it.standing.revocation(), []);
            });
        },
        "a_license_reads_back_as_written",
    ),
    (
        "the sequence of events",
        |t| each(&mut t.licenses, |it| it.event_sequence = 0),
        "a_license_reads_back_as_written",
    ),
    (
        "the release of activations",
        |t| each(&mut t.activations, |it| it.released_at = None),
        "activations_are_pruned_after_their_release",
    ),
    (
        "the hostname of activations",
        |t| each(&mut t.activations, |it| it.hostname = None),
        "an_activation_reads_back_as_written",
    ),
    (
        "when activations were seen",
        |t| each(&mut t.activations, |it| it.last_seen = it.first_seen),
        "last_seen_only_moves_forward",
    ),
    (
        "the end of API keys",
        |t| each(&mut t.api_keys, |it| it.revoked_at = None),
        "an_api_key_reads_back_as_written",
    ),
    (
        "the last use of API keys",
        |t| t.api_keys_last_seen.clear(),
        "last_seen_only_moves_forward",
    ),
    (
        "old secrets of endpoints",
        |t| each(&mut t.endpoints, |it| it.old_secret = None),
        "sealed_values_of_each_kind_are_listed_in_pages",
    ),
    (
        "the health of endpoints",
        |t| each(&mut t.endpoints, |it| it.health = EndpointHealth::default()),
        "a_recovering_lane_is_narrow",
    ),
    (
        "the events of endpoints",
        |t| each(&mut t.endpoints, |it| it.subscription.events = None),
        "an_event_that_waited_is_found_once_an_endpoint_receives_it",
    ),
    (
        "leases of deliveries",
        |t| each(&mut t.deliveries, |it| it.due_at = it.created_at),
        "a_delivery_reads_back_as_written",
    ),
    (
        "that deliveries wait",
        |t| each(&mut t.deliveries, |it| it.waits_in = None),
        "an_event_that_waited_is_found_once_an_endpoint_receives_it",
    ),
    (
        "the turns of lanes",
        |t| t.served.clear(),
        "lanes_take_turns",
    ),
    (
        "attempts",
        |t| t.attempts.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "leases of mails",
        |t| each(&mut t.mails, |it| it.due_at = it.created_at),
        "a_mail_reads_back_as_written",
    ),
    (
        "the turns of mails",
        |t| t.mails_served.clear(),
        "mail_lanes_take_turns",
    ),
    (
        "the audit trail",
        |t| t.audit.clear(),
        "what_was_acknowledged_is_read",
    ),
    (
        "the requests of audit entries",
        |t| each(&mut t.audit, |it| it.origin = None),
        "an_audit_entry_reads_back_as_written",
    ),
    (
        "canaries",
        |t| t.canaries.clear(),
        "a_key_has_one_canary_which_stays",
    ),
];

fn each<K, T>(rows: &mut BTreeMap<K, T>, change: impl FnMut(&mut T)) {
    rows.values_mut().for_each(change);
}
