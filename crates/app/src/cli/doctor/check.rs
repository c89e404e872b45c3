//! All checks of the doctor.

/// Generates the checks and their columns from one table.
macro_rules! checks {
    ($($variant:ident = $code:literal $what:literal,)+) => {
        /// A check.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Check {
            $(#[doc = $what] $variant,)+
        }

        impl Check {
            /// All checks, in the order in which they are made.
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name.
            pub(super) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// What is checked, as in `docs/OPERATE.md`.
            #[cfg(test)]
            const fn what(self) -> &'static str {
                match self {
                    $(Self::$variant => $what,)+
                }
            }
        }
    };
}

checks! {
    Configuration = "configuration"
        "every setting is known and valid",
    TestKeyInLive = "test-key-in-live"
        "the secret key of live mode is none of test mode",
    LiveKeyInSandbox = "live-key-in-sandbox"
        "the secret key of the sandbox is none of live mode",
    PublishableKey = "publishable-key"
        "no publishable key is set as a secret key",
    SecretKeyExposed = "secret-key-exposed"
        "no secret is in a setting that is shown, in the name of a product or key type, or in a page of `--page`",
    TestModeOnly = "test-mode-only"
        "a server at a public https URL has more than test mode",
    PublicUrl = "public-url"
        "live mode has an https URL",
    Database = "database"
        "the database answers",
    Schema = "schema"
        "the tables are those of this version",
    MasterKey = "master-key"
        "the master key opens the secrets of the database",
    Mail = "mail"
        "the mail server takes the login",
    StripeMode = "stripe-mode"
        "a mode in which sellers are connected is set up",
    StripeKey = "stripe-key"
        "Stripe accepts the secret key",
    ClientId = "client-id"
        "Stripe knows the client id, and it is that of the mode",
    RedirectUri = "redirect-uri"
        "the redirect URI is allowed at Stripe",
    WebhookEndpoint = "webhook-endpoint"
        "an endpoint for connected accounts has the URL of this server and is enabled",
    WebhookEvents = "webhook-events"
        "Stripe sends the endpoint every event that is needed",
    WebhookSecret = "webhook-secret"
        "a webhook secret is set",
    WebhookDelivery = "webhook-delivery"
        "the newest events of connected accounts have arrived, which a wrong secret prevents",
    Clock = "clock"
        "the clock agrees with Stripe's",
    AccountAccess = "account-access"
        "Stripe lets the platform use each connected account",
    Charges = "charges"
        "each connected account takes payments",
    Payouts = "payouts"
        "each connected account is paid out, and no newest payout failed",
    Prices = "prices"
        "every key type that is on sale has its price on the connected account",
    ParkedEvents = "parked-events"
        "no paid order waits for its license",
    SellerEndpoints = "seller-endpoints"
        "every seller has a webhook endpoint or mail, and every endpoint receives its events",
    RestrictedKeys = "restricted-keys"
        "Stripe accepts every restricted key, and each has its eight permissions",
    ProbeCoupons = "probe-coupons"
        "no probe of a restricted key left a coupon at Stripe",
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_page_for_operators_has_every_check() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/OPERATE.md");
        let page = fs::read_to_string(page).expect("the page");
        let (_, section) = page.split_once("\n## The doctor\n").expect("the section");
        let section = section.split("\n## ").next().unwrap_or_default();
        let rows: Vec<&str> = section
            .lines()
            .filter(|line| line.starts_with("| `"))
            .collect();
        let expected: Vec<String> = Check::ALL
            .iter()
            .map(|check| format!("| `{}` | {} |", check.as_str(), check.what()))
            .collect();
        assert_eq!(rows, expected);
    }
}
