//! Typed ids: those that Mintage generates from time and randomness, and Stripe's.

use std::fmt;

use crate::base::base32;
use crate::base::mode::Mode;
use crate::base::secret::sha256;
use crate::base::slug::TenantId;
use crate::base::text_newtype::string_conversions;
use crate::base::time::Timestamp;

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind} id")]
pub struct InvalidId {
    /// The expected kind of id, for the error message.
    pub kind: &'static str,
}

/// 48 bits of milliseconds, then 80 random bits, as 26 base32 symbols that sort by creation time.
fn sortable(now: Timestamp, random: [u8; 10]) -> String {
    let millis = u64::try_from(now.as_micros().div_euclid(1000)).unwrap_or(0);
    let mut bytes = [0u8; 16];
    let (time, rest) = bytes.split_at_mut(6);
    time.copy_from_slice(millis.to_be_bytes().get(2..).unwrap_or(&[0; 6]));
    rest.copy_from_slice(&random);
    base32::LOWER.encode(&bytes)
}

fn is_id(text: &str, prefixes: &[&str]) -> bool {
    let mut rests = prefixes
        .iter()
        .filter_map(|prefix| text.strip_prefix(prefix));
    text.len() <= 255
        && rests.any(|rest| {
            !rest.is_empty()
                && rest
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal $(or $other:literal)?, $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The prefix of every id of this kind.
            pub const PREFIX: &'static str = $prefix;

            /// Reads an id: its prefix, then ASCII letters, digits, `_` or `-`; 255 bytes at most.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if is_id(text, &[$prefix $(, $other)?]) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId { kind: $kind })
                }
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        string_conversions! { $name, InvalidId; }
    )*};
}

macro_rules! generated {
    ($($name:ident)*) => {$(
        impl $name {
            /// Generates an id. Ids sort by `now`; `random` makes them unguessable.
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                Self(format!("{}{}", Self::PREFIX, sortable(now, random)))
            }
        }
    )*};
}

macro_rules! derived {
    ($($name:ident)*) => {$(
        impl $name {
            /// The id that follows from these texts. Equal texts give the same id, and others another.
            pub fn derived(texts: &[&str]) -> Self {
                Self(format!("{}x{}", Self::PREFIX, digest(texts)))
            }
        }
    )*};
}

/// 128 bits of the hash of texts, as base32. Each text is preceded by its length, so that no two lists of
/// texts run together.
fn digest(texts: &[&str]) -> String {
    let all: String = texts
        .iter()
        .flat_map(|text| [text.len().to_string(), format!(":{text}")])
        .collect();
    let hash = sha256(all.as_bytes());
    base32::LOWER.encode(hash.split_at(16).0)
}

ids! {
    /// Id of an order: one paid (or to be paid) Stripe session or invoice.
    OrderId, "ord_", "order";
    /// Id of a license.
    LicenseId, "lic_", "license";
    /// Id of an activation: a license in use on one device.
    ActivationId, "act_", "activation";
    /// Id of a customer, who belongs to one tenant and mode.
    CustomerId, "cus_", "customer";
    /// Public id of a management token (never the token itself).
    TokenId, "tok_", "management token";
    /// Id of an API key, which callers send: `ak_live_…` or `ak_test_…` for a key with a secret,
    /// `pub_live_…` or `pub_test_…` for a publishable key.
    ApiKeyId, "ak_" or "pub_", "API key";
    /// Id of a delivery. It begins with the id of its event, by which receivers deduplicate, and is
    /// that id alone unless the event is delivered to several endpoints.
    DeliveryId, "dlv_", "delivery";
    /// Id of a webhook endpoint.
    WebhookEndpointId, "we_", "webhook endpoint";
    /// Id of a queued mail, which delivers a license's key to its buyer.
    MailId, "eml_", "mail";
    /// Id of a promotion code.
    PromotionCodeId, "pc_", "promotion code";
    /// Id of an entry of the audit trail.
    AuditId, "aud_", "audit entry";
    /// Id of one committed set of changes.
    CommitId, "cmt_", "commit";
    /// Stripe's id of an account.
    StripeAccountId, "acct_", "Stripe account";
    /// Stripe's id of a Checkout session.
    SessionId, "cs_", "Checkout session";
    /// Stripe's id of an event.
    StripeEventId, "evt_", "Stripe event";
    /// Stripe's id of a PaymentIntent.
    PaymentIntentId, "pi_", "PaymentIntent";
    /// Stripe's id of a subscription.
    SubscriptionId, "sub_", "subscription";
    /// Stripe's id of an invoice.
    InvoiceId, "in_", "invoice";
    /// Stripe's id of a refund. A refund to a bank account has another prefix than one to a card.
    RefundId, "re_" or "pyr_", "refund";
    /// Stripe's id of a dispute.
    DisputeId, "du_" or "dp_", "dispute";
    /// Stripe's id of a payout.
    PayoutId, "po_", "payout";
    /// Stripe's id of a price.
    StripePriceId, "price_", "Stripe price";
    /// Stripe's id of a product.
    StripeProductId, "prod_", "Stripe product";
    /// Stripe's id of a webhook endpoint on a seller's account.
    StripeEndpointId, "we_", "Stripe webhook endpoint";
    /// Id of a coupon that proves a permission; Mintage chooses it.
    ProbeCouponId, "mintage_probe_", "probe coupon";
    /// Stripe's id of a payment link.
    PaymentLinkId, "plink_", "payment link";
}

