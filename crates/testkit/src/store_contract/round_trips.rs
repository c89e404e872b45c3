//! Every row is read exactly as it was written: each optional field both ways, each variant of
//! each enum, names in any script, the largest numbers.

use super::witness::{assert_written, changing, committed};
use crate::fixtures::{Shop, cents, display_name, email, stripe_account, web_url};
use mintage_domain::api_key::{ApiKey, Scope};
use mintage_domain::audit::{Actor, AuditEntry};
use mintage_domain::catalog::{Entitlements, KeyType, LicenseTerms, Product};
use mintage_domain::changes::{Changes, Put, Versioned};
use mintage_domain::connection::{
    AccountLink, AccountRef, Connection, ConnectionState, OAuthRound,
};
use mintage_domain::customer::Customer;
use mintage_domain::delivery::{Attempt, Delivery, DeliveryStatus, Endpoint};
use mintage_domain::license::key::{KeyFormat, KeyPrefix};
use mintage_domain::license::state::{
    HoldCause, HoldStatus, Revocation, RevocationReason, Standing,
};
use mintage_domain::license::term::{Days, Term};
use mintage_domain::license::{License, OrderUnit};
use mintage_domain::management_token::{ManagementToken, TokenScope};
use mintage_domain::mode::Mode;
use mintage_domain::money::{Currency, Money};
use mintage_domain::order::{Order, OrderStatus};
use mintage_domain::outbound::EventName;
use mintage_domain::payment::Payment;
use mintage_domain::ports::Store;
use mintage_domain::secret::SecretHash;
use mintage_domain::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::stripe_event::{HeardEvent, HeardOutcome};
use mintage_domain::tenant::{Plan, Tenant};
use mintage_domain::time::Timestamp;
use serde_json::{Map, json};
use std::collections::BTreeSet;

/// A name of 120 characters of four bytes each, the longest there is.
fn longest_name() -> String {
    "🗝".repeat(120)
}

const NAMES: [&str; 4] = ["x", "Zoë's “Pixel” \\ %_'; --", "数独プロ", "بكسل"];

/// Instants at both ends of what can be told, and one with microseconds.
const INSTANTS: [Timestamp; 4] = [
    Timestamp::from_micros(i64::MIN),
    Timestamp::EPOCH,
    Timestamp::from_micros(1_798_761_600_000_001),
    Timestamp::from_micros(i64::MAX),
];

#[track_caller]
fn comes_back(store: &dyn Store, shop: &Shop, fill: impl FnOnce(&mut Changes)) {
    let changes = changing(shop, fill);
    committed(store, changes.clone());
    assert_written(store, &changes);
}

/// Each row is written and read whole.
#[track_caller]
fn each_comes_back<T: Versioned + Clone>(
    store: &dyn Store,
    shop: &Shop,
    part: fn(&mut Changes) -> &mut Vec<Put<T>>,
    rows: impl IntoIterator<Item = T>,
) {
    for row in rows {
        comes_back(store, shop, |it| part(it).push(Put::changed(row)));
    }
}

/// Each variant of one row overwrites the one before and is read whole.
#[track_caller]
fn each_overwrites<T: Versioned + Clone>(
    store: &dyn Store,
    shop: &Shop,
    part: fn(&mut Changes) -> &mut Vec<Put<T>>,
    variants: impl IntoIterator<Item = T>,
) {
    for (version, mut row) in (0..).zip(variants) {
        *row.version_mut() = version;
        each_comes_back(store, shop, part, [row]);
    }
}

/// Tenants of every plan, changed from one to the next.
pub fn a_tenant_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::new("acme");
    let first = Tenant {
        id: TenantId::parse("0-tenant-of-thirty-two-character").expect("a slug"),
        email: email("o'neil+tag@example.test"),
        created_at: INSTANTS[0],
        ..shop.tenant.clone()
    };
    let rows = Plan::ALL.map(|plan| Tenant {
        email: email(&format!("{}@example.test", plan.as_str())),
        plan,
        ..first.clone()
    });
    each_comes_back(store, &shop, |it| &mut it.tenants, [shop.tenant.clone()]);
    each_overwrites(store, &shop, |it| &mut it.tenants, rows);
}

