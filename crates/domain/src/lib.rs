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

pub mod email;
pub mod fee;
pub mod license;
pub mod mode;
pub mod money;
pub mod retry;
pub mod seal;
pub mod secret;
pub mod sign;
pub mod slug;
pub mod time;
pub mod web_url;
