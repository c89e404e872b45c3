//! A few sellers, their checkouts, and the events that Stripe sends.

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{PaymentIntentId, SessionId, StripeEventId};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::{KeyRing, MasterKey};
use mintage_domain::base::slug::ProductId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::key::KeyFormat;
use mintage_domain::model::sales::fee::BasisPoints;
use mintage_domain::model::sales::items::CheckoutItems;
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::event::{
    EventData, PaymentStatus, RefundFacts, RefundReport, SessionFacts, StripeEvent,
};
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::ports::{Commit, Connections, Orders, Stripe};
use mintage_domain::usecase::catalog::prices::set_up_prices;
use mintage_domain::usecase::env::{Env, SealedField};
use mintage_domain::usecase::sales::checkout::{OpenCheckout, open};
use mintage_domain::usecase::stripe::inbound::Inbound;
use mintage_testkit::fixtures::{Shop, email, web_url};
use mintage_testkit::{FixedClock, MemoryStore, StandInStripe, TestEnv};
use std::collections::BTreeMap;

use crate::chaos::Weather;
use crate::dice::Dice;
use crate::faulty_store::FaultyStore;

/// The store, Stripe, and the true outcome of each sale.
pub(crate) struct World {
    pub(crate) store: MemoryStore,
    pub(crate) stripe: StandInStripe,
    pub(crate) shops: Vec<Shop>,
    /// Whether the grant of each shop has ended at Stripe.
    pub(crate) ended: Vec<bool>,
    /// The outcome of each checkout whose page was handed out.
    pub(crate) sales: Vec<Sale>,
    /// The events that Stripe sends, each once.
    pub(crate) events: Vec<Inbound>,
    environment: TestEnv,
    all_keys: KeyRing,
}

/// A checkout whose page was handed out, and its true outcome.
pub(crate) struct Sale {
    pub(crate) shop: usize,
    pub(crate) session: SessionId,
    pub(crate) buyer: Email,
    pub(crate) end: OrderStatus,
    pub(crate) refunded: bool,
}

impl World {
    pub(crate) fn new(seed: u64, dice: &Dice, weather: &Weather) -> Self {
        let mut world = Self {
            store: MemoryStore::new(),
            stripe: StandInStripe::new(),
            shops: Vec::new(),
            ended: Vec::new(),
            sales: Vec::new(),
            events: Vec::new(),
            environment: TestEnv::seeded(&format!("day {seed}")),
            all_keys: KeyRing::new(master_key("test", "5a"), vec![master_key("old", "0f")])
                .unwrap(),
        };
        for number in 0..=dice.below(3) {
            let shop = world.open_shop(number, dice);
            world.shops.push(shop);
            for _ in 0..dice.below(5) {
                world.check_out(number, dice, weather);
            }
            world.end_grant(number, dice);
            world.expire_pages_never_handed_out(number);
        }
        world
    }

