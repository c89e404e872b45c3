//! By which indexes PostgreSQL finds what sellers ask for.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#![expect(
    clippy::disallowed_methods,
    reason = "the test asks PostgreSQL about its own plans"
)]

#[path = "../../sql/tests/shared/plans.rs"]
mod shared;

use diesel::PgConnection as Conn;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use mintage_pgtmp::Server;
use mintage_sql::postgres::tables;
use mintage_sql::watch::Watch;

/// Twenty thousand of each, of one tenant. What is rare is missing or old, so that whoever reads along
/// another index reads nearly all.
const MUCH: &str = "\
    insert into tenants (id, email, plan, created_at, version) \
        select 'tenant-' || n, 'a@b.test', 'pro', n, 1 from generate_series(1, 20000) n; \
    insert into products \
        select 'acme', 'product-' || n, 'P', 'PIXL', 'classic', '', n \
        from generate_series(1, 20000) n; \
    insert into key_types (tenant, product, id, display_name, term, activation_limit, \
            entitlements, created_at) \
        select 'acme', 'pixel', 'plan-' || n, 'K', 'lifetime', 3, '[]', n \
        from generate_series(1, 20000) n; \
    insert into api_keys (id, tenant, product, mode, scope, sealed_secret, created_at, version, \
            signature_version) \
        select 'ak_live_' || n, 'acme', 'pixel', 'live', 'PUBLISHABLE', '', n, 1, null \
        from generate_series(1, 20000) n; \
    insert into management_tokens (id, tenant, hash, scopes, created_at, version) \
        select 'tok_' || n, 'acme', decode(repeat(md5(n::text), 2), 'hex'), '[]', n, 1 \
        from generate_series(1, 20000) n; \
    insert into account_links \
        select 'acct_' || n, 'live', case n when 1 then 'acme' else 'zeta' end, true, n, 1 \
        from generate_series(1, 20000) n; \
    insert into stripe_events (id, endpoint, kind, account, outcome, reason, payload, retry_at, \
            received_at, version) \
        select 'evt_' || n, 'live', 'charge.refunded', \
            case n % 2 when 0 then 'acct_1' else 'acct_2' end, 'parked', 'why', '{}', n, n, 1 \
        from generate_series(1, 20000) n; \
    insert into customers \
        select 'cus_' || n, 'acme', 'live', 'buyer-' || n || '@example.test', null, \
            case n % 10 when 0 then 'crm-' || n end, '{}', n \
        from generate_series(1, 20000) n; \
    insert into licenses (id, tenant, mode, product, key_type, customer, key_hash, masked_key, \
            sealed_key, activation_limit, entitlements, holds, held, created_at, version, \
            expires_at, state) \
        select 'lic_' || n, 'acme', 'live', 'pixel', 'pro', 'cus_' || n, \
            decode(repeat(md5(n::text), 2), 'hex'), 'PIXL-****', \
            decode('01026b31' || repeat('00', 28), 'hex'), 3, '[]', '{}', false, n, 1, \
            case when n <= 10000 then n + 20000 - 20 else n + 30000 end, \
            case when n <= 9990 then 'expired' else 'active' end \
        from generate_series(1, 20000) n; \
    insert into license_metadata \
        select 'lic_' || n, 'plan', 'acme', 'pro', n from generate_series(1, 20000) n \
        union all \
        select 'lic_' || n, 'campaign', 'acme', 'launch', n from generate_series(1, 20) n; \
    insert into activations (license, fingerprint, id, tenant, mode, metadata, first_seen, \
            last_seen, version) \
        select 'lic_77', 'device-' || n, 'act_' || n, 'acme', 'live', '{}', n, n, 1 \
        from generate_series(1, 20000) n; \
    insert into orders (id, tenant, mode, account, product, key_type, term, activation_limit, \
            entitlements, price, price_currency, session, status, created_at, version) \
        select 'ord_' || n, 'acme', 'live', 'acct_1', 'pixel', 'pro', 'lifetime', 3, '[]', 500, \
            'eur', 'cs_' || n, case when n <= 3 then 'opening' else 'open' end, n, 1 \
        from generate_series(1, 20000) n; \
    insert into deliveries (id, tenant, event, license, sealed_body, status, attempts, \
            schedule_from, due_at, created_at, version, endpoint) \
        select 'dlv_' || n, 'acme', 'license.created', 'lic_' || n, \
            decode('01026b31' || repeat('00', 28), 'hex'), 'delivered', 3, 0, n, n, 1, \
            case when n % 10 = 0 then 'we_1' end \
        from generate_series(1, 20000) n; \
    insert into attempts (delivery, number, at, url, status, snippet) \
        select 'dlv_' || n, m, n, 'https://a.test/', 500, '' \
        from generate_series(1, 20000) n, generate_series(1, 3) m; \
    insert into mails (id, tenant, license, recipient, status, attempts, due_at, created_at, \
            version) \
        select 'eml_' || n, 'acme', 'lic_77', 'buyer-77@example.test', 'sent', 1, n, n, 1 \
        from generate_series(1, 20000) n; \
    insert into audit_entries \
        select 'aud_' || n, 'acme', n, case when n <= 5 then 'operator' else 'stripe' end, \
            case when n between 100 and 120 then 'license.frozen' else 'license.minted' end, \
            'lic_' || n \
        from generate_series(1, 20000) n; \
    vacuum analyze";

/// The most rows that one statement of a list may read: a page and the row after it from each of eight
/// ranges, those rows again by their ids, and what belongs to each row of the page.
const PAGE: usize = 26 * (8 + 3);

