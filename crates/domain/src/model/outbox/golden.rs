//! The body of each event as it is sent, compared with the file `golden/<event>.json`.
//!
//! To add an event, add its row to `EVENTS` and its file.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::base::id::{
    ActivationId, CustomerId, DeliveryId, DisputeId, LicenseId, OrderId, PaymentIntentId,
    WebhookEndpointId,
};
use crate::base::metadata::Metadata;
use crate::base::mode::Mode;
use crate::base::money::Currency;
use crate::base::seal::{KeyId, Sealed};
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::model::licenses::activation::{Activation, Device, Fingerprint};
use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::key::KeyHash;
use crate::model::licenses::license::{License, OrderUnit};
use crate::model::licenses::standing::{HoldCause, RevocationReason, Standing};
use crate::model::outbox::event::{
    EventCustomer, EventFacts, EventName, license_event_body, sent_body, test_event_body,
};
use crate::model::outbox::event_details::{
    ActivationDetails, DisputeDetails, EventDetails, LimitDetails, PaidAmount, RefundedAmount,
    ReminderDetails,
};
use crate::model::sales::customer::ExternalId;
use crate::model::sales::disputes::{Dispute, DisputeStatus};

/// An event, and how its license came to be as it is.
type Row = (EventName, fn(&mut License), fn(&Parts) -> EventDetails<'_>);

/// Every event but those about a connection, which have a file of their own.
const EVENTS: [Row; 19] = [
    (EventName::LicenseCreated, |_| (), none),
    (EventName::LicenseActivated, |_| (), activation),
    (EventName::LicenseDeactivated, |_| (), activation),
    (EventName::LicenseLimitReached, |_| (), limit),
    (EventName::LicenseExpiring, |_| (), reminder),
    (EventName::LicenseExpired, end, none),
    (EventName::LicenseRefunded, refund, none),
    (EventName::LicenseDisputed, hold_by_dispute, dispute),
    (EventName::LicenseRevoked, lose, none),
    (EventName::LicenseFrozen, hold_by_dispute, none),
    (EventName::LicenseThawed, |_| (), none),
    (EventName::LicenseReissued, |_| (), none),
    (EventName::LicenseUpdated, limit_updates, none),
    (EventName::OrderPaid, |_| (), paid),
    (EventName::OrderRefunded, |_| (), part),
    (EventName::SubscriptionRenewed, subscribe, none),
    (EventName::SubscriptionCanceled, subscribe, none),
    (EventName::SubscriptionPastDue, subscribe, none),
    (EventName::WebhookTest, |_| (), none),
];

fn subscribe(license: &mut License) {
    let subscription = json!({ "id": "sub_1", "status": "past_due",
        "current_period_end": 1_814_400_000, "cancels_at_period_end": false });
    license.subscription = serde_json::from_value(subscription).unwrap();
}

fn limit_updates(license: &mut License) {
    license.updates_until = Timestamp::parse_rfc3339("2028-01-01").ok();
}

/// What the details of events refer to.
struct Parts {
    activation: Activation,
    dispute: (DisputeId, Dispute),
    payment: PaymentIntentId,
    usd: Option<Currency>,
}

fn none(_: &Parts) -> EventDetails<'_> {
    EventDetails::None {}
}

fn activation(parts: &Parts) -> EventDetails<'_> {
    EventDetails::Activation(ActivationDetails::from(&parts.activation))
}

fn limit(_: &Parts) -> EventDetails<'_> {
    EventDetails::Limit(LimitDetails {
        activation_limit: 3,
    })
}

fn reminder(_: &Parts) -> EventDetails<'_> {
    EventDetails::Reminder(ReminderDetails { reminder_days: 14 })
}

fn dispute(parts: &Parts) -> EventDetails<'_> {
    let (id, dispute) = &parts.dispute;
    EventDetails::Dispute(DisputeDetails::of(id, dispute, parts.usd))
}

fn paid(parts: &Parts) -> EventDetails<'_> {
    EventDetails::Paid(PaidAmount {
        total: Some(2_900),
        currency: parts.usd,
        payment: Some(&parts.payment),
    })
}

fn part(parts: &Parts) -> EventDetails<'_> {
    EventDetails::Refund(RefundedAmount {
        refunded: 1_000,
        charged: Some(2_900),
        currency: parts.usd,
    })
}

fn end(license: &mut License) {
    license.standing = Standing::new(Some(Timestamp::from_micros(NOW - 60_000_000)));
}

