//! Subscriptions: a license lasts as long as it is paid.

use mintage_domain::base::id::{InvoiceId, PaymentIntentId, SessionId, SubscriptionId};
use mintage_domain::base::slug::KeyTypeId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::licenses::recurrence::{Billing, Interval, Recurrence};
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::sales::payment::PaymentKey;
use mintage_domain::model::sales::subscription::SubscriptionKey;
use mintage_domain::model::stripe::event::{
    EventData, PaymentStatus, RefundFacts, RefundReport, SessionFacts,
};
use mintage_domain::model::stripe::subscription::SubscriptionStatus::{
    self, Active, Canceled, Paused,
};
use mintage_domain::model::stripe::subscription::{InvoiceFacts, SoldPrice, StripeSubscription};
use mintage_domain::ports::{
    Catalog, Commit, LicenseRecord, Licenses, Payments, PriceBilling, Stripe, Subscriptions,
};
use mintage_domain::usecase::stripe::inbound::Outcome;

use crate::seller::{Seller, paid};

const DAY: i64 = 86_400;
const PERIOD: i64 = 30 * DAY;

/// A seller of a monthly key type, and one subscription that a buyer began.
pub(super) struct Subscribed {
    pub(super) seller: Seller,
    session: SessionId,
    /// When the subscription began, in Unix seconds.
    start: i64,
}

fn monthly(trial_days: u16) -> Recurrence {
    Recurrence {
        billing: Billing {
            interval: Interval::Month,
            count: 1,
        },
        trial_days,
        grace_days: 7,
    }
}

fn selling(recurrence: Recurrence) -> Seller {
    let seller = Seller::new();
    seller.connect(&seller.shop.account_ref()).unwrap();
    let mut changes = seller.shop.changes();
    changes.key_types.push(Write::changed(KeyType {
        recurrence: Some(recurrence),
        ..seller.shop.key_type.clone()
    }));
    seller.store.commit(changes).unwrap();
    seller.set_up_prices().unwrap();
    seller
}

impl Subscribed {
    pub(super) fn begin(trial_days: u16) -> Self {
        let seller = selling(monthly(trial_days));
        let session = seller.session();
        let start = seller.shop.now().unix_seconds();
        let subscribed = Self {
            seller,
            session,
            start,
        };
        let account = subscribed.seller.shop.account_ref();
        let stripe = &subscribed.seller.stripe;
        stripe.put_subscription(&account, subscribed.at(Active, 0));
        stripe.put_invoice(&account, subscribed.invoice(0, true));
        subscribed
    }

    pub(super) fn at(&self, status: SubscriptionStatus, number: i64) -> StripeSubscription {
        StripeSubscription {
            id: sub(),
            status,
            period_start: Some(self.start + number * PERIOD),
            period_end: Some(self.start + (number + 1) * PERIOD),
            cancels: false,
            is_paused: status == Paused,
            latest_invoice: Some(in_(number)),
            sold: None,
            is_ours: Some(true),
        }
    }

    pub(super) fn invoice(&self, number: i64, is_paid: bool) -> InvoiceFacts {
        InvoiceFacts {
            id: in_(number),
            subscription: Some(sub()),
            created: Some(self.start + number * PERIOD),
            period_end: Some(self.start + (number + 1) * PERIOD),
            is_paid,
            has_failed: !is_paid,
            is_void: false,
            amount_paid: Some(2_900),
            currency: Some("usd".to_owned()),
            payment_intent: is_paid.then(|| intent(number)),
            is_ours: Some(true),
        }
    }

    pub(super) fn completed(&self) -> EventData {
        EventData::SessionCompleted(SessionFacts {
            payment_intent: None,
            subscription: Some(sub()),
            invoice: Some(in_(0)),
            at: Timestamp::from_unix_seconds(self.start),
            ..paid(&self.session)
        })
    }

    pub(super) fn paid(&self, number: i64) -> EventData {
        EventData::Invoice(self.invoice(number, true))
    }

    pub(super) fn failed(&self, number: i64) -> EventData {
        EventData::Invoice(self.invoice(number, false))
    }

