//! What a checkout sells, agreed from the key types as they are now.

use crate::base::money::Money;
use crate::base::slug::TenantId;
use crate::model::catalog::sale::{MixedSwitch, SessionOptions};
use crate::model::licenses::recurrence::Recurrence;
use crate::model::licenses::terms::LicenseTerms;
use crate::model::sales::basket::OrderLine;
use crate::model::sales::items::{CheckoutItem, CheckoutItems};
use crate::ports::{Catalog, CheckoutLine};
use crate::usecase::sales::cannot_sell::{CannotSell, MAX_LICENSES};
use crate::usecase::sales::channel::Channel;

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
pub(crate) fn agree(
    store: &(impl Catalog + ?Sized),
    tenant: &TenantId,
    channel: &Channel,
    items: &CheckoutItems,
) -> Result<Agreement, CannotSell> {
    let mut agreed = Vec::new();
    for item in items.as_slice() {
        agreed.push(line(store, tenant, channel, item)?);
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
    channel: &Channel,
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
    let (price, charged) = channel.price(store, (&product, &key_type))?;
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
        price: charged,
        quantity: item.quantity,
    };
    Ok(Agreed {
        line,
        options: key_type.sale.session,
        session_line,
        recurrence: key_type.recurrence,
    })
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
