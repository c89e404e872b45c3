//! How a run has ended, in a form that does not depend on ids, versions and the times of processing.

use std::collections::{BTreeMap, BTreeSet};

use mintage_domain::base::page::PageRequest;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::outbox::delivery::Delivery;
use mintage_domain::model::outbox::event::EventName;
use mintage_domain::model::sales::basket::OrderLine;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::model::sales::subscription::{Subscription, SubscriptionKey};
use mintage_domain::model::stripe::event::EventData;
use mintage_domain::ports::{
    Commit, Deliveries, LicenseFilter, LicenseRecord, Licenses, OrderFilter, Orders, Payments,
    Subscriptions,
};
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::stripe::inbound::Inbound;
use serde_json::Value;

use crate::life::scene::{SceneShop, World, second};
use crate::life::script::{DAY, Script};

const ALL: PageRequest = PageRequest {
    after: None,
    limit: Some(PageRequest::MAX),
};

/// The days after the start on which the states of licenses are compared.
const DAYS: [i64; 7] = [1, 29, 33, 36, 45, 100, 400];

/// What is in the store, as lines of text by what they are about; and what contradicts itself.
#[derive(Default)]
pub(crate) struct Ending {
    lines: BTreeMap<String, String>,
    faults: BTreeSet<String>,
    /// How the licenses stand in the end.
    pub(crate) states: BTreeSet<State>,
}

/// How a license stands.
#[derive(Debug)]
struct Stands<'a> {
    status: &'a str,
    reason: Option<&'a str>,
    end: Option<&'a str>,
}

impl Stands<'_> {
    /// Whether a message says how the license stands. Of a revoked one, a further reason and another end
    /// are not told.
    fn agrees(&self, is: &Self) -> bool {
        let are_equal = (self.reason, self.end) == (is.reason, is.end);
        self.status == is.status && (self.status == "REVOKED" || are_equal)
    }
}

impl Ending {
    pub(crate) fn of(world: &World<'_>, script: &Script) -> Self {
        let mut ending = Self::default();
        for shop in &world.scene.shops {
            ending.add_shop(world, shop);
        }
        for payment in payments(world, script) {
            let name = format!("payment {}", payment.key.intent);
            ending.add(name, payment_line(payment));
        }
        for subscription in subscriptions(world, script) {
            let name = format!("subscription {}", subscription.key.id);
            ending.add(name, subscription_line(&subscription));
        }
        ending
    }

    /// What differs, and what is wrong in either.
    pub(crate) fn differences(&self, other: &Self) -> String {
        let mut text = Vec::new();
        let names: BTreeSet<_> = self.lines.keys().chain(other.lines.keys()).collect();
        for name in names {
            let (here, there) = (self.lines.get(name), other.lines.get(name));
            if here != there {
                text.push(format!(
                    "{name}\n  orderly:    {here:?}\n  disorderly: {there:?}"
                ));
            }
        }
        for (run, faults) in [("orderly", &self.faults), ("disorderly", &other.faults)] {
            for fault in faults {
                text.push(format!("{run}: {fault}"));
            }
        }
        text.join("\n")
    }

    fn add(&mut self, name: String, line: String) {
        let twice = format!("{name} is there twice");
        if self.lines.insert(name, line).is_some() {
            self.faults.insert(twice);
        }
    }

    fn add_shop(&mut self, world: &World<'_>, shop: &SceneShop) {
        let (store, tenant) = (&world.store, &shop.tenant);
        let told = deliveries(world, shop);
        let orders = store.orders(tenant, &OrderFilter::default(), &ALL).unwrap();
        for order in &orders.items {
            let session = order.session.clone().unwrap();
            self.add(format!("order {session}"), order_line(order));
            let licenses = store.licenses_of_order(&order.id).unwrap();
            self.check_order(order, &licenses, &told);
            for record in &licenses {
                let unit = record.license.unit.as_ref().unwrap();
                let name = format!("license {session} {}.{}", unit.line, unit.unit);
                let of: Vec<_> = told
                    .iter()
                    .filter(|it| it.license.as_ref() == Some(&record.license.id))
                    .collect();
                self.check_told(world, &name, &record.license, &of);
                self.add(name, license_line(record));
                let now = world.environment.env().now();
                self.states.insert(record.license.state(now));
            }
        }
        self.add_counter(world, shop);
    }

    /// Paid is minted, once, and told once.
    fn check_order(&mut self, order: &Order, licenses: &[LicenseRecord], told: &[Delivery]) {
        let sold: u32 = order.lines().iter().map(OrderLine::licenses).sum();
        let paid = order.status == OrderStatus::Fulfilled;
        let due = if paid {
            usize::try_from(sold).unwrap()
        } else {
            0
        };
        let of_order = |it: &&Delivery| {
            let id = it.license.as_ref();
            licenses.iter().any(|record| Some(&record.license.id) == id)
        };
        let count = |event| {
            let told = told.iter().filter(of_order);
            told.filter(|it| it.event == event).count()
        };
        let counted = (
            licenses.len(),
            count(EventName::LicenseCreated),
            count(EventName::OrderPaid),
        );
        if counted != (due, due, usize::from(paid)) {
            let fault = format!("{due} units are paid in {:?}: {counted:?}", order.session);
            self.faults.insert(fault);
        }
    }

