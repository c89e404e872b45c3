//! temp
use mintage_testkit::MemoryStore;
/// t
#[derive(Default)] pub struct PostgresConfig;
/// t
#[derive(Debug, thiserror::Error)] #[error("x")] pub struct OpenError;
/// t
pub struct PostgresStore;
impl PostgresStore {
 /// t
 pub fn open(_: &mintage_domain::secret::Secret, _: &PostgresConfig) -> Result<MemoryStore, OpenError> { Ok(MemoryStore::default()) }
}
