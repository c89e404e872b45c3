//! The tenant, the buyer, and the addresses that the steps share.

use serde_json::Value;

use crate::client::{Client, Response};
use crate::step_error::StepResult;

pub(crate) const TENANT: &str = "acme";
/// The product of the tenant.
pub(crate) const PRODUCT: &str = "pro";
/// The e-mail address of the buyer.
pub(crate) const BUYER: &str = "buyer@example.com";

/// The client, and the addresses that it calls.
pub(crate) struct Context {
    pub(crate) client: Client,
    /// The base URL of the server.
    pub(crate) mintage: String,
    /// The base URL of the simulated Stripe.
    pub(crate) stripe: String,
    /// What control calls of the simulated Stripe present.
    pub(crate) control_token: String,
}

impl Context {
    /// Lists records of the simulated Stripe, such as `requests`.
    ///
    /// # Errors
    /// The simulator does not answer.
    pub(super) async fn simulator_records(&self, kind: &str) -> StepResult<Vec<Value>> {
        let url = format!("{}/_sim/{kind}", self.stripe);
        let records = Client::silent()
            .get(url)
            .bearer(&self.control_token)
            .send()
            .await?
            .expect(200)?
            .json()?;
        Ok(records.as_array().cloned().unwrap_or_default())
    }
}

/// The seller, who calls with the management token of the tenant.
pub(crate) struct Seller<'s> {
    pub(crate) context: &'s Context,
    pub(crate) token: String,
}

impl Seller<'_> {
    pub(crate) async fn get(&self, path: &str) -> StepResult<Response> {
        let url = format!("{}{path}", self.context.mintage);
        self.context
            .client
            .get(url)
            .bearer(&self.token)
            .send()
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> StepResult<Response> {
        let url = format!("{}{path}", self.context.mintage);
        let request = self.context.client.post(url).bearer(&self.token);
        request.json(body).send().await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> StepResult<Response> {
        let url = format!("{}{path}", self.context.mintage);
        let request = self.context.client.put(url).bearer(&self.token);
        request.json(body).send().await
    }

    pub(crate) async fn delete(&self, path: &str) -> StepResult<Response> {
        let url = format!("{}{path}", self.context.mintage);
        self.context
            .client
            .delete(url)
            .bearer(&self.token)
            .send()
            .await
    }

    /// All items of a list that has one page.
    pub(crate) async fn list(&self, path: &str) -> StepResult<Vec<Value>> {
        let body = self.get(path).await?.expect(200)?.json()?;
        let items = body["items"].as_array();
        Ok(items.cloned().unwrap_or_default())
    }
}
