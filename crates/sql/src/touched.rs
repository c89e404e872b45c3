//! The rows a batch touches, sorted by table, as their keys are stored.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use mintage_domain::commit::guards::Facts;
use mintage_domain::commit::row::Row;
use mintage_domain::model::sales::customer::CustomerIdentity;

/// The rows of one table by their stored keys.
pub type Keyed<'a, K> = HashMap<K, &'a Row>;

/// The key of a license's unit as it is stored: order, line, unit.
pub type UnitKey = (String, i64, i64);
/// The key of a license by its license key as it is stored: hash, tenant, mode.
pub type HashKey = (Vec<u8>, String, String);

/// The key of a call that may be sent again as it is stored: the caller's key, tenant, product, mode.
pub type CallKey = (String, String, String, String);

/// The rows a batch touches, by table.
#[derive(Debug, Default)]
pub struct Touched<'a> {
    /// By id.
    pub tenants: Keyed<'a, String>,
    /// By id.
    pub tokens: Keyed<'a, String>,
    /// By tenant and id.
    pub products: Keyed<'a, (String, String)>,
    /// By tenant, product and id.
    pub key_types: Keyed<'a, (String, String, String)>,
    /// By tenant.
    pub connections: Keyed<'a, String>,
    /// By account and mode.
    pub accounts: Keyed<'a, (String, String)>,
    /// By state.
    pub oauth_rounds: Keyed<'a, Vec<u8>>,
    /// By id and endpoint.
    pub events: Keyed<'a, (String, String)>,
    /// By id.
    pub orders: Keyed<'a, String>,
    /// By intent and account.
    pub payments: Keyed<'a, (String, String)>,
    /// By id.
    pub licenses: Keyed<'a, String>,
    /// By what was sold.
    pub units: Keyed<'a, UnitKey>,
    /// By license key.
    pub keys: Keyed<'a, HashKey>,
    /// By license and fingerprint.
    pub activations: Keyed<'a, (String, String)>,
    /// By id.
    pub api_keys: Keyed<'a, String>,
    /// By tenant.
    pub endpoints: Keyed<'a, String>,
    /// By id.
    pub deliveries: Keyed<'a, String>,
    /// By id.
    pub mails: Keyed<'a, String>,
    /// By API key and signature.
    pub nonces: Keyed<'a, (String, Vec<u8>)>,
    /// By the caller's key, tenant, product and mode.
    pub calls: Keyed<'a, CallKey>,
}

impl<'a> Touched<'a> {
    /// Sorts rows by table.
    pub fn of(rows: &'a BTreeSet<Row>) -> Self {
        let mut touched = Self::default();
        for row in rows {
            touched.add(row);
        }
        touched
    }

    fn add(&mut self, row: &'a Row) {
        match row {
            Row::Tenant(id) => self.tenants.insert(id.to_string(), row),
            Row::Token(id) => self.tokens.insert(id.to_string(), row),
            Row::Product(tenant, id) => self
                .products
                .insert((tenant.to_string(), id.to_string()), row),
            Row::KeyType(tenant, product, id) => self.key_types.insert(
                (tenant.to_string(), product.to_string(), id.to_string()),
                row,
            ),
            Row::Connection(tenant) => self.connections.insert(tenant.to_string(), row),
            Row::Account(at) => self
                .accounts
                .insert((at.account.to_string(), at.mode.to_string()), row),
            Row::OAuthRound(state) => self.oauth_rounds.insert(state.as_bytes().to_vec(), row),
            Row::Event(endpoint, id) => self
                .events
                .insert((id.to_string(), endpoint.to_string()), row),
            Row::Order(id) => self.orders.insert(id.to_string(), row),
            Row::Payment(key) => self
                .payments
                .insert((key.intent.to_string(), key.account.to_string()), row),
            Row::License(id) => self.licenses.insert(id.to_string(), row),
            Row::LicenseUnit(unit) => self.units.insert(
                (
                    unit.order.to_string(),
                    i64::from(unit.line),
                    i64::from(unit.unit),
                ),
                row,
            ),
            Row::LicenseKey(tenant, mode, hash) => self.keys.insert(
                (
                    hash.as_bytes().to_vec(),
                    tenant.to_string(),
                    mode.to_string(),
                ),
                row,
            ),
            Row::Activation(license, fingerprint) => self
                .activations
                .insert((license.to_string(), fingerprint.as_str().to_owned()), row),
            Row::ApiKey(id) => self.api_keys.insert(id.to_string(), row),
            Row::WebhookEndpoint(tenant) => self.endpoints.insert(tenant.to_string(), row),
            Row::Delivery(id) => self.deliveries.insert(id.to_string(), row),
            Row::Mail(id) => self.mails.insert(id.to_string(), row),
            Row::Nonce(key, signature) => self
                .nonces
                .insert((key.to_string(), signature.to_vec()), row),
            Row::Call(call) => self.calls.insert(
                (
                    call.key.as_str().to_owned(),
                    call.tenant.to_string(),
                    call.product.to_string(),
                    call.mode.to_string(),
                ),
                row,
            ),
        };
    }
}

/// Notes the versions of rows that were found. Lists of a composite key's parts find more than
/// was asked for; what was not asked for is dropped here.
pub fn note<K: Eq + Hash>(
    facts: &mut Facts,
    asked: &Keyed<'_, K>,
    found: impl IntoIterator<Item = (K, i64)>,
) {
    for (key, version) in found {
        if let Some(row) = asked.get(&key) {
            let version = u64::try_from(version).unwrap_or_default();
            facts.versions.insert((*row).clone(), version);
        }
    }
}

/// The parts of customers' identities by which they are looked up: addresses, tenants.
pub fn identity_parts(who: &BTreeSet<CustomerIdentity>) -> (BTreeSet<&str>, BTreeSet<&str>) {
    (
        who.iter().map(|one| one.email.as_str()).collect(),
        who.iter().map(|one| one.tenant.as_str()).collect(),
    )
}
