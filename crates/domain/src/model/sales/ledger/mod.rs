//! The sales ledger: what Stripe has booked on the balance of an account, as double entries.
//!
//! Every [`BalanceTransaction`](transaction::BalanceTransaction) of Stripe becomes one
//! [`LedgerEntry`](entry::LedgerEntry) with balanced [`Postings`](postings::Postings), and so does the
//! discount of an order, which changes no balance. [`Books`](books::Books) remember how far an account's
//! transactions have been read.

pub mod books;
pub mod entry;
pub mod postings;
pub mod promotion_code;
pub mod transaction;
