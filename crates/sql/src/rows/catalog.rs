//! Products, key types and Stripe prices.

use diesel::prelude::*;
use mintage_domain::base::id::{StripeAccountId, StripePriceId, StripeProductId};
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::catalog::display_name::DisplayName;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::key::{KeyFormat, KeyPrefix};
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::ports::StoreError;

use crate::place::{Place, stored_list, stored_money};
use crate::schema::{key_types, price_links, products};

/// A row of `products`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = products, treat_none_as_default_value = false)]
pub struct ProductRow {
    tenant: String,
    id: String,
    display_name: String,
    key_prefix: String,
    key_format: String,
    key_secret: Vec<u8>,
    created_at: i64,
}

impl From<&Product> for ProductRow {
    fn from(product: &Product) -> Self {
        Self {
            tenant: product.tenant.to_string(),
            id: product.id.to_string(),
            display_name: product.display_name.as_str().to_owned(),
            key_prefix: product.key_prefix.as_str().to_owned(),
            key_format: product.key_format.as_str().to_owned(),
            key_secret: product.key_secret.to_bytes(),
            created_at: product.created_at.as_micros(),
        }
    }
}

impl TryFrom<ProductRow> for Product {
    type Error = StoreError;

    fn try_from(row: ProductRow) -> Result<Self, StoreError> {
        let key = [row.tenant.as_str(), row.id.as_str()];
        let place = Place::of("products", &key);
        Ok(Self {
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            id: place.read("id", ProductId::parse(&row.id))?,
            display_name: place.read("display_name", DisplayName::parse(&row.display_name))?,
            key_prefix: place.read("key_prefix", KeyPrefix::parse(&row.key_prefix))?,
            key_format: place.read("key_format", KeyFormat::parse(&row.key_format))?,
            key_secret: place.read("key_secret", Sealed::from_bytes(&row.key_secret))?,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// A row of `key_types`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = key_types, treat_none_as_default_value = false)]
pub struct KeyTypeRow {
    tenant: String,
    product: String,
    id: String,
    display_name: String,
    term: String,
    activation_limit: i64,
    entitlements: String,
    price: Option<i64>,
    price_currency: Option<String>,
    created_at: i64,
}

impl From<&KeyType> for KeyTypeRow {
    fn from(key_type: &KeyType) -> Self {
        let (price, price_currency) = stored_money(key_type.price);
        Self {
            tenant: key_type.tenant.to_string(),
            product: key_type.product.to_string(),
            id: key_type.id.to_string(),
            display_name: key_type.display_name.as_str().to_owned(),
            term: key_type.terms.term.to_string(),
            activation_limit: i64::from(key_type.terms.activation_limit),
            entitlements: stored_entitlements(&key_type.terms.entitlements),
            price,
            price_currency,
            created_at: key_type.created_at.as_micros(),
        }
    }
}

impl TryFrom<KeyTypeRow> for KeyType {
    type Error = StoreError;

    fn try_from(row: KeyTypeRow) -> Result<Self, StoreError> {
        let key = [row.tenant.as_str(), row.product.as_str(), row.id.as_str()];
        let place = Place::of("key_types", &key);
        Ok(Self {
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            product: place.read("product", ProductId::parse(&row.product))?,
            id: place.read("id", KeyTypeId::parse(&row.id))?,
            display_name: place.read("display_name", DisplayName::parse(&row.display_name))?,
            terms: terms(&place, &row.term, row.activation_limit, &row.entitlements)?,
            price: place.money_some("price", row.price, row.price_currency.as_deref())?,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// A row of `price_links`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = price_links, treat_none_as_default_value = false)]
pub struct PriceLinkRow {
    tenant: String,
    product: String,
    key_type: String,
    account: String,
    stripe_product: String,
    stripe_price: String,
    amount: i64,
    amount_currency: String,
}

impl From<&PriceLink> for PriceLinkRow {
    fn from(link: &PriceLink) -> Self {
        Self {
            tenant: link.tenant.to_string(),
            product: link.product.to_string(),
            key_type: link.key_type.to_string(),
            account: link.account.to_string(),
            stripe_product: link.stripe_product.to_string(),
            stripe_price: link.stripe_price.to_string(),
            amount: link.amount.minor(),
            amount_currency: link.amount.currency().as_str().to_owned(),
        }
    }
}

impl TryFrom<PriceLinkRow> for PriceLink {
    type Error = StoreError;

    fn try_from(row: PriceLinkRow) -> Result<Self, StoreError> {
        let key = [
            row.tenant.as_str(),
            row.product.as_str(),
            row.key_type.as_str(),
            row.account.as_str(),
        ];
        let place = Place::of("price_links", &key);
        Ok(Self {
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            product: place.read("product", ProductId::parse(&row.product))?,
            key_type: place.read("key_type", KeyTypeId::parse(&row.key_type))?,
            account: place.read("account", StripeAccountId::parse(&row.account))?,
            stripe_product: place.read(
                "stripe_product",
                StripeProductId::parse(&row.stripe_product),
            )?,
            stripe_price: place.read("stripe_price", StripePriceId::parse(&row.stripe_price))?,
            amount: place.money("amount", row.amount, &row.amount_currency)?,
        })
    }
}

/// Entitlements as they are stored: a JSON list.
pub(crate) fn stored_entitlements(entitlements: &Entitlements) -> String {
    stored_list(entitlements.as_slice().iter().map(String::as_str))
}

/// Entitlements as they were stored.
pub(crate) fn entitlements(place: &Place<'_>, text: &str) -> Result<Entitlements, StoreError> {
    let names: Vec<String> = place.json("entitlements", text)?;
    place.read("entitlements", Entitlements::parse(names))
}

/// What a license holds, as key types and orders keep it.
pub(crate) fn terms(
    place: &Place<'_>,
    term: &str,
    activation_limit: i64,
    entitlements_text: &str,
) -> Result<LicenseTerms, StoreError> {
    Ok(LicenseTerms {
        term: place.read("term", Term::parse(term))?,
        activation_limit: place.number("activation_limit", activation_limit)?,
        entitlements: entitlements(place, entitlements_text)?,
    })
}
