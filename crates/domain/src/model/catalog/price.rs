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
}
