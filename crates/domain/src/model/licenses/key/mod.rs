//! License keys: how they are generated, printed, masked and hashed.
//!
//! - `classic`, `ACME-4B2K-9XJP-T8WM-Q3VZ`: a prefix of 2 to 8 characters and 16 random symbols
//!   of 5 bits, 80 bits. With a million keys sold, one guess hits a key with probability 2^-60.
//! - `checked`, `KS-7F3K9-9XYKM-4N2A1-Q7C9F-WT2K`: 20 random symbols, 100 bits, then 4 symbols, 20
//!   bits, of an HMAC under the product's secret. All but one in a million typos or guesses are
//!   refused without a query.
//! - imported: a key that another system sold, 4 to 128 characters, never changed.
//!
//! The symbols are Crockford's base32: digits and letters without I, L, O and U. A key is looked up
//! by the hash of its printed form. [`PresentedKey`] brings typed input back to that form.

mod checksum;
mod format;
mod hash;
mod input;
mod license_key;
mod prefix;
mod presented;
mod symbols;

pub use checksum::ProductSecret;
pub use format::{InvalidKeyFormat, KeyFormat};
pub use hash::KeyHash;
pub use input::{InvalidKeyInput, KeyInput};
pub use license_key::LicenseKey;
pub use prefix::{InvalidKeyPrefix, KeyPrefix};
pub use presented::{InvalidKey, PresentedKey};

#[cfg(test)]
mod tests;
