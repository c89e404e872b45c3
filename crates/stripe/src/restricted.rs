//! The [`RestrictedStripe`] port: calls with a restricted key of a seller's own.

use std::collections::BTreeMap;
use std::time::Duration;

use mintage_domain::base::id::{ProbeCouponId, StripeAccountId, StripeEndpointId};
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::stripe::key_permission::{ExcessPermission, KeyPermission};
use mintage_domain::ports::{
    HttpResponse, KeyAccount, NewSellerEndpoint, RestrictedStripe, RestrictedStripeError,
    SellerEndpoint, SellerKey, StripeIdempotencyKey,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use stripe_client_core::{RequestBuilder, StripeMethod, VERSION};

use crate::call::{self, Caller};
use crate::client::StripeClient;
use crate::{event, refusal};

/// The time limit of a call. A seller waits for several of them, some of which are repeated.
const DEADLINE: Duration = Duration::from_secs(6);

/// The fields that choose the events of an endpoint.
fn event_fields() -> Vec<(String, &'static str)> {
    let numbered = event::own_kinds().enumerate();
    numbered
        .map(|(n, kind)| (format!("enabled_events[{n}]"), kind))
        .collect()
}

/// Ends an id of an object that does not exist.
fn missing_id(prefix: &str, missing: &str) -> String {
    format!("{prefix}mintageprobe{missing}")
}

fn get(path: String) -> RequestBuilder {
    RequestBuilder::new(StripeMethod::Get, path)
}

fn post(path: String, form: &[(&str, &str)]) -> RequestBuilder {
    let form: BTreeMap<_, _> = form.iter().copied().collect();
    RequestBuilder::new(StripeMethod::Post, path).form(&form)
}

/// A change of an object that changes nothing that matters.
fn touch(path: String) -> RequestBuilder {
    post(path, &[("metadata[probe]", "1")])
}

/// The call that needs a permission.
fn probe_of(permission: KeyPermission, live: bool, missing: &str) -> RequestBuilder {
    let id = |prefix| missing_id(prefix, missing);
    match permission {
        KeyPermission::CheckoutSessions => {
            let prefix = if live { "cs_live_" } else { "cs_test_" };
            get(format!("/checkout/sessions/{}", id(prefix)))
        }
        KeyPermission::Charges => get(format!("/charges/{}", id("ch_"))),
        KeyPermission::BalanceTransactions => get(format!("/balance_transactions/{}", id("txn_"))),
        KeyPermission::Customers => get(format!("/customers/{}", id("cus_"))),
        KeyPermission::Invoices => get(format!("/invoices/{}", id("in_"))),
        KeyPermission::PromotionCodes => touch(format!("/promotion_codes/{}", id("promo_"))),
        KeyPermission::Coupons => touch(format!("/coupons/{}", id(""))),
        KeyPermission::WebhookEndpoints => touch(format!("/webhook_endpoints/{}", id("we_"))),
    }
}

fn excess_probe_of(permission: ExcessPermission, missing: &str) -> RequestBuilder {
    let id = |prefix| missing_id(prefix, missing);
    match permission {
        ExcessPermission::Account => get("/account".to_owned()),
        ExcessPermission::CustomersWrite => touch(format!("/customers/{}", id("cus_"))),
        ExcessPermission::Events => get(format!("/events/{}", id("evt_"))),
        ExcessPermission::PaymentIntents => get(format!("/payment_intents/{}", id("pi_"))),
        ExcessPermission::Payouts => get(format!("/payouts/{}", id("po_"))),
        ExcessPermission::Prices => get(format!("/prices/{}", id("price_"))),
        ExcessPermission::Products => get(format!("/products/{}", id("prod_"))),
        ExcessPermission::Subscriptions => get(format!("/subscriptions/{}", id("sub_"))),
    }
}

#[derive(Default, Deserialize)]
struct Envelope {
    error: ApiError,
}

#[derive(Default, Deserialize)]
struct ApiError {
    code: Option<String>,
    message: Option<String>,
}

/// What an answer says about the call: `None` for a success.
fn failure(answer: &HttpResponse) -> Option<RestrictedStripeError> {
    if call::is_success(answer) {
        return None;
    }
    if answer.status == 401 {
        return Some(RestrictedStripeError::BadKey);
    }
    let error = serde_json::from_slice::<Envelope>(&answer.body)
        .unwrap_or_default()
        .error;
    let message = error.message.unwrap_or_default();
    if refusal::lacks_permission(answer.status, error.code.as_deref(), &message) {
        let permission = after(&message, "Having the '").filter(|slug| slug.starts_with("rak_"));
        return Some(RestrictedStripeError::Denied {
            permission: permission.map(str::to_owned),
            account: after(&message, "on account '").and_then(|id| StripeAccountId::parse(id).ok()),
        });
    }
    Some(RestrictedStripeError::Stripe(refusal::of(answer)))
}

/// The text between a beginning and the next quote.
fn after<'a>(message: &'a str, beginning: &str) -> Option<&'a str> {
    let (_, rest) = message.split_once(beginning)?;
    let (text, _) = rest.split_once('\'')?;
    (text.len() <= 100).then_some(text)
}

