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
use crate::commit::changes::Changes;
use crate::commit::guards::Refusal;
use crate::commit::write::Write;
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::sale::QuantityAs;
use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::term::Term;
use crate::model::licenses::terms::{LicenseTerms, TermFrom};
use crate::model::sales::basket::{Basket, OrderLine};
use crate::model::sales::claim::SaleClaim;
use crate::model::sales::items::Quantity;
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::sales::payment::Payment;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::{PaymentStatus, SessionFacts};
use crate::ports::{Catalog, OrderFilter, Orders, SellerStripe, StoreError, Stripe, Tenants};
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::lines::add_lines;
use crate::usecase::stripe::inbound::session::{Paid, fulfil, payment, total};
use crate::usecase::stripe::inbound::subscribed::begin;
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};
use crate::usecase::stripe::inbound::{discount, lost_order};

/// What stands for the product and the key type of an order that nothing says what it sold.
const UNMAPPED: &str = "unmapped";

/// What a session of the seller's own sold.
pub(crate) struct Claimed {
    pub(crate) key_type: KeyType,
    pub(crate) quantity: Quantity,
}

impl Claimed {
    /// Says why it cannot be sold by a session that claims this.
    pub(crate) fn check(&self, claim: &SaleClaim) -> Result<(), &'static str> {
        if self.key_type.recurrence.is_some() && claim.subscription.is_none() {
            return Err("the key type recurs, and the session began no subscription");
        }
        let seats = match self.key_type.sale.quantity_as {
            QuantityAs::Licenses => 1,
            QuantityAs::Seats => self.quantity.get(),
        };
        let activations = self.key_type.terms.activation_limit.saturating_mul(seats);
        if activations > LicenseTerms::MAX_ACTIVATIONS {
            return Err("a license would have too many activations");
        }
        Ok(())
    }

    /// The line of the order; its price is what was paid, if the key type has none of this currency.
    fn line(&self, paid: Money) -> OrderLine {
        let price = self.key_type.price;
        let price = price.filter(|price| price.currency() == paid.currency());
        OrderLine {
            product: self.key_type.product.clone(),
            key_type: self.key_type.id.clone(),
            terms: self.key_type.terms.clone(),
            price: price.unwrap_or(paid),
            quantity: self.quantity,
            quantity_as: self.key_type.sale.quantity_as,
        }
    }
}

