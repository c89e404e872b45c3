//! The routing table of `/v1`.

use serde_json::{Value, json};

use crate::base::error::ApiResult;
use crate::model::application_fee::ApplicationFee;
use crate::model::charge::Charge;
use crate::model::dispute::Dispute;
use crate::model::event::Event;
use crate::model::payment_intent::PaymentIntent;
use crate::model::payment_link::PaymentLink;
use crate::model::payout::Payout;
use crate::model::price::Price;
use crate::model::product::Product;
use crate::model::promotions::{Coupon, PromotionCode};
use crate::model::refund::Refund;
use crate::model::session::Session;
use crate::model::subscription::Subscription;
use crate::model::webhook_endpoint::RegisteredEndpoint;
use crate::params::spec::{self, Param};
use crate::resources::context::Context;
use crate::resources::listing::{list, retrieve};
use crate::resources::{
    absent, account_links, accounts, application_fees, balance, charges, create_session, disputes,
    events, invoices, line_items, payment_links, payouts, prices, products, promotions, refunds,
    sessions, subscriptions, webhook_endpoints,
};

type Handler = fn(&mut Context<'_>) -> ApiResult;

/// One call of the API.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) params: &'static [Param],
    pub(crate) handler: Handler,
}

const fn get(path: &'static str, params: &'static [Param], handler: Handler) -> Route {
    Route {
        method: "GET",
        path,
        params,
        handler,
    }
}

const fn post(path: &'static str, params: &'static [Param], handler: Handler) -> Route {
    Route {
        method: "POST",
        path,
        params,
        handler,
    }
}

const fn delete(path: &'static str, params: &'static [Param], handler: Handler) -> Route {
    Route {
        method: "DELETE",
        path,
        params,
        handler,
    }
}

const BALANCE: &str = "/v1/balance_transactions";
const BALANCE_OF: &str = "/v1/balance_transactions/{id}";
const COUPONS: &str = "/v1/coupons";
const COUPON: &str = "/v1/coupons/{id}";
const CODES: &str = "/v1/promotion_codes";
const CODE: &str = "/v1/promotion_codes/{id}";

const FEES: &str = "/v1/application_fees";
const FEE: &str = "/v1/application_fees/{id}";
const SESSIONS: &str = "/v1/checkout/sessions";
const SESSION: &str = "/v1/checkout/sessions/{id}";
const EXPIRE: &str = "/v1/checkout/sessions/{id}/expire";
const SESSION_LINES: &str = "/v1/checkout/sessions/{id}/line_items";

const LINKS: &str = "/v1/payment_links";
const LINK: &str = "/v1/payment_links/{id}";
const LINK_LINES: &str = "/v1/payment_links/{id}/line_items";

const SUBSCRIPTION: &str = "/v1/subscriptions/{id}";
const INVOICE: &str = "/v1/invoices/{id}";
const INVOICE_PAYMENTS: &str = "/v1/invoice_payments";

const ENDPOINTS: &str = "/v1/webhook_endpoints";
const ENDPOINT: &str = "/v1/webhook_endpoints/{id}";

