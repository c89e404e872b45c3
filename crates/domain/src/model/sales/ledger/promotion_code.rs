//! Promotion codes: a code that buyers type at checkout, with the coupon behind it at Stripe.

use crate::base::id::PromotionCodeId;
use crate::base::money::Money;
use crate::base::slug::{ProductId, TenantId};
use crate::base::stripe_value::StripeObjectId;
use crate::base::text::Text;
use crate::base::text_enum::text_enum;
use crate::base::text_newtype::{string_conversions, text_newtype};
use crate::base::time::Timestamp;
use crate::model::stripe::account::AccountRef;

/// The name of a campaign or of a partner.
pub type Campaign = Text<100>;

text_newtype! {
    /// The text of a promotion code: 1 to 64 ASCII letters, digits and dashes. Stripe compares codes
    /// without case.
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    #[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
    pub struct CodeText;

    /// The text cannot be a promotion code.
    #[error("must have 1 to 64 characters of A-Z, a-z, 0-9 and -")]
    pub struct InvalidCodeText;

    parse: |text| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let valid = (1..=64).contains(&text.len()) && text.bytes().all(is_allowed);
        valid.then(|| text.to_owned())
    };
}

string_conversions! { CodeText, InvalidCodeText; }

/// A share of a price, in hundredths of a percent: 1 to 10 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PercentOff(u16);

/// The number is not a share of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be more than 0 and at most 100, with at most two decimals")]
pub struct InvalidPercentOff;

impl PercentOff {
    /// Reads hundredths of a percent.
    pub fn from_hundredths(hundredths: i64) -> Result<Self, InvalidPercentOff> {
        let hundredths = u16::try_from(hundredths).map_err(|_| InvalidPercentOff)?;
        if (1..=10_000).contains(&hundredths) {
            Ok(Self(hundredths))
        } else {
            Err(InvalidPercentOff)
        }
    }

    /// The share in hundredths of a percent.
    pub const fn hundredths(self) -> u16 {
        self.0
    }

    /// The share in percent, as Stripe reads it: `12.5`.
    pub fn to_percent(self) -> String {
        let (whole, rest) = (self.0.div_euclid(100), self.0.rem_euclid(100));
        format!("{whole}.{rest:02}")
    }
}

/// What a code takes off the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Discount {
    /// A share.
    Percent(PercentOff),
    /// An amount, on prices in its currency.
    Amount(Money),
}

text_enum! {
    /// How long a discount lasts on a subscription.
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    pub enum DurationKind {
        /// For the first payment.
        Once = "once",
        /// For a number of months.
        Repeating = "repeating",
        /// For all payments.
        Forever = "forever",
    }

    /// The text is not a duration of a discount.
    #[error("must be once, repeating or forever")]
    pub struct UnknownDurationKind;
}

text_enum! {
    /// How far a code has come at Stripe.
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    pub enum CodeState {
        /// The code is being created. After a crash its coupon is removed.
        Creating = "creating",
        /// The coupon and the code exist.
        Created = "created",
        /// The coupon is to be removed, since the code could not be created.
        Removing = "removing",
        /// Nothing of the code exists at Stripe.
        Removed = "removed",
    }

    /// The text is not a state of a promotion code.
    #[error("unknown state of a promotion code")]
    pub struct UnknownCodeState;
}

/// A promotion code. Everything but the campaign and whether it is active stays as it was created.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PromotionCode {
    /// Public id of the code.
    pub id: PromotionCodeId,
    /// The tenant that owns the code.
    pub tenant: TenantId,
    /// The account on which the code was created.
    pub account: AccountRef,
    /// The product that the code is for; `None` for all products.
    pub product: Option<ProductId>,
    /// What buyers type.
    pub code: CodeText,
    /// What the code takes off.
    pub discount: Discount,
    /// How long the discount lasts.
    pub duration: DurationKind,
    /// The number of months of a repeating discount.
    pub months: Option<u32>,
    /// How often the code can be used; `None` for no limit.
    pub max_redemptions: Option<u32>,
    /// When the code ends.
    pub expires_at: Option<Timestamp>,
    /// Whether only buyers can use the code who have never bought before.
    pub first_time_only: bool,
    /// The campaign or partner of the code.
    pub campaign: Option<Campaign>,
    /// Whether the code can be used.
    pub active: bool,
    /// How far the code has come at Stripe.
    pub state: CodeState,
    /// Stripe's id of the code, once it is created.
    pub stripe_id: Option<StripeObjectId>,
    /// When the code was requested.
    pub created_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

impl PromotionCode {
    /// The id of the coupon at Stripe, which is chosen before the coupon is created, so that it is found
    /// again after a crash.
    pub fn coupon_id(&self) -> String {
        format!("mintage_{}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_written_as_stripe_reads_it() {
        for (hundredths, text) in [
            (1, Ok("0.01")),
            (1_250, Ok("12.50")),
            (10_000, Ok("100.00")),
            (0, Err(InvalidPercentOff)),
            (10_001, Err(InvalidPercentOff)),
            (-1, Err(InvalidPercentOff)),
            (i64::MAX, Err(InvalidPercentOff)),
        ] {
            let share = PercentOff::from_hundredths(hundredths);
            assert_eq!(
                share.map(PercentOff::to_percent),
                text.map(str::to_owned),
                "{hundredths}"
            );
        }
    }

    #[test]
    fn a_code_has_letters_digits_and_dashes() {
        for (text, valid) in [
            ("SPRING-25", true),
            ("a", true),
            ("", false),
            ("two words", false),
            ("é", false),
            ("=1", false),
        ] {
            assert_eq!(CodeText::parse(text).is_ok(), valid, "{text}");
        }
        assert!(CodeText::parse(&"A".repeat(65)).is_err());
    }
}
