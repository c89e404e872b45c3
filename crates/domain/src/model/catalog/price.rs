//! The price of a key type.

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

/// The price after a change. What is `None` stays. Without an amount there is no price.
pub fn changed_price(
    before: Option<Money>,
    amount: Option<Option<i64>>,
    currency: Option<Option<Currency>>,
) -> Result<Option<Money>, InvalidPrice> {
    let amount_after = amount.unwrap_or_else(|| before.map(Money::minor));
    let kept = before
        .map(Money::currency)
        .filter(|_| amount_after.is_some());
    price(amount_after, currency.unwrap_or(kept))
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
        let (usd, eur) = (
            Currency::parse("usd").unwrap(),
            Currency::parse("eur").unwrap(),
        );
        let money = |minor, currency| Some(Money::new(minor, currency).unwrap());
        let before = money(2_900, usd);
        for (before, amount, currency, expected) in [
            (before, None, None, Ok(before)),
            (before, Some(Some(3_900)), None, Ok(money(3_900, usd))),
            (before, None, Some(Some(eur)), Ok(money(2_900, eur))),
            (
                before,
                Some(Some(100)),
                Some(Some(eur)),
                Ok(money(100, eur)),
            ),
            (before, Some(None), None, Ok(None)),
            (before, Some(None), Some(None), Ok(None)),
            (before, None, Some(None), Err(InvalidPrice::NoCurrency)),
            (
                before,
                Some(None),
                Some(Some(eur)),
                Err(InvalidPrice::NoAmount),
            ),
            (None, Some(Some(100)), None, Err(InvalidPrice::NoCurrency)),
            (None, None, Some(Some(eur)), Err(InvalidPrice::NoAmount)),
            (None, None, None, Ok(None)),
        ] {
            let after = changed_price(before, amount, currency);
            assert_eq!(after, expected, "{amount:?} {currency:?}");
        }
    }
}
