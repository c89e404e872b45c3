//! The statements of a batch: one about each row, all of them prepared once.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::SqliteConnection;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::Counter;
use mintage_domain::commit::guards::Facts;
use mintage_domain::commit::join_customers::JoinedCustomers;
use mintage_domain::model::sales::customer::{Customer, CustomerIdentity};

use super::statement::Template;
use super::tables::commit::counter::{self, CounterRow};
use super::tables::outbox::webhook_endpoint::{SUBSCRIBER, subscribers};
use super::tables::sales::customer;
use super::tables::{self, LOOKUPS};
use crate::batch::Statements;
use crate::error::Error;
use crate::lookup::{Lookup, note, sort};
use crate::table::{Role, Table, Value};
use crate::touched::Touched;
use crate::writes::{Form, TableWrite};

/// The statements of a batch on a connection with an open transaction.
pub struct Batch<'c>(&'c mut SqliteConnection);

impl<'c> Batch<'c> {
    /// The statements of a batch on this connection.
    pub fn new(conn: &'c mut SqliteConnection) -> Self {
        Self(conn)
    }
}

impl Statements for Batch<'_> {
    /// A look costs no round trip here, so that a batch that is all refused writes nothing. Rows
    /// whose ids were made at random are looked for only if inserting them has failed.
    fn facts(&mut self, touched: &Touched, careful: bool) -> Result<Facts, Error> {
        let mut facts = Facts::default();
        let versioned = sort(&LOOKUPS, touched.versioned());
        let new = sort(&LOOKUPS, touched.new_rows());
        let new = new
            .into_iter()
            .filter(|asked| careful || !asked.lookup.random);
        for asked in versioned.into_iter().chain(new) {
            let template = Template::new(&version_text(asked.lookup));
            for (row, key) in asked.rows {
                let found = template.with::<BigInt>(key).get_result(self.0).optional()?;
                if let Some(version) = found {
                    note(&mut facts, row, version);
                }
            }
        }
        for counter in touched.added().keys() {
            if let Some(value) = counter::get(self.0, counter)? {
                facts.counters.insert(counter.clone(), value);
            }
        }
        let template = Template::new(&subscribers_text());
        let mut found: Vec<String> = Vec::new();
        for tenant in touched.tenants_with_events() {
            let of_tenant = template.with::<Text>(vec![Value::text(tenant)]);
            found.extend(of_tenant.load::<String>(self.0)?);
        }
        facts.subscribers = subscribers(found);
        Ok(facts)
    }

    fn known_customers(
        &mut self,
        who: &BTreeSet<CustomerIdentity>,
    ) -> Result<HashMap<CustomerIdentity, Customer>, Error> {
        let mut known = HashMap::new();
        for identity in who {
            if let Some(customer) = customer::get_by_identity(self.0, identity)? {
                known.insert(identity.clone(), customer);
            }
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
        let values = counters.iter();
        let values = values.map(|(counter, value)| CounterRow::new(counter, *value));
        writes.add(Form::Replace, values);
        for write in writes.into_vec() {
            write_table(self.0, &write)?;
        }
        Ok(())
    }
}

fn subscribers_text() -> String {
    format!(
        "select {SUBSCRIBER} from endpoints e \
         where coalesce(e.owner, e.tenant) = ? and e.url is not null"
    )
}

fn version_text(lookup: &Lookup) -> String {
    let key: Vec<String> = lookup
        .key
        .iter()
        .map(|column| format!("{column} = ?"))
        .collect();
    format!(
        "select {} from {} where {}",
        lookup.version.unwrap_or("1"),
        lookup.table,
        key.join(" and ")
    )
}

fn write_table(conn: &mut SqliteConnection, write: &TableWrite) -> Result<(), Error> {
    let template = Template::new(&text(write.table, write.form));
    let mut written = 0;
    for row in &write.rows {
        let values = if write.form == Form::Update {
            let of = |role| {
                let columns = write.table.columns.iter().zip(row);
                columns.filter(move |(column, _)| column.role == role)
            };
            // As the statement says it: the columns that are written, then the key.
            let values = of(Role::Changing).chain(of(Role::Key));
            values.map(|(_, value)| value.clone()).collect()
        } else {
            row.clone()
        };
        written += template.with::<BigInt>(values).execute(conn)?;
    }
    if write.is_complete(written) {
        Ok(())
    } else {
        Err(Error::Raced)
    }
}

fn text(table: &Table, form: Form) -> String {
    let name = table.name;
    let key: Vec<String> = table
        .keys()
        .map(|column| format!("{} = ?", column.name))
        .collect();
    let key = key.join(" and ");
    let list = |texts: Vec<String>| texts.join(", ");
    match form {
        Form::Delete => format!("delete from {name} where {key}"),
        Form::Update => {
            let set = table
                .changing()
                .map(|column| format!("{} = ?", column.name));
            format!("update {name} set {} where {key}", list(set.collect()))
        }
        Form::InsertNew | Form::InsertMissing | Form::Replace | Form::Merge(_) => {
            let marks = vec!["?"; table.columns.len()].join(", ");
            let on_conflict = if let Form::Merge(merge) = form {
                merge.to_owned()
            } else if form == Form::Replace {
                let set = table
                    .changing()
                    .map(|column| format!("{0} = excluded.{0}", column.name));
                let keys = table.keys().map(|column| column.name.to_owned());
                format!(
                    "({}) do update set {}",
                    list(keys.collect()),
                    list(set.collect())
                )
            } else {
                "do nothing".to_owned()
            };
            format!(
                "insert into {name} ({}) values ({marks}) on conflict {on_conflict}",
                table.list("")
            )
        }
    }
}
