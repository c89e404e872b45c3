mod commit;
mod deliveries;
mod mails;
mod sales;
mod seen;
mod sellers;
mod upkeep;
mod validations;

pub use commit::{Commit, CommitDone, CommitError};
pub use deliveries::{Deliveries, Endpoints};
pub use mails::Mails;
pub use sales::{
    Activations, CustomerFilter, Customers, HeardEvents, LicenseFilter, LicenseRecord, Licenses,
    Orders, Payments,
};
pub use seen::{Seen, Sighted};
pub use sellers::{
    ApiKeys, AuditFilter, AuditRecord, Audits, Calls, Catalog, Connections, OAuthRounds, Tenants,
    Tokens,
};
pub use upkeep::{Housekeeping, Limiter};
pub use validations::{
    KeyQuery, KnownLicense, Nonce, ValidateDone, ValidateQuery, ValidateRead, Validations,
};

use crate::page::Page;

/// Why a store did not answer. A thing that is not there is `Option::None`, never an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or is too busy; worth trying again.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// A row in it is no valid value of the domain.
    #[error("the store holds an invalid {table} row: {reason}")]
    Inconsistent {
        /// Where.
        table: &'static str,
        /// What is wrong; names columns and ids, never secrets.
        reason: String,
    },
    /// It failed in a way that trying again will not mend.
    #[error("the store failed: {0}")]
    Failed(String),
}

type Found<T> = Result<Option<T>, StoreError>;
type Listed<T> = Result<Page<T>, StoreError>;

/// Names all parts once: what the trait demands is what makes a type one.
macro_rules! store {
    ($($part:ident)+) => {
        /// Everything a Mintage server keeps, in one object.
        ///
        /// A store MUST show what was committed to every read that starts after the commit
        /// returned (`what_was_acknowledged_is_read`).
        pub trait Store: $($part +)+ Send + Sync {}

        impl<T> Store for T where T: $($part +)+ Send + Sync {}
    };
}

store! {
    Tenants Tokens ApiKeys Catalog Connections OAuthRounds Endpoints Audits
    HeardEvents Orders Payments Customers Licenses Activations Deliveries Mails
    Validations Calls Commit Limiter Seen Housekeeping
}