/// Whether an answer says that an object does not exist, as opposed to a call that does not exist.
fn is_missing_object(answer: &HttpResponse) -> bool {
    let error = serde_json::from_slice::<Envelope>(&answer.body).unwrap_or_default();
    answer.status == 404 && error.error.code.as_deref() == Some("resource_missing")
}

fn found(answer: &HttpResponse) -> Result<(), RestrictedStripeError> {
    match failure(answer) {
        None => Ok(()),
        Some(_) if is_missing_object(answer) => Ok(()),
        Some(error) => Err(error),
    }
}

fn read<T: DeserializeOwned>(answer: &HttpResponse) -> Result<T, RestrictedStripeError> {
    match failure(answer) {
        None => Ok(call::read_body(answer)?),
        Some(error) => Err(error),
    }
}

#[derive(Deserialize)]
struct Account {
    id: StripeAccountId,
}

#[derive(Deserialize)]
struct Endpoints {
    data: Vec<Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    id: StripeEndpointId,
    url: String,
    status: String,
    enabled_events: Vec<String>,
}

impl Endpoint {
    /// Whether the events that Mintage reads are sent.
    fn sends_events(&self) -> bool {
        let is_chosen = |kind: &str| self.enabled_events.iter().any(|it| it == kind || it == "*");
        self.status == "enabled" && event::own_kinds().all(is_chosen)
    }
}

#[derive(Deserialize)]
struct CreatedEndpoint {
    id: StripeEndpointId,
    secret: String,
}

impl StripeClient {
    /// Sends a request with a seller's key. Every answer is returned.
    fn ask_as_seller(
        &self,
        key: &SellerKey,
        idempotency_key: Option<&StripeIdempotencyKey>,
        request: RequestBuilder,
    ) -> Result<HttpResponse, RestrictedStripeError> {
        let base = format!("{}/v1", self.config().api_url());
        let caller = Caller {
            key: idempotency_key,
            ..Caller::own_account(&key.key)
        };
        Ok(call::send_within(
            self.http(),
            &base,
            &caller,
            request,
            DEADLINE,
        )?)
    }
}

impl RestrictedStripe for StripeClient {
    fn account_of(&self, key: &SellerKey) -> Result<KeyAccount, RestrictedStripeError> {
        let answer = self.ask_as_seller(key, None, get("/account".to_owned()))?;
        match read::<Account>(&answer) {
            Ok(account) => Ok(KeyAccount {
                id: account.id,
                is_readable: true,
            }),
            Err(RestrictedStripeError::Denied {
                account: Some(id), ..
            }) => Ok(KeyAccount {
                id,
                is_readable: false,
            }),
            Err(error) => Err(error),
        }
    }

    fn probe(
        &self,
        key: &SellerKey,
        permission: KeyPermission,
        missing: &str,
    ) -> Result<(), RestrictedStripeError> {
        let request = probe_of(permission, key.mode.livemode(), missing);
        found(&self.ask_as_seller(key, None, request)?)
    }

    fn probe_excess(
        &self,
        key: &SellerKey,
        permission: ExcessPermission,
        missing: &str,
    ) -> Result<(), RestrictedStripeError> {
        let request = excess_probe_of(permission, missing);
        found(&self.ask_as_seller(key, None, request)?)
    }

    fn create_probe_coupon(
        &self,
        key: &SellerKey,
        id: &ProbeCouponId,
    ) -> Result<(), RestrictedStripeError> {
        let form = [
            ("id", id.as_str()),
            ("percent_off", "1"),
            ("duration", "once"),
            ("max_redemptions", "1"),
            ("name", "Mintage permission check"),
        ];
        let once = StripeIdempotencyKey::new(&["probe", id.as_str()]);
        let answer = self.ask_as_seller(key, Some(&once), post("/coupons".to_owned(), &form))?;
        failure(&answer).map_or(Ok(()), Err)
    }

    fn delete_probe_coupon(
        &self,
        key: &SellerKey,
        id: &ProbeCouponId,
    ) -> Result<(), RestrictedStripeError> {
        let request = RequestBuilder::new(StripeMethod::Delete, format!("/coupons/{id}"));
        found(&self.ask_as_seller(key, None, request)?)
    }

