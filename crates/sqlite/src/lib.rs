//! temp
use mintage_testkit::MemoryStore;
/// t
#[derive(Default)] pub struct SqliteConfig;
/// t
#[derive(Debug, thiserror::Error)] #[error("x")] pub struct OpenError;
/// t
pub struct SqliteStore;
impl SqliteStore {
 /// t
 pub fn open_server(_: &std::path::Path, _: &SqliteConfig) -> Result<MemoryStore, OpenError> { Ok(MemoryStore::default()) }
 /// t
 pub fn open_tool(_: &std::path::Path, _: &SqliteConfig) -> Result<MemoryStore, OpenError> { Ok(MemoryStore::default()) }
}
