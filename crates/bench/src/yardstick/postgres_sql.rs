//! The statement that writes all rows of a call in one round trip.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::cases::case::{Tenants, Work};
use crate::data::postgres::PostgresDatabase;
use crate::error::{BenchError, BenchResult};
use crate::yardstick::tables::{CHANGED_BY_PAYMENT, Change, Fresh, TableRow};

/// The numbers of a call, from which the statement makes every id. `pgbench` replaces `:t` and `:r`.
const VALUES: &str = "with v as materialized (select \
     't' || lpad(:t::text, 4, '0') as tenant, \
     'ak_live_' || lpad(to_hex(:t::bigint), 24, '0') as api_key, \
     (extract(epoch from clock_timestamp()) * 1000000)::bigint as now, \
     lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 11, '0') \
     || lpad(to_hex(:r::bigint), 15, '0') as id, \
     'ord_' || lpad(:o::text, 26, '0') as order_id, \
     decode(md5(:r::text) || md5(:o::text || 'x' || :r::text), 'hex') as bytes)";

/// The script of `pgbench` that writes these rows, each like the row that the product has written last.
pub(crate) fn write_script(
    db: &PostgresDatabase,
    rows: &[TableRow],
    tenants: Tenants,
    tenant_count: u64,
) -> BenchResult<String> {
    let mut statement = VALUES.to_owned();
    for (place, row) in rows.iter().enumerate() {
        let changed = change(db, row)?;
        // Writing to memory cannot fail.
        let _ = write!(statement, ", w{place} as ({changed})");
    }
    statement.push_str(" select 1 from v;\n");
    Ok(settings(tenants, tenant_count) + &statement)
}

/// The script of `pgbench` that reads what a validation reads.
pub(crate) fn read_script(licenses: u64) -> String {
    format!(
        "\\set n random(0, {})\n\
         select l.*, c.email, (select o.session from orders o where o.id = l.order_id), \
         (select k.display_name from key_types k \
          where k.tenant = l.tenant and k.product = l.product and k.id = l.key_type), \
         (select n.value from counters n where n.name = 'activations:' || l.id) \
         from licenses l join customers c on c.id = l.customer where l.key_hash = \
         sha256(convert_to('PIXL-' || to_char(:n::bigint, 'FM0000\"-\"0000\"-\"0000\"-\"0000'), 'UTF8'));\n",
        licenses.saturating_sub(1)
    )
}

/// The variables of a call: the tenant, a random number of 60 bits, and the number of an order, which no
/// other client uses.
fn settings(tenants: Tenants, tenant_count: u64) -> String {
    let tenant = match tenants {
        Tenants::Spread => format!("mod(:i * :clients + :client_id, {tenant_count})"),
        Tenants::Hot => "0".to_owned(),
    };
    format!(
        "\\set t {tenant}\n\\set o :base + :i * :clients + :client_id\n\\set i :i + 1\n\
         \\set r random(0, 1152921504606846975)\n"
    )
}

/// The change of one row.
fn change(db: &PostgresDatabase, row: &TableRow) -> BenchResult<String> {
    let table = row.table;
    let model = model_row(db, row)?;
    let value = |column: &str| -> String {
        let fresh = row.fresh.iter().find(|(name, _)| *name == column);
        match fresh {
            Some((_, fresh)) => expression(*fresh),
            None => literal(&model[column]),
        }
    };
    if let Change::Update(key) = row.change {
        let set = CHANGED_BY_PAYMENT.iter();
        let set: Vec<String> = set
            .map(|name| format!("{name} = {}", value(name)))
            .collect();
        let set = set.join(", ");
        return Ok(format!(
            "update {table} set {set} from v where {table}.{key} = {}",
            value(key)
        ));
    }
    let types = column_types(db, table)?;
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for (name, sql_type) in &types {
        names.push(name.as_str());
        values.push(match (row.change, name.as_str()) {
            (Change::Count, "value") => "1".to_owned(),
            _ => format!("({})::{sql_type}", value(name)),
        });
    }
    let on_conflict = match row.change {
        Change::Insert | Change::Update(_) => "",
        Change::InsertMissing => " on conflict do nothing",
        Change::Count => " on conflict (name) do update set value = counters.value + 1",
    };
    Ok(format!(
        "insert into {table} ({}) select {} from v{on_conflict}",
        names.join(", "),
        values.join(", ")
    ))
}

fn model_row(db: &PostgresDatabase, row: &TableRow) -> BenchResult<Map<String, Value>> {
    let (table, find) = (row.table, row.find);
    let json = db.text(&format!(
        "select row_to_json(m) from (select * from {table} where {find} limit 1) m"
    ))?;
    serde_json::from_str(&json).map_err(BenchError::cannot(&format!(
        "find the row that the product wrote to {table}"
    )))
}

/// The columns of a table with their types.
fn column_types(db: &PostgresDatabase, table: &str) -> BenchResult<Vec<(String, String)>> {
    let columns = db.text(&format!(
        "select attname || ' ' || format_type(atttypid, atttypmod) from pg_attribute \
         where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped order by attnum"
    ))?;
    let parse = |line: &str| {
        let (name, sql_type) = line.split_once(' ')?;
        Some((name.to_owned(), sql_type.to_owned()))
    };
    Ok(columns.lines().filter_map(parse).collect())
}

fn expression(fresh: Fresh) -> String {
    match fresh {
        Fresh::Id(prefix) => format!("'{prefix}' || v.id"),
        Fresh::Order => "v.order_id".to_owned(),
        Fresh::Tenant => "v.tenant".to_owned(),
        Fresh::ApiKey => "v.api_key".to_owned(),
        // `pgbench` would take `:live` for a variable.
        Fresh::Counter => "'licenses:' || v.tenant || ':' || 'live'".to_owned(),
        Fresh::Email => "'new-' || v.id || '@example.com'".to_owned(),
        Fresh::Token => "'order-' || v.id".to_owned(),
        Fresh::Bytes => "v.bytes".to_owned(),
        Fresh::Now => "v.now".to_owned(),
    }
}

/// A value of a row as SQL. `pgbench` would take a colon before a letter for a variable of its own.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => format!(
            "'{}'",
            text.replace('\'', "''").replace(':', "'||chr(58)||'")
        ),
        other => other.to_string(),
    }
}

/// The work that is done once by the product, so that its rows can be found.
pub(crate) fn product_work(work: Work) -> Work {
    match work {
        Work::WebhookRows => Work::Webhook,
        _ => Work::Issue,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_literal_holds_neither_a_quote_nor_a_variable() {
        for (value, sql) in [
            (json!(null), "null"),
            (json!(-7), "-7"),
            (json!(true), "true"),
            (json!("it's"), "'it''s'"),
            (json!("api_key:ak_1"), "'api_key'||chr(58)||'ak_1'"),
            (json!("\\x00ff"), "'\\x00ff'"),
        ] {
            assert_eq!(literal(&value), sql);
        }
    }

    #[test]
    fn the_tenants_of_a_script_are_one_or_all() {
        assert!(settings(Tenants::Hot, 1_000).starts_with("\\set t 0\n"));
        let spread = settings(Tenants::Spread, 1_000);
        assert!(spread.contains("client_id, 1000)"), "{spread}");
    }
}
