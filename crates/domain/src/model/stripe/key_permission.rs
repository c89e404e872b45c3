//! The permissions of a restricted key that Mintage needs, as Stripe names them.

use crate::base::mode::Mode;
use crate::base::text_enum::text_enum;

text_enum! {
    /// A permission that a restricted key must hold. Its text is Stripe's own name of it, and the order is that
    /// of the guide for sellers.
    pub enum KeyPermission {
        /// Reading the sessions that buyers paid.
        CheckoutSessions = "rak_checkout_session_read",
        /// Reading charges.
        Charges = "rak_charge_read",
        /// Reading what a sale cost in fees.
        BalanceTransactions = "rak_balance_transaction_source_read",
        /// Reading buyers.
        Customers = "rak_customer_read",
        /// Reading the invoices of subscriptions.
        Invoices = "rak_invoice_read",
        /// Creating promotion codes.
        PromotionCodes = "rak_promotion_code_write",
        /// Creating coupons.
        Coupons = "rak_coupon_write",
        /// Creating the endpoint that receives events.
        WebhookEndpoints = "rak_webhook_write",
    }

    /// The text names no permission that a key needs.
    #[error("not a permission that a key needs")]
    pub struct UnknownPermission;
}

text_enum! {
    /// What a permission allows.
    pub enum Access {
        /// Reading objects.
        Read = "read",
        /// Reading and writing objects.
        Write = "write",
    }

    /// The text is neither `read` nor `write`.
    #[error("neither read nor write")]
    pub struct UnknownAccess;
}

impl KeyPermission {
    /// The name of the row in the table of the dashboard.
    pub const fn row_name(self) -> &'static str {
        match self {
            Self::CheckoutSessions => "Checkout sessions",
            Self::Charges => "Charges",
            Self::BalanceTransactions => "Balance transactions",
            Self::Customers => "Customers",
            Self::Invoices => "Invoices",
            Self::PromotionCodes => "Promotion codes",
            Self::Coupons => "Coupons",
            Self::WebhookEndpoints => "Webhook endpoints",
        }
    }

    /// What the row must be set to.
    pub const fn access(self) -> Access {
        match self {
            Self::CheckoutSessions
            | Self::Charges
            | Self::BalanceTransactions
            | Self::Customers
            | Self::Invoices => Access::Read,
            Self::PromotionCodes | Self::Coupons | Self::WebhookEndpoints => Access::Write,
        }
    }
}

text_enum! {
    /// A permission that Mintage does not need, and that a key is probed for to warn its seller.
    pub enum ExcessPermission {
        /// Reading the account.
        Account = "rak_accounts_kyc_basic_read",
        /// Changing customers.
        CustomersWrite = "rak_customer_write",
        /// Reading events.
        Events = "rak_event_read",
        /// Reading payments.
        PaymentIntents = "rak_payment_intent_read",
        /// Reading payouts.
        Payouts = "rak_payout_read",
        /// Reading prices.
        Prices = "rak_plan_read",
        /// Reading products.
        Products = "rak_product_read",
        /// Reading subscriptions.
        Subscriptions = "rak_subscription_read",
    }

    /// The text names no permission that is probed for.
    #[error("not a permission that is probed for")]
    pub struct UnknownExcess;
}

/// The page of Stripe's dashboard on which a seller creates a key, filled in with a name and the permissions
/// that Mintage needs.
pub fn create_key_url(mode: Mode) -> String {
    let test = match mode {
        Mode::Sandbox => "/test",
        Mode::Live => "",
    };
    let mut url = format!("https://dashboard.stripe.com{test}/apikeys/create?name=Mintage");
    for permission in KeyPermission::ALL {
        url.push_str("&permissions[]=");
        url.push_str(permission.as_str());
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_permissions_are_those_of_the_guide_in_its_order() {
        let rows: Vec<_> = KeyPermission::ALL
            .into_iter()
            .map(|it| (it.row_name(), it.access().as_str(), it.as_str()))
            .collect();
        let expected = [
            ("Checkout sessions", "read", "rak_checkout_session_read"),
            ("Charges", "read", "rak_charge_read"),
            (
                "Balance transactions",
                "read",
                "rak_balance_transaction_source_read",
            ),
            ("Customers", "read", "rak_customer_read"),
            ("Invoices", "read", "rak_invoice_read"),
            ("Promotion codes", "write", "rak_promotion_code_write"),
            ("Coupons", "write", "rak_coupon_write"),
            ("Webhook endpoints", "write", "rak_webhook_write"),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn the_link_of_each_mode_opens_the_form_with_the_eight_permissions() {
        let live = create_key_url(Mode::Live);
        let expected = "https://dashboard.stripe.com/apikeys/create?name=Mintage\
             &permissions[]=rak_checkout_session_read&permissions[]=rak_charge_read\
             &permissions[]=rak_balance_transaction_source_read&permissions[]=rak_customer_read\
             &permissions[]=rak_invoice_read&permissions[]=rak_promotion_code_write\
             &permissions[]=rak_coupon_write&permissions[]=rak_webhook_write";
        assert_eq!(live, expected);
        let sandbox = expected.replace("stripe.com/", "stripe.com/test/");
        assert_eq!(create_key_url(Mode::Sandbox), sandbox);
    }
}
