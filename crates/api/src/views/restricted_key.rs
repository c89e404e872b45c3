//! Views of the restricted key of a tenant.

use mintage_domain::base::id::{StripeAccountId, StripeEndpointId};
use mintage_domain::base::mode::Mode;
use mintage_domain::model::stripe::key_permission::KeyPermission;
use mintage_domain::model::stripe::restricted_key::{ConnectedKey, OwnEndpoint};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// A restricted key that is connected.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RestrictedKey)]
pub(crate) struct RestrictedKeyView<'a> {
    #[schema(value_type = schema::Mode)]
    mode: Mode,
    /// `connected`, or `needs_attention` if Stripe refuses the key or it has lost a permission.
    state: &'static str,
    /// What people recognize the key by: `rk_test_...abcd`.
    key_hint: &'a str,
    /// Stripe's id of the account that the key belongs to.
    #[schema(value_type = String)]
    account_id: &'a StripeAccountId,
    /// The eight permissions that a key needs.
    permissions: Vec<PermissionView>,
    /// Stripe's id of the endpoint that receives the events of the account; `null` if there is none.
    #[schema(required, value_type = Option<String>)]
    webhook_endpoint_id: Option<&'a StripeEndpointId>,
    /// What the seller should know, a sentence each.
    warnings: Vec<String>,
}

/// A permission that a key needs.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyPermission)]
struct PermissionView {
    /// The row of Stripe's table of permissions.
    name: &'static str,
    /// `read` or `write`.
    access: &'static str,
    /// Whether the key held the permission when it was probed last.
    granted: bool,
}

impl<'a> RestrictedKeyView<'a> {
    pub(crate) fn of(mode: Mode, connected: &'a ConnectedKey, warnings: Vec<String>) -> Self {
        let webhook_endpoint_id = match &connected.endpoint {
            OwnEndpoint::Created { id, .. } => Some(id),
            OwnEndpoint::Pending | OwnEndpoint::NoRoom => None,
        };
        Self {
            mode,
            state: connected.health.state(),
            key_hint: &connected.hint,
            account_id: &connected.account,
            permissions: KeyPermission::ALL
                .into_iter()
                .map(|permission| PermissionView {
                    name: permission.row_name(),
                    access: permission.access().as_str(),
                    granted: connected.health.holds(permission),
                })
                .collect(),
            webhook_endpoint_id,
            warnings,
        }
    }
}

/// The link to the page of Stripe on which a seller creates a key.
#[derive(Serialize, ToSchema)]
pub(crate) struct RestrictedKeyLink {
    /// The page, filled in with a name and the eight permissions.
    pub(crate) url: String,
}
