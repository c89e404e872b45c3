//! The statements of a batch: one that reads and locks what the guards must know, one that reads
//! the customers that exist, one that writes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::dsl::{AsSelect, SqlTypeOf};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text};
use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::Counter;
use mintage_domain::commit::guards::Facts;
use mintage_domain::commit::join_customers::JoinedCustomers;
use mintage_domain::model::sales::customer::{Customer, CustomerIdentity};

use super::statement::Statement;
use super::tables::commit::counter::CounterRow;
use super::tables::outbox::webhook_endpoint::{SUBSCRIBER, subscribers};
use super::tables::sales::customer::CustomerRow;
use super::tables::{self, LOOKUPS};
use crate::batch::Statements;
use crate::error::Error;
use crate::lookup::{Asked, note, sort};
use crate::table::{Kind, Stored, Value};
use crate::touched::Touched;
use crate::writes::{Form, TableWrite, Writes};

/// Of the rows that a batch touches: which part of the statement found it, which row of that part,
/// and its version; or a counter's name and value; or an endpoint of a tenant with new events.
type FactRow = (Integer, Nullable<BigInt>, BigInt, Nullable<Text>);

/// The part of the statement that counts.
const COUNTERS: i32 = -1;

/// The part of the statement that reads endpoints.
const SUBSCRIBERS: i32 = -2;

/// The statements of a batch on a connection with an open transaction.
pub struct Batch<'c> {
    conn: &'c mut PgConnection,
    /// What was added to each counter before the guards were checked, and its value after that.
    counted: BTreeMap<Counter, (i64, i64)>,
}

impl<'c> Batch<'c> {
    /// The statements of a batch on this connection.
    pub fn new(conn: &'c mut PgConnection) -> Self {
        Self {
            conn,
            counted: BTreeMap::new(),
        }
    }

    /// The counters whose values are not those that the guards admitted.
    fn corrections(&self, admitted: &HashMap<Counter, i64>) -> Vec<CounterRow> {
        let wrong = self.counted.iter().filter_map(|(counter, (add, value))| {
            let right = admitted
                .get(counter)
                .copied()
                .unwrap_or_else(|| value.saturating_sub(*add));
            (right != *value).then(|| CounterRow::new(counter, right))
        });
        wrong.collect()
    }
}

impl Statements for Batch<'_> {
    /// Whether new rows are checked by inserting them; not after that has failed.
    fn facts(&mut self, touched: &Touched, careful: bool) -> Result<Facts, Error> {
        let rows = if careful {
            touched
                .versioned()
                .chain(touched.new_rows())
                .collect::<Vec<_>>()
        } else {
            touched.versioned().collect()
        };
        let asked = sort(&LOOKUPS, rows);
        let mut facts = Facts::default();
        // What was added in this transaction is not added again.
        let nothing = BTreeMap::new();
        let added = if self.counted.is_empty() {
            touched.added()
        } else {
            let counted = self.counted.iter();
            let before = counted.map(|(it, (add, value))| (it.clone(), value.saturating_sub(*add)));
            facts.counters.extend(before);
            &nothing
        };
        let tenants = touched.tenants_with_events();
        if asked.is_empty() && added.is_empty() && tenants.is_empty() {
            return Ok(facts);
        }
        let names: HashMap<String, &Counter> = added
            .keys()
            .map(|counter| (counter.name(), counter))
            .collect();
        let found: Vec<(i32, Option<i64>, i64, Option<String>)> =
            facts_statement(&asked, added, tenants).load(self.conn)?;
        let mut endpoints: Vec<String> = Vec::new();
        for (part, n, value, name) in found {
            if part == SUBSCRIBERS {
                endpoints.extend(name);
            } else if part == COUNTERS {
                let counter = name.as_deref().and_then(|name| names.get(name));
                let Some((counter, add)) = counter.and_then(|it| Some((*it, *added.get(*it)?)))
                else {
                    continue;
                };
                self.counted.insert(counter.clone(), (add, value));
                facts
                    .counters
                    .insert(counter.clone(), value.saturating_sub(add));
            } else if let Some(row) = at(&asked, part, n) {
                note(&mut facts, row, value);
            }
        }
        facts.subscribers = subscribers(endpoints);
        Ok(facts)
    }

    fn known_customers(
        &mut self,
        who: &BTreeSet<CustomerIdentity>,
    ) -> Result<HashMap<CustomerIdentity, Customer>, Error> {
        let keys = who.iter().map(|one| {
            vec![
                Value::text(&one.email),
                Value::text(&one.tenant),
                Value::text(&one.mode),
            ]
        });
        let mut statement: Statement<SqlTypeOf<AsSelect<CustomerRow, Pg>>> = Statement::new();
        statement.sql("select ");
        statement.sql(&CustomerRow::TABLE.list("c."));
        statement.sql(
            " from customers c where c.id = any (array(select (select t.id from customers t \
             where t.email = k.email and t.tenant = k.tenant and t.mode = k.mode) from ",
        );
        statement.unnest([Kind::Text; 3], keys);
        statement.sql(" as k (email, tenant, mode))) order by c.id for update");
        let rows: Vec<CustomerRow> = statement.load(self.conn)?;
        let mut known = HashMap::new();
        for row in rows {
            let customer = Customer::try_from(row)?;
            known.insert(customer.identity(), customer);
        }
        Ok(known)
    }

    fn write(
        &mut self,
        changes: &Changes,
        customers: &JoinedCustomers,
        counters: &HashMap<Counter, i64>,
    ) -> Result<(), Error> {
        let mut writes = tables::write(changes, customers);
        writes.add(Form::Update, self.corrections(counters));
        write_all(self.conn, writes)
    }
}

