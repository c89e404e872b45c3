mod activation;
mod command;
pub(crate) mod issue;
mod mint;
mod purchase;
mod revoke;
mod validate;
