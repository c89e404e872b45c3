//! What can be measured: everything, or one question.

pub(crate) mod distance;
pub(crate) mod growth;
pub(crate) mod neighbours;
pub(crate) mod nodes;
pub(crate) mod plan;
pub(crate) mod progress;
mod proxy;
mod slow_clients;
pub(crate) mod standard;
pub(crate) mod start;
pub(crate) mod targets;
