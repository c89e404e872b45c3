//! The calls the simulator knows: one table row each.

use serde_json::{Value, json};

use crate::accounts;
use crate::config::Mode;
use crate::error::Answer;
use crate::events::{self, Event, Origin};
use crate::fees::{self, Fee};
use crate::opening;
use crate::params::{self, Args, PAGE, Param};
use crate::payments::{Charge, PaymentIntent};
use crate::prices::{self, Price};
use crate::products::{self, Product};
use crate::refunds::{self, Refund};
use crate::sessions::{self, Session};
use crate::shelf::{list, retrieve};
use crate::world::{Scope, World};

/// A call in flight, its key and its parameters already checked.
pub(crate) struct Call<'w> {
    pub(crate) world: &'w mut World,
    /// Whose objects it works on.
    pub(crate) scope: Scope,
    /// The platform's client id, when the platform (or its OAuth token) acts on a connected account.
    pub(crate) application: Option<String>,
    /// What stands for `{id}` in the path; empty where there is none.
    pub(crate) id: String,
    pub(crate) args: Args,
    pub(crate) origin: Origin,
}

impl Call<'_> {
    pub(crate) fn mode(&self) -> Mode {
        self.scope.mode
    }
}

/// A row of the table.
pub(crate) struct Route {
    method: &'static str,
    path: &'static str,
    pub(crate) params: &'static [Param],
    pub(crate) run: fn(&mut Call<'_>) -> Answer,
}

const fn get(
    path: &'static str,
    params: &'static [Param],
    run: fn(&mut Call<'_>) -> Answer,
) -> Route {
    Route {
        method: "GET",
        path,
        params,
        run,
    }
}

const fn post(
    path: &'static str,
    params: &'static [Param],
    run: fn(&mut Call<'_>) -> Answer,
) -> Route {
    Route {
        method: "POST",
        path,
        params,
        run,
    }
}

const ROUTES: &[Route] = &[
    get("/v1/account", &[], accounts::own),
    get("/v1/accounts/{id}", &[], accounts::retrieve),
    post("/v1/products", products::CREATE, products::create),
    post("/v1/products/{id}", products::UPDATE, products::update),
    get("/v1/products/{id}", &[], retrieve::<Product>),
    get("/v1/products", products::LIST, list::<Product>),
    post("/v1/prices", prices::CREATE, prices::create),
    post("/v1/prices/{id}", prices::UPDATE, prices::update),
    get("/v1/prices/{id}", &[], retrieve::<Price>),
    get("/v1/prices", prices::LIST, list::<Price>),
    post("/v1/checkout/sessions", opening::CREATE, opening::create),
    post("/v1/checkout/sessions/{id}/expire", &[], sessions::expire),
    get("/v1/checkout/sessions/{id}", &[], retrieve::<Session>),
    get("/v1/checkout/sessions", sessions::LIST, list::<Session>),
    get("/v1/payment_intents/{id}", &[], retrieve::<PaymentIntent>),
    get("/v1/payment_intents", &PAGE, list::<PaymentIntent>),
    get("/v1/charges/{id}", &[], retrieve::<Charge>),
    get("/v1/charges", &PAGE, list::<Charge>),
    post("/v1/refunds", refunds::CREATE, refunds::create),
    get("/v1/refunds/{id}", &[], retrieve::<Refund>),
    get("/v1/refunds", refunds::LIST, list::<Refund>),
    get("/v1/application_fees/{id}", &[], retrieve::<Fee>),
    get("/v1/application_fees", fees::LIST, list::<Fee>),
    get("/v1/events/{id}", &[], retrieve::<Event>),
    get("/v1/events", events::LIST, list::<Event>),
];

/// The row for a request, and what stands for `{id}`.
pub(crate) fn route(method: &str, path: &str) -> Option<(&'static Route, String)> {
    let mut rows = ROUTES.iter().filter(|row| row.method == method);
    rows.find_map(|row| Some((row, fit(row.path, path)?)))
}

fn fit(pattern: &str, path: &str) -> Option<String> {
    let Some((before, after)) = pattern.split_once("{id}") else {
        return (pattern == path).then(String::new);
    };
    let id = path.strip_prefix(before)?.strip_suffix(after)?;
    (!id.is_empty() && !id.contains('/')).then(|| id.to_owned())
}

/// The table for people and tests: `[{"method", "path", "params": ["a", "a[b]"]}]`.
pub(crate) fn catalogue() -> Value {
    let row = |row: &Route| {
        let params = params::names(row.params);
        json!({ "method": row.method, "path": row.path, "params": params })
    };
    ROUTES.iter().map(row).collect()
}
