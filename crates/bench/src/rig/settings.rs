//! How everything is run.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use crate::data::rows::Size;
use crate::data::sellers::{Market, master_key};
use crate::data::stripe::Stripe;
use crate::error::{BenchError, BenchResult};

/// The rates of the server. They refuse no call, and they are not so large that a node would never ask
/// the database for its next share of a rate.
const RATES: &str = "issue=20000,key=1200000,tenant=2400000,token=1200000,failures=60";

/// The price of the key type that is sold, in US cents: as in the fixtures of a shop.
const PRICE: i64 = 2_900;

/// What all measurements of one run share.
pub(crate) struct Settings {
    /// The release build of `mintage`.
    pub(crate) program: PathBuf,
    pub(crate) size: Size,
    pub(crate) warm_up: Duration,
    pub(crate) window: Duration,
    pub(crate) stripe: Stripe,
    pub(crate) market: Market,
    pub(crate) directory: tempfile::TempDir,
}

/// How long each case is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) warm_up: Duration,
    pub(crate) window: Duration,
}

impl Settings {
    /// Starts the simulated Stripe and makes the sellers.
    pub(crate) fn new(program: PathBuf, size: Size, times: Times) -> BenchResult<Rc<Self>> {
        let stripe = Stripe::start()?;
        let accounts = stripe.create_accounts(size.tenants, PRICE)?;
        let directory = tempfile::Builder::new().prefix("mintage-bench-").tempdir();
        Ok(Rc::new(Self {
            program,
            size,
            warm_up: times.warm_up,
            window: times.window,
            market: Market::new(&accounts)?,
            stripe,
            directory: directory.map_err(BenchError::cannot("create a directory"))?,
        }))
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The variables of a server with this database.
    pub(crate) fn variables(&self, database_url: &str) -> Vec<(&'static str, String)> {
        let mut variables = self.stripe.variables();
        variables.extend([
            ("DATABASE_URL", database_url.to_owned()),
            ("MINTAGE_MASTER_KEY", master_key()),
            ("MINTAGE_RATES", RATES.to_owned()),
            ("MINTAGE_ALLOW_NETS", "127.0.0.0/8".to_owned()),
        ]);
        variables
    }
}
