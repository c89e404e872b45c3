//! Fulfilling: a completed Checkout session mints the license that was paid for.

use serde_json::Map;

use crate::base::email::Email;
use crate::base::id::CustomerId;
use crate::base::money::{Currency, Money};
use crate::base::time::Timestamp;
use crate::commit::counter::{Count, Counter};
use crate::commit::write::Write;
use crate::model::licenses::license::OrderUnit;
use crate::model::licenses::standing::RevocationReason;
use crate::model::outbox::event::EventName;
use crate::model::sales::customer::Customer;
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::{PaymentStatus, SessionFacts};
use crate::usecase::env::Env;
use crate::usecase::licenses::mint::{Sale, mint};
use crate::usecase::outbox::event::tell;
use crate::usecase::outbox::mail::queued;
use crate::usecase::stripe::inbound::order::{UNKNOWN_SESSION, change_order_status};
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// Judges a completed session. Only a session whose id Mintage wrote down, on the account it was
/// opened on, mints: metadata proves nothing, since the account's owner can write any.
pub(crate) fn interpret(
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    account: &AccountRef,
    facts: &SessionFacts,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let Some(order) = store.order_of_session(&account.account, &facts.session)? else {
        return Ok(Verdict::Ignore(UNKNOWN_SESSION));
    };
    if order.mode != account.mode {
        return Ok(Verdict::Ignore("a session of the other mode"));
    }
    if order.status == OrderStatus::Fulfilled {
        return Ok(Verdict::Ignore("the order is fulfilled already"));
    }
    if facts.payment == PaymentStatus::Unpaid {
        let to = OrderStatus::AwaitingPayment;
        return change_order_status(store, env, &account.account, &facts.session, to, now);
    }
    sell(store, env, order, facts, now)
}

fn sell(
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    mut order: Order,
    facts: &SessionFacts,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let typed = facts.email.as_deref().and_then(|e| Email::parse(e).ok());
    let Some(email) = typed.or_else(|| order.buyer.clone()) else {
        return Ok(Verdict::Park(
            "the session carries no e-mail address".into(),
        ));
    };
    let Some(product) = store.product(&order.tenant, &order.product)? else {
        return Ok(Verdict::Park("the product is gone".into()));
    };
    let customer = Customer {
        id: CustomerId::new(now, env.random()),
        tenant: order.tenant.clone(),
        mode: order.mode,
        email: email.clone(),
        name: facts.name.clone(),
        external_id: None,
        metadata: Map::new(),
        created_at: now,
    };
    let unit = OrderUnit::only(order.id.clone());
    let sale = Sale {
        mode: order.mode,
        key_type: &order.key_type,
        terms: &order.terms,
        customer: &customer.id,
        unit: Some(&unit),
    };
    let mut minted = match mint(env, &product, &sale, now) {
        Ok(minted) => minted,
        Err(reason) => return Ok(Verdict::Park(reason.to_string())),
    };

    let mut changes = env.changes(now);
    let session = order.session.as_ref().map(|id| id.as_str().to_owned());
    let about = (email.as_str(), session.as_deref());
    let created = EventName::LicenseCreated;
    let key = minted.key.expose();
    changes.deliveries.push(Write::new(tell(
        env,
        &minted.license,
        created,
        key,
        about,
        now,
    )));
    if let Some(intent) = &facts.payment_intent {
        let key = PaymentKey {
            account: order.account.clone(),
            intent: intent.clone(),
        };
        let mut payment = match store.payment(&key)? {
            Some(known) => known,
            None => Payment::new(key, now),
        };
        payment.order = Some(order.id.clone());
        if payment.fully_refunded {
            // The refund was told before the sale.
            let license = &mut minted.license;
            license.standing.revoke(RevocationReason::Refund, now);
            let refunded = EventName::LicenseRefunded;
            let told = tell(env, license, refunded, &license.masked_key, about, now);
            changes.deliveries.push(Write::new(told));
        }
        changes.payments.push(Write::changed(payment));
    }
    if minted.license.standing.revocation().is_none() {
        // Without a cap: what was paid for is minted.
        changes.counters.push(Count {
            counter: Counter::of_licenses(&minted.license),
            add: 1,
            cap: None,
        });
        let seller = store.tenant(&order.tenant)?;
        let mail = queued(env, seller.as_ref(), &minted.license, &email, now);
        changes.mails.extend(mail);
    }
    changes.audit.push(env.audit(
        &order.tenant,
        now,
        Actor::Stripe,
        "license.minted",
        minted.license.id.as_str(),
    ));
    order.status = OrderStatus::Fulfilled;
    order.fulfilled_at = Some(now);
    order.customer = Some(customer.id.clone());
    order.payment.clone_from(&facts.payment_intent);
    order.total = total(facts).or(Some(order.price));
    changes.customers.push(customer);
    changes.orders.push(Write::changed(order));
    changes.licenses.push(Write::new(minted.license));
    Ok(Verdict::Apply(Box::new(changes)))
}

fn total(facts: &SessionFacts) -> Option<Money> {
    let currency = Currency::parse(facts.currency.as_deref()?).ok()?;
    Money::new(facts.amount_total?, currency).ok()
}