/// Tokens with each scope, none and all, in force and revoked.
pub fn a_token_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let mut scopes: Vec<BTreeSet<TokenScope>> =
        TokenScope::ALL.iter().map(|it| [*it].into()).collect();
    scopes.extend([BTreeSet::new(), TokenScope::ALL.into()]);
    let rows = scopes.into_iter().map(|scopes| ManagementToken {
        scopes,
        ..shop.management_token()
    });
    each_comes_back(store, &shop, |it| &mut it.tokens, rows);
    let token = shop.management_token();
    let revoked = ManagementToken {
        revoked_at: Some(shop.now()),
        ..token.clone()
    };
    each_overwrites(store, &shop, |it| &mut it.tokens, [token, revoked]);
}

/// Products with names in any script and both key formats.
pub fn a_product_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let names = NAMES.into_iter().map(str::to_owned).chain([longest_name()]);
    for (i, name) in names.enumerate() {
        let product = Product {
            display_name: display_name(&name),
            key_prefix: KeyPrefix::parse(["IO", "KS7F3K9X"][i % 2]).expect("a prefix"),
            key_format: KeyFormat::ALL[i % 2],
            ..shop.another_product(&format!("p{i}"))
        };
        comes_back(store, &shop, |it| it.products.push(Put::new(product)));
    }
}

/// Key types of every kind of term, with and without a price and entitlements.
pub fn a_key_type_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let yen = Money::new(
        Money::MAX_MINOR,
        Currency::parse("jpy").expect("a currency"),
    )
    .expect("the most there is");
    let most = (0..64).map(|i| format!("{i:02}.{}", "e".repeat(61)));
    let table = [
        (Term::Lifetime, 0, vec![], None),
        (
            Term::Days(Days::new(1).expect("a day")),
            1,
            vec![],
            Some(cents(0)),
        ),
        (
            Term::Days(Days::new(36_500).expect("a century")),
            LicenseTerms::MAX_ACTIVATIONS,
            most.collect(),
            Some(yen),
        ),
        (
            Term::Until(Timestamp::from_micros(1_893_456_000_123_000)),
            3,
            vec!["a_b-c.d".to_owned()],
            Some(cents(999)),
        ),
    ];
    for (i, (term, activation_limit, entitlements, price)) in table.into_iter().enumerate() {
        let key_type = KeyType {
            display_name: display_name(NAMES[i]),
            terms: LicenseTerms {
                term,
                activation_limit,
                entitlements: Entitlements::parse(entitlements).expect("entitlements"),
            },
            price,
            ..shop.another_key_type(&format!("kt-{i}"))
        };
        comes_back(store, &shop, |it| it.key_types.push(Put::new(key_type)));
    }
}

/// Connections in each state, with and without a checkout key and accounts to retire.
pub fn a_connection_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let account = stripe_account("acct_1");
    let retired = |mode| AccountRef {
        mode,
        account: stripe_account("acct_old"),
    };
    let table = [
        (ConnectionState::Disconnected, None, vec![]),
        (
            ConnectionState::Sandbox(account.clone()),
            Some(SecretHash::of("checkout key")),
            Mode::ALL.map(retired).to_vec(),
        ),
        (
            ConnectionState::Live(account),
            None,
            vec![retired(Mode::Live)],
        ),
        (ConnectionState::Disconnected, None, vec![]),
    ];
    let rows = table.map(|(state, checkout_key, retiring)| Connection {
        state,
        checkout_key,
        retiring,
        ..Connection::none(shop.tenant.id.clone())
    });
    each_overwrites(store, &shop, |it| &mut it.connections, rows);
}

/// Account links in both modes, active and left, moved to another tenant.
pub fn an_account_link_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let other = Shop::opened(store, "other");
    let sandbox = AccountLink {
        account: AccountRef {
            mode: Mode::Sandbox,
            account: shop.account.clone(),
        },
        ..shop.account_link()
    };
    each_comes_back(store, &shop, |it| &mut it.accounts, [sandbox]);
    let live = shop.account_link();
    let left = AccountLink {
        active: false,
        ..live.clone()
    };
    let moved = AccountLink {
        tenant: other.tenant.id.clone(),
        linked_at: INSTANTS[2],
        ..live.clone()
    };
    let rows = [live, left, moved];
    each_overwrites(store, &shop, |it| &mut it.accounts, rows);
}

/// OAuth rounds of both modes, open and used.
pub fn an_oauth_round_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    for mode in Mode::ALL {
        let open = OAuthRound {
            mode,
            ..shop.oauth_round()
        };
        let used = OAuthRound {
            used: true,
            ..open.clone()
        };
        each_overwrites(store, &shop, |it| &mut it.oauth_rounds, [open, used]);
    }
}

