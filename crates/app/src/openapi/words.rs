//! The texts of the wire: how each is written. The domain reads them and knows nothing of this.

use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

fn text(about: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(about))
}

macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident = $build:expr;)*) => {$(
        $(#[doc = $doc])*
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let build: fn(ObjectBuilder) -> ObjectBuilder = $build;
                let about = [$($doc),*].map(str::trim).join("\n");
                RefOr::T(Schema::Object(build(text(&about)).build()))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )*};
}

/// Names that are written alike: lower-case letters, digits and dashes.
const SLUG: &str = "^[a-z0-9][a-z0-9-]{0,31}$";

macro_rules! id {
    ($prefix:literal) => {
        |text| {
            text.pattern(Some(concat!("^", $prefix, "[0-9A-Za-z_-]+$")))
                .max_length(Some(255))
        }
    };
}

words! {
    /// A license.
    LicenseId = id!("lic_");
    /// A device on a license.
    ActivationId = id!("act_");
    /// A buyer, per tenant and mode.
    CustomerId = id!("cus_");
    /// An e-mail address. Trimmed, and brought to lower case.
    Email = |text| text
        .min_length(Some(3))
        .max_length(Some(254))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)));
    /// An order.
    OrderId = id!("ord_");
    /// An API key: `ak_live_...` or `ak_test_...`.
    ApiKeyId = id!("ak_");
    /// An event for a tenant's webhook, and its delivery.
    DeliveryId = id!("dlv_");
    /// A tenant; some words are reserved.
    TenantId = |text| text.pattern(Some("^[a-z0-9][a-z0-9-]{2,31}$"));
    /// A product of a tenant.
    ProductId = |text| text.pattern(Some(SLUG));
    /// A key type of a product; KeyStack's `planCode`.
    KeyTypeId = |text| text.pattern(Some(SLUG));
    /// How long a license runs: `lifetime`, days from `1d` to `36500d`, or until an ISO 8601 date or
    /// date-time.
    Duration = |text| text
        .pattern(Some(r"^(lifetime|[1-9][0-9]{0,4}d|[0-9]{4}-[0-9]{2}-[0-9]{2}.*)$"))
        .examples([serde_json::json!("lifetime"), serde_json::json!("365d"), serde_json::json!("2099-01-01T00:00:00Z")]);
    /// An instant, RFC 3339 in UTC.
    Time = |text| text.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    /// What a license is worth at the moment.
    LicenseStatus = |text| text.enum_values(Some(["ACTIVE", "FROZEN", "EXPIRED", "REVOKED"]));
    /// A license's status, or `INVALID` for a key that is unknown.
    Verdict = |text| text.enum_values(Some(["ACTIVE", "FROZEN", "EXPIRED", "REVOKED", "INVALID"]));
    /// Why a license key is not good.
    InvalidReason = |text| text
        .enum_values(Some(["not_found", "checksum", "frozen", "expired", "revoked"]));
    /// Why a device has no slot.
    NoSlotReason = |text| text
        .enum_values(Some(["not_found", "checksum", "frozen", "expired", "revoked", "limit_reached"]));
    /// Why a device that called has no slot.
    UnheardReason = |text| text
        .enum_values(Some(["not_found", "checksum", "frozen", "expired", "revoked", "not_activated"]));
    /// The key of a license, as a buyer types it. It may have 256 bytes.
    LicenseKey = |text| text.min_length(Some(1)).max_length(Some(256));
    /// What a device calls itself, the same each time. It may have 256 bytes, and no NUL.
    Fingerprint = |text| text
        .min_length(Some(1)).max_length(Some(256)).pattern(Some("^[^\\x00]*$"));
    /// Free-form facts: at most 50, by names of 1 to 40 characters without control characters, and
    /// 16 kB as JSON.
    Metadata = |object| object.schema_type(Type::Object).max_properties(Some(50));
    /// How long a license of a key type runs: `lifetime`, or days from `1d` to `36500d`.
    RelativeDuration = |text| text.pattern(Some("^(lifetime|[1-9][0-9]{0,4}d)$"));
    /// Sandbox or live.
    Mode = |text| text.enum_values(Some(["sandbox", "live"]));
    /// A name that people see, without control characters.
    DisplayName = |text| text.min_length(Some(1)).max_length(Some(120));
    /// What the keys of a product begin with.
    KeyPrefix = |text| text.pattern(Some("^[A-Z0-9]{2,8}$"));
    /// How the keys of a product look: `ACME-4B2K-9XJP-T8WM-Q3VZ`, or with check symbols that tell
    /// a typo.
    KeyFormat = |text| text.enum_values(Some(["classic", "checked"]));
    /// A currency that Stripe charges in.
    Currency = |text| text.pattern(Some("^[a-z]{3}$"));
    /// What a license unlocks.
    Entitlement = |text| text.pattern(Some("^[a-z0-9._-]{1,64}$"));
    /// What an API key may do.
    ApiKeyScope = |text| text
        .enum_values(Some(["FULL", "ISSUE_ONLY", "VALIDATE_ONLY", "READ_ONLY"]));
    /// Why a license is not good.
    LicenseReason = |text| text
        .enum_values(Some(["frozen", "expired", "admin", "refund", "dispute"]));
    /// What holds a license: its seller's freeze, a dispute over its payment, an unpaid invoice.
    HoldCause = |text| text.pattern(Some("^(admin|dispute:.+|invoice:.+)$"));
    /// How an e-mail address begins. It may have 254 bytes.
    EmailStart = |text| text
        .min_length(Some(1)).max_length(Some(254)).pattern(Some(r"^[^\s\x00-\x1f\x7f-\x9f]+$"));
    /// A seller's own id of a customer.
    ExternalId = |text| text
        .min_length(Some(1)).max_length(Some(255)).pattern(Some("^[^\\x00]*$"));
    /// Who did something: `operator`, `token:tok_...`, `api-key:ak_...`, `seller`, `stripe` or
    /// `system`.
    Actor = |text| text
        .pattern(Some("^(operator|seller|stripe|system|token:tok_.+|api-key:ak_.+)$"));
    /// An entry of the audit trail.
    AuditId = id!("aud_");
    /// A whole word of the audit trail.
    AuditWord = |text| text
        .min_length(Some(1)).max_length(Some(255)).pattern(Some("^[^\\x00]*$"));
    /// How far a checkout is.
    OrderStatus = |text| text.enum_values(Some([
        "opening", "open", "awaiting_payment", "fulfilled", "payment_failed", "expired",
        "abandoned",
    ]));
    /// What a tenant is told of.
    EventName = |text| text
        .enum_values(Some([
            "license.created", "license.refunded", "license.revoked", "license.frozen",
            "license.updated",
        ]));
    /// How far a delivery is.
    DeliveryStatus = |text| text
        .enum_values(Some(["pending", "retrying", "delivered", "failed"]));
    /// A web address, with a host that is a name in ASCII or an IP address, and no user or password.
    Url = |text| text
        .max_length(Some(2_048))
        .pattern(Some(r"^[hH][tT][tT][pP][sS]?://[^\s\\@]+$"));
    /// Texts by their names in the metadata; ten at most.
    SearchedMetadata = |object| object
        .schema_type(Type::Object)
        .max_properties(Some(10))
        .additional_properties(Some(ObjectBuilder::new().schema_type(Type::String)));
}
