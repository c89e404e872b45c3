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
    /// A nonce is fresh if neither a validation has used it, which memory knows, nor a commit, which
    /// the file knows.
    fn answer(&self, query: &ValidateQuery) -> Result<ValidateRead, StoreError> {
        let is_fresh = match &query.nonce {
            None => true,
            Some(nonce) => self.take_to_validate(nonce)?,
        };
        self.read(|conn| {
            let fresh = match &query.nonce {
                Some(nonce) if is_fresh => !validate::is_used(conn, nonce)?,
                _ => is_fresh,
            };
            let license = validate::license_of_key(conn, &query.key)?;
            Ok(ValidateRead { fresh, license })
        })
    }

    /// Uses a nonce up in memory. Says whether it was fresh there.
    fn take_to_validate(&self, nonce: &Nonce) -> Result<bool, StoreError> {
        let nonces = self.nonces.lock();
        nonces.unwrap_or_else(PoisonError::into_inner).take(nonce)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use diesel::prelude::*;
    use mintage_sql::watch::Watch;
    use mintage_testkit::fixtures::Shop;

    use super::*;

    #[test]
    fn a_validation_parses_its_statements_once_per_connection() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        crate::migrations::apply(&mut conn).unwrap();
        let shop = Shop::new("acme");
        let license = shop.license(&shop.customer());
        let mut parsed = || {
            let watch = Watch::default();
            conn.set_instrumentation(watch.watcher());
            let key = KeyQuery {
                tenant: license.tenant.clone(),
                product: license.product.clone(),
                mode: license.mode,
                hashes: vec![license.key_hash],
            };
            assert!(validate::license_of_key(&mut conn, &key).unwrap().is_none());
            let nonce = shop.nonce(&shop.api_key());
            assert!(!validate::is_used(&mut conn, &nonce).unwrap());
            watch.parsed().len()
        };
        // What is never kept would be parsed unseen.
        assert_eq!((parsed(), parsed()), (2, 0));
    }
}
