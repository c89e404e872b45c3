//! What a license is: its key, its term, its state.

pub mod key;
pub mod term;
