//! The currencies that Stripe charges in, and their minor units in Stripe's API.

use std::fmt;

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};
use thiserror::Error;

use crate::base::text_newtype::string_conversions;

/// A currency that Stripe charges in. Its code is three lower-case ASCII letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(&'static str);

/// The text is not the code of a currency that Stripe charges in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a currency is a three-letter code that Stripe charges in, such as `usd`")]
pub struct InvalidCurrency;

/// Every currency that Stripe charges in, sorted for binary search.
const SUPPORTED: &[&str] = &[
    "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt",
    "bgn", "bhd", "bif", "bmd", "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf",
    "chf", "clp", "cny", "cop", "crc", "cve", "czk", "djf", "dkk", "dop", "dzd", "egp", "etb",
    "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd", "gnf", "gtq", "gyd", "hkd", "hnl", "htg",
    "huf", "idr", "ils", "inr", "isk", "jmd", "jod", "jpy", "kes", "kgs", "khr", "kmf", "krw",
    "kwd", "kyd", "kzt", "lak", "lbp", "lkr", "lrd", "lsl", "mad", "mdl", "mga", "mkd", "mmk",
    "mnt", "mop", "mur", "mvr", "mwk", "mxn", "myr", "mzn", "nad", "ngn", "nio", "nok", "npr",
    "nzd", "omr", "pab", "pen", "pgk", "php", "pkr", "pln", "pyg", "qar", "ron", "rsd", "rub",
    "rwf", "sar", "sbd", "scr", "sek", "sgd", "shp", "sle", "sos", "srd", "std", "szl", "thb",
    "tjs", "tnd", "top", "try", "ttd", "twd", "tzs", "uah", "ugx", "usd", "uyu", "uzs", "vnd",
    "vuv", "wst", "xaf", "xcd", "xcg", "xof", "xpf", "yer", "zar", "zmw",
];

/// Currencies without decimals: the minor unit is the major unit.
const ZERO_DECIMAL: &[&str] = &[
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
    "xof", "xpf",
];

/// Currencies counted in thousandths; Stripe accepts only multiples of ten.
const THREE_DECIMAL: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];

/// Currencies without decimals that the API counts in hundredths, for compatibility.
const WHOLE_IN_HUNDREDTHS: &[&str] = &["isk", "ugx"];

/// Currencies whose unit is worth so little that a price has more than eight digits. Stripe charges
/// cards in them up to twelve digits; the networks and some methods of payment have lower limits.
const HIGH_NOMINAL: &[&str] = &[
    "afn", "all", "amd", "aoa", "ars", "bdt", "bif", "cdf", "clp", "cop", "crc", "djf", "dzd",
    "egp", "etb", "gnf", "gyd", "htg", "huf", "idr", "inr", "isk", "jmd", "kes", "kgs", "khr",
    "kmf", "krw", "kzt", "lak", "lbp", "lkr", "lrd", "mga", "mmk", "mnt", "mur", "mwk", "mzn",
    "ngn", "npr", "php", "pkr", "pyg", "rsd", "rub", "rwf", "sle", "sos", "std", "tzs", "ugx",
    "uyu", "uzs", "vnd", "vuv", "xaf", "xof", "xpf", "yer", "zmw",
];

/// The smallest charge in minor units, where Stripe publishes one.
const MINIMUMS: &[(&str, i64)] = &[
    ("aed", 200),
    ("ars", 50),
    ("aud", 50),
    ("bgn", 100),
    ("brl", 50),
    ("cad", 50),
    ("chf", 50),
    ("cop", 50),
    ("czk", 1_500),
    ("dkk", 250),
    ("eur", 50),
    ("gbp", 30),
    ("hkd", 400),
    ("huf", 17_500),
    ("idr", 50),
    ("ils", 50),
    ("inr", 50),
    ("jpy", 50),
    ("krw", 50),
    ("mxn", 1_000),
    ("myr", 200),
    ("nok", 300),
    ("nzd", 50),
    ("php", 50),
    ("pln", 200),
    ("ron", 200),
    ("rub", 50),
    ("sek", 300),
    ("sgd", 50),
    ("thb", 1_000),
    ("usd", 50),
    ("zar", 50),
];

impl Currency {
    /// The codes of all currencies, sorted.
    pub const CODES: &[&str] = SUPPORTED;

    /// The largest charge in minor units of most currencies: eight digits.
    const MAX: i64 = 99_999_999;

    /// The largest charge in minor units of currencies with high amounts: twelve digits.
    pub(super) const HIGH_MAX: i64 = 999_999_999_999;

