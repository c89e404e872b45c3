//! Signed copies of orders in the metadata of their sessions.
//!
//! A paid session whose order is not in the database, because the database was restored from an older
//! backup, still says what was agreed. The signature proves that this server wrote it.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::email::Email;
use crate::base::id::{OrderId, StripeAccountId};
use crate::base::metadata::Metadata;
use crate::base::mode::Mode;
use crate::base::money::{Currency, Money};
use crate::base::seal::{KeyId, KeyRing};
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::recurrence::Recurrence;
use crate::model::licenses::term::Term;
use crate::model::licenses::terms::{LicenseTerms, TermFrom};
use crate::model::sales::basket::Basket;
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::sales::stored_basket::StoredBasket;

/// The start of the names of all entries.
pub const PREFIX: &str = "mintage_order_";

/// The name of the entry with the signature. The other entries are the parts of the text, by number.
const SIGNATURE: &str = "mintage_order_sig";

/// The version of the text of an order of one plain license, before the key id and the signature.
const PLAIN: &str = "1";

/// The version of the text of any other order. A server that reads only the first version does not take
/// such an order for a plain one.
const WITH_BASKET: &str = "2";

/// The purpose of the signing key.
const PURPOSE: &str = "order-snapshot/1";

/// The largest length of a value, in characters, which is Stripe's.
const MAX_VALUE: usize = 500;

/// The largest number of parts. Stripe allows 50 entries, of which a checkout uses a few otherwise.
const MAX_PARTS: usize = 32;

/// Why metadata hold no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSnapshot {
    /// There is no snapshot, or a part of it is missing.
    #[error("the session carries no whole order")]
    Missing,
    /// The snapshot was written by a newer version of this server.
    #[error("the order in the session is of an unknown version")]
    UnknownVersion,
    /// The signature is not of this server, or the text was changed.
    #[error("the signature of the order in the session is wrong")]
    Forged,
    /// The signed text is not an order.
    #[error("the order in the session cannot be read")]
    Unreadable,
}

/// What is signed: everything that was agreed when the checkout was opened.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    order: String,
    tenant: String,
    mode: String,
    account: String,
    product: String,
    key_type: String,
    term: Term,
    activation_limit: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    entitlements: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recurrence: Option<Recurrence>,
    price: i64,
    currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fee: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    buyer: Option<String>,
    created_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    basket: Option<StoredBasket>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    metadata: Map<String, Value>,
}

/// The entries of the metadata that hold a signed copy of the order. They are empty if the order does
/// not fit, for which a checkout is refused.
pub fn write(order: &Order, keys: &KeyRing) -> BTreeMap<String, String> {
    let snapshot = Snapshot {
        order: order.id.to_string(),
        tenant: order.tenant.to_string(),
        mode: order.mode.as_str().to_owned(),
        account: order.account.to_string(),
        product: order.product.to_string(),
        key_type: order.key_type.to_string(),
        term: order.terms.term,
        activation_limit: order.terms.activation_limit,
        entitlements: order.terms.entitlements.as_slice().to_vec(),
        recurrence: order.recurrence,
        price: order.price.minor(),
        currency: order.price.currency().as_str().to_owned(),
        fee: order.fee.map(Money::minor),
        buyer: order.buyer.as_ref().map(ToString::to_string),
        created_at: order.created_at.as_micros(),
        basket: StoredBasket::of(order),
        metadata: order.basket.metadata.as_map().clone(),
    };
    let is_plain = snapshot.basket.is_none() && snapshot.metadata.is_empty();
    let version = if is_plain { PLAIN } else { WITH_BASKET };
    let Ok(json) = serde_json::to_vec(&snapshot) else {
        return BTreeMap::new();
    };
    let text = BASE64URL_NOPAD.encode(&json);
    let (key, signature) = keys.sign(PURPOSE, text.as_bytes());
    let signature = BASE64URL_NOPAD.encode(&signature);
    let parts = text.as_bytes().chunks(MAX_VALUE);
    if parts.len() > MAX_PARTS {
        return BTreeMap::new();
    }
    let mut entries: BTreeMap<String, String> = parts
        .enumerate()
        .map(|(i, part)| (part_name(i), String::from_utf8_lossy(part).into_owned()))
        .collect();
    entries.insert(SIGNATURE.to_owned(), format!("{version}.{key}.{signature}"));
    entries
}

fn part_name(number: usize) -> String {
    format!("{PREFIX}{number}")
}

/// Reads the order from the metadata of a session. The order is open and not in the store, and has no
/// session.
pub fn read(metadata: &BTreeMap<String, String>, keys: &KeyRing) -> Result<Order, InvalidSnapshot> {
    let signed = metadata.get(SIGNATURE).ok_or(InvalidSnapshot::Missing)?;
    let (version, rest) = signed.split_once('.').ok_or(InvalidSnapshot::Forged)?;
    if ![PLAIN, WITH_BASKET].contains(&version) {
        return Err(InvalidSnapshot::UnknownVersion);
    }
    let (key, signature) = rest.split_once('.').ok_or(InvalidSnapshot::Forged)?;
    let key = KeyId::parse(key).map_err(|_| InvalidSnapshot::Forged)?;
    let signature = BASE64URL_NOPAD
        .decode(signature.as_bytes())
        .map_err(|_| InvalidSnapshot::Forged)?;
    let text: String = (0..MAX_PARTS)
        .map_while(|number| metadata.get(&part_name(number)))
        .map(String::as_str)
        .collect();
    if text.is_empty() {
        return Err(InvalidSnapshot::Missing);
    }
    if !keys.verify(PURPOSE, &key, text.as_bytes(), &signature) {
        return Err(InvalidSnapshot::Forged);
    }
    let json = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    let snapshot = json.and_then(|json| serde_json::from_slice::<Snapshot>(&json).ok());
    let order = snapshot.and_then(Snapshot::into_order);
    order.ok_or(InvalidSnapshot::Unreadable)
}

impl Snapshot {
    fn into_order(self) -> Option<Order> {
        let currency = Currency::parse(&self.currency).ok()?;
        let money = |minor| Money::new(minor, currency).ok();
        let fee = match self.fee {
            Some(fee) => Some(money(fee)?),
            None => None,
        };
        let buyer = match self.buyer {
            Some(buyer) => Some(Email::parse(&buyer).ok()?),
            None => None,
        };
        let mut order = Order {
            id: OrderId::parse(&self.order).ok()?,
            tenant: TenantId::parse(&self.tenant).ok()?,
            mode: Mode::parse(&self.mode).ok()?,
            account: StripeAccountId::parse(&self.account).ok()?,
            product: ProductId::parse(&self.product).ok()?,
            key_type: KeyTypeId::parse(&self.key_type).ok()?,
            terms: LicenseTerms {
                term: self.term,
                activation_limit: self.activation_limit,
                entitlements: Entitlements::parse(self.entitlements).ok()?,
                term_from: TermFrom::default(),
                updates_for: None,
            },
            recurrence: self.recurrence,
            price: money(self.price)?,
            basket: Basket {
                metadata: Metadata::parse(self.metadata).ok()?,
                ..Basket::default()
            },
            fee,
            email: buyer.clone(),
            buyer,
            session: None,
            status: OrderStatus::Open,
            customer: None,
            total: None,
            payment: None,
            created_at: Timestamp::from_micros(self.created_at),
            fulfilled_at: None,
            claim: None,
            version: 0,
        };
        if let Some(basket) = self.basket {
            basket.restore(&mut order).ok()?;
        }
        Some(order)
    }
}

#[cfg(test)]
mod tests;