    /// A refund of all that an invoice cost, of which Stripe knows the invoice.
    pub(super) fn refunded(&self, number: i64) -> EventData {
        let account = self.seller.shop.account_ref();
        let invoice = self.invoice(number, true);
        self.seller.stripe.put_invoice(&account, invoice);
        EventData::Refund(RefundFacts {
            payment_intent: Some(intent(number)),
            invoice: None,
            currency: Some("usd".to_owned()),
            at: Timestamp::from_unix_seconds(self.start + number * PERIOD + DAY),
            report: RefundReport::Charge {
                charged: Some(2_900),
                refunded: 2_900,
            },
        })
    }

    /// An event that says that the subscription changed into this.
    pub(super) fn changed(&self, subscription: StripeSubscription) -> EventData {
        let account = self.seller.shop.account_ref();
        let stripe = &self.seller.stripe;
        stripe.put_subscription(&account, subscription.clone());
        EventData::Subscription(subscription)
    }

    #[track_caller]
    pub(super) fn receive(&self, data: EventData) {
        assert_eq!(self.seller.receive(data), Ok(Outcome::Applied));
    }

    pub(super) fn license(&self) -> LicenseRecord {
        let mut licenses = self.seller.licenses();
        assert_eq!(licenses.len(), 1, "one subscription, one license");
        licenses.remove(0)
    }

    /// The state of the license on a day after the start, and the day on which it expires.
    pub(super) fn on_day(&self, day: i64) -> (State, i64) {
        let license = self.license().license;
        let now = Timestamp::from_unix_seconds(self.start + day * DAY).unwrap();
        let end = license.standing.expires_at().unwrap().unix_seconds();
        (license.state(now), (end - self.start) / DAY)
    }
}

fn sub() -> SubscriptionId {
    SubscriptionId::parse("sub_1").unwrap()
}

fn in_(number: i64) -> InvoiceId {
    InvoiceId::parse(&format!("in_{number}")).unwrap()
}

pub(super) fn intent(number: i64) -> PaymentIntentId {
    PaymentIntentId::parse(&format!("pi_{number}")).unwrap()
}

#[test]
fn a_recurring_key_type_gets_a_recurring_price_and_a_wrong_one_is_replaced() {
    let seller = selling(monthly(0));
    let account = seller.shop.account_ref();
    let link = || {
        let links = seller.store.price_links(seller.tenant(), &account.account);
        links.unwrap().remove(0)
    };
    let before = link();
    assert_eq!(before.billing, Some(monthly(0).billing));
    let mut changes = seller.shop.changes();
    let stored = seller
        .store
        .key_type(seller.tenant(), &before.product, &before.key_type);
    let mut yearly = stored.unwrap().unwrap();
    yearly.recurrence.as_mut().unwrap().billing.interval = Interval::Year;
    changes.key_types.push(Write::changed(yearly.clone()));
    seller.store.commit(changes).unwrap();
    assert!(
        seller.open(&*seller.stripe, &seller.wanted()).is_err(),
        "the price is one of another period"
    );
    let set_up = seller.set_up_prices().unwrap();
    assert_eq!(set_up.created.len(), 1);
    let prices = seller
        .stripe
        .prices(&account, &before.stripe_product)
        .unwrap();
    let active: Vec<_> = prices.iter().filter(|price| price.active).collect();
    assert_eq!(active.len(), 1);
    let billing = yearly.billing().map(PriceBilling::Recurring);
    assert_eq!(active[0].billing, billing);
    assert_eq!(seller.set_up_prices().unwrap().skipped.len(), 1);
}

#[test]
fn a_checkout_begins_a_subscription_with_the_fee_and_the_trial() {
    let seller = selling(monthly(14));
    seller.session();
    let checkouts = seller.stripe.checkouts(&seller.shop.account_ref());
    let new = checkouts[0].1.subscription.unwrap();
    assert_eq!((new.fee.get(), new.trial_days), (50, 14));
}

