//! Views of licenses and activations.

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{ActivationId, CustomerId, LicenseId, OrderId, SubscriptionId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::licenses::activation::Activation;
use mintage_domain::model::licenses::subscribed::Subscribed;
use mintage_domain::ports::LicenseRecord;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::schema;
use crate::views::page::PageView;

/// A page of licenses.
pub(crate) type LicensePage<'a> = PageView<LicenseView<'a>>;
/// A page of activations.
pub(crate) type ActivationPage<'a> = PageView<ActivationView<'a>>;

/// A license.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = License)]
pub struct LicenseView<'a> {
    #[schema(value_type = schema::LicenseId)]
    id: &'a LicenseId,
    /// The license key, masked: `ACME-****-****-****-Q3VZ`.
    display_key: &'a str,
    #[schema(value_type = schema::LicenseStatus)]
    status: &'static str,
    /// Why the license is not active; `null` for an active license.
    #[schema(required, value_type = Option<schema::LicenseReason>)]
    reason: Option<&'static str>,
    /// The causes that hold the license now.
    #[schema(value_type = Vec<schema::HoldCause>)]
    holds: Vec<String>,
    #[schema(value_type = schema::Mode)]
    mode: Mode,
    #[schema(value_type = schema::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = schema::KeyTypeId)]
    key_type_id: &'a KeyTypeId,
    #[schema(value_type = schema::CustomerId)]
    customer_id: &'a CustomerId,
    /// The address of the customer, which is kept as Stripe reports it if it is odd.
    #[schema(value_type = String)]
    customer_email: &'a Email,
    /// Whether a mail can be sent to the address.
    mailable: bool,
    /// The order that the license was issued for; `null` if `/v1/issue` issued the license.
    #[schema(required, value_type = Option<schema::OrderId>)]
    order_id: Option<&'a OrderId>,
    activation_limit: u32,
    #[schema(required)]
    notes: Option<&'a str>,
    #[schema(value_type = Object)]
    metadata: &'a Map<String, Value>,
    /// `null` for a license that never expires, and while its term waits for the first activation.
    #[schema(required, value_type = Option<schema::Time>)]
    expires_at: Option<String>,
    /// Until when the license includes updates; `null` for no limit.
    #[schema(required, value_type = Option<schema::Time>)]
    updates_until: Option<String>,
    /// The subscription that pays for the license; `null` if none does.
    #[schema(required)]
    subscription: Option<SubscriptionView<'a>>,
    #[schema(value_type = schema::Time)]
    created_at: String,
}

/// The subscription that pays for a license.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Subscription)]
pub(super) struct SubscriptionView<'a> {
    /// The id of the subscription at Stripe.
    #[schema(value_type = String)]
    id: &'a SubscriptionId,
    #[schema(value_type = schema::SubscriptionStatus)]
    status: &'static str,
    /// The end of the current period, paid or not.
    #[schema(required, value_type = Option<schema::Time>)]
    current_period_end: Option<String>,
    /// Whether the subscription ends by itself.
    cancel_at_period_end: bool,
}

impl<'a> SubscriptionView<'a> {
    fn of(subscription: &'a Subscribed) -> Self {
        let end = subscription.current_period_end();
        Self {
            id: &subscription.id,
            status: subscription.status.as_str(),
            current_period_end: end.map(Timestamp::to_rfc3339),
            cancel_at_period_end: subscription.cancels_at_period_end,
        }
    }
}

impl<'a> LicenseView<'a> {
    /// The view of a license at `now`.
    pub fn of(record: &'a LicenseRecord, now: Timestamp) -> Self {
        let license = &record.license;
        let standing = &license.standing;
        Self {
            id: &license.id,
            display_key: &license.masked_key,
            status: license.state(now).as_str(),
            reason: license.reason(now),
            holds: standing.held_at(now).map(ToString::to_string).collect(),
            mode: license.mode,
            product_id: &license.product,
            key_type_id: &license.key_type,
            customer_id: &license.customer,
            customer_email: &record.email,
            mailable: record.email.is_mailable(),
            order_id: license.unit.as_ref().map(|unit| &unit.order),
            activation_limit: license.activation_limit,
            notes: license.notes.as_deref(),
            metadata: license.metadata.as_map(),
            expires_at: standing.expires_at().map(Timestamp::to_rfc3339),
            updates_until: license.updates_until.map(Timestamp::to_rfc3339),
            subscription: license.subscription.as_ref().map(SubscriptionView::of),
            created_at: license.created_at.to_rfc3339(),
        }
    }
}

/// An activation of a license on a device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Activation)]
pub struct ActivationView<'a> {
    #[schema(value_type = schema::ActivationId)]
    id: &'a ActivationId,
    #[schema(value_type = schema::LicenseId)]
    license_id: &'a LicenseId,
    /// Whether the activation counts towards the activation limit.
    active: bool,
    #[schema(value_type = schema::Fingerprint)]
    fingerprint: &'a str,
    #[schema(required)]
    hostname: Option<&'a str>,
    #[schema(required)]
    os: Option<&'a str>,
    #[schema(value_type = Object)]
    metadata: &'a Map<String, Value>,
    #[schema(value_type = schema::Time)]
    first_seen_at: String,
    #[schema(value_type = schema::Time)]
    last_seen_at: String,
    /// Since when the activation is released.
    #[schema(required, value_type = Option<schema::Time>)]
    released_at: Option<String>,
}

impl<'a> ActivationView<'a> {
    /// The view of an activation, active or released.
    pub fn of(activation: &'a Activation) -> Self {
        Self {
            id: &activation.id,
            license_id: &activation.license,
            active: activation.is_active(),
            fingerprint: activation.fingerprint.as_str(),
            hostname: activation.hostname.as_deref(),
            os: activation.os.as_deref(),
            metadata: activation.metadata.as_map(),
            first_seen_at: activation.first_seen.to_rfc3339(),
            last_seen_at: activation.last_seen.to_rfc3339(),
            released_at: activation.released_at.map(Timestamp::to_rfc3339),
        }
    }
}

/// The license key in the clear.
#[derive(Serialize, ToSchema)]
pub(crate) struct RevealedKey<'a> {
    pub(crate) key: &'a str,
}
