#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::float_arithmetic,
        clippy::indexing_slicing,
        clippy::unwrap_used
    )
)]

pub mod activation;
pub mod api_key;
pub mod audit;
pub mod catalog;
pub mod changes;
pub mod connection;
pub mod customer;
pub mod delivery;
pub mod email;
pub mod env;
pub mod fee;
pub mod guard;
pub mod id;
pub mod idempotency;
pub mod license;
pub mod limits;
pub mod mail;
pub mod management_token;
pub mod metadata;
pub mod mode;
pub mod money;
pub mod order;
pub mod outbound;
pub mod page;
pub mod payment;
pub mod ports;
pub mod rate;
pub mod retry;
pub mod seal;
pub mod secret;
pub mod share;
pub mod sign;
pub mod slug;
pub mod stripe_event;
pub mod tenant;
pub mod text;
pub mod time;
pub mod usecase;
pub mod web_url;