/// Events of every outcome, with and without an account, on both endpoints.
pub fn a_heard_event_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let parked = HeardOutcome::Parked {
        reason: "no such \"key type\" — gone".to_owned(),
        payload: (0..=255).collect(),
        retry_at: INSTANTS[2],
    };
    let first = shop.heard_event();
    let rows = [
        (parked, first.account.clone()),
        (HeardOutcome::Ignored("ünknown".to_owned()), None),
        (HeardOutcome::Applied, first.account.clone()),
    ]
    .map(|(outcome, account)| HeardEvent {
        outcome,
        account,
        ..first.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.events, rows);
    let elsewhere = HeardEvent {
        endpoint: Mode::Sandbox,
        kind: "account.updated".to_owned(),
        ..first
    };
    each_comes_back(store, &shop, |it| &mut it.events, [elsewhere]);
}

/// Customers with everything told and with nothing told.
pub fn a_customer_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let facts = json!({ "källa": "messe", "n": i64::MAX, "x": [1.5, null, { "deep": true }] });
    let told = Customer {
        mode: Mode::Sandbox,
        name: Some(NAMES[1].to_owned()),
        external_id: Some(NAMES[2].to_owned()),
        metadata: facts.as_object().cloned().unwrap_or_default(),
        created_at: INSTANTS[0],
        ..shop.customer()
    };
    let empty = Customer {
        name: Some(String::new()),
        metadata: Map::new(),
        ..shop.customer()
    };
    for customer in [told, empty, shop.customer()] {
        comes_back(store, &shop, |it| it.customers.push(customer));
    }
}

/// Orders in every status, with everything told and with nothing told.
pub fn an_order_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let bare = Order {
        session: None,
        status: OrderStatus::Opening,
        ..shop.order()
    };
    let told = Order {
        mode: Mode::Sandbox,
        terms: LicenseTerms {
            term: Term::Days(Days::new(30).expect("a month")),
            activation_limit: LicenseTerms::MAX_ACTIVATIONS,
            entitlements: Entitlements::default(),
        },
        fee: Some(cents(15)),
        buyer: Some(email("buyer@example.test")),
        session: Some(shop.session()),
        customer: Some(sale.customer.id),
        total: Some(cents(Money::MAX_MINOR)),
        payment: Some(shop.payment_intent()),
        fulfilled_at: Some(INSTANTS[2]),
        ..bare.clone()
    };
    let statuses = [
        OrderStatus::Opening,
        OrderStatus::Open,
        OrderStatus::AwaitingPayment,
        OrderStatus::Fulfilled,
        OrderStatus::PaymentFailed,
        OrderStatus::Expired,
        OrderStatus::Abandoned,
    ];
    let variants = statuses
        .into_iter()
        .flat_map(|status| [bare.clone(), told.clone()].map(|order| Order { status, ..order }));
    each_overwrites(store, &shop, |it| &mut it.orders, variants);
}

/// Payments with and without an order, with the largest amounts.
pub fn a_payment_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let first = shop.payment();
    let table = [
        (None, 0, false),
        (Some(sale.order.id), i64::MAX, true),
        (None, 1, false),
    ];
    let rows = table.map(|(order, refunded, fully_refunded)| Payment {
        order,
        refunded,
        fully_refunded,
        ..first.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.payments, rows);
}

/// Licenses in every standing, sold here and elsewhere, with and without entitlements.
pub fn a_license_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let rows = standings().map(|standing| License {
        standing,
        ..shop.license(&sale.customer)
    });
    each_comes_back(store, &shop, |it| &mut it.licenses, rows);
    let unit = OrderUnit {
        order: sale.order.id,
        line: u32::MAX,
        unit: u32::MAX,
    };
    let sold = License {
        mode: Mode::Sandbox,
        unit: Some(unit),
        activation_limit: u32::MAX,
        entitlements: Entitlements::default(),
        masked_key: "****ü".to_owned(),
        created_at: INSTANTS[2],
        ..shop.license(&sale.customer)
    };
    let variants = standings().map(|standing| License {
        standing,
        ..sold.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.licenses, variants);
}