    /// The environment while a master key is missing.
    pub(crate) fn env(&self) -> Env<'_> {
        self.environment.env()
    }

    /// The environment with all master keys.
    pub(crate) fn healed_env(&self) -> Env<'_> {
        Env {
            keys: &self.all_keys,
            ..self.env()
        }
    }

    pub(crate) fn clock(&self) -> &FixedClock {
        &self.environment.clock
    }

    /// Creates a connected shop with two products. The secret of the second is sealed under a key
    /// that is missing for a while.
    fn open_shop(&self, number: usize, dice: &Dice) -> Shop {
        let mut shop = Shop::opened(&self.store, &format!("seller-{number}"));
        shop.mode = dice.pick(&Mode::ALL);
        let account = shop.account_ref();
        let code = self.stripe.grant_code_for(&account);
        self.stripe.exchange(shop.mode, &code).unwrap();

        let path = format!("{}/sealed", shop.tenant.id);
        let old = KeyRing::new(master_key("old", "0f"), Vec::new()).unwrap();
        let mut with_old = self.env();
        with_old.keys = &old;
        let product = Product {
            key_format: KeyFormat::Checked,
            key_secret: with_old.seal(SealedField::PRODUCT_KEY_SECRET, &path, &[7; 32]),
            ..shop.another_product("sealed")
        };
        let mut changes = shop.changes();
        changes.key_types.push(Write::new(KeyType {
            product: product.id.clone(),
            ..shop.key_type.clone()
        }));
        changes.products.push(Write::new(product));
        changes.connections.push(Write::changed(shop.connection()));
        changes.accounts.push(Write::changed(shop.account_link()));
        self.store.commit(changes).unwrap();
        let (env, actor) = (self.env(), Actor::Operator);
        set_up_prices(&self.store, &self.stripe, &env, &shop.tenant.id, &actor).unwrap();
        shop
    }

    /// A backend opens a checkout. If the page is handed out, a buyer acts on it.
    fn check_out(&mut self, number: usize, dice: &Dice, weather: &Weather) {
        let shop = &self.shops[number];
        let buyer = email(dice.pick(&["ada@example.test", "bob@example.test"]));
        let wanted = OpenCheckout {
            items: CheckoutItems::one(
                ProductId::parse(dice.pick(&["pixel", "sealed"])).unwrap(),
                shop.key_type.id.clone(),
            ),
            metadata: Metadata::default(),
            success_url: dice.one_in(2).then(|| web_url("https://acme.test/thanks")),
            cancel_url: web_url("https://acme.test/cart"),
            buyer: dice.one_in(2).then(|| buyer.clone()),
        };
        let connection = self.store.connection(&shop.tenant.id).unwrap().unwrap();
        let store = FaultyStore::new(&self.store, dice, weather);
        let (env, fee) = (self.env(), BasisPoints::new(50).unwrap());
        let offer = (fee, &web_url("https://mint.test"));
        let Ok(url) = open(&store, &self.stripe, &env, &connection, offer, &wanted) else {
            return;
        };
        let opened = self.stripe.checkouts(&shop.account_ref());
        let (session, _) = opened.last().unwrap().clone();
        assert_eq!(session.url, url);
        let order = self.store.order_of_session(&shop.account, &session.id);
        assert!(order.unwrap().is_some(), "a page was handed out unwritten");
        self.buy(number, session.id, buyer, dice);
    }

    /// The buyer acts on the page, and Stripe has events for it.
    fn buy(&mut self, shop: usize, session: SessionId, buyer: Email, dice: &Dice) {
        use PaymentStatus::{NoPaymentRequired, Paid, Unpaid};
        let completed = |payment| EventData::SessionCompleted(facts(&session, &buyer, payment));
        let (end, mut data) = match dice.below(8) {
            0 => (OrderStatus::Open, vec![]),
            1 => (
                OrderStatus::Expired,
                vec![EventData::SessionExpired(session.clone())],
            ),
            2 => {
                let failed = EventData::SessionPaymentFailed(session.clone());
                (OrderStatus::PaymentFailed, vec![completed(Unpaid), failed])
            }
            3 => (OrderStatus::Fulfilled, vec![completed(NoPaymentRequired)]),
            4 => (
                OrderStatus::Fulfilled,
                vec![completed(Unpaid), completed(Paid)],
            ),
            5 => (
                OrderStatus::Fulfilled,
                vec![completed(Paid), completed(Paid)],
            ),
            _ => (OrderStatus::Fulfilled, vec![completed(Paid)]),
        };
        let paid = matches!(
            data.last(),
            Some(EventData::SessionCompleted(last)) if last.payment == Paid
        );
        let refunds: &[i64] = match dice.below(5) {
            0 => &[1_000],
            1 => &[1_000, 2_900],
            2 => &[2_900],
            _ => &[],
        };
        let refunds = if paid { refunds } else { &[] };
        data.extend(refunds.iter().map(|amount| refund(&session, *amount)));
        for data in data {
            self.add_event(shop, data, dice.one_in(4));
        }
        self.sales.push(Sale {
            shop,
            session,
            buyer,
            end,
            refunded: refunds.last() == Some(&2_900),
        });
    }

    /// Some sellers end their grant. Others only have an old event of an earlier grant.
    fn end_grant(&mut self, number: usize, dice: &Dice) {
        let (ends, has_old_event) = (dice.one_in(4), dice.one_in(4));
        if ends {
            self.stripe.end_grant(&self.shops[number].account_ref());
        }
        if ends || has_old_event {
            self.add_event(number, EventData::Deauthorized, false);
        }
        self.ended.push(ends);
    }

    /// Expires sessions at Stripe whose page was never handed out.
    fn expire_pages_never_handed_out(&mut self, number: usize) {
        let account = self.shops[number].account_ref();
        for (session, _) in self.stripe.checkouts(&account) {
            if !self.sales.iter().any(|sale| sale.session == session.id) {
                self.add_event(number, EventData::SessionExpired(session.id), false);
            }
        }
    }

    /// Adds a new event on the endpoint of its mode. A test event may come on the live endpoint
    /// too.
    fn add_event(&mut self, shop: usize, data: EventData, on_both: bool) {
        let shop = &self.shops[shop];
        let id = StripeEventId::parse(&format!("evt_{}", self.events.len())).unwrap();
        let inbound = Inbound {
            endpoint: EventEndpoint::Connect(shop.mode),
            payload: id.as_str().into(),
            event: StripeEvent {
                id,
                kind: "of.a.simulation".to_owned(),
                account: Some(shop.account.clone()),
                livemode: shop.mode.livemode(),
                data,
            },
            parked: None,
        };
        if on_both && shop.mode == Mode::Sandbox {
            self.events.push(Inbound {
                endpoint: EventEndpoint::Connect(Mode::Live),
                ..inbound.clone()
            });
        }
        self.events.push(inbound);
    }
}

fn master_key(name: &str, byte: &str) -> MasterKey {
    MasterKey::parse(&format!("{name}:{}", byte.repeat(32))).unwrap()
}

fn intent(session: &SessionId) -> PaymentIntentId {
    PaymentIntentId::parse(&format!("pi_{session}")).unwrap()
}

fn facts(session: &SessionId, buyer: &Email, payment: PaymentStatus) -> SessionFacts {
    SessionFacts {
        session: session.clone(),
        payment,
        amount_subtotal: Some(2_900),
        amount_total: Some(2_900),
        currency: Some("usd".to_owned()),
        email: Some(buyer.as_str().to_owned()),
        name: None,
        payment_intent: (payment != PaymentStatus::NoPaymentRequired).then(|| intent(session)),
        discount: None,
        subscription: None,
        invoice: None,
        at: None,
        snapshot: BTreeMap::new(),
        own: Box::default(),
    }
}

fn refund(session: &SessionId, amount: i64) -> EventData {
    EventData::Refund(RefundFacts {
        payment_intent: Some(intent(session)),
        invoice: None,
        currency: Some("usd".to_owned()),
        at: None,
        report: RefundReport::Charge {
            charged: Some(2_900),
            refunded: amount,
        },
    })
}
