//! An order that was paid outside of Stripe: its licenses are minted.

use std::collections::HashMap;

use crate::base::email::Email;
use crate::base::id::{CustomerId, StripeAccountId};
use crate::base::metadata::Metadata;
use crate::base::money::Money;
use crate::base::secret::Secret;
use crate::base::slug::KeyTypeId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::access::scope::Permission;
use crate::model::catalog::product::Product;
use crate::model::licenses::license::{License, Notes, OrderUnit};
use crate::model::licenses::terms::LicenseTerms;
use crate::model::sales::basket::Basket;
use crate::model::sales::customer::Customer;
use crate::model::sales::external_order::{ExternalOrder, Reference};
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::sales::payment::Payment;
use crate::ports::{Catalog, Commit, Licenses, Orders, Payments, Tenants};
use crate::usecase::caller::Caller;
use crate::usecase::catalog::offer::{Offer, find_offer};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::licenses::issue::NewCustomer;
use crate::usecase::licenses::mint::license_key;
use crate::usecase::licenses::transition::{NewLicense, mint_into};
use crate::usecase::sales::external::{ExternalOrderError, check_currency};

/// The most licenses of one order.
pub const MAX_UNITS: u32 = 50;

/// An order that was paid.
#[derive(Debug, Clone)]
pub struct PaidOrder {
    /// The service's own reference of the order.
    pub reference: Reference,
    /// The key type that was sold, of the caller's product.
    pub key_type: KeyTypeId,
    /// The number of licenses, from 1 to [`MAX_UNITS`].
    pub quantity: u32,
    /// The terms that were agreed; `None` for those of the key type.
    pub terms: Option<LicenseTerms>,
    /// The total that was paid; 0 if the order was free.
    pub total: Money,
    /// The buyer.
    pub buyer: NewCustomer,
    /// The seller's notes, for each license.
    pub notes: Option<Notes>,
    /// The seller's metadata, for each license.
    pub metadata: Metadata,
}

/// The licenses of an order.
#[derive(Debug)]
pub struct Sold {
    /// The order as it is stored.
    pub order: Order,
    /// The licenses, in the order of their units.
    pub licenses: Vec<SoldLicense>,
    /// Whether the order was recorded before, so that nothing was minted now.
    pub again: bool,
}

/// A license of an order.
#[derive(Debug)]
pub struct SoldLicense {
    /// The license. It is revoked if the order was refunded.
    pub license: License,
    /// The license key in plain text.
    pub key: Secret,
    /// The address of the customer.
    pub email: Email,
}

/// Records that an order is paid, and mints its licenses, or returns those that were minted before.
///
/// An order that is paid is minted even beyond the quota of the tenant, of an archived product, and while
/// the tenant is suspended. If it was refunded in full before it was reported as paid, its licenses are
/// revoked from the start.
pub fn record_paid(
    store: &(impl Tenants + Catalog + Orders + Payments + Licenses + Commit + ?Sized),
    env: &Env<'_>,
    caller: &Caller,
    paid: &PaidOrder,
) -> Result<Sold, ExternalOrderError> {
    caller.check(Permission::Issue)?;
    if !(1..=MAX_UNITS).contains(&paid.quantity) {
        return Err(ExternalOrderError::Quantity);
    }
    let identity = ExternalOrder {
        tenant: &caller.tenant,
        mode: caller.mode,
        reference: &paid.reference,
    };
    settle(store, |_| {
        if let Some(order) = store.order(&caller.tenant, &identity.id())? {
            return recorded(store, env, caller, order, paid).map(Decision::Answer);
        }
        let (tenant, product) = (&caller.tenant, &caller.product);
        let sold = store.product(tenant, product)?;
        let offer = find_offer(store, tenant, product, &paid.key_type)?;
        let (Some(product), Some(offer)) = (sold, offer) else {
            return Err(ExternalOrderError::UnknownKeyType);
        };
        let now = env.now();
        let stored = store.payment(&identity.payment())?;
        let mut payment = stored.unwrap_or_else(|| Payment::new(identity.payment(), now));
        check_currency(&payment, paid.total.currency())?;
        payment.order = Some(identity.id());
        payment.charged = Some(paid.total.minor());
        payment.currency = Some(paid.total.currency());
        mint_order(env, caller, (&product, &offer), paid, payment, now)
    })
}

