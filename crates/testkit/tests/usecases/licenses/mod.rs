mod activation;
mod command;
pub(crate) mod issue;
mod mint;
mod revoke;
mod validate;
