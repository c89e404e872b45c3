//! What every store must keep, as cases that [`store_contract!`](crate::store_contract!) runs.
//!
//! A case is a plain function over `&dyn Store`, its name is what it holds a store to, and each
//! needs a store of its own: empty, and used by nobody else.

pub mod activations;
pub mod api_keys;
pub mod atomicity;
pub mod audit;
pub mod calls;
pub mod concurrency;
pub mod customer_reads;
pub mod customers;
pub mod deliveries;
pub mod durability;
pub mod guards;
pub mod license_reads;
pub mod limits;
pub mod mails;
pub mod paging;
pub mod reads;
pub mod round_trips;
pub mod seen;
pub mod validations;
pub mod waiting;
mod witness;

use mintage_domain::ports::Store;

/// A place that holds a store's data while no store is open on it.
pub trait Reopen {
    /// Opens the store on what was written before. Dropping it closes it; no two are open at once.
    fn open(&self) -> Box<dyn Store>;
}

/// Holds a store to the contract of its port: one `#[test]` for each case, so that one failure
/// hides no other.
///
/// - `store_contract!(core: open)`: what every store must keep. `open` is an expression that
///   gives a fresh, empty store behind a pointer: a `Box`, an `Arc`, or anything that dereferences
///   to a [`Store`](mintage_domain::ports::Store), such as a guard that also removes a temporary
///   database. It is evaluated once for each case.
/// - `store_contract!(durable: place)`: what a store must keep that outlives its process.
///   `place` is an expression that gives a fresh [`Reopen`](crate::store_contract::Reopen).
///
/// The tests stand where the macro is called: give each call a module of its own.
#[macro_export]
macro_rules! store_contract {
    (core: $open:expr) => {
        $crate::contract_tests! {
            store: &*store, $open, store_contract:
            atomicity {
                what_was_acknowledged_is_read
                a_refused_commit_writes_nothing
                a_refused_commit_changes_no_row
                a_refused_neighbour_disturbs_nobody
                of_equal_commits_one_is_written
                a_commit_of_too_many_facts_is_refused
                an_empty_commit_succeeds
            }
            guards {
                a_row_that_had_to_be_new_exists
                a_unit_has_one_license
                a_key_is_unique_in_its_tenant_and_mode
                a_row_read_in_another_version_is_stale
                a_row_is_written_once_in_a_commit
                a_counter_is_full_at_its_cap
                a_counter_added_to_twice_in_a_commit_adds_up
                counters_of_two_tenants_are_apart
            }
            customers {
                a_known_customer_joins
                a_new_customer_keeps_the_proposed_id
                a_merge_fills_and_never_overwrites
                a_customer_met_twice_in_a_commit_is_one
                a_customer_belongs_to_a_tenant_and_a_mode
            }
            round_trips {
                a_tenant_reads_back_as_written
                a_token_reads_back_as_written
                a_product_reads_back_as_written
                a_key_type_reads_back_as_written
                a_price_reads_back_as_written
                a_connection_reads_back_as_written
                an_account_link_reads_back_as_written
                an_oauth_round_reads_back_as_written
                a_heard_event_reads_back_as_written
                a_customer_reads_back_as_written
                an_order_reads_back_as_written
                a_payment_reads_back_as_written
                a_license_reads_back_as_written
                an_activation_reads_back_as_written
                an_api_key_reads_back_as_written
                an_endpoint_reads_back_as_written
                a_delivery_reads_back_as_written
                an_audit_entry_reads_back_as_written
                a_slug_is_free_again_beneath_another_owner
            }
            customer_reads {
                customers_are_paged
                customers_are_filtered
                customers_are_found_by_the_beginning_of_their_address
            }
            audit {
                the_audit_trail_is_paged
                the_audit_trail_is_filtered
                a_filtered_audit_trail_is_paged
            }
            api_keys {
                api_keys_are_paged
                api_keys_are_listed_of_one_product_or_of_all
            }
            paging {
                tenants_are_paged
                products_are_paged
                key_types_are_paged
                key_types_of_one_name_in_two_products_are_both_listed
                orders_are_paged
                licenses_are_paged
                activations_are_paged
                deliveries_are_paged
                parked_events_are_paged
                what_is_new_does_not_shift_the_pages_behind_it
                a_page_has_at_most_a_hundred_items
            }
            reads {
                what_was_never_written_is_none
                foreign_tenants_are_invisible
                an_order_is_found_by_its_session
                prices_are_replaced_and_forgotten_by_account
                what_is_revoked_is_still_found
            }
            license_reads {
                licenses_are_filtered
                licenses_are_filtered_by_their_state_at_a_time
                licenses_are_found_by_their_customer_and_mode
                licenses_are_found_by_their_metadata
                a_license_is_told_with_its_address_and_session
                licenses_of_an_order_come_in_the_order_of_its_units
            }
            waiting {
                connections_to_retire_are_found
                parked_events_come_due_oldest_first
                parked_events_belong_to_the_tenant_of_their_account
                stuck_orders_are_found
            }
            deliveries {
                a_claim_leases_and_counts
                only_what_is_due_is_claimed
                a_claim_is_no_larger_than_asked
                what_is_due_longest_is_claimed_first
                a_lane_is_capped
                a_full_lane_leaves_room_for_others
                an_ended_lease_is_claimed_again
                an_outcome_of_a_lost_lease_is_refused
                without_a_url_it_waits
                a_delivery_is_listed_with_its_last_attempt
            }
            mails {
                a_mailing_reads_back_as_written
                mails_are_paged
                a_mail_claim_leases_and_counts
                only_mails_that_are_due_are_claimed
                an_ended_mail_lease_is_claimed_again
                overdue_mails_are_found
                two_mail_claimers_share_nothing
            }
            limits {
                a_rate_is_shared_by_all_callers
                a_share_is_granted_as_far_as_it_is_left
                who_is_refused_is_told_how_long_to_wait
                a_refused_caller_takes_nothing
                rates_of_two_keys_are_apart
                only_what_has_expired_is_pruned
                pruning_goes_in_small_steps
            }
            seen {
                a_sighting_moves_a_time_forward_only
                what_is_not_there_is_not_seen
                a_sighting_disturbs_no_change
                sightings_of_many_at_once_keep_the_latest
            }
            validations {
                a_nonce_is_fresh_once
                a_question_without_a_nonce_is_answered_each_time
                each_question_gets_its_own_answer
                a_validated_license_comes_with_all_that_is_told
                a_license_is_validated_where_it_belongs
                a_license_is_told_with_the_key_type_of_its_product
                a_revocation_is_seen_by_the_next_validation
                a_nonce_is_remembered_until_it_expires
            }
            activations {
                a_device_has_one_activation_on_a_license
                of_many_devices_at_once_as_many_are_active_as_may_be
                each_license_counts_its_own_devices
            }
            calls {
                a_commit_uses_up_its_nonce
                a_signature_that_has_validated_changes_nothing
                a_signature_that_has_changed_something_validates_nothing
                of_one_signature_sent_many_times_one_mints
                a_call_is_written_down_once
                of_one_call_made_many_times_one_mints
                used_nonces_and_known_calls_are_pruned_when_they_expire
            }
            concurrency {
                one_sale_told_many_times_mints_once
                a_capped_counter_lets_exactly_its_cap_in
                a_customer_met_by_many_at_once_has_one_id
                two_claimers_share_nothing
                a_lane_is_capped_for_all_claimers_together
                opposite_orders_do_not_lock_each_other_out
            }
        }
    };
    (durable: $place:expr) => {
        $crate::contract_tests! {
            place: &place, $place, store_contract:
            durability {
                what_was_acknowledged_is_there_after_reopening
                what_was_submitted_is_settled_by_closing
                guards_hold_after_reopening
                a_lease_outlives_its_holder
                a_rate_outlives_a_restart
            }
        }
    };
}