const ROUTES: &[Route] = &[
    get("/v1/account", &[], accounts::retrieve_own),
    get("/v1/accounts/{id}", &[], accounts::retrieve),
    post(
        "/v1/account_links",
        account_links::CREATE,
        account_links::create,
    ),
    get("/v1/payouts/{id}", &[], retrieve::<Payout>),
    get("/v1/payouts", payouts::LIST, list::<Payout>),
    post("/v1/products", products::CREATE, products::create),
    post("/v1/products/{id}", products::UPDATE, products::update),
    get("/v1/products/{id}", &[], retrieve::<Product>),
    get("/v1/products", products::LIST, list::<Product>),
    post("/v1/prices", prices::CREATE, prices::create),
    post("/v1/prices/{id}", prices::UPDATE, prices::update),
    get("/v1/prices/{id}", &[], retrieve::<Price>),
    get("/v1/prices", prices::LIST, list::<Price>),
    post(SESSIONS, create_session::CREATE, create_session::create),
    post(EXPIRE, &[], sessions::expire),
    get(SESSION, &[], retrieve::<Session>),
    get(SESSIONS, sessions::LIST, list::<Session>),
    get(SESSION_LINES, line_items::LIST, line_items::of_session),
    post(LINKS, payment_links::CREATE, payment_links::create),
    post(LINK, payment_links::UPDATE, payment_links::update),
    get(LINK, &[], retrieve::<PaymentLink>),
    get(LINKS, payment_links::LIST, list::<PaymentLink>),
    get(LINK_LINES, line_items::LIST, line_items::of_payment_link),
    post(SUBSCRIPTION, subscriptions::UPDATE, subscriptions::update),
    delete(SUBSCRIPTION, &[], subscriptions::cancel),
    get(SUBSCRIPTION, &[], retrieve::<Subscription>),
    get(
        "/v1/subscriptions",
        subscriptions::LIST,
        list::<Subscription>,
    ),
    get(INVOICE, invoices::RETRIEVE, invoices::retrieve),
    get("/v1/invoices", invoices::LIST, invoices::list),
    get(
        INVOICE_PAYMENTS,
        invoices::LIST_PAYMENTS,
        invoices::list_payments,
    ),
    get("/v1/payment_intents/{id}", &[], retrieve::<PaymentIntent>),
    get("/v1/payment_intents", spec::LIST, list::<PaymentIntent>),
    get("/v1/charges/{id}", &[], retrieve::<Charge>),
    get("/v1/charges", charges::LIST, list::<Charge>),
    get("/v1/balance", &[], balance::balance),
    get(BALANCE_OF, balance::RETRIEVE, balance::retrieve),
    get(BALANCE, balance::LIST, balance::list),
    post(
        COUPONS,
        promotions::CREATE_COUPON,
        promotions::create_coupon,
    ),
    get(COUPON, &[], retrieve::<Coupon>),
    get(COUPONS, spec::LIST, list::<Coupon>),
    post(COUPON, promotions::UPDATE_COUPON, promotions::update_coupon),
    delete(COUPON, &[], promotions::delete_coupon),
    post(CODES, promotions::CREATE_CODE, promotions::create_code),
    post(CODE, promotions::UPDATE_CODE, promotions::update_code),
    get(CODE, &[], retrieve::<PromotionCode>),
    get(CODES, promotions::LIST_CODES, list::<PromotionCode>),
    post("/v1/refunds", refunds::CREATE, refunds::create),
    get("/v1/refunds/{id}", &[], retrieve::<Refund>),
    get("/v1/refunds", refunds::LIST, list::<Refund>),
    get("/v1/disputes/{id}", &[], retrieve::<Dispute>),
    get("/v1/disputes", disputes::LIST, list::<Dispute>),
    get(FEE, &[], retrieve::<ApplicationFee>),
    get(FEES, application_fees::LIST, list::<ApplicationFee>),
    get("/v1/events/{id}", &[], retrieve::<Event>),
    get("/v1/events", events::LIST, list::<Event>),
    get(ENDPOINTS, webhook_endpoints::LIST, webhook_endpoints::list),
    post(
        ENDPOINTS,
        webhook_endpoints::CREATE,
        webhook_endpoints::create,
    ),
    post(
        ENDPOINT,
        webhook_endpoints::UPDATE,
        webhook_endpoints::update,
    ),
    get(ENDPOINT, &[], retrieve::<RegisteredEndpoint>),
    delete(ENDPOINT, &[], webhook_endpoints::delete),
    get("/v1/customers/{id}", &[], absent::retrieve_customer),
];

/// Finds the route of a request and the value of `{id}` in the path.
pub(crate) fn find(method: &str, path: &str) -> Option<(&'static Route, String)> {
    let mut routes = ROUTES.iter().filter(|route| route.method == method);
    routes.find_map(|route| Some((route, match_path(route.path, path)?)))
}

/// Returns the value of `{id}`, or an empty text for a pattern without `{id}`.
fn match_path(pattern: &str, path: &str) -> Option<String> {
    let Some((before, after)) = pattern.split_once("{id}") else {
        return (pattern == path).then(String::new);
    };
    let id = path.strip_prefix(before)?.strip_suffix(after)?;
    (!id.is_empty() && !id.contains('/')).then(|| id.to_owned())
}

/// The table as JSON: `[{"method", "path", "params": ["a", "a[b]"]}]`.
pub(crate) fn to_json() -> Value {
    let routes = ROUTES.iter().map(|route| {
        let params = spec::all_names(route.params);
        json!({ "method": route.method, "path": route.path, "params": params })
    });
    routes.collect()
}
