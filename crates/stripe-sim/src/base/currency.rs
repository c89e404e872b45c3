//! The currencies that the simulator accepts, each with its minimum charge.

use crate::base::error::StripeError;

/// Code and minimum charge in minor units. Where Stripe publishes no minimum, the minimum is 1.
const MINIMUMS: [(&str, i64); 36] = [
    ("aed", 200),
    ("aud", 50),
    ("bgn", 100),
    ("brl", 50),
    ("cad", 50),
    ("chf", 50),
    ("clp", 1),
    ("cop", 50),
    ("czk", 1500),
    ("dkk", 250),
    ("eur", 50),
    ("gbp", 30),
    ("hkd", 400),
    ("huf", 17500),
    ("idr", 50),
    ("ils", 50),
    ("inr", 50),
    ("jpy", 50),
    ("krw", 50),
    ("kwd", 1),
    ("mxn", 1000),
    ("myr", 200),
    ("nok", 300),
    ("nzd", 50),
    ("php", 50),
    ("pln", 200),
    ("ron", 200),
    ("sek", 300),
    ("sgd", 50),
    ("thb", 1000),
    ("try", 1),
    ("twd", 1),
    ("ugx", 1),
    ("usd", 50),
    ("vnd", 1),
    ("zar", 50),
];

/// Stripe's largest amount in minor units: eight digits.
const MAX_AMOUNT: i64 = 99_999_999;

/// The largest amount of currencies whose unit is worth little: twelve digits.
const HIGH_MAX_AMOUNT: i64 = 999_999_999_999;

/// Stripe's largest amount in `code`, in minor units.
pub(crate) fn max_amount(code: &str) -> i64 {
    match code {
        "clp" | "cop" | "huf" | "idr" | "inr" | "krw" | "php" | "ugx" | "vnd" => HIGH_MAX_AMOUNT,
        _ => MAX_AMOUNT,
    }
}

/// The minimum charge in `code`, or `None` for an unknown currency.
pub(crate) fn minimum_charge(code: &str) -> Option<i64> {
    let found = MINIMUMS.iter().find(|(known, _)| *known == code);
    found.map(|(_, minimum)| *minimum)
}

/// An amount in minor units as a payer reads it, such as `49.00 USD`. Stripe counts UGX in hundredths.
pub(crate) fn shown(amount: i64, code: &str) -> String {
    let digits: usize = match code {
        "clp" | "jpy" | "krw" | "vnd" => 0,
        "kwd" => 3,
        _ => 2,
    };
    let padded = format!("{amount:0width$}", width = digits + 1);
    let (whole, part) = padded.split_at(padded.len() - digits);
    let point = if part.is_empty() { "" } else { "." };
    format!("{whole}{point}{part} {}", code.to_uppercase())
}

/// The error message for an unknown currency.
pub(crate) fn unknown_currency(code: &str) -> String {
    let known: Vec<_> = MINIMUMS.iter().map(|(known, _)| *known).collect();
    format!(
        "Invalid currency: {code}. Stripe currently supports these currencies: {}",
        known.join(", ")
    )
}

/// Rejects totals that Stripe would not charge. A total of 0 is valid.
pub(crate) fn check_total(total: i64, code: &str) -> Result<(), StripeError> {
    let minimum = minimum_charge(code).unwrap_or(1);
    let max = max_amount(code);
    if total > max {
        let message = format!("Amount must be no more than {max} in the minor unit of {code}");
        return Err(StripeError::invalid(message).code("amount_too_large"));
    }
    if total > 0 && total < minimum {
        let message = format!(
            "The Checkout Session's total amount due must add up to at least {minimum} in the minor \
             unit of {code}"
        );
        return Err(StripeError::invalid(message).code("amount_too_small"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{HIGH_MAX_AMOUNT, MAX_AMOUNT, check_total, shown};

    #[test]
    fn a_payer_reads_amounts_in_units_of_the_currency() {
        let cases = [
            (4900, "usd", "49.00 USD"),
            (5, "eur", "0.05 EUR"),
            (0, "usd", "0.00 USD"),
            (4900, "jpy", "4900 JPY"),
            (1500, "kwd", "1.500 KWD"),
        ];
        for (amount, code, read) in cases {
            assert_eq!(shown(amount, code), read);
        }
    }

    #[test]
    fn only_totals_within_the_currency_s_bounds_are_valid() {
        let cases = [
            (0, "usd", true),
            (49, "usd", false),
            (50, "usd", true),
            (30, "gbp", true),
            (29, "gbp", false),
            (49, "jpy", false),
            (MAX_AMOUNT, "eur", true),
            (MAX_AMOUNT + 1, "eur", false),
            (HIGH_MAX_AMOUNT, "idr", true),
            (HIGH_MAX_AMOUNT + 1, "idr", false),
        ];
        for (total, code, valid) in cases {
            assert_eq!(check_total(total, code).is_ok(), valid, "{total} {code}");
        }
    }
}
