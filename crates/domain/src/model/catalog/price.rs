//! The price of a key type.

use crate::base::change::Change;
use crate::base::money::{BelowMinimum, Currency, InvalidMoney, Money};

/// Why an amount and a currency are not a valid price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPrice {
    /// The amount has no currency.
    #[error("is required with priceInCents")]
    NoCurrency,
    /// The currency has no amount.
    #[error("is required with priceCurrency")]
    NoAmount,
    /// The amount is not valid in the currency.
    #[error(transparent)]
    Amount(#[from] InvalidMoney),
    /// The amount is smaller than Stripe's minimum charge.
    #[error(transparent)]
    BelowMinimum(#[from] BelowMinimum),
}

/// Builds a price from an amount in minor units and a currency. Both or neither must be given, and
/// Stripe must accept the amount.
pub fn price(
    amount: Option<i64>,
    currency: Option<Currency>,
) -> Result<Option<Money>, InvalidPrice> {
    match (amount, currency) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(InvalidPrice::NoCurrency),
        (None, Some(_)) => Err(InvalidPrice::NoAmount),
        (Some(amount), Some(currency)) => {
            let money = Money::new(amount, currency)?;
            money.is_chargeable()?;
            Ok(Some(money))
        }
    }
}

/// The price after a change. Without an amount there is no price.
pub fn changed_price(
    before: Option<Money>,
    amount: Change<i64>,
    currency: Change<Currency>,
) -> Result<Option<Money>, InvalidPrice> {
    let amount = amount.apply(before.map(Money::minor));
    let kept = before.map(Money::currency).filter(|_| amount.is_some());
    price(amount, currency.apply(kept))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn an_amount_and_a_currency_go_together_and_are_chargeable() {
        let currency = Currency::parse("usd").unwrap();
        let usd = Some(currency);
        let dollars = Money::new(4_900, currency).unwrap();
        for (amount, currency, expected) in [
            (None, None, Ok(None)),
            (Some(4_900), usd, Ok(Some(dollars))),
            (Some(4_900), None, Err(InvalidPrice::NoCurrency)),
            (None, usd, Err(InvalidPrice::NoAmount)),
        ] {
            assert_eq!(price(amount, currency), expected);
        }
        assert!(price(Some(0), usd).unwrap().is_some(), "free is a price");
        let cent = price(Some(1), usd);
        assert!(
            matches!(cent, Err(InvalidPrice::BelowMinimum(_))),
            "{cent:?}"
        );
        let debt = price(Some(-1), usd);
        assert!(matches!(debt, Err(InvalidPrice::Amount(_))), "{debt:?}");
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name_and_no_amount_is_no_price() {
        use Change::{Clear, Keep, Set};
        let (usd, eur) = (
            Currency::parse("usd").unwrap(),
            Currency::parse("eur").unwrap(),
        );
        let money = |minor, currency| Some(Money::new(minor, currency).unwrap());
        let before = money(2_900, usd);
        for (before, amount, currency, expected) in [
            (before, Keep, Keep, Ok(before)),
            (before, Set(3_900), Keep, Ok(money(3_900, usd))),
            (before, Keep, Set(eur), Ok(money(2_900, eur))),
            (before, Set(100), Set(eur), Ok(money(100, eur))),
            (before, Clear, Keep, Ok(None)),
            (before, Clear, Clear, Ok(None)),
            (before, Keep, Clear, Err(InvalidPrice::NoCurrency)),
            (before, Clear, Set(eur), Err(InvalidPrice::NoAmount)),
            (None, Set(100), Keep, Err(InvalidPrice::NoCurrency)),
            (None, Keep, Set(eur), Err(InvalidPrice::NoAmount)),
            (None, Keep, Keep, Ok(None)),
        ] {
            let after = changed_price(before, amount, currency);
            assert_eq!(after, expected, "{amount:?} {currency:?}");
        }
    }
}
