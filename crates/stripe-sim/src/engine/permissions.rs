//! The permission that a restricted key needs for a call.

use std::collections::BTreeSet;

use crate::base::error::StripeError;
use crate::base::scope::Scope;

/// The paths below which calls need the permissions of a resource, and the resource in their names.
const RESOURCES: [(&str, &str); 20] = [
    ("/v1/accounts", "accounts_kyc_basic"),
    ("/v1/account", "accounts_kyc_basic"),
    ("/v1/application_fees", "application_fee"),
    ("/v1/balance_transactions", "balance_transaction_source"),
    ("/v1/charges", "charge"),
    ("/v1/checkout/sessions", "checkout_session"),
    ("/v1/coupons", "coupon"),
    ("/v1/customers", "customer"),
    ("/v1/disputes", "dispute"),
    ("/v1/events", "event"),
    ("/v1/invoice_payments", "invoice"),
    ("/v1/invoices", "invoice"),
    ("/v1/payment_intents", "payment_intent"),
    ("/v1/payment_links", "payment_link"),
    ("/v1/payouts", "payout"),
    ("/v1/prices", "plan"),
    ("/v1/products", "product"),
    ("/v1/promotion_codes", "promotion_code"),
    ("/v1/subscriptions", "subscription"),
    ("/v1/webhook_endpoints", "webhook"),
];

/// What a restricted key may do, as part of an authenticated caller.
#[derive(Debug, Clone)]
pub(crate) struct Restriction {
    /// The key as errors show it.
    pub(crate) masked: String,
    pub(crate) permissions: BTreeSet<String>,
}

impl Restriction {
    /// Whether the key may make a call that needs the permission. Write includes read.
    pub(crate) fn allows(&self, permission: &str) -> bool {
        let includes = |held: &str| self.permissions.contains(held);
        includes(permission)
            || permission
                .strip_suffix("_read")
                .is_some_and(|resource| includes(&format!("{resource}_write")))
    }

    /// Stripe's error for a call that needs a permission which the key lacks.
    pub(crate) fn denial(&self, permission: &str, scope: &Scope) -> StripeError {
        StripeError::new(
            403,
            format!(
                "The provided key '{}' does not have the required permissions for this endpoint on \
                 account '{}'. Having the '{permission}' permission would allow this request to \
                 continue.",
                self.masked, scope.account
            ),
        )
    }
}

/// The permission that a call needs. A refund is a change of its charge.
pub(crate) fn needed(method: &str, path: &str) -> String {
    let resource = RESOURCES
        .iter()
        .find(|(below, _)| path.starts_with(below))
        .map_or("charge", |(_, resource)| resource);
    let access = if method == "GET" { "read" } else { "write" };
    format!("rak_{resource}_{access}")
}

/// All permissions that a key can have, in the order of the page that creates keys.
pub(crate) fn all() -> Vec<String> {
    let resources: BTreeSet<&str> = RESOURCES.iter().map(|(_, resource)| *resource).collect();
    let of = |resource| ["read", "write"].map(|access| format!("rak_{resource}_{access}"));
    resources.into_iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_needs_the_permission_of_its_resource() {
        for (method, path, permission) in [
            (
                "GET",
                "/v1/checkout/sessions/{id}",
                "rak_checkout_session_read",
            ),
            (
                "GET",
                "/v1/checkout/sessions/{id}/line_items",
                "rak_checkout_session_read",
            ),
            ("POST", "/v1/payment_links", "rak_payment_link_write"),
            (
                "GET",
                "/v1/payment_links/{id}/line_items",
                "rak_payment_link_read",
            ),
            (
                "GET",
                "/v1/balance_transactions/{id}",
                "rak_balance_transaction_source_read",
            ),
            ("POST", "/v1/webhook_endpoints", "rak_webhook_write"),
            ("DELETE", "/v1/coupons/{id}", "rak_coupon_write"),
            ("GET", "/v1/account", "rak_accounts_kyc_basic_read"),
            ("POST", "/v1/refunds", "rak_charge_write"),
            ("GET", "/v1/invoice_payments", "rak_invoice_read"),
            ("GET", "/v1/payouts/{id}", "rak_payout_read"),
            ("GET", "/v1/disputes/{id}", "rak_dispute_read"),
            ("DELETE", "/v1/subscriptions/{id}", "rak_subscription_write"),
        ] {
            assert_eq!(needed(method, path), permission, "{method} {path}");
        }
    }

    #[test]
    fn write_includes_read_and_not_the_reverse() {
        let with = |permission: &str| Restriction {
            masked: String::new(),
            permissions: [permission.to_owned()].into(),
        };
        assert!(with("rak_coupon_write").allows("rak_coupon_read"));
        assert!(!with("rak_coupon_read").allows("rak_coupon_write"));
        assert!(!with("rak_coupon_write").allows("rak_charge_read"));
    }
}
