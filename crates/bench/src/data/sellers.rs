//! Sellers: each a tenant with a product, a key type, an API key and a connected Stripe account.

use std::time::Duration;

use mintage_domain::base::id::{ApiKeyId, StripeAccountId, StripePriceId, StripeProductId};
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::api_key::new_secret;
use mintage_domain::model::access::credential::{Credential, SignatureVersion, Signing};
use mintage_domain::model::access::scope::Scope;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::ports::Store;
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::master_key::prove;
use mintage_testkit::TestEnv;
use mintage_testkit::fixtures::Shop;
use ring::hmac;

use crate::clock::unix_millis;
use crate::data::stripe::Account;
use crate::error::{BenchError, BenchResult};

/// The master key of the fixtures, with which the secrets of API keys are sealed.
pub(crate) fn master_key() -> String {
    format!("test:{}", "5a".repeat(32))
}

/// How many devices a license may have: no measurement fills it.
const ACTIVATION_LIMIT: u32 = 100_000;

/// A seller, as the load generator knows it.
#[derive(Debug, Clone)]
pub(crate) struct Seller {
    pub(crate) slug: String,
    pub(crate) api_key: String,
    pub(crate) signing: hmac::Key,
    pub(crate) account: String,
    pub(crate) checkout_key: String,
}

/// Rows that the product has written, of which many copies are made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Models {
    pub(crate) customer: String,
    pub(crate) license: String,
    pub(crate) order: String,
    /// The Stripe account of each seller.
    pub(crate) accounts: Vec<String>,
}

/// All sellers, and what writes them.
pub(crate) struct Market {
    pub(crate) sellers: Vec<Seller>,
    pub(crate) models: Models,
    changes: Vec<Changes>,
}

/// The slug of a tenant.
pub(crate) fn tenant_slug(number: u64) -> String {
    format!("t{number:04}")
}

/// The id of a seller's API key.
fn api_key_id(number: u64) -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&number.to_be_bytes());
    bytes
}

impl Market {
    /// Makes a seller for each account.
    pub(crate) fn new(accounts: &[Account]) -> BenchResult<Self> {
        let mut market = Self {
            sellers: Vec::new(),
            models: Models::default(),
            changes: Vec::new(),
        };
        for (number, account) in (0..).zip(accounts) {
            market.add(number, account)?;
        }
        Ok(market)
    }

    /// Writes all sellers to a store, and the canary of the master key, as a server does when it
    /// starts: the copies of licenses that are made later have keys that were sealed for another id, so
    /// that a server could prove the master key by none of them.
    pub(crate) fn write_to(&self, store: &dyn Store) -> BenchResult<()> {
        for changes in &self.changes {
            store
                .commit(changes.clone())
                .map_err(BenchError::cannot("write a seller"))?;
        }
        prove(store, &TestEnv::default().env()).map_err(BenchError::cannot("prove the master key"))
    }

    fn add(&mut self, number: u64, account: &Account) -> BenchResult<()> {
        let shop = new_shop(number, account)?;
        let mut changes = shop.foundation();
        let checkout_key = format!("{number:064x}");
        let mut connection = shop.connection();
        connection.checkout_key = Some(SecretHash::of(&checkout_key));
        changes.connections.push(Write::changed(connection));
        changes.accounts.push(Write::changed(shop.account_link()));
        changes.prices.push(price_link(&shop, account)?);

        let id = ApiKeyId::of(shop.mode, api_key_id(number));
        let secret = new_secret(shop.env.env().random());
        let field = SealedField::API_KEY_SECRET;
        let bytes = secret.expose().as_bytes();
        let mut api_key = shop.api_key();
        api_key.id = id.clone();
        api_key.credential = Credential::Signed(Signing {
            scope: Scope::Full,
            version: SignatureVersion::V1,
            sealed_secret: shop.env.env().seal(field, id.as_str(), bytes),
        });
        changes.api_keys.push(Write::changed(api_key));
        if number == 0 {
            self.add_models(&shop, &mut changes);
        }
        self.models.accounts.push(account.id.clone());
        self.changes.push(changes);
        self.sellers.push(Seller {
            slug: tenant_slug(number),
            api_key: id.to_string(),
            signing: hmac::Key::new(hmac::HMAC_SHA256, bytes),
            account: account.id.clone(),
            checkout_key,
        });
        Ok(())
    }

    fn add_models(&mut self, shop: &Shop, changes: &mut Changes) {
        let customer = shop.customer();
        let mut license = shop.license(&customer);
        license.activation_limit = ACTIVATION_LIMIT;
        let order = shop.order();
        self.models.customer = customer.id.to_string();
        self.models.license = license.id.to_string();
        self.models.order = order.id.to_string();
        changes.customers.push(customer);
        changes.licenses.push(Write::changed(license));
        changes.orders.push(Write::changed(order));
    }
}

fn new_shop(number: u64, account: &Account) -> BenchResult<Shop> {
    let mut shop = Shop::new(&tenant_slug(number));
    let account = StripeAccountId::parse(&account.id);
    shop.account = account.map_err(BenchError::cannot("use an account"))?;
    let now = i64::try_from(unix_millis()).map_err(BenchError::cannot("read the clock"))?;
    // A month ago: everything that is written during a measurement is newer.
    let month = Duration::from_hours(30 * 24);
    let past = Timestamp::from_micros(now.saturating_mul(1000));
    let past = Timestamp::from_micros(
        past.as_micros() - i64::try_from(month.as_micros()).unwrap_or_default(),
    );
    shop.env.clock.set(past);
    shop.tenant.created_at = past;
    shop.product.created_at = past;
    shop.key_type.created_at = past;
    Ok(shop)
}

fn price_link(shop: &Shop, account: &Account) -> BenchResult<PriceLink> {
    let product = StripeProductId::parse(&account.product);
    let price = StripePriceId::parse(&account.price);
    Ok(PriceLink {
        stripe_product: product.map_err(BenchError::cannot("use a product"))?,
        stripe_price: price.map_err(BenchError::cannot("use a price"))?,
        ..shop.price_link()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_api_keys_follow_from_the_numbers_of_their_tenants() {
        for (number, id) in [
            (0, "ak_live_000000000000000000000000"),
            (999, "ak_live_0000000000000000000003e7"),
        ] {
            let made = ApiKeyId::of(mintage_domain::base::mode::Mode::Live, api_key_id(number));
            assert_eq!(made.as_str(), id);
        }
    }
}
