//! What a checkout sells, agreed from the key types as they are now.

use crate::base::id::StripePriceId;
use crate::base::money::{InvalidMoney, Money};
use crate::base::slug::TenantId;
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::sale::{MixedSwitch, QuantityAs, SessionOptions};
use crate::model::licenses::recurrence::Recurrence;
use crate::model::licenses::terms::LicenseTerms;
use crate::model::sales::basket::OrderLine;
use crate::model::sales::items::{CheckoutItem, CheckoutItems, Quantity};
use crate::model::stripe::account::AccountRef;
use crate::ports::{Catalog, CheckoutLine, StoreError};

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

/// What a checkout sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The lines of the order, at least one.
    pub lines: Vec<OrderLine>,
    /// The lines of the session, in the same order.
    pub session_lines: Vec<CheckoutLine>,
    /// The switches of the session.
    pub options: SessionOptions,
    /// How the only line recurs; `None` if all are paid once.
    pub recurrence: Option<Recurrence>,
    /// The price of all lines.
    pub price: Money,
}

/// A line of an order and of its session.
struct Agreed {
    line: OrderLine,
    options: SessionOptions,
    session_line: CheckoutLine,
    recurrence: Option<Recurrence>,
}

/// Agrees on what is sold: the lines with their terms and prices, and the switches of the session.
pub fn agree(
    store: &(impl Catalog + ?Sized),
    tenant: &TenantId,
    account: &AccountRef,
    items: &CheckoutItems,
) -> Result<Agreement, CannotSell> {
    let mut agreed = Vec::new();
    for item in items.as_slice() {
        agreed.push(line(store, tenant, account, item)?);
    }
    let price = total(agreed.iter().map(|it| &it.line))?;
    let recurrence = agreed.iter().find_map(|it| it.recurrence);
    if recurrence.is_some() && agreed.len() > 1 {
        return Err(CannotSell::RecurringAlone);
    }
    let licenses = agreed.iter().map(|it| it.line.licenses());
    if licenses.fold(0, u32::saturating_add) > MAX_LICENSES {
        return Err(CannotSell::TooManyLicenses);
    }
    let mut options = agreed.iter().map(|it| Ok(it.options));
    let options = options
        .next()
        .map(|first| {
            options.try_fold(
                first?,
                |joined, next: Result<SessionOptions, MixedSwitch>| joined.join(next?),
            )
        })
        .transpose()?
        .unwrap_or_default();
    let (lines, session_lines) = agreed
        .into_iter()
        .map(|it| (it.line, it.session_line))
        .unzip();
    Ok(Agreement {
        lines,
        session_lines,
        options,
        recurrence,
        price,
    })
}

fn line(
    store: &(impl Catalog + ?Sized),
    tenant: &TenantId,
    account: &AccountRef,
    item: &CheckoutItem,
) -> Result<Agreed, CannotSell> {
    let key_type = store.key_type(tenant, &item.product, &item.key_type)?;
    let key_type = key_type.ok_or(CannotSell::NotFound)?;
    let product = store.product(tenant, &item.product)?;
    let product = product.ok_or(CannotSell::Archived)?;
    if product.archived_at.is_some() || key_type.archived_at.is_some() {
        return Err(CannotSell::Archived);
    }
    if !product.is_active() {
        return Err(CannotSell::Deactivated);
    }
    let (price, stripe_price) = price(store, account, &key_type)?;
    let line = OrderLine {
        product: key_type.product,
        key_type: key_type.id,
        terms: key_type.terms,
        price,
        quantity: item.quantity,
        quantity_as: key_type.sale.quantity_as,
    };
    if line.license_terms().activation_limit > LicenseTerms::MAX_ACTIVATIONS {
        return Err(CannotSell::TooManySeats);
    }
    let session_line = CheckoutLine {
        price: stripe_price,
        quantity: item.quantity,
    };
    Ok(Agreed {
        line,
        options: key_type.sale.session,
        session_line,
        recurrence: key_type.recurrence,
    })
}

fn price(
    store: &(impl Catalog + ?Sized),
    account: &AccountRef,
    key_type: &KeyType,
) -> Result<(Money, StripePriceId), CannotSell> {
    let (tenant, product, id) = (&key_type.tenant, &key_type.product, &key_type.id);
    let link = store.price_link(tenant, product, id, &account.account)?;
    let link = link.filter(|link| link.fits(key_type));
    let link = link.ok_or_else(|| CannotSell::NoPrice(format!("{product}/{id}")))?;
    Ok((link.amount, link.stripe_price))
}

/// The price of all lines, if they have one currency.
fn total<'a>(lines: impl Iterator<Item = &'a OrderLine>) -> Result<Money, CannotSell> {
    let mut sum: Option<(i64, Money)> = None;
    for line in lines {
        let (before, first) = sum.unwrap_or((0, line.price));
        if first.currency() != line.price.currency() {
            return Err(CannotSell::MixedCurrencies);
        }
        let price = line.price.minor();
        let of_line = price.saturating_mul(i64::from(line.quantity.get()));
        sum = Some((before.saturating_add(of_line), first));
    }
    let (minor, first) = sum.ok_or(CannotSell::NotFound)?;
    Ok(Money::new(minor, first.currency())?)
}

/// Whether an order needs no lines beside itself: it sells one license of one key type.
pub(crate) fn is_plain(lines: &[OrderLine]) -> bool {
    match lines {
        [only] => only.quantity == Quantity::ONE && only.quantity_as == QuantityAs::Licenses,
        _ => false,
    }
}
