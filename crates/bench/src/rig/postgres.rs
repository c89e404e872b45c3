//! A durable PostgreSQL with the data, a copy of the data for the yardsticks, and servers.

use std::path::PathBuf;
use std::rc::Rc;

use mintage_pgtmp::{Options, Server as Cluster};
use mintage_postgres::{PostgresConfig, PostgresStore};

use crate::cases::case::{Case, Store, Tenants, Work, spread};
use crate::data::bulk::Bulk;
use crate::data::postgres::PostgresDatabase;
use crate::data::rows::{Size, add_licenses, add_orders};
use crate::error::{BenchError, BenchResult};
use crate::load::Measured;
use crate::process::cpu::Watched;
use crate::process::server::Server;
use crate::rig::calls::Calls;
use crate::rig::numbers::{Numbers, orders_for};
use crate::rig::settings::Settings;
use crate::rig::statements;
use crate::stats::number;
use crate::yardstick::pgbench::Pgbench;
use crate::yardstick::plan::written_rows;
use crate::yardstick::postgres_sql::{product_work, read_script, write_script};

/// Settings of a database server that is used for nothing else. It keeps PostgreSQL's durability.
const SETTINGS: [&str; 5] = [
    "shared_buffers=1GB",
    "max_wal_size=16GB",
    "checkpoint_timeout=30min",
    "maintenance_work_mem=512MB",
    "wal_buffers=16MB",
];

/// The number of licenses from which on it is faster to make the indexes after the rows.
const MANY: u64 = 1_000_000;

/// The PostgreSQL server.
pub(crate) struct PostgresServer {
    pub(crate) cluster: Cluster,
    pub(crate) counts_statements: bool,
}

/// A database with the data, and servers on it.
pub(crate) struct PostgresRig {
    settings: Rc<Settings>,
    size: Size,
    cluster: Rc<PostgresServer>,
    servers: Vec<Server>,
    yardstick: Option<PostgresDatabase>,
    pgbench: PathBuf,
    product: PostgresDatabase,
    numbers: Numbers,
    yardstick_numbers: Numbers,
    scripts: Vec<(Work, Tenants, String)>,
    notes: Vec<String>,
}

impl PostgresServer {
    /// Starts a PostgreSQL whose commits reach the disk.
    pub(crate) fn start() -> BenchResult<Rc<Self>> {
        let options = |more: &[&str]| Options {
            durable: true,
            max_connections: 300,
            settings: SETTINGS
                .iter()
                .chain(more)
                .map(|it| (*it).to_owned())
                .collect(),
        };
        let counting = Cluster::throw_away(&options(&[statements::LIBRARY]));
        let counts_statements = counting.is_ok();
        // The extension is in a package of its own on some systems.
        let cluster = counting.or_else(|_| Cluster::throw_away(&options(&[])));
        let cluster = cluster.map_err(BenchError::cannot("start PostgreSQL"))?;
        Ok(Rc::new(Self {
            cluster,
            counts_statements,
        }))
    }

    fn program(&self, name: &str) -> BenchResult<PathBuf> {
        let program = self.cluster.program(name);
        program.ok_or_else(|| BenchError::new(format!("there is no {name} beside initdb")))
    }
}

impl PostgresRig {
    /// Makes the data, and a copy of it for the yardsticks if they are wanted.
    pub(crate) fn new(
        settings: Rc<Settings>,
        cluster: Rc<PostgresServer>,
        size: Size,
        yardsticks: bool,
    ) -> BenchResult<Self> {
        let psql = cluster.program("psql")?;
        let database = cluster.cluster.create_database();
        let database = database.map_err(BenchError::cannot("create a database"))?;
        let store = PostgresStore::open(database.url(), &PostgresConfig::default());
        let store = store.map_err(BenchError::cannot("create the tables"))?;
        settings.market.write_to(&store)?;
        drop(store);
        let mut product = PostgresDatabase {
            database,
            psql: psql.clone(),
        };
        if cluster.counts_statements {
            statements::count_nothing(&product)?;
        }
        fill(&mut product, &settings, size)?;
        let yardstick = if yardsticks {
            let copy = cluster.cluster.create_database_from(&product.database);
            let database = copy.map_err(BenchError::cannot("copy the database"))?;
            Some(PostgresDatabase { database, psql })
        } else {
            None
        };
        product.execute("checkpoint")?;
        Ok(Self {
            pgbench: cluster.program("pgbench")?,
            settings,
            size,
            cluster,
            servers: Vec::new(),
            yardstick,
            product,
            numbers: Numbers::default(),
            yardstick_numbers: Numbers::default(),
            scripts: Vec::new(),
            notes: Vec::new(),
        })
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> &str {
        self.product.database.url()
    }

    /// Which rows the yardsticks write, in sentences.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Starts servers until there are so many.
    pub(crate) fn start_servers(&mut self, count: usize) -> BenchResult<()> {
        let url = self.url().to_owned();
        while self.servers.len() < count {
            self.start_server(&url)?;
        }
        Ok(())
    }

    /// Starts a server that reaches the database at this URL.
    pub(crate) fn start_server(&mut self, url: &str) -> BenchResult<&Server> {
        self.start_server_with(url, None)
    }

    /// The same with another value of one variable.
    pub(crate) fn start_server_with(
        &mut self,
        url: &str,
        variable: Option<(&'static str, String)>,
    ) -> BenchResult<&Server> {
        let mut variables = self.settings.variables(url);
        variables.extend(variable);
        let directory = self.settings.directory();
        let server = Server::start(&self.settings.program, directory, &variables)?;
        self.servers.push(server);
        Ok(&self.servers[self.servers.len() - 1])
    }

    /// The most memory of any server that was in RAM at any time, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        let peaks = self.servers.iter().map(Server::peak_kib);
        peaks.max().unwrap_or_default()
    }

    /// Stops all servers.
    pub(crate) fn stop_servers(&mut self) {
        self.servers.clear();
    }

    /// Runs a case on the first server, or on the database alone.
    pub(crate) fn measure(&mut self, case: Case) -> BenchResult<Measured> {
        if case.work.is_yardstick() {
            self.measure_yardstick(case)
        } else {
            self.measure_on(case, 1)
        }
    }

    /// Runs a case on the first `nodes` servers, among which the connections are divided.
    pub(crate) fn measure_on(&mut self, case: Case, nodes: usize) -> BenchResult<Measured> {
        self.start_servers(nodes)?;
        self.calls(nodes).measure(case)
    }

    /// How many statements the database runs for a call of a case; `None` if it cannot count them.
    pub(crate) fn statements_per_call(&mut self, case: Case) -> BenchResult<Option<f64>> {
        if !self.cluster.counts_statements {
            return Ok(None);
        }
        statements::start_counting(&self.product)?;
        let measured = self.measure_on(case, 1)?;
        let count = statements::stop_counting(&self.product)?;
        Ok(Some(number(count) / number(measured.accepted.max(1))))
    }

    fn calls(&mut self, nodes: usize) -> Calls<'_> {
        let nodes = nodes.min(self.servers.len());
        Calls {
            settings: &self.settings,
            size: self.size,
            db: &mut self.product,
            servers: &self.servers[..nodes],
            database_process: self.cluster.cluster.process_id(),
            numbers: &mut self.numbers,
        }
    }