impl ApiKeyId {
    /// The prefix of a publishable key's id.
    pub const PUBLISHABLE_PREFIX: &'static str = "pub_";

    /// Generates the id of a key with a secret; the id contains the mode.
    pub fn of(mode: Mode, random: [u8; 12]) -> Self {
        Self::with_prefix(Self::PREFIX, mode, random)
    }

    /// Generates the id of a publishable key; the id contains the mode.
    pub fn publishable(mode: Mode, random: [u8; 12]) -> Self {
        Self::with_prefix(Self::PUBLISHABLE_PREFIX, mode, random)
    }

    fn with_prefix(prefix: &str, mode: Mode, random: [u8; 12]) -> Self {
        let random = data_encoding::HEXLOWER.encode(&random);
        Self(format!("{prefix}{}_{random}", mode.key_infix()))
    }
}

impl DeliveryId {
    /// Separates the id of the event from the endpoint.
    const SEPARATOR: char = '-';

    /// The delivery of the event of this delivery to another endpoint.
    #[must_use]
    pub fn to_endpoint(&self, endpoint: &WebhookEndpointId) -> Self {
        let endpoint = endpoint
            .as_str()
            .trim_start_matches(WebhookEndpointId::PREFIX);
        Self(format!("{}{}{endpoint}", self.event(), Self::SEPARATOR))
    }

    /// The id of the event, the same for all endpoints.
    pub fn event(&self) -> &str {
        Self::event_of(&self.0)
    }

    /// The id of the event of the delivery with this id.
    pub fn event_of(id: &str) -> &str {
        id.split_once(Self::SEPARATOR)
            .map_or(id, |(event, _)| event)
    }
}

impl StripeAccountId {
    /// Stands for no account: for orders that were paid outside of Stripe. Stripe gives no account this id.
    pub fn none() -> Self {
        Self(format!("{}none-external", Self::PREFIX))
    }
}

impl WebhookEndpointId {
    /// The id of the first endpoint of a tenant, which `/v1/webhook` sets.
    pub fn first_of(tenant: &TenantId) -> Self {
        Self(format!("{}{tenant}", Self::PREFIX))
    }
}

derived! {
    OrderId PaymentIntentId RefundId
}

impl OrderId {
    /// The id of the order for a session that a seller made at Stripe. It follows from the session, so
    /// that every report of the session, at whichever endpoint, names the same order.
    pub fn of_session(tenant: &TenantId, mode: Mode, session: &SessionId) -> Self {
        let identity = format!("order:{tenant}:{mode}:{session}");
        let hash = sha256(identity.as_bytes());
        let half = hash.first_chunk::<16>().unwrap_or(&[0; 16]);
        Self(format!("{}{}", Self::PREFIX, base32::LOWER.encode(half)))
    }
}

/// What follows the prefix in the id that stands for an account behind a tenant's own endpoints.
const OWN: &str = "own_";

impl StripeAccountId {
    /// Stands for the account of a tenant that only reports to the endpoints of the tenant's own, so that
    /// its id is not known or not proven. No account of Stripe has such an id.
    pub fn own(tenant: &TenantId, mode: Mode) -> Self {
        Self(format!("{}{OWN}{mode}_{tenant}", Self::PREFIX))
    }

    /// Whether the id stands for the account behind a tenant's own endpoints.
    pub fn is_own(&self) -> bool {
        let rest = self.0.strip_prefix(Self::PREFIX);
        rest.is_some_and(|rest| rest.starts_with(OWN))
    }
}

