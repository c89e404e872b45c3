//! A seller: a shop in a store and at a Stripe of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mintage_domain::base::id::{
    DisputeId, PaymentIntentId, RefundId, SessionId, StripeEventId, WebhookEndpointId,
};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::base::url::WebUrl;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::key::KeyFormat;
use mintage_domain::model::outbox::delivery::{Claim, Delivery};
use mintage_domain::model::outbox::event::{EventName, sent_body};
use mintage_domain::model::outbox::webhook_endpoint::SecretOverlap;
use mintage_domain::model::outbox::webhook_signature::WebhookSecret;
use mintage_domain::model::sales::fee::BasisPoints;
use mintage_domain::model::sales::items::CheckoutItems;
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::connection::Connection;
use mintage_domain::model::stripe::event::{
    DisputeFacts, EventData, PaymentStatus, RefundFacts, RefundReport, SessionFacts, StripeEvent,
};
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::ports::{
    AuditFilter, Audits, ClaimLimits, Connections, Deliveries, LicenseFilter, LicenseRecord,
    Licenses, OrderFilter, Orders, Stripe,
};
use mintage_domain::ports::{Catalog, Commit};
use mintage_domain::usecase::catalog::prices::{PricesError, PricesSetUp, set_up_prices};
use mintage_domain::usecase::env::{Env, SealedField};
use mintage_domain::usecase::outbox::deliver::{LEASE, MAX_CONCURRENT_PER_ENDPOINT};
use mintage_domain::usecase::outbox::webhook_endpoint::{WebhookEndpointError, rotate_secret};
use mintage_domain::usecase::sales::checkout::{self, OpenCheckout};
use mintage_domain::usecase::sales::checkout_error::CheckoutError;
use mintage_domain::usecase::stripe::connect::{self, ConnectError};
use mintage_domain::usecase::stripe::connect_page::{self, ConnectPage, Connected};
use mintage_domain::usecase::stripe::inbound::{Inbound, InboundError, Outcome, receive};
use mintage_testkit::fixtures::{Shop, web_url};
use mintage_testkit::{MemoryStore, StandInStripe};

pub(crate) struct Seller {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) stripe: Arc<StandInStripe>,
    pub(crate) shop: Shop,
    events: AtomicU32,
}

/// The secret of the browser in which sellers connect.
pub(crate) fn browser() -> Secret {
    Secret::new("b0".repeat(32))
}

fn redirect() -> WebUrl {
    web_url("https://mintage.example.test/callback")
}

impl Seller {
    /// Creates a seller with a product and a key type, not connected, in a new store.
    pub(crate) fn new() -> Self {
        Self::beside(&Arc::default(), &Arc::default(), "acme")
    }

    /// Creates a seller in a store and at a Stripe that may have others.
    pub(crate) fn beside(
        store: &Arc<MemoryStore>,
        stripe: &Arc<StandInStripe>,
        slug: &str,
    ) -> Self {
        Self {
            shop: Shop::opened(&**store, slug),
            store: Arc::clone(store),
            stripe: Arc::clone(stripe),
            events: AtomicU32::new(0),
        }
    }

    /// Creates a seller whose live account is connected and has prices.
    pub(crate) fn on_sale() -> Self {
        let seller = Self::new();
        seller.connect(&seller.shop.account_ref()).unwrap();
        seller.set_up_prices().unwrap();
        seller
    }

    /// Claims the deliveries that are due, as a node does.
    pub(crate) fn claim_deliveries(&self) -> Vec<Claim> {
        let limits = ClaimLimits {
            now: self.shop.now(),
            responsive: 10,
            unresponsive: 10,
            per_lane: MAX_CONCURRENT_PER_ENDPOINT,
            lease: LEASE,
        };
        let mut leased = self.store.claim(&limits).unwrap().leased;
        leased.retain(|it| it.delivery.event != EventName::OrderPaid);
        leased
    }

    /// The endpoint that `/v1/webhook` sets.
    pub(crate) fn first_endpoint(&self) -> WebhookEndpointId {
        WebhookEndpointId::first_of(self.tenant())
    }

