//! Amounts of money in whole minor units of a currency, as in Stripe's API.

mod currency;

use std::fmt;

use thiserror::Error;

pub use crate::base::money::currency::{Currency, InvalidCurrency};

/// An amount in minor units of a currency, not negative. A price is one that Stripe's API accepts:
/// amounts of currencies with three decimals end in 0, and amounts in ISK and UGX in 00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why a number of minor units is not a valid amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidMoney {
    /// The number is negative, or larger than Stripe accepts in one charge.
    #[error("an amount in {currency} lies between 0 and {max} minor units")]
    OutOfRange {
        /// The currency.
        currency: Currency,
        /// The largest amount in minor units.
        max: i64,
    },
    /// The number is not a multiple of the currency's step.
    #[error("an amount in {currency} is a multiple of {step} minor units")]
    TooFine {
        /// The currency.
        currency: Currency,
        /// The step in minor units.
        step: i64,
    },
}

/// The amount is not zero, but smaller than Stripe's minimum charge in its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the smallest amount that can be charged is {minimum}")]
pub struct BelowMinimum {
    /// The smallest amount that can be charged.
    pub minimum: Money,
}

impl Money {
    /// The largest amount in minor units of any currency.
    pub const MAX_MINOR: i64 = Currency::HIGH_MAX;

    /// An amount of `minor` units of `currency` that Stripe charges.
    pub fn new(minor: i64, currency: Currency) -> Result<Self, InvalidMoney> {
        let (step, max) = (currency.step(), currency.max_minor());
        if !(0..=max).contains(&minor) {
            return Err(InvalidMoney::OutOfRange { currency, max });
        }
        match minor.checked_rem(step) {
            Some(0) => Ok(Self { minor, currency }),
            _ => Err(InvalidMoney::TooFine { currency, step }),
        }
    }

    /// An amount that Stripe reports as charged. It is kept as it is, whatever this version knows about
    /// the limits of the currency.
    pub fn charged(minor: i64, currency: Currency) -> Result<Self, InvalidMoney> {
        let max = i64::MAX;
        if minor < 0 {
            return Err(InvalidMoney::OutOfRange { currency, max });
        }
        Ok(Self { minor, currency })
    }

    /// The amount in minor units: cents for USD, yen for JPY.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum; `None` if the currencies differ or the sum exceeds the maximum.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.combine(other, i64::checked_add)
    }

    /// The difference; `None` if the currencies differ or the difference is negative.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.combine(other, i64::checked_sub)
    }

    fn combine(self, other: Self, with: fn(i64, i64) -> Option<i64>) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Self::new(with(self.minor, other.minor)?, self.currency).ok()
    }

    /// Whether Stripe can charge the amount, as far as its minimums are known. 0 is accepted, since
    /// it is free; in a currency without a known minimum every amount is accepted here.
    pub fn is_chargeable(self) -> Result<(), BelowMinimum> {
        match self.currency.minimum() {
            Some(minor) if self.minor != 0 && self.minor < minor => Err(BelowMinimum {
                minimum: Self { minor, ..self },
            }),
            _ => Ok(()),
        }
    }
}

