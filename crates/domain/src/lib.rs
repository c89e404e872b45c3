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

pub mod base;
pub mod commit;
pub mod model;
pub mod ports;
#[cfg(feature = "serde")]
mod serde_impls;
pub mod usecase;

/// What the mocks of the ports are made with, in the version that they need.
#[cfg(feature = "mock")]
pub use mockall;
