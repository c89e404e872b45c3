//! Measuring the calls of a case on servers that share one database.

use std::net::SocketAddr;
use std::rc::Rc;

use crate::cases::case::{Case, Tenants, Work};
use crate::cases::{Context, caller};
use crate::data::bulk::{Bulk, RowCounts};
use crate::data::rows::{Size, add_orders};
use crate::error::{BenchError, BenchResult};
use crate::http::Client;
use crate::load::{Load, Measured, Sequence, run};
use crate::process::cpu::Watched;
use crate::process::server::Server;
use crate::rig::numbers::{Numbers, orders_for};
use crate::rig::settings::Settings;

/// How many licenses there are.
const LICENSES: &str = "select count(*) from licenses";

/// Servers, and the database that they share.
pub(super) struct Calls<'a> {
    pub(super) settings: &'a Settings,
    /// The size of this database.
    pub(super) size: Size,
    pub(super) db: &'a mut dyn Bulk,
    pub(super) servers: &'a [Server],
    /// The first process of PostgreSQL.
    pub(super) database_process: Option<u32>,
    pub(super) numbers: &'a mut Numbers,
}

impl Calls<'_> {
    /// Runs a case. Fails if an answer is wrong, and if the number of new licenses is not the number of
    /// answers.
    pub(super) fn measure(&mut self, case: Case) -> BenchResult<Measured> {
        let orders = match case.work {
            Work::Webhook => {
                let time = self.settings.warm_up + self.settings.window;
                orders_for(case.connections, time) + self.size.tenants
            }
            _ => 0,
        };
        let context = self.context(case, orders)?;
        let before = self.db.count(LICENSES)?;
        let load = Load {
            addresses: self.servers.iter().map(Server::address).collect(),
            connections: case.connections,
            warm_up: self.settings.warm_up,
            warm_up_calls: match case.tenants {
                Tenants::Spread if case.work != Work::Hello => self.size.tenants,
                _ => 0,
            },
            window: self.settings.window,
            watched: Watched {
                servers: self.servers.iter().map(Server::process_id).collect(),
                database: self.database_process,
            },
        };
        let mut new_caller = || caller(case, &context).unwrap_or_else(|| unreachable!("a call"));
        let measured = run(&load, &mut new_caller).map_err(|error| self.explained(case, &error))?;
        let minted = self.db.count(LICENSES)?.saturating_sub(before);
        let expected = if case.work.mints() {
            measured.accepted
        } else {
            0
        };
        if minted != expected {
            return Err(BenchError::new(format!(
                "{case}: {expected} answers minted {minted} licenses"
            )));
        }
        for server in self.servers {
            server.clear_log();
        }
        Ok(measured)
    }

    /// Makes one call, and returns the numbers of rows before and after it.
    pub(super) fn call_once(&mut self, case: Case) -> BenchResult<(RowCounts, RowCounts)> {
        let orders = u64::from(case.work == Work::Webhook);
        let context = self.context(case, orders)?;
        let mut request = Vec::new();
        let Some(mut caller) = caller(case, &context) else {
            return Err(BenchError::new(format!("{case} is no call")));
        };
        caller.write(&mut request);
        let addresses: Vec<SocketAddr> = self.servers.iter().map(Server::address).collect();
        let first = addresses.first();
        let address = first.ok_or_else(|| BenchError::new("there is no server"))?;
        let before = self.db.row_counts()?;
        let answer = Client::connect(*address)?.send(&request)?;
        if caller.accepts(answer.status, &answer.body) {
            return Ok((before, self.db.row_counts()?));
        }
        let body = String::from_utf8_lossy(&answer.body);
        let error = BenchError::new(format!("unexpected answer {}: {body}", answer.status));
        Err(self.explained(case, &error))
    }

    fn context(&mut self, case: Case, orders: u64) -> BenchResult<Context> {
        let market = &self.settings.market;
        let numbers = if case.work == Work::Webhook {
            let numbers = self.numbers.orders(orders);
            let tenants = self.size.tenants;
            let tenant_of = move |n: u64| match case.tenants {
                Tenants::Spread => n % tenants,
                Tenants::Hot => 0,
            };
            add_orders(self.db, &market.models, numbers.clone(), &tenant_of)?;
            numbers
        } else {
            self.numbers.calls()
        };
        Ok(Context {
            sellers: Rc::from(market.sellers.as_slice()),
            size: self.size,
            tenants: case.tenants,
            sequence: Sequence::new(numbers.start, numbers.end),
        })
    }

    fn explained(&self, case: Case, error: &BenchError) -> BenchError {
        let logs: Vec<String> = self.servers.iter().map(Server::log_tail).collect();
        BenchError::new(format!(
            "{case}: {error}\nThe end of the server's log:\n{}",
            logs.join("\n")
        ))
    }
}
