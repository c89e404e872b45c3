//! The platform's fee: a share of each sale, in basis points.

use std::fmt;

use thiserror::Error;

use crate::base::money::Money;

/// A share in hundredths of a percent, 0 to 10 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasisPoints(u16);

/// The number is above 10 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a fee lies between 0 and 10000 basis points (100 %)")]
pub struct InvalidBasisPoints;

const WHOLE: u16 = 10_000;

impl BasisPoints {
    /// A share in hundredths of a percent.
    pub const fn new(points: u16) -> Result<Self, InvalidBasisPoints> {
        if points > WHOLE {
            return Err(InvalidBasisPoints);
        }
        Ok(Self(points))
    }

    /// The share in hundredths of a percent.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The fee on a sale's total, rounded once, half up, to the currency's step (a cent, a yen, ten
    /// thousandths of a dinar). `None` if the fee rounds to zero. Never larger than the total.
    pub fn fee(self, total: Money) -> Option<Money> {
        let step = i128::from(total.currency().step());
        let whole_step = i128::from(WHOLE).checked_mul(step)?;
        let steps = i128::from(total.minor())
            .checked_mul(i128::from(self.0))?
            .checked_add(whole_step / 2)?
            .checked_div(whole_step)?;
        let minor = i64::try_from(steps.checked_mul(step)?).ok()?;
        let fee = Money::new(minor, total.currency()).ok()?;
        (fee.minor() > 0).then_some(fee)
    }

    /// The share in percent, with at most two decimals: `0.5`, `12.34`, `100`. Stripe's
    /// `application_fee_percent` has this format.
    pub fn as_percent(self) -> String {
        let (whole, hundredths) = (self.0 / 100, self.0 % 100);
        match (hundredths / 10, hundredths % 10) {
            (0, 0) => format!("{whole}"),
            (tenths, 0) => format!("{whole}.{tenths}"),
            _ => format!("{whole}.{hundredths:02}"),
        }
    }
}

impl fmt::Display for BasisPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.as_percent())
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
    use crate::base::money::Currency;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap()).unwrap()
    }

    fn points(points: u16) -> BasisPoints {
        BasisPoints::new(points).unwrap()
    }

    #[test]
    fn takes_the_published_fees() {
        for (bps, total, code, fee) in [
            (50, 999, "usd", Some(5)),
            (50, 2_900, "usd", Some(15)),
            (50, 4_900, "usd", Some(25)),
            (50, 9_900, "usd", Some(50)),
            (50, 19_900, "usd", Some(100)),
            (50, 99, "usd", None),
            (50, 100, "usd", Some(1)),
            (50, 0, "usd", None),
            (0, 19_900, "usd", None),
            (10_000, 19_900, "usd", Some(19_900)),
            (50, 500, "jpy", Some(3)),
            (50, 5_120, "kwd", Some(30)),
            (50, 990, "kwd", None),
            (50, 100_000, "isk", Some(500)),
            (50, 9_900, "isk", None),
            (50, 10_000, "isk", Some(100)),
            (10_000, 99_999_999, "usd", Some(99_999_999)),
        ] {
            assert_eq!(
                points(bps).fee(money(total, code)).map(Money::minor),
                fee,
                "{bps} bps of {total} {code}"
            );
        }
    }

    #[test]
    fn is_written_in_percent_with_at_most_two_places() {
        for (bps, percent) in [
            (0, "0"),
            (1, "0.01"),
            (5, "0.05"),
            (10, "0.1"),
            (50, "0.5"),
            (25, "0.25"),
            (100, "1"),
            (1_234, "12.34"),
            (10_000, "100"),
        ] {
            assert_eq!(points(bps).as_percent(), percent);
        }
    }

    #[test]
    fn refuses_more_than_the_whole() {
        assert_eq!(BasisPoints::new(10_001), Err(InvalidBasisPoints));
        assert_eq!(BasisPoints::new(10_000).map(BasisPoints::get), Ok(10_000));
    }

    fn any_total() -> impl Strategy<Value = Money> {
        let currency = proptest::sample::select(Currency::all().collect::<Vec<_>>());
        (currency, 0..=99_999_999_i64).prop_map(|(currency, minor)| {
            Money::new(minor - minor % currency.step(), currency).unwrap()
        })
    }

    proptest! {
        #[test]
        fn never_exceeds_the_total(bps in 0..=WHOLE, total in any_total()) {
            if let Some(fee) = points(bps).fee(total) {
                prop_assert!(fee.minor() <= total.minor());
                prop_assert_eq!(fee.currency(), total.currency());
            }
        }

        #[test]
        fn lies_within_half_a_step_of_the_exact_share(bps in 0..=WHOLE, total in any_total()) {
            let fee = points(bps).fee(total).map_or(0, Money::minor);
            let error = (fee * i64::from(WHOLE) - total.minor() * i64::from(bps)).abs();
            prop_assert!(2 * error <= total.currency().step() * i64::from(WHOLE));
        }

        #[test]
        fn grows_with_the_total(bps in 0..=WHOLE, a in 0..=99_999_999_i64, b in 0..=99_999_999_i64) {
            let fee = |minor| points(bps).fee(money(minor, "usd")).map_or(0, Money::minor);
            prop_assert!(fee(a.min(b)) <= fee(a.max(b)));
        }
    }
}
