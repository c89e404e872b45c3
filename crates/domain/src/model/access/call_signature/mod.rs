//! KeyStack's signatures of calls: HMAC-SHA256 under the API secret. This file has version 1 and
//! the timestamp, which both versions share.

use std::time::Duration;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

use crate::base::hmac::{hmac_sha256, verify_hmac_sha256};
use crate::base::secret::Secret;
use crate::base::time::Timestamp;

pub use crate::model::access::call_signature::v2::{CallNonce, CallText, InvalidCallNonce};

mod v2;

/// The largest accepted difference between a caller's clock and the server's, either way.
pub const KEYSTACK_TOLERANCE: Duration = Duration::from_mins(5);

/// The value of `X-KeyStack-Signature` in version 1: the hex HMAC of `timestamp.body` under the API
/// secret. The timestamp is signed as it stands in the header. [`CallText`] is version 2.
pub fn keystack_signature(secret: &Secret, timestamp: &str, body: &[u8]) -> String {
    let key = secret.expose().as_bytes();
    let signed = [timestamp.as_bytes(), body].join(&b'.');
    HEXLOWER.encode(hmac_sha256(key, &signed).as_ref())
}

/// Whether a signature of version 1, in hex of either case, matches; compared in constant time.
pub fn verify_keystack(secret: &Secret, timestamp: &str, body: &[u8], presented: &str) -> bool {
    let Ok(tag) = HEXLOWER_PERMISSIVE.decode(presented.as_bytes()) else {
        return false;
    };
    let signed = [timestamp.as_bytes(), body].join(&b'.');
    verify_hmac_sha256(secret.expose().as_bytes(), &signed, &tag)
}

/// Reads `X-KeyStack-Timestamp`: the digits of the Unix time in seconds, or in milliseconds if the
/// number is above 10^11 (which in seconds is the year 5138).
pub fn parse_keystack_timestamp(header: &str) -> Option<Timestamp> {
    const LARGEST_SECONDS: i64 = 100_000_000_000;
    if !header.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = header.parse().ok()?;
    if number <= LARGEST_SECONDS {
        return Timestamp::from_unix_seconds(number);
    }
    let whole = Timestamp::from_unix_seconds(number.checked_div(1_000)?)?;
    let millis = u64::try_from(number.checked_rem(1_000)?).ok()?;
    Some(whole.plus(Duration::from_millis(millis)))
}

/// Whether two instants are at most `tolerance` apart, either way.
pub fn within_tolerance(at: Timestamp, now: Timestamp, tolerance: Duration) -> bool {
    now.since(at) <= tolerance && at.since(now) <= tolerance
}

#[cfg(test)]
mod tests;