    fn webhook_endpoints(
        &self,
        key: &SellerKey,
    ) -> Result<Vec<SellerEndpoint>, RestrictedStripeError> {
        let limit = BTreeMap::from([("limit", "100")]);
        let request = get("/webhook_endpoints".to_owned()).query(&limit);
        let all: Endpoints = read(&self.ask_as_seller(key, None, request)?)?;
        let all = all.data.into_iter();
        Ok(all
            .map(|endpoint| SellerEndpoint {
                is_enabled: endpoint.sends_events(),
                id: endpoint.id,
                url: endpoint.url,
            })
            .collect())
    }

    fn create_webhook_endpoint(
        &self,
        key: &SellerKey,
        url: &WebUrl,
    ) -> Result<NewSellerEndpoint, RestrictedStripeError> {
        let mut form = vec![
            ("url", url.as_str()),
            ("api_version", VERSION.as_str()),
            ("description", "Mintage"),
        ];
        let chosen = event_fields();
        form.extend(chosen.iter().map(|(name, kind)| (name.as_str(), *kind)));
        let request = post("/webhook_endpoints".to_owned(), &form);
        let created: CreatedEndpoint = read(&self.ask_as_seller(key, None, request)?)?;
        Ok(NewSellerEndpoint {
            id: created.id,
            secret: Secret::new(created.secret),
        })
    }

    fn enable_webhook_endpoint(
        &self,
        key: &SellerKey,
        id: &StripeEndpointId,
    ) -> Result<(), RestrictedStripeError> {
        let mut form = vec![("disabled", "false")];
        let chosen = event_fields();
        form.extend(chosen.iter().map(|(name, kind)| (name.as_str(), *kind)));
        let request = post(format!("/webhook_endpoints/{id}"), &form);
        let answer = self.ask_as_seller(key, None, request)?;
        failure(&answer).map_or(Ok(()), Err)
    }

    fn delete_webhook_endpoint(
        &self,
        key: &SellerKey,
        id: &StripeEndpointId,
    ) -> Result<(), RestrictedStripeError> {
        let path = format!("/webhook_endpoints/{id}");
        let request = RequestBuilder::new(StripeMethod::Delete, path);
        found(&self.ask_as_seller(key, None, request)?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16, error: &serde_json::Value) -> HttpResponse {
        HttpResponse {
            status,
            headers: Vec::new(),
            body: json!({ "error": error }).to_string().into_bytes(),
        }
    }

    const DENIED: &str = "The provided key 'rk_test_****abcd' does not have the required permissions \
        for this endpoint on account 'acct_1Sim'. Having the 'rak_charge_read' permission would allow \
        this request to continue.";

    #[test]
    fn only_a_403_about_permissions_is_a_missing_permission() {
        let denied =
            |permission: Option<&str>, account: Option<&str>| RestrictedStripeError::Denied {
                permission: permission.map(str::to_owned),
                account: account.and_then(|id| StripeAccountId::parse(id).ok()),
            };
        let unnamed = "This is a restricted API key, but the required permissions are not available \
                       for use by restricted keys.";
        for (status, code, message, expected) in [
            (
                403,
                None,
                DENIED,
                Some(denied(Some("rak_charge_read"), Some("acct_1Sim"))),
            ),
            (403, None, unnamed, Some(denied(None, None))),
            (
                401,
                None,
                "Invalid API Key",
                Some(RestrictedStripeError::BadKey),
            ),
            (403, Some("account_invalid"), DENIED, None),
            (403, None, "Blocked by a rule", None),
            (404, Some("resource_missing"), "No such charge", None),
            (429, Some("rate_limit"), DENIED, None),
            (500, None, DENIED, None),
        ] {
            let error = match code {
                Some(code) => json!({ "message": message, "code": code }),
                None => json!({ "message": message }),
            };
            let failed = failure(&answer(status, &error)).expect("no success");
            match expected {
                Some(expected) => assert_eq!(failed, expected, "{status} {message}"),
                None => assert!(!failed.is_of_key(), "{status} {message}: {failed:?}"),
            }
        }
    }

    #[test]
    fn only_a_missing_object_proves_a_permission() {
        let missing = answer(
            404,
            &json!({ "code": "resource_missing", "message": "No such" }),
        );
        assert_eq!(found(&missing), Ok(()));
        let unknown = answer(404, &json!({ "message": "Unrecognized request URL" }));
        assert!(found(&unknown).is_err());
        let malformed = answer(400, &json!({ "code": "parameter_unknown", "message": "x" }));
        assert!(found(&malformed).is_err());
    }
}
