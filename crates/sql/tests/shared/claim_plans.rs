//! What a claim costs does not depend on how much there is. Each SQL store holds this in its own tests.

use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::ClaimLimits;
use mintage_sql::claim::Limits;
use mintage_sql::watch::Watch;

use super::{Conn, tables};

const LEASE: Duration = Duration::from_mins(1);

/// Statements that put one due delivery, one due mail, and their lanes into an empty database. `blob` is
/// a literal of bytes that read as a sealed value.
pub(crate) fn queues(blob: &str, no: &str) -> [String; 4] {
    [
        format!(
            "insert into endpoints values \
             ('acme', 'https://a.test/', {blob}, null, 1, null, 0, {no}, null, null, {no}, \
             null, null, null, null, {no}, null, null, null)"
        ),
        format!(
            "insert into deliveries values ('dlv_1', 'acme', 'license.created', 'lic_1', {blob}, \
             'pending', 0, 0, 0, 0, 1, 1, 'cus_1', null, null, null)"
        ),
        "insert into mails values ('eml_1', 'acme', 'lic_1', 'ada@a.test', 'pending', null, 0, 0, 0, \
         1, 'license-key')"
            .to_owned(),
        "insert into lanes values ('acme', 'webhooks', 'responsive', 4, 0), \
         ('acme', 'mails', 'responsive', 4, 0)"
            .to_owned(),
    ]
}

/// Claims of a database with [`queues`] read each table by an index, and each of their statements is
/// prepared once.
pub(crate) fn claims_read_indexes(
    conn: &mut Conn,
    watch: &Watch,
    explain: impl Fn(&str) -> String,
) {
    let limits = |seconds| {
        let limits = ClaimLimits {
            now: Timestamp::from_unix_seconds(seconds).unwrap(),
            responsive: 9,
            unresponsive: 9,
            per_lane: 4,
            lease: LEASE,
        };
        Limits::from(&limits)
    };
    let claim = |conn: &mut Conn, seconds| {
        use tables::outbox::claims;
        let limits = limits(seconds);
        assert!(claims::are_deliveries_due(conn, limits).unwrap());
        let deliveries = claims::claim(conn, limits).unwrap();
        assert!(claims::are_mails_due(conn, limits).unwrap());
        let mails = claims::claim_mails(conn, limits).unwrap();
        assert_eq!((deliveries.leased.len(), mails.leased.len()), (1, 1));
    };
    claim(conn, 1_000);
    let statements = watch.statements();
    assert!(statements.len() >= 10, "{statements:#?}");
    for statement in &statements {
        let plan = explain(statement);
        for scan in ["Seq Scan", "SCAN "] {
            assert!(!plan.contains(scan), "{statement}\n{plan}");
        }
    }
    let parsed = watch.parsed();
    claim(conn, 2_000);
    assert_eq!(watch.parsed(), parsed, "each text is prepared once");
    for text in watch.texts() {
        assert!(parsed.contains(&text), "{text} is never kept");
    }
}
