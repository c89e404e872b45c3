//! The currencies the simulator takes, with the least amount of a charge in each.

use crate::error::StripeError;

/// Code and least charge in minor units. Where Stripe's minimum is not published, it is 1.
const MINIMUMS: [(&str, i64); 34] = [
    ("aed", 200),
    ("aud", 50),
    ("bgn", 100),
    ("brl", 50),
    ("cad", 50),
    ("chf", 50),
    ("clp", 1),
    ("cop", 1),
    ("czk", 1500),
    ("dkk", 250),
    ("eur", 50),
    ("gbp", 30),
    ("hkd", 400),
    ("huf", 17500),
    ("idr", 1),
    ("ils", 1),
    ("inr", 50),
    ("jpy", 50),
    ("krw", 1),
    ("kwd", 1),
    ("mxn", 1000),
    ("myr", 200),
    ("nok", 300),
    ("nzd", 50),
    ("php", 1),
    ("pln", 200),
    ("ron", 200),
    ("sek", 300),
    ("sgd", 50),
    ("thb", 1000),
    ("try", 1),
    ("twd", 1),
    ("usd", 50),
    ("zar", 1),
];

/// Stripe's largest amount, eight digits in minor units.
pub(crate) const MOST: i64 = 99_999_999;

/// The least charge in `code`, or `None` for a currency not on the list.
pub(crate) fn minimum(code: &str) -> Option<i64> {
    let found = MINIMUMS.iter().find(|(known, _)| *known == code);
    found.map(|(_, least)| *least)
}

/// The sentence for a currency that is not on the list.
pub(crate) fn unknown(code: &str) -> String {
    let known: Vec<_> = MINIMUMS.iter().map(|(known, _)| *known).collect();
    format!(
        "Invalid currency: {code}. Stripe currently supports these currencies: {}",
        known.join(", ")
    )
}

/// Refuses totals that Stripe would not charge. Nothing to pay is fine.
pub(crate) fn chargeable(total: i64, code: &str) -> Result<(), StripeError> {
    let least = minimum(code).unwrap_or(1);
    if total > MOST {
        let message = format!("Amount must be no more than {MOST} in the minor unit of {code}");
        return Err(StripeError::invalid(message).code("amount_too_large"));
    }
    if total > 0 && total < least {
        let message = format!(
            "The Checkout Session's total amount due must add up to at least {least} in the minor \
             unit of {code}"
        );
        return Err(StripeError::invalid(message).code("amount_too_small"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MOST, chargeable};

    #[test]
    fn only_totals_within_the_currency_s_bounds_are_chargeable() {
        let cases = [
            (0, "usd", true),
            (49, "usd", false),
            (50, "usd", true),
            (30, "gbp", true),
            (29, "gbp", false),
            (49, "jpy", false),
            (MOST, "eur", true),
            (MOST + 1, "eur", false),
        ];
        for (total, code, fine) in cases {
            assert_eq!(chargeable(total, code).is_ok(), fine, "{total} {code}");
        }
    }
}
