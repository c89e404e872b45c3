//! One transaction for each license, on one connection.

use std::time::{Duration, Instant};

use ring::digest::{SHA256, digest};

use crate::cases::case::Tenants;
use crate::clock::unix_millis;
use crate::data::bulk::Field;
use crate::data::sellers::tenant_slug;
use crate::data::sqlite::SqliteFile;
use crate::error::{BenchError, BenchResult};
use crate::load::Measured;
use crate::process::cpu::Watched;
use crate::stats::Latencies;
use crate::yardstick::tables::{Change, Fresh, TableRow};

/// A prepared statement and the values that are new in each call.
#[derive(Debug)]
struct Insert {
    text: String,
    fresh: Vec<Fresh>,
}

/// The statements of one license.
#[derive(Debug)]
pub(crate) struct Transaction(Vec<Insert>);

impl Transaction {
    /// The statements that write these rows, each like the row that the product has written last.
    pub(crate) fn new(db: &mut SqliteFile, rows: &[TableRow]) -> BenchResult<Self> {
        rows.iter()
            .map(|row| insert(db, row))
            .collect::<BenchResult<_>>()
            .map(Self)
    }

    /// Runs transactions one after the other for a time.
    pub(crate) fn run(
        &self,
        db: &mut SqliteFile,
        tenants: Tenants,
        tenant_count: u64,
        window: Duration,
    ) -> BenchResult<Measured> {
        let watched = Watched::default();
        let (before, start) = (watched.sample(), Instant::now());
        let mut latencies = Latencies::default();
        // Runs on the same file follow each other: the time keeps their numbers apart.
        let first = unix_millis() << 20;
        let mut done = 0;
        while start.elapsed() < window {
            let begun = Instant::now();
            let tenant = match tenants {
                Tenants::Spread => done % tenant_count,
                Tenants::Hot => 0,
            };
            self.run_once(db, first + done, tenant)?;
            let micros = begun.elapsed().as_micros();
            latencies.add(u32::try_from(micros).unwrap_or(u32::MAX));
            done += 1;
        }
        let seconds = start.elapsed().as_secs_f64();
        let cpu = watched.sample().since(before);
        Ok(Measured::of(latencies, seconds, cpu, done, done))
    }

    fn run_once(&self, db: &mut SqliteFile, number: u64, tenant: u64) -> BenchResult<()> {
        db.run("begin immediate", &[])?;
        for insert in &self.0 {
            let fresh = insert.fresh.iter();
            let values: Vec<Field> = fresh.map(|it| value(*it, number, tenant)).collect();
            db.run(&insert.text, &values)?;
        }
        db.run("commit", &[])
    }
}

fn insert(db: &mut SqliteFile, row: &TableRow) -> BenchResult<Insert> {
    let table = row.table;
    let (mut fresh, mut values) = (Vec::new(), Vec::new());
    let columns = db.columns(table)?;
    for column in &columns {
        let new = row.fresh.iter().find(|(name, _)| name == column);
        values.push(match (new, row.change, column.as_str()) {
            (Some((_, new)), _, _) => {
                fresh.push(*new);
                "?".to_owned()
            }
            (None, Change::Count, "value") => "1".to_owned(),
            (None, _, _) => literal(db, row, column)?,
        });
    }
    let on_conflict = match row.change {
        Change::Insert | Change::Update(_) => "",
        Change::InsertMissing => " on conflict do nothing",
        Change::Count => " on conflict (name) do update set value = value + 1",
    };
    let text = format!(
        "insert into {table} ({}) values ({}){on_conflict}",
        columns.join(", "),
        values.join(", ")
    );
    Ok(Insert { text, fresh })
}

/// The value of a column of the row that the product wrote, as SQL.
fn literal(db: &mut SqliteFile, row: &TableRow, column: &str) -> BenchResult<String> {
    let (table, find) = (row.table, row.find);
    let text = format!("select quote({column}) from {table} where {find} limit 1");
    let found = db.texts(&text, &[])?.pop();
    // A question mark would count as a value.
    found
        .filter(|sql| !sql.contains('?'))
        .ok_or_else(|| BenchError::new(format!("cannot use {column} of the row in {table}")))
}

fn value(fresh: Fresh, number: u64, tenant: u64) -> Field {
    let slug = tenant_slug(tenant);
    Field::Text(match fresh {
        Fresh::Id(prefix) => format!("{prefix}{number:026}"),
        Fresh::Order => format!("ord_{number:026}"),
        Fresh::Tenant => slug,
        Fresh::ApiKey => format!("ak_live_{tenant:024x}"),
        Fresh::Counter => format!("licenses:{slug}:live"),
        Fresh::Email => format!("new-{number}@example.com"),
        Fresh::Token => format!("order-{number}"),
        Fresh::Bytes => {
            let digest = digest(&SHA256, &number.to_be_bytes());
            return Field::Bytes(digest.as_ref().to_vec());
        }
        Fresh::Now => {
            let micros = i64::try_from(unix_millis().saturating_mul(1000));
            return Field::Number(micros.unwrap_or(i64::MAX));
        }
    })
}