/// Every kind of revocation and of hold, alone and together.
fn standings() -> impl Iterator<Item = Standing> {
    let causes = || {
        [
            HoldCause::Admin,
            HoldCause::Dispute("dp_1".to_owned()),
            HoldCause::UnpaidInvoice("in_1".to_owned()),
        ]
    };
    let revoked = [
        RevocationReason::Admin,
        RevocationReason::Refund,
        RevocationReason::Dispute,
    ]
    .map(|reason| Standing::from_parts(None, Some(Revocation::new(reason, INSTANTS[2])), []));
    let held = [HoldStatus::Held, HoldStatus::Released].map(|status| {
        let holds = causes().map(|cause| (cause, status));
        Standing::from_parts(Some(INSTANTS[3]), None, holds)
    });
    let revocation = Revocation::new(RevocationReason::Refund, INSTANTS[0]);
    let holds = [(HoldCause::Admin, HoldStatus::Held)];
    let all = Standing::from_parts(Some(INSTANTS[1]), Some(revocation), holds);
    revoked
        .into_iter()
        .chain(held)
        .chain([all, Standing::new(None)])
}

/// API keys of every scope and both modes, in force and revoked.
pub fn an_api_key_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    for scope in Scope::ALL {
        for mode in Mode::ALL {
            let key = ApiKey {
                scope,
                mode,
                ..shop.api_key()
            };
            let revoked = ApiKey {
                revoked_at: Some(shop.now()),
                ..key.clone()
            };
            each_overwrites(store, &shop, |it| &mut it.api_keys, [key, revoked]);
        }
    }
}

/// Endpoints with a URL, without, and gone.
pub fn an_endpoint_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let whole = shop.endpoint();
    let without = Endpoint {
        url: None,
        ..shop.endpoint()
    };
    let gone = Endpoint {
        url: Some(web_url("HTTPS://[::1]:8443/x?q={CHECKOUT_SESSION_ID}#top")),
        gone_since: Some(shop.now()),
        ..shop.endpoint()
    };
    let rows = [whole.clone(), without, gone, whole];
    each_overwrites(store, &shop, |it| &mut it.endpoints, rows);
}

/// Deliveries of every event and status, with their attempts, answered and not.
pub fn a_delivery_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let events = [
        EventName::LicenseCreated,
        EventName::LicenseRefunded,
        EventName::LicenseRevoked,
    ];
    let statuses = [
        DeliveryStatus::Pending,
        DeliveryStatus::Leased,
        DeliveryStatus::Delivered,
        DeliveryStatus::Failed,
    ];
    for event in events {
        let first = Delivery {
            event,
            ..shop.delivery(&sale.license)
        };
        let rows = statuses.map(|status| Delivery {
            status,
            attempts: u32::MAX,
            schedule_from: 7,
            due_at: INSTANTS[3],
            ..first.clone()
        });
        each_overwrites(store, &shop, |it| &mut it.deliveries, rows);
    }
    let delivery = shop.delivery(&sale.license);
    let attempts = [
        (Some(200), "ok".to_owned()),
        (Some(599), longest_name()),
        (None, String::new()),
    ];
    comes_back(store, &shop, |it| {
        for (number, (status, snippet)) in (1..).zip(attempts) {
            it.attempts.push(Attempt {
                status,
                snippet,
                ..shop.attempt(&delivery, number)
            });
        }
        it.deliveries.push(Put::changed(delivery));
    });
}

/// Prices with the largest amount of a currency.
pub fn a_price_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let kuwait = Currency::parse("kwd").expect("a currency");
    let mut link = shop.price_link();
    link.amount = Money::new(99_999_990, kuwait).expect("the most there is");
    comes_back(store, &shop, |it| it.prices.push(link));
}

/// Audit entries of every kind of actor.
pub fn an_audit_entry_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let token = shop.management_token();
    let actors = [
        Actor::Operator,
        Actor::Token(token.id.clone()),
        Actor::Seller,
        Actor::Stripe,
        Actor::System,
    ];
    let entries = actors.map(|actor| AuditEntry {
        actor,
        target: NAMES[2].to_owned(),
        ..shop.audit_entry()
    });
    comes_back(store, &shop, |it| it.audit = entries.into());
}

/// One slug names a product at two tenants, and a key type in two products.
pub fn a_slug_is_free_again_beneath_another_owner(store: &dyn Store) {
    let one = Shop::opened(store, "one");
    let two = Shop::opened(store, "two");
    assert_eq!(one.product.id, two.product.id);
    let second = one.another_product("second");
    let same = KeyType {
        product: ProductId::parse("second").expect("a slug"),
        id: KeyTypeId::parse(one.key_type.id.as_str()).expect("a slug"),
        ..one.key_type.clone()
    };
    comes_back(store, &one, |it| {
        it.products.push(Put::new(second));
        it.key_types.push(Put::new(same));
    });
    assert_written(store, &one.foundation());
    assert_written(store, &two.foundation());
}
