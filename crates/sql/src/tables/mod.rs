//! The tables, one file per aggregate: its row, how guards find it, what a commit writes of it, and
//! how it is read. These files are compiled once per database, against the connection type of
//! the module that mounts them.

pub mod access;
pub mod catalog;
pub mod commit;
pub mod licenses;
pub mod master_key;
pub mod outbox;
pub mod prune;
pub mod sales;
pub mod sellers;
pub mod stripe;

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::join_customers::JoinedCustomers;

use crate::lookup::Lookup;
use crate::writes::Writes;

/// How guards find rows, in the order in which every node locks them.
pub(crate) const LOOKUPS: [&Lookup; 30] = [
    &sellers::tenant::LOOKUP,
    &sellers::management_token::LOOKUP,
    &catalog::product::LOOKUP,
    &catalog::key_type::LOOKUP,
    &access::api_key::LOOKUP,
    &stripe::connection::LOOKUP,
    &stripe::account::LOOKUP,
    &stripe::restricted_key::LOOKUP,
    &stripe::probe_coupon::LOOKUP,
    &stripe::account_state::LOOKUP,
    &stripe::oauth_round::LOOKUP,
    &stripe::manual_endpoint::LOOKUP,
    &stripe::product_key::LOOKUP,
    &sales::mapping::LOOKUP,
    &stripe::event::LOOKUP,
    &sales::order::LOOKUP,
    &sales::payment::LOOKUP,
    &sales::ledger_entry::LOOKUP,
    &sales::ledger_books::LOOKUP,
    &sales::promotion_code::LOOKUP,
    &sales::subscription::LOOKUP,
    &licenses::license::LOOKUP,
    &licenses::license::LOOKUP_BY_UNIT,
    &licenses::license::LOOKUP_BY_KEY,
    &licenses::activation::LOOKUP,
    &outbox::webhook_endpoint::LOOKUP,
    &outbox::delivery::LOOKUP,
    &outbox::mail::LOOKUP,
    &access::nonce::LOOKUP,
    &access::idempotency::LOOKUP,
];

/// Write what a commit changes, parents before children.
pub(crate) fn write(changes: &Changes, joined: &JoinedCustomers) -> Writes {
    let mut writes = Writes::default();
    sellers::tenant::write(changes, &mut writes);
    sellers::management_token::write(changes, &mut writes);
    catalog::product::write(changes, &mut writes);
    catalog::key_type::write(changes, &mut writes);
    access::api_key::write(changes, &mut writes);
    catalog::price_link::write(changes, &mut writes);
    stripe::connection::write(changes, &mut writes);
    stripe::account::write(changes, &mut writes);
    stripe::restricted_key::write(changes, &mut writes);
    stripe::probe_coupon::write(changes, &mut writes);
    stripe::account_state::write(changes, &mut writes);
    stripe::oauth_round::write(changes, &mut writes);
    stripe::manual_endpoint::write(changes, &mut writes);
    stripe::product_key::write(changes, &mut writes);
    sales::mapping::write(changes, &mut writes);
    sales::customer::write(joined, &mut writes);
    stripe::event::write(changes, &mut writes);
    sales::order::write(changes, &mut writes);
    sales::payment::write(changes, &mut writes);
    sales::ledger_entry::write(changes, &mut writes);
    sales::ledger_books::write(changes, &mut writes);
    sales::promotion_code::write(changes, &mut writes);
    sales::subscription::write(changes, &mut writes);
    licenses::license::write(changes, &mut writes);
    licenses::activation::write(changes, &mut writes);
    outbox::webhook_endpoint::write(changes, &mut writes);
    outbox::delivery::write(changes, &mut writes);
    outbox::mail::write(changes, &mut writes);
    outbox::lane::write(changes, &mut writes);
    access::nonce::write(changes, &mut writes);
    access::idempotency::write(changes, &mut writes);
    sellers::audit::write(changes, &mut writes);
    commit::commit_id::write(changes, &mut writes);
    writes
}