#[test]
fn the_first_payment_mints_one_license_for_the_paid_period() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    assert_eq!(subscribed.on_day(0), (State::Active, 30));
    assert_eq!(subscribed.on_day(30), (State::Expired, 30));
    let again = subscribed.seller.receive(subscribed.completed());
    assert!(matches!(again, Ok(Outcome::Ignored(_))), "{again:?}");
    let view = subscribed.license().license.subscription.unwrap();
    assert_eq!((view.id, view.status), (sub(), Active));
    assert_eq!(subscribed.seller.events(), ["license.created"]);
}

#[test]
fn a_trial_mints_though_nothing_is_paid() {
    let subscribed = Subscribed::begin(30);
    let EventData::SessionCompleted(facts) = subscribed.completed() else {
        panic!("a session");
    };
    subscribed.receive(EventData::SessionCompleted(SessionFacts {
        payment: PaymentStatus::NoPaymentRequired,
        amount_total: Some(0),
        ..facts
    }));
    assert_eq!(subscribed.on_day(29), (State::Active, 30));
}

#[test]
fn a_paid_session_mints_though_stripe_has_lost_its_invoice() {
    let subscribed = Subscribed::begin(0);
    let EventData::SessionCompleted(facts) = subscribed.completed() else {
        panic!("a session");
    };
    subscribed.receive(EventData::SessionCompleted(SessionFacts {
        invoice: InvoiceId::parse("in_lost").ok(),
        ..facts
    }));
    assert_eq!(subscribed.on_day(29), (State::Active, 30));
    subscribed.receive(subscribed.paid(0));
    assert_eq!(subscribed.on_day(29), (State::Active, 30));
}

#[test]
fn a_renewal_extends_and_says_so() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    subscribed.receive(subscribed.paid(1));
    assert_eq!(subscribed.on_day(59), (State::Active, 60));
    let again = subscribed.seller.receive(subscribed.paid(1));
    assert!(matches!(again, Ok(Outcome::Ignored(_))), "{again:?}");
    assert_eq!(
        subscribed.seller.events(),
        ["license.created", "subscription.renewed"]
    );
    assert_eq!(subscribed.seller.audited("subscription.renewed"), 1);
}

#[test]
fn a_renewal_is_linked_to_the_payment_that_its_event_does_not_name_and_counts_without_it() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    let seller = &subscribed.seller;
    let account = seller.shop.account_ref();
    let nameless = |number| {
        EventData::Invoice(InvoiceFacts {
            payment_intent: None,
            ..subscribed.invoice(number, true)
        })
    };
    let paid_subscription = |number| {
        let key = PaymentKey {
            account: account.account.clone(),
            intent: intent(number),
        };
        let payment = seller.store.payment(&key).unwrap();
        payment.and_then(|it| it.invoice).map(|it| it.subscription)
    };
    let invoice = subscribed.invoice(1, true);
    seller.stripe.put_invoice(&account, invoice);
    subscribed.receive(nameless(1));
    assert_eq!(paid_subscription(1), Some(sub()));
    // Stripe does not tell the payment of the next one.
    subscribed.receive(nameless(2));
    assert_eq!(paid_subscription(2), None);
    assert_eq!(subscribed.on_day(89), (State::Active, 90));
    // What the reconciliation finds names it.
    subscribed.receive(subscribed.paid(2));
    assert_eq!(paid_subscription(2), Some(sub()));
}

#[test]
fn a_failed_payment_gives_a_grace_and_then_freezes_until_it_is_paid() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    subscribed.receive(subscribed.failed(1));
    assert_eq!(subscribed.on_day(36), (State::Active, 37));
    assert_eq!(subscribed.on_day(37), (State::Frozen, 37));
    assert_eq!(subscribed.on_day(300), (State::Frozen, 37));
    let license = subscribed.license().license;
    let late = Timestamp::MAX;
    let held: Vec<_> = license
        .standing
        .held_at(late)
        .map(ToString::to_string)
        .collect();
    assert_eq!(held, ["invoice:in_1"]);
    assert_eq!(license.reason(late), Some("frozen"));
    subscribed.receive(subscribed.paid(1));
    assert_eq!(subscribed.on_day(40), (State::Active, 60));
    assert_eq!(
        subscribed.seller.events(),
        [
            "license.created",
            "subscription.past_due",
            "subscription.renewed"
        ]
    );
}

