//! Views of products and key types.

use mintage_domain::base::money::Money;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::product::Product;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::PageView;
use crate::schema;

/// A page of products.
pub(crate) type ProductPage<'a> = PageView<ProductView<'a>>;
/// A page of key types.
pub(crate) type KeyTypePage<'a> = PageView<KeyTypeView<'a>>;

/// An app that a tenant sells.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Product)]
pub struct ProductView<'a> {
    #[schema(value_type = schema::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = schema::DisplayName)]
    display_name: &'a str,
    #[schema(value_type = schema::KeyPrefix)]
    key_prefix: &'a str,
    #[schema(value_type = schema::KeyFormat)]
    key_format: &'static str,
    #[schema(value_type = schema::Time)]
    created_at: String,
    /// `null` unless the product is archived.
    #[schema(required, value_type = Option<schema::Time>)]
    archived_at: Option<String>,
    /// Whether the product may be sold: it is neither archived nor deactivated.
    active: bool,
    /// `null` unless the product is deactivated, because the plan allows fewer products. Licenses of a
    /// deactivated product are neither issued nor sold, and are validated for 30 days.
    #[schema(required, value_type = Option<schema::Time>)]
    deactivated_at: Option<String>,
}

impl<'a> ProductView<'a> {
    /// The view of a product.
    pub fn of(product: &'a Product) -> Self {
        Self {
            product_id: &product.id,
            display_name: product.display_name.as_str(),
            key_prefix: product.key_prefix.as_str(),
            key_format: product.key_format.as_str(),
            created_at: product.created_at.to_rfc3339(),
            archived_at: product.archived_at.map(Timestamp::to_rfc3339),
            active: product.is_active(),
            deactivated_at: product.deactivated_at.map(Timestamp::to_rfc3339),
        }
    }
}

/// An edition of a product that buyers can buy, with the terms of its licenses.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KeyType)]
pub struct KeyTypeView<'a> {
    #[schema(value_type = schema::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = schema::KeyTypeId)]
    key_type_id: &'a KeyTypeId,
    #[schema(value_type = schema::DisplayName)]
    display_name: &'a str,
    #[schema(value_type = schema::ActivationLimit)]
    activation_limit: u32,
    #[schema(value_type = schema::RelativeDuration)]
    duration: String,
    /// `null` if the key type is not sold by checkout.
    #[schema(required, value_type = Option<schema::Amount>)]
    price_in_cents: Option<i64>,
    #[schema(required, value_type = Option<schema::Currency>)]
    price_currency: Option<&'static str>,
    #[schema(value_type = schema::Entitlements)]
    entitlements: &'a [String],
    #[schema(value_type = schema::Time)]
    created_at: String,
    /// `null` unless the key type is archived.
    #[schema(required, value_type = Option<schema::Time>)]
    archived_at: Option<String>,
}

impl<'a> KeyTypeView<'a> {
    /// The view of a key type.
    pub fn of(key_type: &'a KeyType) -> Self {
        Self {
            product_id: &key_type.product,
            key_type_id: &key_type.id,
            display_name: key_type.display_name.as_str(),
            activation_limit: key_type.terms.activation_limit,
            duration: key_type.terms.term.to_string(),
            price_in_cents: key_type.price.map(Money::minor),
            price_currency: key_type.price.map(|price| price.currency().as_str()),
            entitlements: key_type.terms.entitlements.as_slice(),
            created_at: key_type.created_at.to_rfc3339(),
            archived_at: key_type.archived_at.map(Timestamp::to_rfc3339),
        }
    }
}
