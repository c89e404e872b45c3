//! Every error code, its status, and when it is answered. `docs/API.md` lists the same codes, and a test
//! compares the two.

/// Generates the codes, their list and their columns from one table.
macro_rules! error_codes {
    ($($variant:ident = $status:literal $code:literal $when:literal,)+) => {
        /// A stable error code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ErrorCode {
            $(#[doc = $when] $variant,)+
        }

        impl ErrorCode {
            /// All codes, ordered by status.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The HTTP status of answers with this code.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$variant => $status,)+
                }
            }

            /// The code as `area/reason`; stable.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// When this code is answered, as a clause.
            pub const fn when(self) -> &'static str {
                match self {
                    $(Self::$variant => $when,)+
                }
            }
        }
    };
}

error_codes! {
    InvalidInput = 400 "validation/invalid-input"
        "the body, a field, a header or a query parameter is invalid",
    WebhookSignatureInvalid = 400 "webhook/signature-invalid"
        "the signature of the Stripe event is wrong",
    WebhookModeMismatch = 400 "webhook/mode-mismatch"
        "a live event is signed with the secret of the sandbox",
    StripeKeyKind = 400 "stripe/key-kind"
        "the text is not a Stripe key of the kind that is needed",
    OauthStateInvalid = 400 "oauth/state-invalid"
        "the connection attempt is unknown, used or expired",
    OauthCodeRefused = 400 "oauth/code-refused"
        "Stripe refused the code",
    ApiKeyInvalid = 401 "api/key-invalid"
        "the key or token is missing or unknown",
    ApiSignatureInvalid = 401 "api/signature-invalid"
        "the signature or its nonce is missing or wrong",
    ApiTimestampReplay = 401 "api/timestamp-replay"
        "the timestamp is too old, or the signature or its nonce was used before",
    AuthzRoleInsufficient = 403 "authz/role-insufficient"
        "the scope of the credential does not allow the call, or the key is publishable",
    OauthOtherBrowser = 403 "oauth/other-browser"
        "the connection attempt was begun in another browser",
    TenantSuspended = 403 "tenant/suspended"
        "the operator has suspended the tenant",
    QuotaLicensesExceeded = 403 "quota/licenses-exceeded"
        "the plan allows no further active license",
    QuotaProductsExceeded = 403 "quota/products-exceeded"
        "the plan allows no further product",
    PlanUpgradeRequired = 403 "plan/upgrade-required"
        "the plan does not include connecting Stripe",
    PlanProductDeactivated = 403 "plan/product-deactivated"
        "the product is deactivated, because the plan allows fewer products",
    NotFound = 404 "common/not-found"
        "the object does not exist, or belongs to another tenant",
    MethodNotAllowed = 405 "common/method-not-allowed"
        "the route has no such method",
    BodyTooSlow = 408 "validation/body-too-slow"
        "the body did not arrive within 10 seconds",
    IdempotencyConflict = 409 "common/idempotency-conflict"
        "this `Idempotency-Key` was used with another body",
    Exists = 409 "common/exists"
        "the object exists already",
    CatalogArchived = 409 "catalog/archived"
        "the product or the key type is archived",
    CatalogDeactivated = 409 "catalog/deactivated"
        "the product is deactivated, because the plan allows fewer products",
    LicenseAlreadyRevoked = 409 "license/already-revoked"
        "the license is revoked already",
    LicenseAlreadyFrozen = 409 "license/already-frozen"
        "the license is frozen by its seller already",
    LicenseNotFrozen = 409 "license/not-frozen"
        "the license is not frozen by its seller",
    LicenseIsLifetime = 409 "license/is-lifetime"
        "the license has no end",
    ActivationAlreadyReleased = 409 "activation/already-released"
        "the activation is released already",
    ApiKeyAlreadyRevoked = 409 "api-key/already-revoked"
        "the key is revoked already",
    ApiKeyAlreadyRotated = 409 "api-key/already-rotated"
        "the key was rotated before",
    TokenAlreadyRevoked = 409 "token/already-revoked"
        "the management token is revoked already",
    WebhookBeingSent = 409 "webhook/being-sent"
        "the delivery is being sent right now",
    WebhookEndpointGone = 409 "webhook/endpoint-gone"
        "the endpoint answered 410 Gone and its URL was not set again since, or it was deleted",
    WebhookEndpointDisabled = 409 "webhook/endpoint-disabled"
        "the endpoint is disabled",
    WebhookTooManyEndpoints = 409 "webhook/too-many-endpoints"
        "the tenant has ten webhook endpoints of the mode already",
    WebhookBodyErased = 409 "webhook/body-erased"
        "the event is so old that its body is not kept any more",
    MailUnmailable = 409 "mail/unmailable"
        "no mail can be sent to the address of the customer",
    MailNotConfigured = 409 "mail/not-configured"
        "this server has no mail server",
    StripeNotConnected = 409 "stripe/not-connected"
        "no Stripe account is connected",
    ConnectLiveIsOneWay = 409 "connect/live-is-one-way"
        "the connection is live, and goes back to sandbox only by disconnecting",
    StripeModeRefused = 409 "stripe/mode-refused"
        "the connection cannot change to this mode",
    StripeNotConfigured = 409 "stripe/not-configured"
        "this server has no Stripe settings for the mode",
    StripeCannotCharge = 409 "stripe/cannot-charge"
        "the account can take no payments; `details` say why",
    OauthAccountTaken = 409 "oauth/account-taken"
        "the account belongs to another tenant",
    OauthWrongMode = 409 "oauth/wrong-mode"
        "the grant of Stripe is for the other mode",
    OrderNotUnmapped = 409 "order/not-unmapped"
        "the order does not wait to be minted",
    OrderUnmapped = 409 "order/unmapped"
        "nothing says what the order sold",
    OrderRefunded = 409 "order/refunded"
        "the payment of the order was refunded in full",
    BodyTooLarge = 413 "validation/body-too-large"
        "the body has more than 64 kB, or a Stripe event more than 1 MB",
    UnsupportedMediaType = 415 "validation/unsupported-media-type"
        "the content type is not `application/json`",
    CheckoutNoPrice = 422 "checkout/no-price"
        "the key type has no price on the account",
    CheckoutNotTogether = 422 "checkout/not-together"
        "the items cannot be sold in one checkout: their currencies, or switches of their key types, differ",
    CheckoutTooLarge = 422 "checkout/too-large"
        "the checkout has too many licenses or seats, a too large total, or too much metadata",
    CheckoutManagedPaymentsFee = 422 "checkout/managed-payments-fee"
        "a key type with `managedPayments` is sold where the platform takes a fee",
    StripeKeyInvalid = 422 "stripe/key-invalid"
        "Stripe does not accept the key, or the key lacks a permission",
    StripeAmountTooSmall = 422 "stripe/amount-too-small"
        "the amount is below Stripe's minimum",
    StripeRefused = 422 "stripe/refused"
        "Stripe refused the request; `details` have Stripe's own code and message",
    RateLimited = 429 "common/rate-limited"
        "too many requests",
    Internal = 500 "common/internal"
        "an error in the server",
    StripeFailed = 502 "stripe/failed"
        "Stripe could not complete the request",
    StripeUnavailable = 503 "stripe/unavailable"
        "Stripe is slow or limits its calls at the moment; try again",
    Unavailable = 503 "common/unavailable"
        "the server is not available at the moment; try again",
}
