//! Schemas of the texts and numbers on the wire, with the limits of the domain.

use std::borrow::Cow;

use mintage_domain::base::metadata::Metadata as Facts;
use mintage_domain::base::mode::Mode as World;
use mintage_domain::base::money::{Currency as Code, Money};
use mintage_domain::model::access::api_key::Overlap;
use mintage_domain::model::access::credential::KeyKind;
use mintage_domain::model::access::scope::Scope;
use mintage_domain::model::licenses::activation::DeviceText;
use mintage_domain::model::licenses::key::KeyFormat as Format;
use mintage_domain::model::licenses::license::Notes as NotesText;
use mintage_domain::model::licenses::standing::{RevocationReason, State};
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::outbox::event::EventName as Event;
use mintage_domain::model::sales::customer::{
    CustomerName as NameText, ExternalId as ExternalText,
};
use mintage_domain::model::sales::order::OrderStatus as Progress;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AnyOfBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type,
};
use utoipa::{PartialSchema, ToSchema};

/// Defines empty types that stand for a kind of text or number in the description.
macro_rules! schemas {
    ($($(#[doc = $doc:literal])* $name:ident = $shape:expr;)*) => {$(
        $(#[doc = $doc])*
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                described($shape.into(), &[$($doc),*])
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )*};
}

schemas! {
    /// A license.
    LicenseId = id("lic_");
    /// A device on a license.
    ActivationId = id("act_");
    /// A buyer, per tenant and mode.
    CustomerId = id("cus_");
    /// An order.
    OrderId = id("ord_");
    /// An API key: `ak_live_...` or `ak_test_...`, or `pub_live_...` or `pub_test_...` if it is
    /// publishable.
    ApiKeyId = id("(ak|pub)_");
    /// An event for a tenant's webhook, and its delivery.
    DeliveryId = id("dlv_");
    /// A license's key on its way to its buyer.
    MailId = id("eml_");
    /// An entry of the audit trail.
    AuditId = id("aud_");

    /// A tenant. Some words are reserved.
    TenantId = text("^[a-z0-9][a-z0-9-]{2,31}$");
    /// A product of a tenant.
    ProductId = text("^[a-z0-9][a-z0-9-]{0,31}$");
    /// A key type of a product; KeyStack's `planCode`.
    KeyTypeId = text("^[a-z0-9][a-z0-9-]{0,31}$");

    /// Sandbox or live.
    Mode = one_of(World::ALL.map(World::as_str));
    /// What an API key may do. `PUBLISHABLE` is a key without a secret, for `/v1/validate` and
    /// `/v1/activate`.
    ApiKeyScope = one_of(Scope::ALL.map(Scope::as_str).into_iter().chain([KeyKind::PUBLISHABLE]));
    /// What the signatures of an API key are over: 1 for the timestamp and the body, 2 for the nonce,
    /// the method and the path as well.
    SignatureVersion = integer(1, 2);
    /// What a license is worth at the moment.
    LicenseStatus = one_of(State::ALL.map(State::as_str));
    /// The license's status, or `INVALID` for a key that is unknown.
    Verdict = one_of(State::ALL.map(State::as_str).into_iter().chain(["INVALID"]));
    /// Why a license key is not good.
    InvalidReason = one_of(NOT_GOOD);
    /// Why a device has no slot.
    NoSlotReason = one_of(NOT_GOOD.into_iter().chain(["limit_reached"]));
    /// Why a device that called is not noted.
    UnheardReason = one_of(NOT_GOOD.into_iter().chain(["not_activated"]));
    /// Why a license is not good, as its seller sees it.
    LicenseReason = one_of(
        ["frozen", "expired"]
            .into_iter()
            .chain(RevocationReason::ALL.map(RevocationReason::as_str))
    );
    /// What holds a license: its seller's freeze, a dispute over its payment, an unpaid invoice.
    HoldCause = text("^(admin|dispute:.+|invoice:.+)$");
    /// Who did something.
    Actor = text("^(operator|seller|stripe|system|token:tok_.+|api-key:ak_.+)$");
    /// How far an order is.
    OrderStatus = one_of(Progress::ALL.map(Progress::as_str));
    /// What a tenant is told of.
    EventName = one_of(Event::ALL.map(Event::as_str));
    /// How far a delivery is.
    DeliveryStatus = one_of(["pending", "retrying", "delivered", "failed"]);
    /// How far a mail is: `sent` when the mail server has taken it over, `cancelled` when the license
    /// was revoked before.
    MailStatus = one_of(["pending", "retrying", "sent", "failed", "cancelled"]);

    /// An e-mail address. Spaces around it are taken away, and it is brought to lower case.
    Email = text_of(3, 254).format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)));
    /// A web address whose host is a name in ASCII or an IP address, without a user or password.
    Url = text(r"^[hH][tT][tT][pP][sS]?://[0-9A-Za-z.:_\[\]-]+([/?#][^\s\\]*)?$").max_length(Some(2_048));
    /// An instant, RFC 3339 in UTC.
    Time = format(KnownFormat::DateTime);
    /// How long a license runs: `lifetime`, days from `1d` to `36500d`, or until a date or date-time
    /// (ISO 8601) that is to come.
    Duration = AnyOfBuilder::new()
        .item(text(RELATIVE))
        .item(format(KnownFormat::Date))
        .item(format(KnownFormat::DateTime))
        .examples(["lifetime", "365d", "2099-01-01T00:00:00Z"]);
    /// How long a license of a key type runs: `lifetime`, or days from `1d` to `36500d`.
    RelativeDuration = text(RELATIVE);
    /// How many devices a license may be active on.
    ActivationLimit = integer(1, LicenseTerms::MAX_ACTIVATIONS);
    /// A license's key as a buyer types it. It may have 256 bytes.
    LicenseKey = text_of(1, 256);
    /// What a device calls itself, the same each time. It may have 256 bytes.
    Fingerprint = text_of(1, 256).pattern(Some(NO_NUL));
    /// What a device tells of itself.
    DeviceName = free_text(DeviceText::MAX);
    /// What the seller notes of a license, for nobody else.
    Notes = free_text(NotesText::MAX);
    /// What a customer is called.
    CustomerName = free_text(NameText::MAX);
    /// The seller's own id of a customer.
    ExternalId = free_text(ExternalText::MAX);
    /// Free-form facts, 16 kB as JSON.
    Metadata = ObjectBuilder::new()
        .schema_type(Type::Object)
        .max_properties(Some(Facts::MAX_KEYS))
        .property_names(Some(
            text_of(1, Facts::MAX_KEY).pattern(Some(NO_CONTROL)).build()
        ));
    /// A text that is searched for as a whole.
    Searched = text_of(1, 255).pattern(Some(NO_NUL));
    /// How an e-mail address begins. It may have 254 bytes.
    EmailStart = text_of(1, 254).pattern(Some(NO_SPACE));
    /// Texts by their names in the metadata.
    SearchedMetadata = ObjectBuilder::new()
        .schema_type(Type::Object)
        .max_properties(Some(10))
        .property_names(Some(text(NO_NUL).build()))
        .additional_properties(Some(Schema::from(text(NO_NUL))));

    /// Where a page ends: `nextCursor` of it.
    Cursor = text(r"^(-?[0-9]{1,18}\.[!-~]{1,255})?$");

    /// A name that people see.
    DisplayName = text_of(1, 120).pattern(Some(NO_CONTROL));
    /// What the keys of a product begin with.
    KeyPrefix = text("^[A-Z0-9]{2,8}$");
    /// How the keys of a product look: `ACME-4B2K-9XJP-T8WM-Q3VZ`, or with check symbols by which a
    /// typo is told.
    KeyFormat = one_of(Format::ALL.map(Format::as_str));
    /// A currency that Stripe charges in.
    Currency = one_of(Code::CODES.iter().copied());
    /// An amount in minor units of its currency.
    Amount = integer(0, Money::MAX_MINOR);
    /// What a license unlocks.
    Entitlement = text("^[a-z0-9._-]{1,64}$");
    /// For how many seconds a key that was replaced stays good.
    OverlapSeconds = integer(0, Overlap::MAX_SECONDS);
}

