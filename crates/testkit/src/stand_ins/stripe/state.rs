//! The accounts and objects of the stand-in.

use std::collections::{BTreeMap, HashMap, HashSet};

use mintage_domain::base::id::{
    DisputeId, InvoiceId, SessionId, StripeAccountId, StripePriceId, StripeProductId,
    SubscriptionId,
};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::claim::ClaimedLine;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::event::DisputeFacts;
use mintage_domain::model::stripe::subscription::{InvoiceFacts, StripeSubscription};
use mintage_domain::ports::{
    CheckoutEnd, CheckoutPrice, CheckoutRequest, CheckoutSession, Grant, HistoryKind, HistoryPage,
    HistoryQuery, NewPrice, NewProduct, PriceBilling, SellerKey, StripeError, StripeIdempotencyKey,
    StripePrice, StripeProduct, StripeRefusal,
};

/// The number of objects on a page of a list: few, so that tests turn pages.
const HISTORY_PAGE: usize = 2;

use crate::stand_ins::stripe::refusals::{not_found, refused};
use crate::stand_ins::stripe::sales::SalesState;

#[derive(Debug, Default)]
pub(super) struct StripeState {
    created: u64,
    codes: HashMap<String, Code>,
    pub(super) grants: HashSet<AccountRef>,
    /// The account of each secret or restricted key, and whether the key may write checkout sessions.
    pub(super) keys: HashMap<String, (AccountRef, bool)>,
    pub(super) without_charges: HashSet<StripeAccountId>,
    pub(super) products: HashMap<(AccountRef, StripeProductId), StripeProduct>,
    pub(super) prices: BTreeMap<(AccountRef, StripePriceId), (StripeProductId, StripePrice)>,
    /// What each list holds, oldest first.
    pub(super) listed: Vec<(AccountRef, HistoryKind, Listed)>,
    pub(super) disputes: HashMap<(AccountRef, DisputeId), DisputeFacts>,
    pub(super) sessions: Vec<(AccountRef, CheckoutSession, CheckoutRequest)>,
    pub(super) sales: SalesState,
    pub(super) subscriptions: HashMap<(AccountRef, SubscriptionId), StripeSubscription>,
    pub(super) invoices: BTreeMap<(AccountRef, InvoiceId), InvoiceFacts>,
    /// The sessions that are not open any more.
    ended: HashMap<(AccountRef, SessionId), CheckoutEnd>,
    /// By account and idempotency key: the request, and the id of the object that it created.
    idempotent: HashMap<(AccountRef, String), (String, String)>,
}

/// An object in a list.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) created: Timestamp,
    /// The body of the event that reports the state of the object; `None` if the state has no effects.
    pub(super) event: Option<Vec<u8>>,
}

#[derive(Debug)]
struct Code {
    account: AccountRef,
    used: bool,
}

impl StripeState {
    pub(super) fn open_account(&mut self) -> StripeAccountId {
        let id = self.next_id("acct");
        StripeAccountId::parse(&id).expect("digits are an id")
    }

    pub(super) fn grant_code(&mut self, account: AccountRef) -> Secret {
        let code = self.next_id("ac");
        let used = false;
        self.codes.insert(code.clone(), Code { account, used });
        Secret::new(code)
    }

    /// Exchanges a code once, in its mode. A second exchange also ends the grant.
    pub(super) fn exchange(&mut self, mode: Mode, code: &Secret) -> Result<Grant, StripeError> {
        let code = self.codes.get_mut(code.expose());
        let code = code
            .filter(|code| code.account.mode == mode)
            .ok_or_else(code_refused)?;
        if code.used {
            self.grants.remove(&code.account);
            return Err(code_refused());
        }
        code.used = true;
        self.grants.insert(code.account.clone());
        Ok(Grant {
            account: code.account.account.clone(),
            livemode: mode.livemode(),
        })
    }

