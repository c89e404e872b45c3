//! What every sender of mail must keep, as cases that
//! [`mail_contract!`](crate::mail_contract!) runs.

pub mod arrivals;
pub mod failures;
mod harness;
mod message;

pub use harness::MailHarness;

/// Holds a sender of mail to the contract of its port: one `#[test]` for each case.
///
/// The expression gives a [`MailHarness`](crate::contracts::mail::MailHarness) behind a pointer.
/// The expression is evaluated once for each case.
#[macro_export]
macro_rules! mail_contract {
    ($open:expr) => {
        $crate::mail_cases!(harness: &*harness, $open);
    };
}
