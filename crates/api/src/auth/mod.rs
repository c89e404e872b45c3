//! Callers: what each presents, and what it may do.

mod app_caller;
mod bearer;
mod reader;
mod signed_call;
mod signed_caller;
mod token_caller;

pub(crate) use app_caller::AppCaller;
pub(crate) use bearer::bearer;
pub(crate) use reader::Reader;
pub(crate) use signed_caller::SignedCaller;
pub(crate) use token_caller::TokenCaller;
