//! The tables in which an issued license and a paid session leave rows, and what differs from row to row.

use crate::cases::case::Work;

/// A value that is new in each row. All values of one call follow from one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fresh {
    /// An id that sorts by time, with this prefix.
    Id(&'static str),
    /// The id of the order that is paid.
    Order,
    /// The tenant.
    Tenant,
    /// The tenant's API key.
    ApiKey,
    /// The name of the counter of the tenant's licenses.
    Counter,
    /// A new e-mail address.
    Email,
    /// A new text.
    Token,
    /// 32 new bytes.
    Bytes,
    /// The time in microseconds.
    Now,
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// The row is new.
    Insert,
    /// The row is new, unless a row with the same key exists.
    InsertMissing,
    /// The row is changed: the first of the fresh columns finds it.
    Update(&'static str),
    /// The row of the counter is new, or one is added to it.
    Count,
}

/// The row that a call leaves in a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableRow {
    pub(crate) table: &'static str,
    pub(crate) change: Change,
    /// Finds the row that the product wrote for the newest license.
    pub(crate) find: &'static str,
    pub(crate) fresh: &'static [(&'static str, Fresh)],
}

/// Tables that calls write seldom, for many calls at once: they belong to no single call.
pub(crate) const SHARED: [&str; 2] = ["rate_windows", "api_key_uses"];

macro_rules! row {
    ($table:literal, $change:expr, $find:expr, [$(($column:literal, $fresh:expr)),+ $(,)?]) => {
        TableRow { table: $table, change: $change, find: $find, fresh: &[$(($column, $fresh)),+] }
    };
}

use Change::{Count, Insert, InsertMissing, Update};
use Fresh::{ApiKey, Bytes, Counter, Email, Id, Now, Order, Tenant, Token};

const CUSTOMER: TableRow = row!(
    "customers",
    Insert,
    "id = (select customer from licenses order by created_at desc limit 1)",
    [
        ("id", Id("cus_")),
        ("tenant", Tenant),
        ("email", Email),
        ("created_at", Now)
    ]
);
const DELIVERY: TableRow = row!(
    "deliveries",
    Insert,
    "event = 'license.created' \
     and license = (select id from licenses order by created_at desc limit 1)",
    [
        ("id", Id("dlv_")),
        ("tenant", Tenant),
        ("license", Id("lic_")),
        ("due_at", Now),
        ("created_at", Now)
    ]
);
/// The delivery of `order.paid`, whose id differs from that of `license.created`.
const ORDER_DELIVERY: TableRow = row!(
    "deliveries",
    Insert,
    "event = 'order.paid' \
     and license = (select id from licenses order by created_at desc limit 1)",
    [
        ("id", Id("dlw_")),
        ("tenant", Tenant),
        ("license", Id("lic_")),
        ("due_at", Now),
        ("created_at", Now)
    ]
);
const MAIL: TableRow = row!(
    "mails",
    Insert,
    "license = (select id from licenses order by created_at desc limit 1)",
    [
        ("id", Id("eml_")),
        ("tenant", Tenant),
        ("license", Id("lic_")),
        ("recipient", Email),
        ("due_at", Now),
        ("created_at", Now)
    ]
);
const AUDIT: TableRow = row!(
    "audit_entries",
    Insert,
    "target = (select id from licenses order by created_at desc limit 1)",
    [
        ("id", Id("aud_")),
        ("tenant", Tenant),
        ("at", Now),
        ("target", Id("lic_"))
    ]
);
const COMMIT: TableRow = row!(
    "commits",
    Insert,
    "id = (select id from commits order by committed_at desc limit 1)",
    [("id", Id("cmt_")), ("committed_at", Now)]
);
const COUNTER: TableRow = row!(
    "counters",
    Count,
    "name = (select 'licenses:' || tenant || ':' || mode from licenses order by created_at desc limit 1)",
    [("name", Counter)]
);

/// An issued license.
const ISSUE: [TableRow; 9] = [
    row!(
        "nonces",
        InsertMissing,
        "expires_at = (select max(expires_at) from nonces)",
        [("key", ApiKey), ("signature", Bytes), ("expires_at", Now)]
    ),
    row!(
        "idempotency_records",
        Insert,
        "license = (select id from licenses order by created_at desc limit 1)",
        [
            ("key", Token),
            ("tenant", Tenant),
            ("body", Bytes),
            ("license", Id("lic_")),
            ("api_key", ApiKey),
            ("expires_at", Now)
        ]
    ),
    CUSTOMER,
    row!(
        "licenses",
        Insert,
        "id = (select id from licenses order by created_at desc limit 1)",
        [
            ("id", Id("lic_")),
            ("tenant", Tenant),
            ("customer", Id("cus_")),
            ("key_hash", Bytes),
            ("created_at", Now)
        ]
    ),
    DELIVERY,
    MAIL,
    AUDIT,
    COUNTER,
    COMMIT,
];

/// A paid session.
const WEBHOOK: [TableRow; 11] = [
    row!(
        "stripe_events",
        Insert,
        "received_at = (select max(received_at) from stripe_events)",
        [("id", Id("evt_")), ("received_at", Now)]
    ),
    CUSTOMER,
    row!(
        "orders",
        Update("id"),
        "id = (select order_id from licenses order by created_at desc limit 1)",
        [
            ("id", Order),
            ("customer", Id("cus_")),
            ("payment", Id("pi_")),
            ("fulfilled_at", Now)
        ]
    ),
    row!(
        "payments",
        Insert,
        "order_id = (select order_id from licenses order by created_at desc limit 1)",
        [
            ("intent", Id("pi_")),
            ("order_id", Order),
            ("created_at", Now)
        ]
    ),
    row!(
        "licenses",
        Insert,
        "id = (select id from licenses order by created_at desc limit 1)",
        [
            ("id", Id("lic_")),
            ("tenant", Tenant),
            ("customer", Id("cus_")),
            ("order_id", Order),
            ("key_hash", Bytes),
            ("created_at", Now)
        ]
    ),
    DELIVERY,
    ORDER_DELIVERY,
    MAIL,
    AUDIT,
    COUNTER,
    COMMIT,
];

/// The rows of a call, or none for work that writes none.
pub(crate) fn rows_of(work: Work) -> &'static [TableRow] {
    match work {
        Work::IssueRows => &ISSUE,
        Work::WebhookRows => &WEBHOOK,
        _ => &[],
    }
}

/// The columns of an order that a payment changes.
pub(crate) const CHANGED_BY_PAYMENT: [&str; 7] = [
    "status",
    "customer",
    "total",
    "total_currency",
    "payment",
    "fulfilled_at",
    "version",
];