fn refund(license: &mut License) {
    license.standing.revoke(RevocationReason::Refund, now());
}

fn lose(license: &mut License) {
    license.standing.revoke(RevocationReason::Dispute, now());
}

fn hold_by_dispute(license: &mut License) {
    let cause = HoldCause::Dispute("du_1".to_owned());
    license.standing.hold(cause);
}

const NOW: i64 = 1_798_761_600_123_456;

fn now() -> Timestamp {
    Timestamp::from_micros(NOW)
}

fn license() -> License {
    let id = KeyId::parse("k1").unwrap();
    let sealed = [&[1, 2], id.as_str().as_bytes(), &[0; 28]].concat();
    let metadata = json!({ "seat": 4 });
    License {
        id: LicenseId::parse("lic_1").unwrap(),
        tenant: TenantId::parse("acme").unwrap(),
        mode: Mode::Live,
        product: ProductId::parse("pixel").unwrap(),
        key_type: KeyTypeId::parse("pro").unwrap(),
        customer: CustomerId::parse("cus_1").unwrap(),
        unit: Some(OrderUnit::only(OrderId::parse("ord_1").unwrap())),
        key_hash: KeyHash::from_bytes([0; 32]),
        masked_key: "PIXL-****-****-****-Q3VZ".to_owned(),
        sealed_key: Sealed::from_bytes(&sealed).unwrap(),
        activation_limit: 3,
        entitlements: Entitlements::default(),
        standing: Standing::new(Timestamp::parse_rfc3339("2027-06-01").ok()),
        updates_until: None,
        subscription: None,
        noticed_end: None,
        reminded_end: None,
        notes: None,
        metadata: Metadata::parse(metadata.as_object().unwrap().clone()).unwrap(),
        created_at: Timestamp::EPOCH,
        event_sequence: 7,
        version: 1,
    }
}

fn parts(license: &License) -> Parts {
    let device = Device {
        fingerprint: Fingerprint::parse("a1b2c3").unwrap(),
        hostname: Text::parse("ada.local").ok(),
        os: None,
        metadata: None,
    };
    let dispute = Dispute {
        status: DisputeStatus::NeedsResponse,
        amount: Some(2_900),
        reason: Some("fraudulent".to_owned()),
    };
    let id = ActivationId::parse("act_1").unwrap();
    Parts {
        activation: Activation::new(id, license, &device, now()),
        dispute: (DisputeId::parse("du_1").unwrap(), dispute),
        payment: PaymentIntentId::parse("pi_1").unwrap(),
        usd: Currency::parse("usd").ok(),
    }
}

/// The body of an event as it is sent.
fn sent((event, change, details): Row) -> String {
    let id = DeliveryId::parse("dlv_1").unwrap();
    let mut license = license();
    change(&mut license);
    if event == EventName::WebhookTest {
        let endpoint = WebhookEndpointId::parse("we_1").unwrap();
        let body = test_event_body(&id, &license.tenant, (&endpoint, Some(Mode::Live)), now());
        return String::from_utf8(body).unwrap();
    }
    let parts = parts(&license);
    let key = if event.contains_key() {
        "PIXL-4B2K-9XJP-T8WM-Q3VZ"
    } else {
        &license.masked_key
    };
    let facts = EventFacts {
        id: &id,
        event,
        key,
        customer_email: "ada@example.test",
        session: Some("cs_1"),
        details: details(&parts),
        now: now(),
    };
    let customer = EventCustomer {
        id: license.customer.clone(),
        external_id: ExternalId::parse("u-1").ok(),
    };
    let body = license_event_body(&license, &facts);
    String::from_utf8(sent_body(body, Some(&customer))).unwrap()
}

fn file(event: EventName) -> PathBuf {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/outbox/golden");
    golden.join(format!("{event}.json"))
}

#[test]
fn every_event_is_sent_as_its_golden_file_says() {
    let rows: BTreeSet<EventName> = EVENTS.iter().map(|(event, ..)| *event).collect();
    let is_about_license = |it: &EventName| !it.as_str().starts_with("connection.");
    let all: BTreeSet<EventName> = EventName::ALL
        .into_iter()
        .filter(is_about_license)
        .collect();
    assert_eq!(rows, all, "each event has a row");
    for row in EVENTS {
        let file = file(row.0);
        let golden = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(sent(row), golden.trim_end(), "{}", file.display());
    }
}
