//! Crockford's base32: five bits a symbol, the highest first, without I, L, O and U.

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};

/// The symbols of license keys, in the order of their values.
pub(crate) const UPPER_SYMBOLS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The encoding of license keys, in upper case.
pub(crate) static UPPER: LazyLock<Encoding> = LazyLock::new(|| encoding(UPPER_SYMBOLS));

/// The encoding of ids, in lower case.
pub(crate) static LOWER: LazyLock<Encoding> =
    LazyLock::new(|| encoding("0123456789abcdefghjkmnpqrstvwxyz"));

fn encoding(symbols: &str) -> Encoding {
    let mut spec = Specification::new();
    spec.symbols.push_str(symbols);
    spec.encoding()
        .unwrap_or_else(|_| unreachable!("32 distinct symbols are an encoding"))
}
