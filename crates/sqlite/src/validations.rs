//! The hot read.

use std::sync::PoisonError;

use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::ports::{
    KeyQuery, KnownLicense, StoreError, ValidateDone, ValidateQuery, ValidateRead, Validations,
};
use mintage_sql::sqlite::validate;

use crate::SqliteStore;

impl Validations for SqliteStore {
    fn license_of_key(&self, key: &KeyQuery) -> Result<Option<KnownLicense>, StoreError> {
        self.read(|conn| validate::license_of_key(conn, key))
    }

    /// Answers on the calling thread: the read is two lookups in a page cache, less than it costs
    /// to hand it over.
    fn submit_validate(&self, query: ValidateQuery, done: ValidateDone) {
        done(self.answer(&query));
    }
}

impl SqliteStore {
    fn answer(&self, query: &ValidateQuery) -> Result<ValidateRead, StoreError> {
        let fresh = match &query.nonce {
            None => true,
            Some(nonce) => self.take_to_validate(nonce)? && !self.has_changed_something(nonce)?,
        };
        Ok(ValidateRead {
            fresh,
            license: self.license_of_key(&query.key)?,
        })
    }

    /// Uses a nonce up in memory. Says whether it was fresh there.
    fn take_to_validate(&self, nonce: &Nonce) -> Result<bool, StoreError> {
        let nonces = self.nonces.lock();
        nonces.unwrap_or_else(PoisonError::into_inner).take(nonce)
    }

    /// Whether a commit has used a nonce up.
    fn has_changed_something(&self, nonce: &Nonce) -> Result<bool, StoreError> {
        self.read(|conn| validate::is_used(conn, nonce))
    }
}
