//! Rate limits: this node spends shares of the rates that all nodes have together.

mod spend;
mod standing;

pub use spend::{current_refusal, spend};
pub use standing::Standing;
