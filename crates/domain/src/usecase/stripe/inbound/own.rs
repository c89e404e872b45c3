//! Sessions that are reported at an endpoint of a seller's own: the manual endpoint, or that of a restricted
//! key. A session that this server opened fulfils its order. Any other session is one that the seller made:
//! its metadata, else a mapping, say what was sold.

use crate::base::email::Email;
use crate::base::id::{OrderId, SessionId};
use crate::base::mode::Mode;
use crate::base::money::{Currency, Money};
use crate::base::page::PageRequest;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::commit::guards::Refusal;
use crate::commit::write::Write;
use crate::model::catalog::key_type::KeyType;
use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::term::Term;
use crate::model::licenses::terms::LicenseTerms;
use crate::model::sales::claim::SaleClaim;
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::sales::payment::PaymentKey;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::{PaymentStatus, RefundFacts, SessionFacts};
use crate::ports::{
    Catalog, Connections, OrderFilter, Orders, Payments, SellerStripe, StoreError, Tenants,
};
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::lost_order;
use crate::usecase::stripe::inbound::session::{fulfil, payment, total};
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// What stands for the product and the key type of an order that nothing says what it sold.
const UNMAPPED: &str = "unmapped";

/// Interprets a completed session.
pub(crate) fn interpret(
    store: &(impl InboundStore + ?Sized),
    catalog: &(impl Tenants + Catalog + ?Sized),
    env: &Env<'_>,
    (tenant, mode, facts): (&TenantId, Mode, &SessionFacts),
    refused: Option<&Refusal>,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let known = match order_of_session(store, tenant, mode, &facts.session)? {
        Some(order) => Some(order),
        None => lost_order::rebuild_own(store, env, (tenant, mode), facts)?,
    };
    let mut order = match known {
        Some(order) => order,
        None => match claimed_order(store, catalog, (tenant, mode, facts), now)? {
            Ok(order) => order,
            Err(reason) => return Ok(Verdict::Ignore(reason)),
        },
    };
    let is_new = order.version == 0;
    match order.status {
        OrderStatus::Fulfilled => return Ok(Verdict::Ignore("the order is fulfilled already")),
        OrderStatus::Unmapped if !is_new => {
            return Ok(Verdict::Ignore("the order waits for its seller to mint it"));
        }
        _ => {}
    }
    if facts.payment == PaymentStatus::Unpaid {
        return Ok(await_payment(env, order, now));
    }
    let payment = payment(store, &order, facts, refused, now)?;
    if order.status != OrderStatus::Unmapped {
        return fulfil(
            catalog,
            env,
            order,
            (&with_claimed_email(facts), payment),
            now,
        );
    }
    let mut changes = env.changes(now);
    let id = order.id.as_str().to_owned();
    let entry = env.audit(tenant, now, Actor::Stripe, "order.unmapped", id);
    changes.audit.push(entry);
    order.payment.clone_from(&facts.payment_intent);
    order.total = total(facts);
    changes.payments.extend(payment.map(Write::changed));
    changes.orders.push(Write::changed(order));
    Ok(Verdict::Apply(Box::new(changes)))
}

/// The tenant's order of a session, whether this server opened the session or not.
pub(crate) fn order_of_session(
    store: &(impl Orders + ?Sized),
    tenant: &TenantId,
    mode: Mode,
    session: &SessionId,
) -> Result<Option<Order>, StoreError> {
    let filter = OrderFilter {
        session: Some(session.clone()),
        ..OrderFilter::default()
    };
    let found = store.orders(tenant, &filter, &PageRequest::default())?;
    Ok(found.items.into_iter().find(|order| order.mode == mode))
}

/// The account under which the payment of a refund is recorded: that of the seller's own endpoints, unless
/// the payment is known as one of the connected account.
pub(crate) fn account_of_refund(
    store: &(impl Payments + Connections + ?Sized),
    (tenant, mode): (&TenantId, Mode),
    facts: &RefundFacts,
) -> Result<AccountRef, StoreError> {
    let own = AccountRef::own(tenant, mode);
    let Some(intent) = &facts.payment_intent else {
        return Ok(own);
    };
    let is_sold_on = |account: &AccountRef| {
        let key = PaymentKey {
            account: account.account.clone(),
            intent: intent.clone(),
        };
        let payment = store.payment(&key)?;
        Ok::<_, StoreError>(payment.is_some_and(|payment| payment.order.is_some()))
    };
    if is_sold_on(&own)? {
        return Ok(own);
    }
    let connection = store.connection(tenant)?;
    let connected = connection.and_then(|it| it.state.account());
    match connected.filter(|account| account.mode == mode) {
        Some(account) if is_sold_on(&account)? => Ok(account),
        _ => Ok(own),
    }
}

/// Records that the buyer has completed the session and the payment is pending. A session that nothing maps
/// is recorded once it is paid.
fn await_payment(env: &Env<'_>, mut order: Order, now: Timestamp) -> Verdict {
    let to = OrderStatus::AwaitingPayment;
    if order.status == OrderStatus::Unmapped {
        return Verdict::Ignore("the session is not paid, and nothing says what it sells");
    }
    if !order.status.may_become(to) {
        return Verdict::Ignore("the order does not change any more");
    }
    order.status = to;
    let mut changes = env.changes(now);
    changes.orders.push(Write::changed(order));
    Verdict::Apply(Box::new(changes))
}

