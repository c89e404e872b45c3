//! Completed Checkout sessions: the licenses that were paid for are minted.

use serde_json::Map;

use crate::base::email::Email;
use crate::base::id::CustomerId;
use crate::base::money::{Currency, Money};
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::guards::Refusal;
use crate::commit::write::Write;
use crate::model::licenses::license::OrderUnit;
use crate::model::sales::customer::{Customer, CustomerName};
use crate::model::sales::ledger::entry::LedgerEntry;
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::sellers::audit::Actor;
use crate::model::sellers::tenant::Tenant;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::{PaymentStatus, SessionFacts};
use crate::ports::{Catalog, Stripe, Tenants};
use crate::usecase::env::Env;
use crate::usecase::licenses::transition::{NewLicense, mint_into};
use crate::usecase::stripe::inbound::discount;
use crate::usecase::stripe::inbound::lost_order::rebuild;
use crate::usecase::stripe::inbound::order::{UNKNOWN_SESSION, change_order_status};
use crate::usecase::stripe::inbound::subscribed::{Begun, begin, switched_to};
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// Interprets a completed session. Only a session whose id is stored with an order of this account
/// mints, or one that carries a signed copy of an order that was lost. Other metadata prove nothing,
/// since the account's owner can set them.
pub(crate) fn interpret(
    (store, catalog): (
        &(impl InboundStore + ?Sized),
        &(impl Tenants + Catalog + ?Sized),
    ),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (account, facts): (&AccountRef, &SessionFacts),
    refused: Option<&Refusal>,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let order = match store.order_of_session(&account.account, &facts.session)? {
        Some(order) if order.mode != account.mode => {
            return Ok(Verdict::Ignore("a session of the other mode"));
        }
        Some(order) if order.status == OrderStatus::Fulfilled => {
            return Ok(Verdict::Ignore("the order is fulfilled already"));
        }
        Some(_) if facts.payment == PaymentStatus::Unpaid => {
            let to = OrderStatus::AwaitingPayment;
            return change_order_status(store, env, &account.account, &facts.session, to, now);
        }
        Some(order) => order,
        None => match rebuild(store, env, account, facts)? {
            Some(order) => order,
            None => return Ok(Verdict::Ignore(UNKNOWN_SESSION)),
        },
    };
    let paid = Paid {
        facts,
        payment: payment(store, &order, facts, refused, now)?,
        begun: begin(store, stripe, (&order, facts), now)?,
        discount: discount::entry(store, &order, facts, now)?,
    };
    fulfil(catalog, env, order, paid, now)
}

/// What was paid.
pub(crate) struct Paid<'a> {
    pub(crate) facts: &'a SessionFacts,
    pub(crate) payment: Option<Payment>,
    /// The subscription that the session began.
    pub(crate) begun: Option<Begun>,
    /// The entry of the ledger for the discount.
    pub(crate) discount: Option<LedgerEntry>,
}

/// Mints the licenses of an order. If that fails, none is minted, and the event is parked and retried.
pub(crate) fn fulfil(
    catalog: &(impl Tenants + Catalog + ?Sized),
    env: &Env<'_>,
    mut order: Order,
    paid: Paid<'_>,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let facts = paid.facts;
    let email = buyer(&order, facts);
    let seller = catalog.tenant(&order.tenant)?;
    let customer = customer(env, &order, email, facts, now);

    let mut changes = env.changes(now);
    if order.version == 0 && order.claim.is_none() {
        let (tenant, target) = (&order.tenant, order.id.as_str());
        let action = match order.claim {
            Some(_) => "order.received",
            None => "order.rebuilt",
        };
        changes
            .audit
            .push(env.audit(tenant, now, Actor::Stripe, action, target));
    }
    let sold = Sold {
        seller: seller.as_ref(),
        customer: &customer,
        order: &order,
        paid: &paid,
    };
    if let Err(reason) = mint_lines(&mut changes, catalog, env, &sold, now)? {
        return Ok(Verdict::Park(order.tenant, reason));
    }
    changes.join_counts();
    order.status = OrderStatus::Fulfilled;
    order.fulfilled_at = Some(now);
    order.customer = Some(customer.id.clone());
    order.email = Some(customer.email.clone());
    order.payment.clone_from(&facts.payment_intent);
    order.total = total(facts);
    order.fee = order.fee_of(order.total);
    changes.payments.extend(paid.payment.map(Write::changed));
    changes.ledger_entries.extend(paid.discount.map(Write::new));
    if let Some(begun) = paid.begun {
        changes
            .subscriptions
            .push(Write::changed(begun.subscription));
        let payments = begun.payment.into_iter().chain(begun.renewals);
        changes.payments.extend(payments.map(Write::changed));
    }
    changes.customers.push(customer);
    changes.orders.push(Write::changed(order));
    Ok(Verdict::Apply(Box::new(changes)))
}

