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
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the wire")]
pub struct KeyTypeView<'a> {
    #[schema(value_type = schema::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = schema::KeyTypeId)]
    key_type_id: &'a KeyTypeId,
    #[schema(value_type = schema::DisplayName)]
    display_name: &'a str,
    #[schema(value_type = schema::ActivationLimit)]
    activation_limit: u32,
    /// `null` for a recurring key type, whose licenses last as long as they are paid.
    #[schema(required, value_type = Option<schema::RelativeDuration>)]
    duration: Option<String>,
    /// `null` unless the key type is recurring.
    #[schema(required, value_type = Option<schema::Interval>)]
    interval: Option<&'static str>,
    #[schema(required, value_type = Option<schema::IntervalCount>)]
    interval_count: Option<u16>,
    #[schema(required, value_type = Option<schema::TrialDays>)]
    trial_days: Option<u16>,
    #[schema(required, value_type = Option<schema::GraceDays>)]
    grace_days: Option<u16>,
    /// `null` for no reminder.
    #[schema(required, value_type = Option<schema::ReminderDays>)]
    reminder_days: Option<u16>,
    /// `null` if the key type is not sold by checkout.
    #[schema(required, value_type = Option<schema::Amount>)]
    price_in_cents: Option<i64>,
    #[schema(required, value_type = Option<schema::Currency>)]
    price_currency: Option<&'static str>,
    #[schema(value_type = schema::Entitlements)]
    entitlements: &'a [String],
    allow_promotion_codes: bool,
    automatic_tax: bool,
    tax_id_collection: bool,
    invoice_creation: bool,
    managed_payments: bool,
    #[schema(value_type = schema::QuantityAs)]
    quantity_as: &'static str,
    /// `null` for no limit.
    #[schema(required, value_type = Option<schema::Days>)]
    updates_for: Option<String>,
    #[schema(value_type = schema::TermFrom)]
    term_from: &'static str,
    #[schema(value_type = schema::Time)]
    created_at: String,
    /// `null` unless the key type is archived.
    #[schema(required, value_type = Option<schema::Time>)]
    archived_at: Option<String>,
}

impl<'a> KeyTypeView<'a> {
    /// The view of a key type.
    pub fn of(key_type: &'a KeyType) -> Self {
        let recurrence = key_type.recurrence;
        let term = &key_type.terms.term;
        Self {
            product_id: &key_type.product,
            key_type_id: &key_type.id,
            display_name: key_type.display_name.as_str(),
            activation_limit: key_type.terms.activation_limit,
            duration: recurrence.is_none().then(|| term.to_string()),
            interval: recurrence.map(|it| it.billing.interval.as_str()),
            interval_count: recurrence.map(|it| it.billing.count),
            trial_days: recurrence.map(|it| it.trial_days),
            grace_days: recurrence.map(|it| it.grace_days),
            reminder_days: key_type.reminder_days,
            price_in_cents: key_type.price.map(Money::minor),
            price_currency: key_type.price.map(|price| price.currency().as_str()),
            entitlements: key_type.terms.entitlements.as_slice(),
            allow_promotion_codes: key_type.sale.session.allow_promotion_codes,
            automatic_tax: key_type.sale.session.automatic_tax,
            tax_id_collection: key_type.sale.session.tax_id_collection,
            invoice_creation: key_type.sale.session.invoice_creation,
            managed_payments: key_type.sale.session.managed_payments,
            quantity_as: key_type.sale.quantity_as.as_str(),
            updates_for: key_type.terms.updates_for.map(|days| days.to_string()),
            term_from: key_type.terms.term_from.as_str(),
            created_at: key_type.created_at.to_rfc3339(),
            archived_at: key_type.archived_at.map(Timestamp::to_rfc3339),
        }
    }
}
