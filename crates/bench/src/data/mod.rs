//! The data: sellers with all that belongs to them, and many licenses.

pub(crate) mod bulk;
pub(crate) mod postgres;
pub(crate) mod rows;
pub(crate) mod sellers;
pub(crate) mod sqlite;
pub(crate) mod statement;
pub(crate) mod stripe;
