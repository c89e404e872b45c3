//! What a license is: its key, its term, its state.

pub mod key;
pub mod state;
pub mod term;