    pub(super) fn create_product(
        &mut self,
        account: &AccountRef,
        product: &NewProduct,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeProductId, StripeError> {
        let parse = |id: &str| StripeProductId::parse(id).expect("digits are an id");
        let request = format!("{product:?}");
        if let Some(created) = self.replayed(account, key, &request)? {
            return Ok(parse(&created));
        }
        let id = self.create("prod", account, key, request);
        let id = parse(&id);
        let created = StripeProduct {
            id: id.clone(),
            name: product.name.clone(),
            active: true,
            sold: Some(product.sold.clone()),
        };
        self.products.insert((account.clone(), id.clone()), created);
        Ok(id)
    }

    pub(super) fn create_price(
        &mut self,
        account: &AccountRef,
        price: &NewPrice,
        key: &StripeIdempotencyKey,
    ) -> Result<StripePriceId, StripeError> {
        let parse = |id: &str| StripePriceId::parse(id).expect("digits are an id");
        let request = format!("{price:?}");
        if let Some(created) = self.replayed(account, key, &request)? {
            return Ok(parse(&created));
        }
        let product = (account.clone(), price.stripe_product.clone());
        if !self.products.contains_key(&product) {
            return Err(not_found());
        }
        let id = self.create("price", account, key, request);
        let id = parse(&id);
        let created = StripePrice {
            id: id.clone(),
            amount: Some(price.amount),
            billing: price.billing.map(PriceBilling::Recurring),
            active: true,
            sold: Some(price.sold.clone()),
        };
        let of_product = (price.stripe_product.clone(), created);
        self.prices
            .insert((account.clone(), id.clone()), of_product);
        Ok(id)
    }

    /// The prices of a product, newest first.
    pub(super) fn prices_of(
        &self,
        account: &AccountRef,
        product: &StripeProductId,
    ) -> Vec<StripePrice> {
        let prices = self.prices.iter().rev();
        prices
            .filter(|((on, _), (of, _))| on == account && of == product)
            .map(|(_, (_, price))| price.clone())
            .collect()
    }

    /// Whether the lines can be sold in one session.
    fn check_lines(
        &self,
        account: &AccountRef,
        checkout: &CheckoutRequest,
    ) -> Result<(), StripeError> {
        let mut sum: Option<Money> = None;
        for line in &checkout.lines {
            let recurs = checkout.subscription.is_some();
            let amount = self.charged(account, &line.price, recurs)?;
            for _ in 0..line.quantity.get() {
                let Some(amount) = amount else { break };
                let next = sum.map_or(Some(amount), |sum| sum.checked_add(amount));
                sum = Some(next.ok_or_else(|| refused("the prices have no sum"))?);
            }
        }
        if sum.is_some_and(|it| it.is_chargeable().is_err()) {
            return Err(StripeError::AmountTooSmall(StripeRefusal {
                code: Some("amount_too_small".to_owned()),
                message: "The amount is too small.".to_owned(),
                ..StripeRefusal::default()
            }));
        }
        let managed = checkout.options.managed_payments;
        if managed && checkout.fee.is_some_and(|fee| fee.minor() > 0) {
            return Err(refused("Managed Payments take no application fee"));
        }
        Ok(())
    }

    pub(super) fn open_checkout(
        &mut self,
        account: &AccountRef,
        checkout: &CheckoutRequest,
        key: &StripeIdempotencyKey,
    ) -> Result<CheckoutSession, StripeError> {
        let session = |id: &str| CheckoutSession {
            id: SessionId::parse(id).expect("digits are an id"),
            url: format!("https://checkout.stripe.test/pay/{id}"),
        };
        let request = format!("{checkout:?}");
        if let Some(created) = self.replayed(account, key, &request)? {
            return Ok(session(&created));
        }
        if self.without_charges.contains(&account.account) {
            return Err(StripeError::CannotCharge(StripeRefusal {
                message: "Your account cannot currently make charges.".to_owned(),
                ..StripeRefusal::default()
            }));
        }
        self.check_lines(account, checkout)?;
        let id = self.create("cs", account, key, request);
        let created = session(&id);
        self.sessions
            .push((account.clone(), created.clone(), checkout.clone()));
        Ok(created)
    }

    /// A page of a list: [`HISTORY_PAGE`] objects.
    pub(super) fn history(&self, account: &AccountRef, query: &HistoryQuery) -> HistoryPage {
        let newest = self.listed.iter().rev();
        let mut objects = newest
            .filter(|(on, kind, it)| {
                on == account && *kind == query.kind && it.created >= query.since
            })
            .map(|(_, _, object)| object);
        if let Some(after) = &query.after {
            objects.find(|object| object.id == *after);
        }
        let page: Vec<&Listed> = objects.by_ref().take(HISTORY_PAGE).collect();
        let last = page.last().map(|object| object.id.clone());
        HistoryPage {
            events: page.iter().filter_map(|it| it.event.clone()).collect(),
            objects: page.len(),
            next: objects.next().and(last),
        }
    }

    /// The lines of a session. A price that was made for the session alone has an id that tells which it is.
    pub(super) fn session_lines(
        &self,
        account: &AccountRef,
        session: &SessionId,
    ) -> Option<Vec<ClaimedLine>> {
        let mut sessions = self.sessions.iter();
        let (_, _, request) = sessions.find(|(on, it, _)| on == account && it.id == *session)?;
        let lines = request.lines.iter().enumerate().map(|(nth, line)| {
            let price = match &line.price {
                CheckoutPrice::Existing(price) => price.clone(),
                CheckoutPrice::Inline { .. } => {
                    StripePriceId::parse(&format!("price_inline{nth}")).expect("digits are an id")
                }
            };
            ClaimedLine {
                price,
                quantity: line.quantity.get().into(),
            }
        });
        Some(lines.collect())
    }

    /// Ends a session, unless it has ended before; returns how it ended.
    pub(super) fn end_checkout(
        &mut self,
        account: &AccountRef,
        session: &SessionId,
        end: CheckoutEnd,
    ) -> CheckoutEnd {
        let id = (account.clone(), session.clone());
        *self.ended.entry(id).or_insert(end)
    }

    /// Whether nobody can pay in the session.
    pub(super) fn is_expired(&self, account: &AccountRef, session: &SessionId) -> bool {
        let id = (account.clone(), session.clone());
        self.ended.get(&id) == Some(&CheckoutEnd::Expired)
    }

    /// The amount of the price of a line, if a session can have the price.
    fn charged(
        &self,
        account: &AccountRef,
        price: &CheckoutPrice,
        is_subscription: bool,
    ) -> Result<Option<Money>, StripeError> {
        let (amount, recurs) = match price {
            CheckoutPrice::Existing(id) => {
                let price = self.prices.get(&(account.clone(), id.clone()));
                let (_, price) = price.ok_or_else(not_found)?;
                if !price.active {
                    return Err(refused("the price is inactive"));
                }
                (price.amount, price.billing.is_some())
            }
            CheckoutPrice::Inline { amount, .. } => (Some(*amount), false),
        };
        if recurs != is_subscription {
            return Err(refused("the price does not fit the mode of the session"));
        }
        Ok(amount)
    }

    pub(super) fn create_key(&mut self, account: AccountRef, kind: &str, may: bool) -> Secret {
        let key = self.next_id(&format!("{kind}_{}", account.mode.key_infix()));
        self.keys.insert(key.clone(), (account, may));
        Secret::new(key)
    }

    /// The account of a key that may write checkout sessions.
    pub(super) fn account_of_key(&self, key: &SellerKey) -> Result<AccountRef, StripeError> {
        match self.keys.get(key.key.expose()) {
            None => Err(StripeError::Unauthorized),
            Some((_, false)) => Err(refused(
                "The provided key does not have the required permissions",
            )),
            Some((account, true)) => Ok(account.clone()),
        }
    }

    /// The id of the object that was created under this key. A key that comes with another request
    /// is an error.
    fn replayed(
        &self,
        account: &AccountRef,
        key: &StripeIdempotencyKey,
        request: &str,
    ) -> Result<Option<String>, StripeError> {
        let entry_key = (account.clone(), key.as_str().to_owned());
        match self.idempotent.get(&entry_key) {
            None => Ok(None),
            Some((before, created)) if before == request => Ok(Some(created.clone())),
            Some(_) => Err(StripeError::Refused(StripeRefusal {
                message: "the idempotency key came with other parameters".to_owned(),
                ..StripeRefusal::default()
            })),
        }
    }

    fn create(
        &mut self,
        prefix: &str,
        account: &AccountRef,
        key: &StripeIdempotencyKey,
        request: String,
    ) -> String {
        let id = self.next_id(prefix);
        let entry_key = (account.clone(), key.as_str().to_owned());
        self.idempotent.insert(entry_key, (request, id.clone()));
        id
    }

    pub(super) fn next_id(&mut self, prefix: &str) -> String {
        self.created += 1;
        format!("{prefix}_StandIn{:04}", self.created)
    }
}

fn code_refused() -> StripeError {
    StripeError::CodeRefused(StripeRefusal {
        code: Some("invalid_grant".to_owned()),
        message: "Authorization code does not exist".to_owned(),
        ..StripeRefusal::default()
    })
}
