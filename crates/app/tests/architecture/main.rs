//! The shape of the workspace and of the code, held by tests: which crate and which module may use
//! which, how long a file and a function may be, and one order of imports and derives.
//!
//! docs/ARCHITECTURE.md says why.

#![expect(
    clippy::unwrap_used,
    reason = "source that cannot be read is a failed test"
)]

mod crates;
mod graph;
mod modules;
mod source;
mod style;
