mod activation;
mod command;
mod direct;
pub(crate) mod issue;
mod mint;
mod purchase;
mod revoke;
mod validate;
