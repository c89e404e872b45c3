use serde_json::{Value, json};

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PaymentMethod {
    /// A payment that succeeds at once.
    Card { last4: String },
    /// A payment that succeeds or fails days later.
    BankDebit,
}

/// The status of a payment intent and its charge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaymentStatus {
    Pending,
    Succeeded,
    Failed,
}

impl PaymentMethod {
    pub(crate) const CARD: &'static str = "card";
    pub(crate) const BANK_DEBIT: &'static str = "us_bank_account";

    /// The card `number`, of which only the last four digits are stored.
    pub(crate) fn card(number: &str) -> Self {
        let start = number.len().saturating_sub(4);
        Self::Card {
            last4: number[start..].to_owned(),
        }
    }

    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Card { .. } => Self::CARD,
            Self::BankDebit => Self::BANK_DEBIT,
        }
    }

    /// The prefix of charge ids: `ch_` for cards, `py_` for all other methods.
    pub(crate) fn charge_prefix(&self) -> &'static str {
        match self {
            Self::Card { .. } => "ch_",
            Self::BankDebit => "py_",
        }
    }

    /// The field `payment_method_details` of a charge.
    pub(crate) fn details(&self) -> Value {
        match self {
            Self::Card { last4 } => json!({
                "type": "card",
                "card": {
                    "brand": "visa", "country": "US", "exp_month": 12, "exp_year": 2034,
                    "funding": "credit", "last4": last4, "network": "visa",
                },
            }),
            Self::BankDebit => json!({
                "type": "us_bank_account",
                "us_bank_account": { "bank_name": "STRIPE TEST BANK", "last4": "6789" },
            }),
        }
    }
}
