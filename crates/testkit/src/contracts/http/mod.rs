//! What every HTTP client must keep, as cases that [`http_contract!`](crate::http_contract!) runs
//! against a [`LoopbackServer`](crate::LoopbackServer).

pub mod answers;
pub mod failures;
mod requesting;
pub mod requests;

/// Holds an HTTP client to the contract of its port: one `#[test]` for each case.
///
/// The expression gives a client behind a pointer: a `Box`, an `Arc`, or anything that
/// dereferences to an [`Http`](mintage_domain::ports::Http). The client must be allowed to reach
/// loopback. The expression is evaluated once for each case.
#[macro_export]
macro_rules! http_contract {
    ($open:expr) => {
        $crate::http_cases!(http: &*http, $open);
    };
}