generated! {
    OrderId LicenseId ActivationId CustomerId TokenId DeliveryId WebhookEndpointId MailId AuditId CommitId
    PromotionCodeId
    ProbeCouponId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_sort_later() {
        let early = OrderId::new(Timestamp::from_micros(1_000_000), [255; 10]);
        let late = OrderId::new(Timestamp::from_micros(2_000_000), [0; 10]);
        assert!(early < late, "{early} {late}");
    }

    #[test]
    fn a_derived_id_follows_from_its_texts_and_from_no_others() {
        let id = OrderId::derived(&["acme", "live", "17"]);
        assert_eq!(OrderId::derived(&["acme", "live", "17"]), id);
        assert_eq!(OrderId::parse(id.as_str()), Ok(id.clone()));
        for other in [
            &["acme", "live", "18"][..],
            &["acme", "sandbox", "17"],
            &["acme", "live17"],
            &["acme", "live", "1", "7"],
            &["acmelive", "17"],
        ] {
            assert_ne!(OrderId::derived(other), id, "{other:?}");
        }
        assert!(StripeAccountId::parse(StripeAccountId::none().as_str()).is_ok());
    }

    #[test]
    fn a_made_id_is_read_back() {
        let id = LicenseId::new(Timestamp::from_micros(1_790_000_000_000_000), [7; 10]);
        assert_eq!(LicenseId::parse(id.as_str()), Ok(id.clone()));
        assert_eq!(id.as_str().len(), 4 + 26);
    }

    #[test]
    fn an_api_key_says_its_mode_and_whether_it_is_publishable() {
        let of = |make: fn(Mode, [u8; 12]) -> ApiKeyId, mode| make(mode, [9; 12]);
        for (id, start) in [
            (of(ApiKeyId::of, Mode::Live), "ak_live_"),
            (of(ApiKeyId::of, Mode::Sandbox), "ak_test_"),
            (of(ApiKeyId::publishable, Mode::Live), "pub_live_"),
            (of(ApiKeyId::publishable, Mode::Sandbox), "pub_test_"),
        ] {
            assert_eq!(id.as_str(), format!("{start}{}", "09".repeat(12)));
            assert_eq!(ApiKeyId::parse(id.as_str()), Ok(id));
        }
        for text in ["pub_", "aks_1", "pubs_1", "ak_pub_é"] {
            assert!(ApiKeyId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_deliveries_of_an_event_begin_with_its_id() {
        let event = DeliveryId::new(Timestamp::EPOCH, [7; 10]);
        let endpoint = WebhookEndpointId::new(Timestamp::EPOCH, [9; 10]);
        let tenant = TenantId::parse("acme-shop").expect("a slug");
        assert_eq!(event.event(), event.as_str());
        for endpoint in [endpoint, WebhookEndpointId::first_of(&tenant)] {
            let delivery = event.to_endpoint(&endpoint);
            assert_eq!(DeliveryId::parse(delivery.as_str()), Ok(delivery.clone()));
            assert_eq!(delivery.event(), event.as_str());
            assert_ne!(delivery, event);
        }
    }

    #[test]
    fn what_stands_for_an_account_or_a_session_is_an_id_of_its_own_tenant_and_mode() {
        let tenant = |slug| TenantId::parse(slug).expect("a slug");
        let session = SessionId::parse("cs_test_1").expect("an id");
        let mut seen = std::collections::BTreeSet::new();
        for slug in ["acme", "acme-2"] {
            for mode in Mode::ALL {
                let account = StripeAccountId::own(&tenant(slug), mode);
                assert_eq!(
                    StripeAccountId::parse(account.as_str()),
                    Ok(account.clone())
                );
                let order = OrderId::of_session(&tenant(slug), mode, &session);
                assert_eq!(OrderId::parse(order.as_str()), Ok(order.clone()));
                assert_eq!(order, OrderId::of_session(&tenant(slug), mode, &session));
                assert!(seen.insert(account.to_string()) && seen.insert(order.to_string()));
            }
        }
    }

    #[test]
    fn an_id_of_another_kind_or_shape_is_refused() {
        for text in ["", "ord_", "lic_1", "ord_a b", "ord_é", "ord_a\n", "ORD_1"] {
            assert!(OrderId::parse(text).is_err(), "{text:?}");
        }
        assert!(OrderId::parse(&format!("ord_{}", "a".repeat(300))).is_err());
    }
}