    fn measure_yardstick(&mut self, case: Case) -> BenchResult<Measured> {
        self.prepare_scripts(case)?;
        let Some(yardstick) = &mut self.yardstick else {
            return Err(BenchError::new("there is no database for the yardsticks"));
        };
        let orders = match case.work {
            Work::WebhookRows => {
                orders_for(case.connections, self.settings.window + Pgbench::MORE_TIME)
            }
            _ => 0,
        };
        let orders = self.yardstick_numbers.orders(orders);
        let tenants = self.size.tenants;
        let tenant_of = move |n: u64| match case.tenants {
            Tenants::Spread => n % tenants,
            Tenants::Hot => 0,
        };
        let first_order = orders.start;
        add_orders(yardstick, &self.settings.market.models, orders, &tenant_of)?;
        let script = self
            .scripts
            .iter()
            .find(|(work, tenants, _)| (*work, *tenants) == (case.work, case.tenants));
        let script = script.map(|(_, _, script)| script.as_str());
        Pgbench {
            program: &self.pgbench,
            url: yardstick.database.url(),
            script: script.unwrap_or_default(),
            clients: case.connections,
            first_order,
            window: self.settings.window,
            watched: &Watched {
                servers: Vec::new(),
                database: self.cluster.cluster.process_id(),
            },
        }
        .run()
        .map_err(BenchError::cannot(&format!("measure {case}")))
    }

    /// Makes the script of a case, unless it was made before. For scripts that write, the product makes one
    /// call first, and the script writes the same rows.
    fn prepare_scripts(&mut self, case: Case) -> BenchResult<()> {
        let is_there = self
            .scripts
            .iter()
            .any(|(work, tenants, _)| (*work, *tenants) == (case.work, case.tenants));
        if is_there {
            return Ok(());
        }
        if case.work == Work::ReadRows {
            let script = read_script(self.size.licenses);
            self.scripts.push((case.work, case.tenants, script));
            return Ok(());
        }
        self.start_servers(1)?;
        let call = spread(Store::Postgres, product_work(case.work), 1);
        // The first call of a server writes what later calls do not.
        self.calls(1).call_once(call)?;
        let (before, after) = self.calls(1).call_once(call)?;
        let rows = written_rows(case.work, &before, &after)?;
        let tables: Vec<&str> = rows.iter().map(|row| row.table).collect();
        self.notes.push(format!(
            "A call of {} writes a row to each of {}.",
            call.work.name(),
            tables.join(", ")
        ));
        for tenants in [Tenants::Spread, Tenants::Hot] {
            let script = write_script(&self.product, &rows, tenants, self.size.tenants)?;
            self.scripts.push((case.work, tenants, script));
        }
        Ok(())
    }
}

/// Adds customers and licenses, and lets PostgreSQL see how many there are.
fn fill(db: &mut PostgresDatabase, settings: &Settings, size: Size) -> BenchResult<()> {
    let models = &settings.market.models;
    if size.licenses < MANY {
        add_licenses(db, models, size)?;
    } else {
        let indexes = db.text(
            "select i.indexdef from pg_indexes i join pg_class c on c.relname = i.indexname \
             join pg_index x on x.indexrelid = c.oid \
             where i.tablename in ('licenses', 'customers') and not x.indisprimary \
             and i.schemaname = 'public'",
        )?;
        let names: Vec<&str> = indexes.lines().filter_map(index_name).collect();
        db.execute(&format!("drop index {}", names.join(", ")))?;
        add_licenses(db, models, size)?;
        for definition in indexes.lines() {
            db.execute(definition)?;
        }
    }
    db.execute("vacuum analyze")
}

/// The name in the definition of an index.
fn index_name(definition: &str) -> Option<&str> {
    let (_, rest) = definition.split_once("INDEX ")?;
    rest.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::index_name;

    #[test]
    fn the_name_of_an_index_stands_behind_the_word() {
        for (definition, name) in [
            ("CREATE INDEX a_b ON public.t USING btree (x)", Some("a_b")),
            ("CREATE UNIQUE INDEX c ON public.t (x)", Some("c")),
            ("", None),
        ] {
            assert_eq!(index_name(definition), name);
        }
    }
}
