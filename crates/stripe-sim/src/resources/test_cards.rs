//! Stripe's test card numbers.

const INVALID_NUMBER: &str = "Your card number is invalid.";

/// The issuer's reaction to a payment with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CardResult {
    Approved,
    /// The card is declined with this message.
    Declined(&'static str),
    /// The card holder must authenticate first.
    AuthenticationRequired,
}

const CARDS: [(&str, CardResult); 7] = [
    ("4242424242424242", CardResult::Approved),
    (
        "4000000000000002",
        CardResult::Declined("Your card was declined."),
    ),
    (
        "4000000000009995",
        CardResult::Declined("Your card has insufficient funds."),
    ),
    (
        "4000000000000069",
        CardResult::Declined("Your card has expired."),
    ),
    (
        "4000000000000127",
        CardResult::Declined("Your card's security code is incorrect."),
    ),
    ("4000002500003155", CardResult::AuthenticationRequired),
    ("4000002760003184", CardResult::AuthenticationRequired),
];

/// The result of a payment with the card `number`; an unknown number is invalid.
pub(crate) fn card_result(number: &str) -> CardResult {
    let card = CARDS.iter().find(|(known, _)| *known == number);
    card.map_or(CardResult::Declined(INVALID_NUMBER), |(_, result)| *result)
}
