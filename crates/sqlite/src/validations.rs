//! The hot read.

use crate::SqliteStore;
use diesel::SqliteConnection;
use mintage_domain::license::key::KeyHash;
use mintage_domain::ports::{
    KeyQuery, KnownLicense, StoreError, ValidateDone, ValidateQuery, ValidateRead, Validations,
};
use std::sync::PoisonError;

mintage_sql::validations!(SqliteConnection);

impl Validations for SqliteStore {
    fn license_of_key(&self, key: &KeyQuery) -> Result<Option<KnownLicense>, StoreError> {
        let hashes: Vec<&[u8]> = key
            .hashes
            .iter()
            .map(|hash: &KeyHash| hash.as_bytes().as_slice())
            .collect();
        let found = self.read(|conn| licenses_by_hash(conn, &hashes))?;
        Ok(mintage_sql::reads::answer(key, &found))
    }

    /// Answers on the calling thread: the read is one lookup in a page cache, about ten
    /// microseconds, less than it costs to hand it over.
    fn submit_validate(&self, query: ValidateQuery, done: ValidateDone) {
        done(self.answer(&query));
    }
}

impl SqliteStore {
    fn answer(&self, query: &ValidateQuery) -> Result<ValidateRead, StoreError> {
        let fresh = match &query.nonce {
            None => true,
            Some(nonce) => {
                let nonces = self.nonces.lock();
                nonces.unwrap_or_else(PoisonError::into_inner).take(nonce)?
            }
        };
        Ok(ValidateRead {
            fresh,
            license: self.license_of_key(&query.key)?,
        })
    }
}
