//! Callers: the credential that a caller presents, and the checks of the credential.

mod app_caller;
mod bearer;
mod known_caller;
mod license_scope;
mod signed_call;
mod signed_caller;
mod token_caller;

pub(crate) use app_caller::AppCaller;
pub(crate) use bearer::bearer;
pub(crate) use known_caller::{KnownCaller, note};
pub(crate) use license_scope::license_scope;
pub(crate) use signed_caller::SignedCaller;
pub(crate) use token_caller::TokenCaller;
