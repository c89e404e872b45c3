//! Rate limits. All nodes share the rates, and each node spends the shares that it has taken.

mod spend;
mod standing;
mod subject;

pub use spend::{spend, spend_exactly};
pub use standing::Standing;
pub use subject::subject_of;
