//! Values of Stripe that are kept as they are: ids of any object, and codes of currencies.

use crate::base::text_newtype::{string_conversions, text_newtype};

text_newtype! {
    /// The code of a currency that Stripe settles in: three lower-case ASCII letters. Unlike
    /// [`Currency`](crate::base::money::Currency) it may be one that Stripe does not charge in.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub struct CurrencyCode;

    /// The text is not the code of a currency.
    #[error("a currency is three letters, such as `usd`")]
    pub struct InvalidCurrencyCode;

    parse: |text| {
        let code = text.to_ascii_lowercase();
        let valid = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_lowercase());
        valid.then_some(code)
    };
}

string_conversions! { CurrencyCode, InvalidCurrencyCode; }

text_newtype! {
    /// Stripe's id of an object: 1 to 255 visible ASCII characters.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub struct StripeObjectId;

    /// The text is not an id of Stripe.
    #[error("an id has 1 to 255 visible ASCII characters")]
    pub struct InvalidStripeObjectId;

    parse: |text| {
        let valid = (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        valid.then(|| text.to_owned())
    };
}

string_conversions! { StripeObjectId, InvalidStripeObjectId; }