/// The order of a session that the seller made, or why there is none.
fn claimed_order(
    store: &(impl InboundStore + ?Sized),
    catalog: &(impl Catalog + ?Sized),
    (tenant, mode, facts): (&TenantId, Mode, &SessionFacts),
    now: Timestamp,
) -> Result<Result<Order, &'static str>, InboundError> {
    if facts.own.is_setup {
        return Ok(Err("the session stores a way to pay and sells nothing"));
    }
    let claimed_tenant = facts.own.tenant.as_deref();
    if claimed_tenant.is_some_and(|claimed| claimed != tenant.as_str()) {
        return Ok(Err("a session of another tenant"));
    }
    let sold = resolve(store, catalog, (tenant, mode), &facts.own.claim)?;
    Ok(
        new_order((tenant, mode, facts), sold.as_ref(), now)
            .ok_or("the session cannot be an order"),
    )
}

/// A new order of a session that the seller made. Without a key type it waits for its seller.
fn new_order(
    (tenant, mode, facts): (&TenantId, Mode, &SessionFacts),
    sold: Option<&(KeyType, u32)>,
    now: Timestamp,
) -> Option<Order> {
    let id = OrderId::of_session(tenant, mode, &facts.session);
    let key_type = sold.map(|(key_type, _)| key_type);
    let agreed = key_type.and_then(|key_type| key_type.price);
    let price = match total(facts).or(agreed) {
        Some(price) => price,
        // Stripe always tells the total.
        None => Money::charged(0, Currency::parse("usd").ok()?).ok()?,
    };
    let claimed = facts.own.email.as_deref();
    let typed = facts.email.as_deref();
    let email = claimed
        .and_then(|text| Email::parse(text).ok())
        .or_else(|| typed.and_then(Email::kept));
    let mut order = Order {
        id,
        tenant: tenant.clone(),
        mode,
        account: AccountRef::own(tenant, mode).account,
        product: ProductId::parse(UNMAPPED).ok()?,
        key_type: KeyTypeId::parse(UNMAPPED).ok()?,
        terms: LicenseTerms {
            term: Term::Lifetime,
            activation_limit: 1,
            entitlements: Entitlements::default(),
        },
        price,
        fee: None,
        buyer: None,
        email,
        session: Some(facts.session.clone()),
        status: OrderStatus::Unmapped,
        customer: None,
        total: None,
        payment: None,
        created_at: now,
        fulfilled_at: None,
        claim: Some(facts.own.claim.clone()),
        version: 0,
    };
    if let Some((key_type, units)) = sold {
        sell(&mut order, key_type, *units);
        order.status = OrderStatus::Open;
    }
    Some(order)
}

/// Says what an order of a seller's own session sells.
pub(crate) fn sell(order: &mut Order, key_type: &KeyType, units: u32) {
    order.product = key_type.product.clone();
    order.key_type = key_type.id.clone();
    order.terms = key_type.terms.clone();
    order.claim.get_or_insert_default().units = Some(units);
}

/// The key type that a session of the seller's own sells, and how many licenses: as the metadata say, else by
/// a mapping. `None` if neither does, or if they cannot be followed to the letter.
pub(crate) fn resolve(
    store: &(impl SellerStripe + Catalog + ?Sized),
    catalog: &(impl Catalog + ?Sized),
    (tenant, mode): (&TenantId, Mode),
    claim: &SaleClaim,
) -> Result<Option<(KeyType, u32)>, StoreError> {
    if let Some(key_type) = &claim.key_type {
        let found = named(store, catalog, tenant, (claim.product.as_deref(), key_type))?;
        return Ok(found.zip(claim.wanted_units(None)));
    }
    let Some(mappings) = store.sale_mappings(tenant, mode)? else {
        return Ok(None);
    };
    let Some((mapping, line)) = mappings.find(claim) else {
        return Ok(None);
    };
    let key_type = catalog.key_type(tenant, &mapping.product, &mapping.key_type)?;
    Ok(key_type.zip(claim.wanted_units(line)))
}

/// The key type of these names. Without a product, the key type must be the only one of its id.
pub(crate) fn named(
    store: &(impl Catalog + ?Sized),
    catalog: &(impl Catalog + ?Sized),
    tenant: &TenantId,
    (product, key_type): (Option<&str>, &str),
) -> Result<Option<KeyType>, StoreError> {
    let Ok(key_type) = KeyTypeId::parse(key_type) else {
        return Ok(None);
    };
    let Some(product) = product else {
        let found = store.key_types_named(tenant, &key_type)?;
        return Ok(<[KeyType; 1]>::try_from(found).ok().map(|[only]| only));
    };
    match ProductId::parse(product) {
        Ok(product) => catalog.key_type(tenant, &product, &key_type),
        Err(_) => Ok(None),
    }
}

/// The facts with the address in the metadata, which comes before the one that the buyer typed.
fn with_claimed_email(facts: &SessionFacts) -> SessionFacts {
    let claimed = facts.own.email.as_deref();
    let claimed = claimed.and_then(|text| Email::parse(text).ok());
    SessionFacts {
        email: claimed
            .map(|email| email.to_string())
            .or_else(|| facts.email.clone()),
        ..facts.clone()
    }
}
