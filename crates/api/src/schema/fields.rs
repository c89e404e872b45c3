//! Kinds that are read from a body and described by the same type.

use std::collections::BTreeSet;
use std::convert::Infallible;

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use mintage_domain::base::id;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::time::Timestamp;
use mintage_domain::base::url::WebUrl;
use mintage_domain::base::{email, metadata, mode, money, slug};
use mintage_domain::model::access::api_key::{InvalidOverlap, Overlap};
use mintage_domain::model::access::credential::{self, KeyKind};
use mintage_domain::model::access::scope::Scope;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::{display_name, sale};
use mintage_domain::model::licenses::key::{self, KeyInput};
use mintage_domain::model::licenses::recurrence::{self, Recurrence};
use mintage_domain::model::licenses::term::{self, Term};
use mintage_domain::model::licenses::terms::{self, LicenseTerms};
use mintage_domain::model::licenses::{activation, entitlements, license};
use mintage_domain::model::outbox::event::EventName;
use mintage_domain::model::outbox::webhook_endpoint;
use mintage_domain::model::sales::ledger::promotion_code;
use mintage_domain::model::sales::{customer, items};
use mintage_domain::model::sellers::management_token::{self, TokenScope};
use mintage_domain::model::stripe::manual_endpoint;
use mintage_domain::usecase::outbox::resend::MAX_RESENT;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, KnownFormat, Type};

use super::shape::{self, NO_CONTROL, NO_NUL, described, format, free_text, kind, one_of, text_of};
use crate::json::value::{integer, object, read, text, texts};
use crate::json::{Faults, unknown_name};

