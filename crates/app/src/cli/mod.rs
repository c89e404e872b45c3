//! The command line.

mod api_key;
mod audit;
mod command;
mod common;
mod customer;
mod doctor;
mod license;
mod listing;
mod output;
mod serve;
mod tenant;
mod tenant_args;

pub use command::run;
