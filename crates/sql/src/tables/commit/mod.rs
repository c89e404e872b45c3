//! What every commit keeps for the store itself.

pub mod commit_id;
pub mod counter;