#[test]
fn a_void_invoice_is_not_owed_so_the_license_runs_out_and_one_that_is_written_off_is() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    subscribed.receive(subscribed.failed(1));
    assert_eq!(subscribed.on_day(37), (State::Frozen, 37));
    subscribed.receive(EventData::Invoice(InvoiceFacts {
        is_void: true,
        has_failed: false,
        ..subscribed.invoice(1, false)
    }));
    assert_eq!(subscribed.on_day(37), (State::Expired, 30));
    let again = subscribed.seller.receive(subscribed.failed(1));
    assert!(matches!(again, Ok(Outcome::Ignored(_))), "{again:?}");
    subscribed.receive(subscribed.failed(2));
    assert_eq!(subscribed.on_day(37), (State::Frozen, 37));
    subscribed.receive(subscribed.paid(2));
    assert_eq!(subscribed.on_day(37), (State::Active, 90));
}

#[test]
fn a_cancellation_runs_out_without_grace() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    let cancels = StripeSubscription {
        cancels: true,
        ..subscribed.at(Active, 0)
    };
    subscribed.receive(subscribed.changed(cancels));
    assert_eq!(subscribed.on_day(29), (State::Active, 30));
    let view = subscribed.license().license.subscription.unwrap();
    assert!(view.cancels_at_period_end);
    subscribed.receive(subscribed.changed(subscribed.at(Canceled, 0)));
    assert_eq!(subscribed.on_day(30), (State::Expired, 30));
    assert_eq!(
        subscribed.seller.events(),
        [
            "license.created",
            "license.updated",
            "subscription.canceled"
        ]
    );
}

#[test]
fn a_pause_freezes_until_it_is_over() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    subscribed.receive(subscribed.changed(subscribed.at(Paused, 0)));
    assert_eq!(subscribed.on_day(1), (State::Frozen, 30));
    subscribed.receive(subscribed.changed(subscribed.at(Active, 0)));
    assert_eq!(subscribed.on_day(1), (State::Active, 30));
    assert_eq!(
        subscribed.seller.events(),
        ["license.created", "license.frozen", "license.updated"]
    );
}

#[test]
fn of_changes_in_one_second_the_one_at_stripe_counts() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    let paused = subscribed.changed(subscribed.at(Paused, 0));
    let resumed = subscribed.changed(subscribed.at(Active, 0));
    for data in [resumed, paused] {
        assert!(subscribed.seller.receive(data).is_ok());
    }
    assert_eq!(subscribed.on_day(1), (State::Active, 30));
}

#[test]
fn another_price_changes_the_key_type_and_keeps_the_key() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    let before = subscribed.license().license;
    let seller = &subscribed.seller;
    let team = KeyType {
        terms: LicenseTerms {
            activation_limit: 50,
            ..seller.shop.key_type.terms.clone()
        },
        ..seller.shop.another_key_type("team")
    };
    let mut changes = seller.shop.changes();
    changes.key_types.push(Write::new(team.clone()));
    seller.store.commit(changes).unwrap();
    let on = |tenant: &str, key_type: &str| StripeSubscription {
        sold: Some(SoldPrice {
            tenant: mintage_domain::base::slug::TenantId::parse(tenant).unwrap(),
            product: seller.shop.product.id.clone(),
            key_type: KeyTypeId::parse(key_type).unwrap(),
        }),
        ..subscribed.at(Active, 0)
    };
    for (tenant, key_type) in [("other", "team"), ("acme", "unknown")] {
        assert!(
            seller
                .receive(subscribed.changed(on(tenant, key_type)))
                .is_ok()
        );
        assert_eq!(subscribed.license().license.key_type, before.key_type);
    }
    subscribed.receive(subscribed.changed(on("acme", "team")));
    let after = subscribed.license().license;
    assert_eq!((&after.key_type, after.activation_limit), (&team.id, 50));
    assert_eq!(
        (after.key_hash, after.standing),
        (before.key_hash, before.standing)
    );
}

