//! The command line.

mod api_key;
mod audit;
mod command;
mod config;
mod customer;
mod doctor;
mod global_args;
mod key_type;
mod keys;
mod license;
mod list;
mod logging;
mod migrate;
mod output;
mod parked;
mod product;
mod prune;
mod reconcile;
mod sale_args;
mod serve;
mod table;
mod tenant;
mod tenant_args;
mod token;
mod webhook_endpoint;

pub use command::run;