    /// The messages about a license are numbered without a gap, and the last one says how it stands.
    fn check_told(&mut self, world: &World<'_>, name: &str, license: &License, of: &[&Delivery]) {
        let numbers: BTreeSet<_> = of.iter().map(|it| it.sequence).collect();
        let all: BTreeSet<_> = (1..=license.event_sequence).collect();
        if numbers != all || of.len() != all.len() {
            self.faults
                .insert(format!("{name}: the events are numbered {numbers:?}"));
        }
        let last = of.iter().max_by_key(|it| it.sequence).unwrap();
        let (field, id) = (SealedField::DELIVERY_BODY, last.id.as_str());
        let env = world.environment.env();
        let body = env.open(field, id, &last.sealed_body).unwrap();
        let body: Value = serde_json::from_slice(body.expose()).unwrap();
        let end = license.standing.expires_at().map(Timestamp::to_rfc3339);
        let now = env.now();
        let is = Stands {
            status: license.state(now).as_str(),
            reason: license.reason(now),
            end: end.as_deref(),
        };
        let said = Stands {
            status: body["status"].as_str().unwrap(),
            reason: body["reason"].as_str(),
            end: body["expires_at"].as_str(),
        };
        if !said.agrees(&is) {
            let fault = format!("{name}: is {is:?}; {} said {said:?}", last.event);
            self.faults.insert(fault);
        }
    }

    fn add_counter(&mut self, world: &World<'_>, shop: &SceneShop) {
        let filter = LicenseFilter::default();
        let licenses = world.store.licenses(&shop.tenant, &filter, &ALL).unwrap();
        let unrevoked = licenses.items.iter();
        let unrevoked = unrevoked.filter(|it| it.license.standing.revocation().is_none());
        let unrevoked = i64::try_from(unrevoked.count()).unwrap();
        let counter = Counter::Licenses(shop.tenant.clone(), shop.account.mode);
        let env = world.environment.env();
        let mut changes = env.changes(env.now());
        changes.counters.push(Count {
            counter: counter.clone(),
            add: 0,
            cap: None,
        });
        let stored = world.store.commit(changes).unwrap().counters[&counter];
        if stored != unrevoked {
            let fault = format!(
                "{unrevoked} licenses of {} are counted {stored}",
                shop.tenant
            );
            self.faults.insert(fault);
        }
    }
}

/// All messages to a seller.
fn deliveries(world: &World<'_>, shop: &SceneShop) -> Vec<Delivery> {
    let (mut all, mut request) = (Vec::new(), ALL);
    loop {
        let page = world
            .store
            .deliveries(&shop.tenant, None, &request)
            .unwrap();
        all.extend(page.items.into_iter().map(|(delivery, _)| delivery));
        request.after = page.next;
        if request.after.is_none() {
            return all;
        }
    }
}

/// The payments that the events of a script are about.
fn payments(world: &World<'_>, script: &Script) -> Vec<Payment> {
    let keys: BTreeSet<PaymentKey> = script.events.iter().filter_map(payment_of).collect();
    let stored = keys.iter().map(|key| world.store.payment(key).unwrap());
    stored.flatten().collect()
}

fn payment_of(inbound: &Inbound) -> Option<PaymentKey> {
    let intent = match &inbound.event.data {
        EventData::SessionCompleted(facts) => &facts.payment_intent,
        EventData::Invoice(facts) => &facts.payment_intent,
        EventData::Refund(facts) => &facts.payment_intent,
        EventData::Dispute(facts) => &facts.payment_intent,
        _ => &None,
    };
    Some(PaymentKey {
        account: inbound.event.account.clone()?,
        intent: intent.clone()?,
    })
}

/// The subscriptions that the events of a script are about.
fn subscriptions(world: &World<'_>, script: &Script) -> Vec<Subscription> {
    let keys = script.events.iter().filter_map(|inbound| {
        let EventData::Subscription(facts) = &inbound.event.data else {
            return None;
        };
        Some(SubscriptionKey {
            account: inbound.event.account.clone()?,
            id: facts.id.clone(),
        })
    });
    let keys: BTreeSet<_> = keys.collect();
    let stored = keys
        .iter()
        .map(|key| world.store.subscription(key).unwrap());
    stored.flatten().collect()
}

fn order_line(order: &Order) -> String {
    let Order {
        status,
        payment,
        total,
        fee,
        email,
        ..
    } = order;
    format!("{:?}", (status, payment, total, fee, email))
}

fn payment_line(payment: Payment) -> String {
    format!(
        "{:?}",
        Payment {
            created_at: Timestamp::EPOCH,
            version: 0,
            ..payment
        }
    )
}

fn subscription_line(subscription: &Subscription) -> String {
    let is_sold = subscription.order.is_some();
    let (days, term) = (subscription.grace_days, subscription.term());
    format!("{:?}", (is_sold, days, term, &subscription.news.invoices))
}

fn license_line(record: &LicenseRecord) -> String {
    let License {
        key_type,
        activation_limit,
        entitlements,
        standing,
        updates_until,
        subscription,
        metadata,
        ..
    } = &record.license;
    let states = DAYS.map(|day| {
        let at = second(day * DAY);
        (record.license.state(at).as_str(), record.license.reason(at))
    });
    let held: Vec<_> = standing.held_by().collect();
    let is = (standing.expires_at(), standing.lapse(), held, states);
    let terms = (key_type, activation_limit, entitlements, updates_until);
    format!("{:?}", (is, terms, subscription, metadata, &record.email))
}