#[test]
fn a_refunded_renewal_takes_its_period_back_and_a_refund_of_all_revokes() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    subscribed.receive(subscribed.paid(1));
    subscribed.receive(subscribed.refunded(1));
    assert_eq!(subscribed.on_day(29), (State::Active, 30));
    let key = mintage_domain::model::sales::payment::PaymentKey {
        account: subscribed.seller.shop.account.clone(),
        intent: intent(1),
    };
    let payment = subscribed.seller.store.payment(&key).unwrap().unwrap();
    assert_eq!(
        (payment.order, payment.invoice.unwrap().invoice),
        (None, in_(1))
    );
    subscribed.receive(subscribed.refunded(0));
    assert_eq!(subscribed.on_day(1).0, State::Revoked);
    assert_eq!(
        subscribed.seller.events(),
        [
            "license.created",
            "license.refunded",
            "license.updated",
            "subscription.renewed"
        ]
    );
}

#[test]
fn a_part_of_a_renewal_that_is_refunded_is_only_told() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    subscribed.receive(subscribed.paid(1));
    let EventData::Refund(facts) = subscribed.refunded(1) else {
        panic!("a refund");
    };
    let report = RefundReport::Charge {
        charged: Some(2_900),
        refunded: 1_000,
    };
    subscribed.receive(EventData::Refund(RefundFacts { report, ..facts }));
    assert_eq!(subscribed.on_day(59), (State::Active, 60));
    assert_eq!(
        subscribed.seller.events(),
        ["license.created", "order.refunded", "subscription.renewed"]
    );
}

#[test]
fn news_in_any_order_end_the_same() {
    let run = |order: &[usize]| {
        let subscribed = Subscribed::begin(0);
        let ended = subscribed.at(Canceled, 2);
        let events = [
            subscribed.completed(),
            subscribed.paid(1),
            subscribed.failed(2),
            subscribed.refunded(1),
            subscribed.changed(ended),
        ];
        for nth in order {
            let outcome = subscribed.seller.receive(events[*nth].clone());
            assert!(outcome.is_ok(), "{order:?}: {outcome:?}");
        }
        let license = subscribed.license().license;
        let key = SubscriptionKey {
            account: subscribed.seller.shop.account.clone(),
            id: sub(),
        };
        let stored = subscribed.seller.store.subscription(&key).unwrap().unwrap();
        let of_order = subscribed
            .seller
            .store
            .licenses_of_order(stored.order.as_ref().unwrap());
        assert_eq!(of_order.unwrap().len(), 1);
        (license.standing, license.subscription, stored.term())
    };
    let orderly = run(&[0, 1, 2, 3, 4]);
    for order in permutations(5) {
        let twice: Vec<_> = order.iter().chain(&order).copied().collect();
        assert_eq!(run(&order), orderly, "{order:?}");
        assert_eq!(run(&twice), orderly, "{order:?} twice");
    }
}

fn permutations(n: usize) -> Vec<Vec<usize>> {
    let Some(last) = n.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for shorter in permutations(last) {
        for place in 0..n {
            let mut longer = shorter.clone();
            longer.insert(place, last);
            all.push(longer);
        }
    }
    all
}

#[test]
fn what_other_servers_began_is_ignored() {
    let subscribed = Subscribed::begin(0);
    let invoice = InvoiceFacts {
        is_ours: Some(false),
        ..subscribed.invoice(1, true)
    };
    let foreign = StripeSubscription {
        is_ours: Some(false),
        ..subscribed.at(Active, 0)
    };
    for data in [
        EventData::Invoice(invoice),
        EventData::Subscription(foreign),
    ] {
        let outcome = subscribed.seller.receive(data);
        assert!(matches!(outcome, Ok(Outcome::Ignored(_))), "{outcome:?}");
    }
}