const NO_NUL: &str = r"^[^\u0000]*$";
const NO_CONTROL: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
const NO_SPACE: &str = r"^[^\s\u0000-\u001f\u007f-\u009f]+$";
/// `lifetime`, and days from 1 to 36500 without leading zeros.
const RELATIVE: &str =
    "^(lifetime|([1-9][0-9]{0,3}|[12][0-9]{4}|3[0-5][0-9]{3}|36[0-4][0-9]{2}|36500)d)$";
const NOT_GOOD: [&str; 5] = ["not_found", "checksum", "frozen", "expired", "revoked"];

fn kind(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

fn text(pattern: &str) -> ObjectBuilder {
    kind(Type::String).pattern(Some(pattern))
}

fn text_of(least: usize, most: usize) -> ObjectBuilder {
    kind(Type::String)
        .min_length(Some(least))
        .max_length(Some(most))
}

fn free_text(most: usize) -> ObjectBuilder {
    text(NO_NUL).max_length(Some(most))
}

fn id(prefix: &str) -> ObjectBuilder {
    text(&format!("^{prefix}[0-9A-Za-z_-]+$")).max_length(Some(255))
}

fn one_of(words: impl IntoIterator<Item = &'static str>) -> ObjectBuilder {
    kind(Type::String).enum_values(Some(words))
}

fn format(format: KnownFormat) -> ObjectBuilder {
    kind(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
}

fn integer(least: u8, most: impl Into<i64>) -> ObjectBuilder {
    kind(Type::Integer)
        .minimum(Some(least))
        .maximum(Some(most.into()))
}

/// Sets the lines of a doc comment as the description.
fn described(mut schema: Schema, lines: &[&str]) -> RefOr<Schema> {
    let about = lines.iter().map(|line| line.trim());
    let about = Some(about.collect::<Vec<_>>().join("\n"));
    match &mut schema {
        Schema::Object(object) => object.description = about,
        Schema::AnyOf(any) => any.description = about,
        _ => {}
    }
    RefOr::T(schema)
}
