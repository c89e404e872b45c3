//! Why a checkout cannot sell what was asked.

use crate::base::money::InvalidMoney;
use crate::model::catalog::sale::MixedSwitch;
use crate::model::licenses::terms::LicenseTerms;
use crate::ports::StoreError;

/// The largest number of licenses of one checkout, which are minted in one commit.
pub const MAX_LICENSES: u32 = 100;

/// Why items cannot be sold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotSell {
    /// A product or a key type does not exist.
    #[error("no such product or key type")]
    NotFound,
    /// A product or a key type is archived.
    #[error("the product or the key type is archived; restore it to sell it again")]
    Archived,
    /// A product is deactivated.
    #[error("the product is deactivated, because the plan of the account allows fewer products")]
    Deactivated,
    /// A key type has no Stripe price on the connected account, or one of an earlier amount.
    #[error(
        "the key type {0} has no Stripe price for its amount: set priceInCents and priceCurrency, then \
         call setup-prices"
    )]
    NoPrice(String),
    /// The items have prices in several currencies.
    #[error(
        "the items have prices in several currencies, so that they cannot be sold in one checkout"
    )]
    MixedCurrencies,
    /// The items differ in a switch of the session.
    #[error(transparent)]
    MixedSwitch(#[from] MixedSwitch),
    /// A recurring key type beside another item.
    #[error("a key type with an interval is sold alone: a checkout begins one subscription")]
    RecurringAlone,
    /// A recurring key type of a product with a Stripe key.
    #[error(
        "a key type with an interval is sold on an account that is connected by OAuth; remove the Stripe \
         key of the product, or sell a key type that is paid once"
    )]
    RecurringNeedsConnect,
    /// A product with a Stripe key beside another product.
    #[error(
        "a product with its own Stripe key is sold alone: the money goes to the account of the key"
    )]
    OwnKeyAlone,
    /// Too many licenses.
    #[error("a checkout sells at most {MAX_LICENSES} licenses")]
    TooManyLicenses,
    /// One license would have too many seats.
    #[error("a license has at most {max} activations", max = LicenseTerms::MAX_ACTIVATIONS)]
    TooManySeats,
    /// The total is larger than Stripe accepts in one charge.
    #[error("the total is too large: {0}")]
    TooExpensive(#[from] InvalidMoney),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