    /// Rotates the secret of the first endpoint at once.
    pub(crate) fn rotate_secret(&self) -> Result<WebhookSecret, WebhookEndpointError> {
        let (env, id, actor) = (self.env(), self.first_endpoint(), Actor::Operator);
        let none = SecretOverlap::NONE;
        let rotated = rotate_secret(&*self.store, &env, self.tenant(), &id, &actor, none);
        rotated.map(|(_, secret)| secret)
    }

    pub(crate) fn env(&self) -> Env<'_> {
        self.shop.env.env()
    }

    pub(crate) fn tenant(&self) -> &TenantId {
        &self.shop.tenant.id
    }

    /// Starts an OAuth round; returns the ticket of its page.
    pub(crate) fn ticket(&self, mode: Mode) -> Result<Secret, ConnectError> {
        let (store, env) = (&*self.store, self.env());
        let by = (self.tenant(), &self.shop.stored_token(store).id);
        connect::start(store, &*self.stripe, &env, by, mode, &redirect())
    }

    /// Opens the page of a ticket in a browser; returns the page and the `state` for Stripe.
    pub(crate) fn open_page(
        &self,
        ticket: &Secret,
        browser: &Secret,
    ) -> Result<(ConnectPage, Secret), ConnectError> {
        let (store, env) = (&*self.store, self.env());
        let opened = (ticket, browser);
        let page = connect_page::open(store, &*self.stripe, &env, opened, &redirect())?;
        let (_, query) = page.authorize_url.split_once('?').unwrap();
        let state = query.split('&').find_map(|it| it.strip_prefix("state="));
        let state = Secret::new(state.unwrap());
        Ok((page, state))
    }

    /// Starts an OAuth round and opens its page; returns the `state` for Stripe.
    pub(crate) fn start(&self, mode: Mode) -> Result<Secret, ConnectError> {
        let ticket = self.ticket(mode)?;
        Ok(self.open_page(&ticket, &browser())?.1)
    }

    /// Finishes an OAuth round at this Stripe, and looks at the page after.
    pub(crate) fn finish(
        &self,
        stripe: &dyn Stripe,
        state: &Secret,
        code: &Secret,
    ) -> Result<Connected, ConnectError> {
        let (store, env, browser) = (&*self.store, self.env(), browser());
        let round = connect::finish(store, stripe, &env, (state, code), Some(&browser))?;
        connect_page::look(store, &env, &round.state, Some(&browser))
    }

    /// Runs an OAuth round in which the owner of the account agrees.
    pub(crate) fn connect(&self, account: &AccountRef) -> Result<Connected, ConnectError> {
        let state = self.start(account.mode)?;
        let code = self.stripe.grant_code_for(account);
        self.finish(&*self.stripe, &state, &code)
    }

    /// The shop's account with this mode.
    pub(crate) fn account(&self, mode: Mode) -> AccountRef {
        AccountRef {
            mode,
            ..self.shop.account_ref()
        }
    }

    pub(crate) fn connection(&self) -> Connection {
        self.store.connection(self.tenant()).unwrap().unwrap()
    }

    pub(crate) fn set_up_prices(&self) -> Result<PricesSetUp, PricesError> {
        let (store, env) = (&*self.store, self.env());
        set_up_prices(store, &*self.stripe, &env, self.tenant(), &Actor::Operator)
    }

    /// The request of a seller's backend: the shop's key type, without a buyer.
    pub(crate) fn wanted(&self) -> OpenCheckout {
        OpenCheckout {
            items: CheckoutItems::one(self.shop.product.id.clone(), self.shop.key_type.id.clone()),
            metadata: Metadata::default(),
            success_url: Some(web_url("https://acme.test/thanks")),
            cancel_url: web_url("https://acme.test/cart"),
            buyer: None,
        }
    }

    /// Opens a checkout with a fee of half a percent.
    pub(crate) fn open(
        &self,
        stripe: &dyn Stripe,
        wanted: &OpenCheckout,
    ) -> Result<String, CheckoutError> {
        let fee = BasisPoints::new(50).unwrap();
        let connection = self.connection();
        let offer = (fee, &web_url("https://mint.test"));
        checkout::open(
            &*self.store,
            stripe,
            &self.env(),
            &connection,
            offer,
            wanted,
        )
    }

    /// Opens a checkout and returns its session.
    pub(crate) fn session(&self) -> SessionId {
        self.session_for(&self.wanted())
    }

    /// Opens this checkout and returns its session.
    pub(crate) fn session_for(&self, wanted: &OpenCheckout) -> SessionId {
        self.open(&*self.stripe, wanted).unwrap();
        let checkouts = self.stripe.checkouts(&self.shop.account_ref());
        checkouts.last().unwrap().0.id.clone()
    }

    /// A session of a product whose secret is damaged: no license of it can be minted until
    /// [`Self::repair`].
    pub(crate) fn unmintable_session(&self) -> SessionId {
        self.write_sealed_product(&[7; 3]);
        let order = Order {
            product: ProductId::parse("sealed").unwrap(),
            ..self.shop.order()
        };
        let session = order.session.clone().unwrap();
        let mut changes = self.shop.changes();
        changes.orders.push(Write::changed(order));
        self.store.commit(changes).unwrap();
        session
    }

    /// Repairs the product of unmintable sessions.
    pub(crate) fn repair(&self) {
        self.write_sealed_product(&[7; 32]);
    }

    fn write_sealed_product(&self, secret: &[u8]) {
        let id = ProductId::parse("sealed").unwrap();
        let stored = self.store.product(self.tenant(), &id).unwrap();
        let field = SealedField::PRODUCT_KEY_SECRET;
        let key_secret = self.env().seal(field, "acme/sealed", secret);
        let mut changes = self.shop.changes();
        changes.products.push(match stored {
            Some(product) => Write::changed(Product {
                key_secret,
                ..product
            }),
            None => Write::new(Product {
                key_format: KeyFormat::Checked,
                key_secret,
                ..self.shop.another_product("sealed")
            }),
        });
        self.store.commit(changes).unwrap();
    }

    /// The signed copy of the order that a session carries.
    pub(crate) fn snapshot(&self, session: &SessionId) -> BTreeMap<String, String> {
        let checkouts = self.stripe.checkouts(&self.shop.account_ref());
        let opened = checkouts.into_iter().find(|(it, _)| it.id == *session);
        opened.unwrap().1.snapshot
    }

    /// Receives an event with this data of the shop's account.
    pub(crate) fn receive(&self, data: EventData) -> Result<Outcome, InboundError> {
        self.receive_as(&self.inbound(data))
    }

    /// Receives this event, which may be a repeat.
    pub(crate) fn receive_as(&self, inbound: &Inbound) -> Result<Outcome, InboundError> {
        receive(&*self.store, &*self.stripe, &self.env(), inbound)
    }

    /// A new event with this data, of the shop's account and on the endpoint of its mode.
    pub(crate) fn inbound(&self, data: EventData) -> Inbound {
        let number = self.events.fetch_add(1, Ordering::Relaxed);
        let id = StripeEventId::parse(&format!("evt_{number}")).unwrap();
        Inbound {
            endpoint: EventEndpoint::Connect(self.shop.mode),
            payload: id.as_str().into(),
            event: StripeEvent {
                id,
                kind: "of.a.test".to_owned(),
                account: Some(self.shop.account.clone()),
                livemode: self.shop.mode.livemode(),
                data,
            },
            parked: None,
        }
    }

    pub(crate) fn order(&self, session: &SessionId) -> Order {
        let order = self.store.order_of_session(&self.shop.account, session);
        order.unwrap().unwrap()
    }

    /// The newest order.
    pub(crate) fn last_order(&self) -> Order {
        let page = PageRequest::default();
        let orders = self
            .store
            .orders(self.tenant(), &OrderFilter::default(), &page)
            .unwrap()
            .items;
        orders.into_iter().next().unwrap()
    }

    pub(crate) fn licenses(&self) -> Vec<LicenseRecord> {
        let page = PageRequest::default();
        let filter = LicenseFilter::default();
        let licenses = self.store.licenses(self.tenant(), &filter, &page);
        licenses.unwrap().items
    }

    /// Sells one license and returns it.
    pub(crate) fn sell(&self) -> LicenseRecord {
        self.pay(&self.session())
    }

    /// Receives the payment of a session; returns its license.
    pub(crate) fn pay(&self, session: &SessionId) -> LicenseRecord {
        let paid = self.receive(EventData::SessionCompleted(paid(session)));
        assert_eq!(paid, Ok(Outcome::Applied));
        let order = self.order(session);
        self.store.licenses_of_order(&order.id).unwrap().remove(0)
    }

    /// The events for the seller but `order.paid`, which goes with each sale.
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        let mut deliveries = self.all_deliveries();
        deliveries.retain(|it| it.event != EventName::OrderPaid);
        deliveries
    }

    pub(crate) fn all_deliveries(&self) -> Vec<Delivery> {
        let page = PageRequest::default();
        let deliveries = self.store.deliveries(self.tenant(), None, &page).unwrap();
        deliveries.items.into_iter().map(|(it, _)| it).collect()
    }

    /// The names of the events queued for the seller, sorted.
    pub(crate) fn events(&self) -> Vec<&'static str> {
        let mut events: Vec<_> = self
            .deliveries()
            .iter()
            .map(|it| it.event.as_str())
            .collect();
        events.sort_unstable();
        events
    }

    /// The body of a delivery.
    pub(crate) fn body(&self, delivery: &Delivery) -> serde_json::Value {
        let (field, id) = (SealedField::DELIVERY_BODY, delivery.id.as_str());
        let body = self.env().open(field, id, &delivery.sealed_body).unwrap();
        let body = sent_body(body.expose().to_vec(), delivery.customer.as_ref());
        serde_json::from_slice(&body).unwrap()
    }

    /// The actors and actions in the seller's audit trail.
    pub(crate) fn audit(&self) -> Vec<(String, String)> {
        let page = PageRequest::default();
        let entries = self
            .store
            .audit(self.tenant(), &AuditFilter::default(), &page)
            .unwrap()
            .items;
        entries
            .into_iter()
            .map(|it| (it.actor, it.action))
            .collect()
    }

    /// The number of audit entries with this action.
    pub(crate) fn audited(&self, action: &str) -> usize {
        self.audit().iter().filter(|(_, it)| it == action).count()
    }
}

