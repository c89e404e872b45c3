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
}