/// How many tenants there are.
const TENANTS: usize = 20_000;

/// The most rows that are counted before a list is read: a thousand of each of eight ranges. A step of
/// housekeeping finds a thousand rows, and each again by its key.
const COUNTED: usize = 8 * 1_000;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    text: String,
}

/// Whether a statement is of a list, rather than of housekeeping.
fn is_list(statement: &str) -> bool {
    !["delete", "update", "UPDATE"]
        .iter()
        .any(|word| statement.starts_with(word))
        && !statement.contains("SKIP LOCKED")
}

/// What PostgreSQL did for a statement with its values, which diesel prints as
/// `["acme", ["cus_77"], 26]`: with a plan for these values, or with one for all values.
fn explain(connection: &mut PgConnection, mode: &str, statement: &str) -> Vec<String> {
    let (sql, values) = statement.split_once(" -- binds: ").unwrap();
    let inner = values.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    // No bytes are printed as an empty list.
    let values = inner.unwrap().replace("[]", "''").replace("None", "null");
    let values = values.replace('[', "array[").replace('"', "'");
    connection
        .batch_execute(&format!(
            "begin; set local plan_cache_mode = {mode}; prepare asked as {sql}"
        ))
        .unwrap();
    let lines: Vec<Line> = diesel::sql_query(format!(
        "explain (analyze, timing off, summary off) execute asked ({values})"
    ))
    .load(connection)
    .unwrap();
    connection
        .batch_execute("rollback; deallocate asked")
        .unwrap();
    lines.into_iter().map(|line| line.text).collect()
}

/// The number behind a word in a line of a plan.
fn number(line: &str, word: &str) -> Option<f64> {
    let rest = line.split(word).nth(1)?;
    let digits = rest
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .next()?;
    digits.parse().ok()
}

/// How many rows the scans of a plan read, wanted or not.
fn rows_read(plan: &[String]) -> usize {
    let (mut all, mut loops) = (0.0, 0.0);
    for line in plan {
        if let Some(times) = number(line, "loops=") {
            let is_scan = line.contains(" Scan ") && !line.contains("Subquery Scan");
            // A row of a bitmap is counted where its heap is scanned.
            loops = if is_scan { times } else { 0.0 };
            let actual = line.split("(actual ").nth(1).unwrap_or_default();
            all += loops * number(actual, "rows=").unwrap_or_default();
        } else if let Some(removed) = number(line, "Rows Removed by Filter: ") {
            all += loops * removed;
        }
    }
    // Nothing a test reads is so much.
    format!("{all:.0}").parse().unwrap()
}

/// What PostgreSQL expects a plan to cost.
fn cost(plan: &[String]) -> f64 {
    let whole = plan[0].split("cost=").nth(1).unwrap_or_default();
    number(whole, "..").unwrap()
}

/// What PostgreSQL adds to the cost of a plan that is made for its values: 1 000 operators for each
/// table, and some.
fn planning(plan: &[String]) -> f64 {
    let mut all = 2.5;
    for line in plan {
        if line.contains(" Scan ") {
            all += 2.5;
        }
    }
    all
}

#[test]
fn a_list_reads_about_a_page_however_much_there_is() {
    let database = Server::shared().create_database().unwrap();
    let connect = || PgConnection::establish(database.url()).unwrap();
    let mut connection = connect();
    crate::migrations::apply(&mut connection).unwrap();
    for part in MUCH.split("; ") {
        connection.batch_execute(part).unwrap();
    }
    let mut beside = connect();
    let watch = Watch::default();
    connection.set_instrumentation(watch.watcher());
    let mut check = |question: &str, statement: &str| {
        // The audit trail is found through its tenants, each of which is looked up once.
        let most = if statement.starts_with("delete from audit_entries") {
            COUNTED + TENANTS
        } else if statement.contains("counted") || !is_list(statement) {
            COUNTED
        } else {
            PAGE
        };
        let hold = |plan: &[String]| {
            let read = rows_read(plan);
            assert!(
                read <= most,
                "{read} rows are read for {question}\n{statement}\n{}",
                plan.join("\n")
            );
        };
        // A connection plans a statement for its values a few times, and then once for all values if
        // that plan does not look dearer.
        let custom = explain(&mut beside, "force_custom_plan", statement);
        hold(&custom);
        let generic = explain(&mut beside, "force_generic_plan", statement);
        if cost(&generic) <= cost(&custom) + planning(&generic) {
            hold(&generic);
        }
    };
    let questions =
        shared::each_question_is_answered_by_an_index(&mut connection, &watch, &mut check);
    assert!(questions > 900, "{questions}");
}

#[test]
fn the_rows_of_a_plan_are_counted() {
    let plan = [
        "Limit (cost=0.5..9.5 rows=7 width=4) (actual rows=26.00 loops=1)",
        "  ->  Nested Loop (actual rows=26.00 loops=1)",
        "        ->  Index Scan using a on licenses (actual rows=30.00 loops=1)",
        "              Filter: (NOT held)",
        "              Rows Removed by Filter: 7",
        "        ->  Index Scan using b on customers (actual rows=1.00 loops=30)",
    ];
    let plan = plan.map(str::to_owned);
    assert_eq!(rows_read(&plan), 30 + 7 + 30);
    assert!((cost(&plan) - 9.5).abs() < 0.01);
    assert!((planning(&plan) - 7.5).abs() < 0.01);
}
