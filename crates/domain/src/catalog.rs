//! What a tenant sells: products, their key types, and the Stripe prices made for them.

use crate::id::{StripeAccountId, StripePriceId, StripeProductId};
use crate::license::key::{KeyFormat, KeyPrefix};
use crate::license::term::Term;
use crate::money::Money;
use crate::seal::Sealed;
use crate::slug::{KeyTypeId, ProductId, TenantId};
use crate::time::Timestamp;

/// A name shown to people: 1 to 120 characters, no control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(String);

/// Why a text is no display name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 120 characters and no control characters")]
pub struct InvalidName;

impl DisplayName {
    /// Reads a name, trimmed.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        let fits = (1..=120).contains(&text.chars().count());
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names of what a key type unlocks; each 1 to 64 of `[a-z0-9._-]`, at most 64 of them, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entitlements(Vec<String>);

/// Why a list is no list of entitlements.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at most 64 entitlements, each 1 to 64 of a-z, 0-9, '.', '_' and '-'")]
pub struct InvalidEntitlements;

impl Entitlements {
    /// Reads a list: sorted, without repeats.
    pub fn parse<I: IntoIterator<Item = String>>(names: I) -> Result<Self, InvalidEntitlements> {
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort();
        names.dedup();
        let well_formed = |name: &String| {
            (1..=64).contains(&name.len())
                && name.bytes().all(|b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
                })
        };
        if names.len() <= 64 && names.iter().all(well_formed) {
            Ok(Self(names))
        } else {
            Err(InvalidEntitlements)
        }
    }

    /// The names, sorted.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

/// An app that is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its slug, unique in the tenant.
    pub id: ProductId,
    /// Its name, as buyers see it.
    pub display_name: DisplayName,
    /// What its keys start with.
    pub key_prefix: KeyPrefix,
    /// How its keys are made.
    pub key_format: KeyFormat,
    /// The secret behind the check symbols of its keys.
    pub key_secret: Sealed,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What is sold of a product: KeyStack's *plan*, `planCode` being its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyType {
    /// Whose it is.
    pub tenant: TenantId,
    /// Of which product.
    pub product: ProductId,
    /// Its slug, unique in the product.
    pub id: KeyTypeId,
    /// Its name, as buyers see it.
    pub display_name: DisplayName,
    /// What a license of it holds when it is minted.
    pub terms: LicenseTerms,
    /// What it costs; a key type without a price is not sold by checkout.
    pub price: Option<Money>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a license of a key type holds: copied into each order and license, so that a
/// later edit of the key type touches nothing already sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseTerms {
    /// How long it runs.
    pub term: Term,
    /// How many devices it may be active on.
    pub activation_limit: u32,
    /// What it unlocks.
    pub entitlements: Entitlements,
}

impl LicenseTerms {
    /// The largest activation limit a key type may have.
    pub const MAX_ACTIVATIONS: u32 = 100_000;
}

/// The Stripe price that was made for a key type on one connected account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceLink {
    /// Whose it is.
    pub tenant: TenantId,
    /// Of which product.
    pub product: ProductId,
    /// Of which key type.
    pub key_type: KeyTypeId,
    /// On which account it was made.
    pub account: StripeAccountId,
    /// The Stripe product it belongs to.
    pub stripe_product: StripeProductId,
    /// The Stripe price.
    pub stripe_price: StripePriceId,
    /// The amount it was made for: a Stripe price never changes its amount.
    pub amount: Money,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn entitlements_are_sorted_and_said_once() {
        let list = Entitlements::parse(["pro".into(), "export".into(), "pro".into()]).unwrap();
        assert_eq!(list.as_slice(), ["export", "pro"]);
    }

    #[test]
    fn odd_names_and_entitlements_are_refused() {
        for bad in ["", "  ", "a\u{7}b", &"x".repeat(121)] {
            assert!(DisplayName::parse(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "A", "a b", "é", &"x".repeat(65)] {
            assert!(Entitlements::parse([bad.to_owned()]).is_err(), "{bad:?}");
        }
    }
}
