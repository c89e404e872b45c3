//! The operations on Stripe's objects: the calls of the API, the payment on the hosted page, the
//! expiry of sessions.

pub(crate) mod absent;
pub(crate) mod account_links;
pub(crate) mod accounts;
pub(crate) mod application_fees;
pub(crate) mod balance;
pub(crate) mod cart;
pub(crate) mod charges;
pub(crate) mod checkout;
pub(crate) mod context;
pub(crate) mod create_session;
pub(crate) mod disputes;
pub(crate) mod events;
pub(crate) mod existence;
pub(crate) mod invoices;
pub(crate) mod ledger;
pub(crate) mod line_items;
pub(crate) mod listing;
pub(crate) mod open_session;
pub(crate) mod payment_intents;
pub(crate) mod payment_links;
pub(crate) mod payment_terms;
pub(crate) mod payouts;
pub(crate) mod prices;
pub(crate) mod products;
pub(crate) mod promotions;
pub(crate) mod refunds;
pub(crate) mod restricted_keys;
pub(crate) mod sessions;
pub(crate) mod subscriptions;
pub(crate) mod test_cards;
pub(crate) mod webhook_endpoints;
