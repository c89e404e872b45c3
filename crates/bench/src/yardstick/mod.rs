//! What the databases do by themselves: the rows of the product, without the product.

pub(crate) mod pgbench;
pub(crate) mod plan;
pub(crate) mod postgres_sql;
pub(crate) mod sqlite;
pub(crate) mod tables;