/// Defines types that each hold a value of the domain, with the reader and the schema of the type.
macro_rules! fields {
    ($($(#[doc = $doc:literal])* $name:ident($kind:ty) = $reader:expr, $shape:expr;)*) => {$(
        $(#[doc = $doc])*
        pub(crate) struct $name(pub(crate) $kind);

        described!($name, [$($doc),*], $shape);

        impl Deserr<Faults> for $name {
            fn deserialize_from_value<V: IntoValue>(
                value: Value<V>,
                location: ValuePointerRef<'_>,
            ) -> Result<Self, Faults> {
                read(value, location, $reader).map(Self)
            }
        }
    )*};
}

/// `lifetime`, and days from 1 to 36500 without leading zeros.
const RELATIVE: &str =
    "^(lifetime|([1-9][0-9]{0,3}|[12][0-9]{4}|3[0-5][0-9]{3}|36[0-4][0-9]{2}|36500)d)$";
/// Days from 1 to 36500 without leading zeros.
const DAYS: &str = "^([1-9][0-9]{0,3}|[12][0-9]{4}|3[0-5][0-9]{3}|36[0-4][0-9]{2}|36500)d$";
/// The name that stands for all events.
const ALL_EVENTS: &str = "*";
/// The most characters of a secret text.
const MAX_SECRET: usize = 255;
const KEY_TYPE_ID: &str = "^[a-z0-9][a-z0-9-]{0,31}$";
const MAX_ACTIVATIONS: i64 = LicenseTerms::MAX_ACTIVATIONS as i64;
const MAX_INTERVALS: i64 = recurrence::Interval::Day.max_count() as i64;
const MAX_TRIAL_DAYS: i64 = Recurrence::MAX_TRIAL_DAYS as i64;
const MAX_GRACE_DAYS: i64 = Recurrence::MAX_GRACE_DAYS as i64;
const MAX_REMINDER_DAYS: i64 = KeyType::MAX_REMINDER_DAYS as i64;

fields! {
    /// The id of a product of a tenant.
    ProductId(slug::ProductId) =
        text(slug::ProductId::parse),
        shape::text("^[a-z0-9][a-z0-9-]{0,31}$").examples(["editor"]);
    /// The id of a key type of a product.
    KeyTypeId(slug::KeyTypeId) = text(slug::KeyTypeId::parse),
        shape::text(KEY_TYPE_ID).examples(["lifetime"]);
    /// The id of a key type, which KeyStack calls a plan.
    PlanCode(String) = text(non_empty), shape::text(KEY_TYPE_ID).examples(["lifetime"]);
    /// The id of an activation of a license on a device.
    ActivationId(id::ActivationId) = text(id::ActivationId::parse), shape::id("act_");

    /// Stripe's id of a price.
    StripePriceId(id::StripePriceId) = text(id::StripePriceId::parse), shape::id("price_");
    /// Stripe's id of a payment link.
    PaymentLinkId(id::PaymentLinkId) = text(id::PaymentLinkId::parse), shape::id("plink_");
    /// The signing secret of an endpoint, as Stripe shows it.
    StripeWebhookSecret(manual_endpoint::SigningSecret) = text(manual_endpoint::SigningSecret::parse),
        shape::text("^whsec_[0-9A-Za-z+/=_-]{8,249}$");
    /// A secret text, at most 255 characters.
    SecretText(Secret) = text(secret_text), text_of(1, MAX_SECRET);

    /// Sandbox or live.
    Mode(mode::Mode) = text(mode::Mode::parse), one_of(mode::Mode::ALL.map(mode::Mode::as_str));
    /// The scope of an API key. `PUBLISHABLE` is a key without a secret, for `/v1/validate`,
    /// `/v1/activate`, `/v1/heartbeat` and `/v1/deactivate`.
    ApiKeyScope(KeyKind) = text(KeyKind::parse),
        one_of(Scope::ALL.map(Scope::as_str).into_iter().chain([KeyKind::PUBLISHABLE]))
        .examples([KeyKind::PUBLISHABLE]);
    /// The version of the signatures of an API key. Version 1 covers the timestamp and the body;
    /// version 2 also covers the nonce, the method and the path.
    SignatureVersion(credential::SignatureVersion) =
        integer(1..=2, credential::SignatureVersion::from_number), shape::integer(1, 2);
    /// For how many seconds a key stays valid after its rotation.
    OverlapSeconds(Overlap) = integer(0..=i64::from(Overlap::MAX_SECONDS), overlap),
        shape::integer(0, Overlap::MAX_SECONDS);

    /// The ids of licenses, at most 100.
    LicenseIds(Vec<String>) = texts(license_ids), ArrayBuilder::new()
        .items(kind(Type::String))
        .min_items(Some(1))
        .max_items(Some(MAX_RESENT));
    /// An e-mail address. Spaces around the address are removed, and the address is stored in lower
    /// case.
    Email(email::Email) = text(email::Email::parse),
        format(KnownFormat::Email)
        .min_length(Some(3))
        .max_length(Some(254))
        .examples(["buyer@example.com"]);
    /// A web address whose host is a name in ASCII or an IP address, without a user or password.
    Url(WebUrl) = text(WebUrl::parse), shape::url().examples(["https://shop.example/pricing"]);
    /// The web address of a webhook endpoint. Its host is a name in ASCII or an IP address, without a
    /// user or password.
    WebhookUrl(String) = text(|text| Ok::<_, Infallible>(text.to_owned())),
        shape::url().examples(["https://shop.example/licenses"]);
    /// What people read about a webhook endpoint.
    EndpointDescription(webhook_endpoint::EndpointDescription) =
        text(webhook_endpoint::EndpointDescription::parse),
        text_of(1, webhook_endpoint::EndpointDescription::MAX).pattern(Some(NO_CONTROL));
    /// The names of the events that an endpoint receives. An empty list and `*` are all events.
    EventNames(Option<BTreeSet<EventName>>) = texts(event_names), ArrayBuilder::new()
        .items(one_of(EventName::subscribable().map(EventName::as_str).chain([ALL_EVENTS])));
    /// For how many seconds the old secret of a webhook endpoint signs too after a rotation.
    SecretOverlapSeconds(webhook_endpoint::SecretOverlap) =
        integer(0..=i64::from(webhook_endpoint::SecretOverlap::MAX_SECONDS), secret_overlap),
        shape::integer(0, webhook_endpoint::SecretOverlap::MAX_SECONDS);

    /// How long a license is valid: `lifetime`, days from `1d` to `36500d`, or until a future date or
    /// date-time (ISO 8601).
    Duration(Term) = text(Term::parse), AnyOfBuilder::new()
        .item(shape::text(RELATIVE))
        .item(format(KnownFormat::Date))
        .item(format(KnownFormat::DateTime))
        .examples(["365d", "lifetime", "2099-01-01T00:00:00Z"]);
    /// How long a license of a key type is valid: `lifetime`, or days from `1d` to `36500d`.
    RelativeDuration(Term) = text(Term::parse),
        shape::text(RELATIVE).examples(["lifetime"]);
    /// A number of days, from `1d` to `36500d`.
    Days(term::Days) = text(term::Days::parse), shape::text(DAYS).examples(["365d"]);
    /// From when the days of a term count: from when the license is issued, or from its first activation.
    TermFrom(terms::TermFrom) = text(terms::TermFrom::parse),
        one_of(terms::TermFrom::ALL.map(terms::TermFrom::as_str));
    /// What a quantity buys: so many licenses, or one license with so many times the activation limit.
    QuantityAs(sale::QuantityAs) = text(sale::QuantityAs::parse),
        one_of(sale::QuantityAs::ALL.map(sale::QuantityAs::as_str));
    /// How many of a key type are bought at once.
    Quantity(items::Quantity) = integer(1..=i64::from(items::Quantity::MAX), quantity),
        shape::integer(1, items::Quantity::MAX);
    /// The unit of a billing period. A license of a key type with an interval lasts as long as it is paid.
    Interval(recurrence::Interval) = text(recurrence::Interval::parse),
        one_of(recurrence::Interval::ALL.map(recurrence::Interval::as_str));
    /// How many intervals a billing period has; a period is at most three years.
    IntervalCount(u16) = integer(1..=MAX_INTERVALS, u16::try_from),
        shape::integer(1, MAX_INTERVALS);
    /// How many days are free before the first payment.
    TrialDays(u16) = integer(0..=MAX_TRIAL_DAYS, u16::try_from),
        shape::integer(0, MAX_TRIAL_DAYS);
    /// How many days after a failed payment a license stays active.
    GraceDays(u16) = integer(0..=MAX_GRACE_DAYS, u16::try_from),
        shape::integer(0, MAX_GRACE_DAYS);
    /// How many days before the end of a license `license.expiring` is sent; 0 for no reminder.
    ReminderDays(u16) = integer(0..=MAX_REMINDER_DAYS, u16::try_from),
        shape::integer(0, MAX_REMINDER_DAYS);
    /// The most devices on which a license may be active.
    ActivationLimit(u32) = integer(1..=MAX_ACTIVATIONS, u32::try_from),
        shape::integer(1, MAX_ACTIVATIONS);
    /// The names of the features that a license unlocks.
    Entitlements(entitlements::Entitlements) = texts(entitlements::Entitlements::parse),
        ArrayBuilder::new().items(shape::text("^[a-z0-9._-]{1,64}$"));

    /// A license key as the buyer types the key, at most 256 bytes.
    LicenseKey(KeyInput) = text(KeyInput::parse),
        text_of(1, KeyInput::MAX_BYTES).examples(["EDIT-4B2K-9XJP-T8WM-Q3VZ"]);
    /// A text by which a device identifies itself, the same in every call, at most 256 bytes.
    Fingerprint(activation::Fingerprint) = text(activation::Fingerprint::parse),
        text_of(1, 256).pattern(Some(NO_NUL)).examples(["f3b1c9d2-random-id-of-the-device"]);
    /// The hostname or the operating system of a device.
    DeviceText(activation::DeviceText) = text(activation::DeviceText::parse),
        free_text(activation::DeviceText::MAX);
    /// Notes of the seller about a license. Only the seller reads them.
    Notes(license::Notes) = text(license::Notes::parse), free_text(license::Notes::MAX);
    /// The name of a customer.
    CustomerName(customer::CustomerName) = text(customer::CustomerName::parse),
        free_text(customer::CustomerName::MAX);
    /// The seller's own id of a customer.
    ExternalId(customer::ExternalId) = text(customer::ExternalId::parse),
        free_text(customer::ExternalId::MAX);
    /// A JSON object of the caller's own, at most 16 kB as JSON.
    Metadata(metadata::Metadata) = object(metadata::Metadata::parse), kind(Type::Object)
        .max_properties(Some(metadata::Metadata::MAX_KEYS))
        .property_names(Some(
            text_of(1, metadata::Metadata::MAX_KEY).pattern(Some(NO_CONTROL)).build()
        ));

    /// A name by which people recognise a management token.
    TokenName(management_token::TokenName) = text(management_token::TokenName::parse),
        text_of(1, 120).pattern(Some(NO_CONTROL)).examples(["backend"]);
    /// What a management token may do.
    TokenScopes(BTreeSet<TokenScope>) = texts(TokenScope::parse_set), ArrayBuilder::new()
        .items(one_of(TokenScope::ALL.map(TokenScope::as_str)))
        .min_items(Some(1));
    /// A time in the future (RFC 3339, or a date).
    FutureTime(Timestamp) = text(Timestamp::parse_rfc3339), AnyOfBuilder::new()
        .item(format(KnownFormat::DateTime))
        .item(format(KnownFormat::Date))
        .examples(["2099-01-01T00:00:00Z"]);

    /// A name that people see.
    DisplayName(display_name::DisplayName) = text(display_name::DisplayName::parse),
        text_of(1, 120).pattern(Some(NO_CONTROL)).examples(["My Editor"]);
    /// The prefix of the license keys of a product.
    KeyPrefix(key::KeyPrefix) = text(key::KeyPrefix::parse), shape::text("^[A-Z0-9]{2,8}$").examples(["EDIT"]);
    /// The format of the license keys of a product: `classic` is `ACME-4B2K-9XJP-T8WM-Q3VZ`; `checked`
    /// has check symbols that reveal a typo.
    KeyFormat(key::KeyFormat) = text(key::KeyFormat::parse),
        one_of(key::KeyFormat::ALL.map(key::KeyFormat::as_str));
    /// A currency that Stripe charges in.
    Currency(money::Currency) = text(money::Currency::parse),
        one_of(money::Currency::CODES.iter().copied()).examples(["usd"]);
    /// The text of a promotion code. Stripe compares codes without case.
    PromotionCodeText(promotion_code::CodeText) = text(promotion_code::CodeText::parse),
        shape::text("^[0-9A-Za-z-]{1,64}$").examples(["SPRING-25"]);
    /// What a promotion code takes off, in percent, with at most two decimals.
    PercentOff(promotion_code::PercentOff) = percent_off, kind(Type::Number)
        .exclusive_minimum(Some(0))
        .maximum(Some(100))
        .examples([25]);
    /// How long the discount lasts on a subscription.
    DiscountDuration(promotion_code::DurationKind) = text(promotion_code::DurationKind::parse),
        one_of(promotion_code::DurationKind::ALL.map(promotion_code::DurationKind::as_str));
    /// The name of a campaign or of a partner.
    Campaign(promotion_code::Campaign) = text(campaign),
        text_of(1, 100).pattern(Some(NO_CONTROL)).examples(["spring-sale"]);
    /// A number of months.
    Months(u32) = integer(1..=120, u32::try_from), shape::integer(1, 120);
    /// How often a promotion code can be used.
    MaxRedemptions(u32) = integer(1..=1_000_000_000, u32::try_from),
        shape::integer(1, 1_000_000_000);
    /// An amount in minor units of its currency.
    Amount(i64) = integer(0..=i64::MAX, Ok::<i64, Infallible>),
        shape::integer(0, money::Money::MAX_MINOR).examples([4_900]);
}

/// The message never repeats the text.
fn secret_text(text: &str) -> Result<Secret, String> {
    if (1..=MAX_SECRET).contains(&text.len()) {
        Ok(Secret::new(text))
    } else {
        Err(format!("must have 1 to {MAX_SECRET} characters"))
    }
}

/// The campaign of a promotion code: one line of text.
pub(crate) fn campaign(text: &str) -> Result<promotion_code::Campaign, String> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("must have 1 to 100 characters, none of them a control character".to_owned());
    }
    promotion_code::Campaign::parse(text).map_err(|error| error.to_string())
}

