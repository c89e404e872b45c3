#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod contract_tests;

pub mod clock;
pub mod entropy;
pub mod env;
pub mod fixtures;
mod memory_store;
pub mod store_contract;

pub use clock::FixedClock;
pub use entropy::SeededEntropy;
pub use env::TestEnv;
pub use memory_store::MemoryStore;
