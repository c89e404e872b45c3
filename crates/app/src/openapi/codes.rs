//! Every error code, its status, and when it is answered. `docs/API.md` has the same table, and a
//! test holds the two together.

/// An error that callers can tell from others.
#[derive(Debug)]
pub struct Code {
    /// The HTTP status that it comes with.
    pub status: u16,
    /// `area/reason`; stable.
    pub code: &'static str,
    /// When it is answered, in words.
    pub when: &'static str,
}

const fn code(status: u16, code: &'static str, when: &'static str) -> Code {
    Code { status, code, when }
}

/// All of them, by status.
pub const CODES: &[Code] = &[
    code(
        400,
        "validation/invalid-input",
        "the body, a field, a header or a query is not valid",
    ),
    code(
        400,
        "webhook/signature-invalid",
        "Stripe's signature does not match",
    ),
    code(
        400,
        "webhook/mode-mismatch",
        "a live event with the sandbox's secret",
    ),
    code(
        400,
        "oauth/state-invalid",
        "the connection attempt is unknown, used or expired",
    ),
    code(400, "oauth/code-refused", "Stripe refused the code"),
    code(
        401,
        "api/key-invalid",
        "the key or token is missing or unknown",
    ),
    code(
        401,
        "api/signature-invalid",
        "the signature or its nonce is missing or wrong",
    ),
    code(
        401,
        "api/timestamp-replay",
        "the timestamp is too old, or the signature or its nonce was used before",
    ),
    code(
        403,
        "authz/role-insufficient",
        "the scope does not allow it, or a publishable key does not",
    ),
    code(
        403,
        "quota/licenses-exceeded",
        "the plan allows no further active license",
    ),
    code(
        403,
        "quota/products-exceeded",
        "the plan allows no further product",
    ),
    code(
        403,
        "quota/connect-not-included",
        "the plan does not include connecting Stripe",
    ),
    code(
        404,
        "common/not-found",
        "it does not exist, or belongs to somebody else",
    ),
    code(
        405,
        "common/method-not-allowed",
        "the route has no such method",
    ),
    code(
        409,
        "common/idempotency-conflict",
        "this `Idempotency-Key` was used with another body",
    ),
    code(409, "common/exists", "it exists already"),
    code(
        409,
        "license/already-revoked",
        "the license is revoked already",
    ),
    code(
        409,
        "license/already-frozen",
        "the license is frozen by its seller already",
    ),
    code(
        409,
        "license/not-frozen",
        "the license is not frozen by its seller",
    ),
    code(409, "license/is-lifetime", "the license has no end"),
    code(
        409,
        "activation/already-released",
        "the device has given its slot back already",
    ),
    code(409, "api-key/already-revoked", "the key is revoked already"),
    code(409, "api-key/already-rotated", "the key was rotated before"),
    code(
        409,
        "webhook/being-sent",
        "the delivery is being sent right now",
    ),
    code(
        409,
        "mail/not-configured",
        "this server has no mail server to send by",
    ),
    code(
        409,
        "stripe/not-connected",
        "no Stripe account is connected",
    ),
    code(409, "stripe/cannot-charge", "the account cannot charge"),
    code(
        409,
        "stripe/mode-refused",
        "the mode cannot follow the present one",
    ),
    code(
        409,
        "stripe/not-configured",
        "this server has no Stripe settings for the mode",
    ),
    code(
        409,
        "oauth/account-taken",
        "the account belongs to another tenant",
    ),
    code(409, "oauth/wrong-mode", "the grant is of the other mode"),
    code(
        413,
        "validation/body-too-large",
        "the body has more than 1 MB",
    ),
    code(
        415,
        "validation/unsupported-media-type",
        "the content type is not `application/json`",
    ),
    code(
        422,
        "checkout/no-price",
        "the key type has no price on the account",
    ),
    code(
        422,
        "stripe/amount-too-small",
        "Stripe does not charge so little",
    ),
    code(429, "common/rate-limited", "too many requests"),
    code(500, "common/internal", "something is broken here"),
    code(502, "stripe/failed", "Stripe did not do it"),
    code(
        503,
        "common/unavailable",
        "not available right now; try again",
    ),
];