/// Reads the decimal digits as they are written, so that nothing is rounded.
fn percent_off(value: serde_json::Value) -> Result<promotion_code::PercentOff, String> {
    let invalid = || promotion_code::InvalidPercentOff.to_string();
    let serde_json::Value::Number(number) = value else {
        return Err("must be a number".to_owned());
    };
    let text = number.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > 2 {
        return Err(invalid());
    }
    let hundredths = format!("{whole}{decimals:0<2}").parse::<i64>();
    let hundredths = hundredths.map_err(|_| invalid())?;
    promotion_code::PercentOff::from_hundredths(hundredths).map_err(|error| error.to_string())
}

fn non_empty(text: &str) -> Result<String, &'static str> {
    match text {
        "" => Err("must not be empty"),
        text => Ok(text.to_owned()),
    }
}

/// Each id is answered by itself, also one that is no id.
fn license_ids(ids: Vec<String>) -> Result<Vec<String>, String> {
    if (1..=MAX_RESENT).contains(&ids.len()) {
        Ok(ids)
    } else {
        Err(format!("must have 1 to {MAX_RESENT} ids"))
    }
}

fn event_names(names: Vec<String>) -> Result<Option<BTreeSet<EventName>>, String> {
    let mut events = BTreeSet::new();
    let mut is_all = names.is_empty();
    for name in names {
        if name == ALL_EVENTS {
            is_all = true;
            continue;
        }
        let mut known = EventName::subscribable();
        let event = known.find(|event| event.as_str() == name);
        events.insert(event.ok_or_else(|| {
            let known = EventName::subscribable().map(EventName::as_str);
            let shown: String = name.chars().take(64).collect();
            format!("`{}` {}", shown.escape_debug(), unknown_name(&name, known))
        })?);
    }
    Ok((!is_all).then_some(events))
}

fn secret_overlap(
    seconds: i64,
) -> Result<webhook_endpoint::SecretOverlap, webhook_endpoint::InvalidSecretOverlap> {
    let seconds = u32::try_from(seconds).map_err(|_| webhook_endpoint::InvalidSecretOverlap)?;
    webhook_endpoint::SecretOverlap::from_seconds(seconds)
}

fn quantity(number: i64) -> Result<items::Quantity, items::InvalidQuantity> {
    let number = u32::try_from(number).map_err(|_| items::InvalidQuantity)?;
    items::Quantity::new(number)
}

fn overlap(seconds: i64) -> Result<Overlap, InvalidOverlap> {
    let seconds = u32::try_from(seconds).map_err(|_| InvalidOverlap)?;
    Overlap::from_seconds(seconds)
}
