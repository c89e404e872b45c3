#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

// The cases of each contract, as `build.rs` finds them in `contracts/`.
include!(concat!(env!("OUT_DIR"), "/cases.rs"));

pub mod contracts;
pub mod fixtures;
pub mod loopback;
mod memory_store;
mod stand_ins;

pub use contracts::store::{Nodes, Reopening};
pub use loopback::http::LoopbackServer;
pub use loopback::smtp::LoopbackSmtp;
pub use memory_store::MemoryStore;
pub use stand_ins::{
    FixedClock, OutboxMail, ScriptedHttp, SeededEntropy, StandInRestrictedStripe, StandInStripe,
    TestEnv,
};
