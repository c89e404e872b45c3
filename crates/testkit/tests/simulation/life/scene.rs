//! Three shops with open checkouts, on copies of which the cases run.

use std::collections::BTreeMap;
use std::time::Duration;

use mintage_domain::base::email::Email;
use mintage_domain::base::id::SessionId;
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::slug::{KeyTypeId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::sale::{QuantityAs, SaleOptions, SessionOptions};
use mintage_domain::model::licenses::recurrence::{Billing, Interval, Recurrence};
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::sales::fee::BasisPoints;
use mintage_domain::model::sales::items::{CheckoutItem, CheckoutItems, Quantity};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{Commit, Connections, Stripe};
use mintage_domain::usecase::catalog::prices::set_up_prices;
use mintage_domain::usecase::sales::checkout::{OpenCheckout, open};
use mintage_testkit::fixtures::{Shop, cents, email, web_url};
use mintage_testkit::{FixedClock, MemoryStore, StandInStripe, TestEnv};

/// The key type to which a subscription is upgraded.
pub(crate) const TEAM: &str = "team";

/// What each checkout for a one-time sale sells: key types of the product and their quantities.
const BASKETS: [&[(&str, u32)]; 5] = [
    &[("pro", 1)],
    &[("pro", 3)],
    &[("seats", 4)],
    &[("pro", 1), ("seats", 2)],
    &[("promo", 1)],
];

/// The key types of the two subscriptions.
const RECURRING: [&str; 2] = ["monthly", "trial"];

/// A shop with an open checkout for each basket and each subscription.
pub(crate) struct SceneShop {
    pub(crate) account: AccountRef,
    pub(crate) tenant: TenantId,
    pub(crate) orders: Vec<OpenOrder>,
    pub(crate) subscriptions: Vec<OpenOrder>,
}

/// An open checkout.
#[derive(Clone)]
pub(crate) struct OpenOrder {
    pub(crate) session: SessionId,
    pub(crate) buyer: Email,
    /// The sum of the prices.
    pub(crate) price: i64,
    /// Whether a promotion code makes the total less than the price.
    pub(crate) discounted: bool,
}

/// The store before anybody pays.
pub(crate) struct Scene {
    store: MemoryStore,
    pub(crate) shops: Vec<SceneShop>,
}

/// A store and a Stripe of one run.
pub(crate) struct World<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) store: MemoryStore,
    pub(crate) stripe: StandInStripe,
    pub(crate) environment: TestEnv,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let (store, stripe) = (MemoryStore::new(), StandInStripe::new());
        let shops = (0..3).map(|number| open_shop(&store, &stripe, number));
        let shops = shops.collect();
        Self { store, shops }
    }

    /// A copy of the scene for one run.
    pub(crate) fn world(&self) -> World<'_> {
        let stripe = StandInStripe::new();
        for shop in &self.shops {
            let code = stripe.grant_code_for(&shop.account);
            stripe.exchange(shop.account.mode, &code).unwrap();
        }
        World {
            scene: self,
            store: self.store.snapshot(),
            stripe,
            environment: TestEnv::seeded("life"),
        }
    }
}

impl World<'_> {
    /// Moves the time to so many seconds after the start, but never back.
    pub(crate) fn pass_until(&self, seconds: i64) {
        let clock = &self.environment.clock;
        let then = second(seconds);
        if then > self.environment.env().now() {
            clock.set(then);
        }
    }
}

/// The time so many seconds after the start.
pub(crate) fn second(seconds: i64) -> Timestamp {
    FixedClock::START.plus(Duration::from_secs(seconds.unsigned_abs()))
}

fn open_shop(store: &MemoryStore, stripe: &StandInStripe, number: usize) -> SceneShop {
    let shop = Shop::opened(store, &format!("shop-{number}"));
    let account = shop.account_ref();
    let code = stripe.grant_code_for(&account);
    stripe.exchange(account.mode, &code).unwrap();
    let mut changes = shop.changes();
    changes.key_types.extend(key_types(&shop).map(Write::new));
    changes.connections.push(Write::changed(shop.connection()));
    changes.accounts.push(Write::changed(shop.account_link()));
    store.commit(changes).unwrap();
    let env = shop.env.env();
    set_up_prices(store, stripe, &env, &shop.tenant.id, &Actor::Operator).unwrap();
    let open_one = |items: &[(&str, u32)]| open_order(store, stripe, &shop, items);
    SceneShop {
        orders: BASKETS.iter().map(|items| open_one(items)).collect(),
        subscriptions: RECURRING.iter().map(|it| open_one(&[(*it, 1)])).collect(),
        account,
        tenant: shop.tenant.id.clone(),
    }
}

fn key_types(shop: &Shop) -> impl Iterator<Item = KeyType> {
    let recurring = |slug: &str, trial_days| KeyType {
        recurrence: Some(Recurrence {
            billing: Billing {
                interval: Interval::Month,
                count: 1,
            },
            trial_days,
            grace_days: 7,
        }),
        ..shop.another_key_type(slug)
    };
    let seats = SaleOptions {
        quantity_as: QuantityAs::Seats,
        ..SaleOptions::default()
    };
    let promotion = SaleOptions {
        session: SessionOptions {
            allow_promotion_codes: true,
            ..SessionOptions::default()
        },
        ..SaleOptions::default()
    };
    let team = recurring(TEAM, 0);
    [
        recurring(RECURRING[0], 0),
        recurring(RECURRING[1], 14),
        KeyType {
            terms: LicenseTerms {
                activation_limit: 50,
                ..team.terms.clone()
            },
            ..team
        },
        KeyType {
            sale: seats,
            price: Some(cents(1_000)),
            ..shop.another_key_type("seats")
        },
        KeyType {
            sale: promotion,
            ..shop.another_key_type("promo")
        },
    ]
    .into_iter()
}

fn open_order(
    store: &MemoryStore,
    stripe: &StandInStripe,
    shop: &Shop,
    items: &[(&str, u32)],
) -> OpenOrder {
    let of = |(slug, quantity): &(&str, u32)| CheckoutItem {
        product: shop.product.id.clone(),
        key_type: KeyTypeId::parse(slug).unwrap(),
        quantity: Quantity::new(*quantity).unwrap(),
    };
    let buyer = email("buyer@example.test");
    let wanted = OpenCheckout {
        items: CheckoutItems::new(items.iter().map(of).collect()).unwrap(),
        metadata: Metadata::default(),
        success_url: None,
        cancel_url: web_url("https://acme.test/cart"),
        buyer: Some(buyer.clone()),
    };
    let connection = store.connection(&shop.tenant.id).unwrap().unwrap();
    let (env, fee) = (shop.env.env(), BasisPoints::new(50).unwrap());
    let offer = (fee, &web_url("https://mint.test"));
    open(store, stripe, &env, &connection, offer, &wanted).unwrap();
    let (session, _) = stripe.checkouts(&shop.account_ref()).pop().unwrap();
    let prices: BTreeMap<&str, i64> = BTreeMap::from([("seats", 1_000)]);
    let price = |(slug, quantity): &(&str, u32)| {
        prices.get(slug).copied().unwrap_or(2_900) * i64::from(*quantity)
    };
    OpenOrder {
        session: session.id,
        buyer,
        price: items.iter().map(price).sum(),
        discounted: items.iter().any(|(slug, _)| *slug == "promo"),
    }
}
