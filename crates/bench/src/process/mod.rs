//! The processes that are measured.

pub(crate) mod cpu;
pub(crate) mod proc_files;
pub(crate) mod server;