/// `9.99 USD`, `500 JPY`, `5.120 KWD`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.currency.as_str().to_ascii_uppercase();
        let minor = self.minor;
        match self.currency.exponent() {
            0 => write!(f, "{minor} {code}"),
            2 => write!(f, "{}.{:02} {code}", minor / 100, minor % 100),
            _ => write!(f, "{}.{:03} {code}", minor / 1_000, minor % 1_000),
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(minor: i64, code: &str) -> Result<Money, InvalidMoney> {
        Money::new(minor, Currency::parse(code).unwrap())
    }

    #[test]
    fn prints_the_major_unit_and_the_code() {
        for (minor, code, printed) in [
            (999, "usd", "9.99 USD"),
            (5, "eur", "0.05 EUR"),
            (500, "jpy", "500 JPY"),
            (5_120, "kwd", "5.120 KWD"),
            (10, "bhd", "0.010 BHD"),
            (500, "isk", "5.00 ISK"),
            (0, "usd", "0.00 USD"),
            (99_999_999, "usd", "999999.99 USD"),
        ] {
            assert_eq!(money(minor, code).unwrap().to_string(), printed);
        }
    }

    #[test]
    fn refuses_what_the_api_would_refuse() {
        const EIGHT: i64 = 99_999_999;
        const TWELVE: i64 = 999_999_999_999;
        let currency = |code| Currency::parse(code).unwrap();
        let too_fine = |code, step| {
            let currency = currency(code);
            Err(InvalidMoney::TooFine { currency, step })
        };
        let out_of_range = |code, max| {
            let currency = currency(code);
            Err(InvalidMoney::OutOfRange { currency, max })
        };
        for (minor, code, refusal) in [
            (-1, "usd", out_of_range("usd", EIGHT)),
            (i64::MIN, "usd", out_of_range("usd", EIGHT)),
            (100_000_000, "usd", out_of_range("usd", EIGHT)),
            (i64::MAX, "jpy", out_of_range("jpy", EIGHT)),
            (TWELVE + 1, "idr", out_of_range("idr", TWELVE)),
            (TWELVE + 1, "ugx", out_of_range("ugx", TWELVE)),
            (5_124, "kwd", too_fine("kwd", 10)),
            (550, "isk", too_fine("isk", 100)),
            (1, "ugx", too_fine("ugx", 100)),
        ] {
            assert_eq!(money(minor, code), refusal, "{minor} {code}");
        }
        for (minor, code) in [
            (EIGHT, "usd"),
            (TWELVE, "idr"),
            (TWELVE, "vnd"),
            (TWELVE - 99, "ugx"),
            (TWELVE, "krw"),
            (TWELVE, "cop"),
        ] {
            assert!(money(minor, code).is_ok(), "{minor} {code}");
        }
    }

    #[test]
    fn what_was_charged_is_kept_as_it_is() {
        let charged = |minor, code| Money::charged(minor, Currency::parse(code).unwrap());
        for (minor, code) in [(i64::MAX, "usd"), (5_124, "kwd"), (1, "ugx"), (0, "usd")] {
            assert_eq!(charged(minor, code).map(Money::minor), Ok(minor));
        }
        assert!(charged(-1, "usd").is_err());
    }

    #[test]
    fn adds_and_subtracts_only_within_one_currency_and_the_range() {
        let usd = |minor| money(minor, "usd").unwrap();
        assert_eq!(usd(999).checked_add(usd(1)), Some(usd(1_000)));
        assert_eq!(usd(999).checked_sub(usd(999)), Some(usd(0)));
        assert_eq!(usd(1).checked_sub(usd(2)), None);
        assert_eq!(usd(99_999_999).checked_add(usd(1)), None);
        let eur = money(1, "eur").unwrap();
        assert_eq!(usd(1).checked_add(eur), None);
        assert_eq!(usd(1).checked_sub(eur), None);
    }

    #[test]
    fn only_free_or_the_minimum_and_above_can_be_charged() {
        for (minor, code, minimum) in [
            (0, "usd", None),
            (1, "usd", Some(50)),
            (49, "usd", Some(50)),
            (50, "usd", None),
            (17_499, "huf", Some(17_500)),
            (17_500, "huf", None),
            (1, "uah", None),
        ] {
            let amount = money(minor, code).unwrap();
            let refusal = minimum.map(|minimum| money(minimum, code).unwrap());
            assert_eq!(
                amount.is_chargeable().err().map(|below| below.minimum),
                refusal,
                "{amount}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_sum_less_its_part_is_the_other_part(a in 0..=99_999_999_i64, b in 0..=99_999_999_i64) {
            let (a, b) = (money(a, "usd").unwrap(), money(b, "usd").unwrap());
            match a.checked_add(b) {
                Some(sum) => prop_assert_eq!(sum.checked_sub(b), Some(a)),
                None => prop_assert!(a.minor() + b.minor() > 99_999_999),
            }
        }
    }
}
