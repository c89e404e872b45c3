//! Accounts and prices in the simulated Stripe.

use std::net::SocketAddr;

use mintage_stripe_sim::{Config, Mode, Running, Sim};
use serde_json::Value;

use crate::error::{BenchError, BenchResult};
use crate::http::Client;

/// The secret that events are signed with. The server expects the same.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_bench";

/// The simulated Stripe. It sends no events: the load generator does.
pub(crate) struct Stripe {
    running: Running,
    client_id: String,
    secret_key: String,
}

/// A connected account with a price.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) product: String,
    pub(crate) price: String,
}

impl Stripe {
    pub(crate) fn start() -> BenchResult<Self> {
        let config = Config::default();
        let live = config.platform(Mode::Live).clone();
        let running =
            Sim::start(config).map_err(BenchError::cannot("start the simulated Stripe"))?;
        Ok(Self {
            running,
            client_id: live.client_id,
            secret_key: live.secret_key.expose().to_owned(),
        })
    }

    /// The variables of a server that uses this Stripe in live mode.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("STRIPE_API_URL", self.running.api_url().to_owned()),
            ("STRIPE_CONNECT_URL", self.running.connect_url().to_owned()),
            ("STRIPE_CONNECT_CLIENT_ID", self.client_id.clone()),
            ("STRIPE_SECRET_KEY", self.secret_key.clone()),
            ("STRIPE_CONNECT_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
        ]
    }

    /// Creates accounts, each connected in live mode and with one price in US cents.
    pub(crate) fn create_accounts(&self, count: u64, cents: i64) -> BenchResult<Vec<Account>> {
        let address = self.running.api_url().trim_start_matches("http://");
        let address: SocketAddr = address
            .parse()
            .map_err(BenchError::cannot("find the simulated Stripe"))?;
        let mut client = Client::connect(address)?;
        (0..count)
            .map(|_| self.create_account(&mut client, cents))
            .collect()
    }

    fn create_account(&self, client: &mut Client, cents: i64) -> BenchResult<Account> {
        let control = format!(
            "Authorization: Bearer {}\r\nContent-Type: application/json\r\n",
            self.running.control_token()
        );
        let account = client.post("/_sim/accounts", &control, "{}")?;
        let id = text(&account, "id")?;
        let path = format!("/_sim/accounts/{id}/connect");
        client.post(&path, &control, r#"{"livemode": true}"#)?;
        let as_account = format!(
            "Authorization: Bearer {}\r\nStripe-Account: {id}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n",
            self.secret_key
        );
        let product = client.post("/v1/products", &as_account, "name=Pixel")?;
        let product = text(&product, "id")?;
        let body = format!("product={product}&currency=usd&unit_amount={cents}");
        let price = client.post("/v1/prices", &as_account, &body)?;
        Ok(Account {
            price: text(&price, "id")?,
            id,
            product,
        })
    }
}

fn text(value: &Value, field: &str) -> BenchResult<String> {
    let text = value[field].as_str().map(str::to_owned);
    text.ok_or_else(|| BenchError::new(format!("no {field} in {value}")))
}