/// The answer for an order that was recorded before.
fn recorded(
    store: &(impl Licenses + ?Sized),
    env: &Env<'_>,
    caller: &Caller,
    order: Order,
    paid: &PaidOrder,
) -> Result<Sold, ExternalOrderError> {
    let mut licenses = Vec::new();
    for record in store.licenses_of_order(&order.id)? {
        let key = license_key(env, &record.license)?.ok_or(ExternalOrderError::DamagedKey)?;
        licenses.push(SoldLicense {
            license: record.license,
            key,
            email: record.email,
        });
    }
    let is_same = order.product == caller.product
        && order.key_type == paid.key_type
        && order.total == Some(paid.total)
        && u32::try_from(licenses.len()) == Ok(paid.quantity);
    if !is_same {
        return Err(ExternalOrderError::AnotherOrder);
    }
    Ok(Sold {
        order,
        licenses,
        again: true,
    })
}

fn mint_order(
    env: &Env<'_>,
    caller: &Caller,
    (product, offer): (&Product, &Offer),
    paid: &PaidOrder,
    payment: Payment,
    now: Timestamp,
) -> Result<Decision<Sold>, ExternalOrderError> {
    let customer = paid.buyer.create(env, caller, now);
    let terms = paid.terms.as_ref().unwrap_or(&offer.key_type.terms);
    let order = order(product, paid, terms, &payment, &customer, now);
    let mut changes = env.changes(now);
    let mut licenses = Vec::new();
    for unit in 0..paid.quantity {
        let new = NewLicense {
            seller: Some(&offer.seller),
            product,
            key_type: &paid.key_type,
            terms,
            customer: &customer,
            unit: Some(&OrderUnit {
                order: order.id.clone(),
                line: 0,
                unit,
            }),
            subscription: None,
            session: None,
            notes: paid.notes.clone(),
            metadata: paid.metadata.clone(),
            // A paid order is minted even beyond the quota.
            quota: None,
            total: Some(paid.total),
            payment: Some(&payment),
            renewals: &[],
            actor: caller.actor.clone(),
        };
        let minted = mint_into(&mut changes, env, new, now)?;
        licenses.push(SoldLicense {
            license: minted.license,
            key: Secret::new(minted.key.expose()),
            email: customer.email.clone(),
        });
    }
    let write = Write::changed(order);
    let sold = Sold {
        order: write.value.clone(),
        licenses,
        again: false,
    };
    changes.orders.push(write);
    changes.payments.push(Write::changed(payment));
    changes.customers.push(customer);
    Ok(commit(changes, sold))
}

fn order(
    product: &Product,
    paid: &PaidOrder,
    terms: &LicenseTerms,
    payment: &Payment,
    customer: &Customer,
    now: Timestamp,
) -> Order {
    let identity = ExternalOrder {
        tenant: &product.tenant,
        mode: customer.mode,
        reference: &paid.reference,
    };
    Order {
        id: identity.id(),
        tenant: product.tenant.clone(),
        mode: customer.mode,
        account: StripeAccountId::none(),
        product: product.id.clone(),
        key_type: paid.key_type.clone(),
        terms: terms.clone(),
        recurrence: None,
        price: paid.total,
        basket: Basket {
            metadata: paid.metadata.clone(),
            ..Basket::default()
        },
        fee: None,
        buyer: Some(customer.email.clone()),
        email: Some(customer.email.clone()),
        session: None,
        status: OrderStatus::Fulfilled,
        customer: Some(customer.id.clone()),
        total: Some(paid.total),
        payment: Some(payment.key.intent.clone()),
        created_at: now,
        fulfilled_at: Some(now),
        claim: None,
        version: 0,
    }
}

/// Commits, then answers with the customer that the order has in the store: a known customer with the
/// same address keeps its id.
fn commit(changes: Changes, mut sold: Sold) -> Decision<Sold> {
    Decision::Commit(
        Box::new(changes),
        Box::new(move |receipt| {
            let joined: &HashMap<CustomerId, CustomerId> = &receipt.customers;
            let of_licenses = sold.licenses.iter_mut().map(|it| &mut it.license.customer);
            for customer in sold.order.customer.iter_mut().chain(of_licenses) {
                if let Some(effective) = joined.get(customer) {
                    customer.clone_from(effective);
                }
            }
            sold
        }),
    )
}