/// Interprets a completed session.
pub(crate) fn interpret(
    (store, catalog): (
        &(impl InboundStore + ?Sized),
        &(impl Tenants + Catalog + ?Sized),
    ),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, mode, facts): (&TenantId, Mode, &SessionFacts),
    refused: Option<&Refusal>,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let known = match order_of_session(store, tenant, mode, &facts.session)? {
        Some(order) => Some(order),
        None => lost_order::rebuild_own(store, env, (tenant, mode), facts)?,
    };
    let order = match known {
        Some(order) => order,
        None => match claimed_order((store, catalog), stripe, env, (tenant, mode, facts), now)? {
            Ok(order) => order,
            Err(verdict) => return Ok(verdict),
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
    let facts = with_claimed_email(facts);
    let payment = payment(store, &order, &facts, refused, now)?;
    if order.status == OrderStatus::Unmapped {
        let discount = discount::entry(store, &order, &facts, now)?;
        let mut changes = wait(env, order, (&facts, payment), now);
        changes.ledger_entries.extend(discount.map(Write::new));
        return Ok(Verdict::Apply(Box::new(changes)));
    }
    let paid = Paid {
        facts: &facts,
        payment,
        begun: begin(store, stripe, (&order, &facts), now)?,
        discount: discount::entry(store, &order, &facts, now)?,
    };
    fulfil(catalog, env, order, paid, now)
}

/// Records a paid order that nothing says what it sold: its seller mints it later.
fn wait(
    env: &Env<'_>,
    mut order: Order,
    (facts, payment): (&SessionFacts, Option<Payment>),
    now: Timestamp,
) -> Changes {
    let mut changes = env.changes(now);
    let id = order.id.as_str().to_owned();
    let entry = env.audit(&order.tenant, now, Actor::Stripe, "order.unmapped", id);
    changes.audit.push(entry);
    order.payment.clone_from(&facts.payment_intent);
    order.total = total(facts);
    changes.payments.extend(payment.map(Write::changed));
    changes.orders.push(Write::changed(order));
    changes
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

/// The order of a session that the seller made, or what becomes of its event without one.
fn claimed_order(
    (store, catalog): (&(impl InboundStore + ?Sized), &(impl Catalog + ?Sized)),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, mode, facts): (&TenantId, Mode, &SessionFacts),
    now: Timestamp,
) -> Result<Result<Order, Verdict>, InboundError> {
    if facts.own.is_setup {
        let reason = "the session stores a way to pay and sells nothing";
        return Ok(Err(Verdict::Ignore(reason)));
    }
    let claimed_tenant = facts.own.tenant.as_deref();
    if claimed_tenant.is_some_and(|claimed| claimed != tenant.as_str()) {
        return Ok(Err(Verdict::Ignore("a session of another tenant")));
    }
    let mut claim = SaleClaim {
        subscription: facts.subscription.clone(),
        invoice: facts.invoice.clone(),
        ..facts.own.claim.clone()
    };
    let session = (tenant, mode, &facts.session);
    if let Err(refused) = add_lines(store, stripe, env, session, &mut claim)? {
        return Ok(Err(Verdict::Park(tenant.clone(), refused.to_string())));
    }
    let sold = resolve(store, catalog, (tenant, mode), &claim)?;
    let order = new_order((tenant, mode, facts), claim, sold, now);
    Ok(order.ok_or(Verdict::Ignore("the session cannot be an order")))
}

/// A new order of a session that the seller made. Without a key type it waits for its seller.
fn new_order(
    (tenant, mode, facts): (&TenantId, Mode, &SessionFacts),
    claim: SaleClaim,
    sold: Option<Claimed>,
    now: Timestamp,
) -> Option<Order> {
    let agreed = sold.as_ref().and_then(|sold| sold.key_type.price);
    let claimed = facts.own.email.as_deref();
    let typed = facts.email.as_deref();
    let email = claimed
        .and_then(|text| Email::parse(text).ok())
        .or_else(|| typed.and_then(Email::kept));
    let mut order = Order {
        id: OrderId::of_session(tenant, mode, &facts.session),
        tenant: tenant.clone(),
        mode,
        account: AccountRef::own(tenant, mode).account,
        product: ProductId::parse(UNMAPPED).ok()?,
        key_type: KeyTypeId::parse(UNMAPPED).ok()?,
        terms: LicenseTerms {
            term: Term::Lifetime,
            term_from: TermFrom::default(),
            updates_for: None,
            activation_limit: 1,
            entitlements: Entitlements::default(),
        },
        recurrence: None,
        price: total(facts).or(agreed).or_else(nothing)?,
        basket: Basket::default(),
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
        claim: Some(claim),
        version: 0,
    };
    if let Some(sold) = sold {
        sell(&mut order, &sold);
        order.status = OrderStatus::Open;
    }
    Some(order)
}

/// Stands for the total if Stripe does not tell one, which it always does.
fn nothing() -> Option<Money> {
    Money::charged(0, Currency::parse("usd").ok()?).ok()
}

/// Says what an order of a seller's own session sells.
pub(crate) fn sell(order: &mut Order, sold: &Claimed) {
    let line = sold.line(order.price);
    order.product = line.product.clone();
    order.key_type = line.key_type.clone();
    order.terms = line.license_terms();
    order.recurrence = sold.key_type.recurrence;
    order.basket.lines = Basket::lines(vec![line]);
}

/// What a session of the seller's own sells: as the metadata say, else by a mapping. `None` if neither does, or
/// if they cannot be followed to the letter.
pub(crate) fn resolve(
    store: &(impl SellerStripe + Catalog + ?Sized),
    catalog: &(impl Catalog + ?Sized),
    (tenant, mode): (&TenantId, Mode),
    claim: &SaleClaim,
) -> Result<Option<Claimed>, StoreError> {
    let (key_type, quantity) = if let Some(key_type) = &claim.key_type {
        let found = named(store, catalog, tenant, (claim.product.as_deref(), key_type))?;
        (found, claim.quantity(None))
    } else {
        let mappings = store.sale_mappings(tenant, mode)?;
        let Some((mapping, line)) = mappings.as_ref().and_then(|it| it.find(claim)) else {
            return Ok(None);
        };
        let key_type = catalog.key_type(tenant, &mapping.product, &mapping.key_type)?;
        (key_type, claim.quantity(line))
    };
    let sold = key_type.zip(quantity);
    let sold = sold.map(|(key_type, quantity)| Claimed { key_type, quantity });
    Ok(sold.filter(|sold| sold.check(claim).is_ok()))
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
