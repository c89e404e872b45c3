mod activation;
mod activity;
mod command;
pub(crate) mod issue;
mod mint;
mod purchase;
mod reissue;
mod revoke;
mod validate;