    /// Reads a code in any case: `usd`, `USD`.
    pub fn parse(text: &str) -> Result<Self, InvalidCurrency> {
        let code = text.to_ascii_lowercase();
        let place = SUPPORTED
            .binary_search(&code.as_str())
            .map_err(|_| InvalidCurrency)?;
        SUPPORTED
            .get(place)
            .copied()
            .map(Self)
            .ok_or(InvalidCurrency)
    }

    /// Every currency, sorted by code.
    pub fn all() -> impl Iterator<Item = Self> {
        SUPPORTED.iter().copied().map(Self)
    }

    /// The code in lower case, as Stripe's API writes it.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The number of decimals of the API's minor unit: 0, 2 or 3.
    pub fn exponent(self) -> u8 {
        if ZERO_DECIMAL.contains(&self.0) {
            0
        } else if THREE_DECIMAL.contains(&self.0) {
            3
        } else {
            2
        }
    }

    /// The step of amounts in minor units: every amount is a multiple of 1, 10 or 100.
    pub fn step(self) -> i64 {
        if THREE_DECIMAL.contains(&self.0) {
            10
        } else if WHOLE_IN_HUNDREDTHS.contains(&self.0) {
            100
        } else {
            1
        }
    }

    /// The largest charge in minor units.
    pub fn max_minor(self) -> i64 {
        if HIGH_NOMINAL.contains(&self.0) {
            Self::HIGH_MAX
        } else {
            Self::MAX
        }
    }

    /// The smallest charge in minor units; `None` where Stripe publishes none. Stripe applies the
    /// minimum in the settlement currency, so it may refuse slightly larger amounts too.
    pub fn minimum(self) -> Option<i64> {
        MINIMUMS
            .iter()
            .find_map(|&(code, minimum)| (code == self.0).then_some(minimum))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({})", self.0)
    }
}

string_conversions! { Currency, InvalidCurrency; }

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_str(self.as_str())
    }
}

// Not derived: because of the `&'static str` a derived impl would read only input that lives for ever.
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let code = String::deserialize(input)?;
        Self::parse(&code).map_err(D::Error::custom)
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_holds_only_three_lower_case_letters() {
        assert!(SUPPORTED.is_sorted_by(|a, b| a < b));
        for code in SUPPORTED {
            assert!(
                code.len() == 3 && code.bytes().all(|b| b.is_ascii_lowercase()),
                "{code}"
            );
        }
    }

    #[test]
    fn every_special_rule_names_a_supported_currency() {
        let minimums = MINIMUMS.iter().map(|(code, _)| code);
        for code in [
            ZERO_DECIMAL,
            THREE_DECIMAL,
            WHOLE_IN_HUNDREDTHS,
            HIGH_NOMINAL,
        ]
        .into_iter()
        .flatten()
        .chain(minimums)
        {
            assert_eq!(Currency::parse(code).map(Currency::as_str), Ok(*code));
        }
    }

    #[test]
    fn every_minimum_is_an_amount_of_its_currency() {
        for currency in Currency::all() {
            let minimum = currency.minimum().unwrap_or(0);
            assert_eq!(minimum % currency.step(), 0, "{currency}");
        }
    }

    #[test]
    fn returns_the_decimals_the_step_and_the_minimum() {
        for (code, exponent, step, minimum) in [
            ("usd", 2, 1, Some(50)),
            ("gbp", 2, 1, Some(30)),
            ("jpy", 0, 1, Some(50)),
            ("krw", 0, 1, Some(50)),
            ("kwd", 3, 10, None),
            ("isk", 2, 100, None),
            ("ugx", 2, 100, None),
            ("huf", 2, 1, Some(17_500)),
        ] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(
                (currency.exponent(), currency.step(), currency.minimum()),
                (exponent, step, minimum),
                "{code}"
            );
        }
    }

    #[test]
    fn reads_any_case_and_keeps_lower_case() {
        for text in ["usd", "USD", "Usd"] {
            assert_eq!(Currency::parse(text).unwrap().as_str(), "usd");
        }
        let usd: Currency = serde_json::from_str("\"USD\"").unwrap();
        assert_eq!(serde_json::to_string(&usd).unwrap(), "\"usd\"");
        let read: Currency = serde_json::from_reader("\"EUR\"".as_bytes()).unwrap();
        let owned: Currency = serde_json::from_value("eur".into()).unwrap();
        assert_eq!((read.as_str(), owned), ("eur", read));
    }

    #[test]
    fn refuses_what_stripe_does_not_charge_in() {
        for text in ["", "us", "usdd", "xxx", "btc", " usd", "u\u{17f}d"] {
            assert_eq!(Currency::parse(text), Err(InvalidCurrency), "{text}");
        }
    }
}