/// A paid order, and who bought it from whom.
struct Sold<'a> {
    seller: Option<&'a Tenant>,
    customer: &'a Customer,
    order: &'a Order,
    paid: &'a Paid<'a>,
}

/// Mints one license for each unit of each line, or says why one cannot be minted.
fn mint_lines(
    changes: &mut Changes,
    catalog: &(impl Catalog + ?Sized),
    env: &Env<'_>,
    sold: &Sold<'_>,
    now: Timestamp,
) -> Result<Result<(), String>, InboundError> {
    let order = sold.order;
    let subscription = sold.paid.begun.as_ref();
    let invoice_payment = subscription.and_then(|begun| begun.payment.as_ref());
    let payment = sold.paid.payment.as_ref().or(invoice_payment);
    let renewals = subscription.map_or(&[][..], |begun| &begun.renewals);
    for (line, sells) in (0..).zip(order.lines().iter()) {
        let Some(product) = catalog.product(&order.tenant, &sells.product)? else {
            return Ok(Err("the product is gone".to_owned()));
        };
        let mut terms = sells.license_terms();
        let mut key_type = sells.key_type.clone();
        if let Some(begun) = subscription {
            let of = (&order.tenant, &sells.product, &sells.key_type);
            if let Some(switched) = switched_to(catalog, &begun.subscription, of)? {
                terms.activation_limit = switched.terms.activation_limit;
                terms.entitlements = switched.terms.entitlements;
                key_type = switched.id;
            }
        }
        for unit in 0..sells.licenses() {
            let order_unit = OrderUnit {
                order: order.id.clone(),
                line,
                unit,
            };
            let new = NewLicense {
                seller: sold.seller,
                product: &product,
                key_type: &key_type,
                terms: &terms,
                customer: sold.customer,
                unit: Some(&order_unit),
                subscription: subscription.map(|begun| &begun.subscription),
                session: order.session.as_ref(),
                notes: None,
                metadata: order.basket.metadata.clone(),
                // A paid order is minted even beyond the quota.
                quota: None,
                total: total(sold.paid.facts),
                payment,
                renewals,
                actor: Actor::Stripe,
            };
            if let Err(reason) = mint_into(changes, env, new, now) {
                return Ok(Err(reason.to_string()));
            }
        }
    }
    Ok(Ok(()))
}

/// The address of the buyer: the one that Stripe reports, else the one that the seller's backend sent.
/// A buyer who has paid gets a license even without an address that can be mailed: the address is kept
/// as Stripe reports it, and if there is none, one that stands for none.
fn buyer(order: &Order, facts: &SessionFacts) -> Email {
    let typed = facts.email.as_deref();
    typed
        .and_then(|text| Email::parse(text).ok())
        .or_else(|| order.buyer.clone())
        .or_else(|| typed.and_then(Email::kept))
        .unwrap_or_else(|| Email::missing(order.id.as_str()))
}

fn customer(
    env: &Env<'_>,
    order: &Order,
    email: Email,
    facts: &SessionFacts,
    now: Timestamp,
) -> Customer {
    Customer {
        id: CustomerId::new(now, env.random()),
        tenant: order.tenant.clone(),
        mode: order.mode,
        email,
        name: facts.name.as_deref().map(CustomerName::truncated),
        external_id: None,
        metadata: Map::new(),
        created_at: now,
    }
}

/// The payment of the session, linked to its order; `None` for a free session.
///
/// A payment is new unless a refund or a dispute was processed before its sale. So it is read only after a commit
/// was refused because it is not new.
pub(crate) fn payment(
    store: &(impl InboundStore + ?Sized),
    order: &Order,
    facts: &SessionFacts,
    refused: Option<&Refusal>,
    now: Timestamp,
) -> Result<Option<Payment>, InboundError> {
    let Some(intent) = &facts.payment_intent else {
        return Ok(None);
    };
    let key = PaymentKey {
        account: order.account.clone(),
        intent: intent.clone(),
    };
    let stored = match refused {
        None => None,
        Some(_) => store.payment(&key)?,
    };
    let mut payment = stored.unwrap_or_else(|| Payment::new(key, now));
    payment.order = Some(order.id.clone());
    payment.charged = payment.charged.or(facts.amount_total);
    let currency = facts.currency.as_deref();
    let currency = currency.and_then(|code| Currency::parse(code).ok());
    payment.currency = payment.currency.or(currency);
    Ok(Some(payment))
}

/// What was charged; `None` if Stripe did not say so.
pub(crate) fn total(facts: &SessionFacts) -> Option<Money> {
    let currency = Currency::parse(facts.currency.as_deref()?).ok()?;
    Money::charged(facts.amount_total?, currency).ok()
}