/// A paid session of `buyer@example.test` with the payment `pi_<session>`.
pub(crate) fn paid(session: &SessionId) -> SessionFacts {
    SessionFacts {
        session: session.clone(),
        payment: PaymentStatus::Paid,
        amount_subtotal: Some(2_900),
        amount_total: Some(2_900),
        currency: Some("usd".to_owned()),
        email: Some("buyer@example.test".to_owned()),
        name: Some("Ada".to_owned()),
        payment_intent: Some(intent(session)),
        discount: None,
        subscription: None,
        invoice: None,
        at: None,
        snapshot: BTreeMap::new(),
        own: Box::default(),
    }
}

/// A session whose payment is pending.
pub(crate) fn unpaid(session: &SessionId) -> SessionFacts {
    SessionFacts {
        payment: PaymentStatus::Unpaid,
        ..paid(session)
    }
}

/// A charge of 2900 cents for a session, of which this total is refunded.
pub(crate) fn refunded(session: &SessionId, total: i64) -> EventData {
    let report = RefundReport::Charge {
        charged: Some(2_900),
        refunded: total,
    };
    EventData::Refund(refund_facts(session, report))
}

/// A refund of this amount to the buyer of a session, which stands or has failed.
pub(crate) fn refund(session: &SessionId, id: &str, amount: i64, failed: bool) -> EventData {
    let id = RefundId::parse(id).unwrap();
    let report = RefundReport::Refund { id, amount, failed };
    EventData::Refund(refund_facts(session, report))
}

/// A dispute over the payment of a session, as Stripe has it with this status.
pub(crate) fn dispute(session: &SessionId, id: &str, status: &str) -> DisputeFacts {
    DisputeFacts {
        id: DisputeId::parse(id).unwrap(),
        payment_intent: Some(intent(session)),
        status: status.to_owned(),
        amount: Some(2_900),
        reason: Some("fraudulent".to_owned()),
    }
}

fn refund_facts(session: &SessionId, report: RefundReport) -> RefundFacts {
    RefundFacts {
        payment_intent: Some(intent(session)),
        invoice: None,
        currency: Some("usd".to_owned()),
        at: Timestamp::from_unix_seconds(1_798_761_600),
        report,
    }
}

pub(crate) fn intent(session: &SessionId) -> PaymentIntentId {
    PaymentIntentId::parse(&format!("pi_{session}")).unwrap()
}