fn at<'a>(
    asked: &'a [Asked<'_>],
    part: i32,
    n: Option<i64>,
) -> Option<&'a mintage_domain::commit::row::Row> {
    let rows = &asked.get(usize::try_from(part).ok()?)?.rows;
    let place = usize::try_from(n?).ok()?.checked_sub(1)?;
    rows.get(place).map(|(row, _)| *row)
}

/// Reads the versions of rows and the endpoints of tenants, and adds to counters what the whole batch adds: that locks a counter
/// that is not there yet too, and most batches need not write it again.
fn facts_statement(
    asked: &[Asked<'_>],
    added: &BTreeMap<Counter, i64>,
    tenants: &BTreeSet<TenantId>,
) -> Statement<FactRow> {
    let mut statement = Statement::new();
    let mut selects = Vec::new();
    for (part, asked) in asked.iter().enumerate() {
        statement.sql(if part == 0 { "with " } else { ", " });
        statement.sql(&format!("f{part} as ("));
        versions(&mut statement, asked);
        statement.sql(")");
        selects.push(format!(
            "select {part}, n, version, null::text from f{part}"
        ));
    }
    if !added.is_empty() {
        statement.sql(if asked.is_empty() { "with " } else { ", " });
        statement.sql("counted as (insert into counters as t (name, value) select * from ");
        // In the order of their names, in which every node locks them.
        let named: BTreeMap<String, i64> = added
            .iter()
            .map(|(counter, add)| (counter.name(), *add))
            .collect();
        let rows = named
            .into_iter()
            .map(|(name, add)| vec![Value::from(name), Value::from(add)]);
        statement.unnest([Kind::Text, Kind::Number], rows);
        statement.sql(
            " on conflict (name) do update set value = t.value + excluded.value \
             returning name, value)",
        );
        selects.push(format!(
            "select {COUNTERS}, null::bigint, value, name from counted"
        ));
    }
    statement.sql(" ");
    statement.sql(&selects.join(" union all "));
    if !tenants.is_empty() {
        if !selects.is_empty() {
            statement.sql(" union all ");
        }
        statement.sql(&format!(
            "select {SUBSCRIBERS}, null::bigint, 0::bigint, e.subscriber from "
        ));
        let rows = tenants.iter().map(|tenant| vec![Value::text(tenant)]);
        statement.unnest([Kind::Text], rows);
        statement.sql(&format!(
            " as k (tenant) cross join lateral (select {SUBSCRIBER} as subscriber from endpoints e \
             where coalesce(e.owner, e.tenant) = k.tenant and e.url is not null offset 0) e",
        ));
    }
    statement
}

/// Reads the versions of rows of one table. A lateral subquery finds each of them by its key: a join may be
/// planned the other way round.
fn versions(statement: &mut Statement<FactRow>, asked: &Asked<'_>) {
    let lookup = asked.lookup;
    let version = lookup
        .version
        .map_or("1::bigint".to_owned(), |column| format!("t.{column}"));
    statement.sql("select k.n, t.version from ");
    let kinds: Vec<Kind> = asked
        .rows
        .first()
        .map_or_else(Vec::new, |(_, key)| key.iter().map(Value::kind).collect());
    statement.unnest(kinds, asked.rows.iter().map(|(_, key)| key.clone()));
    let columns = (0..lookup.key.len()).map(|i| format!("c{i}"));
    let joined = lookup.key.iter().enumerate();
    let joined = joined.map(|(i, column)| format!("t.{column} = k.c{i}"));
    statement.sql(&format!(
        " with ordinality as k ({}, n) cross join lateral \
         (select {version} as version from {} t where {} {}) t",
        columns.collect::<Vec<_>>().join(", "),
        lookup.table,
        joined.collect::<Vec<_>>().join(" and "),
        if lookup.locks {
            "for update"
        } else {
            "offset 0"
        },
    ));
}

/// Writes rows of any number of tables in one statement; in two if keys are deleted whose rows may
/// be written again, since the parts of a statement do not see what the others do.
fn write_all(conn: &mut PgConnection, writes: Writes) -> Result<(), Error> {
    let (deletes, writes): (Vec<_>, Vec<_>) = writes
        .into_vec()
        .into_iter()
        .partition(|write| write.form == Form::Delete);
    for part in [deletes, writes] {
        if part.is_empty() {
            continue;
        }
        let written: Vec<Vec<i64>> = write_statement(&part).load(conn)?;
        let counts = written.first().into_iter().flatten();
        let complete = part
            .iter()
            .zip(counts)
            .all(|(write, n)| usize::try_from(*n).is_ok_and(|n| write.is_complete(n)));
        if !complete {
            return Err(Error::Raced);
        }
    }
    Ok(())
}

/// One statement of many parts. It returns how many rows each of them wrote.
fn write_statement(writes: &[TableWrite]) -> Statement<Array<BigInt>> {
    let mut statement = Statement::new();
    for (i, write) in writes.iter().enumerate() {
        statement.sql(if i == 0 { "with " } else { ", " });
        statement.sql(&format!("w{i} as ("));
        append(&mut statement, write);
        statement.sql(" returning 1)");
    }
    let counts: Vec<String> = (0..writes.len())
        .map(|i| format!("(select count(*) from w{i})"))
        .collect();
    statement.sql(&format!(" select array[{}]", counts.join(", ")));
    statement
}

fn append(statement: &mut Statement<Array<BigInt>>, write: &TableWrite) {
    let table = write.table;
    let (name, all) = (table.name, table.list(""));
    let same_key: Vec<String> = table
        .keys()
        .map(|column| format!("t.{0} = v.{0}", column.name))
        .collect();
    let same_key = same_key.join(" and ");
    let set = |from: &str| {
        let set: Vec<String> = table
            .changing()
            .map(|column| format!("{0} = {from}.{0}", column.name))
            .collect();
        set.join(", ")
    };
    let values = |statement: &mut Statement<Array<BigInt>>| {
        let kinds = table.columns.iter().map(|column| column.kind);
        statement.unnest(kinds, write.rows.iter().cloned());
    };
    match write.form {
        Form::InsertNew | Form::InsertMissing | Form::Replace | Form::Merge(_) => {
            statement.sql(&format!("insert into {name} ({all}) select * from "));
            values(statement);
            if let Form::Merge(merge) = write.form {
                statement.sql(&format!(" on conflict {merge}"));
            } else if write.form == Form::Replace {
                let keys: Vec<&str> = table.keys().map(|column| column.name).collect();
                let keys = keys.join(", ");
                let set = set("excluded");
                statement.sql(&format!(" on conflict ({keys}) do update set {set}"));
            } else {
                statement.sql(" on conflict do nothing");
            }
        }
        Form::Update => {
            // A subquery is run for each value, by the key of the table. A join may be planned the other way round.
            statement.sql(&format!(
                "update {name} t set {} from \
                 (select v.*, (select t.ctid from {name} t where {same_key}) as place from ",
                set("v")
            ));
            values(statement);
            statement.sql(&format!(" as v ({all})) v where t.ctid = v.place"));
        }
        Form::Delete => {
            // The key of what is deleted together belongs to any number of rows.
            statement.sql(&format!("delete from {name} t using "));
            values(statement);
            statement.sql(&format!(" as v ({all}) where {same_key}"));
        }
    }
}
